"""The ENT examination through the door."""

import asyncio
from uuid import UUID

import pytest

from tests.conftest import Actors, Clinic
from tests.factories.encounter import make_patient, make_visit
from tht_app.domain.encounter.visit import NotYourEncounter
from tht_app.domain.errors import PermissionDenied, ValidationFailed
from tht_app.use_cases.door import execute
from tht_app.use_cases.encounter import ReadEncounter
from tht_app.use_cases.ent import ReadExam, RestNormal, TapFinding, WriteRemark

pytestmark = pytest.mark.integration

CERUMEN = "ear.right.ear_canal.cerumen"


@pytest.fixture
async def visit(actors: Actors) -> UUID:
    return await make_visit(actors, await make_patient(actors["admin"]))


async def test_a_tap_stands_and_a_second_tap_leaves_a_trace_only(actors: Actors, visit: UUID, clinic: Clinic):
    doctor = actors["dokter"]
    assert [f.key for f in await execute(doctor, TapFinding(visit, CERUMEN))] == [CERUMEN]
    assert await execute(doctor, TapFinding(visit, CERUMEN)) == ()
    rows = clinic.admin_fetch("select status, changed_by from clinic.ent_finding where encounter_id = %s", visit)
    assert rows == [{"status": "entered-in-error", "changed_by": clinic.person_id("dokter")}]


async def test_the_rest_is_normal_explicitly(actors: Actors, visit: UUID, clinic: Clinic):
    await execute(actors["dokter"], TapFinding(visit, CERUMEN))
    findings = await execute(actors["dokter"], RestNormal(visit, "ear", "right"))
    assert [f.finding for f in findings] == ["normal", "normal", "cerumen", "normal"]
    assert await execute(actors["dokter"], ReadExam(visit)) == findings
    rows = clinic.admin_fetch("select count(*) from clinic.ent_finding where encounter_id = %s and normal", visit)
    assert rows[0]["count"] == 3


async def test_a_remark_is_replaced_sealed_and_taken_back(actors: Actors, visit: UUID, clinic: Clinic):
    doctor = actors["dokter"]
    await execute(doctor, WriteRemark(visit, "ear", "left", "nyeri tarik"))
    findings = await execute(doctor, WriteRemark(visit, "ear", "left", "nyeri tarik hebat"))
    assert [(f.site, f.text) for f in findings] == [("whole", "nyeri tarik hebat")]
    for row in clinic.admin_fetch("select text_sealed from clinic.ent_finding where encounter_id = %s", visit):
        assert b"nyeri" not in bytes(row["text_sealed"])
    assert await execute(doctor, WriteRemark(visit, "ear", "left", "  ")) == ()


async def test_taps_at_once_on_one_site_leave_one_grade(actors: Actors, visit: UUID):
    grades = [TapFinding(visit, f"throat.left.tonsil.t{grade}") for grade in range(5)]
    await asyncio.gather(*(execute(actors["dokter"], grade) for grade in grades))
    assert len(await execute(actors["dokter"], ReadExam(visit))) == 1


@pytest.mark.parametrize("username", ["perawat", "admin", "apoteker", "kasir", "auditor", "pemilik"])
async def test_only_doctors_examine(actors: Actors, visit: UUID, clinic: Clinic, username: str):
    for request in (
        TapFinding(visit, CERUMEN),
        RestNormal(visit, "ear", "left"),
        WriteRemark(visit, "ear", "left", "x"),
    ):
        with pytest.raises(PermissionDenied):
            await execute(actors[username], request)
    assert clinic.admin_fetch("select 1 from clinic.ent_finding where encounter_id = %s", visit) == []


async def test_a_colleague_who_treats_the_patient_too_reads_and_does_not_write(actors: Actors, visit: UUID):
    await make_visit(actors, (await execute(actors["dokter"], ReadEncounter(visit))).patient.id, "dokter2")
    await execute(actors["dokter2"], ReadExam(visit))
    with pytest.raises(NotYourEncounter):
        await execute(actors["dokter2"], TapFinding(visit, CERUMEN))


@pytest.mark.parametrize(("part", "side"), [("eye", "right"), ("ear", "none"), ("ear", "up"), ("", "")])
async def test_regions_that_do_not_exist_are_refused(actors: Actors, visit: UUID, part: str, side: str):
    with pytest.raises(ValidationFailed):
        await execute(actors["dokter"], RestNormal(visit, part, side))
    with pytest.raises(ValidationFailed):
        await execute(actors["dokter"], WriteRemark(visit, part, side, "x"))
