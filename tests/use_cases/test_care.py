"""Who treats whom, through the door: visits, bookings, teams, cover, merges, and who is found by a search."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from tests.conftest import ZONE, Actors, Clinic
from tests.factories.care import PASSWORD, Chart, make_chart, sees
from tests.factories.encounter import give_password, make_patient, make_visit
from tests.factories.merging import merge
from tests.factories.queue import service_points
from tests.factories.registration import nik_for, patient_form
from tests.factories.scheduling import Practice, practice
from tht_app.database.ids import new_id
from tht_app.domain.care import CareRules, asks_for_care
from tht_app.domain.errors import NotFound, PermissionDenied, ValidationFailed
from tht_app.domain.identity import ROLE_PERMISSIONS, Permission, Role
from tht_app.domain.registration import PatientId
from tht_app.domain.registration.identifiers import shown_record_number
from tht_app.domain.scheduling import AppointmentId, CancelReason
from tht_app.use_cases.care import AddCover, ReadCareSetup, SaveCareRules, WithdrawCover
from tht_app.use_cases.door import REGISTRY, execute
from tht_app.use_cases.encounter import (
    AddAddendum,
    AddDiagnosis,
    AddHistory,
    CheckSignature,
    OpenVisit,
    ReadAllergyLine,
    ReadDoctorDay,
    ReadEncounter,
    ReadNote,
    ReadPatientVisits,
    ReadSafetySlice,
    RecordAllergy,
    RecordVitals,
    SaveSection,
    SetHistoryStatus,
    SetMedicineStatus,
    StartEncounter,
    StateAllergies,
    VerifyAllergy,
)
from tht_app.use_cases.ent import ReadExam, TapFinding
from tht_app.use_cases.pharmacy import (
    CancelPrescription,
    EncounterPrescriptions,
    GetPrescription,
    ListPatientActiveMedicines,
    ListPrescriptions,
)
from tht_app.use_cases.queue import WalkIn
from tht_app.use_cases.registration import GetPatient, GetPatientBanner, RegisterPatient, SearchPatients, UndoMerge
from tht_app.use_cases.scheduling import CancelAppointment, RestoreAppointment

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
async def mine(clinic: Clinic, actors: Actors) -> Chart:
    return await make_chart(clinic, actors, "dokter", "Siti Milik Sendiri")


@pytest.fixture(scope="module")
async def foreign(clinic: Clinic, actors: Actors) -> Chart:
    await give_password(clinic, "dokter", PASSWORD)
    return await make_chart(clinic, actors, "dokter2", "Budi Pasien Rekan")


@pytest.fixture(scope="module")
async def desk(clinic: Clinic, actors: Actors) -> Practice:
    return await practice(clinic, actors)


def of(chart: Chart) -> dict[str, object]:
    """Every request that names something of a chart by its id."""
    return {
        "read_encounter": ReadEncounter(chart.open),
        "read_note": ReadNote(chart.open),
        "save_section": SaveSection(chart.open, "plan", "x", 0),
        "start": StartEncounter(chart.open),
        "vitals": RecordVitals(chart.open, {"pulse": "70"}),
        "diagnosis": AddDiagnosis(chart.open, "H66.1", "right", "confirmed"),
        "exam": ReadExam(chart.open),
        "finding": TapFinding(chart.open, "ear.left.ear_canal.cerumen"),
        "signature": CheckSignature(chart.signed),
        "addendum": AddAddendum(chart.signed, "Sisipan.", PASSWORD),
        "visits": ReadPatientVisits(chart.patient_id),
        "allergies": ReadAllergyLine(chart.patient_id),
        "safety": ReadSafetySlice(chart.patient_id),
        "allergy": RecordAllergy(chart.patient_id, "x"),
        "state_allergies": StateAllergies(chart.patient_id, "unavailable"),
        "verify_allergy": VerifyAllergy(chart.allergy, "confirmed"),
        "history": AddHistory(chart.patient_id, "illness", "x"),
        "end_history": SetHistoryStatus(chart.history, "ended"),
        "end_medicine": SetMedicineStatus(chart.medicine, "ended"),
        "open_visit": OpenVisit(chart.patient_id, "consultation"),
        "prescription": GetPrescription(chart.prescription),
        "cancel_prescription": CancelPrescription(chart.prescription, "x"),
        "patient": GetPatient(PatientId(chart.patient_id)),
    }


NOWHERE = Chart(*(new_id() for _ in range(7)))
LISTS = {
    "prescriptions_of_visit": lambda chart: EncounterPrescriptions(chart.open),
    "active_medicines": lambda chart: ListPatientActiveMedicines(chart.patient_id),
}


class TestAForeignId:
    @pytest.mark.parametrize("name", sorted(of(NOWHERE)))
    async def test_is_answered_like_one_that_does_not_exist(self, actors: Actors, foreign: Chart, name: str) -> None:
        await give_nothing_away(actors, of(foreign)[name], of(NOWHERE)[name])

    @pytest.mark.parametrize("name", sorted(LISTS))
    async def test_lists_are_empty_or_refused(self, actors: Actors, foreign: Chart, name: str) -> None:
        try:
            found = await execute(actors["dokter"], LISTS[name](foreign))
        except NotFound:
            return
        assert not found

    async def test_is_not_in_the_list_of_prescriptions(self, actors: Actors, mine: Chart, foreign: Chart) -> None:
        page = await execute(actors["dokter"], ListPrescriptions())
        known = {line.id for line in page.items}
        assert mine.prescription in known
        assert foreign.prescription not in known

    async def test_leaves_a_trace(self, clinic: Clinic, actors: Actors, foreign: Chart) -> None:
        count = "select count(*) from audit.event where action = 'deny' and person_id = %s"
        before = clinic.admin_fetch(count, clinic.person_id("dokter"))[0]["count"]
        with pytest.raises(NotFound):
            await execute(actors["dokter"], ReadNote(foreign.open))
        assert clinic.admin_fetch(count, clinic.person_id("dokter"))[0]["count"] == before + 1


async def give_nothing_away(actors: Actors, foreign: object, nowhere: object) -> None:
    """Both are refused with the same words."""
    refusals: list[tuple[type, object]] = []
    for request in (foreign, nowhere):
        with pytest.raises(NotFound) as refused:
            await execute(actors["dokter"], request)
        refusals.append((type(refused.value), refused.value.params))
    assert refusals[0] == refusals[1]


class TestWithoutRowSecurity:
    """The door refuses alone, should the policies ever fail."""

    async def test_the_door_still_refuses(self, clinic: Clinic, actors: Actors, foreign: Chart) -> None:
        tables = clinic.admin_fetch(
            "select distinct tablename from pg_policies where schemaname = 'clinic' and policyname = 'only_for_carers'"
        )
        for row in tables:
            clinic.admin_fetch(f"alter table clinic.{row['tablename']} disable row level security")
        try:
            for name in ("read_note", "visits", "allergies", "exam", "prescription", "signature", "end_history"):
                with pytest.raises(NotFound):
                    await execute(actors["dokter"], of(foreign)[name])
        finally:
            for row in tables:
                clinic.admin_fetch(f"alter table clinic.{row['tablename']} enable row level security")


class TestAPoolOfConnections:
    async def test_never_lends_one_persons_identity_to_another(
        self, actors: Actors, mine: Chart, foreign: Chart
    ) -> None:
        """More people than connections, some of whom hang up in the middle."""
        own = {"dokter": mine, "dokter2": foreign}
        asked = [("dokter", "dokter2")[turn % 2] for turn in range(60)]
        running = [asyncio.create_task(execute(actors[who], ReadDoctorDay())) for who in asked]
        await asyncio.sleep(0.02)
        for task in running[::5]:
            task.cancel()
        for who, outcome in zip(asked, await asyncio.gather(*running, return_exceptions=True), strict=True):
            if isinstance(outcome, asyncio.CancelledError):
                continue
            assert not isinstance(outcome, BaseException)
            assert own[who].patient_id in {line.patient_id for line in outcome.day}
            other = own["dokter" if who == "dokter2" else "dokter2"]
            assert other.patient_id not in {line.patient_id for line in outcome.day}


class TestTreating:
    async def test_begins_with_a_visit(self, actors: Actors) -> None:
        patient = await make_patient(actors["admin"])
        assert not await sees(actors, "dokter", patient)
        await make_visit(actors, patient)
        assert await sees(actors, "dokter", patient)
        assert not await sees(actors, "dokter2", patient)

    @pytest.mark.parametrize(("months", "open_"), [(23, True), (25, False)])
    async def test_ends_two_years_after_the_last_visit(
        self, clinic: Clinic, actors: Actors, months: int, open_: bool
    ) -> None:
        patient = await make_patient(actors["admin"])
        visit = await make_visit(actors, patient)
        clinic.admin_fetch("alter table clinic.encounter disable trigger user")
        clinic.admin_fetch(
            "update clinic.encounter set arrived_at = now() - make_interval(months => %s) where id = %s", months, visit
        )
        clinic.admin_fetch("alter table clinic.encounter enable trigger user")
        clinic.admin_fetch("select sec.rebuild_care(array[%s]::uuid[])", patient)
        assert await sees(actors, "dokter", patient) is open_

    async def test_ends_with_a_visit_that_never_was(self, clinic: Clinic, actors: Actors) -> None:
        patient = await make_patient(actors["admin"])
        visit = await make_visit(actors, patient)
        clinic.admin_fetch("update clinic.encounter set status = 'cancelled' where id = %s", visit)
        assert not await sees(actors, "dokter", patient)
        assert not await sees(actors, "perawat", patient)

    async def test_a_nurse_assists_today(self, clinic: Clinic, actors: Actors) -> None:
        patient = await make_patient(actors["admin"])
        await make_visit(actors, patient)
        assert await sees(actors, "perawat", patient)
        clinic.admin_fetch("update sec.care set until = now() where kind = 'team' and patient_id = %s", patient)
        assert not await sees(actors, "perawat", patient)
        assert (await execute(actors["perawat"], GetPatient(PatientId(patient)))).banner.id == patient

    async def test_a_booking_opens_the_record_two_weeks_ahead(
        self, clinic: Clinic, actors: Actors, desk: Practice
    ) -> None:
        patient = await make_patient(actors["admin"])
        now = datetime.now(ZONE)
        for days, open_ in ((20, False), (10, True), (0, True), (-1, True), (-3, False)):
            booked = await self._booked(clinic, desk, patient, now + timedelta(days=days))
            assert await sees(actors, "dokter", patient) is open_, days
            clinic.admin_fetch("update clinic.appointment set status = 'entered-in-error' where id = %s", booked)
            assert not await sees(actors, "dokter", patient)

    @staticmethod
    async def _booked(clinic: Clinic, desk: Practice, patient: UUID, starts: datetime) -> UUID:
        booked = new_id()
        clinic.admin_fetch(
            "insert into clinic.appointment (id, patient_id, practitioner_id, room_id, visit_type_id, starts_at, "
            "ends_at, created_by, created_at, changed_at) "
            "values (%s, %s, %s, %s, %s, %s, %s, %s, now(), now())",
            booked,
            patient,
            desk.dokter,
            desk.rooms[0],
            desk.visit_types["consultation"],
            starts,
            starts + timedelta(minutes=15),
            desk.dokter,
        )
        return booked

    async def test_a_booking_ahead_tells_who_it_is(self, clinic: Clinic, actors: Actors, desk: Practice) -> None:
        patient = await make_patient(actors["admin"])
        await self._booked(clinic, desk, patient, datetime.now(ZONE) + timedelta(days=30))
        assert not await sees(actors, "dokter", patient)
        assert (await execute(actors["dokter"], GetPatient(PatientId(patient)))).banner.id == patient

    async def test_a_cancelled_booking_says_who_it_was_and_opens_nothing(
        self, clinic: Clinic, actors: Actors, desk: Practice
    ) -> None:
        patient = await make_patient(actors["admin"])
        booked = await self._booked(clinic, desk, patient, datetime.now(ZONE) + timedelta(days=1))
        assert await sees(actors, "dokter", patient)
        await execute(actors["dokter"], CancelAppointment(AppointmentId(booked), CancelReason.PATIENT))
        assert not await sees(actors, "dokter", patient)
        assert (await execute(actors["dokter"], GetPatient(PatientId(patient)))).banner.id == patient
        await execute(actors["dokter"], RestoreAppointment(AppointmentId(booked)))
        assert await sees(actors, "dokter", patient)

    async def test_a_cashier_knows_who_has_a_ticket(self, actors: Actors, desk: Practice) -> None:
        await service_points(desk)
        patient = PatientId(await desk.patient("Ana Di Loket"))
        with pytest.raises(NotFound):
            await execute(actors["kasir"], GetPatientBanner(patient))
        await execute(actors["admin"], WalkIn(patient, desk.dokter, desk.visit_types["consultation"]))
        assert (await execute(actors["kasir"], GetPatientBanner(patient))).name == "Ana Di Loket"

    async def test_follows_a_merge_and_its_undoing(self, clinic: Clinic, actors: Actors) -> None:
        survivor, merged = [await make_patient(actors["admin"]) for _ in range(2)]
        await make_visit(actors, merged)
        finish = "update clinic.encounter set status = 'finished', ended_at = now() where patient_id = %s"
        clinic.admin_fetch(finish, merged)
        merge_id = await merge(actors["admin"], survivor, merged)
        assert await sees(actors, "dokter", survivor)
        assert await sees(actors, "dokter", merged)
        await make_visit(actors, survivor, "dokter2")
        assert await sees(actors, "dokter2", merged)
        clinic.admin_fetch(finish, survivor)
        await execute(actors["admin"], UndoMerge(merge_id, "Ternyata dua orang berbeda."))
        assert not await sees(actors, "dokter", survivor)
        assert await sees(actors, "dokter", merged)
        assert await sees(actors, "dokter2", survivor)
        assert not await sees(actors, "dokter2", merged)

    def test_is_asked_of_every_request_for_a_record(self) -> None:
        """What only a record's permissions open is gated; what the counter may see too is gated for a doctor."""
        doctor = ROLE_PERMISSIONS[Role.DOCTOR]
        gated = {case.name for case in REGISTRY.values() if asks_for_care(case.permissions, doctor)}
        record = {name for name in Permission if name.value.startswith("record.")}
        chart = record - {Permission.RECORD_BREAK_GLASS, Permission.RECORD_READ_ALL}
        asked = {case.name for case in REGISTRY.values() if case.permissions <= chart and case.permissions & doctor}
        assert asked <= gated
        assert "pharmacy.reading.GetPrescription" in gated
        assert not any(asks_for_care(case.permissions, ROLE_PERMISSIONS[Role.ADMIN]) for case in REGISTRY.values())


