"""What closes the calendar, what keeps a time, what comes again and who waits: as the desk meets it."""

from datetime import date, time, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import event

from tests.conftest import Actors, Clinic
from tests.factories.encounter import make_visit
from tests.factories.scheduling import EARLY, MONDAY, Practice, at, practice, when
from tht_app.domain.errors import NotFound, PermissionDenied, ValidationFailed
from tht_app.domain.registration.sheet import ColumnsMissing, FileNotReadable
from tht_app.domain.scheduling import (
    CancelReason,
    ClosedReason,
    ClosingTooLong,
    DayPart,
    DeviceBlocked,
    DeviceId,
    DeviceTaken,
    DuringBreak,
    LeaveKind,
    MoveReason,
    NeedsCleaning,
    NotOwnCalendar,
    OnHoliday,
    Period,
    PractitionerBlocked,
    PractitionerOnLeave,
    PractitionerTaken,
    ResourceKind,
    RoomBlocked,
    RoomTaken,
    SeriesEmpty,
    SeriesRefused,
    SeriesRule,
    SeriesTooLong,
    SeriesUnit,
    SlotEmpty,
    SlotTaken,
    WaitlistClosed,
    WaitlistStatus,
)
from tht_app.use_cases.door import execute
from tht_app.use_cases.scheduling import (
    AddLeave,
    AddToWaitlist,
    BlockTime,
    BookAppointment,
    BookFromWaitlist,
    BookSeries,
    CalendarRange,
    CalendarView,
    CancelAppointment,
    CancelRestOfSeries,
    Closed,
    ClosedPeriods,
    DeclineOffer,
    FreeSlots,
    GetAppointment,
    Hold,
    HoldSlot,
    HoursBlock,
    ImportHolidays,
    InstallHolidays,
    ListBlocks,
    ListDevices,
    ListHolidays,
    ListLeave,
    MoveAppointment,
    PlanSeries,
    ReleaseHold,
    RestoreAppointment,
    SaveDevice,
    SetBreaks,
    UnblockTime,
    Waitlist,
    WaitlistEntry,
    WithdrawFromWaitlist,
    WithdrawLeave,
)


@pytest.fixture(scope="module")
async def desk(clinic: Clinic, actors: Actors) -> Practice:
    """A clinic that can be booked."""
    return await practice(clinic, actors)


@pytest.fixture(scope="module")
async def scopes(desk: Practice) -> list[DeviceId]:
    """Two endoscopes, which are cleaned for twenty minutes after each visit."""
    admin = when(desk.actors["admin"], EARLY)
    return [await execute(admin, SaveDevice(f"Endoskop {number}", "endoscope", position=number)) for number in (1, 2)]


