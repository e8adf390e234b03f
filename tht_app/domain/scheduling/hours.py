"""When a doctor works, and which slots are possible at all."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from uuid import UUID

from .period import Period, SlotRefused, merged

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


class SlotClosed(SlotRefused):
    """The doctor is not there then: the subclass says why. All of it may be overridden with permission and reason."""

    code = "scheduling.slot_closed"


class OutsideWorkingHours(SlotClosed):
    """The doctor does not work then; may be overridden with permission and reason."""

    code = "scheduling.outside_working_hours"


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """One block of a doctor's week, for as long as it is valid; a weekly break has the same shape."""

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
