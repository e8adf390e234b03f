"""The clinic's own signature stands under every signed note, and nobody without its keys makes another."""

import json
from datetime import UTC, datetime
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import event

from tests.conftest import Actors, Clinic
from tests.factories.encounter import PASSWORD, give_password, make_complete_note, make_patient, make_visit
from tht_app.database.signing import record_key, signed_by, signing_key
from tht_app.domain.encounter.statement import Fault, Statement, Subject, says
from tht_app.domain.errors import NotFound
from tht_app.use_cases.door import execute
from tht_app.use_cases.encounter import (
    AddAddendum,
    CheckSignature,
    ProveSignatures,
    ReadEncounter,
    ReviewForSigning,
    SignEncounter,
    VerifySignature,
)

pytestmark = pytest.mark.integration
NAME = "Siti O'Brien"
FOREIGN = signing_key(b"7" * 32, "somebody else")


async def _signed(actors: Actors, clinic: Clinic) -> UUID:
    await give_password(clinic, "dokter")
    visit = await make_visit(actors, await make_patient(actors["admin"], NAME))
    await make_complete_note(actors["dokter"], visit)
    review = await execute(actors["dokter"], ReviewForSigning(visit))
    await execute(actors["dokter"], SignEncounter(visit, PASSWORD, review.hash))
    return visit


@pytest.fixture
async def signed(actors: Actors, clinic: Clinic) -> UUID:
    return await _signed(actors, clinic)


def _behind_the_triggers(clinic: Clinic, sql: str, *values: object) -> None:
    with psycopg.connect(clinic.server.dsn(dbname=clinic.name)) as connection:
        connection.execute("set session_replication_role = replica")
        assert connection.execute(sql, values).rowcount


async def _flaws(actors: Actors, visit: UUID) -> set[str]:
    proved = await execute(actors["worker"], ProveSignatures())
    return {flaw.fault for flaw in proved.flaws if flaw.encounter_id == visit}


async def test_the_clinic_signs_who_signed_what_how_and_when(actors: Actors, clinic: Clinic, signed: UUID):
    row = clinic.admin_fetch(
        "select s.*, e.hash as content from clinic.record_signature s join clinic.encounter e on e.id = s.encounter_id "
        "where e.id = %s",
        signed,
    )[0]
    facts = json.loads(row["statement"])
    assert (facts["hash"], facts["proof"], facts["subject"]) == (row["content"].hex(), "password", "encounter")
    assert facts["signer"] == str(clinic.person_id("dokter"))
    assert NAME not in row["statement"]
    key = record_key(clinic.database.vault)
    assert (row["key_id"], signed_by(key.public, row["signature"], row["statement"].encode())) == (key.key_id, True)
    found = await execute(actors["dokter"], CheckSignature(signed))
    assert (found.intact, found.genuine) == (True, True)
    assert await _flaws(actors, signed) == set()


async def test_a_stranger_with_the_code_learns_nothing_of_the_patient(actors: Actors, clinic: Clinic, signed: UUID):
    record = await execute(actors["dokter"], ReadEncounter(signed))
    paper = await execute(actors["kasir"], VerifySignature(record.code.lower()))
    assert (paper.genuine, paper.hash, paper.addendum) == (True, record.hash, False)
    assert NAME not in repr(paper)
    assert str(record.visit.patient_id) not in repr(paper)
    with pytest.raises(NotFound):
        await execute(actors["kasir"], VerifySignature(record.code[:-1] + "_"))


async def test_an_addendum_is_signed_too(actors: Actors, clinic: Clinic, signed: UUID):
    await execute(actors["dokter"], AddAddendum(signed, "Kultur: tidak ada pertumbuhan.", PASSWORD))
    code = clinic.admin_fetch(
        "select code from clinic.record_signature where subject = 'addendum' and encounter_id = %s", signed
    )[0]["code"]
    assert (await execute(actors["dokter"], VerifySignature(code))).addendum
    assert await _flaws(actors, signed) == set()
    _behind_the_triggers(clinic, "update clinic.note_addendum set number = 7 where encounter_id = %s", signed)
    assert await _flaws(actors, signed) == {Fault.CONTENT_DIFFERS}


async def test_changed_content_is_found(actors: Actors, clinic: Clinic, signed: UUID):
    _behind_the_triggers(
        clinic, "update clinic.condition set certainty = 'differential' where encounter_id = %s", signed
    )
    assert await _flaws(actors, signed) == {Fault.CONTENT_DIFFERS}


