"""Patients, the words of their names, their consents, and the files they are imported from."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from tht_app.database.tables.base import ClinicTable
from tht_app.database.tables.foundation import moment

C_ORDER = Text(collation="C")


class PatientRow(ClinicTable, table=True):
    """A patient; columns that end in `_sealed` are encrypted, those in `_index` are keyed fingerprints for look-up."""

    __tablename__ = "patient"
    __table_args__ = (
        Index("patient_by_birth_date", "birth_date", "name_sort"),
        Index("patient_by_phone", "phone_index", "name_sort", postgresql_where=text("phone_index is not null")),
        Index("patient_by_bpjs", "bpjs_index", postgresql_where=text("bpjs_index is not null")),
        Index("patient_by_other_id", "other_id_index", postgresql_where=text("other_id_index is not null")),
        Index("patient_nik_once", "nik_index", unique=True, postgresql_where=text("merged_into is null")),
        Index("patient_by_nik", "nik_index", postgresql_where=text("nik_index is not null")),
        Index("patient_by_standing_record", "merged_into", postgresql_where=text("merged_into is not null")),
    )
    id: UUID = Field(primary_key=True)
    record_number: int = Field(
        sa_column=Column(
            BigInteger, nullable=False, unique=True, server_default=text("nextval('clinic.patient_record_number')")
        )
    )
    name: str = Field(sa_type=Text)
    name_words: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    name_sounds: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    name_sort: str = Field(sa_column=Column(C_ORDER, nullable=False))
    birth_date: date = Field(sa_type=Date)
    birth_date_estimated: bool = Field(sa_column=Column(Boolean, nullable=False, server_default=text("false")))
    sex: str = Field(sa_type=Text)
    nik_sealed: bytes | None = Field(default=None, sa_type=LargeBinary)
    nik_index: bytes | None = Field(default=None, sa_type=LargeBinary)
    nik_missing: str | None = Field(default=None, sa_type=Text)
    other_id_kind: str | None = Field(default=None, sa_type=Text)
    other_id_sealed: bytes | None = Field(default=None, sa_type=LargeBinary)
    other_id_index: bytes | None = Field(default=None, sa_type=LargeBinary)
    bpjs_sealed: bytes | None = Field(default=None, sa_type=LargeBinary)
    bpjs_index: bytes | None = Field(default=None, sa_type=LargeBinary)
    phone_sealed: bytes | None = Field(default=None, sa_type=LargeBinary)
    phone_index: bytes | None = Field(default=None, sa_type=LargeBinary)
    email_sealed: bytes | None = Field(default=None, sa_type=LargeBinary)
    address_sealed: bytes | None = Field(default=None, sa_type=LargeBinary)
    social_sealed: bytes | None = Field(default=None, sa_type=LargeBinary)
    payer: str = Field(default="self", sa_column=Column(Text, nullable=False, server_default="self"))
    coverage_sealed: bytes | None = Field(default=None, sa_type=LargeBinary)
    guardian_sealed: bytes | None = Field(default=None, sa_type=LargeBinary)
    deceased: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=text("false")))
    merged_into: UUID | None = Field(default=None, foreign_key="clinic.patient.id")
    version: int = 1
    created_at: datetime = moment()
    created_by: UUID = Field(foreign_key="sec.person.id")
    updated_at: datetime = moment()
    updated_by: UUID = Field(foreign_key="sec.person.id")


class NameWordRow(ClinicTable, table=True):
    """A distinct word of all names: `near` holds its sound and that sound with one letter left out."""

    __tablename__ = "name_word"
    __table_args__ = (
        Index("name_word_by_sound", "sound"),
        Index("name_word_by_near", "near", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
        Index(
            "name_word_by_part",
            "word",
            postgresql_using="gin",
            postgresql_ops={"word": "ext.gin_trgm_ops"},
            postgresql_with={"fastupdate": "off"},
        ),
        Index(
            "name_word_by_likeness",
            "sound",
            postgresql_using="gin",
            postgresql_ops={"sound": "ext.gin_trgm_ops"},
            postgresql_with={"fastupdate": "off"},
        ),
    )
    id: int = Field(primary_key=True)
    word: str = Field(sa_column=Column(C_ORDER, nullable=False, unique=True))
    sound: str = Field(sa_column=Column(C_ORDER, nullable=False))
    near: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))


class PatientNameRow(ClinicTable, table=True):
    """One word of one patient's name, kept by a trigger on `patient`, in the order in which results are shown."""

    __tablename__ = "patient_name"
    word_id: int = Field(primary_key=True, foreign_key="clinic.name_word.id")
    name_sort: str = Field(sa_column=Column(C_ORDER, primary_key=True))
    patient_id: UUID = Field(primary_key=True, foreign_key="clinic.patient.id")
    word_ids: list[int] = Field(sa_column=Column(ARRAY(Integer), nullable=False))


