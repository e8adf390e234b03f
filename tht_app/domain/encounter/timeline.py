"""A patient's record as one row of events, the newest first."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from tht_app.domain.encounter.diagnosis import Laterality
from tht_app.domain.identity import Permission


class TimelineKind(StrEnum):
    """What can happen in a record, in the order in which one asks for it."""

    VISIT = "visit"
    DIAGNOSIS = "diagnosis"
    PROCEDURE = "procedure"
    PRESCRIPTION = "prescription"
    LETTER = "letter"
    ATTACHMENT = "attachment"
    ALLERGY = "allergy"


NEEDS: dict[TimelineKind, frozenset[Permission]] = {
    TimelineKind.PRESCRIPTION: frozenset({Permission.PRESCRIPTION_READ}),
    TimelineKind.LETTER: frozenset({Permission.LETTER_WRITE, Permission.LETTER_PRINT}),
}
"""What somebody needs beside the right to read the record; any one is enough."""


def kinds_for(permissions: frozenset[Permission]) -> tuple[TimelineKind, ...]:
    """What a person may be shown: row-level security decides, this only keeps an empty choice off the screen."""
    return tuple(kind for kind in TimelineKind if kind not in NEEDS or NEEDS[kind] & permissions)


@dataclass(frozen=True, slots=True)
class Moment:
    """Where a page ends: events are read from the newest to the oldest, never by counting."""

    at: datetime
    id: UUID


@dataclass(frozen=True, slots=True)
class TimelineItem:
    """One event.

    `words` is what it says in itself (titles, numbers, names), in both languages where they differ; `code` and `state`
    are values of the lists of its kind.
    """

    kind: TimelineKind
    id: UUID
    at: datetime
    encounter_id: UUID | None
    code: str
    words_id: str
    words_en: str
    note: str
    side: Laterality
    state: str
    by: str
