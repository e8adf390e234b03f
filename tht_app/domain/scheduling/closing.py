"""What closes the calendar: breaks, leave, holidays, blocked time; and what of that may be overridden."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import NewType
from uuid import UUID

from tht_app.domain.errors import RuleViolation

from .hours import OutsideWorkingHours, SlotClosed, WeeklyHours, ensure_possible, open_periods
from .period import Period, SlotRefused, day_period, without

LeaveId = NewType("LeaveId", UUID)
BlockId = NewType("BlockId", UUID)
HolidayId = NewType("HolidayId", UUID)

LONGEST_CLOSING = timedelta(days=400)


class ClosedReason(StrEnum):
    """Why a time is closed, the weightiest first; the words are `scheduling.closed.<value>`."""

    HOLIDAY = "holiday"
    LEAVE = "leave"
    BLOCK = "block"
    BREAK = "break"
    OUTSIDE_HOURS = "outside_hours"
    CLEANING = "cleaning"
    """A device is being cleaned after a visit."""


class LeaveKind(StrEnum):
    """Why a doctor is absent; the words are `scheduling.leave_kind.<value>`."""

    LEAVE = "leave"
    SICK = "sick"
    TRAINING = "training"
    OTHER = "other"


class HolidayKind(StrEnum):
    """Who declared it: the state, the joint decree on collective leave, or the clinic."""

    NATIONAL = "national"
    COLLECTIVE_LEAVE = "collective-leave"
    CLINIC = "clinic"


class OnHoliday(SlotClosed):
    """The clinic is closed on that day; may be overridden with permission and reason."""

    code = "scheduling.on_holiday"


class PractitionerOnLeave(SlotClosed):
    """The doctor is absent then; may be overridden with permission and reason."""

    code = "scheduling.practitioner_on_leave"


class PractitionerBlocked(SlotClosed):
    """The doctor's time is blocked; may be overridden with permission and reason."""

    code = "scheduling.practitioner_blocked"


class DuringBreak(SlotClosed):
    """The doctor has a break then; may be overridden with permission and reason."""

    code = "scheduling.during_break"


class ClosingTooLong(RuleViolation):
    """A leave or block of more than `days` days is a mistake of typing."""

    code = "scheduling.closing_too_long"


REFUSALS: Mapping[ClosedReason, type[SlotRefused]] = {
    ClosedReason.HOLIDAY: OnHoliday,
    ClosedReason.LEAVE: PractitionerOnLeave,
    ClosedReason.BLOCK: PractitionerBlocked,
    ClosedReason.BREAK: DuringBreak,
    ClosedReason.OUTSIDE_HOURS: OutsideWorkingHours,
}
"""What a booking is refused with; cleaning is not of the doctor and is judged with the devices."""


@dataclass(frozen=True, slots=True)
class Closing:
    """A stretch of time that is closed, why, and the words somebody gave it by language."""

    period: Period
    reason: ClosedReason
    names: Mapping[str, str] = field(default_factory=dict[str, str])
    source_id: UUID | None = None
    """The leave, block or holiday; None for what follows from the week."""


@dataclass(frozen=True, slots=True)
class DoctorTimes:
    """All that says when a doctor can be booked: the week, its breaks, and what is closed on dates."""

    hours: tuple[WeeklyHours, ...] = ()
    breaks: tuple[WeeklyHours, ...] = ()
    closings: tuple[Closing, ...] = ()
    """Leave, blocked time and the clinic's holidays."""

    def closed(self, first: date, days: int, zone: tzinfo) -> list[Closing]:
        """Everything closed on `days` days from `first` on, cut to those days; reasons may overlap."""
        span = Period(day_period(first, zone).start, day_period(first + timedelta(days=days), zone).start)
        works = open_periods(self.hours, first, days, zone)
        found = [Closing(period, ClosedReason.OUTSIDE_HOURS) for period in without([span], works)]
        found += [Closing(period, ClosedReason.BREAK) for period in open_periods(self.breaks, first, days, zone)]
        for closing in self.closings:
            if closing.period.overlaps(span):
                cut = Period(max(closing.period.start, span.start), min(closing.period.end, span.end))
                found.append(Closing(cut, closing.reason, closing.names, closing.source_id))
        return found

    def open(self, first: date, days: int, zone: tzinfo, hours: Iterable[WeeklyHours] | None = None) -> list[Period]:
        """When the doctor can be booked; `hours` narrows the week, for example to the blocks in one room."""
        works = open_periods(self.hours if hours is None else hours, first, days, zone)
        closed = open_periods(self.breaks, first, days, zone) + [closing.period for closing in self.closings]
        return without(works, closed)

    def reasons(self, slot: Period, zone: tzinfo) -> tuple[ClosedReason, ...]:
        """Why the slot is closed, the weightiest first; empty when it is open."""
        day = slot.day(zone)
        closed = {one.reason for one in self.closed(day, 1, zone) if one.period.overlaps(slot)}
        return tuple(reason for reason in ClosedReason if reason in closed)


def ensure_bookable(
    slot: Period, *, now: datetime, zone: tzinfo, times: DoctorTimes, overridden: bool = False
) -> tuple[ClosedReason, ...]:
    """A slot is bookable when it is possible and the doctor is there; the latter may be overridden.

    Returns what was overridden. Whether doctor, room, device and patient are free is not asked here: the database has
    the only true answer.
    """
    ensure_possible(slot, now=now, zone=zone)
    reasons = times.reasons(slot, zone)
    if reasons and not overridden:
        raise REFUSALS[reasons[0]]
    return reasons


def closing_period(start: datetime, end: datetime) -> Period:
    """The period of a leave or a block; raises `SlotEmpty` or `ClosingTooLong`."""
    period = Period(start, end)
    if period.length > LONGEST_CLOSING:
        raise ClosingTooLong(days=LONGEST_CLOSING.days)
    return period
