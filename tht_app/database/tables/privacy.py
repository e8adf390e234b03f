"""The register of what people asked about their own data."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary, Text
from sqlmodel import Field

from .base import ClinicTable
from .foundation import moment


class PrivacyRequestRow(ClinicTable, table=True):
    """One request; the last four columns are written once, together, when it is answered."""

    __tablename__ = "privacy_request"
    id: UUID = Field(primary_key=True)
    patient_id: UUID = Field(foreign_key="clinic.patient.id")
    kind: str = Field(sa_type=Text)
    requester: str = Field(sa_type=Text)
    requester_sealed: bytes = Field(sa_type=LargeBinary)
    checked_by: str = Field(sa_type=Text)
    wish_sealed: bytes = Field(sa_type=LargeBinary)
    received_at: datetime = moment()
    due_at: datetime = moment()
    recorded_by: UUID = Field(foreign_key="sec.person.id")
    recorded_at: datetime = moment()
    outcome: str | None = Field(default=None, sa_type=Text)
    answer_sealed: bytes | None = Field(default=None, sa_type=LargeBinary)
    closed_by: UUID | None = Field(default=None, foreign_key="sec.person.id")
    closed_at: datetime | None = moment(nullable=True)
