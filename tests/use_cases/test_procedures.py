"""What was done in a visit, whose codes come first, and that both are part of what is signed."""

from uuid import UUID

import psycopg
import pytest

from tests.conftest import Actors, Clinic
from tests.factories.encounter import PASSWORD, give_password, make_complete_note, make_patient, make_visit
from tht_app.domain.encounter.diagnosis import UnknownDiagnosisCode
from tht_app.domain.encounter.procedure import ProcedureTwice, UnknownProcedureCode
from tht_app.domain.encounter.signing import ChangedSinceReview
from tht_app.domain.encounter.visit import EncounterSigned, NotYourEncounter
from tht_app.domain.errors import NotFound, PermissionDenied, ValidationFailed
from tht_app.state.letter.view_models import beginnings
from tht_app.use_cases.door import execute
from tht_app.use_cases.encounter import (
    AddDiagnosis,
    AddProcedure,
    CheckSignature,
    ReadEncounter,
    RemoveDiagnosis,
    RemoveProcedure,
    RestoreDiagnosis,
    RestoreProcedure,
    ReviewForSigning,
    SearchIcd9cm,
    SearchIcd10,
    SignEncounter,
    StarCode,
    StartEncounter,
)
from tht_app.use_cases.letter import PrepareLetter

pytestmark = pytest.mark.integration


@pytest.fixture
async def visit(actors: Actors) -> UUID:
    return await make_visit(actors, await make_patient(actors["admin"]))


async def codes(actors: Actors, request: SearchIcd9cm | SearchIcd10, who: str = "dokter") -> list[str]:
    return [hit.code for hit in await execute(actors[who], request)]


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("ekstraksi serumen", "96.52"),
        ("irrigation of ear", "96.52"),
        ("nasoendoskopi", "21.21"),
        ("tampon anterior", "21.01"),
        ("grommet", "20.01"),
        ("foreign body nose", "98.12"),
        ("28.2", "28.2"),
        ("9541", "95.41"),
        ("nasoendskopi", "21.21"),
        ("appendectomy", "47.09"),
    ],
)
async def test_a_procedure_is_found_in_both_languages_by_code_and_with_a_typo(actors: Actors, typed: str, code: str):
    assert code in (await codes(actors, SearchIcd9cm(typed), "dokter2"))[:5]


@pytest.mark.parametrize("typed", ["x", "%%", "&|!", "zzzzzzzz", "'; --", "(:*", "0599"])
async def test_odd_searches_find_nothing_and_break_nothing(actors: Actors, typed: str):
    assert await codes(actors, SearchIcd9cm(typed), "dokter2") == []


async def test_a_procedure_has_its_side_and_words_and_stands_once(actors: Actors, visit: UUID, clinic: Clinic):
    doctor = actors["dokter"]
    with pytest.raises(ValidationFailed) as refused:
        await execute(doctor, AddProcedure(visit, "96.52"))
    assert refused.value.fields["laterality"].code == "encounter.side_needed"
    first = await execute(doctor, AddProcedure(visit, "96.52", "right", "serumen-keras"))
    with pytest.raises(ProcedureTwice):
        await execute(doctor, AddProcedure(visit, "96.52", "right"))
    await execute(doctor, AddProcedure(visit, "95.41"))
    done = (await execute(doctor, ReadEncounter(visit))).procedures
    assert [(one.code, one.laterality, one.note) for one in done] == [
        ("96.52", "right", "serumen-keras"),
        ("95.41", "none", ""),
    ]
    stored = clinic.admin_fetch("select note_sealed from clinic.procedure where id = %s", first)
    assert b"serumen" not in bytes(stored[0]["note_sealed"])
    await execute(doctor, RemoveProcedure(first))
    assert [one.code for one in (await execute(doctor, ReadEncounter(visit))).procedures] == ["95.41"]
    again = await execute(doctor, AddProcedure(visit, "96.52", "right"))
    with pytest.raises(ProcedureTwice):
        await execute(doctor, RestoreProcedure(first))
    await execute(doctor, RemoveProcedure(again))
    await execute(doctor, RestoreProcedure(first))
    with pytest.raises(NotFound):
        await execute(doctor, RestoreProcedure(first))


