"""Booking: what a desk may do, what a doctor may do, and what nobody may."""

from datetime import date, time, timedelta

import pytest

from tests.conftest import Actors, Clinic
from tests.factories.scheduling import EARLY, MONDAY, Practice, at, practice, when
from tht_app.domain.errors import Conflict, NotFound, PermissionDenied, ValidationFailed
from tht_app.domain.scheduling import (
    AppointmentStatus,
    CancelReason,
    NotOwnCalendar,
    NotYet,
    OutsideWorkingHours,
    PatientTaken,
    Period,
    PractitionerTaken,
    RoomTaken,
    SlotAcrossMidnight,
    SlotEmpty,
    SlotInPast,
    SlotTooLong,
    TransitionRefused,
)
from tht_app.use_cases.door import execute
from tht_app.use_cases.scheduling import (
    BookAppointment,
    CancelAppointment,
    DayPlan,
    DaySchedule,
    DoctorDay,
    FreeSlots,
    HoursBlock,
    ListPractitioners,
    MarkNoShow,
    MoveAppointment,
    RestoreAppointment,
    SavePractitioner,
    SaveRoom,
    SetWorkingHours,
)

TUESDAY = MONDAY + timedelta(days=1)


@pytest.fixture(scope="module")
async def desk(clinic: Clinic, actors: Actors) -> Practice:
    """A clinic that can be booked."""
    return await practice(clinic, actors)


async def plan(desk: Practice, day: date = MONDAY, by: str = "admin") -> DayPlan:
    return await execute(when(desk.actors[by], EARLY), DaySchedule(day))


def of(day_plan: DayPlan, practitioner_id: object) -> DoctorDay:
    return next(doctor for doctor in day_plan.doctors if doctor.practitioner_id == practitioner_id)


def active(clinic: Clinic, appointment_id: object) -> set[str]:
    rows = clinic.admin_fetch(
        "select kind from clinic.reservation where appointment_id = %s and state in ('hold','booked','in_service')",
        appointment_id,
    )
    return {row["kind"] for row in rows}


