"""Periods, hours and free slots: rules that hold for every input."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise, product
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tht_app.domain.errors import PermissionDenied
from tht_app.domain.identity import Permission
from tht_app.domain.scheduling import (
    GRID,
    RESERVATION_OF,
    TRANSITIONS,
    AppointmentStatus,
    DoctorTimes,
    OutsideWorkingHours,
    PatientTaken,
    Period,
    PractitionerTaken,
    ReservationState,
    ResourceKind,
    RoomTaken,
    SlotAcrossMidnight,
    SlotEmpty,
    SlotInPast,
    SlotTooLong,
    SlotTooShort,
    TransitionRefused,
    WeeklyHours,
    day_period,
    ensure_bookable,
    ensure_movable,
    ensure_own_calendar,
    ensure_transition,
    free_slots,
    merged,
    open_periods,
    refusal,
    usual_room,
    without,
)

JAKARTA, MAKASSAR, JAYAPURA = (ZoneInfo(f"Asia/{city}") for city in ("Jakarta", "Makassar", "Jayapura"))
ZONES = (JAKARTA, MAKASSAR, JAYAPURA, ZoneInfo("UTC"))
MONDAY = date(2027, 3, 1)
ZERO = datetime(2027, 3, 1, tzinfo=UTC)
ROOM = uuid4()
HOURS = [WeeklyHours(weekday, time(8), time(16), date(2026, 1, 1), room_id=ROOM) for weekday in range(1, 7)]
TIMES = DoctorTimes(tuple(HOURS))


def at(hour: int, minute: int = 0, day: date = MONDAY, zone: ZoneInfo = JAKARTA) -> datetime:
    return datetime.combine(day, time(hour, minute), zone)


def span(start: int, end: int) -> Period:
    return Period(ZERO + timedelta(minutes=start), ZERO + timedelta(minutes=end))


spans = st.tuples(st.integers(0, 600), st.integers(1, 120)).map(lambda pair: span(pair[0], pair[0] + pair[1]))


def minutes_of(periods: list[Period]) -> set[int]:
    return {
        minute
        for period in periods
        for minute in range(
            int((period.start - ZERO).total_seconds() // 60), int((period.end - ZERO).total_seconds() // 60)
        )
    }


class TestPeriod:
    @given(spans, spans)
    def test_overlaps_exactly_when_a_minute_is_in_both(self, one: Period, other: Period) -> None:
        assert one.overlaps(other) == bool(minutes_of([one]) & minutes_of([other]))
        assert one.overlaps(other) == other.overlaps(one)

    @given(spans)
    def test_touching_is_not_overlapping(self, one: Period) -> None:
        assert not one.overlaps(Period(one.end, one.end + GRID))
        assert one.overlaps(one)

    @given(spans, spans)
    def test_covering_means_overlapping_and_not_leaving(self, one: Period, other: Period) -> None:
        assert one.covers(other) == (minutes_of([other]) <= minutes_of([one]))

    @given(st.lists(spans))
    def test_merging_keeps_every_minute_and_leaves_gaps_between(self, periods: list[Period]) -> None:
        result = merged(periods)
        assert minutes_of(result) == minutes_of(periods)
        assert all(one.end < other.start for one, other in pairwise(result))

    @given(st.lists(spans), st.lists(spans))
    def test_taking_away_leaves_exactly_the_rest(self, periods: list[Period], taken: list[Period]) -> None:
        assert minutes_of(without(periods, taken)) == minutes_of(periods) - minutes_of(taken)

    def test_needs_length_and_a_zone(self) -> None:
        with pytest.raises(SlotEmpty):
            Period(ZERO, ZERO)
        with pytest.raises(ValueError, match="aware"):
            Period(datetime(2027, 3, 1, 8), datetime(2027, 3, 1, 9))  # noqa: DTZ001  the point

    @pytest.mark.parametrize("zone", ZONES)
    def test_a_day_ends_at_midnight_in_the_clinics_zone(self, zone: ZoneInfo) -> None:
        until = Period(at(23, 30, zone=zone), at(0, 0, MONDAY + timedelta(days=1), zone))
        assert not until.crosses_midnight(zone)
        assert Period(until.start, until.end + timedelta(minutes=1)).crosses_midnight(zone)
        assert day_period(MONDAY, zone).covers(until)


class TestHours:
    def test_hold_from_and_until_their_days(self) -> None:
        block = WeeklyHours(1, time(8), time(12), MONDAY, MONDAY + timedelta(weeks=2))
        found = open_periods([block], MONDAY - timedelta(weeks=1), 28, JAKARTA)
        assert [period.day(JAKARTA) for period in found] == [MONDAY, MONDAY + timedelta(weeks=1)]

    def test_say_the_room(self) -> None:
        other = uuid4()
        hours = [WeeklyHours(1, time(16), time(18), date(2026, 1, 1), room_id=other), *HOURS]
        assert usual_room(hours, Period.lasting(at(9), 15), JAKARTA) == ROOM
        assert usual_room(hours, Period.lasting(at(17), 15), JAKARTA) == other
        assert usual_room(hours, Period.lasting(at(9, day=MONDAY - timedelta(days=1)), 15), JAKARTA) is None

    @pytest.mark.parametrize(
        ("start", "minutes", "refused"),
        [
            (at(8), 15, None),
            (at(15, 45), 15, None),
            (at(15, 50), 15, OutsideWorkingHours),
            (at(7, 55), 15, OutsideWorkingHours),
            (at(9, day=MONDAY + timedelta(days=6)), 15, OutsideWorkingHours),
            (at(7, 10), 60, OutsideWorkingHours),
            (at(6, 30), 15, SlotInPast),
            (at(8), 4, SlotTooShort),
            (at(8), 721, SlotTooLong),
            (at(23, 30), 60, SlotAcrossMidnight),
            (at(8, day=MONDAY - timedelta(days=3)), 15, SlotInPast),
        ],
    )
    def test_say_what_is_bookable(self, start: datetime, minutes: int, refused: type[Exception] | None) -> None:
        slot = Period.lasting(start, minutes)
        if refused is None:
            ensure_bookable(slot, now=at(7), zone=JAKARTA, times=TIMES)
        else:
            with pytest.raises(refused):
                ensure_bookable(slot, now=at(7), zone=JAKARTA, times=TIMES)

    def test_may_be_overridden_but_not_the_impossible(self) -> None:
        ensure_bookable(Period.lasting(at(20), 15), now=at(7), zone=JAKARTA, times=TIMES, overridden=True)
        with pytest.raises(SlotAcrossMidnight):
            ensure_bookable(Period.lasting(at(23, 50), 15), now=at(7), zone=JAKARTA, times=TIMES, overridden=True)

    def test_midnight_is_the_clinics_not_that_of_utc(self) -> None:
        start = datetime(2027, 3, 1, 23, 45, tzinfo=UTC)
        assert Period.lasting(start, 30).crosses_midnight(ZoneInfo("UTC"))
        ensure_bookable(Period.lasting(start, 30), now=at(7), zone=JAKARTA, times=TIMES, overridden=True)


class TestFreeSlots:
    @given(st.lists(spans, max_size=12), st.integers(1, 12), st.integers(-60, 700), st.integers(0, 400))
    def test_are_free_open_on_the_grid_and_not_in_the_past(
        self, taken: list[Period], length: int, near: int, now: int
    ) -> None:
        works = [span(0, 240), span(300, 600)]
        moment, clock = ZERO + timedelta(minutes=near), ZERO + timedelta(minutes=now)
        slots = free_slots(works, taken, minutes=length * 5, near=moment, now=clock)
        for slot in slots:
            assert any(period.covers(slot) for period in works)
            assert not any(slot.overlaps(other) for other in taken)
            assert slot.start >= clock
            assert slot.minutes == length * 5
            assert slot.start.minute % 5 == 0
        assert all(one.end <= other.start for one, other in pairwise(slots))
        assert len(slots) <= 3

    def test_are_the_nearest(self) -> None:
        taken = [span(60, 90)]
        slots = free_slots([span(0, 240)], taken, minutes=30, near=ZERO + timedelta(minutes=60), now=ZERO)
        assert [(slot.start, slot.end) for slot in slots] == [
            (one.start, one.end) for one in (span(0, 30), span(30, 60), span(90, 120))
        ]

    def test_are_none_when_all_is_taken(self) -> None:
        assert free_slots([span(0, 60)], [span(0, 50)], minutes=15, near=ZERO, now=ZERO) == []


class TestTransitions:
    def test_every_status_has_its_row_and_its_reservation(self) -> None:
        assert set(TRANSITIONS) == set(AppointmentStatus) == set(RESERVATION_OF)

    @pytest.mark.parametrize(("status", "wanted"), list(product(AppointmentStatus, AppointmentStatus)))
    def test_only_what_the_table_names_is_possible(self, status: AppointmentStatus, wanted: AppointmentStatus) -> None:
        if wanted in TRANSITIONS[status]:
            ensure_transition(status, wanted)
        else:
            with pytest.raises(TransitionRefused):
                ensure_transition(status, wanted)

    def test_what_is_over_takes_nothing(self) -> None:
        blocking = {ReservationState.HOLD, ReservationState.BOOKED, ReservationState.IN_SERVICE}
        assert {status.value for status, state in RESERVATION_OF.items() if state in blocking} == {
            "proposed",
            "booked",
            "arrived",
        }

    @pytest.mark.parametrize("status", ["arrived", "fulfilled", "cancelled", "noshow", "entered-in-error"])
    def test_what_has_begun_or_ended_does_not_move(self, status: str) -> None:
        with pytest.raises(TransitionRefused):
            ensure_movable(AppointmentStatus(status))


def test_the_refusal_names_people_before_rooms_and_after_an_override_what_still_stands_in_the_way() -> None:
    both = {ResourceKind.PRACTITIONER, ResourceKind.ROOM}
    assert isinstance(refusal(both), PractitionerTaken)
    assert isinstance(refusal(both, overridden=True), RoomTaken)
    assert isinstance(refusal({ResourceKind.PRACTITIONER}, overridden=True), PractitionerTaken)
    assert isinstance(refusal(set(ResourceKind)), PatientTaken)


def test_a_doctor_writes_in_the_own_calendar_only() -> None:
    me, other = uuid4(), uuid4()
    own = frozenset({Permission.APPOINTMENT_WRITE_OWN})
    ensure_own_calendar(own, me, me)
    ensure_own_calendar(frozenset({Permission.APPOINTMENT_WRITE}), me, other)
    with pytest.raises(PermissionDenied):
        ensure_own_calendar(own, me, other)