class TestStandingIn:
    async def test_a_cover_opens_the_other_doctors_patients_for_its_days(self, actors: Actors, clinic: Clinic) -> None:
        patient = await make_patient(actors["admin"])
        await make_visit(actors, patient, "dokter2")
        today = datetime.now(ZONE).date()
        absent, covering = clinic.person_id("dokter2"), clinic.person_id("dokter")
        later = await execute(
            actors["admin"], AddCover(absent, covering, today + timedelta(days=2), today + timedelta(days=3))
        )
        assert not await sees(actors, "dokter", patient)
        now = await execute(actors["admin"], AddCover(absent, covering, today, today))
        assert await sees(actors, "dokter", patient)
        assert {cover.id for cover in (await execute(actors["pemilik"], ReadCareSetup())).covers} >= {later, now}
        await execute(actors["pemilik"], WithdrawCover(now))
        assert not await sees(actors, "dokter", patient)
        with pytest.raises(NotFound):
            await execute(actors["pemilik"], WithdrawCover(now))
        await execute(actors["pemilik"], WithdrawCover(later))

    async def test_only_doctors_stand_in_for_doctors(self, actors: Actors, clinic: Clinic) -> None:
        today = datetime.now(ZONE).date()
        nurse, doctor = clinic.person_id("perawat"), clinic.person_id("dokter")
        for request, field in (
            (AddCover(doctor, nurse, today, today), "covering_id"),
            (AddCover(nurse, doctor, today, today), "absent_id"),
            (AddCover(doctor, doctor, today, today), "covering_id"),
            (AddCover(doctor, clinic.person_id("dokter2"), today, today - timedelta(days=1)), "last"),
        ):
            with pytest.raises(ValidationFailed) as refused:
                await execute(actors["pemilik"], request)
            assert field in refused.value.fields
        for who in ("dokter", "perawat", "auditor"):
            with pytest.raises(PermissionDenied):
                await execute(actors[who], AddCover(doctor, nurse, today, today))

    async def test_a_clinic_may_work_as_one_team(self, actors: Actors) -> None:
        patient = await make_patient(actors["admin"])
        await make_visit(actors, patient, "dokter2")
        assert not await sees(actors, "dokter", patient)
        await execute(actors["pemilik"], SaveCareRules(CareRules(whole_team=True)))
        try:
            assert await sees(actors, "dokter", patient)
        finally:
            await execute(actors["pemilik"], SaveCareRules(CareRules()))
        assert not await sees(actors, "dokter", patient)

    async def test_the_rules_are_the_owners_and_have_limits(self, actors: Actors, clinic: Clinic) -> None:
        with pytest.raises(PermissionDenied):
            await execute(actors["admin"], SaveCareRules(CareRules(whole_team=True)))
        with pytest.raises(ValidationFailed) as refused:
            await execute(actors["pemilik"], SaveCareRules(CareRules(visit_months=0, booking_days_after=99)))
        assert set(refused.value.fields) == {"visit_months", "booking_days_after"}
        patient = await make_patient(actors["admin"])
        visit = await make_visit(actors, patient)
        clinic.admin_fetch("alter table clinic.encounter disable trigger user")
        clinic.admin_fetch("update clinic.encounter set arrived_at = now() - interval '3 months' where id = %s", visit)
        clinic.admin_fetch("alter table clinic.encounter enable trigger user")
        for months, open_ in ((2, False), (4, True)):
            await execute(actors["pemilik"], SaveCareRules(CareRules(visit_months=months)))
            assert await sees(actors, "dokter", patient) is open_
        await execute(actors["pemilik"], SaveCareRules(CareRules()))