class TestBookAppointment:
    async def test_takes_doctor_room_and_patient_for_the_usual_length(self, clinic: Clinic, desk: Practice) -> None:
        appointment = await desk.book(at(8))
        assert active(clinic, appointment) == {"practitioner", "room", "patient"}
        doctor = of(await plan(desk), desk.dokter)
        entry = next(entry for entry in doctor.entries if entry.id == appointment)
        assert entry.slot == Period(at(8), at(8, 15))
        assert entry.room_id == desk.rooms[0], "the room in which the doctor usually sits"
        assert doctor.works == (Period(at(8), at(16)),)

    async def test_a_second_visit_at_the_same_time_is_refused_and_leaves_nothing(
        self, clinic: Clinic, desk: Practice
    ) -> None:
        await desk.book(at(8, 30))
        before = clinic.admin_fetch("select count(*) from clinic.appointment")
        with pytest.raises(PractitionerTaken):
            await desk.book(at(8, 40), room_id=desk.rooms[2])
        assert clinic.admin_fetch("select count(*) from clinic.appointment") == before

    async def test_visits_that_touch_do_not_overlap(self, desk: Practice) -> None:
        await desk.book(at(9))
        assert await desk.book(at(9, 15))

    async def test_a_room_is_never_taken_twice_not_even_with_a_reason(self, desk: Practice) -> None:
        await desk.book(at(9, 45))
        with pytest.raises(RoomTaken):
            await desk.book(at(9, 45), practitioner_id=desk.dokter2, room_id=desk.rooms[0], override_reason="mendesak")

    async def test_a_patient_is_never_in_two_places(self, desk: Practice) -> None:
        patient = await desk.patient()
        await desk.book(at(10), patient_id=patient)
        with pytest.raises(PatientTaken):
            await desk.book(at(10, 10), patient_id=patient, practitioner_id=desk.dokter2)

    async def test_a_doctor_is_overbooked_with_permission_and_reason_and_it_is_marked(
        self, clinic: Clinic, desk: Practice
    ) -> None:
        await desk.book(at(10, 30))
        second = await desk.book(at(10, 30), room_id=desk.rooms[2], override_reason="nyeri hebat")
        entry = next(e for e in of(await plan(desk), desk.dokter).entries if e.id == second)
        assert entry.overbooked
        assert entry.override_reason == "nyeri hebat"
        sealed = clinic.admin_fetch("select override_reason_sealed s from clinic.appointment where id = %s", second)
        assert b"nyeri" not in sealed[0]["s"]

    async def test_an_override_that_is_not_needed_is_not_used(self, desk: Practice) -> None:
        appointment = await desk.book(at(11), override_reason="untuk jaga-jaga")
        entry = next(e for e in of(await plan(desk), desk.dokter).entries if e.id == appointment)
        assert not entry.overbooked
        with pytest.raises(PractitionerTaken):
            await desk.book(at(11), room_id=desk.rooms[2])

    async def test_a_doctor_may_not_override(self, desk: Practice) -> None:
        with pytest.raises(PermissionDenied):
            await desk.book(at(11, 30), by="dokter", override_reason="pasien saya")

    async def test_a_doctor_books_in_the_own_calendar_only(self, desk: Practice) -> None:
        assert await desk.book(at(11, 30), by="dokter")
        with pytest.raises(NotOwnCalendar):
            await desk.book(at(11, 30), by="dokter", practitioner_id=desk.dokter2)

    @pytest.mark.parametrize("who", ["perawat", "apoteker", "kasir", "auditor", "pemilik"])
    async def test_others_may_not_book(self, desk: Practice, who: str) -> None:
        with pytest.raises(PermissionDenied):
            await desk.book(at(12), by=who)

    async def test_outside_the_hours_needs_a_reason(self, desk: Practice) -> None:
        with pytest.raises(OutsideWorkingHours):
            await desk.book(at(17))
        appointment = await desk.book(at(17), room_id=desk.rooms[0], override_reason="dokter setuju")
        entry = next(e for e in of(await plan(desk), desk.dokter).entries if e.id == appointment)
        assert entry.outside_hours
        assert not entry.overbooked

    @pytest.mark.parametrize(
        ("start", "minutes", "refusal"),
        [
            (at(6, 30), 15, SlotInPast),
            (at(13), 0, SlotEmpty),
            (at(9), 13 * 60, SlotTooLong),
            (at(23, 30), 60, SlotAcrossMidnight),
            (at(12), -30, SlotEmpty),
        ],
    )
    async def test_impossible_times_are_refused_even_with_a_reason(
        self, desk: Practice, start: object, minutes: int, refusal: type[Exception]
    ) -> None:
        with pytest.raises(refusal):
            await desk.book(start, minutes=minutes, room_id=desk.rooms[0], override_reason="tolong")  # type: ignore[arg-type]

    async def test_unknown_patient_type_and_room_are_refused(self, desk: Practice) -> None:
        stranger = desk.rooms[0]
        with pytest.raises(NotFound):
            await desk.book(at(12), patient_id=stranger)
        with pytest.raises(NotFound):
            await desk.book(at(12), visit_type_id=stranger)
        with pytest.raises(ValidationFailed):
            await desk.book(at(12), room_id=desk.dokter)

    async def test_a_repeated_save_books_once(self, clinic: Clinic, desk: Practice) -> None:
        request = BookAppointment(await desk.patient(), desk.dokter, desk.visit_types["consultation"], at(12, 15))
        actor = when(desk.actors["admin"], EARLY)
        first = await execute(actor, request, key="booking-0001")
        assert await execute(actor, request, key="booking-0001") == first


