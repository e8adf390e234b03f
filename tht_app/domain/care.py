"""Who may open a record: treatment relationships, and what stands in for one in an emergency."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import NewType
from uuid import UUID

from tht_app.domain.errors import Problem, RuleViolation, ValidationFailed
from tht_app.domain.identity import Permission
from tht_app.domain.registration.records import PatientBanner

AccessId = NewType("AccessId", UUID)
CoverId = NewType("CoverId", UUID)

EMERGENCY_MINUTES = 60
SHORTEST_REASON = 20
LONGEST_REASON = 500
LONGEST_REVIEW = 1000
LONGEST_COVER_DAYS = 365

CHART = frozenset(
    {
        Permission.RECORD_READ,
        Permission.RECORD_READ_SAFETY,
        Permission.RECORD_WRITE,
        Permission.RECORD_WRITE_NURSING,
        Permission.RECORD_SIGN,
        Permission.PRESCRIPTION_WRITE,
        Permission.PRESCRIPTION_SIGN,
        Permission.LETTER_WRITE,
    }
)
"""Permissions that open records of one's own patients only."""
PAPER = frozenset({Permission.PRESCRIPTION_READ, Permission.PRESCRIPTION_PRINT, Permission.LETTER_PRINT})
"""Open to the counter for everybody, to a doctor for the own patients."""


class AlreadyTreating(RuleViolation):
    """The record is open to this person as it is; there is nothing to break."""

    code = "care.already_treating"


class EmergencyStillOpen(RuleViolation):
    """One emergency access at a time: the other has to end first."""

    code = "care.emergency_still_open"


class AlreadyReviewed(RuleViolation):
    """Somebody has reviewed this access, or it is the reviewer's own."""

    code = "care.already_reviewed"


@dataclass(frozen=True, slots=True)
class CareRules:
    """What counts as treating a patient. Months after a visit, days around a booking."""

    visit_months: int = 24
    booking_days_before: int = 14
    booking_days_after: int = 1
    whole_team: bool = False
    """All doctors of the clinic treat all its patients."""
    emergencies_an_hour: int = 3
    """More in an hour are marked."""


LIMITS = {
    "visit_months": (1, 120),
    "booking_days_before": (0, 90),
    "booking_days_after": (0, 30),
    "emergencies_an_hour": (1, 20),
}


@dataclass(frozen=True, slots=True)
class OwnEmergency:
    """An emergency access of the person who asks, while it is open."""

    id: AccessId
    patient_id: UUID
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class EmergencyEntry:
    """One emergency access as the reader may see it: without the patient for an owner."""

    id: AccessId
    person: str
    opened_at: datetime
    until: datetime
    ended_at: datetime | None
    reason: str
    frequent: bool
    reviewed_at: datetime | None
    reviewed_by: str
    review: str
    visits: int
    """Visits that the person began with the patient meanwhile."""
    patient_id: UUID | None
    patient_name: str
    record_number: int | None


@dataclass(frozen=True, slots=True)
class Cover:
    """A doctor who acts for another one for a time."""

    id: CoverId
    absent: str
    covering: str
    starts_at: datetime
    ends_at: datetime


Stranger = PatientBanner
"""Somebody who is registered and whom the person does not treat: who they are, nothing else."""


def asks_for_care(needed: AbstractSet[Permission], held: AbstractSet[Permission]) -> bool:
    """Whether what was used to get in opens one's own patients only: no other right of the person would do."""
    used = needed & held
    chart = CHART if Permission.PRESCRIPTION_DISPENSE in held else CHART | PAPER
    return bool(used) and used <= chart


def safety_only(needed: AbstractSet[Permission], held: AbstractSet[Permission]) -> bool:
    """Whether the person got in as a pharmacy, whose patients are those of open prescriptions."""
    return needed & held == {Permission.RECORD_READ_SAFETY}


def checked_reason(text: str) -> str:
    """A reason that says something; raises ValidationFailed."""
    reason = " ".join(text.split())
    if len(reason) < SHORTEST_REASON:
        raise ValidationFailed({"reason": Problem("care.reason_short", {"min": SHORTEST_REASON})})
    if len(reason) > LONGEST_REASON:
        raise ValidationFailed({"reason": Problem("too_long", {"max": LONGEST_REASON, "count": len(reason)})})
    return reason


def checked_rules(rules: CareRules) -> CareRules:
    """Rules within their limits; raises ValidationFailed with every bad field."""
    problems: dict[str, str | Problem] = {
        name: Problem("care.out_of_range", {"min": least, "max": most})
        for name, (least, most) in LIMITS.items()
        if not least <= getattr(rules, name) <= most
    }
    if problems:
        raise ValidationFailed(problems)
    return rules
