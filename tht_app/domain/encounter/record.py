"""What is read of a visit: plain facts for screens, prints and checks. All times are aware (UTC)."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from tht_app.domain.encounter.allergies import AllergyLine
from tht_app.domain.encounter.diagnosis import Certainty, Laterality
from tht_app.domain.encounter.history import EntryStatus, HistoryKind
from tht_app.domain.encounter.note import Section
from tht_app.domain.encounter.visit import EncounterStatus, Visit


@dataclass(frozen=True, slots=True)
class SectionText:
    """The present text of one section; version 0 is the empty beginning."""

    section: Section
    version: int = 0
    text: str = ""
    author: str = ""
    at: datetime | None = None
    author_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class SavedSection:
    """What an acknowledged save says: the new version and the moment it was committed (ISO 8601, UTC)."""

    version: int
    at: str


@dataclass(frozen=True, slots=True)
class Note:
    """The note of one encounter as one person may see and write it."""

    encounter_id: UUID
    sections: tuple[SectionText, ...]
    writable: frozenset[Section]
    signed_at: datetime | None


@dataclass(frozen=True, slots=True)
class NotePass:
    """What lets one person into the shared note: which sections they write, and the key of what they keep offline."""

    patient_id: UUID
    name: str
    nurse: bool
    writable: frozenset[Section]
    signed: bool
    draft_key: bytes
    """32 bytes that seal what is not delivered yet, for this person, note and installation; empty for readers."""
    draft_scope: str
    """Under which name a device keeps it: tells nothing of person or note."""


@dataclass(frozen=True, slots=True)
class SharedUpdate:
    """What was stored of a shared note at once; `seq` rises in no order that means anything, but never comes twice."""

    seq: int
    updates: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class SharedNote:
    """A shared note as it is stored: applied one after the other, its steps are the document."""

    steps: tuple[SharedUpdate, ...]
    frozen: bool
    """Signed or cancelled: nothing is written any more."""


@dataclass(frozen=True, slots=True)
class NoteVersion:
    """One saved state of a section: who wrote it last, when, and the days of the visits that it newly copied from."""

    section: Section
    version: int
    author: str
    at: datetime
    copied_from: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class Addendum:
    """Something added after signing."""

    number: int
    text: str
    author: str
    at: datetime


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One line of the history or of the problem list.

    `question` and `value` are set where it answers a question of `history.QUESTIONS`; `text` is then what was added.
    """

    id: UUID
    kind: HistoryKind
    text: str
    status: EntryStatus
    recorded_by: str
    recorded_at: datetime
    question: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class CurrentMedicine:
    """A medicine that the patient takes; `dosage` in the patient's own words."""

    id: UUID
    medicine: str
    code: str | None
    dosage: str
    recorded_by: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Reading:
    """One vital sign; `field` names it as in `domain.encounter.vitals`, `unit` is UCUM."""

    id: UUID
    field: str
    code: str
    value: Decimal
    unit: str
    at: datetime
    recorded_by: str


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One ICD-10 diagnosis of an encounter."""

    id: UUID
    code: str
    title: str
    laterality: Laterality
    is_primary: bool
    certainty: Certainty
    recorded_by: str


@dataclass(frozen=True, slots=True)
class Procedure:
    """One ICD-9-CM procedure of an encounter; `note` is what the doctor said about it, often nothing."""

    id: UUID
    code: str
    title: str
    laterality: Laterality
    note: str
    recorded_by: str


@dataclass(frozen=True, slots=True)
class CodeHit:
    """One result of a code search; the Indonesian title is empty where nobody has written one."""

    code: str
    title_en: str
    title_id: str
    ent: bool
    used: bool = False
    """Whoever asks has used it before."""
    starred: bool = False
    """Whoever asks has starred it."""


@dataclass(frozen=True, slots=True)
class PatientHead:
    """Who the record is about, as the banner says it."""

    id: UUID
    name: str
    sex: str
    birth_date: date
    record_number: str


@dataclass(frozen=True, slots=True)
class VisitLine:
    """One visit in a list: of a doctor's day, of a patient's timeline, of what is still to sign."""

    id: UUID
    patient_id: UUID
    patient_name: str
    record_number: str
    birth_date: date
    sex: str
    practitioner: str
    visit_type: str
    visit_type_id: str
    visit_type_en: str
    status: EncounterStatus
    arrived_at: datetime
    signed_at: datetime | None
    diagnosis: str


@dataclass(frozen=True, slots=True)
class EncounterRecord:
    """Everything the encounter screen shows except the note's text, which never passes through the screen's state."""

    visit: Visit
    patient: PatientHead
    practitioner: str
    visit_type_id: str
    visit_type_en: str
    allergy: AllergyLine
    medicines: tuple[CurrentMedicine, ...]
    history: tuple[HistoryEntry, ...]
    readings: tuple[Reading, ...]
    previous_weight: Reading | None
    diagnoses: tuple[Diagnosis, ...]
    procedures: tuple[Procedure, ...]
    earlier: tuple[VisitLine, ...]
    addenda: tuple[Addendum, ...]
    signed_by: str
    hash: str
    code: str
    """Proves a printed note at `/verify/[code]`; empty before signing."""
    mine: bool
    may_write: bool
    may_write_nursing: bool
    may_sign: bool


@dataclass(frozen=True, slots=True)
class SafetySlice:
    """What dispensing safely needs and no more: allergies, the last weight, the medicines that are taken."""

    allergy: AllergyLine
    weight_kg: Decimal | None
    weight_at: datetime | None
    medicines: tuple[CurrentMedicine, ...]


@dataclass(frozen=True, slots=True)
class SignedFile:
    """A file of the visit as the signature knows it: `sha256` in hexadecimal, `type` its media type."""

    id: UUID
    kind: str
    side: str
    site: str
    type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class SignReview:
    """What is about to be signed, in the words in which it stands, and the hash that stands for exactly this."""

    encounter_id: UUID
    patient: PatientHead
    sections: tuple[SectionText, ...]
    diagnoses: tuple[Diagnosis, ...]
    procedures: tuple[Procedure, ...]
    readings: tuple[Reading, ...]
    findings: tuple[tuple[str, str, str, str, str], ...]
    """Part, side, site, finding, free text."""
    missing: tuple[str, ...]
    hash: str
    files: int = 0
    """How many attached files are signed with it."""


@dataclass(frozen=True, slots=True)
class SignatureCheck:
    """Whether the record still is what was signed."""

    signed_at: datetime
    signed_by: str
    hash: str
    intact: bool
    genuine: bool
    """Whether the clinic's own signature stands under it."""


@dataclass(frozen=True, slots=True)
class SignedPaper:
    """What a stranger with the code of a signed note may know: nothing of the patient."""

    addendum: bool
    signed_at: datetime
    doctor: str
    hash: str
    genuine: bool


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something wrong with one signed note or addendum; `fault` is a `statement.Fault`."""

    subject: str
    subject_id: UUID
    encounter_id: UUID
    fault: str


@dataclass(frozen=True, slots=True)
class ProvedBatch:
    """A part of all signed notes, checked. `last` is where to go on, None at the end."""

    notes: int
    addenda: int
    flaws: tuple[Flaw, ...]
    last: UUID | None


@dataclass(frozen=True, slots=True)
class DoctorDay:
    """The home screen of a doctor: who comes next, the day, what is not signed yet."""

    next: VisitLine | None
    day: tuple[VisitLine, ...]
    unsigned: tuple[VisitLine, ...]
