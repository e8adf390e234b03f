"""Tables of the examination of ear, nose and throat."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary, Text
from sqlmodel import Field

from .base import ClinicTable
from .foundation import moment


class EntExamRow(ClinicTable, table=True):
    """The examination of one encounter."""

    __tablename__ = "ent_exam"
    id: UUID = Field(primary_key=True)
    encounter_id: UUID
    patient_id: UUID
    created_at: datetime = moment()
    created_by: UUID


class EntFindingRow(ClinicTable, table=True):
    """One finding on one site and side; 'normal' is a finding too."""

    __tablename__ = "ent_finding"
    id: UUID = Field(primary_key=True)
    exam_id: UUID
    encounter_id: UUID
    patient_id: UUID
    part: str = Field(sa_type=Text)
    side: str = Field(sa_type=Text)
    site: str = Field(sa_type=Text)
    finding: str = Field(sa_type=Text)
    normal: bool
    text_sealed: bytes | None = Field(default=None, sa_type=LargeBinary)
    status: str = Field(sa_type=Text)
    recorded_by: UUID
    recorded_at: datetime = moment()
    changed_by: UUID | None = None
    changed_at: datetime | None = moment(nullable=True)
