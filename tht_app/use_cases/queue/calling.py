"""Call, call again, skip, finish, undo: two rooms that press "next" at one moment never get the same patient."""

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
    AlreadyQueued,
    NothingToUndo,
    PointKind,
    QueueEmpty,
    ServicePoint,
    ServicePointId,
    StepRefused,
    TicketId,
    TicketStatus,
    TicketStep,
    ensure_may_call,
    ensure_step,
    undo_target,
)
from tht_app.domain.registration import PatientId
from tht_app.domain.scheduling import AppointmentStatus, RoomId
from tht_app.use_cases.door import use_case
from tht_app.use_cases.encounter import move_encounter
from tht_app.use_cases.scheduling.booking import advance

CALL = (
    Permission.QUEUE_CALL,
    Permission.QUEUE_CALL_OWN_ROOM,
    Permission.QUEUE_CALL_PHARMACY,
    Permission.QUEUE_CALL_CASHIER,
)


@dataclass(frozen=True, slots=True)
class CallNext:
    """Call whose turn it is. `finish` is the ticket that the screen shows as being served, it is done with this.

    `room_id` is where to come; None is the usual room of the service point.
    """

    service_point_id: ServicePointId
    room_id: RoomId | None = None
    finish: TicketId | None = None


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
    """The patient did not come; they are called again after two others."""

    ticket_id: TicketId


@dataclass(frozen=True, slots=True)
class FinishTicket:
    """The patient is done here."""

    ticket_id: TicketId


@dataclass(frozen=True, slots=True)
class UndoTicket:
    """Take back the last call, skip or finish of a ticket."""

    ticket_id: TicketId


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


async def _locked(work: UnitOfWork, ticket_id: UUID) -> RowMapping:
    """A ticket of today that this person may call."""
    row = await queries.locked_ticket(work, ticket_id)
    if row is None:
        raise NotFound
    ensure_may_call(work.person.permissions, work.person.id, _point(row))
    if row["day"] != work.today():
        raise StepRefused(status=row["status"])
    return row


async def _step(work: UnitOfWork, row: RowMapping, step: TicketStep, status: TicketStatus, **changes: Any) -> None:
    ensure_step(TicketStatus(row["status"]), status)
    await queries.set_step(work, row, step, status, changes)
    work.changed(
        "queue_ticket",
        row["id"],
        patient_id=row["patient_id"],
        old={"status": row["status"]},
        new={"status": status.value},
    )


async def _move_visit(work: UnitOfWork, row: RowMapping, status: EncounterStatus) -> None:
    """The encounter follows the ticket at the doctor's point; pharmacy and cash counter do not touch it."""
    if row["encounter_id"] is not None and row["kind"] == PointKind.PRACTITIONER:
        await move_encounter(work, row["encounter_id"], status)


async def _finish(work: UnitOfWork, row: RowMapping) -> None:
    """The ticket is done, and so is the appointment it came with: its remaining time is free again."""
    await _step(work, row, TicketStep.DONE, TicketStatus.DONE, finished_at=work.now())
    await _move_visit(work, row, EncounterStatus.FINISHED)
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
        await _finish(work, await _locked(work, request.finish))
    ticket = await queries.take_next(work, request.service_point_id, work.today())
    if ticket is None:
        if request.finish is None:
            raise QueueEmpty
        return None
    await _call(work, ticket, TicketStep.CALLED, request.room_id or row["room_id"])
    return Called(TicketId(ticket["id"]), ticket["label"], PatientId(ticket["patient_id"]), ticket["encounter_id"])


async def _call(work: UnitOfWork, ticket: RowMapping, step: TicketStep, room_id: UUID | None) -> None:
    await _step(
        work,
        ticket,
        step,
        TicketStatus.CALLED,
        called_at=work.now(),
        calls=ticket["calls"] + 1,
        room_id=room_id,
    )
    work.publish("TicketCalled", ticket["id"], {"label": ticket["label"], "room_id": room_id})


