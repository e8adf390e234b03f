"""What the set-up of calendar and queue shows, and what a typed form means."""

from datetime import UTC, date, datetime, time
from uuid import uuid4

import pytest

from tht_app.domain.errors import ValidationFailed
from tht_app.domain.queue import PointKind
from tht_app.domain.scheduling import PractitionerId, RoomId, WeeklyHours
from tht_app.state.scheduling.setup import forms
from tht_app.state.scheduling.setup.page import tab_of
from tht_app.state.scheduling.setup.views import DeviceEntry, DoctorEntry, PointEntry, RoomEntry, TypeEntry, room_rows
from tht_app.state.scheduling.setup.weeks import TypedDay, read_week, typed_week, week_on, week_views
from tht_app.use_cases.scheduling import DoctorWeeks, Room, WorkingHours

ROOM, DOCTOR, NEXT = uuid4(), uuid4(), uuid4()
TODAY = date(2027, 3, 3)
NOW = datetime(2027, 3, 3, 1, tzinfo=UTC)


def block(weekday: int, starts: int, ends: int, since: date, until: date | None = None) -> WeeklyHours:
    return WeeklyHours(weekday, time(starts), time(ends), since, until, ROOM)


def weeks(*blocks: WeeklyHours) -> DoctorWeeks:
    doctor = PractitionerId(DOCTOR)
    rooms = (Room(RoomId(ROOM), "Ruang 1", 0, True),)
    rest = WorkingHours(doctor, WeeklyHours(1, time(10), time(10, 15), date(2027, 1, 1)))
    return DoctorWeeks((), rooms, tuple(WorkingHours(doctor, one) for one in blocks), (rest,) if blocks else (), doctor)


class TestWeeks:
    def test_shows_the_week_that_holds_and_the_planned_one_but_not_what_is_over(self) -> None:
        old = block(1, 7, 9, date(2026, 1, 1), date(2027, 1, 1))
        present = [
            block(1, 8, 12, date(2027, 1, 1), date(2027, 4, 1)),
            block(1, 13, 16, date(2027, 1, 1), date(2027, 4, 1)),
        ]
        planned = block(2, 9, 11, date(2027, 4, 1))
        shown = week_views(weeks(old, *present, planned), TODAY, "id")
        assert [(week.now, week.since, week.until) for week in shown] == [
            (True, "01-Jan-2027", "31-Mar-2027"),
            (False, "01-Apr-2027", ""),
        ]
        monday = shown[0].days[0]
        assert (monday.weekday, [one.text for one in monday.blocks]) == ("Senin", ["08.00–12.00", "13.00–16.00"])
        assert monday.blocks[0].room == "Ruang 1"
        assert [one.text for one in monday.breaks] == ["10.00–10.15"]
        assert [bool(day.blocks) for day in shown[1].days] == [False, True, False, False, False, False, False]

    def test_a_plan_that_was_replaced_before_it_began_is_not_shown(self) -> None:
        never = block(1, 8, 12, date(2027, 5, 1), date(2027, 5, 1))
        shown = week_views(weeks(block(1, 8, 12, date(2027, 1, 1)), never), TODAY, "id")
        assert [week.since for week in shown] == ["01-Jan-2027"]

    def test_says_that_a_doctor_stops(self) -> None:
        shown = week_views(weeks(block(1, 8, 12, date(2027, 1, 1), date(2027, 4, 1))), TODAY, "en")
        assert [(week.closed, week.since) for week in shown] == [(False, "01-Jan-2027"), (True, "01-Apr-2027")]

    def test_there_is_nothing_to_show_of_a_new_doctor(self) -> None:
        assert week_views(weeks(), TODAY, "id") == []

    def test_the_form_starts_from_the_week_of_a_day(self) -> None:
        hours = [block(1, 8, 12, date(2027, 1, 1), date(2027, 4, 1)), block(3, 9, 11, date(2027, 4, 1))]
        days = typed_week(week_on(hours, date(2027, 4, 1)), [], "id")
        assert [day.number for day in days if day.blocks] == [3]
        assert not days[2].blocks[0].rest
        typed = days[2].blocks[0]
        assert (typed.starts, typed.ends, typed.room) == ("09.00", "11.00", str(ROOM))


def typed_days() -> list[TypedDay]:
    since = date(2027, 1, 1)
    return typed_week([block(1, 8, 12, since), block(1, 13, 16, since)], [block(1, 10, 11, since)], "id")


def week_form(**fields: str) -> dict[str, str]:
    form = {
        "hours_valid_from": "2027-04-01",
        "hours_starts_1_0": "8.00",
        "hours_ends_1_0": "12.00",
        "hours_room_1_0": str(ROOM),
        "hours_starts_1_1": "13:30",
        "hours_ends_1_1": "1600",
        "hours_starts_1_2": "10.00",
        "hours_ends_1_2": "10.20",
    }
    return {**form, **{f"hours_{name}": value for name, value in fields.items()}}


