"""What people may ask about their own data, and how soon the clinic answers (UU 27/2022 PDP, articles 5 to 13).

The law gives 3 x 24 hours for a correction (art. 30), access (32), stopping after a consent was withdrawn (40) and
restricting (41), counted from when the request was received, nights and holidays included. The clinic holds itself to
the same for a copy to take along and for erasure, where the answer is most often that a medical record has to be kept
for 25 years (PMK 24/2022 art. 39).
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import NewType
from uuid import UUID

from tht_app.domain.errors import Problem, RuleViolation

RequestId = NewType("RequestId", UUID)

ANSWER_WITHIN = timedelta(hours=72)
SOON = timedelta(hours=24)
OLDEST = timedelta(days=366)
"""Further back somebody has mistyped the year."""
LONGEST_WISH = 1000
LONGEST_ANSWER = 1000


class RequestKind(StrEnum):
    """What is asked: words are `privacy.kind.<value>`."""

    ACCESS = "access"
    """What is known about me, and who has seen it."""
    COPY = "copy"
    """A copy to take along."""
    CORRECTION = "correction"
    WITHDRAWAL = "withdrawal"
    """A consent is taken back."""
    RESTRICTION = "restriction"
    ERASURE = "erasure"


class Requester(StrEnum):
    """Who asks: words are `privacy.requester.<value>`."""

    PATIENT = "patient"
    GUARDIAN = "guardian"
    AUTHORISED = "authorised"


class Check(StrEnum):
    """How the desk made sure of who asks: words are `privacy.check.<value>`."""

    ID_CARD = "id_card"
    KNOWN = "known"
    """Asked in person and known to the desk."""
    AUTHORITY = "authority"
    """A written authority, with the identity card of who brings it."""


class Outcome(StrEnum):
    """What came of it: words are `privacy.outcome.<value>`."""

    DONE = "done"
    PARTLY = "partly"
    REFUSED = "refused"


class Standing(StrEnum):
    """How a request stands against its clock: words are `privacy.standing.<value>`."""

    OPEN = "open"
    SOON = "soon"
    """Less than a day is left."""
    LATE = "late"
    CLOSED = "closed"
    CLOSED_LATE = "closed_late"


class RequestClosed(RuleViolation):
    """It was answered already; what was answered stays."""

    code = "privacy.request_closed"


@dataclass(frozen=True, slots=True)
class PrivacyRequest:
    """One line of the register; who and what are empty for who oversees it without knowing patients."""

    id: RequestId
    kind: RequestKind
    received_at: datetime
    due_at: datetime
    recorded_by: str
    outcome: Outcome | None
    closed_at: datetime | None
    closed_by: str
    requester: Requester | None = None
    checked_by: Check | None = None
    requester_name: str = ""
    wish: str = ""
    answer: str = ""
    patient_id: UUID | None = None
    patient_name: str = ""
    record_number: int | None = None


def due_at(received_at: datetime) -> datetime:
    """Until when it has to be answered."""
    return received_at + ANSWER_WITHIN


def received_at(day: date, now: datetime, zone: tzinfo) -> datetime:
    """When the clock of something that came on this day began: now for today, else at that day's first minute."""
    if day == now.astimezone(zone).date():
        return now
    return datetime.combine(day, time(), zone)


def day_problem(day: date, now: datetime, zone: tzinfo) -> Problem | None:
    """What is wrong with the day on which a request is said to have come."""
    today = now.astimezone(zone).date()
    if day > today:
        return Problem("date_future")
    if day < today - OLDEST:
        return Problem("date_too_early")
    return None


def requester_problem(requester: Requester, *, minor: bool) -> Problem | None:
    """For a minor the parent or guardian asks (art. 25)."""
    return Problem("privacy.guardian_asks") if minor and requester is Requester.PATIENT else None


def standing(request: PrivacyRequest, now: datetime) -> Standing:
    """How it stands; what is due this very second is not late yet."""
    if request.closed_at is not None:
        return Standing.CLOSED if request.closed_at <= request.due_at else Standing.CLOSED_LATE
    if now > request.due_at:
        return Standing.LATE
    return Standing.SOON if request.due_at - now < SOON else Standing.OPEN