def day_of(number: int) -> date:
    """A working day of its own for each test: Mondays to Fridays from the second week on."""
    return MONDAY + timedelta(days=7 + 7 * (number // 5) + number % 5)


async def admin(desk: Practice, request: object, moment: object = EARLY) -> object:
    return await execute(when(desk.actors["admin"], moment), request)  # type: ignore[arg-type]


class TestBreaks:
    async def test_a_break_is_refused_by_name_and_may_be_overridden(self, desk: Practice) -> None:
        day = day_of(0)
        lunch = (HoursBlock(day.isoweekday(), time(12), time(13)),)
        await admin(desk, SetBreaks(desk.dokter, lunch, day))
        with pytest.raises(DuringBreak):
            await desk.book(at(11, 50, day))
        appointment = await desk.book(at(11, 50, day), override_reason="dokter setuju")
        entry = await admin(desk, GetAppointment(appointment))
        assert entry.overrides == (ClosedReason.BREAK,)  # type: ignore[attr-defined]
        assert entry.override_reason == "dokter setuju"  # type: ignore[attr-defined]
        await admin(desk, SetBreaks(desk.dokter, (), day))
        assert await desk.book(at(12, 15, day))

    async def test_a_doctor_sets_the_own_breaks_only(self, desk: Practice) -> None:
        await execute(desk.actors["dokter"], SetBreaks(desk.dokter, (), date(2029, 1, 1)))
        with pytest.raises(NotOwnCalendar):
            await execute(desk.actors["dokter"], SetBreaks(desk.dokter2, (), date(2029, 1, 1)))
        with pytest.raises(PermissionDenied):
            await execute(desk.actors["perawat"], SetBreaks(desk.dokter, (), date(2029, 1, 1)))

    async def test_needs_an_order(self, desk: Practice) -> None:
        with pytest.raises(ValidationFailed):
            await admin(desk, SetBreaks(desk.dokter, (HoursBlock(1, time(13), time(12)),), MONDAY))


class TestLeave:
    async def test_whole_days_close_the_doctor_and_name_who_has_to_be_moved(self, desk: Practice) -> None:
        day = day_of(1)
        before = await desk.book(at(9, day=day))
        closed: Closed = await admin(desk, AddLeave(desk.dokter, day, day, LeaveKind.SICK, "demam"))  # type: ignore[assignment]
        assert closed.affected == (before,)
        with pytest.raises(PractitionerOnLeave):
            await desk.book(at(10, day=day))
        assert await desk.book(at(10, day=day), override_reason="hanya kontrol luka")
        assert await desk.book(at(10, day=day), practitioner_id=desk.dokter2)

    async def test_a_visit_that_only_touches_the_edge_of_a_leave_is_fine(self, desk: Practice) -> None:
        day = day_of(2)
        await admin(desk, AddLeave(desk.dokter, at(10, day=day), at(11, day=day)))
        assert await desk.book(at(9, 45, day))
        assert await desk.book(at(11, day=day))
        with pytest.raises(PractitionerOnLeave):
            await desk.book(at(9, 50, day), minutes=90)

    async def test_withdrawn_it_holds_no_more(self, desk: Practice) -> None:
        day = day_of(3)
        closed = await admin(desk, AddLeave(desk.dokter, day, day))
        await admin(desk, WithdrawLeave(closed.id))  # type: ignore[attr-defined]
        assert await desk.book(at(9, day=day))
        with pytest.raises(NotFound):
            await admin(desk, WithdrawLeave(closed.id))  # type: ignore[attr-defined]

    async def test_the_note_is_sealed_and_a_doctor_sees_the_own_leave_only(
        self, clinic: Clinic, desk: Practice
    ) -> None:
        day = day_of(4)
        await admin(desk, AddLeave(desk.dokter2, day, day, LeaveKind.SICK, "operasi kecil"))
        mine = await execute(desk.actors["dokter2"], ListLeave(day, day))
        assert [(leave.kind, leave.note) for leave in mine] == [(LeaveKind.SICK, "operasi kecil")]
        assert await execute(desk.actors["dokter"], ListLeave(day, day, desk.dokter2)) == ()
        with pytest.raises(PermissionDenied):
            await execute(desk.actors["perawat"], ListLeave(day, day))
        rows = clinic.admin_fetch("select note_sealed from clinic.leave where note_sealed is not null")
        assert all(b"operasi" not in row["note_sealed"] for row in rows)

    async def test_a_doctor_takes_the_own_leave_only(self, desk: Practice) -> None:
        day = date(2028, 6, 5)
        assert await execute(when(desk.actors["dokter"], EARLY), AddLeave(desk.dokter, day, day))
        with pytest.raises(NotOwnCalendar):
            await execute(when(desk.actors["dokter"], EARLY), AddLeave(desk.dokter2, day, day))

    @pytest.mark.parametrize(
        ("first", "last", "refusal"),
        [
            (date(2028, 2, 29), date(2028, 2, 28), SlotEmpty),
            (at(9), at(9), SlotEmpty),
            (date(2028, 1, 1), date(2029, 12, 31), ClosingTooLong),
        ],
    )
    async def test_impossible_periods_are_refused(
        self, desk: Practice, first: date, last: date, refusal: type[Exception]
    ) -> None:
        with pytest.raises(refusal):
            await admin(desk, AddLeave(desk.dokter, first, last))

    async def test_a_leap_day_is_a_day(self, desk: Practice) -> None:
        day = date(2028, 2, 29)
        await admin(desk, AddLeave(desk.dokter2, day, day))
        with pytest.raises(PractitionerOnLeave):
            await desk.book(at(9, day=day), practitioner_id=desk.dokter2)
        assert await desk.book(at(9, day=day - timedelta(days=1)), practitioner_id=desk.dokter2)


class TestBlockedTime:
    async def test_a_blocked_room_is_refused_whatever_the_reason(self, desk: Practice) -> None:
        day = day_of(5)
        block = BlockTime(ResourceKind.ROOM, desk.rooms[0], at(9, day=day), at(11, day=day), "AC diperbaiki")
        closed = await admin(desk, block)
        for reason in ("", "mendesak"):
            with pytest.raises(RoomBlocked):
                await desk.book(at(10, day=day), override_reason=reason)
        assert await desk.book(at(11, day=day))
        await admin(desk, UnblockTime(closed.id))  # type: ignore[attr-defined]
        assert await desk.book(at(10, day=day))

    async def test_a_room_in_which_somebody_is_booked_cannot_be_blocked(self, desk: Practice) -> None:
        day = day_of(6)
        await desk.book(at(10, day=day))
        with pytest.raises(RoomTaken):
            await admin(desk, BlockTime(ResourceKind.ROOM, desk.rooms[0], day, day, "cat ulang"))
        found = await admin(desk, ListBlocks(day, day))
        assert found == ()

    async def test_a_blocked_doctor_may_be_overridden(self, desk: Practice) -> None:
        day = day_of(7)
        request = BlockTime(ResourceKind.PRACTITIONER, desk.dokter, at(9, day=day), at(10, day=day), "rapat")
        assert await execute(when(desk.actors["dokter"], EARLY), request)
        with pytest.raises(PractitionerBlocked):
            await desk.book(at(9, 30, day))
        assert await desk.book(at(9, 30, day), override_reason="rapat selesai cepat")

    async def test_a_doctor_blocks_neither_rooms_nor_colleagues(self, desk: Practice) -> None:
        day = day_of(7)
        for kind, resource in ((ResourceKind.ROOM, desk.rooms[0]), (ResourceKind.PRACTITIONER, desk.dokter2)):
            with pytest.raises(NotOwnCalendar):
                await execute(when(desk.actors["dokter"], EARLY), BlockTime(kind, resource, day, day, "x"))
        for bad in (
            BlockTime(ResourceKind.PATIENT, uuid4(), day, day, "x"),
            BlockTime(ResourceKind.ROOM, desk.rooms[0], day, day, "  "),
        ):
            with pytest.raises(ValidationFailed):
                await admin(desk, bad)
        with pytest.raises(NotFound):
            await admin(desk, BlockTime(ResourceKind.ROOM, uuid4(), day, day, "x"))


class TestHolidays:
    async def test_indonesias_holidays_come_with_the_program(self, desk: Practice) -> None:
        assert await admin(desk, InstallHolidays()) == 51
        assert await admin(desk, InstallHolidays()) == 0
        found = await admin(desk, ListHolidays(date(2026, 1, 1), date(2027, 12, 31)))
        by_day = {one.holiday.day: one.holiday for one in found}  # type: ignore[attr-defined]
        assert by_day[date(2026, 8, 17)].closed
        assert not by_day[date(2026, 12, 24)].closed, "collective leave binds civil servants"
        moons = {day for day, holiday in by_day.items() if holiday.provisional}
        assert moons == {date(2027, 3, 10), date(2027, 3, 11), date(2027, 5, 17)}
        decreed = {2026: (17, 8), 2027: (18, 8)}
        for year, counted in decreed.items():
            kinds = [one.holiday.kind for one in found if one.holiday.day.year == year]  # type: ignore[attr-defined]
            assert (kinds.count("national"), kinds.count("collective-leave")) == counted

    async def test_nobody_is_booked_on_one_without_a_reason(self, desk: Practice) -> None:
        await admin(desk, InstallHolidays())
        day = date(2027, 5, 6)
        with pytest.raises(OnHoliday):
            await desk.book(at(9, day=day))
        assert await desk.book(at(9, day=day), override_reason="dokter jaga")

    async def test_a_dry_run_writes_nothing_and_names_the_lines(self, desk: Practice) -> None:
        content = (
            b"Tanggal;Nama;Jenis\r\n02-01-2030;Libur klinik;klinik\r\n2030-02-30;Tak ada;nasional\r\n"
            b'03/01/2030;"Rusak\r\n04.01.2030;Cuti;cuti bersama\r\n02-01-2030;Libur klinik;klinik\r\n'
        )
        report = await admin(desk, ImportHolidays(content))
        assert report.added == 2  # type: ignore[attr-defined]
        wrong = {line.line: set(line.problems) for line in report.lines if line.holiday is None}  # type: ignore[attr-defined]
        assert wrong == {3: {"date"}, 4: {""}, 6: {"date"}}
        span = ListHolidays(date(2030, 1, 1), date(2030, 12, 31))
        assert await admin(desk, span) == ()
        await admin(desk, ImportHolidays(content, dry_run=False))
        found = await admin(desk, span)
        assert [(one.holiday.day.day, one.holiday.closed) for one in found] == [(2, True), (4, False)]  # type: ignore[attr-defined]
        again = await admin(desk, ImportHolidays(content))
        assert (again.added, again.changed) == (0, 2)  # type: ignore[attr-defined]

    @pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"tanggal\n2030-01-01\n"])
    async def test_what_is_no_table_is_refused(self, desk: Practice, content: bytes) -> None:
        with pytest.raises((FileNotReadable, ColumnsMissing)):
            await admin(desk, ImportHolidays(content))

    async def test_only_the_desk_writes_them(self, desk: Practice) -> None:
        for who in ("dokter", "perawat", "pemilik"):
            with pytest.raises(PermissionDenied):
                await execute(desk.actors[who], InstallHolidays())


