"""What was sent to whom, and the links that open one appointment."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary, Text, text
from sqlmodel import Field

from .base import ClinicTable
from .foundation import moment


class MessageRow(ClinicTable, table=True):
    """One message about one event by one channel; `sending` while nobody knows yet whether it went out."""

    __tablename__ = "message"
    id: UUID = Field(primary_key=True)
    outbox_id: UUID = Field(foreign_key="clinic.outbox.id")
    channel: str = Field(sa_type=Text)
    appointment_id: UUID | None = Field(default=None, foreign_key="clinic.appointment.id")
    entry_id: UUID | None = Field(default=None, foreign_key="clinic.waitlist_entry.id")
    kind: str = Field(sa_type=Text)
    version: int
    state: str = Field(sa_type=Text)
    address_sealed: bytes = Field(sa_type=LargeBinary)
    created_at: datetime = moment()
    sent_at: datetime | None = moment(nullable=True)


class AppointmentLinkRow(ClinicTable, table=True):
    """The link of one appointment: only the hash of its code is kept; the code follows from the id and a key."""

    __tablename__ = "appointment_link"
    id: UUID = Field(primary_key=True)
    appointment_id: UUID = Field(foreign_key="clinic.appointment.id", unique=True)
    code_hash: bytes = Field(sa_type=LargeBinary, unique=True)
    expires_at: datetime = moment()
    failures: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    confirmed_at: datetime | None = moment(nullable=True)
    confirmed_version: int | None = None
    created_at: datetime = moment()


class OfferLinkRow(ClinicTable, table=True):
    """The link by which somebody on the waiting list takes or declines one offered time, until it begins."""

    __tablename__ = "offer_link"
    id: UUID = Field(primary_key=True)
    entry_id: UUID = Field(foreign_key="clinic.waitlist_entry.id")
    practitioner_id: UUID = Field(foreign_key="clinic.practitioner.person_id")
    room_id: UUID = Field(foreign_key="clinic.room.id")
    starts_at: datetime = moment()
    ends_at: datetime = moment()
    code_hash: bytes = Field(sa_type=LargeBinary, unique=True)
    failures: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    created_at: datetime = moment()