class TestMoveAppointment:
    async def test_frees_the_old_time_and_takes_the_new(self, clinic: Clinic, desk: Practice) -> None:
        appointment = await desk.book(at(8, day=TUESDAY))
        await execute(
            when(desk.actors["admin"], EARLY), MoveAppointment(appointment, start=at(9, day=TUESDAY), minutes=30)
        )
        assert await desk.book(at(8, day=TUESDAY))
        with pytest.raises(PractitionerTaken):
            await desk.book(at(9, 20, day=TUESDAY), room_id=desk.rooms[2])
        assert active(clinic, appointment) == {"practitioner", "room", "patient"}

    async def test_a_refused_move_changes_nothing(self, clinic: Clinic, desk: Practice) -> None:
        await desk.book(at(10, day=TUESDAY))
        appointment = await desk.book(at(10, 30, day=TUESDAY))
        with pytest.raises(PractitionerTaken):
            await execute(
                when(desk.actors["admin"], EARLY),
                MoveAppointment(appointment, start=at(10, day=TUESDAY), room_id=desk.rooms[2]),
            )
        entry = next(e for e in of(await plan(desk, TUESDAY), desk.dokter).entries if e.id == appointment)
        assert entry.slot.start == at(10, 30, day=TUESDAY)
        assert active(clinic, appointment) == {"practitioner", "room", "patient"}

    async def test_may_overlap_its_own_former_time(self, desk: Practice) -> None:
        appointment = await desk.book(at(11, day=TUESDAY))
        await execute(when(desk.actors["admin"], EARLY), MoveAppointment(appointment, start=at(11, 5, day=TUESDAY)))

    async def test_a_stale_screen_is_told(self, desk: Practice) -> None:
        appointment = await desk.book(at(11, 30, day=TUESDAY))
        move = MoveAppointment(appointment, start=at(12, day=TUESDAY), version=1)
        await execute(when(desk.actors["admin"], EARLY), move)
        with pytest.raises(Conflict):
            await execute(when(desk.actors["admin"], EARLY), move)

    async def test_a_doctor_cannot_give_a_visit_to_a_colleague(self, desk: Practice) -> None:
        appointment = await desk.book(at(12, 30, day=TUESDAY))
        with pytest.raises(NotOwnCalendar):
            await execute(
                when(desk.actors["dokter"], EARLY), MoveAppointment(appointment, practitioner_id=desk.dokter2)
            )


class TestCancelAppointment:
    async def test_gives_the_time_back_and_can_be_undone(self, clinic: Clinic, desk: Practice) -> None:
        admin = when(desk.actors["admin"], EARLY)
        appointment = await desk.book(at(13, day=TUESDAY))
        await execute(admin, CancelAppointment(appointment, CancelReason.PATIENT, "sakit"))
        assert active(clinic, appointment) == set()
        await execute(admin, RestoreAppointment(appointment))
        assert active(clinic, appointment) == {"practitioner", "room", "patient"}

    async def test_cannot_be_undone_when_the_time_is_gone(self, desk: Practice) -> None:
        admin = when(desk.actors["admin"], EARLY)
        appointment = await desk.book(at(13, 30, day=TUESDAY))
        await execute(admin, CancelAppointment(appointment, CancelReason.OTHER))
        await desk.book(at(13, 30, day=TUESDAY), room_id=desk.rooms[2])
        with pytest.raises(PractitionerTaken):
            await execute(admin, RestoreAppointment(appointment))

    async def test_twice_is_refused(self, desk: Practice) -> None:
        admin = when(desk.actors["admin"], EARLY)
        appointment = await desk.book(at(14, day=TUESDAY))
        await execute(admin, CancelAppointment(appointment, CancelReason.OTHER))
        with pytest.raises(TransitionRefused):
            await execute(admin, CancelAppointment(appointment, CancelReason.OTHER))

    async def test_another_doctors_visit_is_not_theirs_to_cancel(self, desk: Practice) -> None:
        appointment = await desk.book(at(14, 30, day=TUESDAY))
        with pytest.raises(NotOwnCalendar):
            await execute(when(desk.actors["dokter2"], EARLY), CancelAppointment(appointment, CancelReason.OTHER))

    async def test_nobody_has_missed_a_visit_before_it_begins(self, desk: Practice) -> None:
        appointment = await desk.book(at(15, day=TUESDAY))
        with pytest.raises(NotYet):
            await execute(when(desk.actors["admin"], EARLY), MarkNoShow(appointment))
        await execute(when(desk.actors["admin"], at(15, 30, day=TUESDAY)), MarkNoShow(appointment))
        entry = next(e for e in of(await plan(desk, TUESDAY), desk.dokter).entries if e.id == appointment)
        assert entry.status is AppointmentStatus.NOSHOW