class TestDevices:
    async def book(self, desk: Practice, moment: object, **more: object) -> object:
        more.setdefault("visit_type_id", desk.visit_types["endoscopy"])
        return await admin(desk, GetAppointment(await desk.book(moment, **more)))  # type: ignore[arg-type]

    async def test_any_free_one_of_the_kind_is_taken_and_named(self, desk: Practice, scopes: list[DeviceId]) -> None:
        day = day_of(10)
        first = await self.book(desk, at(8, day=day))
        second = await self.book(desk, at(8, day=day), practitioner_id=desk.dokter2)
        assert (first.device_ids, second.device_ids) == ((scopes[0],), (scopes[1],))  # type: ignore[attr-defined]
        assert first.device_names == ("Endoskop 1",)  # type: ignore[attr-defined]

    async def test_a_named_one_is_taken_or_refused(self, desk: Practice, scopes: list[DeviceId]) -> None:
        day = day_of(11)
        entry = await self.book(desk, at(8, day=day), device_ids=(scopes[1],))
        assert entry.device_ids == (scopes[1],)  # type: ignore[attr-defined]
        with pytest.raises(DeviceTaken):
            await self.book(desk, at(8, day=day), practitioner_id=desk.dokter2, device_ids=(scopes[1],))
        with pytest.raises(ValidationFailed):
            await self.book(desk, at(9, day=day), device_ids=(uuid4(),))

    async def test_it_is_cleaned_before_the_next_visit(self, desk: Practice, scopes: list[DeviceId]) -> None:
        day = day_of(12)
        await self.book(desk, at(8, day=day), device_ids=(scopes[0],))
        with pytest.raises(NeedsCleaning):
            await self.book(desk, at(8, 30, day), device_ids=(scopes[0],))
        with pytest.raises(NeedsCleaning):
            await self.book(desk, at(8, 45, day), device_ids=(scopes[0],))
        assert await self.book(desk, at(8, 50, day), device_ids=(scopes[0],))
        with pytest.raises(NeedsCleaning):
            await self.book(desk, at(9, 35, day), device_ids=(scopes[0],))

    async def test_a_cleaning_may_be_cut_with_a_reason_but_never_a_visit(
        self, clinic: Clinic, desk: Practice, scopes: list[DeviceId]
    ) -> None:
        day = day_of(13)
        await self.book(desk, at(8, day=day), device_ids=(scopes[0],))
        entry = await self.book(desk, at(8, 30, day), device_ids=(scopes[0],), override_reason="pinjam endoskop")
        assert entry.overrides == (ClosedReason.CLEANING,)  # type: ignore[attr-defined]
        with pytest.raises(DeviceTaken):
            await self.book(
                desk, at(8, 45, day), practitioner_id=desk.dokter2, device_ids=(scopes[0],), override_reason="tolong"
            )
        cleanings = clinic.admin_fetch(
            "select state from clinic.reservation where cleaning and during && tstzrange(%s, %s)",
            at(8, day=day),
            at(9, day=day),
        )
        assert [row["state"] for row in cleanings] == ["released"]

    async def test_a_blocked_device_is_left_out_and_never_overridden(
        self, desk: Practice, scopes: list[DeviceId]
    ) -> None:
        day = day_of(14)
        for scope in scopes:
            await admin(desk, BlockTime(ResourceKind.DEVICE, scope, day, day, "servis"))
        with pytest.raises(DeviceBlocked):
            await self.book(desk, at(9, day=day), override_reason="mendesak")

    async def test_after_all_are_taken_the_next_free_time_is_offered(
        self, desk: Practice, scopes: list[DeviceId]
    ) -> None:
        day = day_of(15)
        endoscopy = desk.visit_types["endoscopy"]
        for doctor in (desk.dokter, desk.dokter2):
            await self.book(desk, at(9, day=day), practitioner_id=doctor)
        wanted = FreeSlots(None, 30, at(9, day=day), visit_type_id=endoscopy, any_room=True)
        slots = await admin(desk, wanted)
        assert [slot.start for slot in slots] == [at(8, 10, day), at(9, 50, day), at(10, 20, day)]  # type: ignore[attr-defined]
        for slot in slots:  # type: ignore[attr-defined]
            booked = await self.book(
                desk, slot.start, practitioner_id=slot.practitioner_id, room_id=slot.room_id, device_ids=slot.device_ids
            )
            assert booked.device_ids == slot.device_ids  # type: ignore[attr-defined]
            await admin(desk, CancelAppointment(booked.id, CancelReason.OTHER))  # type: ignore[attr-defined]

    async def test_a_move_takes_another_of_the_kind_where_its_own_is_taken(
        self, desk: Practice, scopes: list[DeviceId]
    ) -> None:
        day = day_of(16)
        mine = await self.book(desk, at(8, day=day), device_ids=(scopes[0],))
        await self.book(desk, at(10, day=day), practitioner_id=desk.dokter2, device_ids=(scopes[0],))
        await admin(
            desk,
            MoveAppointment(mine.id, start=at(10, day=day), reason=MoveReason.PATIENT, note="macet"),  # type: ignore[attr-defined]
        )
        moved = await admin(desk, GetAppointment(mine.id))  # type: ignore[attr-defined]
        assert moved.device_ids == (scopes[1],)  # type: ignore[attr-defined]
        assert (moved.move_reason, moved.move_note) == (MoveReason.PATIENT, "macet")  # type: ignore[attr-defined]

    async def test_kinds_say_how_long_they_are_cleaned(self, desk: Practice, scopes: list[DeviceId]) -> None:
        await admin(desk, SaveDevice("Audiometer A", "audiometer"))
        found = {one.name: one.cleaning_minutes for one in await admin(desk, ListDevices())}  # type: ignore[attr-defined]
        assert (found["Endoskop 1"], found["Audiometer A"]) == (20, 0)
        with pytest.raises(ValidationFailed):
            await admin(desk, SaveDevice("Aneh", "endoscope", cleaning_minutes=999))