@use_case(permission=CALL, audit=AuditAction.CALL)
async def call_again(request: CallAgain, work: UnitOfWork) -> None:
    """Call a called or skipped patient once more, out of turn."""
    row = await _locked(work, request.ticket_id)
    if row["status"] == TicketStatus.WAITING:
        raise StepRefused(status=row["status"])
    again = row["status"] == TicketStatus.CALLED
    step = TicketStep.CALLED_AGAIN if again else TicketStep.CALLED
    await _call(work, row, step, row["room_id"] or row["point_room_id"])


@use_case(permission=CALL, audit=AuditAction.UPDATE)
async def start_ticket(request: StartTicket, work: UnitOfWork) -> None:
    """The called patient is being served."""
    row = await _locked(work, request.ticket_id)
    await _step(work, row, TicketStep.STARTED, TicketStatus.IN_SERVICE, started_at=work.now())
    await _move_visit(work, row, EncounterStatus.IN_PROGRESS)


@use_case(permission=CALL, audit=AuditAction.UPDATE)
async def skip_ticket(request: SkipTicket, work: UnitOfWork) -> None:
    """Let others go first; the patient keeps their place and returns by themselves."""
    row = await _locked(work, request.ticket_id)
    await _step(work, row, TicketStep.SKIPPED, TicketStatus.SKIPPED, skipped_at=work.now())


@use_case(permission=CALL, audit=AuditAction.UPDATE)
async def finish_ticket(request: FinishTicket, work: UnitOfWork) -> None:
    """The patient is done at this service point."""
    await _finish(work, await _locked(work, request.ticket_id))


@use_case(permission=CALL, audit=AuditAction.UPDATE)
async def undo_ticket(request: UndoTicket, work: UnitOfWork) -> TicketStatus:
    """Go back to the status before the last step; an appointment that counted as kept stays so."""
    row = await _locked(work, request.ticket_id)
    last = await queries.last_step(work, row["id"])
    if last is None:
        raise NothingToUndo
    before = TicketStatus(last["status_before"]) if last["status_before"] else None
    target = undo_target(TicketStep(last["step"]), before)
    if row["status"] == TicketStatus.DONE:
        label = await queries.open_label(work, row["service_point_id"], row["day"], row["patient_id"])
        if label is not None:
            raise AlreadyQueued(label=label)
    await queries.set_step(work, row, TicketStep.UNDONE, target, _taken_back(TicketStep(last["step"]), row))
    if target is TicketStatus.IN_SERVICE:
        await _move_visit(work, row, EncounterStatus.IN_PROGRESS)
    work.changed(
        "queue_ticket",
        row["id"],
        patient_id=row["patient_id"],
        old={"status": row["status"]},
        new={"status": target.value},
    )
    return target


def _taken_back(step: TicketStep, row: RowMapping) -> dict[str, Any]:
    if step is TicketStep.CALLED:
        return {"calls": row["calls"] - 1, "called_at": None}
    return {"skipped_at": None} if step is TicketStep.SKIPPED else {"finished_at": None}


async def serve_visit(work: UnitOfWork, encounter_id: UUID) -> None:
    """Let the doctor's ticket of a visit follow when the encounter begins; nothing happens without one."""
    for row in await queries.open_tickets_of(work, encounter_id, PointKind.PRACTITIONER):
        if row["status"] == TicketStatus.CALLED:
            await _step(work, row, TicketStep.STARTED, TicketStatus.IN_SERVICE, started_at=work.now())


async def finish_visit(work: UnitOfWork, encounter_id: UUID) -> None:
    """Let the doctor's ticket of a visit follow when the encounter ends; nothing happens without one."""
    for row in await queries.open_tickets_of(work, encounter_id, PointKind.PRACTITIONER):
        if row["status"] in {TicketStatus.CALLED, TicketStatus.IN_SERVICE}:
            await _finish(work, row)
