"""Call, call again, skip, finish and send on: two rooms that press "next" at one moment never get the same patient."""

from dataclasses import dataclass
from typing import Any
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
    PointKind,
    QueueEmpty,
    SamePoint,
    ServicePoint,
    ServicePointId,
    StepRefused,
    TicketId,
    TicketStatus,
    TicketStep,
    ensure_may_call,
    ensure_step,
    goes_on,
)
from tht_app.domain.registration import PatientId
from tht_app.domain.scheduling import AppointmentStatus, RoomId
from tht_app.use_cases.door import use_case
from tht_app.use_cases.encounter import move_encounter
from tht_app.use_cases.queue.issuing import send_on
from tht_app.use_cases.scheduling.booking import advance
from tht_app.use_cases.task_times import record_step, take_back_ticket

CALL = (
    Permission.QUEUE_CALL,
    Permission.QUEUE_CALL_OWN_ROOM,
    Permission.QUEUE_CALL_PHARMACY,
    Permission.QUEUE_CALL_CASHIER,
)


@dataclass(frozen=True, slots=True)
class CallNext:
    """Call whose turn it is. `finish` is the ticket that the screen shows as being served, it is done with this.

    `send_to` is where the finished patient waits next, None sends them home. `room_id` is where to come; None is the
    usual room of the service point.
    """

    service_point_id: ServicePointId
    room_id: RoomId | None = None
    finish: TicketId | None = None
    send_to: ServicePointId | None = None


@dataclass(frozen=True, slots=True)
class CallAgain:
    """The patient did not hear it."""

    ticket_id: TicketId


@dataclass(frozen=True, slots=True)
class StartTicket:
    """The patient has come in."""

    ticket_id: TicketId


@dataclass(frozen=True, slots=True)
class SkipTicket:
    """The patient did not come; they are called again after a few others."""

    ticket_id: TicketId


@dataclass(frozen=True, slots=True)
class FinishTicket:
    """The patient is done here, and waits next at `send_to`; None sends them home."""

    ticket_id: TicketId
    send_to: ServicePointId | None = None


@dataclass(frozen=True, slots=True)
class Called:
    """Who was called."""

    ticket_id: TicketId
    label: str
    patient_id: PatientId
    encounter_id: UUID | None


def _point(row: RowMapping) -> ServicePoint:
    kind = PointKind(row["kind"])
    return ServicePoint(ServicePointId(row["service_point_id"]), row["letter"], kind, row["point_practitioner_id"])


async def locked(work: UnitOfWork, ticket_id: UUID) -> RowMapping:
    """A ticket of today that this person may call, held until this transaction ends."""
    row = await queries.locked_ticket(work, ticket_id)
    if row is None:
        raise NotFound
    ensure_may_call(work.person.permissions, work.person.id, _point(row))
    if row["day"] != work.today():
        raise StepRefused(status=row["status"])
    return row


async def take_step(work: UnitOfWork, row: RowMapping, step: TicketStep, status: TicketStatus, **changes: Any) -> UUID:
    """Let a locked ticket take a step that the rules allow; returns the id of that step."""
    ensure_step(TicketStatus(row["status"]), status)
    event_id = await queries.set_step(work, row, step, status, changes)
    work.changed(
        "queue_ticket",
        row["id"],
        patient_id=row["patient_id"],
        old={"status": row["status"]},
        new={"status": status.value},
    )
    return event_id


async def move_visit(work: UnitOfWork, row: RowMapping, status: EncounterStatus) -> None:
    """The encounter follows the ticket at the doctor's point; pharmacy and cash counter do not touch it."""
    if row["encounter_id"] is not None and row["kind"] == PointKind.PRACTITIONER:
        await move_encounter(work, row["encounter_id"], status)


async def finish(work: UnitOfWork, row: RowMapping, send_to: ServicePointId | None) -> TicketId | None:
    """The ticket is done, the number goes on to `send_to`; where the visit ends, so does the appointment.

    Returns the ticket there.
    """
    target = None if send_to is None else await target_point(work, row, send_to)
    step = TicketStep.DONE if target is None else TicketStep.FORWARDED
    event_id = await take_step(work, row, step, TicketStatus.DONE, finished_at=work.now())
    if not goes_on(PointKind(row["kind"]), PointKind(target["kind"]) if target else None):
        await record_step(work, row, step, event_id)
        if row["status"] == TicketStatus.CALLED:  # nobody pressed that the patient came in, but they are done
            await move_visit(work, row, EncounterStatus.IN_PROGRESS)
        await move_visit(work, row, EncounterStatus.FINISHED)
        await _keep_appointment(work, row)
    if target is None:
        return None
    return TicketId((await send_on(work, row, target, queued_at=work.now())).id)


