"""Is this browser's session alive, and may the same person go on after a pause? Asked by the screens' lock."""

from uuid import UUID

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tht_app.database.gate import current_gate
from tht_app.domain.audit import AuditAction
from tht_app.domain.errors import SessionEnded, Unavailable
from tht_app.domain.proof import Method
from tht_app.i18n import text_of
from tht_app.state.session import SignedIn
from tht_app.web.acting import client_address, lang_of, problem, session_token, signed_in
from tht_app.web.identity.body import json_body
from tht_app.web.identity.cookies import device, set_session_cookie
from tht_app.web.identity.credentials import check, record
from tht_app.web.identity.factors import asks_for_code, has_to_enrol
from tht_app.web.identity.signin import open_session
from tht_app.web.sockets import end_session_sockets

REQUEST = "identity.unlock"


async def show_session(request: Request) -> Response:
    """200 with the person, or 401 with the user name whose screen has locked itself. Never counts as activity."""
    try:
        who = await signed_in(request)
        if who is not None:
            return JSONResponse(_about(who))
        token = session_token(request)
        locked = await current_gate().owner_of(token) if token else None
    except Unavailable as away:
        return problem(away, lang_of(request))
    return JSONResponse({"locked": locked, "code": SessionEnded.code}, 401)


async def note_activity(request: Request) -> Response:
    """Somebody used key or pointer on a page of this session: 204, or 401 when it has ended."""
    try:
        who = await signed_in(request)
    except Unavailable as away:
        return problem(away, lang_of(request))
    return problem(SessionEnded(), lang_of(request)) if who is None else Response(status_code=204)


async def unlock(request: Request) -> Response:
    """The same person goes on: 204; another password: 401; nobody to unlock for: 410; too many tries: 429.

    Takes `{"password": "..."}`. A session that only slept keeps its identity under a new token, so the screens bound
    to it stay as they are. After its absolute end a new one is opened, unless the account has a second factor: then
    the person signs in again (410).
    """
    lang, token, password = lang_of(request), session_token(request), (await json_body(request)).get("password", "")
    try:
        owner = await current_gate().owner_of(token) if token else None
        if token is None or owner is None:
            return _refused(410, text_of("errors.common.session_ended", lang))
        checked = await check(owner, password, client_address(request), REQUEST, device=device(request))
        if checked.seconds_blocked:
            return _refused(429, text_of("identity.signin.blocked", lang, seconds=checked.seconds_blocked))
        if checked.person_id is None:
            return _refused(401, text_of("shell.lock.wrong", lang))
        answer = await _go_on(request, token, checked.person_id)
        if answer is None:
            return _refused(410, text_of("errors.common.session_ended", lang))
    except Unavailable as away:
        return problem(away, lang)
    await end_session_sockets(token)
    return answer


async def _go_on(request: Request, token: str, person_id: UUID) -> Response | None:
    answer, gate = Response(status_code=204), current_gate()
    fresh = await gate.wake(token, person_id)
    if fresh is not None:
        set_session_cookie(answer, fresh)
        await record(AuditAction.SIGN_IN, REQUEST, person_id, client_address(request), reason=Method.PASSWORD.value)
        return answer
    factors = await gate.factors_of(person_id)
    if factors is None or asks_for_code(factors) or has_to_enrol(factors):
        return None
    await open_session(request, answer, person_id, REQUEST)
    return answer


def _refused(status: int, title: str) -> Response:
    return JSONResponse({"title": title, "status": status}, status, media_type="application/problem+json")


def _about(who: SignedIn) -> dict[str, object]:
    return {
        "username": who.username,
        "display_name": who.display_name,
        "lang": who.lang,
        "roles": sorted(role.value for role in who.roles),
        "awake_until": who.awake_until.isoformat(),
    }
