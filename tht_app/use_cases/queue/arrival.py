"""Somebody is here: a ticket at the doctor's service point and the encounter that goes with it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tht_app.database.queries import queue as queries
from tht_app.database.queries import scheduling
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.encounter.visit import EncounterStatus
from tht_app.domain.errors import NotFound
from tht_app.domain.identity import Permission
from tht_app.domain.queue import (
    AlreadyQueued,
    NoServicePoint,
    PriorityReason,
    ServicePoint,
    ServicePointId,
    StepRefused,
    TicketId,
    TicketStatus,
    TicketStep,
    ensure_step,
    priority_of,
    queued_at,
    ticket_label,
)
from tht_app.domain.registration import PatientId
from tht_app.domain.scheduling import AppointmentId, AppointmentStatus, NotToday, PractitionerId, VisitTypeId
from tht_app.use_cases.door import use_case
from tht_app.use_cases.encounter import move_encounter, open_encounter
from tht_app.use_cases.scheduling.booking import advance


@dataclass(frozen=True, slots=True)
class CheckIn:
    """The patient of an appointment of today has arrived."""

    appointment_id: AppointmentId
    priority_reason: PriorityReason | None = None


@dataclass(frozen=True, slots=True)
class WalkIn:
    """A patient without an appointment wants to see a doctor today."""

    patient_id: PatientId
    practitioner_id: PractitionerId
    visit_type_id: VisitTypeId
    priority_reason: PriorityReason | None = None


@dataclass(frozen=True, slots=True)
class CancelTicket:
    """The patient leaves, or was checked in by mistake: an appointment becomes booked again."""

    ticket_id: TicketId


@dataclass(frozen=True, slots=True)
class IssuedTicket:
    """A new ticket; `encounter_id` is the encounter that was opened with it."""

    ticket_id: TicketId
    label: str
    service_point_id: ServicePointId
    patient_id: PatientId
    practitioner_id: PractitionerId
    appointment_id: AppointmentId | None
    encounter_id: UUID


@dataclass(frozen=True, slots=True)
class _Arrival:
    patient_id: UUID
    practitioner_id: UUID
    visit_type_id: UUID
    visit_type: str
    appointment_id: UUID | None
    booked_for: datetime | None
    reason: PriorityReason | None


@use_case(permission=Permission.QUEUE_CHECK_IN, audit=AuditAction.CREATE)
async def check_in(request: CheckIn, work: UnitOfWork) -> IssuedTicket:
    """The appointment becomes arrived, the patient gets a number, the encounter is opened."""
    row = await scheduling.locked_appointment(work, request.appointment_id)
    if row is None:
        raise NotFound
    day = row["starts_at"].astimezone(work.zone).date()
    if day != work.today():
        raise NotToday(day=day.isoformat())
    await advance(work, row, AppointmentStatus.ARRIVED)
    arrival = _Arrival(
        row["patient_id"],
        row["practitioner_id"],
        row["visit_type_id"],
        row["visit_type"],
        row["id"],
        row["starts_at"],
        request.priority_reason,
    )
    return await _arrive(work, arrival)


@use_case(permission=Permission.QUEUE_CHECK_IN, audit=AuditAction.CREATE)
async def walk_in(request: WalkIn, work: UnitOfWork) -> IssuedTicket:
    """The patient gets a number and an encounter without an appointment."""
    plan = await scheduling.booking_plan(
        work,
        practitioner_id=request.practitioner_id,
        visit_type_id=request.visit_type_id,
        patient_id=request.patient_id,
        weekday=work.today().isoweekday(),
    )
    if plan is None or not plan.patient_known:
        raise NotFound
    arrival = _Arrival(
        request.patient_id,
        request.practitioner_id,
        request.visit_type_id,
        plan.visit_type,
        None,
        None,
        request.priority_reason,
    )
    return await _arrive(work, arrival)


async def _arrive(work: UnitOfWork, arrival: _Arrival) -> IssuedTicket:
    row = await queries.point_of_practitioner(work, arrival.practitioner_id)
    if row is None:
        raise NoServicePoint
    encounter_id = work.new_id()
    await open_encounter(
        work,
        encounter_id=encounter_id,
        patient_id=arrival.patient_id,
        practitioner_id=arrival.practitioner_id,
        appointment_id=arrival.appointment_id,
        visit_type=arrival.visit_type,
    )
    ticket = await _issue(work, queries.point_of(row), arrival, encounter_id)
    work.changed("queue_ticket", ticket.id, patient_id=arrival.patient_id, new={"label": ticket.label})
    ids = {name: getattr(ticket, name) for name in ("patient_id", "encounter_id", "appointment_id")}
    work.publish("PatientArrived", ticket.id, ids)
    return IssuedTicket(
        ticket_id=TicketId(ticket.id),
        label=ticket.label,
        service_point_id=ticket.point.id,
        patient_id=PatientId(arrival.patient_id),
        practitioner_id=PractitionerId(arrival.practitioner_id),
        appointment_id=AppointmentId(arrival.appointment_id) if arrival.appointment_id else None,
        encounter_id=encounter_id,
    )


async def _issue(work: UnitOfWork, point: ServicePoint, arrival: _Arrival, encounter_id: UUID) -> queries.NewTicket:
    """Draw a number and write the ticket; late in the transaction, because the next desk waits for the number."""
    day = work.today()
    number = await queries.next_number(work, point.id, day)
    ticket = queries.NewTicket(
        id=work.new_id(),
        point=point,
        day=day,
        number=number,
        label=ticket_label(point.letter, number),
        patient_id=arrival.patient_id,
        practitioner_id=arrival.practitioner_id,
        visit_type_id=arrival.visit_type_id,
        appointment_id=arrival.appointment_id,
        encounter_id=encounter_id,
        priority=priority_of(arrival.reason),
        priority_reason=arrival.reason.value if arrival.reason else None,
        queued_at=queued_at(work.now(), arrival.booked_for),
    )
    if not await queries.add_ticket(work, ticket):
        label = await queries.open_label(work, point.id, day, arrival.patient_id)
        raise AlreadyQueued(label=label or "")
    return ticket


@use_case(permission=Permission.QUEUE_CHECK_IN, audit=AuditAction.CANCEL)
async def cancel_ticket(request: CancelTicket, work: UnitOfWork) -> None:
    """Take somebody out of the queue before they were served; the number is not given again."""
    row = await queries.locked_ticket(work, request.ticket_id)
    if row is None:
        raise NotFound
    if row["status"] == TicketStatus.IN_SERVICE:
        raise StepRefused(status=row["status"])
    ensure_step(TicketStatus(row["status"]), TicketStatus.CANCELLED)
    if row["appointment_id"] is not None:
        appointment = await scheduling.locked_appointment(work, row["appointment_id"])
        if appointment is not None and appointment["status"] == AppointmentStatus.ARRIVED:
            await advance(work, appointment, AppointmentStatus.BOOKED)
    if row["encounter_id"] is not None:
        await move_encounter(work, row["encounter_id"], EncounterStatus.CANCELLED)
    await queries.set_step(work, row, TicketStep.CANCELLED, TicketStatus.CANCELLED, {"finished_at": work.now()})
    work.changed("queue_ticket", row["id"], patient_id=row["patient_id"], old={"status": row["status"]})
    work.publish("TicketCancelled", row["id"], {"encounter_id": row["encounter_id"]})
