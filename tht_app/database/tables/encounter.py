"""Tables of the visit's record."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import BigInteger, Column, Computed, Date, Identity, LargeBinary, Numeric, Text
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR
from sqlmodel import Field

from .base import ClinicTable
from .foundation import moment


class EncounterRow(ClinicTable, table=True):
    """One visit of one patient to one doctor; never changes once it is signed."""

    __tablename__ = "encounter"
    id: UUID = Field(primary_key=True)
    patient_id: UUID
    practitioner_id: UUID
    appointment_id: UUID | None = None
    visit_type: str = Field(sa_type=Text)
    status: str = Field(sa_type=Text)
    arrived_at: datetime = moment()
    started_at: datetime | None = moment(nullable=True)
    ended_at: datetime | None = moment(nullable=True)
    signed_at: datetime | None = moment(nullable=True)
    signed_by: UUID | None = None
    hash: bytes | None = Field(default=None, sa_type=LargeBinary)


class NoteSectionVersionRow(ClinicTable, table=True):
    """One saved state of one section of a note; append-only, the highest version counts."""

    __tablename__ = "note_section_version"
    id: UUID = Field(primary_key=True)
    encounter_id: UUID
    patient_id: UUID
    section: str = Field(sa_type=Text)
    version: int
    body_sealed: bytes = Field(sa_type=LargeBinary)
    author_id: UUID
    at: datetime = moment()
    copied_from: list[date] = Field(default_factory=list, sa_column=Column(ARRAY(Date), nullable=False))


class NoteUpdateRow(ClinicTable, table=True):
    """One step of the document that several people write at once; append-only."""

    __tablename__ = "note_update"
    id: UUID = Field(primary_key=True)
    seq: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), nullable=False))
    encounter_id: UUID
    patient_id: UUID
    kind: str = Field(sa_type=Text)
    covers: int | None = Field(default=None, sa_type=BigInteger)
    sections: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    body_sealed: bytes = Field(sa_type=LargeBinary)
    author_id: UUID
    at: datetime = moment()
    origin: str = Field(default="", sa_type=Text)


class NoteAddendumRow(ClinicTable, table=True):
    """What was added to a signed note; append-only."""

    __tablename__ = "note_addendum"
    id: UUID = Field(primary_key=True)
    encounter_id: UUID
    patient_id: UUID
    number: int
    body_sealed: bytes = Field(sa_type=LargeBinary)
    author_id: UUID
    at: datetime = moment()


class RecordSignatureRow(ClinicTable, table=True):
    """The clinic's signature under a signed note or addendum; append-only."""

    __tablename__ = "record_signature"
    id: UUID = Field(primary_key=True)
    subject: str = Field(sa_type=Text)
    subject_id: UUID
    encounter_id: UUID
    patient_id: UUID
    signed_by: UUID
    signed_at: datetime = moment()
    hash: bytes = Field(sa_type=LargeBinary)
    statement: str = Field(sa_type=Text)
    key_id: str = Field(sa_type=Text)
    signature: bytes = Field(sa_type=LargeBinary)
    code: str = Field(sa_type=Text)


class AllergyStateRow(ClinicTable, table=True):
    """What can be said about a patient's allergies as a whole; no row means: not asked."""

    __tablename__ = "allergy_state"
    patient_id: UUID = Field(primary_key=True)
    state: str = Field(sa_type=Text)
    recorded_by: UUID
    recorded_at: datetime = moment()


class AllergyIntoleranceRow(ClinicTable, table=True):
    """One allergy of a patient; never removed, at most marked as entered in error."""

    __tablename__ = "allergy_intolerance"
    id: UUID = Field(primary_key=True)
    patient_id: UUID
    category: str = Field(sa_type=Text)
    code: str | None = Field(default=None, sa_type=Text)
    substance_sealed: bytes = Field(sa_type=LargeBinary)
    reaction_sealed: bytes = Field(sa_type=LargeBinary)
    severity: str = Field(sa_type=Text)
    verification: str = Field(sa_type=Text)
    recorded_by: UUID
    recorded_at: datetime = moment()
    changed_by: UUID | None = None
    changed_at: datetime | None = moment(nullable=True)


class MedicationStatementRow(ClinicTable, table=True):
    """A medicine that the patient takes, whoever prescribed it."""

    __tablename__ = "medication_statement"
    id: UUID = Field(primary_key=True)
    patient_id: UUID
    code: str | None = Field(default=None, sa_type=Text)
    medicine_sealed: bytes = Field(sa_type=LargeBinary)
    dosage_sealed: bytes = Field(sa_type=LargeBinary)
    status: str = Field(sa_type=Text)
    recorded_by: UUID
    recorded_at: datetime = moment()
    changed_by: UUID | None = None
    changed_at: datetime | None = moment(nullable=True)


