"""Control visits that come again: every so many days or weeks, at the same time on the clinic's clock."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import NewType
from uuid import UUID

from .period import SlotRefused

SeriesId = NewType("SeriesId", UUID)

MOST_VISITS = 26
FURTHEST = timedelta(days=366)


class SeriesUnit(StrEnum):
    """What the distance between two visits is counted in."""

    DAY = "day"
    WEEK = "week"


class SeriesTooLong(SlotRefused):
    """More visits than `count`, or further ahead than `days` days."""

    code = "scheduling.series_too_long"


class SeriesEmpty(SlotRefused):
    """A series has two visits at least."""

    code = "scheduling.series_empty"


class SeriesRefused(SlotRefused):
    """`count` of the dates are not free; nothing was booked. `day` is the first of them."""

    code = "scheduling.series_refused"


@dataclass(frozen=True, slots=True)
class SeriesRule:
    """From `first` on every so many days or weeks: `count` visits, or up to and including the day `until`."""

    first: datetime
    every: int
    unit: SeriesUnit = SeriesUnit.WEEK
    count: int | None = None
    until: date | None = None


def series_starts(rule: SeriesRule, zone: tzinfo) -> list[datetime]:
    """When each visit begins; the first is `rule.first` itself. Raises `SeriesEmpty` or `SeriesTooLong`."""
    local = rule.first.astimezone(zone)
    step = max(rule.every, 1) * (7 if rule.unit is SeriesUnit.WEEK else 1)
    last = local.date() + FURTHEST
    wanted = rule.count if rule.count is not None else MOST_VISITS + 1
    starts: list[datetime] = []
    while len(starts) < wanted:
        day = local.date() + timedelta(days=step * len(starts))
        if rule.until is not None and day > rule.until:
            break
        if len(starts) == MOST_VISITS or day > last:
            raise SeriesTooLong(count=MOST_VISITS, days=FURTHEST.days)
        starts.append(datetime.combine(day, local.time(), zone))
    if len(starts) < 2:
        raise SeriesEmpty
    return starts
