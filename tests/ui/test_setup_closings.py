"""Leave, blocked time and holidays: what their lists show and what their forms mean."""

from datetime import UTC, date, datetime, time
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from tht_app.domain.errors import Problem, ValidationFailed
from tht_app.domain.scheduling import (
    BlockId,
    Holiday,
    HolidayId,
    HolidayKind,
    HolidayLine,
    LeaveId,
    LeaveKind,
    Period,
    PractitionerId,
    ResourceKind,
    RoomId,
)
from tht_app.state.scheduling.setup.closings import (
    closing_form,
    closing_views,
    doctor_choices,
    period_text,
    read_block,
    read_leave,
    resource_choices,
)
from tht_app.state.scheduling.setup.holiday_views import (
    holiday_form,
    holiday_views,
    line_views,
    read_holiday,
    read_year,
)
from tht_app.use_cases.scheduling import Block, Closings, HolidayImport, Leave, ListedHoliday, Practitioner, Room

JAYAPURA = ZoneInfo("Asia/Jayapura")
DOCTOR, ROOM = PractitionerId(uuid4()), RoomId(uuid4())
DAY = date(2027, 3, 1)


def at(hour: int, minute: int = 0, day: date = DAY) -> datetime:
    return datetime.combine(day, time(hour, minute), JAYAPURA).astimezone(UTC)


def closings(*found: Leave | Block, booked: dict[UUID, tuple[date, ...]] | None = None) -> Closings:
    return Closings(
        tuple(one for one in found if isinstance(one, Leave)),
        tuple(one for one in found if isinstance(one, Block)),
        booked or {},
        (Practitioner(DOCTOR, "dr. Sari", None, None, 1, 0, True),),
        (Room(ROOM, "Ruang 1", 0, True), Room(RoomId(uuid4()), "Gudang", 1, False)),
        (),
    )


def leave(period: Period) -> Leave:
    return Leave(LeaveId(uuid4()), DOCTOR, period, LeaveKind.SICK, "demam")


class TestPeriod:
    @pytest.mark.parametrize(
        ("period", "text"),
        [
            (Period(at(0), at(0, day=date(2027, 3, 2))), "01-Mar-2027"),
            (Period(at(0), at(0, day=date(2027, 3, 4))), "01-Mar-2027 – 03-Mar-2027"),
            (Period(at(8), at(12, 30)), "01-Mar-2027, 08.00–12.30"),
            (Period(at(13), at(9, day=date(2027, 3, 3))), "01-Mar-2027 13.00 – 03-Mar-2027 09.00"),
        ],
    )
    def test_is_said_on_the_clinics_clock(self, period: Period, text: str) -> None:
        assert period_text(period, JAYAPURA, "id") == text


class TestList:
    def test_counts_who_is_booked_and_links_to_each_day(self) -> None:
        away = leave(Period(at(0), at(0, day=date(2027, 3, 4))))
        days = (DAY, DAY, date(2027, 3, 3))
        view = closing_views(closings(away, booked={away.id: days}), JAYAPURA, "id")[0]
        assert (view.name, view.what, view.kind, view.note, view.booked) == ("dr. Sari", "leave", "sick", "demam", 3)
        assert [(day.text, day.href) for day in view.days] == [
            ("01-Mar-2027 (2)", f"/calendar?date=2027-03-01&doctor={DOCTOR}"),
            ("03-Mar-2027 (1)", f"/calendar?date=2027-03-03&doctor={DOCTOR}"),
        ]

    def test_names_a_few_days_and_says_how_many_more_there_are(self) -> None:
        away = leave(Period(at(0), at(0, day=date(2027, 3, 20))))
        days = tuple(date(2027, 3, number) for number in range(1, 9))
        view = closing_views(closings(away, booked={away.id: days}), JAYAPURA, "id")[0]
        assert (len(view.days), view.more_days, view.booked) == (5, 3, 8)

    def test_mixes_leave_and_blocked_time_by_start(self) -> None:
        block = Block(BlockId(uuid4()), ResourceKind.ROOM, ROOM, Period(at(7), at(8)), "cat dinding")
        found = closings(leave(Period(at(9), at(10))), block)
        assert [view.name for view in closing_views(found, JAYAPURA, "id")] == ["Ruang 1", "dr. Sari"]
        assert [view.name for view in closing_views(found, JAYAPURA, "id", newest_first=True)] == [
            "dr. Sari",
            "Ruang 1",
        ]

    def test_offers_what_is_in_use_and_chooses_only_where_there_is_no_choice(self) -> None:
        assert [one.label for one in resource_choices(closings(), "id")] == [
            "Pilih",
            "Dokter: dr. Sari",
            "Ruang: Ruang 1",
        ]
        assert [one.value for one in doctor_choices(closings(), "id")] == [f"practitioner:{DOCTOR}"]


def typed(**fields: str) -> dict[str, str]:
    form = {"resource": f"practitioner:{DOCTOR}", "kind": "leave", "first": "2027-03-01", "note": " kongres "}
    return {f"closing_{name}": value for name, value in {**form, **fields}.items()}


