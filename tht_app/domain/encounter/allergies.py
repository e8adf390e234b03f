"""Allergies: what is known about each, and the four things that can be said about all of them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from tht_app.domain.errors import RuleViolation


class AllergyState(StrEnum):
    """What the clinic can say about a patient's allergies; there is no fifth thing."""

    UNASKED = "unasked"
    NONE_KNOWN = "none_known"
    PRESENT = "present"
    UNAVAILABLE = "unavailable"


class AllergyCategory(StrEnum):
    """FHIR `AllergyIntolerance.category`."""

    MEDICATION = "medication"
    FOOD = "food"
    ENVIRONMENT = "environment"
    BIOLOGIC = "biologic"


class ReactionSeverity(StrEnum):
    """FHIR `AllergyIntolerance.reaction.severity`, and that nobody knows."""

    MILD = "mild"
    MODERATE = "moderate"
    SEVERE = "severe"
    UNKNOWN = "unknown"


class AllergyVerification(StrEnum):
    """FHIR `AllergyIntolerance.verificationStatus`."""

    UNCONFIRMED = "unconfirmed"
    CONFIRMED = "confirmed"
    REFUTED = "refuted"
    ENTERED_IN_ERROR = "entered-in-error"


ACTIVE = frozenset({AllergyVerification.UNCONFIRMED, AllergyVerification.CONFIRMED})
LONGEST_SUBSTANCE = 200
LONGEST_REACTION = 500


class AllergiesOnRecord(RuleViolation):
    """'No known allergies' cannot be said while an active allergy stands in the record."""

    code = "encounter.allergies_on_record"


@dataclass(frozen=True, slots=True)
class Allergy:
    """One allergy as it is shown. `code` is a coded substance (for example a KFA ingredient) when one was chosen."""

    id: UUID
    substance: str
    code: str | None
    category: AllergyCategory
    reaction: str
    severity: ReactionSeverity
    verification: AllergyVerification
    recorded_by: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class AllergyLine:
    """What the banner says: one of four states, who said so and when, and the active allergies if there are any."""

    state: AllergyState
    allergies: tuple[Allergy, ...] = ()
    recorded_by: str = ""
    recorded_at: datetime | None = None