class TestHolds:
    async def test_keep_the_time_until_it_is_booked(self, clinic: Clinic, desk: Practice) -> None:
        day = day_of(20)
        kind = desk.visit_types["consultation"]
        hold: Hold = await admin(desk, HoldSlot(desk.dokter, kind, at(9, day=day)))  # type: ignore[assignment]
        assert hold.hold_until == EARLY + timedelta(minutes=10)
        with pytest.raises(PractitionerTaken):
            await desk.book(at(9, 10, day))
        appointment = await desk.book(at(9, day=day), hold_id=hold.id)
        states = clinic.admin_fetch(
            "select state, count(*) as n from clinic.reservation where hold_id = %s or appointment_id = %s group by 1",
            hold.id,
            appointment,
        )
        assert {row["state"]: row["n"] for row in states} == {"released": 2, "booked": 3}

    async def test_an_expired_one_stands_in_nobodys_way(self, desk: Practice) -> None:
        day = day_of(21)
        kind = desk.visit_types["consultation"]
        hold: Hold = await admin(desk, HoldSlot(desk.dokter, kind, at(9, day=day)))  # type: ignore[assignment]
        request = BookAppointment(await desk.patient(), desk.dokter, kind, at(9, day=day))  # type: ignore[arg-type]
        with pytest.raises(PractitionerTaken):
            await admin(desk, request, hold.hold_until - timedelta(seconds=1))
        assert await admin(desk, request, hold.hold_until)

    async def test_an_expired_one_is_still_worth_its_time_while_nobody_wants_it(self, desk: Practice) -> None:
        day = day_of(22)
        kind = desk.visit_types["consultation"]
        hold: Hold = await admin(desk, HoldSlot(desk.dokter, kind, at(9, day=day)))  # type: ignore[assignment]
        request = BookAppointment(
            await desk.patient(),
            desk.dokter,
            kind,
            at(9, day=day),
            hold_id=hold.id,  # type: ignore[arg-type]
        )
        assert await admin(desk, request, hold.hold_until + timedelta(hours=1))

    async def test_a_live_one_stands_in_the_way_of_whoever_excludes_too(
        self, desk: Practice, scopes: list[DeviceId]
    ) -> None:
        day = day_of(26)
        kinds = desk.visit_types
        await admin(desk, HoldSlot(desk.dokter, kinds["consultation"], at(9, day=day)))
        with pytest.raises(PractitionerTaken):
            await desk.book(at(9, day=day), visit_type_id=kinds["endoscopy"])
        appointment = await desk.book(at(11, day=day))
        with pytest.raises(PractitionerTaken):
            await admin(desk, MoveAppointment(appointment, start=at(9, 10, day)))

    async def test_given_back_it_is_free_at_once(self, desk: Practice) -> None:
        day = day_of(23)
        kind = desk.visit_types["consultation"]
        hold: Hold = await admin(desk, HoldSlot(desk.dokter, kind, at(9, day=day)))  # type: ignore[assignment]
        await admin(desk, ReleaseHold(hold.id))
        await admin(desk, ReleaseHold(hold.id))
        assert await desk.book(at(9, day=day))

    async def test_a_form_moves_its_hold_along(self, desk: Practice, scopes: list[DeviceId]) -> None:
        day = day_of(24)
        kind = desk.visit_types["endoscopy"]
        hold: Hold = await admin(desk, HoldSlot(desk.dokter, kind, at(9, day=day)))  # type: ignore[assignment]
        moved: Hold = await admin(desk, HoldSlot(desk.dokter, kind, at(9, 10, day), hold_id=hold.id))  # type: ignore[assignment]
        assert moved.id != hold.id
        assert moved.device_ids == hold.device_ids == (scopes[0],)
        assert await desk.book(at(8, 45, day))
        view: CalendarView = await admin(desk, CalendarRange(day))  # type: ignore[assignment]
        assert [(one.slot.start, one.mine, one.held_by) for one in view.holds] == [
            (at(9, 10, day), True, "Rina Wulandari")
        ]
        free = await admin(
            desk, FreeSlots(desk.dokter, 30, at(9, 10, day), visit_type_id=kind, hold_id=moved.id, count=1)
        )
        assert free[0].start == at(9, 10, day)  # type: ignore[index]

    async def test_nobody_uses_the_hold_of_another(self, desk: Practice) -> None:
        day = day_of(25)
        kind = desk.visit_types["consultation"]
        hold: Hold = await admin(desk, HoldSlot(desk.dokter, kind, at(9, day=day)))  # type: ignore[assignment]
        await execute(when(desk.actors["dokter"], EARLY), ReleaseHold(hold.id))
        with pytest.raises(PractitionerTaken):
            await desk.book(at(9, day=day), by="dokter", hold_id=hold.id)
        mine = HoldSlot(desk.dokter, kind, at(10, day=day), hold_id=hold.id)
        await execute(when(desk.actors["dokter"], EARLY), mine)
        assert await desk.book(at(9, day=day), hold_id=hold.id)

    async def test_what_is_closed_is_not_held(self, desk: Practice) -> None:
        with pytest.raises(PermissionDenied):
            await execute(
                when(desk.actors["perawat"], EARLY), HoldSlot(desk.dokter, desk.visit_types["consultation"], at(9))
            )
        day = day_of(25)
        with pytest.raises(SlotTaken):
            await admin(desk, HoldSlot(desk.dokter, desk.visit_types["consultation"], at(9, day=day)))


