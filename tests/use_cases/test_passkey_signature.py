"""Signing a record with a passkey: the device's answer stands for exactly this content, and for nothing else."""

from uuid import UUID

import psycopg
import pytest

from tests.conftest import Actors, Clinic
from tests.factories.encounter import make_complete_note, make_patient, make_visit, write_section
from tests.factories.passkey import Device, text
from tht_app.database.gate_passkeys import Question
from tht_app.domain.encounter.signing import ChangedSinceReview
from tht_app.domain.encounter.statement import Fault
from tht_app.domain.passkey import PasskeyRefused, RelyingParty
from tht_app.use_cases.door import execute
from tht_app.use_cases.encounter import CheckSignature, ProveSignatures, ReviewForSigning, SignEncounter
from tht_app.use_cases.passkeys import verified_count, verified_registration

pytestmark = pytest.mark.integration
PARTY = RelyingParty("localhost", "http://localhost:8000")


async def a_passkey(clinic: Clinic, username: str) -> Device:
    """A device of this person, known to the clinic."""
    device, challenge = Device(PARTY.origin), b"q" * 32
    new = verified_registration(device.make({"challenge": text(challenge)}), challenge, PARTY)
    person = clinic.person_id(username)
    assert await clinic.gate.add_passkey(person, new.credential_id, new.public_key, new.sign_count, "Tablet")
    return device


@pytest.fixture
async def visit(actors: Actors) -> UUID:
    visit = await make_visit(actors, await make_patient(actors["admin"]))
    await make_complete_note(actors["dokter"], visit)
    return visit


async def shown_hash(clinic: Clinic, actors: Actors, visit: UUID) -> str:
    """The hash of what the doctor is shown, asked of her passkeys."""
    review = await execute(actors["dokter"], ReviewForSigning(visit))
    await clinic.gate.ask_passkey(bytes.fromhex(review.hash), Question.PROVE, clinic.person_id("dokter"), 300)
    return review.hash


def said(device: Device, hash_: str, **forged) -> str:
    return device.answer({"challenge": text(bytes.fromhex(hash_))}, **forged)


async def test_the_answer_signs_and_proves_what_was_signed(clinic: Clinic, actors: Actors, visit: UUID):
    device, hash_ = await a_passkey(clinic, "dokter"), await shown_hash(clinic, actors, visit)
    assert await execute(actors["dokter"], SignEncounter(visit, "", hash_, said(device, hash_))) == hash_
    assert (await execute(actors["dokter"], CheckSignature(visit))).genuine
    under = "select statement::jsonb ->> 'proof' as proof from clinic.record_signature where encounter_id = %s"
    assert clinic.admin_fetch(under, visit) == [{"proof": "passkey"}]
    kept = clinic.admin_fetch("select * from clinic.signature_evidence where encounter_id = %s", visit)[0]
    party = RelyingParty(kept["relying_party"], kept["origin"])
    assert verified_count(kept["answer"], bytes.fromhex(hash_), party, bytes(kept["public_key"])) == 1
    with pytest.raises(PasskeyRefused):
        verified_count(kept["answer"], bytes(32), party, bytes(kept["public_key"]))


async def test_an_answer_to_anything_else_signs_nothing(clinic: Clinic, actors: Actors, visit: UUID):
    device, stranger = await a_passkey(clinic, "dokter"), await a_passkey(clinic, "dokter2")
    hash_ = await shown_hash(clinic, actors, visit)
    other = "ab" * 32
    await clinic.gate.ask_passkey(bytes.fromhex(other), Question.PROVE, clinic.person_id("dokter"), 300)
    for answer in (
        said(device, other),
        said(stranger, hash_),
        said(device, hash_, verified=False),
        said(device, hash_, origin="https://evil.example"),
        said(device, hash_, host="evil.example"),
        said(stranger, hash_, credential_id=device.credential_id),
        "{}",
    ):
        with pytest.raises(PasskeyRefused):
            await execute(actors["dokter"], SignEncounter(visit, "", hash_, answer))
    assert clinic.admin_fetch("select signed_at from clinic.encounter where id = %s", visit) == [{"signed_at": None}]


async def test_what_nobody_asked_is_not_signed(clinic: Clinic, actors: Actors, visit: UUID):
    device = await a_passkey(clinic, "dokter")
    review = await execute(actors["dokter"], ReviewForSigning(visit))
    with pytest.raises(PasskeyRefused):
        await execute(actors["dokter"], SignEncounter(visit, "", review.hash, said(device, review.hash)))


async def test_a_note_that_changed_meanwhile_is_not_signed(clinic: Clinic, actors: Actors, visit: UUID):
    device, hash_ = await a_passkey(clinic, "dokter"), await shown_hash(clinic, actors, visit)
    await write_section(actors["dokter"], visit, "plan", "Kontrol tiga hari lagi, bukan tujuh.")
    with pytest.raises(ChangedSinceReview):
        await execute(actors["dokter"], SignEncounter(visit, "", hash_, said(device, hash_)))


async def flaws(actors: Actors, visit: UUID) -> set[str]:
    """What `tht verify` says of this visit."""
    proved = await execute(actors["tht"], ProveSignatures(limit=10_000))
    return {flaw.fault for flaw in proved.flaws if flaw.encounter_id == visit}


@pytest.mark.parametrize(
    "forgery",
    [
        "update clinic.signature_evidence set answer = %(answer)s where encounter_id = %(visit)s",
        "update clinic.signature_evidence set person_id = %(other)s where encounter_id = %(visit)s",
        "delete from clinic.signature_evidence where encounter_id = %(visit)s",
    ],
    ids=["of something else", "of somebody else", "gone"],
)
async def test_forged_evidence_is_noticed_on_the_screen_and_by_the_command(
    clinic: Clinic, actors: Actors, visit: UUID, forgery: str
):
    device, hash_ = await a_passkey(clinic, "dokter"), await shown_hash(clinic, actors, visit)
    await execute(actors["dokter"], SignEncounter(visit, "", hash_, said(device, hash_)))
    values = {"answer": said(device, "cd" * 32), "other": clinic.person_id("dokter2"), "visit": visit}
    with psycopg.connect(clinic.server.dsn(dbname=clinic.name)) as connection:
        connection.execute("set session_replication_role = replica")
        assert connection.execute(forgery, values).rowcount == 1
    found = await execute(actors["dokter"], CheckSignature(visit))
    assert (found.intact, found.genuine) == (True, False)
    assert await flaws(actors, visit) == {Fault.EVIDENCE_WRONG}


async def test_evidence_is_never_changed(clinic: Clinic, actors: Actors, visit: UUID):
    device, hash_ = await a_passkey(clinic, "dokter"), await shown_hash(clinic, actors, visit)
    await execute(actors["dokter"], SignEncounter(visit, "", hash_, said(device, hash_)))
    change = "update clinic.signature_evidence set answer = '{}'"
    with clinic.as_app(actors["dokter"].token) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(change)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        clinic.admin_fetch(change)
    assert await flaws(actors, visit) == set()