async def target_point(work: UnitOfWork, row: RowMapping, point_id: ServicePointId) -> RowMapping:
    """Another service point that is open."""
    point = await queries.point(work, point_id)
    if point is None or not point["active"]:
        raise ValidationFailed({"send_to": "choice"})
    if point["id"] == row["service_point_id"]:
        raise SamePoint
    return point


async def _keep_appointment(work: UnitOfWork, row: RowMapping) -> None:
    """The appointment of a finished visit is fulfilled: its remaining time is free again."""
    if row["appointment_id"] is None or row["kind"] != PointKind.PRACTITIONER:
        return
    appointment = await scheduling.locked_appointment(work, row["appointment_id"])
    if appointment is not None and appointment["status"] == AppointmentStatus.ARRIVED:
        await advance(work, appointment, AppointmentStatus.FULFILLED)


@use_case(permission=CALL, audit=AuditAction.CALL)
async def call_next(request: CallNext, work: UnitOfWork) -> Called | None:
    """Call the next patient; None when one was finished and nobody waits, `QueueEmpty` when there was nothing to do."""
    row = await queries.point(work, request.service_point_id)
    if row is None:
        raise NotFound
    ensure_may_call(work.person.permissions, work.person.id, queries.point_of(row))
    if request.room_id is not None and not await queries.known_room(work, request.room_id):
        raise ValidationFailed({"room_id": "choice"})
    if request.finish is not None:
        await finish(work, await locked(work, request.finish), request.send_to)
    ticket = await queries.take_next(work, request.service_point_id, work.today())
    if ticket is None:
        if request.finish is None:
            raise QueueEmpty
        return None
    await _call(work, {**ticket, "kind": row["kind"]}, TicketStep.CALLED, request.room_id or row["room_id"])
    return Called(TicketId(ticket["id"]), ticket["label"], PatientId(ticket["patient_id"]), ticket["encounter_id"])


async def _call(work: UnitOfWork, ticket: Any, step: TicketStep, room_id: UUID | None) -> None:
    event_id = await take_step(
        work,
        ticket,
        step,
        TicketStatus.CALLED,
        called_at=work.now(),
        first_called_at=ticket["first_called_at"] or work.now(),
        calls=ticket["calls"] + 1,
        room_id=room_id,
    )
    await record_step(work, ticket, step, event_id)
    work.publish("TicketCalled", ticket["id"], {"label": ticket["label"], "room_id": room_id})


@use_case(permission=CALL, audit=AuditAction.CALL)
async def call_again(request: CallAgain, work: UnitOfWork) -> None:
    """Call a called patient once more, or somebody who waits or was skipped out of turn."""
    row = await locked(work, request.ticket_id)
    again = row["status"] == TicketStatus.CALLED
    step = TicketStep.CALLED_AGAIN if again else TicketStep.CALLED
    await _call(work, row, step, row["room_id"] or row["point_room_id"])


@use_case(permission=CALL, audit=AuditAction.UPDATE)
async def start_ticket(request: StartTicket, work: UnitOfWork) -> None:
    """The called patient is being served."""
    row = await locked(work, request.ticket_id)
    await take_step(work, row, TicketStep.STARTED, TicketStatus.IN_SERVICE, started_at=work.now())
    await move_visit(work, row, EncounterStatus.IN_PROGRESS)


@use_case(permission=CALL, audit=AuditAction.UPDATE)
async def skip_ticket(request: SkipTicket, work: UnitOfWork) -> None:
    """Let others go first; the patient keeps their place and returns by themselves. The call was for nobody."""
    row = await locked(work, request.ticket_id)
    await take_step(work, row, TicketStep.SKIPPED, TicketStatus.SKIPPED, skipped_at=work.now())
    await take_back_ticket(work, row, only=TicketStep.CALLED)


@use_case(permission=CALL, audit=AuditAction.UPDATE)
async def finish_ticket(request: FinishTicket, work: UnitOfWork) -> TicketId | None:
    """The patient is done at this service point; returns the ticket with which they wait at the next."""
    return await finish(work, await locked(work, request.ticket_id), request.send_to)


async def follow_visit(work: UnitOfWork, encounter_id: UUID, status: EncounterStatus) -> None:
    """Let the doctor's ticket of a visit follow when the encounter begins or ends; nothing happens without one."""
    for row in await queries.open_tickets_of(work, encounter_id, PointKind.PRACTITIONER):
        called, inside = row["status"] == TicketStatus.CALLED, row["status"] == TicketStatus.IN_SERVICE
        if status is EncounterStatus.IN_PROGRESS and called:
            await take_step(work, row, TicketStep.STARTED, TicketStatus.IN_SERVICE, started_at=work.now())
        if status is EncounterStatus.FINISHED and (called or inside):
            await finish(work, row, row["next_point_id"])
