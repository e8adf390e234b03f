"""When a doctor works, which slots are possible at all, and where the nearest free ones are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from uuid import UUID

from .period import Period, SlotRefused, merged, without

GRID = timedelta(minutes=5)
SHORTEST = timedelta(minutes=5)
LONGEST = timedelta(hours=12)
LATE_ENTRY = timedelta(minutes=15)
"""How long after its start a slot can still be booked: the desk types what the telephone said a moment ago."""


class SlotTooShort(SlotRefused):
    """Shorter than the calendar can show; `minutes` is the least."""

    code = "scheduling.slot_too_short"


class SlotTooLong(SlotRefused):
    """Longer than a working day; `hours` is the most."""

    code = "scheduling.slot_too_long"


class SlotInPast(SlotRefused):
    """The slot began before now."""

    code = "scheduling.slot_in_past"


class SlotAcrossMidnight(SlotRefused):
    """The slot starts on one day of the clinic and ends on another."""

    code = "scheduling.slot_across_midnight"


class OutsideWorkingHours(SlotRefused):
    """The doctor does not work then; may be overridden with permission and reason."""

    code = "scheduling.outside_working_hours"


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """One block of a doctor's week, for as long as it is valid."""

    weekday: int
    """ISO: Monday 1 to Sunday 7."""
    starts: time
    ends: time
    valid_from: date
    valid_to: date | None = None
    """The first day on which it no longer holds; None is open-ended."""
    room_id: UUID | None = None
    """Where the doctor usually sits then."""

    def on(self, day: date, zone: tzinfo) -> Period | None:
        """This block on that day, or None when it does not apply."""
        applies = day.isoweekday() == self.weekday and self.valid_from <= day
        if not applies or (self.valid_to is not None and day >= self.valid_to):
            return None
        return Period(datetime.combine(day, self.starts, zone), datetime.combine(day, self.ends, zone))


def open_periods(hours: Iterable[WeeklyHours], first: date, days: int, zone: tzinfo) -> list[Period]:
    """When a doctor with these hours works, on `days` days from `first` on."""
    found = (block.on(first + timedelta(days=ahead), zone) for block in list(hours) for ahead in range(days))
    return merged(period for period in found if period is not None)


def usual_room(hours: Iterable[WeeklyHours], slot: Period, zone: tzinfo) -> UUID | None:
    """The room of the block that covers the slot, else of any block of that day."""
    day = slot.day(zone)
    blocks = [(block.on(day, zone), block.room_id) for block in hours if block.room_id is not None]
    today = [(period, room) for period, room in blocks if period is not None]
    covering = [room for period, room in today if period.covers(slot)]
    return next(iter(covering + [room for _, room in today]), None)


def ensure_possible(slot: Period, *, now: datetime, zone: tzinfo) -> None:
    """What nobody may override: too short, too long, across midnight, in the past."""
    if slot.length < SHORTEST:
        raise SlotTooShort(minutes=int(SHORTEST.total_seconds() // 60))
    if slot.length > LONGEST:
        raise SlotTooLong(hours=int(LONGEST.total_seconds() // 3600))
    if slot.crosses_midnight(zone):
        raise SlotAcrossMidnight
    if slot.start < now - LATE_ENTRY:
        raise SlotInPast


def ensure_bookable(
    slot: Period, *, now: datetime, zone: tzinfo, hours: Iterable[WeeklyHours], overridden: bool = False
) -> None:
    """A slot is bookable when it is possible and inside the doctor's hours; the latter may be overridden.

    Whether doctor, room, device and patient are free is not asked here: the database has the only true answer.
    """
    ensure_possible(slot, now=now, zone=zone)
    works = open_periods(hours, slot.day(zone), 1, zone)
    if not overridden and not any(period.covers(slot) for period in works):
        raise OutsideWorkingHours


def _starts_in(gap: Period, length: timedelta, near: datetime, count: int) -> list[datetime]:
    """Starts on the grid inside a gap: the one nearest to `near`, then one length apart to both sides."""
    late = timedelta(seconds=-gap.start.timestamp() % GRID.total_seconds())
    first, last = gap.start + late, gap.end - length
    if first > last:
        return []
    steps = (min(max(near, first), last) - first) // GRID
    anchor = first + steps * GRID
    found = (anchor + k * length for k in range(-count, count + 1))
    return [start for start in found if first <= start <= last]


def free_slots(
    works: Sequence[Period], taken: Sequence[Period], *, minutes: int, near: datetime, now: datetime, count: int = 3
) -> list[Period]:
    """The `count` free slots nearest to `near`, earliest first, none before `now`, none overlapping another.

    `works` are the doctor's open periods, `taken` all that any needed resource is taken for.
    """
    length = timedelta(minutes=minutes)
    starts = {start for gap in without(works, taken) for start in _starts_in(gap, length, near, count)}
    slots: list[Period] = []
    for start in sorted(starts, key=lambda start: (abs(start - near), start)):
        slot = Period(start, start + length)
        if start >= now and not any(slot.overlaps(other) for other in slots):
            slots.append(slot)
        if len(slots) == count:
            break
    return sorted(slots)