class ConsentRow(ClinicTable, table=True):
    """What a patient, or the guardian, agreed to or refused, in which wording, and when it was withdrawn."""

    __tablename__ = "consent"
    __table_args__ = (Index("consent_by_patient", "patient_id", "at"),)
    id: UUID = Field(primary_key=True)
    patient_id: UUID = Field(foreign_key="clinic.patient.id")
    purpose: str = Field(sa_type=Text)
    text_version: str = Field(sa_type=Text)
    given: bool
    giver: str = Field(sa_type=Text)
    giver_name_sealed: bytes = Field(sa_type=LargeBinary)
    at: datetime = moment()
    recorded_by: UUID = Field(foreign_key="sec.person.id")
    withdrawn_at: datetime | None = moment(nullable=True)
    withdrawn_by: UUID | None = Field(default=None, foreign_key="sec.person.id")


class PatientImportRow(ClinicTable, table=True):
    """One uploaded file of patients."""

    __tablename__ = "patient_import"
    __table_args__ = (Index("patient_import_by_time", "created_at"),)
    id: UUID = Field(primary_key=True)
    file_name: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    total: int
    started_by: UUID = Field(foreign_key="sec.person.id")
    created_at: datetime = moment()
    finished_at: datetime | None = moment(nullable=True)


class PatientImportLineRow(ClinicTable, table=True):
    """One line of such a file: its form is encrypted and forgotten once the patient is there."""

    __tablename__ = "patient_import_line"
    __table_args__ = (
        UniqueConstraint("import_id", "line"),
        Index("patient_import_line_waiting", "import_id", "line", postgresql_where=text("state = 'ready'")),
    )
    id: UUID = Field(primary_key=True)
    import_id: UUID = Field(foreign_key="clinic.patient_import.id")
    line: int
    state: str = Field(sa_type=Text)
    form_sealed: bytes | None = Field(default=None, sa_type=LargeBinary)
    problems: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False, server_default=text("'{}'")))
    patient_id: UUID | None = Field(default=None, foreign_key="clinic.patient.id")


class PatientMergeRow(ClinicTable, table=True):
    """A merge, and how it was taken back; written by `sec.merge_patients` and `sec.undo_merge` alone.

    `before_sealed` holds what the surviving record said before, `taken` names the fields that came from the other one.
    """

    __tablename__ = "patient_merge"
    __table_args__ = (
        Index("patient_merge_once", "merged_id", unique=True, postgresql_where=text("undone_at is null")),
        Index("patient_merge_by_survivor", "survivor_id"),
    )
    id: UUID = Field(primary_key=True)
    survivor_id: UUID = Field(foreign_key="clinic.patient.id")
    merged_id: UUID = Field(foreign_key="clinic.patient.id")
    at: datetime = moment()
    by: UUID = Field(foreign_key="sec.person.id")
    doubts: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    taken: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    before_sealed: bytes = Field(sa_type=LargeBinary)
    reason_sealed: bytes | None = Field(default=None, sa_type=LargeBinary)
    undone_at: datetime | None = moment(nullable=True)
    undone_by: UUID | None = Field(default=None, foreign_key="sec.person.id")
    undo_reason_sealed: bytes | None = Field(default=None, sa_type=LargeBinary)


class PatientMergeMoveRow(ClinicTable, table=True):
    """An appointment that a merge gave to the surviving record."""

    __tablename__ = "patient_merge_move"
    merge_id: UUID = Field(primary_key=True, foreign_key="clinic.patient_merge.id")
    appointment_id: UUID = Field(primary_key=True, foreign_key="clinic.appointment.id")
