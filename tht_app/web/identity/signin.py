"""Sign-in and sign-out: plain HTTP, because they set and remove the cookie."""

from urllib.parse import urlsplit
from uuid import UUID

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tht_app.database.gate import LIFETIME_SECONDS, current_gate
from tht_app.domain.audit import AuditAction
from tht_app.domain.errors import Unavailable
from tht_app.i18n import text_of
from tht_app.settings import settings
from tht_app.web.acting import client_address, cookie_name, session_token, signed_in
from tht_app.web.identity.credentials import check, record
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
        checked = await check(username, password, address, REQUEST)
        if checked.seconds_blocked:
            message = _say(request, "identity.signin.blocked", seconds=checked.seconds_blocked)
            answer = _form(request, wanted, username, 429, message)
            answer.headers["retry-after"] = str(checked.seconds_blocked)
            return answer
        if checked.person_id is None:
            return _form(request, wanted, username, 401, _say(request, "identity.signin.wrong"))
        await end_present_session(request)
        answer = RedirectResponse(wanted, 303)
        await open_session(request, answer, checked.person_id, REQUEST)
    except Unavailable:
        return _form(request, wanted, username, 503, _say(request, "errors.common.unavailable"))
    return answer


async def open_session(request: Request, answer: Response, person_id: UUID, name: str) -> None:
    """Open a session of this person for this browser and put its token into the answer."""
    address = client_address(request)
    agent = request.headers.get("user-agent", "")[:300]
    token = await current_gate().open_session(person_id, address=address, user_agent=agent)
    set_session_cookie(answer, token)
    await record(AuditAction.SIGN_IN, name, person_id, address)


def set_session_cookie(answer: Response, token: str) -> None:
    """Hand the token to the browser where no script can read it."""
    answer.set_cookie(
        cookie_name(),
        token,
        max_age=LIFETIME_SECONDS,
        path="/",
        httponly=True,
        secure=settings().secure_cookies,
        samesite="lax",
    )


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
    answer.delete_cookie(cookie_name(), path="/", secure=settings().secure_cookies, httponly=True, samesite="lax")
    answer.headers["clear-site-data"] = '"cache", "cookies"'
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
        demo=settings().demo,
        demo_accounts=DEMO_ACCOUNTS,
        demo_password=DEMO_PASSWORD,
    )
