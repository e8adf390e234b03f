"""A patient's copy of their record holds everything of theirs, and only who treats them can make it."""

import json
from uuid import UUID

import pytest

from tests.conftest import Actors, Clinic
from tests.factories.encounter import make_complete_note, make_visit
from tests.factories.registration import a_patient, nik_for
from tht_app.domain.errors import NotFound, PermissionDenied
from tht_app.domain.proof import ProofNeeded
from tht_app.domain.registration import PatientId
from tht_app.domain.registration.consent import ConsentPurpose
from tht_app.use_cases.door import execute
from tht_app.use_cases.ent import TapFinding
from tht_app.use_cases.record_copy import FORM, CopyRecord

pytestmark = pytest.mark.integration

NIK = nik_for()


@pytest.fixture(scope="module")
async def patient(actors: Actors) -> PatientId:
    """Somebody with a consent and a visit in which something was written."""
    patient = await a_patient(
        actors["admin"], name="Yuliana Salinan", nik=NIK, consents=(ConsentPurpose.DATA_PROCESSING,)
    )
    visit = await make_visit(actors, patient)
    await make_complete_note(actors["dokter"], visit)
    await execute(actors["dokter"], TapFinding(visit, "ear.right.ear_canal.discharge"))
    return patient


async def test_the_copy_holds_who_they_are_what_they_agreed_to_and_what_was_written(actors: Actors, patient: PatientId):
    copy = json.loads(await execute(actors["dokter"], CopyRecord(patient)))
    assert copy["form"] == FORM
    assert (copy["patient"]["details"]["name"], copy["patient"]["details"]["nik"]) == ("Yuliana Salinan", NIK)
    assert [one["purpose"] for one in copy["consents"]] == ["data_processing"]
    (visit,) = copy["visits"]
    assert "Telinga kanan berair sejak tiga hari." in [section["text"] for section in visit["note"]["sections"]]
    assert visit["encounter"]["diagnoses"][0]["code"] == "H66.1"
    assert len(visit["examination"]) == 1


async def test_handing_it_out_is_in_the_audit_log_with_the_patient(clinic: Clinic, actors: Actors, patient: PatientId):
    await execute(actors["dokter"], CopyRecord(patient))
    entries = clinic.admin_fetch(
        "select person_id, patient_ids from audit.event where request = 'record_copy.CopyRecord'"
    )
    assert {entry["person_id"] for entry in entries} == {clinic.person_id("dokter")}
    assert all(patient in entry["patient_ids"] for entry in entries)


@pytest.mark.parametrize("who", ["admin", "perawat", "apoteker", "kasir", "auditor", "pemilik"])
async def test_nobody_but_a_doctor_hands_out_a_record(actors: Actors, patient: PatientId, who: str):
    with pytest.raises(PermissionDenied):
        await execute(actors[who], CopyRecord(patient))


async def test_a_doctor_who_does_not_treat_them_gets_nothing(actors: Actors, patient: PatientId):
    with pytest.raises(NotFound):
        await execute(actors["dokter2"], CopyRecord(patient))
    with pytest.raises(NotFound):
        await execute(actors["dokter"], CopyRecord(PatientId(UUID(int=1))))


async def test_it_asks_for_a_fresh_proof(clinic: Clinic, actors: Actors, patient: PatientId):
    kept = clinic.admin_fetch("select * from sec.proof")
    clinic.admin_fetch("delete from sec.proof")
    try:
        with pytest.raises(ProofNeeded):
            await execute(actors["dokter"], CopyRecord(patient))
    finally:
        for row in kept:
            clinic.admin_fetch("insert into sec.proof values (%s, %s, %s, %s)", *row.values())
