"""What lies on the shelf: how a backup is called, and which of the old ones are kept.

A name says all that the rule needs, so that a folder or a bucket is enough and no list has to be kept beside it:
`klinik-20261125T190000Z-daily.thtb`.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

SUFFIX = ".thtb"
NAME = re.compile(r"klinik-(\d{8}T\d{6}Z)-([a-z]+)\.thtb")
MOMENT = "%Y%m%dT%H%M%SZ"


class Kind(StrEnum):
    """Why a backup was made."""

    DAILY = "daily"
    """By the schedule."""
    MANUAL = "manual"
    """Because somebody asked for it; never removed by the program."""
    UPGRADE = "upgrade"
    """Before the schema was changed."""
    BASE = "base"
    """The files of the database, from which any moment can be rebuilt with the write-ahead log."""


@dataclass(frozen=True, slots=True, order=True)
class Stored:
    """One backup by its name."""

    at: datetime
    kind: Kind
    name: str


@dataclass(frozen=True, slots=True)
class Policy:
    """How many days, weeks and months are kept; of each the newest backup."""

    daily: int = 14
    weekly: int = 8
    monthly: int = 24


def name_of(at: datetime, kind: Kind) -> str:
    """The name of a backup made at a moment."""
    return f"klinik-{at.astimezone(UTC).strftime(MOMENT)}-{kind.value}{SUFFIX}"


def parsed_name(name: str) -> Stored | None:
    """What a name says; None for any other file, which is then never touched."""
    found = NAME.fullmatch(name)
    if found is None or found[2] not in set(Kind):
        return None
    try:
        at = datetime.strptime(found[1], MOMENT).replace(tzinfo=UTC)
    except ValueError:
        return None
    return Stored(at, Kind(found[2]), name)


def to_remove(stored: Iterable[Stored], policy: Policy, zone: ZoneInfo) -> list[Stored]:
    """The backups that no rule keeps, the oldest first; the newest of all is always kept.

    Days, weeks and months are the clinic's. What people asked for and files of the database itself are not looked at.
    """
    ours = sorted(one for one in stored if one.kind in {Kind.DAILY, Kind.UPGRADE})
    kept = set(ours[-1:])
    rules: tuple[tuple[int, Callable[[date], object]], ...] = (
        (policy.daily, lambda day: day),
        (policy.weekly, lambda day: day.isocalendar()[:2]),
        (policy.monthly, lambda day: (day.year, day.month)),
    )
    for count, period in rules:
        kept |= _newest_of_each(ours, count, lambda one, period=period: period(one.at.astimezone(zone).date()))
    return [one for one in ours if one not in kept]


def _newest_of_each(ours: Sequence[Stored], count: int, period: Callable[[Stored], object]) -> set[Stored]:
    newest = {period(one): one for one in ours}  # in the order of time, so the last of a period stays
    return set(sorted(newest.values())[-count:]) if count else set()
