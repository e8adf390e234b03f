"""Sign-in and sign-out: plain HTTP, because they set and remove the cookie."""

from urllib.parse import urlencode, urlsplit
from uuid import UUID

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tht_app.database.gate import current_gate
from tht_app.domain.audit import AuditAction
from tht_app.domain.errors import Unavailable
from tht_app.domain.proof import Method
from tht_app.i18n import text_of
from tht_app.settings import settings
from tht_app.web.acting import client_address, session_token, signed_in
from tht_app.web.identity.cookies import device, forget_session_cookie, keep_device, set_first_step, set_session_cookie
from tht_app.web.identity.credentials import check, record
from tht_app.web.identity.factors import asks_for_code, has_to_enrol
from tht_app.web.identity.party import passkey_host
from tht_app.web.plain import asked_language, page, remember_language
from tht_app.web.sockets import end_session_sockets

REQUEST = "identity.sign_in"
DEMO_ACCOUNTS = "admin dokter dokter2 perawat apoteker kasir auditor pemilik"
DEMO_PASSWORD = "demo-THT-2026"


def local_path(wanted: str | None) -> str:
    """Where to go after signing in: a path of this clinic, whatever was asked for."""
    if (
        not wanted
        or len(wanted) > 500
        or not wanted.startswith("/")
        or wanted.startswith(("//", "/signin", "/signout"))
    ):
        return "/"
    if "\\" in wanted or any(ord(character) < 33 or ord(character) == 127 for character in wanted):
        return "/"
    parts = urlsplit(wanted)
    return "/" if parts.scheme or parts.netloc else wanted


async def show_signin(request: Request) -> Response:
    """The sign-in page; who is signed in already goes on."""
    wanted = local_path(request.query_params.get("next"))
    try:
        if await signed_in(request) is not None:
            return RedirectResponse(wanted, 303)
        if not settings().demo and await current_gate().setup_needed():
            return RedirectResponse("/setup", 303)
    except Unavailable:
        return _form(request, wanted, status=503, message=_say(request, "errors.common.unavailable"))
    return _form(request, wanted)


async def do_signin(request: Request) -> Response:
    """Check the password and open a session under a new token; the former one of this browser ends."""
    form = await request.form(max_files=0, max_fields=10)
    wanted = local_path(_text(form.get("next")))
    username, password = _text(form.get("username")).strip().lower(), _text(form.get("password"))
    address = client_address(request)
    try:
        checked = await check(username, password, address, REQUEST, device=device(request))
        if checked.seconds_blocked:
            message = _say(request, "identity.signin.blocked", seconds=checked.seconds_blocked)
            answer = _form(request, wanted, username, 429, message)
            answer.headers["retry-after"] = str(checked.seconds_blocked)
            return answer
        if checked.person_id is None:
            return _form(request, wanted, username, 401, _say(request, "identity.signin.wrong"))
        await end_present_session(request)
        answer = await _admit(request, checked.person_id, wanted)
    except Unavailable:
        return _form(request, wanted, username, 503, _say(request, "errors.common.unavailable"))
    return answer


async def _admit(request: Request, person_id: UUID, wanted: str) -> Response:
    """The password was right: let the person in, or ask for their second factor first."""
    factors = await current_gate().factors_of(person_id)
    if factors is None or not (asks_for_code(factors) or has_to_enrol(factors)):
        answer = RedirectResponse(wanted, 303)
        await open_session(request, answer, person_id, REQUEST)
        return answer
    step = "/signin/enrol" if has_to_enrol(factors) else "/signin/code"
    answer = RedirectResponse(f"{step}?{urlencode({'next': wanted})}", 303)
    set_first_step(answer, await current_gate().open_first_step(person_id))
    return answer


async def open_session(
    request: Request, answer: Response, person_id: UUID, name: str, *, by: Method = Method.PASSWORD
) -> None:
    """Open a session of this person for this browser, put its token into the answer, and know the device from now on.

    Of too many sessions the ones that were used longest ago end.
    """
    gate, address = current_gate(), client_address(request)
    agent = request.headers.get("user-agent", "")[:300]
    token = await gate.open_session(person_id, address=address, user_agent=agent)
    set_session_cookie(answer, token)
    await gate.remember_device(keep_device(request, answer), person_id)
    await gate.trim_sessions(person_id, settings().most_sessions)
    await record(AuditAction.SIGN_IN, name, person_id, address, reason=by.value)


async def end_present_session(request: Request) -> None:
    """End whatever session this browser has, with its sockets."""
    token = session_token(request)
    if token:
        await current_gate().close_session(token)
        await end_session_sockets(token)


async def do_signout(request: Request) -> Response:
    """End the session; the browser forgets cookie and cache, and the tab's next user starts empty."""
    lang = asked_language(request)
    try:
        who = await signed_in(request)
        await end_present_session(request)
        if who is not None:
            await record(AuditAction.SIGN_OUT, "identity.sign_out", who.person_id, client_address(request))
    except Unavailable:
        return _form(request, "/", status=503, message=_say(request, "errors.common.unavailable"))
    answer = RedirectResponse(f"/signin?lang={lang}", 303)
    forget_session_cookie(answer)
    answer.headers["clear-site-data"] = '"cache"'
    remember_language(answer, lang)
    return answer


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _say(request: Request, key: str, **params: str | int) -> str:
    return text_of(key, asked_language(request), **params)


def _form(request: Request, wanted: str, username: str = "", status: int = 200, message: str = "") -> Response:
    return page(
        request,
        "signin.html",
        status,
        next=wanted,
        username=username[:60],
        message=message,
        host=passkey_host(),
        demo=settings().demo,
        demo_accounts=DEMO_ACCOUNTS,
        demo_password=DEMO_PASSWORD,
    )
