"""Doctors, rooms, devices, visit types, working hours, appointments and their reservations."""

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import Column, DateTime, LargeBinary, SmallInteger, Text
from sqlalchemy.dialects.postgresql import TSTZRANGE
from sqlmodel import Field

from .base import ClinicTable


def _moment(*, nullable: bool = False) -> Any:
    return Field(default=None, sa_type=DateTime(timezone=True), nullable=nullable)  # type: ignore[call-overload]


def _sealed() -> Any:
    return Field(default=None, sa_type=LargeBinary, nullable=True)


class PractitionerRow(ClinicTable, table=True):
    """A person of the clinic who sees patients; the licence number (SIP) stands on prescriptions and letters."""

    __tablename__ = "practitioner"
    person_id: UUID = Field(primary_key=True, foreign_key="sec.person.id")
    display_name: str = Field(sa_type=Text)
    sip_number: str | None = Field(default=None, sa_type=Text)
    sip_valid_to: date | None = None
    tint: int = Field(default=1, sa_type=SmallInteger)
    position: int = 0
    active: bool = True
    created_at: datetime = _moment()


class RoomRow(ClinicTable, table=True):
    """A room in which people are seen."""

    __tablename__ = "room"
    id: UUID = Field(primary_key=True)
    name: str = Field(sa_type=Text, unique=True)
    position: int = 0
    active: bool = True
    created_at: datetime = _moment()


class DeviceRow(ClinicTable, table=True):
    """A device that only one visit can have at a time, such as an endoscope."""

    __tablename__ = "device"
    id: UUID = Field(primary_key=True)
    name: str = Field(sa_type=Text, unique=True)
    kind: str = Field(sa_type=Text)
    position: int = 0
    active: bool = True
    created_at: datetime = _moment()


class VisitTypeRow(ClinicTable, table=True):
    """Why somebody comes, and how many minutes that usually takes."""

    __tablename__ = "visit_type"
    id: UUID = Field(primary_key=True)
    code: str = Field(sa_type=Text, unique=True)
    name_id: str = Field(sa_type=Text)
    name_en: str = Field(sa_type=Text)
    minutes: int
    device_kind: str | None = Field(default=None, sa_type=Text)
    tint: int = Field(default=1, sa_type=SmallInteger)
    position: int = 0
    active: bool = True
    created_at: datetime = _moment()


class WorkingHoursRow(ClinicTable, table=True):
    """One block of a doctor's week from `valid_from` up to, not including, `valid_to`."""

    __tablename__ = "working_hours"
    id: UUID = Field(primary_key=True)
    practitioner_id: UUID = Field(foreign_key="practitioner.person_id")
    weekday: int = Field(sa_type=SmallInteger)
    starts: time
    ends: time
    valid_from: date
    valid_to: date | None = None
    room_id: UUID | None = Field(default=None, foreign_key="room.id")
    created_at: datetime = _moment()


class AppointmentRow(ClinicTable, table=True):
    """A visit agreed for a time."""

    __tablename__ = "appointment"
    id: UUID = Field(primary_key=True)
    patient_id: UUID = Field(foreign_key="patient.id")
    practitioner_id: UUID = Field(foreign_key="practitioner.person_id")
    room_id: UUID = Field(foreign_key="room.id")
    visit_type_id: UUID = Field(foreign_key="visit_type.id")
    starts_at: datetime = _moment()
    ends_at: datetime = _moment()
    status: str = Field(default="booked", sa_type=Text)
    overbooked: bool = False
    outside_hours: bool = False
    override_reason_sealed: bytes | None = _sealed()
    note_sealed: bytes | None = _sealed()
    cancel_reason: str | None = Field(default=None, sa_type=Text)
    cancel_note_sealed: bytes | None = _sealed()
    created_by: UUID = Field(foreign_key="sec.person.id")
    created_at: datetime = _moment()
    changed_at: datetime = _moment()
    version: int = 1


class ReservationRow(ClinicTable, table=True):
    """One resource taken by one appointment for a while; the exclusion constraint over these rows has the last word."""

    __tablename__ = "reservation"
    id: UUID = Field(primary_key=True)
    appointment_id: UUID = Field(foreign_key="appointment.id")
    kind: str = Field(sa_type=Text)
    resource_id: UUID
    during: Any = Field(sa_column=Column(TSTZRANGE, nullable=False))
    state: str = Field(default="booked", sa_type=Text)
    overbooked: bool = False
    hold_until: datetime | None = _moment(nullable=True)
    created_at: datetime = _moment()


__all__ = [
    "AppointmentRow",
    "DeviceRow",
    "PractitionerRow",
    "ReservationRow",
    "RoomRow",
    "VisitTypeRow",
    "WorkingHoursRow",
]
