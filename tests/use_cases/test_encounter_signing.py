"""A signature stands for exactly what was shown, and nothing changes afterwards."""

import asyncio
from uuid import UUID

import psycopg
import pytest

from tests.conftest import Actors, Clinic
from tests.factories.encounter import (
    PASSWORD,
    give_password,
    make_complete_note,
    make_patient,
    make_visit,
    write_section,
)
from tht_app.domain.encounter.note import AddendumBeforeSigning
from tht_app.domain.encounter.signing import ChangedSinceReview, NothingToSign, PasswordWrong
from tht_app.domain.encounter.visit import EncounterSigned, NotYourEncounter
from tht_app.domain.errors import DomainError, PermissionDenied
from tht_app.use_cases.door import execute
from tht_app.use_cases.encounter import (
    AddAddendum,
    AddDiagnosis,
    CheckSignature,
    ReadEncounter,
    ReadNote,
    RecordVitals,
    ReviewForSigning,
    SaveSection,
    SignEncounter,
    StartEncounter,
)
from tht_app.use_cases.ent import TapFinding

pytestmark = pytest.mark.integration


@pytest.fixture
async def visit(actors: Actors, clinic: Clinic) -> UUID:
    await give_password(clinic, "dokter")
    visit = await make_visit(actors, await make_patient(actors["admin"]))
    await make_complete_note(actors["dokter"], visit)
    await execute(actors["dokter"], TapFinding(visit, "ear.right.ear_canal.discharge"))
    await execute(actors["perawat"], RecordVitals(visit, {"weight_kg": "61,5"}))
    return visit


async def _sign(actors: Actors, visit: UUID) -> str:
    review = await execute(actors["dokter"], ReviewForSigning(visit))
    return await execute(actors["dokter"], SignEncounter(visit, PASSWORD, review.hash))


async def test_what_is_signed_is_what_was_shown(actors: Actors, visit: UUID):
    review = await execute(actors["dokter"], ReviewForSigning(visit))
    assert review.missing == ()
    assert await execute(actors["dokter"], SignEncounter(visit, PASSWORD, review.hash)) == review.hash
    record = await execute(actors["dokter"], ReadEncounter(visit))
    assert (record.hash, record.signed_by) == (review.hash, "dr. Sari Kusuma, Sp.THT-KL")
    assert record.visit.status == "finished"


async def test_a_gap_that_nobody_filled_is_said_before_the_signature(actors: Actors, visit: UUID):
    await write_section(actors["dokter"], visit, "plan", "Antibiotik *** hari.")
    assert (await execute(actors["dokter"], ReviewForSigning(visit))).missing == ("gap",)


async def test_a_change_after_the_review_stops_the_signature(actors: Actors, visit: UUID):
    review = await execute(actors["dokter"], ReviewForSigning(visit))
    await write_section(actors["perawat"], visit, "objective", "Perawat menambah sesuatu.")
    with pytest.raises(ChangedSinceReview):
        await execute(actors["dokter"], SignEncounter(visit, PASSWORD, review.hash))
    assert (await execute(actors["dokter"], ReadEncounter(visit))).visit.signed_at is None


async def test_a_wrong_password_signs_nothing(actors: Actors, visit: UUID):
    for password in ("", "salah", PASSWORD + " "):
        with pytest.raises(PasswordWrong):
            await execute(actors["dokter"], SignEncounter(visit, password))
    assert (await execute(actors["dokter"], ReadEncounter(visit))).visit.signed_at is None


@pytest.mark.parametrize("username", ["perawat", "admin", "apoteker", "kasir", "auditor", "pemilik"])
async def test_only_doctors_sign(actors: Actors, visit: UUID, clinic: Clinic, username: str):
    await give_password(clinic, username)
    with pytest.raises(PermissionDenied):
        await execute(actors[username], SignEncounter(visit, PASSWORD))


async def test_a_colleague_does_not_sign(actors: Actors, visit: UUID, clinic: Clinic):
    await give_password(clinic, "dokter2")
    patient = (await execute(actors["dokter"], ReadEncounter(visit))).patient.id
    await make_visit(actors, patient, "dokter2")
    with pytest.raises(NotYourEncounter):
        await execute(actors["dokter2"], SignEncounter(visit, PASSWORD))


async def test_an_empty_encounter_is_not_signed(actors: Actors, visit: UUID):
    empty = await make_visit(actors, await make_patient(actors["admin"]))
    with pytest.raises(NothingToSign):
        await execute(actors["dokter"], SignEncounter(empty, PASSWORD))


async def test_after_signing_every_use_case_refuses(actors: Actors, visit: UUID):
    await _sign(actors, visit)
    doctor = actors["dokter"]
    for request in (
        SaveSection(visit, "plan", "diubah", 1),
        AddDiagnosis(visit, "R42", "none"),
        RecordVitals(visit, {"weight_kg": "60"}),
        TapFinding(visit, "ear.left.pinna.normal"),
        StartEncounter(visit),
        SignEncounter(visit, PASSWORD),
    ):
        with pytest.raises(EncounterSigned):
            await execute(doctor, request)
    assert (await execute(doctor, ReadNote(visit))).writable == frozenset()