class PatientHistoryRow(ClinicTable, table=True):
    """A problem, past illness, operation, or a fact about family and habits."""

    __tablename__ = "patient_history"
    id: UUID = Field(primary_key=True)
    patient_id: UUID
    kind: str = Field(sa_type=Text)
    question: str | None = Field(default=None, sa_type=Text)
    value: str | None = Field(default=None, sa_type=Text)
    body_sealed: bytes = Field(sa_type=LargeBinary)
    status: str = Field(sa_type=Text)
    recorded_by: UUID
    recorded_at: datetime = moment()
    changed_by: UUID | None = None
    changed_at: datetime | None = moment(nullable=True)


class ObservationRow(ClinicTable, table=True):
    """One vital sign: LOINC code, figure, UCUM unit."""

    __tablename__ = "observation"
    id: UUID = Field(primary_key=True)
    encounter_id: UUID
    patient_id: UUID
    code: str = Field(sa_type=Text)
    value: Decimal = Field(sa_type=Numeric(8, 3))  # type: ignore[call-overload]
    unit: str = Field(sa_type=Text)
    status: str = Field(sa_type=Text)
    at: datetime = moment()
    recorded_by: UUID


class Icd10Row(ClinicTable, table=True):
    """One ICD-10 code with both languages and the editions it belongs to."""

    __tablename__ = "icd10"
    code: str = Field(primary_key=True, sa_type=Text)
    code_key: str = Field(sa_type=Text)
    title_en: str = Field(sa_type=Text)
    title_id: str | None = Field(default=None, sa_type=Text)
    synonyms: str = Field(default="", sa_type=Text)
    edition_2010: bool
    edition_2019: bool
    selectable: bool
    ent: bool = False
    source: str = Field(default="shipped", sa_type=Text)
    search_text: str = Field(sa_type=Text)
    search_words: str | None = Field(
        default=None,
        sa_column=Column(TSVECTOR, Computed("to_tsvector('simple'::regconfig, search_text)", persisted=True)),
    )


class Icd10WordRow(ClinicTable, table=True):
    """One of the words that the code search compares a typo with."""

    __tablename__ = "icd10_word"
    word: str = Field(primary_key=True, sa_type=Text)


class ConditionRow(ClinicTable, table=True):
    """One diagnosis of an encounter."""

    __tablename__ = "condition"
    id: UUID = Field(primary_key=True)
    encounter_id: UUID
    patient_id: UUID
    icd10_code: str = Field(sa_type=Text)
    title: str = Field(sa_type=Text)
    laterality: str = Field(sa_type=Text)
    is_primary: bool
    certainty: str = Field(sa_type=Text)
    status: str = Field(sa_type=Text)
    recorded_by: UUID
    recorded_at: datetime = moment()
    changed_by: UUID | None = None
    changed_at: datetime | None = moment(nullable=True)


class Icd9cmRow(ClinicTable, table=True):
    """One ICD-9-CM procedure code with both languages."""

    __tablename__ = "icd9cm"
    code: str = Field(primary_key=True, sa_type=Text)
    code_key: str = Field(sa_type=Text)
    title_en: str = Field(sa_type=Text)
    title_id: str | None = Field(default=None, sa_type=Text)
    synonyms: str = Field(default="", sa_type=Text)
    ent: bool = False
    search_text: str = Field(sa_type=Text)
    search_words: str | None = Field(
        default=None,
        sa_column=Column(TSVECTOR, Computed("to_tsvector('simple'::regconfig, search_text)", persisted=True)),
    )


class ProcedureRow(ClinicTable, table=True):
    """One procedure that was done in an encounter."""

    __tablename__ = "procedure"
    id: UUID = Field(primary_key=True)
    encounter_id: UUID
    patient_id: UUID
    icd9cm_code: str = Field(sa_type=Text)
    title: str = Field(sa_type=Text)
    laterality: str = Field(sa_type=Text)
    note_sealed: bytes = Field(sa_type=LargeBinary)
    status: str = Field(sa_type=Text)
    recorded_by: UUID
    recorded_at: datetime = moment()
    changed_by: UUID | None = None
    changed_at: datetime | None = moment(nullable=True)


class CodeUseRow(ClinicTable, table=True):
    """How often and when somebody last used a code, and since when it has their star."""

    __tablename__ = "code_use"
    person_id: UUID = Field(primary_key=True)
    system: str = Field(primary_key=True, sa_type=Text)
    code: str = Field(primary_key=True, sa_type=Text)
    uses: int = 0
    last_used_at: datetime | None = moment(nullable=True)
    starred_at: datetime | None = moment(nullable=True)


class SignatureEvidenceRow(ClinicTable, table=True):
    """The answer of a passkey to the hash of a record: proves who signed what, without this program."""

    __tablename__ = "signature_evidence"
    encounter_id: UUID = Field(primary_key=True)
    patient_id: UUID
    person_id: UUID
    credential_id: bytes = Field(sa_type=LargeBinary)
    public_key: bytes = Field(sa_type=LargeBinary)
    answer: str = Field(sa_type=Text)
    relying_party: str = Field(sa_type=Text)
    origin: str = Field(sa_type=Text)
    at: datetime = moment()
