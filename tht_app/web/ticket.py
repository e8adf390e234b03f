"""`/ticket/[code]`: one's own number on one's own phone. No app, no sign-in, nothing of the patient.

GET  /ticket/{code}          the page; works without script, then it loads itself again
GET  /ticket/{code}/events   server-sent events: `state` with a mark that changes when the page has something new
POST /ticket/{code}/seen     the call was seen
GET  /ticket.js              the few lines that light up the screen and let the phone shake
"""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncGenerator
from datetime import datetime
from functools import cache
from hashlib import sha256

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from tht_app.database.gate import current_gate
from tht_app.documents.ticket import place_words
from tht_app.domain.errors import NotFound, Unavailable
from tht_app.domain.queue import Certainty, Estimate, TicketId, TicketStatus
from tht_app.domain.queue_display import CODE_LENGTH, CODE_LETTERS
from tht_app.i18n import text_of
from tht_app.live import topics
from tht_app.live.feed import changes
from tht_app.settings import settings
from tht_app.use_cases.queue.estimating import EstimateWaits
from tht_app.use_cases.queue.tickets import MarkSeen, TicketOf, TicketPage
from tht_app.web.acting import client_address, lang_of, problem
from tht_app.web.identity.throttle import FREE_OF_AN_ADDRESS
from tht_app.web.identity.visitor import Visitor
from tht_app.web.plain import FOLDER, asked_language, page

VISITOR = Visitor("ticket", "ticket")
FRESH_SECONDS = 1.0
STREAMS_OF_AN_ADDRESS = 60
"""A waiting room shares the clinic's Wi-Fi and so one address."""
STREAMS = Counter[str]()


class Waits:
    """How long everybody waits: read once for all phones, in the name of the live feed; a phone gets its own range."""

    def __init__(self) -> None:
        """Nothing was read yet."""
        self._reader = Visitor("live", "service")
        self._known: dict[TicketId, Estimate] = {}
        self._read_at = -FRESH_SECONDS
        self._reading = asyncio.Lock()

    async def of(self, ticket: TicketPage) -> Estimate:
        """The estimate of a ticket; unknown for who does not wait. Raises Unavailable."""
        if ticket.status is not TicketStatus.WAITING:
            return UNKNOWN
        async with self._reading:
            if time.monotonic() - self._read_at > FRESH_SECONDS:
                read = await self._reader.reread(EstimateWaits())
                self._known = {key: turn.estimate for point in read for key, turn in point.turns.items()}
                self._read_at = time.monotonic()
        return self._known.get(ticket.id, UNKNOWN)


UNKNOWN = Estimate(Certainty.UNKNOWN)
WAITS = Waits()


def routes() -> list[Route]:
    """The page behind the QR code of a ticket."""
    return [
        Route("/ticket.js", script, methods=["GET"]),
        Route("/ticket/{code}", show, methods=["GET"]),
        Route("/ticket/{code}/events", events, methods=["GET"]),
        Route("/ticket/{code}/seen", seen, methods=["POST"]),
    ]


async def show(request: Request) -> Response:
    """The ticket as it stands; whoever tries many wrong codes has to wait like whoever guesses passwords."""
    try:
        ticket, status = await _looked_up(request)
        estimate = await WAITS.of(ticket) if ticket else UNKNOWN
    except Unavailable as away:
        return problem(away, lang_of(request))
    if ticket is None:
        return page(request, "ticket.html", status, ticket=None, state="unknown")
    words = _words(ticket, estimate, asked_language(request))
    mark = _mark(ticket, estimate)
    code = request.path_params["code"]
    shown = {"ticket": ticket, "code": code, "state": words["state"], "words": words, "mark": mark}
    return page(request, "ticket.html", 200, **shown, **({"clinic": ticket.clinic} if ticket.clinic else {}))


async def seen(request: Request) -> Response:
    """Staff stop wondering whether the call arrived; back to the page."""
    try:
        ticket, status = await _looked_up(request)
        if ticket is None:
            return page(request, "ticket.html", status, ticket=None, state="unknown")
        await VISITOR.execute(MarkSeen(request.path_params["code"]), client_address(request))
    except Unavailable as away:
        return problem(away, lang_of(request))
    return RedirectResponse(f"/ticket/{request.path_params['code']}", 303)


