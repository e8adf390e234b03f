"""The last signed visit beside the present one, and that a copy stays known as one."""

from dataclasses import dataclass
from uuid import UUID

import pytest

from tests.conftest import ZONE, Actors, Clinic
from tests.factories.encounter import (
    PASSWORD,
    give_password,
    make_complete_note,
    make_patient,
    make_visit,
    write_section,
)
from tests.factories.pharmacy import make_product, make_signed, tablets
from tht_app.domain.encounter.copying import copies_in
from tht_app.domain.errors import NotFound, PermissionDenied
from tht_app.use_cases.door import execute
from tht_app.use_cases.encounter import (
    AddProcedure,
    OpenSharedNote,
    ReadEncounter,
    ReadLastVisit,
    ReadNote,
    ReadVersions,
    RecordVitals,
    SignEncounter,
)

pytestmark = pytest.mark.integration


@dataclass(frozen=True)
class Case:
    """A patient who has been here before."""

    patient: UUID
    past: UUID
    now: UUID


@pytest.fixture(scope="module")
async def case(actors: Actors, clinic: Clinic) -> Case:
    doctor = actors["dokter"]
    await give_password(clinic, "dokter")
    patient = await make_patient(actors["admin"])
    past = await make_visit(actors, patient)
    await make_complete_note(doctor, past)
    await execute(doctor, AddProcedure(past, "96.52", "right", "keras"))
    await execute(actors["perawat"], RecordVitals(past, {"weight_kg": "61,5"}))
    await make_signed(actors, tablets(await make_product(actors["apoteker"])), visit=past)
    await execute(doctor, SignEncounter(past, PASSWORD))
    unsigned = await make_visit(actors, patient)
    await write_section(doctor, unsigned, "subjective", "belum ditandatangani")
    return Case(patient, past, await make_visit(actors, patient))


async def test_the_last_signed_visit_is_shown_whole(actors: Actors, case: Case):
    found = await execute(actors["dokter"], ReadLastVisit(case.now))
    assert found.encounter_id == case.past
    assert found.sections[0].text.text == "Telinga kanan berair sejak tiga hari."
    assert [one.code for one in found.diagnoses] == ["H66.1"]
    assert [one.code for one in found.procedures] == ["96.52"]
    assert [one.field for one in found.readings] == ["weight_kg"]
    assert len(found.prescriptions) == 1


async def test_a_first_visit_has_none_and_a_later_one_is_not_shown_in_an_earlier(actors: Actors, case: Case):
    assert await execute(actors["dokter"], ReadLastVisit(case.past)) is None


async def test_a_nurse_sees_it_without_the_prescription(actors: Actors, case: Case):
    found = await execute(actors["perawat"], ReadLastVisit(case.now))
    assert (found.encounter_id, found.prescriptions) == (case.past, None)


async def test_who_does_not_treat_the_patient_is_shown_nothing(actors: Actors, case: Case):
    with pytest.raises(NotFound):
        await execute(actors["dokter2"], ReadLastVisit(case.now))
    for username in ("admin", "apoteker", "kasir", "auditor", "pemilik"):
        with pytest.raises(PermissionDenied):
            await execute(actors[username], ReadLastVisit(case.now))


async def test_a_look_is_in_the_audit_log(actors: Actors, case: Case, clinic: Clinic):
    count = (
        "select count(*) as n from audit.event where %s = any (patient_ids) "
        "and request = 'encounter.last_visit.ReadLastVisit'"
    )
    before = clinic.admin_fetch(count, case.patient)[0]["n"]
    await execute(actors["dokter"], ReadLastVisit(case.now))
    assert clinic.admin_fetch(count, case.patient)[0]["n"] == before + 1


async def test_a_copy_says_where_it_comes_from_in_the_note_its_history_and_what_is_signed(actors: Actors, case: Case):
    doctor = actors["dokter"]
    now = await make_visit(actors, case.patient)
    past = await execute(doctor, ReadLastVisit(now))
    day = past.arrived_at.astimezone(ZONE).date()
    copy = past.sections[0].copy
    await write_section(doctor, now, "subjective", f"Masih berair.\n{copy}")
    await write_section(doctor, now, "subjective", f"Masih berair, berkurang.\n{copy}")
    versions = [one for one in await execute(doctor, ReadVersions(now)) if one.section == "subjective"]
    assert [one.copied_from for one in versions] == [(), (day,)]
    await execute(actors["worker"], OpenSharedNote(now))
    await execute(doctor, SignEncounter(now, PASSWORD))
    signed = (await execute(doctor, ReadNote(now))).sections[0].text
    assert copies_in(signed) == (day,)
    assert "Telinga kanan berair sejak tiga hari." in signed
    later = await make_visit(actors, case.patient)
    again = await execute(doctor, ReadLastVisit(later, "en"))
    assert again.encounter_id == now
    assert len(copies_in(again.sections[0].copy)) == 2, "a copy of a copy keeps the first mark"
    assert (await execute(doctor, ReadEncounter(later))).earlier
