"""When a backup is due, and how worried one has to be. The day is the clinic's day; no clock is looked at here."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

LATE = timedelta(hours=26)
"""A daily backup older than this has missed its day."""
REHEARSAL_LATE = timedelta(days=8)


class Health(StrEnum):
    """One word for the owner."""

    WELL = "well"
    NEVER = "never"
    LATE = "late"
    FAILED = "failed"
    """The last try failed; an older backup may be there."""


@dataclass(frozen=True, slots=True)
class Run:
    """The last time that something worked, and the last time that it did not, with the reason."""

    good_at: datetime | None = None
    failed_at: datetime | None = None
    reason: str = ""

    @property
    def failing(self) -> bool:
        """Whether the last try failed."""
        return self.failed_at is not None and (self.good_at is None or self.failed_at > self.good_at)


def last_due(now: datetime, hour: int, zone: ZoneInfo) -> datetime:
    """The newest moment, not after `now`, at which the clinic's clock showed that hour."""
    here = now.astimezone(zone)
    today = datetime.combine(here.date(), time(hour), zone)
    return today if today <= here else datetime.combine(here.date() - timedelta(days=1), time(hour), zone)


def next_due(now: datetime, hour: int, zone: ZoneInfo) -> datetime:
    """The next one after `now`."""
    return datetime.combine(last_due(now, hour, zone).date() + timedelta(days=1), time(hour), zone)


def health(run: Run, now: datetime, late: timedelta = LATE) -> Health:
    """What to tell about a run: failing beats late, late beats well."""
    if run.failing:
        return Health.FAILED
    if run.good_at is None:
        return Health.NEVER
    return Health.LATE if now - run.good_at > late else Health.WELL
