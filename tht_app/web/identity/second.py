"""The second half of a sign-in: the code of an authenticator app, or setting one up where the role needs it.

Between the halves the browser holds a token that opens nothing: only the right code turns it, once, into a session.
"""

from typing import Any
from urllib.parse import urlencode

import segno
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tht_app.database.gate import current_gate
from tht_app.database.gate_factors import Factors
from tht_app.domain.errors import Unavailable
from tht_app.domain.proof import Method
from tht_app.i18n import text_of
from tht_app.use_cases.one_time import enrolment_uri
from tht_app.web.acting import client_address
from tht_app.web.identity.cookies import first_step, forget_first_step
from tht_app.web.identity.factors import asks_for_code, check_code, enrol, has_to_enrol, secret_to_enrol
from tht_app.web.identity.party import passkey_address, passkey_host
from tht_app.web.identity.signin import local_path, open_session
from tht_app.web.plain import asked_language, page

REQUEST = "identity.second_factor"
ENROL = "identity.enrol"
LONGEST_CODE = 40
NO_WAY: dict[str, Any] = {"has_app": True, "host": "", "address": ""}


async def show_code(request: Request) -> Response:
    """Ask for the code; without a first half lead back to it."""
    return await _with_first_step(request, _ask)


async def do_code(request: Request) -> Response:
    """Check the code and open the session."""
    return await _with_first_step(request, _check)


async def show_enrol(request: Request) -> Response:
    """Show the QR code of a secret that still has to be confirmed."""
    return await _with_first_step(request, _offer)


async def do_enrol(request: Request) -> Response:
    """Confirm it with a first code; then the recovery codes are shown, this once, and the person is signed in."""
    return await _with_first_step(request, _confirm)


async def _with_first_step(request: Request, go_on: Any) -> Response:
    """Find whose password was right a moment ago, or lead to the sign-in page."""
    try:
        token, gate = first_step(request), current_gate()
        person_id = await gate.first_step_of(token) if token else None
        factors = await gate.factors_of(person_id) if person_id else None
        if token is None or factors is None:
            wanted = local_path(request.query_params.get("next"))
            return RedirectResponse(f"/signin?{urlencode({'next': wanted})}", 303)
        return await go_on(request, factors, token)
    except Unavailable:
        message = text_of("errors.common.unavailable", asked_language(request))
        return page(request, "code.html", 503, next="/", message=message, **NO_WAY)


async def _ask(request: Request, factors: Factors, _token: str) -> Response:
    wanted = local_path(request.query_params.get("next"))
    if not asks_for_code(factors):
        return RedirectResponse(f"/signin/enrol?{urlencode({'next': wanted})}", 303)
    return page(request, "code.html", next=wanted, message="", **_ways(factors))


def _ways(factors: Factors) -> dict[str, Any]:
    """By what this account can go on: an app, or a passkey where one can work."""
    host = passkey_host() if factors.passkeys else ""
    return {"has_app": factors.totp_confirmed, "host": host, "address": passkey_address() if host else ""}


async def _check(request: Request, factors: Factors, token: str) -> Response:
    code, wanted = await code_and_next(request)
    if not asks_for_code(factors):
        return RedirectResponse("/signin", 303)
    proved = await check_code(factors, code, client_address(request), REQUEST)
    lang = asked_language(request)
    if proved.seconds_blocked:
        message = text_of("identity.signin.blocked", lang, seconds=proved.seconds_blocked)
        answer = page(request, "code.html", 429, next=wanted, message=message, **_ways(factors))
        answer.headers["retry-after"] = str(proved.seconds_blocked)
        return answer
    if proved.method is None:
        message = text_of("identity.code.wrong", lang)
        return page(request, "code.html", 401, next=wanted, message=message, **_ways(factors))
    return await _enter(request, factors, token, RedirectResponse(wanted, 303), proved.method)


async def _enter(request: Request, factors: Factors, token: str, answer: Response, by: Method) -> Response:
    """One first half becomes one session, however often its form is sent."""
    if await current_gate().take_first_step(token) != factors.person_id:
        return RedirectResponse("/signin", 303)
    await open_session(request, answer, factors.person_id, REQUEST, by=by)
    forget_first_step(answer)
    return answer


async def _offer(request: Request, factors: Factors, _token: str) -> Response:
    wanted = local_path(request.query_params.get("next"))
    if not has_to_enrol(factors):
        return RedirectResponse(f"/signin/code?{urlencode({'next': wanted})}", 303)
    return await enrol_page(request, factors, action="/signin/enrol", wanted=wanted, forced=True)


async def _confirm(request: Request, factors: Factors, token: str) -> Response:
    code, wanted = await code_and_next(request)
    if not has_to_enrol(factors):
        return RedirectResponse("/signin", 303)
    codes = await enrol(factors, code, client_address(request))
    if codes is None:
        return await enrol_page(request, factors, action="/signin/enrol", wanted=wanted, forced=True, wrong=True)
    shown = page(request, "recovery.html", codes=codes, onwards=wanted)
    return await _enter(request, factors, token, shown, Method.TOTP)


async def enrol_page(
    request: Request, factors: Factors, *, action: str, wanted: str, forced: bool, wrong: bool = False
) -> Response:
    """QR code and secret of the begun enrolment, with the form for the first code."""
    secret = await secret_to_enrol(factors)
    lang = asked_language(request)
    uri = enrolment_uri(secret, factors.username, str(text_of("shell.clinic", lang)))
    return page(
        request,
        "enrol.html",
        401 if wrong else 200,
        action=action,
        next=wanted,
        forced=forced,
        secret=" ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        picture=segno.make_qr(uri, error="m").svg_data_uri(scale=5, border=4, dark="#000", light="#fff"),
        message=text_of("identity.enrol.wrong", lang) if wrong else "",
    )


async def code_and_next(request: Request) -> tuple[str, str]:
    """The code that was typed or pasted, and where to go on."""
    form = await request.form(max_files=0, max_fields=10)
    code, wanted = form.get("code"), form.get("next")
    return (
        code[:LONGEST_CODE] if isinstance(code, str) else "",
        local_path(wanted if isinstance(wanted, str) else None),
    )
