"""`/a/[code]`: confirm, move or cancel the one appointment of a message, or take what it offers, without signing in.

Mail programs and virus scanners open links: opening shows date and time and does nothing, only a pressed button acts.
The code tells nothing of the patient, and what goes beyond the time is shown to whoever knows their birth date.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tht_app.database.gate import current_gate
from tht_app.domain.errors import DomainError, NotFound, SessionEnded, Unavailable
from tht_app.domain.interop import LinkState
from tht_app.domain.scheduling import Period, SlotRefused
from tht_app.i18n import long_date_text, text_of
from tht_app.integrations.mail.mapper import clock_words, day_words
from tht_app.state.feedback import error_words
from tht_app.use_cases.door import Actor, execute
from tht_app.use_cases.interop import LinkAction, LinkView, LookAtLink, ProveLink, UseLink
from tht_app.web.acting import client_address
from tht_app.web.identity.throttle import FREE_OF_AN_ADDRESS
from tht_app.web.plain import asked_language, page

TEMPLATE = "link.html"
LONGEST_CODE = 40


class _Session:
    """The session of one of the two programs behind links; opened again when it has run its time."""

    def __init__(self, service: str, kind: str) -> None:
        self._service, self._kind = service, kind
        self._token: str | None = None
        self._opening = asyncio.Lock()

    async def ask(self, request: Any, address: str | None) -> Any:
        """Ask the door; raises what it raises."""
        for _ in range(2):
            async with self._opening:
                if self._token is None:
                    self._token = await current_gate().open_service(self._service, kind=self._kind)
                token = self._token
            try:
                return await execute(Actor(token, address), request)
            except SessionEnded:
                self._token = None
        raise Unavailable


VISITOR = _Session("link", "link")
DESK = _Session("link_desk", "service")


@dataclass(frozen=True, slots=True)
class _Subjects:
    """What wrong tries are counted under."""

    address: str
    link: str


def routes() -> list[Route]:
    """The page behind the link of a message."""
    return [
        Route("/a/{code}", show, methods=["GET"]),
        Route("/a/{code}", act, methods=["POST"]),
    ]


async def show(request: Request) -> Response:
    """Date, time and a question; nothing changes, however often a scanner looks."""
    return await _answer(request, lambda code, address: VISITOR.ask(LookAtLink(code), address))


async def act(request: Request) -> Response:
    """Do what the pressed button says."""
    form = await request.form(max_files=0, max_fields=10)
    fields = {name: value.strip()[:120] for name, value in form.items() if isinstance(value, str)}
    action = LinkAction(fields["action"]) if fields.get("action") in set(LinkAction) else LinkAction.OPEN
    given = fields.get("proof", "")
    born = None if given else _birth_date(fields)

    async def ask(code: str, address: str | None) -> LinkView:
        proof = await VISITOR.ask(ProveLink(code, born), address) if born else given
        if not proof:
            raise _NotProved(text_of(f"interop.link.born.{'wrong' if born else 'shape'}", asked_language(request)))
        start, near = _moment(fields.get("start", "")), _day(fields.get("near", ""))
        return await DESK.ask(UseLink(code, proof, action, start=start, near=near), address)

    return await _answer(request, ask, action=action, proof=given, guessed=born is not None)


class _NotProved(Exception):
    """The birth date is wrong, or none was given."""


Ask = Callable[[str, str | None], Awaitable[LinkView]]


async def _answer(
    request: Request, ask: Ask, *, action: LinkAction = LinkAction.OPEN, proof: str = "", guessed: bool = False
) -> Response:
    """Ask, and render whatever comes back; who tries many codes or birth dates has to wait."""
    lang, address, code = asked_language(request), client_address(request), request.path_params["code"]
    subjects = _Subjects(f"link:{address or 'unknown'}", f"link:{sha256(code.encode()).hexdigest()[:32]}")
    gate = current_gate()
    try:
        if seconds := await gate.seconds_blocked(subjects.address, subjects.link):
            return _nothing(request, 429, text_of("interop.link.blocked", lang, seconds=seconds))
        if len(code) > LONGEST_CODE or not code.isascii() or not code.isalnum():
            raise NotFound
        view = await ask(code, address)
        if guessed:
            await gate.note_success(subjects.link)
    except NotFound:
        await gate.note_failure(subjects.address, FREE_OF_AN_ADDRESS)
        return _nothing(request, 404, text_of("interop.link.unknown", lang))
    except Unavailable as away:
        return _nothing(request, 503, error_words(away, lang))
    except _NotProved as unproved:
        if guessed:
            await gate.note_failure(subjects.address, FREE_OF_AN_ADDRESS)
            await gate.note_failure(subjects.link)
        return await _as_it_stands(request, code, "", 403 if guessed else 422, str(unproved))
    except DomainError as refusal:
        taken = isinstance(refusal, SlotRefused)
        gone = "interop.link.offer.gone" if action is LinkAction.TAKE else "interop.link.move.taken"
        message = text_of(gone, lang) if taken else error_words(refusal, lang)
        return await _as_it_stands(request, code, proof, 409, message)
    said = text_of(f"interop.link.{action.value}.done", lang) if _happened(view, action) else ""
    return page(request, TEMPLATE, message="", said=said, view=_words(view, lang))


def _nothing(request: Request, status: int, message: str) -> Response:
    return page(request, TEMPLATE, status, view=None, message=message)


async def _as_it_stands(request: Request, code: str, proof: str, status: int, message: str) -> Response:
    """Say why nothing changed, above how the appointment still stands."""
    address = client_address(request)
    try:
        if proof:
            view = await DESK.ask(UseLink(code, proof), address)
        else:
            view = await VISITOR.ask(LookAtLink(code), address)
    except DomainError:
        return _nothing(request, status, message)
    return page(request, TEMPLATE, status, message=message, said="", view=_words(view, asked_language(request)))


def _happened(view: LinkView, action: LinkAction) -> bool:
    """Whether the appointment now is what the button wanted; a second press of it says the same again."""
    if action is LinkAction.CANCEL:
        return view.cancelled
    if view.offer:
        over = view.state is LinkState.OVER
        return view.taken if action is LinkAction.TAKE else over and action is LinkAction.DECLINE and not view.taken
    still = view.state in {LinkState.OPEN, LinkState.LATE}
    return still and (action is LinkAction.MOVE or (action is LinkAction.CONFIRM and view.confirmed))


def _birth_date(fields: dict[str, str]) -> date | None:
    try:
        return date(int(fields["year"]), int(fields["month"]), int(fields["day"]))
    except (KeyError, ValueError):
        return None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def _slot(period: Period, lang: str) -> dict[str, str]:
    return {
        "value": period.start.isoformat(),
        "day": day_words(period.start, lang),
        "time": clock_words(period.start),
    }


def _words(view: LinkView, lang: str) -> dict[str, Any]:
    """What the template shows."""
    return {
        "state": view.state.value,
        "slot": _slot(view.slot, lang),
        "doctor": view.doctor,
        "visit_type": dict(view.visit_type).get(lang, ""),
        "clinic": view.clinic,
        "confirmed": view.confirmed,
        "cancelled": view.cancelled,
        "offer": view.offer,
        "taken": view.taken,
        "hours": view.hours,
        "free": [_slot(one, lang) for one in view.free],
        "proof": view.proof,
        "near": view.slot.start.date().isoformat(),
        "months": [(number, long_date_text(date(2000, number, 1), lang).split()[1]) for number in range(1, 13)],
    }
