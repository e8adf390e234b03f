"""Somebody is here: a ticket at a service point, and at a doctor's the encounter that goes with it."""

from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.queries import queue as queries
from tht_app.database.queries import scheduling
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.encounter.visit import EncounterStatus
from tht_app.domain.errors import NotFound, ValidationFailed
from tht_app.domain.identity import Permission
from tht_app.domain.queue import (
    Need,
    NoServicePoint,
    PointKind,
    PriorityReason,
    ServicePointId,
    StepRefused,
    Task,
    TicketId,
    TicketStatus,
    TicketStep,
    ensure_step,
    queued_at,
)
from tht_app.domain.registration import PatientId
from tht_app.domain.scheduling import AppointmentId, AppointmentStatus, NotToday, PractitionerId, VisitTypeId
from tht_app.use_cases.door import use_case
from tht_app.use_cases.encounter import move_encounter, open_encounter
from tht_app.use_cases.queue.issuing import Waiter, issue, told
from tht_app.use_cases.scheduling.booking import advance
from tht_app.use_cases.task_times import Moment, record, take_back_visit


@dataclass(frozen=True, slots=True)
class CheckIn:
    """The patient of an appointment of today has arrived. `needs` are those of the last visit when not given."""

    appointment_id: AppointmentId
    priority_reason: PriorityReason | None = None
    needs: tuple[Need, ...] | None = None


@dataclass(frozen=True, slots=True)
class WalkIn:
    """A patient without an appointment: to a doctor today, or to a point where no doctor is needed yet.

    Without a doctor `service_point_id` names the point; None is the first registration point.
    """

    patient_id: PatientId
    practitioner_id: PractitionerId | None = None
    visit_type_id: VisitTypeId | None = None
    priority_reason: PriorityReason | None = None
    service_point_id: ServicePointId | None = None
    needs: tuple[Need, ...] | None = None


@dataclass(frozen=True, slots=True)
class CancelTicket:
    """The patient leaves, or was checked in by mistake: an appointment becomes booked again."""

    ticket_id: TicketId


@dataclass(frozen=True, slots=True)
class IssuedTicket:
    """A new ticket; `encounter_id` is the encounter that was opened with it, where there is a doctor."""

    ticket_id: TicketId
    label: str
    service_point_id: ServicePointId
    patient_id: PatientId
    practitioner_id: PractitionerId | None
    appointment_id: AppointmentId | None
    encounter_id: UUID | None


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
    waiter = Waiter(
        patient_id=row["patient_id"],
        practitioner_id=row["practitioner_id"],
        visit_type_id=row["visit_type_id"],
        appointment_id=row["id"],
        encounter_id=None,
        reason=request.priority_reason,
        needs=await _needs(work, row["patient_id"], request.needs),
        queued_at=queued_at(work.now(), row["starts_at"]),
    )
    return await _arrive_at_doctor(work, waiter, row["visit_type"])


@use_case(permission=Permission.QUEUE_CHECK_IN, audit=AuditAction.CREATE)
async def walk_in(request: WalkIn, work: UnitOfWork) -> IssuedTicket:
    """The patient gets a number; with a doctor an encounter is opened, without one it is when they are sent on."""
    waiter = Waiter(
        patient_id=request.patient_id,
        practitioner_id=request.practitioner_id,
        visit_type_id=request.visit_type_id,
        appointment_id=None,
        encounter_id=None,
        reason=request.priority_reason,
        needs=await _needs(work, request.patient_id, request.needs),
        queued_at=work.now(),
    )
    if request.practitioner_id is None:
        return await _arrive_without_doctor(work, waiter, request.service_point_id)
    if request.visit_type_id is None:
        raise ValidationFailed({"visit_type_id": "required"})
    plan = await scheduling.booking_plan(
        work,
        practitioner_id=request.practitioner_id,
        visit_type_id=request.visit_type_id,
        patient_id=request.patient_id,
    )
    if plan is None or not plan.patient_known:
        raise NotFound
    return await _arrive_at_doctor(work, waiter, plan.visit_type)