class TestSeries:
    def plan(self, desk: Practice, patient: object, first: object, **more: object) -> PlanSeries:
        rule = SeriesRule(first, **{"every": 1, "count": 4, **more})  # type: ignore[arg-type]
        return PlanSeries(patient, desk.dokter, desk.visit_types["check-up"], rule)  # type: ignore[arg-type]

    async def test_books_all_of_it(self, desk: Practice) -> None:
        day = date(2028, 4, 3)
        request = self.plan(desk, await desk.patient(), at(9, day=day))
        dates = await admin(desk, request)
        assert [(one.slot.start, one.refusal) for one in dates] == [  # type: ignore[attr-defined]
            (at(9, day=day + timedelta(weeks=week)), None) for week in range(4)
        ]
        booked = await admin(desk, BookSeries(request, note="kontrol OMSK"))
        entries = [await admin(desk, GetAppointment(one)) for one in booked.appointment_ids]  # type: ignore[attr-defined]
        assert {entry.series_id for entry in entries} == {booked.series_id}  # type: ignore[attr-defined]
        assert {entry.note for entry in entries} == {"kontrol OMSK"}  # type: ignore[attr-defined]

    async def test_books_none_of_it_when_one_date_is_not_free_and_offers_others(
        self, clinic: Clinic, desk: Practice
    ) -> None:
        day = date(2028, 5, 8)
        await desk.book(at(9, day=day + timedelta(weeks=1)))
        await admin(desk, AddLeave(desk.dokter, day + timedelta(weeks=3), day + timedelta(weeks=3)))
        request = self.plan(desk, await desk.patient(), at(9, day=day))
        dates = await admin(desk, request)
        assert [one.refusal for one in dates] == [  # type: ignore[attr-defined]
            None,
            "scheduling.practitioner_taken",
            None,
            "scheduling.practitioner_on_leave",
        ]
        before = clinic.admin_fetch("select count(*) as n from clinic.appointment")
        with pytest.raises(SeriesRefused) as refused:
            await admin(desk, BookSeries(request))
        assert refused.value.params == {"count": 2, "day": (day + timedelta(weeks=1)).isoformat()}
        assert clinic.admin_fetch("select count(*) as n from clinic.appointment") == before
        other = dates[1].offers[0].start  # type: ignore[index]
        instead = ((at(9, day=day + timedelta(weeks=1)), other), (at(9, day=day + timedelta(weeks=3)), None))
        booked = await admin(desk, BookSeries(request, instead))
        assert len(booked.appointment_ids) == 3  # type: ignore[attr-defined]

    async def test_the_rest_can_be_called_off(self, clinic: Clinic, desk: Practice) -> None:
        day = date(2028, 7, 3)
        booked = await admin(desk, BookSeries(self.plan(desk, await desk.patient(), at(9, day=day))))
        ids = booked.appointment_ids  # type: ignore[attr-defined]
        await admin(desk, CancelAppointment(ids[0], CancelReason.PATIENT))
        assert await admin(desk, CancelRestOfSeries(ids[2], CancelReason.PATIENT, "pindah kota")) == 2
        rows = clinic.admin_fetch(
            "select status from clinic.appointment where id = any(%s) order by starts_at", list(ids)
        )
        assert [row["status"] for row in rows] == ["cancelled", "booked", "cancelled", "cancelled"]

    async def test_devices_and_their_cleaning_are_counted(self, desk: Practice, scopes: list[DeviceId]) -> None:
        day = date(2028, 9, 4)
        rule = SeriesRule(at(9, day=day), 1, SeriesUnit.DAY, until=day + timedelta(days=2))
        request = PlanSeries(await desk.patient(), desk.dokter, desk.visit_types["endoscopy"], rule)  # type: ignore[arg-type]
        booked = await admin(desk, BookSeries(request))
        entries = [await admin(desk, GetAppointment(one)) for one in booked.appointment_ids]  # type: ignore[attr-defined]
        assert [entry.device_ids for entry in entries] == [(scopes[0],)] * 3  # type: ignore[attr-defined]
        with pytest.raises(NeedsCleaning):
            await desk.book(at(9, 30, day), visit_type_id=desk.visit_types["endoscopy"], device_ids=(scopes[0],))

    @pytest.mark.parametrize(
        ("more", "refusal"),
        [
            ({"count": 1}, SeriesEmpty),
            ({"count": 60}, SeriesTooLong),
            ({"count": 5, "every": 60}, SeriesTooLong),
            ({"every": 0}, ValidationFailed),
            ({"until": date(2028, 9, 1)}, ValidationFailed),
            ({"count": None}, ValidationFailed),
        ],
    )
    async def test_rules_that_make_no_series_are_refused(
        self, desk: Practice, more: dict[str, object], refusal: type[Exception]
    ) -> None:
        with pytest.raises(refusal):
            await admin(desk, self.plan(desk, await desk.patient(), at(9, day=date(2028, 8, 7)), **more))

    async def test_a_doctor_plans_the_own_ones_only(self, desk: Practice) -> None:
        request = self.plan(desk, await desk.patient(of="dokter"), at(9, day=date(2028, 10, 2)))
        assert await execute(when(desk.actors["dokter"], EARLY), BookSeries(request))
        with pytest.raises(NotOwnCalendar):
            await execute(when(desk.actors["dokter2"], EARLY), BookSeries(request))


