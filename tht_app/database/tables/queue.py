"""Service points, tickets and what happened to them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, REAL, Column, DateTime, SmallInteger, Text
from sqlmodel import Field

from .base import ClinicTable


def _moment(*, nullable: bool = False) -> Any:
    return Field(default=None, sa_type=DateTime(timezone=True), nullable=nullable)  # type: ignore[call-overload]


class ServicePointRow(ClinicTable, table=True):
    """A place to which people are called, with its own letter and row of numbers."""

    __tablename__ = "service_point"
    id: UUID = Field(primary_key=True)
    letter: str = Field(sa_type=Text, unique=True)
    name_id: str = Field(sa_type=Text)
    name_en: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    practitioner_id: UUID | None = Field(default=None, foreign_key="practitioner.person_id")
    room_id: UUID | None = Field(default=None, foreign_key="room.id")
    next_point_id: UUID | None = Field(default=None, foreign_key="service_point.id")
    """Where people usually go from here."""
    position: int = 0
    active: bool = True
    created_at: datetime = _moment()


class QueueCounterRow(ClinicTable, table=True):
    """The last number given at a service point on a day of the clinic."""

    __tablename__ = "queue_counter"
    service_point_id: UUID = Field(primary_key=True, foreign_key="service_point.id")
    day: date = Field(primary_key=True)
    value: int


class QueueTicketRow(ClinicTable, table=True):
    """Somebody waiting, being served or having been served at one service point on one day."""

    __tablename__ = "queue_ticket"
    id: UUID = Field(primary_key=True)
    service_point_id: UUID = Field(foreign_key="service_point.id")
    day: date
    number: int
    label: str = Field(sa_type=Text)
    patient_id: UUID = Field(foreign_key="patient.id")
    practitioner_id: UUID | None = Field(default=None, foreign_key="practitioner.person_id")
    visit_type_id: UUID | None = Field(default=None, foreign_key="visit_type.id")
    appointment_id: UUID | None = Field(default=None, foreign_key="appointment.id")
    encounter_id: UUID | None = None
    previous_id: UUID | None = Field(default=None, foreign_key="queue_ticket.id")
    visit_id: UUID = Field(foreign_key="queue_ticket.id")
    """The first ticket of the chain: the number that the patient carries through the clinic."""
    needs: list[str] = Field(default=[], sa_column=Column(ARRAY(Text), nullable=False))
    status: str = Field(default="waiting", sa_type=Text)
    priority: int = Field(default=0, sa_type=SmallInteger)
    priority_reason: str | None = Field(default=None, sa_type=Text)
    issued_at: datetime = _moment()
    queued_at: datetime = _moment()
    called_at: datetime | None = _moment(nullable=True)
    first_called_at: datetime | None = _moment(nullable=True)
    calls: int = 0
    room_id: UUID | None = Field(default=None, foreign_key="room.id")
    started_at: datetime | None = _moment(nullable=True)
    skipped_at: datetime | None = _moment(nullable=True)
    finished_at: datetime | None = _moment(nullable=True)
    expected_minutes: float | None = Field(default=None, sa_type=REAL)
    """What the wait was expected to be when the ticket was given; low and high are what people were told."""
    estimate_low: int | None = Field(default=None, sa_type=SmallInteger)
    estimate_high: int | None = Field(default=None, sa_type=SmallInteger)
    changed_at: datetime = _moment()
    version: int = 1


class QueueEventRow(ClinicTable, table=True):
    """One step of one ticket; append-only, so that waiting times and task times come from what really happened."""

    __tablename__ = "queue_event"
    id: UUID = Field(primary_key=True)
    ticket_id: UUID = Field(foreign_key="queue_ticket.id")
    service_point_id: UUID = Field(foreign_key="service_point.id")
    day: date
    at: datetime = _moment()
    step: str = Field(sa_type=Text)
    status_before: str | None = Field(default=None, sa_type=Text)
    status_after: str = Field(sa_type=Text)
    room_id: UUID | None = Field(default=None, foreign_key="room.id")
    person_id: UUID = Field(foreign_key="sec.person.id")


class BpjsTaskTimeRow(ClinicTable, table=True):
    """A moment that BPJS wants to hear, or (with `takes_back`) that it did not happen after all; append-only."""

    __tablename__ = "bpjs_task_time"
    id: UUID = Field(primary_key=True)
    visit_id: UUID
    """The first ticket of the visit, or the appointment to which nobody came."""
    ticket_id: UUID | None = Field(default=None, foreign_key="queue_ticket.id")
    appointment_id: UUID | None = Field(default=None, foreign_key="appointment.id")
    event_id: UUID | None = Field(default=None, foreign_key="queue_event.id")
    task: int = Field(sa_type=SmallInteger)
    at: datetime = _moment()
    recorded_at: datetime = _moment()
    takes_back: UUID | None = Field(default=None, foreign_key="bpjs_task_time.id")