async def _needs(work: UnitOfWork, patient_id: UUID, given: tuple[Need, ...] | None) -> tuple[str, ...]:
    return tuple(given if given is not None else await queries.latest_needs(work, patient_id))


async def _arrive_at_doctor(work: UnitOfWork, waiter: Waiter, visit_type: str) -> IssuedTicket:
    point = await queries.point_of_practitioner(work, waiter.practitioner_id) if waiter.practitioner_id else None
    if point is None or waiter.practitioner_id is None:
        raise NoServicePoint
    encounter_id = work.new_id()
    await open_encounter(
        work,
        encounter_id=encounter_id,
        patient_id=waiter.patient_id,
        practitioner_id=waiter.practitioner_id,
        appointment_id=waiter.appointment_id,
        visit_type=visit_type,
    )
    return await _arrive(work, point, replace(waiter, encounter_id=encounter_id))


async def _arrive_without_doctor(
    work: UnitOfWork, waiter: Waiter, service_point_id: ServicePointId | None
) -> IssuedTicket:
    """At registration, or at the counter that was named; a doctor's point needs the doctor."""
    if not await queries.known_patient(work, waiter.patient_id):
        raise NotFound
    if service_point_id is None:
        point = await queries.point_of_kind(work, PointKind.REGISTRATION)
    else:
        point = await queries.point(work, service_point_id)
    if point is None or not point["active"]:
        raise NoServicePoint
    if PointKind(point["kind"]) is PointKind.PRACTITIONER:
        raise ValidationFailed({"practitioner_id": "required"})
    return await _arrive(work, point, waiter)


async def _arrive(work: UnitOfWork, point: RowMapping, waiter: Waiter) -> IssuedTicket:
    ticket = await issue(work, point, waiter)
    work.publish("PatientArrived", ticket.id, told(ticket))
    return IssuedTicket(
        ticket_id=TicketId(ticket.id),
        label=ticket.label,
        service_point_id=ticket.point.id,
        patient_id=PatientId(waiter.patient_id),
        practitioner_id=PractitionerId(waiter.practitioner_id) if waiter.practitioner_id else None,
        appointment_id=AppointmentId(waiter.appointment_id) if waiter.appointment_id else None,
        encounter_id=waiter.encounter_id,
    )


@use_case(permission=Permission.QUEUE_CHECK_IN, audit=AuditAction.CANCEL)
async def cancel_ticket(request: CancelTicket, work: UnitOfWork) -> None:
    """Take somebody out of the queue before they were served; the number is not given again."""
    row = await queries.locked_ticket(work, request.ticket_id)
    if row is None:
        raise NotFound
    if row["status"] == TicketStatus.IN_SERVICE:
        raise StepRefused(status=row["status"])
    ensure_step(TicketStatus(row["status"]), TicketStatus.CANCELLED)
    booked_again = await _give_back(work, row)
    if row["encounter_id"] is not None:
        await move_encounter(work, row["encounter_id"], EncounterStatus.CANCELLED)
    event_id = await queries.set_step(
        work, row, TicketStep.CANCELLED, TicketStatus.CANCELLED, {"finished_at": work.now()}
    )
    if booked_again:
        await take_back_visit(work, row["visit_id"])
    else:
        await record(work, Task.ABSENT, Moment(row["visit_id"], row["id"], None, event_id))
    work.changed("queue_ticket", row["id"], patient_id=row["patient_id"], old={"status": row["status"]})
    work.publish("TicketCancelled", row["id"], {"encounter_id": row["encounter_id"]})


async def _give_back(work: UnitOfWork, row: RowMapping) -> bool:
    """Whether the ticket came with an appointment that is booked again by this."""
    if row["appointment_id"] is None:
        return False
    appointment = await scheduling.locked_appointment(work, row["appointment_id"])
    if appointment is None or appointment["status"] != AppointmentStatus.ARRIVED:
        return False
    await advance(work, appointment, AppointmentStatus.BOOKED)
    return True