class TestWeekForm:
    def test_reads_blocks_with_and_without_a_room(self) -> None:
        request = read_week(week_form(), typed_days(), DOCTOR)
        assert request.valid_from == date(2027, 4, 1)
        assert [(one.weekday, one.starts, one.ends, one.room_id) for one in request.blocks] == [
            (1, time(8), time(12), ROOM),
            (1, time(13, 30), time(16), None),
        ]
        assert [(one.weekday, one.starts, one.ends) for one in request.breaks] == [(1, time(10), time(10, 20))]

    def test_a_break_lies_inside_the_hours_and_runs_into_no_other_break(self) -> None:
        days = typed_days()
        assert [one.rest for one in days[0].blocks] == [False, False, True]
        assert read_week(week_form(starts_1_2="8.00"), days, DOCTOR).breaks[0].starts == time(8)

    def test_a_block_left_empty_is_no_block(self) -> None:
        request = read_week(week_form(starts_1_1="", ends_1_1=" "), typed_days(), DOCTOR)
        assert len(request.blocks) == 1

    @pytest.mark.parametrize(
        ("fields", "where", "code"),
        [
            ({"starts_1_1": "jam dua"}, "1_1", "scheduling.time_shape"),
            ({"ends_1_1": ""}, "1_1", "required"),
            ({"ends_1_1": "25.00"}, "1_1", "scheduling.time_shape"),
            ({"starts_1_1": "16.00"}, "1_1", "scheduling.hours_order"),
            ({"starts_1_1": "11.00"}, "1_1", "scheduling.hours_overlap"),
            ({"room_1_0": "Ruang 1"}, "1_0", "choice"),
            ({"valid_from": ""}, "valid_from", "required"),
            ({"valid_from": "besok"}, "valid_from", "date_shape"),
        ],
    )
    def test_names_the_block_that_cannot_be(self, fields: dict[str, str], where: str, code: str) -> None:
        with pytest.raises(ValidationFailed) as refusal:
            read_week(week_form(**fields), typed_days(), DOCTOR)
        assert {name: problem.code for name, problem in refusal.value.fields.items()} == {f"hours_{where}": code}

    def test_ignores_fields_that_the_form_does_not_have(self) -> None:
        request = read_week(week_form(starts_9_0="9", ends_9_0="10"), typed_days(), DOCTOR)
        assert {one.weekday for one in request.blocks} == {1}


class TestLists:
    def test_the_ends_of_a_list_cannot_move_further(self) -> None:
        rooms = [Room(RoomId(uuid4()), f"Ruang {number}", number, True) for number in (1, 2, 3)]
        shown = room_rows(rooms, NOW, "id")["rows"]
        assert [(row.first, row.last) for row in shown] == [(True, False), (False, False), (False, True)]

    @pytest.mark.parametrize(
        ("entry", "read", "form"),
        [
            (DoctorEntry(str(DOCTOR), "dr. Sari", 10, False, sip="SIP/1", sip_until="2031-06-30", tint=3),
             forms.read_doctor, forms.doctor_form),
            (RoomEntry(str(ROOM), "Ruang 1", 20, False), forms.read_room, forms.room_form),
            (DeviceEntry(str(ROOM), "Endoskop", 20, False, kind="endoscope", cleaning=20),
             forms.read_device, forms.device_form),
            (TypeEntry(str(ROOM), "Kontrol", 20, False, code="check-up", name_en="Check-up", minutes=10,
                       device_kind="suction", cleaning=5, tint=2), forms.read_type, forms.type_form),
            (PointEntry(str(ROOM), "Poli A", 20, False, letter="A", name_en="Clinic A", doctor_id=str(DOCTOR),
                        room_id=str(ROOM), next_id=str(NEXT)), forms.read_point, forms.point_form),
        ],
    )  # fmt: skip
    def test_the_form_of_an_entry_keeps_it_as_it_is(self, entry, read, form) -> None:
        request = read(form(entry), entry, 9)
        assert (request.position, request.active) == (entry.position, False)
        assert entry.id in {str(value) for value in (getattr(request, name) for name in request.__slots__)}
        again = {name: value for name, value in form(entry).items() if value}
        shown = {str(getattr(request, name)) for name in request.__slots__}
        assert set(again.values()) <= shown

    def test_a_new_entry_comes_last(self) -> None:
        assert forms.read_room({"room_name": " Ruang 9 "}, None, 4) == forms.SaveRoom("Ruang 9", 50)

    @pytest.mark.parametrize(
        ("name", "code"),
        [
            ("Post-op check!", "post-op-check"),
            ("  Ear   cleaning ", "ear-cleaning"),
            ("É", "visit-e"),
            ("検査", "visit-type"),
            ("x" * 60, "x" * 40),
        ],
    )
    def test_a_code_is_made_from_any_name(self, name: str, code: str) -> None:
        assert forms.code_from(name) == code

    def test_names_every_bad_field_of_a_visit_type(self) -> None:
        with pytest.raises(ValidationFailed) as refusal:
            forms.read_type({"type_minutes": "1e3", "type_tint": "2"}, None, 0)
        assert {name: problem.code for name, problem in refusal.value.fields.items()} == {
            "type_name_id": "required",
            "type_name_en": "required",
            "type_minutes": "scheduling.minutes_grid",
        }

    def test_only_a_doctors_point_has_a_doctor(self) -> None:
        form = {"point_letter": "k", "point_kind": "cashier", "point_name_id": "Kasir", "point_name_en": "Cashier"}
        request = forms.read_point({**form, "point_practitioner_id": str(DOCTOR)}, None, 0)
        assert (request.letter, request.kind, request.practitioner_id) == ("K", PointKind.CASHIER, None)
        with pytest.raises(ValidationFailed) as refusal:
            forms.read_point({**form, "point_kind": "practitioner"}, None, 0)
        assert set(refusal.value.fields) == {"point_practitioner_id"}

    def test_a_forged_kind_is_refused(self) -> None:
        form = {"point_letter": "K", "point_kind": "throne", "point_name_id": "x", "point_name_en": "y"}
        with pytest.raises(ValidationFailed) as refusal:
            forms.read_point(form, None, 0)
        assert refusal.value.fields["point_kind"].code == "choice"


@pytest.mark.parametrize(
    ("asked", "everything", "tab"),
    [("rooms", True, "rooms"), ("rooms", False, "hours"), ("", True, "hours"), ("<script>", True, "hours")],
)
def test_the_address_names_a_tab_that_one_may_see(asked: str, everything: bool, tab: str) -> None:
    assert tab_of(asked, everything=everything) == tab
