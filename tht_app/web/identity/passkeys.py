"""Passkeys over plain HTTP: sign in without a password, add one's own, prove oneself with one.

A passkey is two factors in itself: the device, and the finger, face or PIN that unlocks it. It answers only on the
clinic's own address, so whoever is lured to another page gives nothing away.
"""

import secrets
from functools import cache
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

import tht_app.components.identity
from tht_app.database.gate import current_gate
from tht_app.database.gate_passkeys import KnownPasskey, Question
from tht_app.domain.audit import AuditAction
from tht_app.domain.errors import DomainError, NotFound
from tht_app.domain.passkey import PasskeyRefused
from tht_app.domain.proof import Demand, Method
from tht_app.i18n import text_of
from tht_app.state.identity.access_views import device_words
from tht_app.use_cases import passkeys
from tht_app.use_cases.access import EnterOwnAccess
from tht_app.use_cases.door import Actor, execute
from tht_app.web.acting import client_address, lang_of, problem
from tht_app.web.identity.body import json_body
from tht_app.web.identity.cookies import forget_first_step
from tht_app.web.identity.credentials import record
from tht_app.web.identity.factors import demand
from tht_app.web.identity.party import own_party, passkey_address, passkey_host
from tht_app.web.identity.signin import end_present_session, open_session
from tht_app.web.identity.throttle import FREE_OF_AN_ADDRESS
from tht_app.web.plain import page

REQUEST = "identity.passkey"
SCRIPTS = {
    "/passkey.js": Path(str(tht_app.components.identity.__file__)).with_name("passkey.js"),
    "/passkey_page.js": Path(__file__).parents[1] / "layout" / "passkey_page.js",
    "/plain_page.js": Path(__file__).parents[1] / "layout" / "plain_page.js",
}


async def script(request: Request) -> Response:
    """One of the scripts of these pages."""
    text, tag = _script(SCRIPTS[request.url.path])
    headers = {"etag": tag, "cache-control": "no-cache"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(text, media_type="text/javascript", headers=headers)


@cache
def _script(path: Path) -> tuple[str, str]:
    text = path.read_text(encoding="utf-8")
    return text, f'"{sha256(text.encode()).hexdigest()[:24]}"'


async def ask(what: Question, person_id: UUID | None, challenge: bytes | None = None) -> str:
    """The options of a question as JSON; with a person, only their passkeys may answer."""
    party, gate = own_party(), current_gate()
    question = challenge or secrets.token_bytes(passkeys.CHALLENGE_BYTES)
    await gate.ask_passkey(question, what, person_id, passkeys.CHALLENGE_SECONDS)
    allowed = await gate.passkeys_of(person_id) if person_id else []
    if person_id and not allowed:
        raise NotFound
    return passkeys.authentication_options(party, allowed, question)


async def answered(text: str, what: Question, person_id: UUID | None, address: str | None) -> KnownPasskey:
    """The passkey that rightly answers a question that was asked of this person; raises PasskeyRefused.

    The question is used up first. A device whose counter has not gone on is a copy: its passkey opens nothing any more.
    """
    gate, assertion = current_gate(), passkeys.read_assertion(text)
    if not await gate.take_question(assertion.challenge, what, person_id):
        raise PasskeyRefused
    known = await gate.find_passkey(assertion.credential_id)
    if known is None or (person_id is not None and known.person_id != person_id):
        raise PasskeyRefused
    counter = passkeys.verified_count(text, assertion.challenge, own_party(), known.public_key)
    if not await gate.passkey_used(known.id, counter):
        await gate.suspect_passkey(known.id)
        await record(AuditAction.PASSKEY_ALARM, REQUEST, known.person_id, address, outcome="denied", reason="counter")
        raise PasskeyRefused
    return known


async def signin_options(request: Request) -> Response:
    """What to ask whatever passkey the device has for this clinic."""
    try:
        return _json(await ask(Question.SIGN_IN, None))
    except DomainError as refusal:
        return problem(refusal, lang_of(request))


async def signin_by_passkey(request: Request) -> Response:
    """204 with a session; 401 when the answer does not hold, 429 after too many."""
    address, lang, gate = client_address(request), lang_of(request), current_gate()
    subject = f"passkey:{address or 'unknown'}"
    try:
        if seconds := await gate.seconds_blocked(subject):
            return problem(PasskeyRefused(), lang, 429, text_of("identity.signin.blocked", lang, seconds=seconds))
        known = await answered((await json_body(request)).get("passkey", ""), Question.SIGN_IN, None, address)
        factors = await gate.factors_of(known.person_id)
        if factors is None or demand(factors) is Demand.OFF:
            raise PasskeyRefused
        await end_present_session(request)
        answer = Response(status_code=204)
        await open_session(request, answer, known.person_id, REQUEST, by=Method.PASSKEY)
        forget_first_step(answer)
    except PasskeyRefused as refusal:
        await gate.note_failure(subject, FREE_OF_AN_ADDRESS)
        await record(AuditAction.SIGN_IN_FAILED, REQUEST, None, address, outcome="denied", reason="passkey")
        return problem(refusal, lang, 401)
    except DomainError as refusal:
        return problem(refusal, lang)
    return answer


async def show_own_passkey(request: Request, actor: Actor) -> Response:
    """The page on which one's own device makes a passkey."""
    await execute(actor, EnterOwnAccess())
    return page(request, "passkey.html", host=passkey_host(), address=passkey_address(), next="/settings")


async def own_passkey_options(request: Request, actor: Actor) -> Response:
    """What to ask the device for a new passkey."""
    person_id = await execute(actor, EnterOwnAccess())
    gate, party, question = current_gate(), own_party(), secrets.token_bytes(passkeys.CHALLENGE_BYTES)
    factors = await gate.factors_of(person_id)
    if factors is None:
        raise NotFound
    await gate.ask_passkey(question, Question.REGISTER, person_id, passkeys.CHALLENGE_SECONDS)
    present, clinic = await gate.passkeys_of(person_id), str(text_of("shell.clinic", lang_of(request)))
    return _json(
        passkeys.registration_options(
            party, question, person_id=person_id, username=factors.username, clinic=clinic, present=present
        )
    )


async def add_own_passkey(request: Request, actor: Actor) -> Response:
    """Keep the new passkey: 204, or 400 when the answer does not hold."""
    person_id = await execute(actor, EnterOwnAccess())
    text = (await json_body(request)).get("passkey", "")
    gate, question = current_gate(), passkeys.challenge_of_registration(text)
    if not await gate.take_question(question, Question.REGISTER, person_id):
        raise PasskeyRefused
    new = passkeys.verified_registration(text, question, own_party())
    name = device_words(request.headers.get("user-agent", ""), lang_of(request))
    if not await gate.add_passkey(person_id, new.credential_id, new.public_key, new.sign_count, name):
        raise PasskeyRefused
    reason = Method.PASSKEY.value
    await record(AuditAction.FACTOR_ADDED, REQUEST, person_id, client_address(request), reason=reason)
    return Response(status_code=204)


def _json(text: str) -> Response:
    return Response(text, media_type="application/json", headers={"cache-control": "no-store"})
