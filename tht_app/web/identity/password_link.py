"""Choosing a password by a link, and asking for one: pages that tell nobody which accounts there are.

Mail programs and scanners open links: opening shows a form and does nothing, only a sent password uses the link up.
"""

import logging

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from tht_app.database.gate import current_gate
from tht_app.database.gate_factors import PasswordLink
from tht_app.domain.audit import AuditAction
from tht_app.domain.errors import DomainError, Problem, SessionEnded, Unavailable
from tht_app.i18n import text_of
from tht_app.settings import settings
from tht_app.state.feedback import problem_words
from tht_app.use_cases.account_links import AskForPasswordLink
from tht_app.use_cases.door import Actor, execute
from tht_app.use_cases.passwords import hash_password, new_password_problem
from tht_app.web.acting import client_address
from tht_app.web.identity.credentials import LONGEST_USERNAME, record
from tht_app.web.identity.throttle import FREE_OF_AN_ADDRESS, fingerprint_of
from tht_app.web.plain import asked_language, page

log = logging.getLogger("tht.password_link")

SERVICE = "worker"
REQUEST = "identity.password_link"
LONGEST_CODE = 40
MOST_MAILS = 3
"""Links that one account can be sent before it has to wait."""


async def show_forgot(request: Request) -> Response:
    """Ask for the user name; where mail is off, say whom to ask."""
    return page(request, "forgot.html", mail=settings().mail_on, sent=False)


async def do_forgot(request: Request) -> Response:
    """The same answer, in the same time, whoever was named: what is to be done is done after it."""
    form = await request.form(max_files=0, max_fields=10)
    typed = form.get("username")
    username = typed.strip().lower() if isinstance(typed, str) else ""
    answer = page(request, "forgot.html", mail=settings().mail_on, sent=True)
    if settings().mail_on and 0 < len(username) <= LONGEST_USERNAME and "\x00" not in username:
        answer.background = BackgroundTask(_ask, username, client_address(request))
    return answer


async def _ask(username: str, address: str | None) -> None:
    gate, subject, where = current_gate(), f"forgot:{fingerprint_of(username)}", f"forgot:{address or 'unknown'}"
    try:
        if await gate.seconds_blocked(subject, where):
            return
        await gate.note_failure(subject, MOST_MAILS)
        await gate.note_failure(where, FREE_OF_AN_ADDRESS)
        token = await gate.open_service(SERVICE)
        try:
            await execute(Actor(token, address), AskForPasswordLink(username))
        finally:
            await gate.close_session(token)
    except (DomainError, SessionEnded, LookupError):
        log.exception("a password link could not be prepared")


async def show_password(request: Request) -> Response:
    """The form for a new password; nothing changes, however often a scanner looks."""
    return await _with_link(request, _form)


async def do_password(request: Request) -> Response:
    """Set the password, once; every session of the person ends."""
    return await _with_link(request, _set)


async def _with_link(request: Request, go_on) -> Response:  # noqa: ANN001  one of the two below
    gate, subject = current_gate(), f"password_link:{client_address(request) or 'unknown'}"
    lang, code = asked_language(request), request.path_params["code"]
    try:
        if seconds := await gate.seconds_blocked(subject):
            return _nothing(request, 429, text_of("identity.signin.blocked", lang, seconds=seconds))
        usable = len(code) <= LONGEST_CODE and code.isascii() and code.isalnum()
        link = await gate.password_link(code) if usable else None
        if link is None:
            await gate.note_failure(subject, FREE_OF_AN_ADDRESS)
            return _nothing(request, 404, text_of("identity.link.unknown", lang))
        return await go_on(request, code, link)
    except Unavailable:
        return _nothing(request, 503, text_of("errors.common.unavailable", lang))


def _nothing(request: Request, status: int, message: str) -> Response:
    return page(request, "password.html", status, link=None, message=message, errors={}, done=False)


async def _form(request: Request, _code: str, link: PasswordLink) -> Response:
    return page(request, "password.html", link=link, message="", errors=_no_errors(), done=False)


async def _set(request: Request, code: str, link: PasswordLink) -> Response:
    form = await request.form(max_files=0, max_fields=10)
    sent = {name: value for name, value in form.items() if isinstance(value, str)}
    password, lang = sent.get("password", ""), asked_language(request)
    problems = {
        "password": new_password_problem(password, link.username, [link.display_name]),
        "repeat": None if password == sent.get("repeat") else Problem("password_repeat"),
    }
    found = {name: problem_words(what, lang) for name, what in problems.items() if what is not None}
    if found:
        return page(request, "password.html", 422, link=link, message="", errors=_no_errors() | found, done=False)
    if not await current_gate().use_password_link(code, await hash_password(password)):
        return _nothing(request, 404, text_of("identity.link.unknown", lang))
    await record(AuditAction.PASSWORD_SET, REQUEST, link.person_id, client_address(request), reason=link.kind)
    return page(request, "password.html", link=link, message="", errors={}, done=True)


def _no_errors() -> dict[str, str]:
    return {"password": "", "repeat": ""}
