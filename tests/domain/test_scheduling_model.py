"""The rules of the calendar against a model that a child could check: every five minutes looked at one by one."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tht_app.domain.scheduling import (
    GRID,
    Candidate,
    ClosedReason,
    Closing,
    DayPart,
    DeviceState,
    DoctorTimes,
    Period,
    Search,
    SeriesEmpty,
    SeriesRule,
    SeriesTooLong,
    SeriesUnit,
    SlotTaken,
    Taking,
    Waiting,
    WeeklyHours,
    choose_device,
    ensure_bookable,
    nearest_slots,
    series_starts,
    suits,
)
from tht_app.domain.scheduling.closing import REFUSALS

ZONES = [ZoneInfo(f"Asia/{city}") for city in ("Jakarta", "Makassar", "Jayapura")]
FIRST = date(2028, 2, 28)
"""A Monday; the leap day is the Tuesday after it."""
DAYS = 3
TICKS = DAYS * 288
DOCTORS = [UUID(int=number) for number in (1, 2)]
ROOMS = [UUID(int=number) for number in (11, 12)]
SCOPES = [UUID(int=number) for number in (21, 22)]
PATIENT = UUID(int=31)

ticks = st.integers(0, TICKS - 1)
spans = st.tuples(ticks, st.integers(1, 60)).map(lambda pair: (pair[0], pair[0] + pair[1]))
zones = st.sampled_from(ZONES)
clock = st.integers(0, 287).map(lambda tick: time(tick * 5 // 60, tick * 5 % 60))


def moment(tick: int, zone: ZoneInfo) -> datetime:
    """The start of a five-minute tick, counted from the first midnight of the clinic."""
    return datetime.combine(FIRST, time(), zone).astimezone(UTC) + tick * GRID


def period(span: tuple[int, int], zone: ZoneInfo) -> Period:
    return Period(moment(span[0], zone), moment(span[1], zone))


@st.composite
def weeks(draw: st.DrawFn, most: int = 4) -> tuple[WeeklyHours, ...]:
    """Blocks on the first days of the week, some of which begin or end to hold in between."""
    blocks: list[WeeklyHours] = []
    for _ in range(draw(st.integers(0, most))):
        starts, ends = sorted([draw(clock), draw(clock)])
        if starts < ends:
            valid_from = FIRST + timedelta(days=draw(st.integers(-7, 2)))
            valid_to = draw(st.none() | st.integers(0, 4).map(lambda days: FIRST + timedelta(days=days)))
            room = draw(st.sampled_from(ROOMS))
            weekday = draw(st.integers(1, 4))
            blocks.append(WeeklyHours(weekday, starts, ends, valid_from, valid_to, room))
    return tuple(blocks)


@st.composite
def doctor_times(draw: st.DrawFn, zone: ZoneInfo) -> DoctorTimes:
    reasons = st.sampled_from((ClosedReason.LEAVE, ClosedReason.BLOCK, ClosedReason.HOLIDAY))
    closings = draw(st.lists(st.tuples(spans, reasons), max_size=3))
    return DoctorTimes(
        draw(weeks()), draw(weeks(2)), tuple(Closing(period(span, zone), reason) for span, reason in closings)
    )


def in_week(blocks: tuple[WeeklyHours, ...], at: datetime, zone: ZoneInfo) -> list[WeeklyHours]:
    """The blocks that hold at an instant, asked of the wall clock."""
    local = at.astimezone(zone)
    return [
        block
        for block in blocks
        if block.weekday == local.isoweekday()
        and block.valid_from <= local.date()
        and (block.valid_to is None or local.date() < block.valid_to)
        and block.starts <= local.time() < block.ends
    ]


def naive_reasons(times: DoctorTimes, tick: int, zone: ZoneInfo) -> set[ClosedReason]:
    at = moment(tick, zone)
    found = {one.reason for one in times.closings if one.period.start <= at < one.period.end}
    if in_week(times.breaks, at, zone):
        found.add(ClosedReason.BREAK)
    if not in_week(times.hours, at, zone):
        found.add(ClosedReason.OUTSIDE_HOURS)
    return found


def covered(periods: list[Period], zone: ZoneInfo) -> set[int]:
    zero = moment(0, zone)
    return {tick for one in periods for tick in range(int((one.start - zero) / GRID), int((one.end - zero) / GRID))}


class TestDoctorTimes:
    @given(st.data(), zones)
    def test_open_is_where_nothing_is_closed_and_every_closed_minute_has_its_reason(
        self, data: st.DataObject, zone: ZoneInfo
    ) -> None:
        times = data.draw(doctor_times(zone))
        naive = {tick: naive_reasons(times, tick, zone) for tick in range(TICKS)}
        assert covered(times.open(FIRST, DAYS, zone), zone) == {tick for tick, why in naive.items() if not why}
        closed = times.closed(FIRST, DAYS, zone)
        for reason in ClosedReason:
            told = covered([one.period for one in closed if one.reason is reason], zone)
            assert told == {tick for tick, why in naive.items() if reason in why}

    @given(st.data(), zones, ticks, st.integers(1, 24))
    def test_a_slot_is_bookable_exactly_when_every_minute_of_it_is_open(
        self, data: st.DataObject, zone: ZoneInfo, start: int, length: int
    ) -> None:
        if start % 288 + length > 288:
            return
        times = data.draw(doctor_times(zone))
        slot = period((start, start + length), zone)
        why = set[ClosedReason]().union(*(naive_reasons(times, tick, zone) for tick in range(start, start + length)))
        ordered = tuple(reason for reason in ClosedReason if reason in why)
        long_ago = slot.start - timedelta(days=1)
        assert ensure_bookable(slot, now=long_ago, zone=zone, times=times, overridden=True) == ordered
        if not why:
            assert ensure_bookable(slot, now=long_ago, zone=zone, times=times) == ()
        else:
            with pytest.raises(REFUSALS[ordered[0]]):
                ensure_bookable(slot, now=long_ago, zone=zone, times=times)


takings = st.lists(st.tuples(spans, st.booleans()), max_size=5)


class TestDevices:
    @given(zones, st.lists(st.tuples(st.sampled_from((0, 10, 20)), takings), min_size=1, max_size=3), spans)
    def test_one_is_found_exactly_when_a_minute_model_finds_one(
        self, zone: ZoneInfo, shelf: list[tuple[int, list[tuple[tuple[int, int], bool]]]], wanted: tuple[int, int]
    ) -> None:
        slot = period(wanted, zone)
        states = [
            DeviceState(UUID(int=n), minutes, tuple(Taking(period(span, zone), cleaning) for span, cleaning in taken))
            for n, (minutes, taken) in enumerate(shelf)
        ]

        def used(n: int, *, cleaning_too: bool) -> set[int]:
            return {t for span, cleaning in shelf[n][1] if cleaning_too or not cleaning for t in range(*span)}

        visit = set(range(*wanted))
        after = [set(range(wanted[1], wanted[1] + minutes // 5)) for minutes, _ in shelf]
        clean = [n for n in range(len(shelf)) if not (visit | after[n]) & used(n, cleaning_too=True)]
        cut = [n for n in range(len(shelf)) if not visit & used(n, cleaning_too=False)]
        if clean:
            for overridden in (False, True):
                choice = choose_device(states, slot, overridden=overridden)
                assert (choice.id, choice.cut) == (UUID(int=clean[0]), False)
                assert (choice.cleaning is None) == (shelf[clean[0]][0] == 0)
            return
        with pytest.raises(SlotTaken):
            choose_device(states, slot)
        if cut:
            choice = choose_device(states, slot, overridden=True)
            assert (choice.id, choice.cut) == (UUID(int=cut[0]), True)
            if choice.cleaning is not None:
                assert not covered([choice.cleaning], zone) & used(cut[0], cleaning_too=False)
        else:
            with pytest.raises(SlotTaken):
                choose_device(states, slot, overridden=True)


@st.composite
def searches(draw: st.DrawFn, zone: ZoneInfo) -> Search:
    """Two doctors, perhaps any room, perhaps a scope; each taken here and there."""
    resources = [*DOCTORS, *ROOMS, PATIENT]
    taken = {one: [Taking(period(span, zone)) for span in draw(st.lists(spans, max_size=4))] for one in resources}
    scopes = tuple(
        DeviceState(
            one,
            draw(st.sampled_from((0, 20))),
            tuple(Taking(period(s, zone)) for s in draw(st.lists(spans, max_size=4))),
        )
        for one in SCOPES
    )
    return Search(
        period((0, TICKS), zone),
        {doctor: draw(doctor_times(zone)) for doctor in DOCTORS},
        taken,
        draw(st.sampled_from(((), tuple(ROOMS), (ROOMS[1],)))),
        draw(st.sampled_from((None, PATIENT))),
        draw(st.sampled_from(((), (scopes,)))),
    )


def naive_free(found: Search, zone: ZoneInfo) -> Callable[[int, int, UUID, UUID | None, tuple[UUID, ...]], bool]:
    """Whether doctor, room and devices are free from one tick to another, every tick asked by itself."""

    def busy(resource: UUID | None) -> set[int]:
        return covered([one.period for one in found.taken.get(resource, ())], zone) if resource else set()

    closed = {
        doctor: {t for t in range(TICKS) if naive_reasons(times, t, zone)} for doctor, times in found.doctors.items()
    }
    states = {state.id: state for group in found.devices for state in group}

    def free(start: int, end: int, doctor: UUID, room: UUID | None, devices: tuple[UUID, ...]) -> bool:
        wanted = set(range(start, end))
        if end > TICKS or wanted & (closed[doctor] | busy(doctor) | busy(room) | busy(found.patient_id)):
            return False
        return all(
            not set(range(start, end + states[one].cleaning_minutes // 5))
            & covered([taking.period for taking in states[one].taken], zone)
            for one in devices
        )

    return free


class TestSearch:
    @settings(max_examples=60, deadline=None)
    @given(st.data(), zones, st.integers(1, 12), ticks, st.integers(0, TICKS // 2))
    def test_offers_are_free_and_the_first_is_the_nearest_there_is(
        self, data: st.DataObject, zone: ZoneInfo, length: int, near: int, now: int
    ) -> None:
        found = data.draw(searches(zone))
        free = naive_free(found, zone)
        slots = nearest_slots(
            found.candidates(zone), minutes=length * 5, near=moment(near, zone), now=moment(now, zone)
        )
        zero = moment(0, zone)
        for slot in slots:
            start = int((slot.start - zero) / GRID)
            assert slot.practitioner_id is not None
            assert start >= now
            assert free(start, start + length, slot.practitioner_id, slot.room_id, slot.device_ids)
            assert len(slot.device_ids) == len(found.devices)
            if not found.rooms:
                blocks = found.doctors[slot.practitioner_id].hours
                assert slot.room_id in {block.room_id for block in in_week(blocks, slot.start, zone)}
        assert all(one.end <= other.start for one, other in pairwise(slots))
        possible = [
            tick
            for tick in range(now, TICKS - length + 1)
            for doctor in DOCTORS
            for room in self.rooms(found, doctor, tick, length, zone)
            for devices in ([(one,) for one in SCOPES] if found.devices else [()])
            if free(tick, tick + length, doctor, room, devices)
        ]
        if not possible:
            assert slots == []
            return
        best = min(abs(tick - near) for tick in possible)
        assert min(abs(slot.start - moment(near, zone)) for slot in slots) == best * GRID

    @staticmethod
    def rooms(found: Search, doctor: UUID, tick: int, length: int, zone: ZoneInfo) -> set[UUID | None]:
        """The rooms that may be had: the asked ones, or where the doctor sits for the whole of the slot."""
        if found.rooms:
            return set(found.rooms)
        hours = found.doctors[doctor].hours
        sits = [{block.room_id for block in in_week(hours, moment(t, zone), zone)} for t in range(tick, tick + length)]
        return set.intersection(*sits)

    @given(st.lists(spans, max_size=12), st.integers(1, 12), ticks, st.integers(1, 5))
    def test_where_there_is_one_way_only_nothing_free_is_left_out(
        self, gaps: list[tuple[int, int]], length: int, near: int, count: int
    ) -> None:
        zone = ZONES[0]
        taken = {tick for span in gaps for tick in range(*span)}
        free = [tick for tick in range(TICKS) if tick not in taken]
        runs: list[list[int]] = []
        for tick in free:
            if runs and runs[-1][1] == tick:
                runs[-1][1] = tick + 1
            else:
                runs.append([tick, tick + 1])
        way = Candidate([period((run[0], run[1]), zone) for run in runs])
        slots = nearest_slots([way], minutes=length * 5, near=moment(near, zone), now=moment(0, zone), count=count)
        if len(slots) < count:
            left = set(free) - covered(list(slots), zone)
            assert not any(left >= set(range(tick, tick + length)) for tick in left)


class TestSeries:
    @given(
        zones,
        st.integers(1, 20),
        st.sampled_from(SeriesUnit),
        st.integers(2, 30),
        st.integers(0, 287).map(lambda tick: tick * 5),
    )
    def test_keeps_distance_and_the_time_on_the_clinics_clock(
        self, zone: ZoneInfo, every: int, unit: SeriesUnit, count: int, minute: int
    ) -> None:
        first = datetime.combine(FIRST, time(minute // 60, minute % 60), zone).astimezone(UTC)
        step = every * (7 if unit is SeriesUnit.WEEK else 1)
        rule = SeriesRule(first, every, unit, count)
        if count > 26 or step * (count - 1) > 366:
            with pytest.raises(SeriesTooLong):
                series_starts(rule, zone)
            return
        starts = series_starts(rule, zone)
        assert starts[0] == first
        assert [(one.date() - FIRST).days for one in starts] == [step * n for n in range(count)]
        assert {one.astimezone(zone).time() for one in starts} == {time(minute // 60, minute % 60)}
        until = SeriesRule(first, every, unit, until=starts[-1].date())
        assert series_starts(until, zone) == starts

    def test_one_visit_is_none(self) -> None:
        first = datetime(2028, 2, 29, 9, tzinfo=ZONES[0])
        for rule in (SeriesRule(first, 1, count=1), SeriesRule(first, 1, until=first.date())):
            with pytest.raises(SeriesEmpty):
                series_starts(rule, ZONES[0])


class TestWaiting:
    @given(
        zones,
        spans,
        st.integers(1, 30),
        st.integers(-1, 3),
        st.integers(-1, 3),
        st.sampled_from(DayPart),
        st.sampled_from((None, *DOCTORS)),
    )
    def test_suits_who_can_come_then(  # noqa: PLR0917  what Hypothesis draws
        self,
        zone: ZoneInfo,
        span: tuple[int, int],
        ticks_needed: int,
        first: int,
        last: int,
        part: DayPart,
        doctor: UUID | None,
    ) -> None:
        slot = period(span, zone)
        days = (FIRST + timedelta(days=first), FIRST + timedelta(days=last))
        hour = slot.start.astimezone(zone).hour
        in_part = {"any": True, "morning": hour < 12, "afternoon": 12 <= hour < 17, "evening": hour >= 17}[part]
        day = FIRST + timedelta(days=span[0] // 288)
        wanted = Waiting(*days, ticks_needed * 5, part, doctor)
        expected = (
            days[0] <= day <= days[1] and in_part and span[1] - span[0] >= ticks_needed and doctor in {None, DOCTORS[0]}
        )
        assert suits(wanted, slot, DOCTORS[0], zone) == expected
