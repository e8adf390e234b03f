"""Stretches of time, half-open and aware: what ends at 10.00 and what starts at 10.00 touch, they do not overlap.

A "day" is the clinic's day, so whatever asks for a day takes the clinic's zone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Self

from tht_app.domain.errors import RuleViolation


class SlotRefused(RuleViolation):
    """The time asked for cannot be booked; the subclass says why."""

    code = "scheduling.slot_refused"


class SlotEmpty(SlotRefused):
    """The end is not after the start."""

    code = "scheduling.slot_empty"


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """From `start` up to, not including, `end`; both aware."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        """Refuse a period without length; a naive instant is a bug of ours, not a refusal."""
        if self.start.tzinfo is None or self.end.tzinfo is None:
            message = "a period needs aware instants"
            raise ValueError(message)
        if self.end <= self.start:
            raise SlotEmpty

    @classmethod
    def lasting(cls, start: datetime, minutes: int) -> Self:
        """From `start` for so many minutes."""
        return cls(start, start + timedelta(minutes=minutes))

    @property
    def length(self) -> timedelta:
        """How long it is."""
        return self.end - self.start

    @property
    def minutes(self) -> int:
        """How long it is in whole minutes."""
        return int(self.length.total_seconds() // 60)

    def overlaps(self, other: "Period") -> bool:
        """Whether there is an instant in both; touching is not overlapping."""
        return self.start < other.end and other.start < self.end

    def covers(self, other: "Period") -> bool:
        """Whether all of `other` lies within."""
        return self.start <= other.start and other.end <= self.end

    def widened(self, by: timedelta) -> "Period":
        """The same with so much more at both ends."""
        return Period(self.start - by, self.end + by)

    def day(self, zone: tzinfo) -> date:
        """The clinic's day on which it starts."""
        return self.start.astimezone(zone).date()

    def days(self, zone: tzinfo) -> list[date]:
        """Every day of the clinic that it touches, in order."""
        first, last = self.day(zone), (self.end - timedelta(microseconds=1)).astimezone(zone).date()
        return [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]

    def crosses_midnight(self, zone: tzinfo) -> bool:
        """Whether it reaches into the clinic's next day; ending at midnight sharp does not."""
        last = (self.end - timedelta(microseconds=1)).astimezone(zone).date()
        return last != self.day(zone)


def day_period(day: date, zone: tzinfo) -> Period:
    """The clinic's day as a period, midnight to midnight."""
    return Period(datetime.combine(day, time(), zone), datetime.combine(day + timedelta(days=1), time(), zone))


def merged(periods: Iterable[Period]) -> list[Period]:
    """The same instants in as few periods as possible, in order; touching periods become one."""
    result: list[Period] = []
    for period in sorted(periods):
        if result and period.start <= result[-1].end:
            result[-1] = Period(result[-1].start, max(result[-1].end, period.end))
        else:
            result.append(period)
    return result


def without(periods: Iterable[Period], taken: Iterable[Period]) -> list[Period]:
    """What of `periods` lies in none of `taken`, in order; both are walked once, side by side."""
    result: list[Period] = []
    gaps = merged(taken)
    at = 0
    for period in merged(periods):
        start = period.start
        while at < len(gaps) and gaps[at].end <= start:
            at += 1
        following = at
        while following < len(gaps) and gaps[following].start < period.end:
            gap = gaps[following]
            if gap.start > start:
                result.append(Period(start, gap.start))
            start = max(start, gap.end)
            following += 1
        if start < period.end:
            result.append(Period(start, period.end))
    return result