class TestWaitlist:
    async def put(self, desk: Practice, day: date, **more: object) -> object:
        request = AddToWaitlist(
            await desk.patient(),
            desk.visit_types["consultation"],
            day,
            day,
            **more,  # type: ignore[arg-type]
        )
        return await admin(desk, request)

    async def of(self, desk: Practice, entry_id: object, *, closed: bool = False) -> WaitlistEntry:
        found = await admin(desk, Waitlist(closed=closed))
        return next(entry for entry in found if entry.id == entry_id)  # type: ignore[attr-defined]

    async def test_a_freed_time_is_offered_to_who_has_waited_longest(self, clinic: Clinic, desk: Practice) -> None:
        day = day_of(30)
        booked = await desk.book(at(9, day=day))
        elsewhere = await self.put(desk, day, practitioner_id=desk.dokter2)
        late = await self.put(desk, day, day_part=DayPart.EVENING)
        first = await self.put(desk, day, note="bisa datang cepat")
        second = await self.put(desk, day)
        await admin(desk, CancelAppointment(booked, CancelReason.PATIENT))
        entry = await self.of(desk, first)
        assert (entry.status, entry.note) == (WaitlistStatus.OFFERED, "bisa datang cepat")
        assert entry.offered is not None
        assert (entry.offered.start, entry.offered.room_id) == (at(9, day=day), desk.rooms[0])
        for other in (elsewhere, late, second):
            assert (await self.of(desk, other)).status is WaitlistStatus.WAITING
        events = clinic.admin_fetch("select aggregate_id from clinic.outbox where event = 'WaitlistSlotFreed'")
        assert events == [{"aggregate_id": first}]
        await admin(desk, DeclineOffer(first))  # type: ignore[arg-type]
        assert (await self.of(desk, second)).status is WaitlistStatus.OFFERED
        appointment = await admin(desk, BookFromWaitlist(second))  # type: ignore[arg-type]
        done = await self.of(desk, second, closed=True)
        assert (done.status, done.appointment_id) == (WaitlistStatus.BOOKED, appointment)
        with pytest.raises(WaitlistClosed):
            await admin(desk, BookFromWaitlist(second))  # type: ignore[arg-type]
        for left in (first, elsewhere, late):
            await admin(desk, WithdrawFromWaitlist(left))  # type: ignore[arg-type]

    async def test_moving_away_frees_a_time_too_and_too_short_a_time_is_not_offered(self, desk: Practice) -> None:
        day = day_of(31)
        booked, short = await desk.book(at(9, day=day)), await desk.book(at(10, day=day), minutes=10)
        entry = await self.put(desk, day)
        await admin(desk, CancelAppointment(short, CancelReason.PATIENT))
        assert (await self.of(desk, entry)).status is WaitlistStatus.WAITING
        await admin(desk, MoveAppointment(booked, start=at(14, day=day)))
        assert (await self.of(desk, entry)).status is WaitlistStatus.OFFERED
        await admin(desk, WithdrawFromWaitlist(entry))  # type: ignore[arg-type]

    async def test_an_absent_doctors_time_is_offered_to_nobody(self, desk: Practice) -> None:
        day = day_of(32)
        booked = await desk.book(at(9, day=day))
        entry = await self.put(desk, day)
        await admin(desk, AddLeave(desk.dokter, day, day))
        await admin(desk, CancelAppointment(booked, CancelReason.PRACTITIONER))
        assert (await self.of(desk, entry)).status is WaitlistStatus.WAITING
        await admin(desk, WithdrawFromWaitlist(entry))  # type: ignore[arg-type]

    async def test_who_finds_the_offered_time_taken_waits_on(self, desk: Practice) -> None:
        day = day_of(33)
        booked = await desk.book(at(9, day=day))
        entry = await self.put(desk, day)
        await admin(desk, CancelAppointment(booked, CancelReason.PATIENT))
        await admin(desk, RestoreAppointment(booked))
        with pytest.raises(PractitionerTaken):
            await admin(desk, BookFromWaitlist(entry))  # type: ignore[arg-type]
        assert (await self.of(desk, entry)).status is WaitlistStatus.OFFERED
        assert await admin(desk, BookFromWaitlist(entry, start=at(10, day=day)))  # type: ignore[arg-type]

    async def test_is_for_those_who_book(self, desk: Practice) -> None:
        patient, kind, day = await desk.patient(of="dokter"), desk.visit_types["consultation"], day_of(34)
        await make_visit(desk.actors, patient, "dokter2")
        mine = AddToWaitlist(patient, kind, day, day, desk.dokter)  # type: ignore[arg-type]
        entry = await execute(when(desk.actors["dokter"], EARLY), mine)
        with pytest.raises(NotOwnCalendar):
            await execute(when(desk.actors["dokter2"], EARLY), mine)
        with pytest.raises(NotOwnCalendar):
            await execute(when(desk.actors["dokter2"], EARLY), WithdrawFromWaitlist(entry))
        with pytest.raises(NotOwnCalendar):
            await execute(
                when(desk.actors["dokter"], EARLY),
                AddToWaitlist(patient, kind, day, day),  # type: ignore[arg-type]
            )
        for who in ("apoteker", "kasir", "auditor", "pemilik"):
            with pytest.raises(PermissionDenied):
                await execute(desk.actors[who], Waitlist())
        with pytest.raises(ValidationFailed):
            await admin(desk, AddToWaitlist(patient, kind, day, day - timedelta(days=1)))  # type: ignore[arg-type]
        with pytest.raises(NotFound):
            await admin(desk, AddToWaitlist(uuid4(), kind, day, day))  # type: ignore[arg-type]