class TestForm:
    def test_without_times_it_is_whole_days(self) -> None:
        request = read_leave(typed(last="2027-03-05"), JAYAPURA)
        assert (request.start, request.end, request.note) == (DAY, date(2027, 3, 5), "kongres")
        assert read_leave(typed(), JAYAPURA).end == DAY

    def test_with_times_it_is_on_the_clinics_clock(self) -> None:
        request = read_leave(typed(starts="8.00", ends="12.30"), JAYAPURA)
        assert (request.start, request.end) == (at(8), at(12, 30))

    @pytest.mark.parametrize(
        ("fields", "where", "code"),
        [
            ({"resource": ""}, "resource", "required"),
            ({"resource": "patient:1"}, "resource", "choice"),
            ({"resource": f"patient:{uuid4()}"}, "resource", "choice"),
            ({"resource": f"room:{ROOM}"}, "resource", "choice"),
            ({"kind": "holiday"}, "kind", "choice"),
            ({"first": ""}, "first", "required"),
            ({"first": "besok"}, "first", "date_shape"),
            ({"last": "2027-02-28"}, "last", "scheduling.closing_order"),
            ({"last": "2029-02-28"}, "last", "scheduling.closing_too_long"),
            ({"starts": "8.00"}, "ends", "required"),
            ({"starts": "25.00", "ends": "26.00"}, "starts", "scheduling.time_shape"),
            ({"starts": "12.00", "ends": "8.00"}, "ends", "scheduling.closing_order"),
            ({"starts": "12.00", "ends": "12.00"}, "ends", "scheduling.closing_order"),
        ],
    )
    def test_names_the_field_that_cannot_be(self, fields: dict[str, str], where: str, code: str) -> None:
        with pytest.raises(ValidationFailed) as refusal:
            read_leave(typed(**fields), JAYAPURA)
        assert refusal.value.fields[f"closing_{where}"].code == code

    def test_blocked_time_needs_a_reason_and_takes_any_resource(self) -> None:
        request = read_block(typed(resource=f"room:{ROOM}"), JAYAPURA)
        assert (request.kind, request.resource_id, request.reason) == (ResourceKind.ROOM, ROOM, "kongres")
        with pytest.raises(ValidationFailed) as refusal:
            read_block(typed(note=""), JAYAPURA)
        assert set(refusal.value.fields) == {"closing_note"}

    @pytest.mark.parametrize(
        "period",
        [
            Period(at(0), at(0, day=date(2027, 3, 4))),
            Period(at(8), at(12, 30)),
            Period(at(13), at(9, 0, date(2027, 3, 3))),
        ],
    )
    def test_what_was_taken_back_can_be_made_again(self, period: Period) -> None:
        view = closing_views(closings(leave(period)), JAYAPURA, "id")[0]
        request = read_leave(closing_form(view), JAYAPURA)
        first, last = request.start, request.end
        if not isinstance(first, datetime) or not isinstance(last, datetime):
            first, last = at(0, day=first), at(0, day=date.fromordinal(last.toordinal() + 1))
        assert (Period(first, last), request.kind, request.note) == (period, LeaveKind.SICK, "demam")


class TestHolidays:
    def test_have_weekday_and_both_names(self) -> None:
        listed = ListedHoliday(HolidayId(uuid4()), Holiday(date(2027, 8, 17), "HUT RI", "Independence Day"))
        view = holiday_views([listed], "id")[0]
        assert (view.date, view.weekday, view.name_en, view.closed) == (
            "17-Agu-2027",
            "Selasa",
            "Independence Day",
            True,
        )
        again = read_holiday(holiday_form(view), view.id)
        assert (again.holiday, again.holiday_id) == (listed.holiday, listed.id)
        assert read_holiday(holiday_form(view, closed=False), view.id).holiday.closed is False

    def test_a_missing_english_name_is_the_indonesian_one(self) -> None:
        form = {"holiday_day": "2027-05-05", "holiday_name_id": "Ulang tahun klinik", "holiday_kind": "clinic"}
        holiday = read_holiday(form, "").holiday
        assert (holiday.name_en, holiday.kind, holiday.closed) == ("Ulang tahun klinik", HolidayKind.CLINIC, False)

    def test_names_what_is_wrong(self) -> None:
        with pytest.raises(ValidationFailed) as refusal:
            read_holiday({"holiday_kind": "royal", "holiday_day": "31 Februari"}, "")
        assert {name: what.code for name, what in refusal.value.fields.items()} == {
            "holiday_day": "date_shape",
            "holiday_name_id": "required",
            "holiday_kind": "choice",
        }

    @pytest.mark.parametrize(
        ("asked", "year"), [("2028", 2028), ("", 2027), ("abad", 2027), ("٢٠٢٨", 2027), ("9" * 40, 2027)]
    )
    def test_the_address_names_a_year(self, asked: str, year: int) -> None:
        assert read_year(asked, DAY) == year

    def test_every_bad_line_of_a_file_says_why_it_stays_out(self) -> None:
        lines = (
            HolidayLine(2, Holiday(DAY, "a", "a"), {}),
            HolidayLine(3, None, {"date": Problem("date_shape"), "kind": Problem("choice")}),
            HolidayLine(4, None, {"": Problem("line_cells")}),
        )
        shown = line_views(HolidayImport(1, 0, lines), "id")
        assert [line.line for line in shown] == [3, 4]
        assert shown[0].words.startswith("Tanggal: ")
        assert "; Jenis: " in shown[0].words
