"""What the link of a message may do without signing in."""

from datetime import datetime, timedelta
from enum import StrEnum

MOST_WRONG_DATES = 10
"""After so many wrong birth dates a link is dead; the clinic can still be called."""


class LinkState(StrEnum):
    """How a link stands: `interop.link.state.<value>`."""

    LOCKED = "locked"
    """Known; the birth date has not been given yet."""
    OPEN = "open"
    """Everything may be done."""
    LATE = "late"
    """Too close to the appointment to change it by oneself."""
    OVER = "over"
    """The appointment was cancelled or has begun; nothing is left to do."""


def changeable_until(start: datetime, hours: int) -> datetime:
    """Until when an appointment may be moved or cancelled by its link."""
    return start - timedelta(hours=hours)