@pytest.mark.parametrize("code", ["96", "00.00", "H66.1", "'; drop table"])
async def test_what_is_not_in_the_list_is_no_procedure(actors: Actors, visit: UUID, code: str):
    with pytest.raises(UnknownProcedureCode):
        await execute(actors["dokter"], AddProcedure(visit, code, "none"))


async def test_only_the_treating_doctor_writes_what_was_done(actors: Actors, visit: UUID):
    patient = (await execute(actors["dokter"], ReadEncounter(visit))).patient.id
    await make_visit(actors, patient, "dokter2")
    with pytest.raises(NotYourEncounter):
        await execute(actors["dokter2"], AddProcedure(visit, "95.41"))
    for username in ("perawat", "admin", "apoteker", "kasir", "auditor", "pemilik"):
        with pytest.raises(PermissionDenied):
            await execute(actors[username], AddProcedure(visit, "95.41"))


async def test_the_database_shows_procedures_to_nobody_who_does_not_treat_the_patient(
    actors: Actors, visit: UUID, clinic: Clinic
):
    await execute(actors["dokter"], AddProcedure(visit, "95.41"))
    count = "select count(*) as n from clinic.procedure where encounter_id = %s"
    with clinic.as_app(actors["dokter"].token) as raw:
        assert raw.execute(count, (visit,)).fetchone() == {"n": 1}
    for username in ("dokter2", "apoteker", "admin", "pemilik"):
        with clinic.as_app(actors[username].token) as raw:
            assert raw.execute(count, (visit,)).fetchone() == {"n": 0}, username


async def test_what_was_done_is_shown_signed_and_locked(actors: Actors, visit: UUID, clinic: Clinic):
    doctor = actors["dokter"]
    await give_password(clinic, "dokter")
    await make_complete_note(doctor, visit)
    before = await execute(doctor, ReviewForSigning(visit))
    done = await execute(doctor, AddProcedure(visit, "96.52", "left", "bersih"))
    with pytest.raises(ChangedSinceReview):
        await execute(doctor, SignEncounter(visit, PASSWORD, before.hash))
    review = await execute(doctor, ReviewForSigning(visit))
    assert [(one.code, one.note) for one in review.procedures] == [("96.52", "bersih")]
    await execute(doctor, SignEncounter(visit, PASSWORD, review.hash))
    for request in (AddProcedure(visit, "95.41"), RemoveProcedure(done)):
        with pytest.raises(EncounterSigned):
            await execute(doctor, request)
    with clinic.as_app(doctor.token) as raw, pytest.raises(psycopg.errors.InsufficientPrivilege):
        raw.execute("update clinic.procedure set title = 'lain' where id = %s", (done,))
    assert (await execute(doctor, CheckSignature(visit))).intact
    clinic.admin_fetch("alter table clinic.procedure disable trigger user")
    clinic.admin_fetch("update clinic.procedure set laterality = 'right' where id = %s", done)
    clinic.admin_fetch("alter table clinic.procedure enable trigger user")
    assert not (await execute(doctor, CheckSignature(visit))).intact


async def test_a_letter_begins_with_what_was_done(actors: Actors, visit: UUID):
    await execute(actors["dokter"], StartEncounter(visit))
    await execute(actors["dokter"], AddProcedure(visit, "96.52", "left", "serumen keras"))
    begun = beginnings(await execute(actors["dokter"], PrepareLetter(visit)), "id")
    assert begun["procedures"] == "Irigasi telinga, kiri (96.52): serumen keras"