class TestCalendarRange:
    async def test_shows_resources_visits_and_what_is_closed(self, desk: Practice, scopes: list[DeviceId]) -> None:
        day = day_of(35)
        await admin(desk, SetBreaks(desk.dokter2, (HoursBlock(day.isoweekday(), time(12), time(13)),), day))
        await admin(desk, AddLeave(desk.dokter, at(14, day=day), at(16, day=day)))
        await admin(desk, BlockTime(ResourceKind.ROOM, desk.rooms[2], day, day, "gudang"))
        booked = await desk.book(at(9, day=day), visit_type_id=desk.visit_types["endoscopy"])
        view: CalendarView = await admin(desk, CalendarRange(day, 1))  # type: ignore[assignment]
        assert [doctor.id for doctor in view.doctors] == [desk.dokter, desk.dokter2]
        assert [room.id for room in view.rooms] == desk.rooms
        assert set(scopes) <= {device.id for device in view.devices}
        assert [(one.id, one.device_ids) for one in view.appointments] == [(booked, (scopes[0],))]
        closed = {(one.resource_id, one.reason, one.period.start, one.period.end) for one in view.closed}
        midnight, night = at(0, day=day), at(0, day=day + timedelta(days=1))
        assert closed == {
            (desk.dokter, ClosedReason.OUTSIDE_HOURS, midnight, at(8, day=day)),
            (desk.dokter, ClosedReason.OUTSIDE_HOURS, at(16, day=day), night),
            (desk.dokter, ClosedReason.LEAVE, at(14, day=day), at(16, day=day)),
            (desk.dokter2, ClosedReason.OUTSIDE_HOURS, midnight, at(8, day=day)),
            (desk.dokter2, ClosedReason.OUTSIDE_HOURS, at(16, day=day), night),
            (desk.dokter2, ClosedReason.BREAK, at(12, day=day), at(13, day=day)),
            (desk.rooms[2], ClosedReason.BLOCK, midnight, night),
            (scopes[0], ClosedReason.CLEANING, at(9, 30, day), at(9, 50, day)),
        }
        assert {one.names.get("id") for one in view.closed if one.reason is ClosedReason.BLOCK} == {"gudang"}
        assert await admin(desk, ClosedPeriods(day)) == view.closed

    async def test_asks_the_same_number_of_questions_however_much_stands_in_it(
        self, clinic: Clinic, desk: Practice
    ) -> None:
        asked: list[str] = []

        def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            asked.append(statement)

        engine = clinic.database.engine.sync_engine
        event.listen(engine, "before_cursor_execute", count)
        counts: list[int] = []
        try:
            for request in (CalendarRange(date(2029, 7, 2)), CalendarRange(MONDAY + timedelta(days=7), 7)):
                asked.clear()
                view: CalendarView = await admin(desk, request)  # type: ignore[assignment]
                counts.append(len(asked))
        finally:
            event.remove(engine, "before_cursor_execute", count)
        assert len(view.appointments) > 5
        assert counts[0] == counts[1] <= 16

    async def test_a_nurse_looks_and_strangers_do_not(self, desk: Practice) -> None:
        assert await execute(when(desk.actors["perawat"], EARLY), CalendarRange(MONDAY, 7))
        for who in ("apoteker", "kasir", "auditor", "pemilik"):
            for request in (CalendarRange(MONDAY), ClosedPeriods(MONDAY)):
                with pytest.raises(PermissionDenied):
                    await execute(desk.actors[who], request)

    async def test_a_period_is_cut_to_the_days_shown(self, desk: Practice) -> None:
        day = date(2028, 11, 6)
        await admin(desk, AddLeave(desk.dokter, day - timedelta(days=3), day + timedelta(days=3)))
        found = await admin(desk, ClosedPeriods(day))
        leave = [one.period for one in found if one.reason is ClosedReason.LEAVE]  # type: ignore[attr-defined]
        assert leave == [Period(at(0, day=day), at(0, day=day + timedelta(days=1)))]
