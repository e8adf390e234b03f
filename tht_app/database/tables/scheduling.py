"""Doctors, rooms, devices, visit types, what opens and closes the calendar, appointments and their reservations."""

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Computed, DateTime, LargeBinary, SmallInteger, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, TSTZRANGE
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
    cleaning_minutes: int = 0
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
    cleaning_minutes: int = 0
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


class WeeklyBreakRow(ClinicTable, table=True):
    """A break in a doctor's week from `valid_from` up to, not including, `valid_to`."""

    __tablename__ = "weekly_break"
    id: UUID = Field(primary_key=True)
    practitioner_id: UUID = Field(foreign_key="practitioner.person_id")
    weekday: int = Field(sa_type=SmallInteger)
    starts: time
    ends: time
    valid_from: date
    valid_to: date | None = None
    created_at: datetime = _moment()


class LeaveRow(ClinicTable, table=True):
    """A doctor is absent for a while; what kind of absence it is and its note are not for everybody."""

    __tablename__ = "leave"
    id: UUID = Field(primary_key=True)
    practitioner_id: UUID = Field(foreign_key="practitioner.person_id")
    starts_at: datetime = _moment()
    ends_at: datetime = _moment()
    kind: str = Field(sa_type=Text)
    note_sealed: bytes | None = _sealed()
    created_by: UUID = Field(foreign_key="sec.person.id")
    created_at: datetime = _moment()
    withdrawn_at: datetime | None = _moment(nullable=True)


class BlockedTimeRow(ClinicTable, table=True):
    """A doctor, a room or a device that cannot be booked for a while."""

    __tablename__ = "blocked_time"
    id: UUID = Field(primary_key=True)
    practitioner_id: UUID | None = Field(default=None, foreign_key="practitioner.person_id")
    room_id: UUID | None = Field(default=None, foreign_key="room.id")
    device_id: UUID | None = Field(default=None, foreign_key="device.id")
    starts_at: datetime = _moment()
    ends_at: datetime = _moment()
    reason: str = Field(sa_type=Text)
    created_by: UUID = Field(foreign_key="sec.person.id")
    created_at: datetime = _moment()
    withdrawn_at: datetime | None = _moment(nullable=True)


class HolidayRow(ClinicTable, table=True):
    """A holiday; `provisional` until the state has decreed it."""

    __tablename__ = "holiday"
    id: UUID = Field(primary_key=True)
    day: date
    name_id: str = Field(sa_type=Text)
    name_en: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    closed: bool = True
    provisional: bool = False
    created_at: datetime = _moment()


class AppointmentSeriesRow(ClinicTable, table=True):
    """Visits that were planned together: every so many days or weeks."""

    __tablename__ = "appointment_series"
    id: UUID = Field(primary_key=True)
    patient_id: UUID = Field(foreign_key="patient.id")
    practitioner_id: UUID = Field(foreign_key="practitioner.person_id")
    visit_type_id: UUID = Field(foreign_key="visit_type.id")
    every: int
    unit: str = Field(sa_type=Text)
    created_by: UUID = Field(foreign_key="sec.person.id")
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
    overrides: list[str] = Field(default_factory=list, sa_column=Column(ARRAY(Text), nullable=False))
    override_reason_sealed: bytes | None = _sealed()
    note_sealed: bytes | None = _sealed()
    cancel_reason: str | None = Field(default=None, sa_type=Text)
    cancel_note_sealed: bytes | None = _sealed()
    move_reason: str | None = Field(default=None, sa_type=Text)
    move_note_sealed: bytes | None = _sealed()
    series_id: UUID | None = Field(default=None, foreign_key="appointment_series.id")
    device_ids: list[UUID] = Field(default_factory=list, sa_column=Column(ARRAY(Uuid), nullable=False))
    created_by: UUID = Field(foreign_key="sec.person.id")
    created_at: datetime = _moment()
    changed_at: datetime = _moment()
    version: int = 1


class SlotHoldRow(ClinicTable, table=True):
    """A time that somebody keeps while a form is open, until `hold_until` or until it is ended."""

    __tablename__ = "slot_hold"
    id: UUID = Field(primary_key=True)
    practitioner_id: UUID = Field(foreign_key="practitioner.person_id")
    room_id: UUID = Field(foreign_key="room.id")
    patient_id: UUID | None = Field(default=None, foreign_key="patient.id")
    visit_type_id: UUID = Field(foreign_key="visit_type.id")
    device_ids: list[UUID] = Field(default_factory=list, sa_column=Column(ARRAY(Uuid), nullable=False))
    starts_at: datetime = _moment()
    ends_at: datetime = _moment()
    hold_until: datetime = _moment()
    created_by: UUID = Field(foreign_key="sec.person.id")
    created_at: datetime = _moment()
    ended_at: datetime | None = _moment(nullable=True)


class ReservationRow(ClinicTable, table=True):
    """One resource taken for a while by an appointment, a hold or a block: the exclusion constraint has the last word.

    A device has a second row for the time in which it is cleaned.
    """

    __tablename__ = "reservation"
    id: UUID = Field(primary_key=True)
    appointment_id: UUID | None = Field(default=None, foreign_key="appointment.id")
    hold_id: UUID | None = Field(default=None, foreign_key="slot_hold.id")
    block_id: UUID | None = Field(default=None, foreign_key="blocked_time.id")
    owner_id: UUID | None = Field(
        default=None,
        sa_column=Column(Uuid, Computed("coalesce(appointment_id, hold_id, block_id)", persisted=True), nullable=False),
    )
    """Whichever of the three it is; PostgreSQL fills it in."""
    kind: str = Field(sa_type=Text)
    resource_id: UUID
    during: Any = Field(sa_column=Column(TSTZRANGE, nullable=False))
    cleaning: bool = False
    state: str = Field(default="booked", sa_type=Text)
    overbooked: bool = False
    hold_until: datetime | None = _moment(nullable=True)
    created_at: datetime = _moment()


class WaitlistEntryRow(ClinicTable, table=True):
    """Somebody who wants a time between two days; an offered one has a slot, a booked one an appointment."""

    __tablename__ = "waitlist_entry"
    id: UUID = Field(primary_key=True)
    patient_id: UUID = Field(foreign_key="patient.id")
    practitioner_id: UUID | None = Field(default=None, foreign_key="practitioner.person_id")
    visit_type_id: UUID = Field(foreign_key="visit_type.id")
    earliest: date
    latest: date
    day_part: str = Field(default="any", sa_type=Text)
    note_sealed: bytes | None = _sealed()
    status: str = Field(default="waiting", sa_type=Text)
    offered_practitioner_id: UUID | None = Field(default=None, foreign_key="practitioner.person_id")
    offered_room_id: UUID | None = Field(default=None, foreign_key="room.id")
    offered_starts_at: datetime | None = _moment(nullable=True)
    offered_ends_at: datetime | None = _moment(nullable=True)
    appointment_id: UUID | None = Field(default=None, foreign_key="appointment.id")
    created_by: UUID = Field(foreign_key="sec.person.id")
    created_at: datetime = _moment()
    changed_at: datetime = _moment()


__all__ = [
    "AppointmentRow",
    "AppointmentSeriesRow",
    "BlockedTimeRow",
    "DeviceRow",
    "HolidayRow",
    "LeaveRow",
    "PractitionerRow",
    "ReservationRow",
    "RoomRow",
    "SlotHoldRow",
    "VisitTypeRow",
    "WaitlistEntryRow",
    "WeeklyBreakRow",
    "WorkingHoursRow",
]