class TestSearching:
    async def _found(self, actors: Actors, text: str, who: str = "dokter") -> tuple[list[str], str]:
        result = await execute(actors[who], SearchPatients(text))
        return [hit.banner.name for hit in result.hits], result.stranger.name if result.stranger else ""

    async def test_finds_ones_own_by_fragment_and_typo(self, actors: Actors, mine: Chart) -> None:
        for text in ("mili", "siti milk sendiri", "milik sendiri", "Siti Milik"):
            assert await self._found(actors, text) == (["Siti Milik Sendiri"], ""), text

    async def test_a_stranger_does_not_show_by_parts(self, actors: Actors) -> None:
        nik = nik_for("1971-02-03")
        form = patient_form(name="Kartika Tak Dikenal", birth_date="1971-02-03", nik=nik, phone="081299887766")
        await execute(actors["admin"], RegisterPatient(form))
        for text in ("kartika", "Kartika Tak Dikenal", "kartka", "03-02-1971", "081299887766", "kartika 03-02-1971"):
            assert await self._found(actors, text) == ([], ""), text
            assert (await self._found(actors, text, "admin"))[0] == ["Kartika Tak Dikenal"], text

    async def test_a_stranger_shows_by_what_only_they_can_say(self, actors: Actors) -> None:
        nik = nik_for("1972-03-04")
        patient = await execute(
            actors["admin"], RegisterPatient(patient_form(name="Lestari Orang Asing", birth_date="1972-03-04", nik=nik))
        )
        number = shown_record_number((await execute(actors["admin"], GetPatient(patient))).banner.record_number)
        for text in (number, nik, "Lestari Orang Asing 04-03-1972", "asing lestari orang 4 maret 1972"):
            assert await self._found(actors, text) == ([], "Lestari Orang Asing"), text
        assert (await self._found(actors, number, "perawat"))[1] == ""

    async def test_two_who_fit_are_nobody(self, actors: Actors) -> None:
        for _ in range(2):
            form = patient_form(name="Kembar Sama", birth_date="1990-01-02", nik=nik_for("1990-01-02"))
            await execute(actors["admin"], RegisterPatient(form))
        assert await self._found(actors, "kembar sama 02-01-1990") == ([], "")

    async def test_many_of_ones_own_are_found_as_well(
        self, clinic: Clinic, actors: Actors, mine: Chart, foreign: Chart
    ) -> None:
        """Above three thousand the search goes by words first; it finds the same."""
        me = clinic.person_id("dokter")
        clinic.admin_fetch("alter table sec.care disable trigger all")
        clinic.admin_fetch(
            "insert into sec.care select gen_random_uuid(), %s, 'care', gen_random_uuid(), now(), "
            "now() + interval '1 day' from generate_series(1, 3001)",
            me,
        )
        try:
            assert await self._found(actors, "siti milik") == (["Siti Milik Sendiri"], "")
            assert await self._found(actors, "budi pasien") == ([], "")
        finally:
            clinic.admin_fetch("delete from sec.care where patient_id not in (select id from clinic.patient)")
            clinic.admin_fetch("alter table sec.care enable trigger all")
