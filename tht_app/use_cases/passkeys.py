"""Passkeys (WebAuthn level 2): what the browser is asked, and whether its answer holds.

Everything here is strict by intent: the person has to have been verified by the device (fingerprint, face, PIN), page
address and host name have to be exactly the clinic's, and each question is good for one answer (the caller uses up its
challenge in PostgreSQL first). The counter is judged by PostgreSQL as well, in one statement.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from tht_app.domain.passkey import PasskeyRefused, RelyingParty

CHALLENGE_BYTES = 32
CHALLENGE_SECONDS = 5 * 60
LONGEST_ANSWER = 20_000
ANSWER = TypeAdapter(dict[str, object])
UNREADABLE = (WebAuthnException, ValueError, KeyError, TypeError, RecursionError)
"""What reading an answer that nobody's device made can end in."""


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """What is kept of a passkey: nothing that could sign."""

    credential_id: bytes
    public_key: bytes
    sign_count: int


@dataclass(frozen=True, slots=True)
class Assertion:
    """A passkey's answer, read but not yet believed."""

    text: str
    credential_id: bytes
    challenge: bytes


def registration_options(
    party: RelyingParty,
    challenge: bytes,
    *,
    person_id: UUID,
    username: str,
    clinic: str,
    present: Sequence[bytes],
) -> str:
    """What `navigator.credentials.create` is given, as JSON; `present` are the passkeys that are there already."""
    options = generate_registration_options(
        rp_id=party.id,
        rp_name=clinic,
        user_id=person_id.bytes,
        user_name=username,
        challenge=challenge,
        timeout=CHALLENGE_SECONDS * 1000,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=each) for each in present],
    )
    return options_to_json(options)


def authentication_options(party: RelyingParty, allowed: Sequence[bytes], challenge: bytes) -> str:
    """What `navigator.credentials.get` is given, as JSON; with nothing allowed the device offers what it has."""
    options = generate_authentication_options(
        rp_id=party.id,
        challenge=challenge,
        timeout=CHALLENGE_SECONDS * 1000,
        allow_credentials=[PublicKeyCredentialDescriptor(id=each) for each in allowed],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json(options)


def read_assertion(text: str) -> Assertion:
    """Which passkey answers which question; raises PasskeyRefused for what is no answer."""
    answer = _object(text)
    return Assertion(text, _bytes(answer.get("id")), _challenge(_inner(answer, "response").get("clientDataJSON")))


def challenge_of_registration(text: str) -> bytes:
    """Which question a new passkey answers; raises PasskeyRefused for what is no answer."""
    return _challenge(_inner(_object(text), "response").get("clientDataJSON"))


def verified_registration(text: str, challenge: bytes, party: RelyingParty) -> NewPasskey:
    """The new passkey, if its answer holds; raises PasskeyRefused."""
    try:
        verified = verify_registration_response(
            credential=text,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    except UNREADABLE as wrong:
        raise PasskeyRefused from wrong
    return NewPasskey(verified.credential_id, verified.credential_public_key, verified.sign_count)


def verified_count(text: str, challenge: bytes, party: RelyingParty, public_key: bytes) -> int:
    """The device's counter, if its answer holds; raises PasskeyRefused.

    Whether the counter has gone on is for PostgreSQL to say: a fallen one is an alarm, not a typing mistake.
    """
    try:
        verified = verify_authentication_response(
            credential=text,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=public_key,
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except UNREADABLE as wrong:
        raise PasskeyRefused from wrong
    return verified.new_sign_count


def _object(text: str) -> dict[str, object]:
    if len(text) > LONGEST_ANSWER:
        raise PasskeyRefused
    try:
        return ANSWER.validate_json(text)
    except ValidationError as wrong:
        raise PasskeyRefused from wrong


def _inner(answer: dict[str, object], name: str) -> dict[str, object]:
    try:
        return ANSWER.validate_python(answer.get(name))
    except ValidationError as wrong:
        raise PasskeyRefused from wrong


def _bytes(value: object) -> bytes:
    if not isinstance(value, str):
        raise PasskeyRefused
    try:
        return base64url_to_bytes(value)
    except ValueError as wrong:
        raise PasskeyRefused from wrong


def _challenge(client_data: object) -> bytes:
    try:
        said = _bytes(client_data).decode()
    except ValueError as wrong:
        raise PasskeyRefused from wrong
    return _bytes(_object(said).get("challenge"))