async def test_a_removed_signature_is_found(actors: Actors, clinic: Clinic, signed: UUID):
    _behind_the_triggers(clinic, "delete from clinic.record_signature where encounter_id = %s", signed)
    assert await _flaws(actors, signed) == {Fault.SIGNATURE_MISSING}
    assert not (await execute(actors["dokter"], CheckSignature(signed))).genuine


async def test_the_signature_of_another_note_is_found(actors: Actors, clinic: Clinic, signed: UUID):
    other = await _signed(actors, clinic)
    _behind_the_triggers(
        clinic,
        "update clinic.record_signature s set statement = o.statement, signature = o.signature "
        "from clinic.record_signature o where s.encounter_id = %s and o.encounter_id = %s",
        signed,
        other,
    )
    assert await _flaws(actors, signed) == {Fault.STATEMENT_DIFFERS}
    assert await _flaws(actors, other) == set()


@pytest.mark.parametrize("change", ["signed_by", "signed_at"])
async def test_another_signer_or_time_is_found(actors: Actors, clinic: Clinic, signed: UUID, change: str):
    value = clinic.person_id("dokter2") if change == "signed_by" else "2020-02-29T10:00:00Z"
    _behind_the_triggers(clinic, f"update clinic.encounter set {change} = %s where id = %s", value, signed)
    assert await _flaws(actors, signed) == {Fault.STATEMENT_DIFFERS}


async def test_whoever_rewrites_everything_but_lacks_the_key_is_found(actors: Actors, clinic: Clinic, signed: UUID):
    """The best that an attacker with the whole database can do: consistent facts, signed with a key of their own."""
    row = clinic.admin_fetch("select statement from clinic.record_signature where encounter_id = %s", signed)[0]
    _behind_the_triggers(
        clinic,
        "update clinic.record_signature set signature = %s, key_id = %s where encounter_id = %s",
        FOREIGN.sign(row["statement"].encode()),
        FOREIGN.key_id,
        signed,
    )
    assert await _flaws(actors, signed) == {Fault.SIGNATURE_WRONG}
    code = (await execute(actors["dokter"], ReadEncounter(signed))).code
    assert not (await execute(actors["dokter"], VerifySignature(code))).genuine
    found = await execute(actors["dokter"], CheckSignature(signed))
    assert (found.intact, found.genuine) == (True, False)


async def test_the_database_accepts_no_lock_without_a_signature(actors: Actors, clinic: Clinic):
    visit = await make_visit(actors, await make_patient(actors["admin"]))
    lock = (
        "update clinic.encounter set status = 'finished', ended_at = now(), signed_at = now(), "
        "signed_by = practitioner_id, hash = sha256('x') where id = %s"
    )
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="without a signature"):
        clinic.admin_fetch(lock, visit)
    assert (await execute(actors["dokter"], ReadEncounter(visit))).visit.signed_at is None


@pytest.mark.parametrize(
    "attack",
    [
        "update clinic.record_signature set code = 'AAAABBBBCCCCDDDD' where encounter_id = %s",
        "delete from clinic.record_signature where encounter_id = %s",
    ],
)
async def test_a_signature_never_changes(clinic: Clinic, signed: UUID, attack: str):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        clinic.admin_fetch(attack, signed)


async def test_all_of_them_are_checked_batch_by_batch(actors: Actors, clinic: Clinic):
    visits = {await _signed(actors, clinic) for _ in range(3)}
    checked, after = 0, None
    while True:
        batch = await execute(actors["worker"], ProveSignatures(after, 2))
        checked += batch.notes
        after = batch.last
        if after is None:
            break
    total = clinic.admin_fetch("select count(*) as n from clinic.encounter where signed_at is not null")[0]["n"]
    assert checked == total >= len(visits)


async def test_a_batch_asks_the_database_no_more_often_than_one_note_does(actors: Actors, clinic: Clinic):
    for _ in range(2):
        await _signed(actors, clinic)
    asked: list[str] = []

    def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(clinic.database.engine.sync_engine, "before_cursor_execute", count)
    try:
        await execute(actors["worker"], ProveSignatures(limit=1))
        one = len(asked)
        assert (await execute(actors["worker"], ProveSignatures(limit=100))).notes > 1
    finally:
        event.remove(clinic.database.engine.sync_engine, "before_cursor_execute", count)
    assert len(asked) == 2 * one


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"proof": "guess"}', "{"])
def test_a_damaged_statement_says_nothing(text: str):
    zero = UUID(int=0)
    assert not says(text, Statement(Subject.ENCOUNTER, zero, zero, bytes(32), zero, datetime(2026, 1, 1, tzinfo=UTC)))
