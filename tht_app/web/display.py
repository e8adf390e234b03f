"""How a television comes in: its device token becomes a narrow session of its own, then it shows `/display`.

GET /display/{token}   the address from the setup screen, opened once on the television
GET /display/again     the same with the token that the browser has kept: after a lost or expired session

The token stays in an HttpOnly cookie that only these addresses are sent, so that a television that lost its session
comes back by itself, for as long as the device was not given up.
"""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from tht_app.database.audit import AuditEntry
from tht_app.database.engine import current
from tht_app.database.gate import current_gate
from tht_app.domain.audit import AuditAction
from tht_app.domain.errors import Unavailable
from tht_app.settings import settings
from tht_app.web.acting import client_address, cookie_name, signed_in
from tht_app.web.identity.sessions import TOKEN
from tht_app.web.identity.throttle import FREE_OF_AN_ADDRESS
from tht_app.web.plain import page

SCREEN = "/display"
DEVICE_COOKIE = "display_device"
KEPT_SECONDS = 400 * 24 * 3600
"""As long as browsers keep a cookie at most; each visit here begins anew."""
DISPLAY_KIND = "display"
UNKNOWN, STAFF, AWAY = "unknown", "staff", "away"


def routes() -> list[Route]:
    """The two doors of a television."""
    return [
        Route("/display/again", come_back, methods=["GET"]),
        Route("/display/{token}", pair, methods=["GET"]),
    ]


async def pair(request: Request) -> Response:
    """Open the display whose address this is."""
    return await _enter(request, request.path_params["token"])


async def come_back(request: Request) -> Response:
    """Open it again with the token that this browser has."""
    token = request.cookies.get(DEVICE_COOKIE, "")
    return await _enter(request, token) if token else _plain(request, UNKNOWN, 404)


async def _enter(request: Request, token: str) -> Response:
    address = client_address(request)
    subject, gate = f"display:{address or 'unknown'}", current_gate()
    try:
        who = await signed_in(request)
        if who is not None and who.kind != DISPLAY_KIND:
            return _plain(request, STAFF, 409)
        if await gate.seconds_blocked(subject):
            return _plain(request, UNKNOWN, 429)
        agent = request.headers.get("user-agent", "")[:300]
        opened = await gate.open_display(token, address, agent) if TOKEN.match(token) else None
        if opened is None:
            await gate.note_failure(subject, FREE_OF_AN_ADDRESS)
            return _forgotten(_plain(request, UNKNOWN, 404))
        entry = AuditEntry(AuditAction.SIGN_IN, "queue.display", person_id=opened[1], address=address)
        await gate.record(entry, current().vault)
    except Unavailable:
        return _plain(request, AWAY, 503)
    return _let_in(opened[0], token)


def _let_in(session: str, token: str) -> Response:
    answer = RedirectResponse(SCREEN, 303)
    for name, value, path in ((cookie_name(), session, "/"), (DEVICE_COOKIE, token, SCREEN)):
        answer.set_cookie(
            name,
            value,
            max_age=KEPT_SECONDS,
            path=path,
            httponly=True,
            secure=settings().secure_cookies,
            samesite="lax",
        )
    return answer


def _forgotten(answer: Response) -> Response:
    answer.delete_cookie(DEVICE_COOKIE, path=SCREEN, secure=settings().secure_cookies, httponly=True, samesite="lax")
    return answer


def _plain(request: Request, state: str, status: int) -> Response:
    """A page in words; one that only has to wait tries again by itself, because nobody sits at a television."""
    return page(request, "display.html", status, state=state, again=status in {429, 503})
