"""What is known about a registered patient, as other parts of the clinic read it."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from tht_app.domain.registration import ConsentId, PatientId
from tht_app.domain.registration.consent import ConsentGiver, ConsentPurpose
from tht_app.domain.registration.duplicates import Likeness
from tht_app.domain.registration.patient import PatientDetails
from tht_app.domain.registration.sex import Sex


@dataclass(frozen=True, slots=True)
class PatientBanner:
    """Who the patient is, for the line above everything about one patient."""

    id: PatientId
    record_number: int
    name: str
    sex: Sex
    birth_date: date
    birth_date_estimated: bool
    deceased: bool


@dataclass(frozen=True, slots=True)
class PatientHit:
    """A line of a result list; `area` is village and city, `words` the plain words of the name."""

    banner: PatientBanner
    area: str
    words: tuple[str, ...]
    last_visit: date | None = None
    former: int | None = None
    """The number of a merged record by which this patient was found."""


@dataclass(frozen=True, slots=True)
class SearchResult:
    """At most twenty patients, best match first, then by name; `more` when others fit too."""

    hits: tuple[PatientHit, ...]
    more: bool
    words: tuple[str, ...]
    """The name words that were looked for, so that a list can mark them."""
    stranger: PatientBanner | None = None
    """Somebody this doctor does not treat, found by what only who stands before them can know."""


@dataclass(frozen=True, slots=True)
class PatientRecord:
    """All demographics of one patient, opened; `version` goes back with a correction."""

    banner: PatientBanner
    details: PatientDetails
    version: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class DuplicateCandidate:
    """Somebody registered who may be the one at the desk."""

    hit: PatientHit
    likeness: Likeness


@dataclass(frozen=True, slots=True)
class RegistrationCheck:
    """What a half-filled registration form already tells."""

    candidates: tuple[DuplicateCandidate, ...]
    doubts: tuple[str, ...]
    """Codes of warnings: `registration.doubt.<code>`."""
    minor: bool


@dataclass(frozen=True, slots=True)
class Consent:
    """One recorded answer; `withdrawn_at` is empty while it holds."""

    id: ConsentId
    purpose: ConsentPurpose
    text_version: str
    given: bool
    giver: ConsentGiver
    giver_name: str
    at: datetime
    recorded_by: UUID
    recorded_by_name: str
    withdrawn_at: datetime | None
