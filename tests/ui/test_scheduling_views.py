"""What the calendar shows, and what a typed booking means."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from tht_app.domain.errors import ValidationFailed
from tht_app.domain.scheduling import AppointmentStatus, CancelReason, Period
from tht_app.state.scheduling.forms import read_booking, read_cancel, read_move
from tht_app.state.scheduling.view_models import appointment_view, day_view, doctor_view, read_day, slot_view
from tht_app.use_cases.scheduling import AppointmentEntry, DoctorDay

JAKARTA = ZoneInfo("Asia/Jakarta")
DAY = date(2027, 3, 1)
DOCTOR, PATIENT, KIND, ROOM = (uuid4() for _ in range(4))


def at(hour: int, minute: int = 0) -> datetime:
    return datetime.combine(DAY, time(hour, minute), JAKARTA).astimezone(UTC)


def entry(start: datetime, minutes: int = 15, **more: object) -> AppointmentEntry:
    values: dict[str, object] = {
        "id": uuid4(),
        "patient_id": PATIENT,
        "patient_name": "Siti Rahmawati",
        "record_number": 1234,
        "birth_date": date(1985, 7, 14),
        "sex": "female",
        "payer": "bpjs",
        "first_visit": True,
        "practitioner_id": DOCTOR,
        "room_id": ROOM,
        "room_name": "Ruang 1",
        "visit_type_id": KIND,
        "visit_type": "consultation",
        "visit_type_names": {"id": "Konsultasi", "en": "Consultation"},
        "tint": 1,
        "slot": Period.lasting(start, minutes),
        "status": AppointmentStatus.BOOKED,
        "overbooked": False,
        "outside_hours": False,
        "override_reason": "",
        "note": "",
        "cancel_reason": None,
        "ticket_id": None,
        "ticket_label": None,
        "ticket_status": None,
        "version": 1,
    }
    return AppointmentEntry(**{**values, **more})  # type: ignore[arg-type]


def day_of(*entries: AppointmentEntry) -> DoctorDay:
    return DoctorDay(DOCTOR, "dr. Sari", 1, (Period(at(8), at(10)),), entries)  # type: ignore[arg-type]


def lines(doctor: DoctorDay, now: datetime) -> list[tuple[str, str, str]]:
    return [(line.kind, line.time, line.until) for line in doctor_view(doctor, JAKARTA, now, "id").lines]


class TestDayList:
    def test_shows_visits_on_the_clinics_clock_with_the_free_times_between(self) -> None:
        shown = lines(day_of(entry(at(8, 30)), entry(at(9), 30)), at(7))
        assert shown == [
            ("gap", "08.00", "08.30"),
            ("visit", "08.30", "08.45"),
            ("gap", "08.45", "09.00"),
            ("visit", "09.00", "09.30"),
            ("gap", "09.30", "10.00"),
        ]

    def test_what_is_over_is_not_free_and_what_is_running_is_free_from_the_next_five_minutes(self) -> None:
        assert lines(day_of(), at(8, 42)) == [("gap", "08.45", "10.00")]
        assert lines(day_of(), at(10)) == []

    def test_a_free_time_begins_on_the_five_minutes(self) -> None:
        assert lines(day_of(entry(at(8), 17)), at(7))[-1] == ("gap", "08.20", "10.00")

    def test_a_cancelled_visit_leaves_its_time_free(self) -> None:
        cancelled = entry(at(8), 120, status=AppointmentStatus.CANCELLED, cancel_reason=CancelReason.OTHER)
        assert ("gap", "08.00", "10.00") in lines(day_of(cancelled), at(7))
        assert doctor_view(day_of(cancelled), JAKARTA, at(7), "id").visits == 0

    def test_five_minutes_are_no_break_worth_offering(self) -> None:
        assert [kind for kind, *_ in lines(day_of(entry(at(8), 115)), at(7))] == ["visit"]

    def test_says_who_comes_in_the_readers_language(self) -> None:
        line = doctor_view(day_of(entry(at(8))), JAKARTA, at(7), "en").lines[0]
        assert (line.name, line.visit_type, line.minutes) == ("Siti Rahmawati", "Consultation", "15 min")
        assert "00-12-34" in line.person
        assert "41 y" in line.person

    def test_a_gap_carries_its_start_for_the_booking(self) -> None:
        gap = doctor_view(day_of(), JAKARTA, at(7), "id").lines[0]
        assert datetime.fromisoformat(gap.start) == at(8)
        assert gap.doctor_id == str(DOCTOR)


class TestDay:
    def test_has_its_weekday_and_neighbours(self) -> None:
        shown = day_view(DAY, DAY, "id")
        assert (shown.title, shown.is_today) == ("Senin, 1 Maret 2027", True)
        assert (shown.previous, shown.next) == ("2027-02-28", "2027-03-02")
        assert day_view(DAY, DAY + timedelta(days=1), "en").title == "Monday, 1 March 2027"

    @pytest.mark.parametrize("text", [None, "", "besok", "2027-13-01", "<script>"])
    def test_is_today_for_an_address_that_names_none(self, text: str | None) -> None:
        assert read_day(text, DAY) == DAY

    def test_an_offered_time_is_said_in_full(self) -> None:
        view = slot_view(Period.lasting(at(9, 15), 15), JAKARTA, "id")
        assert view.label == "Senin, 01-Mar-2027, 09.15"
        assert datetime.fromisoformat(view.start) == at(9, 15)


class TestAppointment:
    @pytest.mark.parametrize(
        ("status", "now", "may"),
        [
            (AppointmentStatus.BOOKED, at(7), {"can_move", "can_check_in"}),
            (AppointmentStatus.BOOKED, at(9), {"can_move", "can_check_in", "can_miss"}),
            (AppointmentStatus.BOOKED, at(9) - timedelta(days=1), {"can_move"}),
            (AppointmentStatus.ARRIVED, at(9), set[str]()),
            (AppointmentStatus.FULFILLED, at(9), set[str]()),
            (AppointmentStatus.CANCELLED, at(9), {"can_restore"}),
            (AppointmentStatus.NOSHOW, at(9), {"can_restore"}),
        ],
    )
    def test_offers_only_what_is_possible(self, status: AppointmentStatus, now: datetime, may: set[str]) -> None:
        view = appointment_view(entry(at(8), status=status), "dr. Sari", JAKARTA, now, "id")
        offered = {name for name in ("can_move", "can_check_in", "can_miss", "can_restore") if getattr(view, name)}
        assert offered == may


def typed(**fields: str) -> dict[str, str]:
    form = {
        "booking_patient": str(PATIENT),
        "booking_doctor": str(DOCTOR),
        "booking_type": str(KIND),
        "booking_date": "2027-03-01",
        "booking_time": "09.15",
        "booking_minutes": "",
        "booking_room": "",
        "booking_note": " batuk ",
    }
    return {**form, **{f"booking_{name}": value for name, value in fields.items()}}


class TestBookingForm:
    @pytest.mark.parametrize("clock", ["09.15", "9.15", "09:15", "0915", " 9:15 "])
    def test_takes_any_usual_way_of_writing_a_time(self, clock: str) -> None:
        request = read_booking(typed(time=clock), JAKARTA)
        assert request.start == at(9, 15)
        assert (request.minutes, request.room_id, request.note) == (None, None, "batuk")

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("patient", ""),
            ("patient", "O'Brien <script>"),
            ("doctor", "all"),
            ("type", "1"),
            ("date", "1 Maret"),
            ("date", ""),
            ("time", "25.00"),
            ("time", "9.60"),
            ("time", ""),
            ("minutes", "-5"),
            ("minutes", "0"),
            ("minutes", "9" * 400),
            ("minutes", "١٥"),
            ("room", "Ruang 1"),
            ("note", "x" * 10_000),
        ],
    )
    def test_names_the_field_that_cannot_be_read(self, field: str, value: str) -> None:
        with pytest.raises(ValidationFailed) as refusal:
            read_booking(typed(**{field: value}), JAKARTA)
        assert set(refusal.value.fields) == {f"booking_{field}"}

    def test_names_every_bad_field_at_once(self) -> None:
        with pytest.raises(ValidationFailed) as refusal:
            read_booking({}, JAKARTA)
        assert set(refusal.value.fields) == {
            f"booking_{name}" for name in ("patient", "doctor", "type", "date", "time")
        }

    def test_an_offered_time_counts_instead_of_the_typed_one(self) -> None:
        form = {**typed(), "offered": at(10, 30).isoformat()}
        assert read_booking(form, JAKARTA).start == at(10, 30)

    @pytest.mark.parametrize("offered", ["morgen", "2027-03-01T10:00:00"])
    def test_a_forged_offer_is_refused(self, offered: str) -> None:
        with pytest.raises(ValidationFailed):
            read_booking({**typed(), "offered": offered}, JAKARTA)


def test_a_move_keeps_the_version_that_the_screen_saw() -> None:
    form = {"move_date": "2027-03-01", "move_time": "9.15", "move_doctor": str(DOCTOR), "move_room": str(ROOM)}
    request = read_move(form, UUID(int=1), 7, JAKARTA)
    assert (request.version, request.start, request.minutes) == (7, at(9, 15), None)


@pytest.mark.parametrize(("reason", "code"), [("", "required"), ("bosan", "choice")])
def test_cancelling_needs_one_of_the_reasons(reason: str, code: str) -> None:
    with pytest.raises(ValidationFailed) as refusal:
        read_cancel({"cancel_reason": reason}, UUID(int=1))
    assert refusal.value.fields["cancel_reason"].code == code
    assert read_cancel({"cancel_reason": "patient"}, UUID(int=1)).reason is CancelReason.PATIENT
