"""Two records of one person: everything follows, nothing signed is touched, and it can be taken back."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from tests.conftest import Actors, Clinic
from tests.factories.encounter import PASSWORD, give_password, make_complete_note, make_visit
from tests.factories.merging import appointments_of, merge, rows_of, times_of
from tests.factories.pharmacy import make_product, make_signed, receive, tablets
from tests.factories.registration import a_patient, nik_for, patient_form
from tests.factories.scheduling import MONDAY, Practice, at, practice, when
from tht_app.domain.encounter.allergies import AllergiesOnRecord
from tht_app.domain.errors import Conflict, NotFound, PermissionDenied, ValidationFailed
from tht_app.domain.registration import MergeId, PatientId
from tht_app.domain.registration.consent import ConsentGiver, ConsentPurpose
from tht_app.domain.registration.duplicates import Likeness
from tht_app.domain.registration.merging import (
    AppointmentsClash,
    Doubt,
    MergedOnward,
    MergeUndone,
    NumberTakenSince,
    PatientIsMerged,
    PatientTimeHeld,
    SameRecord,
    VisitInProgress,
    VisitsInBoth,
)
from tht_app.domain.registration.patient import form_of
from tht_app.use_cases.door import execute
from tht_app.use_cases.encounter import (
    AddHistory,
    AddMedicine,
    CheckSignature,
    FinishEncounter,
    OpenVisit,
    ReadAllergyLine,
    ReadEncounter,
    ReadPatientVisits,
    ReadSafetySlice,
    RecordAllergy,
    RecordVitals,
    SignEncounter,
    StartEncounter,
    StateAllergies,
)
from tht_app.use_cases.pharmacy import GetPrescription, VerifyDocument
from tht_app.use_cases.registration import (
    CorrectPatient,
    FindDuplicates,
    GetPatient,
    ListConsents,
    ListMerges,
    MergePatients,
    PreviewMerge,
    RecordConsent,
    RegisterPatient,
    SearchPatients,
    UndoMerge,
)
from tht_app.use_cases.scheduling import HoldSlot

pytestmark = pytest.mark.integration
WRONG = "ternyata dua orang"


async def undo(actors: Actors, merge_id: MergeId) -> UUID:
    return await execute(actors["admin"], UndoMerge(merge_id, WRONG))


async def two(actors: Actors, **other: str) -> tuple[PatientId, PatientId]:
    """Two records of Siti without a NIK."""
    plain = {"nik": "", "nik_missing": "not_brought"}
    return await a_patient(actors["admin"], **plain), await a_patient(actors["admin"], **{**plain, **other})


async def finished(actors: Actors, patient_id: UUID) -> UUID:
    """A visit that is over, not signed."""
    visit = await make_visit(actors, patient_id)
    await execute(actors["dokter"], StartEncounter(visit))
    await make_complete_note(actors["dokter"], visit)
    await execute(actors["dokter"], FinishEncounter(visit))
    return visit


@pytest.fixture(scope="module")
async def desk(clinic: Clinic, actors: Actors) -> Practice:
    await give_password(clinic, "dokter")
    return await practice(clinic, actors)


class TestTheChart:
    async def test_shows_what_was_written_in_both_from_either_address(self, actors: Actors) -> None:
        survivor, merged = await two(actors)
        doctor, nurse = actors["dokter"], actors["perawat"]
        ours, theirs = await finished(actors, survivor), await finished(actors, merged)
        await execute(nurse, RecordAllergy(merged, "penisilin", "ruam"))
        await execute(doctor, AddMedicine(merged, "amlodipin", "1 x 5 mg"))
        await execute(doctor, AddHistory(merged, "illness", "hipertensi"))
        weighed = await make_visit(actors, merged)
        await execute(nurse, RecordVitals(weighed, {"weight_kg": "61"}))
        await execute(doctor, StartEncounter(weighed))
        await execute(doctor, FinishEncounter(weighed))
        await execute(
            actors["admin"], RecordConsent(merged, ConsentPurpose.REMINDERS, given=True, giver=ConsentGiver.PATIENT)
        )
        await merge(actors["admin"], survivor, merged)
        for address in (survivor, merged):
            visits = await execute(doctor, ReadPatientVisits(address))
            assert {line.id for line in visits} == {ours, theirs, weighed}
            assert {line.patient_name for line in visits} == {"Siti Rahmawati"}
            safety = await execute(doctor, ReadSafetySlice(address))
            assert [one.substance for one in safety.allergy.allergies] == ["penisilin"]
            assert [one.medicine for one in safety.medicines] == ["amlodipin"]
            assert safety.weight_kg == 61
            assert len(await execute(actors["admin"], ListConsents(address))) == 1
        record = await execute(doctor, ReadEncounter(ours))
        assert [entry.text for entry in record.history] == ["hipertensi"]
        assert {line.id for line in record.earlier} == {theirs, weighed}
        assert (await execute(doctor, ReadEncounter(theirs))).patient.id == survivor

    async def test_an_allergy_of_one_is_never_hidden_by_none_known_of_the_other(self, actors: Actors) -> None:
        survivor, merged = await two(actors)
        await finished(actors, survivor)
        await finished(actors, merged)
        await execute(actors["perawat"], RecordAllergy(merged, "sulfa", "ruam"))
        await execute(actors["perawat"], StateAllergies(survivor, "none_known"))
        await merge(actors["admin"], survivor, merged)
        line = await execute(actors["dokter"], ReadAllergyLine(survivor))
        assert (line.state.value, [one.substance for one in line.allergies]) == ("present", ["sulfa"])
        with pytest.raises(AllergiesOnRecord):
            await execute(actors["perawat"], StateAllergies(survivor, "none_known"))

    async def test_what_was_signed_stays_as_it_was_signed(self, clinic: Clinic, desk: Practice, actors: Actors) -> None:
        survivor, merged = await two(actors)
        visit = await finished(actors, merged)
        product = await make_product(actors["apoteker"])
        await receive(actors["apoteker"], product, 100)
        prescription = await make_signed(actors, tablets(product), visit=visit)
        await execute(actors["dokter"], SignEncounter(visit, PASSWORD))
        code = clinic.admin_fetch("select verify_code from clinic.medication_request where id = %s", prescription)
        before = rows_of(clinic, survivor, merged)
        merge_id = await merge(actors["admin"], survivor, merged, ["name"])
        assert rows_of(clinic, survivor, merged) == before
        assert (await execute(actors["dokter"], CheckSignature(visit))).intact
        shown = await execute(actors["apoteker"], VerifyDocument(code[0]["verify_code"]))
        assert shown.valid
        await undo(actors, merge_id)
        assert rows_of(clinic, survivor, merged) == before
        assert (await execute(actors["dokter"], CheckSignature(visit))).intact

    async def test_the_pharmacist_sees_allergies_of_both_records(self, actors: Actors) -> None:
        survivor, merged = await two(actors)
        visit = await finished(actors, merged)
        product = await make_product(actors["apoteker"])
        prescription = await make_signed(actors, tablets(product), visit=visit)
        await finished(actors, survivor)
        await execute(actors["perawat"], RecordAllergy(survivor, "penisilin", "ruam"))
        await merge(actors["admin"], survivor, merged)
        assert await execute(actors["apoteker"], GetPrescription(prescription))
        line = await execute(actors["apoteker"], ReadAllergyLine(merged))
        assert [one.substance for one in line.allergies] == ["penisilin"]

    async def test_reading_it_names_every_record_to_the_auditor(self, clinic: Clinic, actors: Actors) -> None:
        survivor, merged = await two(actors)
        await finished(actors, merged)
        await merge(actors["admin"], survivor, merged)
        await execute(actors["dokter"], ReadPatientVisits(survivor))
        last = clinic.admin_fetch("select patient_ids from audit.event order by at desc limit 1")[0]
        assert set(last["patient_ids"]) == {survivor, merged}


class TestTheStandingRecord:
    async def test_gets_the_chosen_values_and_gives_them_back(self, clinic: Clinic, actors: Actors) -> None:
        survivor = await a_patient(actors["admin"], nik="", nik_missing="not_brought", name="Siti R.")
        merged = await a_patient(actors["admin"], phone="081200000001", email="siti@example.org")
        before = (await execute(actors["admin"], GetPatient(survivor))).details
        other = (await execute(actors["admin"], GetPatient(merged))).details
        frozen = clinic.admin_fetch(
            "select to_jsonb(p) - 'merged_into' as row from clinic.patient p where id = %s", merged
        )
        merge_id = await merge(actors["admin"], survivor, merged, ["nik", "name", "phone", "email"])
        after = await execute(actors["admin"], GetPatient(survivor))
        assert after.details == replace(
            before, nik=other.nik, nik_missing=None, name=other.name, phone=other.phone, email=other.email
        )
        assert await undo(actors, merge_id) == merged
        assert (await execute(actors["admin"], GetPatient(survivor))).details == before
        assert (await execute(actors["admin"], GetPatient(merged))).details == other
        again = clinic.admin_fetch(
            "select to_jsonb(p) - 'merged_into' as row from clinic.patient p where id = %s", merged
        )
        assert again == frozen

    async def test_keeps_what_was_corrected_since(self, actors: Actors) -> None:
        survivor, merged = await two(actors, phone="081200000002")
        merge_id = await merge(actors["admin"], survivor, merged, ["phone"])
        known = await execute(actors["admin"], GetPatient(survivor))
        form = {**form_of(known.details), "phone": "081200000003"}
        await execute(actors["admin"], CorrectPatient(survivor, known.version, form))
        await undo(actors, merge_id)
        assert (await execute(actors["admin"], GetPatient(survivor))).details.phone == "+6281200000003"

    async def test_is_found_by_the_numbers_of_the_other(self, actors: Actors) -> None:
        nik, bpjs = nik_for(), "0009876501234"
        survivor = await a_patient(actors["admin"])
        merged = await a_patient(actors["admin"], nik=nik, bpjs=bpjs)
        number = (await execute(actors["admin"], GetPatient(merged))).banner.record_number
        await merge(actors["admin"], survivor, merged, confirmed=True, reason="KTP lama salah ketik")
        for text in (str(number), nik, bpjs):
            found = await execute(actors["admin"], SearchPatients(text))
            assert [(hit.banner.id, hit.former) for hit in found.hits] == [(survivor, number)], text
        by_name = await execute(actors["admin"], SearchPatients("siti rahmawati"))
        assert merged not in {hit.banner.id for hit in by_name.hits}
        check = await execute(actors["admin"], FindDuplicates({"name": "Orang Lain", "nik": nik}))
        assert [(one.hit.banner.id, one.likeness) for one in check.candidates] == [(survivor, Likeness.CERTAIN)]

    async def test_is_where_the_old_address_leads(self, actors: Actors) -> None:
        survivor, merged = await two(actors)
        await merge(actors["admin"], survivor, merged)
        assert (await execute(actors["perawat"], GetPatient(merged))).banner.id == survivor

    async def test_values_that_do_not_fit_change_nothing(self, clinic: Clinic, actors: Actors) -> None:
        survivor, merged = await two(actors, payer="bpjs", bpjs="0001111111111")
        with pytest.raises(ValidationFailed) as refused:
            await merge(actors["admin"], survivor, merged, ["payer"])
        assert set(refused.value.fields) == {"bpjs"}
        with pytest.raises(ValidationFailed):
            await merge(actors["admin"], survivor, merged, ["merged_into"])
        assert (
            clinic.admin_fetch("select 1 from clinic.patient where id = %s and merged_into is not null", merged) == []
        )


class TestAppointments:
    async def test_follow_and_come_back(self, clinic: Clinic, desk: Practice, actors: Actors) -> None:
        survivor, merged = await desk.patient("Rara Kirana"), await desk.patient("Rara Kirana")
        ours = await desk.book(at(8), patient_id=survivor)
        theirs = await desk.book(at(9), patient_id=merged)
        merge_id = await merge(actors["admin"], survivor, merged, confirmed=True, reason="tanggal lahir salah")
        assert appointments_of(clinic, survivor) == [ours, theirs]
        assert len(times_of(clinic, survivor)) == 2
        assert times_of(clinic, merged) == []
        await undo(actors, merge_id)
        assert (appointments_of(clinic, survivor), appointments_of(clinic, merged)) == ([ours], [theirs])
        assert (len(times_of(clinic, survivor)), len(times_of(clinic, merged))) == (1, 1)

    async def test_at_the_same_time_are_named_and_refused(self, clinic: Clinic, desk: Practice, actors: Actors) -> None:
        survivor, merged = await desk.patient("Rara Kirana"), await desk.patient("Rara Kirana")
        await desk.book(at(10), patient_id=survivor)
        await desk.book(at(10), patient_id=merged, practitioner_id=desk.dokter2)
        preview = await execute(actors["admin"], PreviewMerge(PatientId(survivor), PatientId(merged)))
        assert [clash.at for clash in preview.clashes] == [at(10)]
        with pytest.raises(AppointmentsClash) as refused:
            await merge(actors["admin"], survivor, merged, confirmed=True, reason="tanggal lahir salah")
        assert refused.value.params["at"] == f"{MONDAY:%d-%m-%Y} 10.00"
        assert {refused.value.params["first"], refused.value.params["second"]} == {"dr. Sari", "dr. Bambang"}
        assert len(times_of(clinic, merged)) == 1

    async def test_wait_for_a_form_that_holds_the_time_but_not_for_a_forgotten_one(
        self, clinic: Clinic, desk: Practice, actors: Actors
    ) -> None:
        survivor, merged = await desk.patient("Rara Kirana"), await desk.patient("Rara Kirana")
        await finished(actors, survivor)
        await desk.book(at(13), patient_id=merged, practitioner_id=desk.dokter2)
        hold = HoldSlot(desk.dokter, desk.visit_types["consultation"], at(13), patient_id=PatientId(survivor))
        await execute(when(actors["dokter"], datetime.now(UTC)), hold)
        with pytest.raises(PatientTimeHeld):
            await merge(actors["admin"], survivor, merged, confirmed=True, reason="tanggal lahir salah")
        later = when(actors["admin"], datetime.now(UTC) + timedelta(hours=1))
        merge_id = await merge(later, survivor, merged, confirmed=True, reason="tanggal lahir salah")
        assert len(times_of(clinic, survivor)) == 1
        await execute(when(actors["admin"], datetime.now(UTC) + timedelta(hours=2)), UndoMerge(merge_id, WRONG))
        assert len(times_of(clinic, merged)) == 1


class TestRefusals:
    async def test_the_same_record(self, actors: Actors) -> None:
        survivor, _ = await two(actors)
        for attempt in (PreviewMerge(survivor, survivor), MergePatients(survivor, 1, survivor, 1)):
            with pytest.raises(SameRecord):
                await execute(actors["admin"], attempt)

    async def test_nobody(self, actors: Actors) -> None:
        survivor, _ = await two(actors)
        nobody = PatientId(uuid4())
        for attempt in (
            PreviewMerge(survivor, nobody),
            MergePatients(survivor, 1, nobody, 1),
            UndoMerge(MergeId(nobody), WRONG),
        ):
            with pytest.raises(NotFound):
                await execute(actors["admin"], attempt)

    async def test_a_merged_record(self, actors: Actors) -> None:
        survivor, merged = await two(actors)
        third, _ = await two(actors)
        await merge(actors["admin"], survivor, merged)
        for attempt in (
            PreviewMerge(merged, third),
            MergePatients(third, 1, merged, 1),
            MergePatients(merged, 1, third, 1),
        ):
            with pytest.raises(PatientIsMerged):
                await execute(actors["admin"], attempt)

    async def test_what_changed_since_it_was_compared(self, actors: Actors) -> None:
        survivor, merged = await two(actors)
        with pytest.raises(Conflict):
            await execute(actors["admin"], MergePatients(survivor, 1, merged, 2))

    async def test_a_doubt_without_a_reason(self, clinic: Clinic, actors: Actors) -> None:
        survivor, merged = await two(actors, sex="male")
        preview = await execute(actors["admin"], PreviewMerge(survivor, merged))
        assert preview.doubts == (Doubt.SEX,)
        with pytest.raises(ValidationFailed) as refused:
            await merge(actors["admin"], survivor, merged)
        assert set(refused.value.fields) == {"confirmed", "reason"}
        await merge(actors["admin"], survivor, merged, confirmed=True, reason="salah pilih di loket")
        entry = clinic.admin_fetch(
            "select reason, patient_ids from audit.event where action = 'merge' order by at desc"
        )[0]
        assert (entry["reason"], set(entry["patient_ids"])) == ("salah pilih di loket", {survivor, merged})

    async def test_a_visit_under_way(self, actors: Actors) -> None:
        survivor, merged = await two(actors)
        await make_visit(actors, merged)
        preview = await execute(actors["admin"], PreviewMerge(survivor, merged))
        assert preview.survivor.record.banner.id == merged, "the record that is being written in should stand"
        with pytest.raises(VisitInProgress):
            await merge(actors["admin"], survivor, merged)
        await make_visit(actors, survivor, "dokter2")
        with pytest.raises(VisitsInBoth):
            await merge(actors["admin"], survivor, merged)

    @pytest.mark.parametrize("who", ["dokter", "perawat", "apoteker", "kasir", "auditor", "pemilik"])
    async def test_every_other_role(self, actors: Actors, who: str) -> None:
        survivor, merged = await two(actors)
        attempts = (
            PreviewMerge(survivor, merged),
            MergePatients(survivor, 1, merged, 1),
            UndoMerge(MergeId(uuid4()), WRONG),
        )
        for attempt in attempts:
            with pytest.raises(PermissionDenied):
                await execute(actors[who], attempt)

    async def test_nothing_begins_in_a_merged_record(self, desk: Practice, actors: Actors) -> None:
        survivor, merged = await two(actors)
        known = await execute(actors["admin"], GetPatient(merged))
        await finished(actors, merged)
        await merge(actors["admin"], survivor, merged)
        attempts = (
            ("dokter", OpenVisit(merged, "consultation")),
            ("admin", CorrectPatient(merged, known.version, patient_form(name="Nama Baru"))),
            ("admin", RecordConsent(merged, ConsentPurpose.REMINDERS, given=True, giver=ConsentGiver.PATIENT)),
        )
        for who, attempt in attempts:
            with pytest.raises(PatientIsMerged):
                await execute(actors[who], attempt)
        with pytest.raises(PatientIsMerged):
            await desk.book(at(14), patient_id=merged)


class TestTakingBack:
    async def test_is_done_once_with_a_reason(self, actors: Actors) -> None:
        survivor, merged = await two(actors)
        merge_id = await merge(actors["admin"], survivor, merged)
        with pytest.raises(ValidationFailed):
            await execute(actors["admin"], UndoMerge(merge_id, " x "))
        await undo(actors, merge_id)
        with pytest.raises(MergeUndone):
            await undo(actors, merge_id)
        listed = await execute(actors["admin"], ListMerges(merged))
        assert [(one.id, one.undone_by, one.merged_id) for one in listed] == [(merge_id, "Rina Wulandari", merged)]
        await merge(actors["admin"], survivor, merged)

    async def test_splits_by_the_record_things_were_done_in(
        self, clinic: Clinic, desk: Practice, actors: Actors
    ) -> None:
        survivor, merged = await two(actors)
        theirs = await finished(actors, merged)
        merge_id = await merge(actors["admin"], survivor, merged)
        since = await finished(actors, survivor)
        booked = await desk.book(at(15), patient_id=survivor)
        merges = await execute(actors["dokter"], ListMerges(survivor))
        assert merges[0].visits_since == 1
        await undo(actors, merge_id)
        assert [line.id for line in await execute(actors["dokter"], ReadPatientVisits(merged))] == [theirs]
        assert [line.id for line in await execute(actors["dokter"], ReadPatientVisits(survivor))] == [since]
        assert (appointments_of(clinic, survivor), appointments_of(clinic, merged)) == ([booked], [])

    async def test_goes_from_the_latest_to_the_first(self, actors: Actors) -> None:
        first, second = await two(actors)
        third, _ = await two(actors)
        inner = await merge(actors["admin"], second, first)
        outer = await merge(actors["admin"], third, second)
        for address in (first, second):
            assert (await execute(actors["admin"], GetPatient(address))).banner.id == third
        with pytest.raises(MergedOnward):
            await undo(actors, inner)
        await undo(actors, outer)
        assert (await execute(actors["admin"], GetPatient(first))).banner.id == second
        await undo(actors, inner)
        assert (await execute(actors["admin"], GetPatient(first))).banner.id == first

    async def test_is_refused_when_the_number_belongs_to_somebody_else_now(self, actors: Actors) -> None:
        nik = nik_for()
        survivor, merged = await a_patient(actors["admin"]), await a_patient(actors["admin"], nik=nik)
        merge_id = await merge(actors["admin"], survivor, merged, confirmed=True, reason="KTP lama salah ketik")
        await execute(actors["admin"], RegisterPatient(patient_form(name="Orang Lain", nik=nik)))
        with pytest.raises(NumberTakenSince):
            await undo(actors, merge_id)
        assert (await execute(actors["admin"], GetPatient(merged))).banner.id == survivor
