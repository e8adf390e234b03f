"""What the calendar's columns show, and what a drop means."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from tests.ui.test_scheduling_views import DAY, DOCTOR, JAKARTA, PATIENT, ROOM, at, entry
from tht_app.domain.errors import ValidationFailed
from tht_app.domain.scheduling import AppointmentStatus, CancelReason, ClosedReason, Period, ResourceKind, WeeklyHours
from tht_app.state.scheduling.forms import read_place
from tht_app.state.scheduling.grid import GridView, first_day, grid_view, read_wall, usual_rooms, wall_clock
from tht_app.use_cases.scheduling import (
    AppointmentEntry,
    CalendarView,
    ClosedPeriod,
    Device,
    HoldEntry,
    Practitioner,
    Room,
    WorkingHours,
)

DEVICE = uuid4()
SARI = Practitioner(DOCTOR, "dr. Sari", None, None, tint=3, position=1, active=True)  # type: ignore[arg-type]
OUTSIDE = ((at(0), at(8)), (at(12), at(0) + timedelta(days=1)))


def shut(start: datetime, end: datetime, reason: ClosedReason, **more: object) -> ClosedPeriod:
    return ClosedPeriod(ResourceKind.PRACTITIONER, DOCTOR, Period(start, end), reason, **more)  # type: ignore[arg-type]


def grid(*entries: AppointmentEntry, zone: str = "Asia/Jakarta", lang: str = "id", **more: object) -> GridView:
    values: dict[str, object] = {
        "first_day": DAY,
        "days": 1,
        "doctors": (SARI,),
        "rooms": (Room(ROOM, "Ruang 1", 1, active=True),),  # type: ignore[arg-type]
        "devices": (Device(DEVICE, "Endoskop", "endoscope", 1, active=True),),  # type: ignore[arg-type]
        "appointments": entries,
        "holds": (),
        "closed": tuple(shut(start, end, ClosedReason.OUTSIDE_HOURS) for start, end in OUTSIDE),
        "holidays": (),
        **more,
    }
    return grid_view(CalendarView(**values), zone=ZoneInfo(zone), now=at(7), lang=lang)  # type: ignore[arg-type]


class TestColumns:
    def test_are_doctors_then_rooms_then_devices_in_the_clinics_order(self) -> None:
        shown = grid(entry(at(9)))
        found = [(column.kind, column.title) for column in shown.columns]
        assert found == [("doctor", "dr. Sari"), ("room", "Ruang 1"), ("device", "Endoskop")]
        assert (shown.columns[0].tint, shown.columns[0].visits) == (3, {"2027-03-01": 1})

    def test_count_each_day_of_a_week_for_itself(self) -> None:
        week = grid(entry(at(9)), entry(at(9) + timedelta(days=2)), entry(at(10) + timedelta(days=2)), days=7)
        assert (week.columns[0].visits["2027-03-03"], week.columns[0].visits["2027-03-02"]) == (2, 0)

    def test_a_doctor_has_a_usual_room_on_the_days_of_the_week(self) -> None:
        monday = WorkingHours(DOCTOR, WeeklyHours(1, time(8), time(12), date(2026, 1, 1), room_id=ROOM))  # type: ignore[arg-type]
        assert usual_rooms([monday], DAY, 7, JAKARTA) == {str(DOCTOR): {"2027-03-01": str(ROOM)}}


class TestEvents:
    def test_lie_on_the_clinics_wall_clock_whatever_the_zone(self) -> None:
        for zone, start in (("Asia/Jakarta", "09:00"), ("Asia/Makassar", "10:00"), ("Asia/Jayapura", "11:00")):
            shown = grid(entry(at(9), 20), zone=zone).events[0]
            assert shown.start == f"2027-03-01T{start}"
            assert shown.end == f"2027-03-01T{start[:3]}20"

    def test_say_who_and_what_for_in_the_readers_language(self) -> None:
        shown = grid(entry(at(9)), lang="en").events[0]
        assert (shown.name, shown.visit, shown.payer, shown.first) == ("Siti Rahmawati", "Consultation", "bpjs", True)

    def test_carry_nothing_that_is_not_shown(self) -> None:
        noted = entry(at(9), note="hamil muda", override_reason="rahasia")
        assert "hamil muda" not in repr(grid(noted))
        assert "rahasia" not in repr(grid(noted))

    @pytest.mark.parametrize(
        ("status", "takes"),
        [
            (AppointmentStatus.BOOKED, True),
            (AppointmentStatus.ARRIVED, True),
            (AppointmentStatus.FULFILLED, False),
            (AppointmentStatus.NOSHOW, False),
        ],
    )
    def test_take_their_time_until_it_is_over(self, status: AppointmentStatus, takes: bool) -> None:
        assert grid(entry(at(9), status=status)).events[0].takes is takes

    def test_are_not_shown_once_cancelled_and_then_are_not_counted(self) -> None:
        cancelled = entry(at(9), status=AppointmentStatus.CANCELLED, cancel_reason=CancelReason.OTHER)
        shown = grid(cancelled)
        assert (shown.events, shown.columns[0].visits) == ([], {"2027-03-01": 0})

    @pytest.mark.parametrize("mark", ["overbooked", "outside_hours"])
    def test_are_marked_when_a_rule_was_overridden(self, mark: str) -> None:
        assert grid(entry(at(9), **{mark: True})).events[0].over is True


class TestHeld:
    def test_time_takes_its_columns_until_it_is_free_by_itself_and_names_no_patient(self) -> None:
        hold = HoldEntry(
            uuid4(),
            DOCTOR,
            ROOM,
            (DEVICE,),
            PATIENT,
            Period.lasting(at(9), 15),
            at(9, 5),
            "Rina",
            mine=True,  # type: ignore[arg-type]
        )
        (shown,) = grid(holds=(hold,)).events
        assert (shown.name, shown.status, shown.until) == ("Ditahan oleh Rina", "proposed", "2027-03-01T09:05:00")
        assert (shown.devices, shown.takes, shown.id[:5]) == ([str(DEVICE)], True, "hold-")
        assert str(PATIENT) not in repr(shown)


class TestClosed:
    def test_says_why_in_the_readers_language_or_by_the_name_it_was_given(self) -> None:
        closed = (
            shut(at(12), at(13), ClosedReason.BREAK),
            shut(at(0), at(23), ClosedReason.HOLIDAY, names={"id": "Nyepi", "en": "Day of Silence"}),
        )
        assert [one.text for one in grid(closed=closed).closed] == ["Istirahat", "Nyepi"]
        assert [one.text for one in grid(closed=closed, lang="en").closed] == ["Break", "Day of Silence"]

    def test_is_one_stretch_for_all_columns_that_share_it(self) -> None:
        other = ClosedPeriod(ResourceKind.ROOM, ROOM, Period(at(12), at(13)), ClosedReason.BREAK)
        (shown,) = grid(closed=(shut(at(12), at(13), ClosedReason.BREAK), other)).closed
        assert (shown.columns, shown.start, shown.kind) == ([str(DOCTOR), str(ROOM)], "2027-03-01T12:00", "break")


class TestHours:
    def test_grow_with_what_lies_outside_the_usual_day(self) -> None:
        assert (grid().opens, grid().closes) == ("07:00", "18:00")
        late = grid(entry(at(5, 30)), entry(at(19, 30), 45))
        assert (late.opens, late.closes) == ("05:00", "21:00")

    def test_reach_midnight_for_who_works_until_then(self) -> None:
        assert grid(closed=(shut(at(0), at(20), ClosedReason.OUTSIDE_HOURS),)).closes == "24:00"


class TestTime:
    def test_a_week_begins_on_monday(self) -> None:
        assert first_day(date(2027, 3, 7), "week") == (DAY, 7)
        assert first_day(date(2027, 3, 7), "day") == (date(2027, 3, 7), 1)

    def test_the_clock_is_the_clinics(self) -> None:
        assert wall_clock(datetime(2027, 3, 1, 2, 3, 4, tzinfo=UTC), JAKARTA) == "2027-03-01T09:03:04"

    @pytest.mark.parametrize("text", ["", "x", "2027-03-01T09:00+07:00", "2027-13-01T09:00"])
    def test_what_is_no_wall_clock_is_none(self, text: str) -> None:
        assert read_wall(text, JAKARTA) is None


def dropped(**more: str) -> dict[str, str]:
    form = {"id": str(DOCTOR), "start": "2027-03-01T09:15", "minutes": "20", "doctor": str(DOCTOR), "room": str(ROOM)}
    return {**form, "version": "4", **more}


class TestDrop:
    def test_means_a_move_of_what_the_screen_saw(self) -> None:
        request = read_place(dropped(), JAKARTA)
        assert (request.start, request.minutes, request.version) == (at(9, 15), 20, 4)
        assert (request.practitioner_id, request.room_id, request.override_reason) == (DOCTOR, ROOM, "")

    @pytest.mark.parametrize(
        "wrong",
        [
            {"id": "x"},
            {"start": "besok"},
            {"doctor": ""},
            {"room": "'"},
            {"minutes": "-5"},
            {"minutes": "9" * 12},
            {"version": "x"},
        ],
    )
    def test_that_cannot_be_read_is_none(self, wrong: dict[str, str]) -> None:
        with pytest.raises(ValidationFailed):
            read_place(dropped(**wrong), JAKARTA)
