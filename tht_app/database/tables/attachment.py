"""Table of the files that belong to visits."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, LargeBinary, Text
from sqlmodel import Field

from .base import ClinicTable
from .foundation import moment


class AttachmentRow(ClinicTable, table=True):
    """One file of one visit; its bytes lie in the store, under `key_sealed`."""

    __tablename__ = "attachment"
    id: UUID = Field(primary_key=True)
    encounter_id: UUID
    patient_id: UUID
    status: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    side: str = Field(sa_type=Text)
    site: str = Field(sa_type=Text)
    name_sealed: bytes = Field(sa_type=LargeBinary)
    announced_size: int = Field(sa_type=BigInteger)
    key_sealed: bytes | None = Field(default=None, sa_type=LargeBinary)
    media_type: str | None = Field(default=None, sa_type=Text)
    size: int | None = Field(default=None, sa_type=BigInteger)
    sha256: bytes | None = Field(default=None, sa_type=LargeBinary)
    thumbnail: bool = False
    width: int = 0
    height: int = 0
    pages: int = 0
    study_sealed: bytes | None = Field(default=None, sa_type=LargeBinary)
    mismatch: bool = False
    recorded_by: UUID
    recorded_at: datetime = moment()
    closed_by: UUID | None = None
    closed_at: datetime | None = moment(nullable=True)
    reason_sealed: bytes | None = Field(default=None, sa_type=LargeBinary)
