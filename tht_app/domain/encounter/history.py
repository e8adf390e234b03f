"""What is known about a patient beyond this visit: problems, past illness, current medicines."""

from enum import StrEnum


class HistoryKind(StrEnum):
    """Which list an entry of the history stands in."""

    PROBLEM = "problem"
    ILLNESS = "illness"
    SURGERY = "surgery"
    FAMILY = "family"
    SOCIAL = "social"


class EntryStatus(StrEnum):
    """Whether an entry still counts."""

    ACTIVE = "active"
    ENDED = "ended"
    ENTERED_IN_ERROR = "entered-in-error"


LONGEST_ENTRY = 1_000
LONGEST_MEDICINE = 200