LATE_VERSION = """
insert into clinic.note_section_version
select gen_random_uuid(), encounter_id, patient_id, section, 99, body_sealed, author_id, at
from clinic.note_section_version where encounter_id = %s limit 1
"""
ATTACKS = (
    "update clinic.encounter set practitioner_id = practitioner_id where id = %s",
    "update clinic.encounter set hash = sha256('x') where id = %s",
    "update clinic.encounter set signed_at = null, signed_by = null, hash = null where id = %s",
    "delete from clinic.encounter where id = %s",
    "update clinic.condition set certainty = 'differential' where encounter_id = %s",
    "delete from clinic.condition where encounter_id = %s",
    "update clinic.observation set value = 70 where encounter_id = %s",
    "delete from clinic.observation where encounter_id = %s",
    "update clinic.ent_finding set finding = 'cerumen' where encounter_id = %s",
    "update clinic.ent_finding set encounter_id = '00000000-0000-7000-8000-000000000001' where encounter_id = %s",
    "update clinic.note_section_version set version = version + 10 where encounter_id = %s",
    "delete from clinic.note_section_version where encounter_id = %s",
    LATE_VERSION,
    "truncate clinic.note_section_version --%s",
    "truncate clinic.observation --%s",
    "truncate clinic.encounter cascade --%s",
)


@pytest.mark.parametrize("attack", ATTACKS)
async def test_not_even_a_superuser_changes_a_signed_record(actors: Actors, visit: UUID, clinic: Clinic, attack: str):
    await _sign(actors, visit)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        clinic.admin_fetch(attack.replace("--%s", ""), *([visit] if "--%s" not in attack else []))
    assert (await execute(actors["dokter"], CheckSignature(visit))).intact


async def test_before_signing_the_same_statements_are_possible(actors: Actors, visit: UUID, clinic: Clinic):
    clinic.admin_fetch("update clinic.observation set value = 62 where encounter_id = %s", visit)
    clinic.admin_fetch("update clinic.condition set certainty = 'differential' where encounter_id = %s", visit)


async def test_a_change_behind_the_triggers_is_found(actors: Actors, visit: UUID, clinic: Clinic):
    await _sign(actors, visit)
    with psycopg.connect(clinic.server.dsn(dbname=clinic.name)) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute("update clinic.observation set value = 99 where encounter_id = %s", (visit,))
    assert not (await execute(actors["dokter"], CheckSignature(visit))).intact


async def test_the_hash_stays_true_when_people_are_renamed(actors: Actors, visit: UUID, clinic: Clinic):
    await _sign(actors, visit)
    clinic.admin_fetch("update sec.person set display_name = display_name || ', M.Kes' where username = 'perawat'")
    assert (await execute(actors["dokter"], CheckSignature(visit))).intact


async def test_a_write_and_a_signature_at_once_never_leave_a_false_signature(actors: Actors, clinic: Clinic):
    await give_password(clinic, "dokter")
    for _ in range(6):
        visit = await make_visit(actors, await make_patient(actors["admin"]))
        await make_complete_note(actors["dokter"], visit)
        outcome = await asyncio.gather(
            execute(actors["dokter"], SignEncounter(visit, PASSWORD)),
            *(execute(actors["perawat"], SaveSection(visit, s, "balapan", 1)) for s in ("subjective", "objective")),
            *(execute(actors["perawat"], RecordVitals(visit, {"pulse": str(p)})) for p in (70, 71, 72)),
            return_exceptions=True,
        )
        assert all(not isinstance(one, BaseException) or isinstance(one, DomainError) for one in outcome)
        assert (await execute(actors["dokter"], CheckSignature(visit))).intact


async def test_an_addendum_follows_a_signature_and_leaves_it_intact(actors: Actors, visit: UUID, clinic: Clinic):
    with pytest.raises(AddendumBeforeSigning):
        await execute(actors["dokter"], AddAddendum(visit, "terlalu dini", PASSWORD))
    await _sign(actors, visit)
    with pytest.raises(PasswordWrong):
        await execute(actors["dokter"], AddAddendum(visit, "tambahan", "salah"))
    assert await execute(actors["dokter"], AddAddendum(visit, "Hasil kultur: S. aureus.", PASSWORD)) == 1
    assert await execute(actors["dokter"], AddAddendum(visit, "Pasien menelepon.", PASSWORD)) == 2
    record = await execute(actors["dokter"], ReadEncounter(visit))
    assert [a.text for a in record.addenda] == ["Hasil kultur: S. aureus.", "Pasien menelepon."]
    assert (await execute(actors["dokter"], CheckSignature(visit))).intact
    with pytest.raises(PermissionDenied):
        await execute(actors["perawat"], AddAddendum(visit, "bukan saya", PASSWORD))


async def test_the_database_refuses_a_signature_in_another_name(actors: Actors, visit: UUID, clinic: Clinic):
    statement = (
        "update clinic.encounter set status = 'finished', ended_at = now(), signed_at = now(), "
        "signed_by = %s, hash = sha256('x') where id = %s"
    )
    nurse = clinic.person_id("perawat")
    for username in ("perawat", "dokter", "admin"):
        with clinic.as_app(actors[username].token) as raw, pytest.raises(psycopg.errors.InsufficientPrivilege):
            raw.execute(statement, (nurse, visit))


async def test_a_signature_leaves_an_entry_with_its_verb(actors: Actors, visit: UUID, clinic: Clinic):
    await _sign(actors, visit)
    rows = clinic.admin_fetch("select action, outcome from audit.event where object_id = %s and action = 'sign'", visit)
    assert rows == [{"action": "sign", "outcome": "done"}]