async def events(request: Request) -> Response:
    """Tell the page when there is something new, within a moment of the change."""
    address = client_address(request) or "unknown"
    try:
        ticket, status = await _looked_up(request)
    except Unavailable as away:
        return problem(away, lang_of(request))
    if ticket is None:
        return Response(status_code=status)
    if STREAMS[address] >= STREAMS_OF_AN_ADDRESS:
        return Response(status_code=429, headers={"retry-after": "30"})
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    stream = _stream(request.path_params["code"], address)
    return StreamingResponse(stream, media_type="text/event-stream", headers=headers)


async def _stream(code: str, address: str) -> AsyncGenerator[str, None]:
    """One line for each change of this ticket; ends when it is over, then the browser asks no more."""
    STREAMS[address] += 1
    last = ""
    day = datetime.now(settings().zone).date()
    try:
        async with contextlib.aclosing(changes(topics.queue(day))) as told:
            yield "retry: 3000\n\n"
            async for changed in told:
                if datetime.now(settings().zone).date() != day:
                    return
                if not changed:
                    yield ": quiet\n\n"
                    continue
                try:
                    ticket: TicketPage = await VISITOR.reread(TicketOf(code))
                    mark = _mark(ticket, await WAITS.of(ticket))
                except (NotFound, Unavailable):
                    return
                if mark != last:
                    last = mark
                    yield f"event: state\ndata: {mark}\n\n"
    finally:
        STREAMS[address] -= 1
        if not STREAMS[address]:
            del STREAMS[address]


async def _looked_up(request: Request) -> tuple[TicketPage | None, int]:
    """The ticket of the code, or nothing with 404 or 429."""
    code, address = request.path_params["code"], client_address(request)
    subject, gate = f"ticket:{address or 'unknown'}", current_gate()
    if await gate.seconds_blocked(subject):
        return None, 429
    if len(code) == CODE_LENGTH and not set(code) - set(CODE_LETTERS):
        with contextlib.suppress(NotFound):
            return await VISITOR.execute(TicketOf(code), address), 200
    await gate.note_failure(subject, FREE_OF_AN_ADDRESS)
    return None, 404


def _mark(ticket: TicketPage, estimate: Estimate) -> str:
    """Changes with everything that the page shows; says nothing itself but that somebody is called."""
    called = ticket.status is TicketStatus.CALLED and not ticket.seen
    told = sha256(repr((ticket, estimate.certainty, estimate.low, estimate.high)).encode()).hexdigest()
    return f"{'called' if called else 'quiet'}-{told[:16]}"


def _words(ticket: TicketPage, estimate: Estimate, lang: str) -> dict[str, str]:
    """What the page says."""
    state = {
        TicketStatus.WAITING: "waiting",
        TicketStatus.CALLED: "seen" if ticket.seen else "called",
        TicketStatus.IN_SERVICE: "serving",
        TicketStatus.SKIPPED: "skipped",
        TicketStatus.DONE: "done",
        TicketStatus.CANCELLED: "cancelled",
    }[ticket.status]
    wait = ""
    if estimate.certainty is Certainty.RANGE:
        wait = text_of("display.ticket.range", lang, low=estimate.low, high=estimate.high)
    elif estimate.certainty is Certainty.BUSY:
        wait = text_of("display.ticket.busy", lang)
    return {"state": state, "place": place_words(ticket.place, lang), "ahead": str(ticket.ahead), "wait": wait}


@cache
def _script() -> tuple[str, str]:
    text = (FOLDER / "ticket.js").read_text(encoding="utf-8")
    return text, f'"{sha256(text.encode()).hexdigest()[:24]}"'


async def script(request: Request) -> Response:
    """The script of the page."""
    text, tag = _script()
    headers = {"etag": tag, "cache-control": "no-cache"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(text, media_type="text/javascript", headers=headers)
