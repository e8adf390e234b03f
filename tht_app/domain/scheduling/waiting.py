"""The waiting list: who wants an earlier time, and whom a freed one suits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, tzinfo
from enum import StrEnum
from typing import NewType
from uuid import UUID

from tht_app.domain.errors import RuleViolation

from .period import Period

WaitlistEntryId = NewType("WaitlistEntryId", UUID)


class DayPart(StrEnum):
    """When somebody can come; the words are `scheduling.day_part.<value>`."""

    ANY = "any"
    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"

    def covers(self, slot: Period, zone: tzinfo) -> bool:
        """Whether a slot begins in this part of the clinic's day."""
        first, last = PARTS[self]
        return first <= slot.start.astimezone(zone).time() < last


PARTS: Mapping[DayPart, tuple[time, time]] = {
    DayPart.ANY: (time.min, time.max),
    DayPart.MORNING: (time.min, time(12)),
    DayPart.AFTERNOON: (time(12), time(17)),
    DayPart.EVENING: (time(17), time.max),
}


class WaitlistStatus(StrEnum):
    """How far an entry has come; the words are `scheduling.waitlist_status.<value>`."""

    WAITING = "waiting"
    OFFERED = "offered"
    BOOKED = "booked"
    WITHDRAWN = "withdrawn"


class WaitlistClosed(RuleViolation):
    """The entry was booked or withdrawn already."""

    code = "scheduling.waitlist_closed"


@dataclass(frozen=True, slots=True)
class Waiting:
    """What somebody on the waiting list wants; without a practitioner any will do."""

    earliest: date
    latest: date
    minutes: int
    day_part: DayPart = DayPart.ANY
    practitioner_id: UUID | None = None


def suits(wanted: Waiting, slot: Period, practitioner_id: UUID, zone: tzinfo) -> bool:
    """Whether a freed slot of a doctor is what somebody waits for and long enough."""
    return (
        wanted.practitioner_id in {None, practitioner_id}
        and wanted.earliest <= slot.day(zone) <= wanted.latest
        and wanted.day_part.covers(slot, zone)
        and wanted.minutes <= slot.minutes
    )


def ensure_open(status: WaitlistStatus) -> None:
    """Only who still waits can be booked, offered a time or withdrawn."""
    if status not in {WaitlistStatus.WAITING, WaitlistStatus.OFFERED}:
        raise WaitlistClosed