async def test_ones_own_codes_come_first_and_starred_ones_before_them(actors: Actors, visit: UUID, clinic: Clinic):
    doctor = actors["dokter"]
    clinic.admin_fetch("delete from clinic.code_use")
    assert await codes(actors, SearchIcd10("")) == []
    usual = (await codes(actors, SearchIcd10("otitis")))[0]
    await execute(doctor, AddDiagnosis(visit, "H60.9", "right"))
    assert usual != "H60.9"
    assert (await codes(actors, SearchIcd10("otitis")))[0] == "H60.9"
    assert (await codes(actors, SearchIcd10("otitis"), "dokter2"))[0] == usual
    other = await make_visit(actors, await make_patient(actors["admin"]))
    for each in (visit, other):
        await execute(doctor, AddDiagnosis(each, "J30.4"))
    assert await codes(actors, SearchIcd10("")) == ["J30.4", "H60.9"]
    await execute(doctor, StarCode("icd-10", "R42", on=True))
    assert await codes(actors, SearchIcd10("")) == ["R42", "J30.4", "H60.9"]
    assert [hit.starred for hit in await execute(doctor, SearchIcd10(""))] == [True, False, False]
    assert await codes(actors, SearchIcd10(""), "dokter2") == []
    assert await codes(actors, SearchIcd9cm("")) == []
    await execute(doctor, StarCode("icd-10", "R42", on=False))
    assert await codes(actors, SearchIcd10("")) == ["J30.4", "H60.9"]


async def test_what_was_used_lately_outweighs_what_was_used_often_long_ago(actors: Actors, visit: UUID, clinic: Clinic):
    clinic.admin_fetch("delete from clinic.code_use")
    for code in ("95.41", "89.01"):
        await execute(actors["dokter"], AddProcedure(visit, code))
    clinic.admin_fetch(
        "update clinic.code_use set uses = 40, last_used_at = now() - interval '2 years' where code = '95.41'"
    )
    assert await codes(actors, SearchIcd9cm("")) == ["89.01", "95.41"]


async def test_a_code_that_was_picked_by_mistake_is_no_habit(actors: Actors, visit: UUID, clinic: Clinic):
    doctor = actors["dokter"]
    clinic.admin_fetch("delete from clinic.code_use")
    condition = await execute(doctor, AddDiagnosis(visit, "R42"))
    done = await execute(doctor, AddProcedure(visit, "95.41"))
    await execute(doctor, RemoveDiagnosis(condition))
    await execute(doctor, RemoveProcedure(done))
    assert await codes(actors, SearchIcd10("")) == []
    assert await codes(actors, SearchIcd9cm("")) == []
    await execute(doctor, RestoreDiagnosis(condition))
    await execute(doctor, RestoreProcedure(done))
    assert await codes(actors, SearchIcd10("")) == ["R42"]
    assert await codes(actors, SearchIcd9cm("")) == ["95.41"]


async def test_only_codes_that_exist_are_starred_and_only_ones_own_are_seen(
    actors: Actors, visit: UUID, clinic: Clinic
):
    await execute(actors["dokter"], StarCode("icd-9-cm", "96.52", on=True))
    with pytest.raises(UnknownDiagnosisCode):
        await execute(actors["dokter"], StarCode("icd-10", "H66", on=True))
    with pytest.raises(UnknownProcedureCode):
        await execute(actors["dokter"], StarCode("icd-9-cm", "1.1", on=True))
    with pytest.raises(ValidationFailed):
        await execute(actors["dokter"], StarCode("snomed", "1", on=True))
    with pytest.raises(PermissionDenied):
        await execute(actors["perawat"], StarCode("icd-10", "R42", on=True))
    with clinic.as_app(actors["dokter2"].token) as raw:
        assert raw.execute("select * from clinic.code_use where code = '96.52'").fetchall() == []
        assert raw.execute("update clinic.code_use set starred_at = null where code = '96.52'").rowcount == 0
