"""Proving oneself again before a deed that weighs much: from the screens' dialog, or on a page of its own.

What is typed is either the password or a code; a password has at least twelve characters, so one field takes both.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from tht_app.database.gate import current_gate
from tht_app.database.gate_passkeys import Question
from tht_app.domain.audit import AuditAction
from tht_app.domain.errors import DomainError, NotFound, SessionEnded, Unavailable
from tht_app.domain.passkey import PasskeyRefused
from tht_app.domain.passwords import SHORTEST
from tht_app.domain.proof import Method, Sensitive
from tht_app.i18n import text_of
from tht_app.state.session import SignedIn
from tht_app.web.acting import client_address, lang_of, problem, session_token, signed_in
from tht_app.web.identity.body import json_body
from tht_app.web.identity.cookies import device
from tht_app.web.identity.credentials import check, record
from tht_app.web.identity.factors import Proved, check_code
from tht_app.web.identity.passkeys import answered, ask
from tht_app.web.identity.signin import local_path
from tht_app.web.plain import asked_language, page

REQUEST = "identity.proof"
DOWNLOADS = "/export/"
DIGEST = re.compile(r"^[0-9a-f]{64}$")


@dataclass(frozen=True, slots=True)
class _Asked:
    """Who has to prove what with what."""

    who: SignedIn
    token: str
    deed: Sensitive
    typed: str
    passkey: str = ""


async def confirm(request: Request) -> Response:
    """204 when the proof is right; 401 wrong, 429 too many tries, 422 for a deed that is none.

    Takes `{"kind": "...", "proof": "..."}` with the password, a code of the app or a recovery code, or
    `{"kind": "...", "passkey": "..."}` with a passkey's answer.
    """
    lang = lang_of(request)
    try:
        who, token, body = await signed_in(request), session_token(request), await json_body(request)
        if who is None or token is None:
            return problem(SessionEnded(), lang)
        if body.get("kind") not in set(Sensitive):
            return _refused(422, text_of("problems.unknown_choice", lang))
        proved = await _prove(
            request, _Asked(who, token, Sensitive(body["kind"]), body.get("proof", ""), body.get("passkey", ""))
        )
    except Unavailable as away:
        return problem(away, lang)
    if proved.seconds_blocked:
        return _refused(429, text_of("identity.signin.blocked", lang, seconds=proved.seconds_blocked))
    if proved.method is None:
        return _refused(401, text_of("identity.proof.wrong", lang))
    return Response(status_code=204)


async def show_proof(request: Request) -> Response:
    """The question on a page of its own, for addresses that are opened in the browser."""
    kind, wanted = request.query_params.get("kind"), local_path(request.query_params.get("next"))
    who = await signed_in(request)
    if who is None or who.kind != "person":  # a television has nothing to prove
        return RedirectResponse(f"/signin?{urlencode({'next': wanted})}", 303)
    if kind not in set(Sensitive):
        return RedirectResponse("/", 303)
    return page(request, "proof.html", kind=kind, next=wanted, message="")


async def do_proof(request: Request) -> Response:
    """Check the proof and go on to where the person came from."""
    form = await request.form(max_files=0, max_fields=10)
    sent = {name: value for name, value in form.items() if isinstance(value, str)}
    wanted, lang = local_path(sent.get("next")), asked_language(request)
    who, token = await signed_in(request), session_token(request)
    if who is None or token is None or who.kind != "person":
        return RedirectResponse(f"/signin?{urlencode({'next': wanted})}", 303)
    if sent.get("kind") not in set(Sensitive):
        return RedirectResponse("/", 303)
    proved = await _prove(request, _Asked(who, token, Sensitive(sent["kind"]), sent.get("proof", "")))
    if proved.method is None:
        blocked = proved.seconds_blocked
        key = "identity.signin.blocked" if blocked else "identity.proof.wrong"
        message = text_of(key, lang, **({"seconds": blocked} if blocked else {}))
        return page(request, "proof.html", 429 if blocked else 401, kind=sent["kind"], next=wanted, message=message)
    if wanted.startswith(DOWNLOADS):
        return page(request, "download.html", wanted=wanted)
    return RedirectResponse(wanted, 303)


async def _prove(request: Request, asked: _Asked) -> Proved:
    """Check password or code of whoever holds the session, and note the proof with the session."""
    gate, address = current_gate(), client_address(request)
    if asked.passkey:
        proved = await _by_passkey(asked, address)
    elif len(asked.typed) >= SHORTEST:
        checked = await check(asked.who.username, asked.typed, address, REQUEST, device=device(request))
        proved = Proved(Method.PASSWORD if checked.person_id else None, checked.seconds_blocked)
    else:
        factors = await gate.factors_of(asked.who.person_id)
        proved = await check_code(factors, asked.typed, address, REQUEST) if factors else Proved()
    if proved.method is not None:
        if not await gate.prove(asked.token, asked.deed, proved.method):
            raise SessionEnded
        reason = f"{asked.deed.value}: {proved.method.value}"
        await record(AuditAction.PROVE, REQUEST, asked.who.person_id, address, reason=reason)
    return proved


async def _by_passkey(asked: _Asked, address: str | None) -> Proved:
    try:
        await answered(asked.passkey, Question.PROVE, asked.who.person_id, address)
    except PasskeyRefused:
        await record(
            AuditAction.SIGN_IN_FAILED, REQUEST, asked.who.person_id, address, outcome="denied", reason="passkey"
        )
        return Proved()
    return Proved(Method.PASSKEY)


async def passkey_options(request: Request) -> Response:
    """What to ask one's own passkeys for a proof; 204 for whoever has none.

    Takes `{"hash": "..."}` when a record is signed: then the record's hash itself is the question, so that the answer
    proves what was signed.
    """
    lang, body = lang_of(request), await json_body(request)
    try:
        who = await signed_in(request)
        if who is None:
            return problem(SessionEnded(), lang)
        signed = bytes.fromhex(body["hash"]) if DIGEST.match(body.get("hash", "")) else None
        options = await ask(Question.PROVE, who.person_id, signed)
    except NotFound:
        return Response(status_code=204)
    except DomainError as refusal:
        return problem(refusal, lang)
    return Response(options, media_type="application/json", headers={"cache-control": "no-store"})


def _refused(status: int, title: str) -> Response:
    return JSONResponse({"title": title, "status": status}, status, media_type="application/problem+json")
