"""Table of letters."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary, Text
from sqlmodel import Field

from .base import ClinicTable
from .foundation import moment


class LetterRow(ClinicTable, table=True):
    """One letter as it was handed out; `content_sealed` is everything that it says."""

    __tablename__ = "letter"
    id: UUID = Field(primary_key=True)
    encounter_id: UUID
    patient_id: UUID
    kind: str = Field(sa_type=Text)
    number: str = Field(unique=True, sa_type=Text)
    verify_code: str = Field(unique=True, sa_type=Text)
    content_sealed: bytes = Field(sa_type=LargeBinary)
    sha256: bytes = Field(sa_type=LargeBinary)
    issued_by: UUID
    issued_at: datetime = moment()
    prints: int = 0
    withdrawn_by: UUID | None = None
    withdrawn_at: datetime | None = moment(nullable=True)
    reason_sealed: bytes | None = Field(default=None, sa_type=LargeBinary)