class TestDaySchedule:
    async def test_the_nurse_looks_and_every_patient_is_audited(self, clinic: Clinic, desk: Practice) -> None:
        day = MONDAY + timedelta(days=3)
        patient = await desk.patient("Budi")
        await desk.book(at(9, day=day), patient_id=patient, note="batuk sejak Senin")
        seen = await plan(desk, day, by="perawat")
        assert [entry.patient_name for entry in of(seen, desk.dokter).entries] == ["Budi"]
        assert of(seen, desk.dokter).entries[0].note == "batuk sejak Senin"
        entry = clinic.admin_fetch("select patient_ids from audit.event order by at desc, id desc limit 1")[0]
        assert entry["patient_ids"] == [patient]

    async def test_a_day_is_the_clinics_day_not_that_of_utc(self, desk: Practice) -> None:
        day = MONDAY + timedelta(days=5)
        appointment = await desk.book(at(6, day=day), room_id=desk.rooms[0], override_reason="pagi sekali")
        assert appointment in {entry.id for entry in of(await plan(desk, day), desk.dokter).entries}
        assert of(await plan(desk, day - timedelta(days=1)), desk.dokter).entries == ()

    @pytest.mark.parametrize("who", ["apoteker", "kasir", "auditor", "pemilik"])
    async def test_is_not_for_others(self, desk: Practice, who: str) -> None:
        with pytest.raises(PermissionDenied):
            await plan(desk, by=who)


class TestFreeSlots:
    async def test_offers_the_three_nearest_that_can_really_be_booked(self, desk: Practice) -> None:
        day = MONDAY + timedelta(days=8)
        patient = await desk.patient()
        await desk.book(at(9, day=day), minutes=60)
        request = FreeSlots(desk.dokter, 15, at(9, 30, day=day), patient_id=patient)
        slots = await execute(when(desk.actors["admin"], EARLY), request)
        assert [slot.start for slot in slots] == [at(8, 45, day=day), at(10, day=day), at(10, 15, day=day)]
        assert {(slot.minutes, slot.practitioner_id, slot.room_id) for slot in slots} == {
            (15, desk.dokter, desk.rooms[0])
        }
        for slot in slots:
            await desk.book(slot.start, patient_id=patient)


class TestMasterData:
    async def test_new_hours_end_the_old_ones(self, desk: Practice) -> None:
        admin = when(desk.actors["admin"], EARLY)
        start = date(2028, 1, 3)
        await execute(admin, SetWorkingHours(desk.dokter2, (HoursBlock(1, time(13), time(15), desk.rooms[1]),), start))
        before, after = start - timedelta(days=7), start
        assert of(await plan(desk, before), desk.dokter2).works[0].end == at(16, day=before)
        assert of(await plan(desk, after), desk.dokter2).works == (Period(at(13, day=after), at(15, day=after)),)

    async def test_a_doctor_sets_the_own_hours_only(self, desk: Practice) -> None:
        with pytest.raises(NotOwnCalendar):
            await execute(desk.actors["dokter"], SetWorkingHours(desk.dokter2, (), date(2029, 1, 1)))

    async def test_only_a_doctor_becomes_a_practitioner(self, clinic: Clinic, desk: Practice) -> None:
        with pytest.raises(ValidationFailed):
            await execute(desk.actors["admin"], SavePractitioner(clinic.person_id("kasir"), "Tono"))  # type: ignore[arg-type]

    async def test_room_names_are_their_own(self, desk: Practice) -> None:
        with pytest.raises(ValidationFailed):
            await execute(desk.actors["admin"], SaveRoom("Ruang 1"))

    async def test_everybody_sees_the_names_of_the_doctors(self, desk: Practice) -> None:
        found = await execute(desk.actors["apoteker"], ListPractitioners())
        assert [(doctor.display_name, doctor.sip_number) for doctor in found] == [
            ("dr. Sari", "SIP/0"),
            ("dr. Bambang", "SIP/1"),
        ]
