"""What desk and nurse put right: somewhere else, sooner, differently called, and the last step taken back."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping

from tht_app.database.queries import queue as queries
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.encounter.visit import EncounterStatus
from tht_app.domain.errors import NotFound
from tht_app.domain.identity import Permission
from tht_app.domain.queue import (
    AlreadyQueued,
    MovedOn,
    Need,
    NothingToUndo,
    PriorityReason,
    ServicePointId,
    StepRefused,
    TicketId,
    TicketStatus,
    TicketStep,
    priority_of,
    undo_target,
)
from tht_app.use_cases.door import use_case
from tht_app.use_cases.queue.calling import CALL, locked, move_visit, take_step, target_point
from tht_app.use_cases.queue.issuing import send_on
from tht_app.use_cases.task_times import record_step, take_back_step, take_back_ticket

CAN_MOVE = frozenset({TicketStatus.WAITING, TicketStatus.CALLED, TicketStatus.SKIPPED})
CAN_WAIT_DIFFERENTLY = frozenset({TicketStatus.WAITING, TicketStatus.SKIPPED})


@dataclass(frozen=True, slots=True)
class MoveTicket:
    """The patient was not served here and waits somewhere else, from the same time on and with the same number."""

    ticket_id: TicketId
    send_to: ServicePointId


@dataclass(frozen=True, slots=True)
class SetPriority:
    """Let somebody who waits go first for a reason; None puts them back into the order of arrival."""

    ticket_id: TicketId
    reason: PriorityReason | None


@dataclass(frozen=True, slots=True)
class SetNeeds:
    """How a patient has to be reached; it holds at the next visit too."""

    ticket_id: TicketId
    needs: tuple[Need, ...]


@dataclass(frozen=True, slots=True)
class UndoTicket:
    """Take back the last call, skip, finish, sending on or move of a ticket."""

    ticket_id: TicketId


@use_case(permission=CALL, audit=AuditAction.UPDATE)
async def move_ticket(request: MoveTicket, work: UnitOfWork) -> TicketId:
    """Move a patient to another service point; returns the ticket there."""
    row = await locked(work, request.ticket_id)
    return await _move(work, row, await target_point(work, row, request.send_to))


async def _move(work: UnitOfWork, row: RowMapping, point: RowMapping) -> TicketId:
    if TicketStatus(row["status"]) not in CAN_MOVE:
        raise StepRefused(status=row["status"])
    await take_step(work, row, TicketStep.MOVED, TicketStatus.CANCELLED, finished_at=work.now())
    await take_back_ticket(work, row, only=TicketStep.CALLED)
    ticket = await send_on(work, row, point, queued_at=row["queued_at"])
    return TicketId(ticket.id)


@use_case(permission=Permission.QUEUE_CHECK_IN, audit=AuditAction.UPDATE)
async def set_priority(request: SetPriority, work: UnitOfWork) -> None:
    """Change whose turn comes first; only while somebody waits."""
    row = await _ticket(work, request.ticket_id)
    if TicketStatus(row["status"]) not in CAN_WAIT_DIFFERENTLY:
        raise StepRefused(status=row["status"])
    reason = request.reason.value if request.reason else None
    changes: dict[str, Any] = {"priority": priority_of(request.reason), "priority_reason": reason}
    await queries.set_step(work, row, TicketStep.PRIORITISED, TicketStatus(row["status"]), changes)
    work.changed(
        "queue_ticket",
        row["id"],
        patient_id=row["patient_id"],
        old={"priority_reason": row["priority_reason"]},
        new={"priority_reason": reason},
    )


@use_case(permission=Permission.QUEUE_CHECK_IN, audit=AuditAction.UPDATE)
async def set_needs(request: SetNeeds, work: UnitOfWork) -> None:
    """Keep how a patient has to be reached."""
    row = await _ticket(work, request.ticket_id)
    needs = [need.value for need in dict.fromkeys(request.needs)]
    await queries.set_needs(work, row["id"], needs)
    work.changed(
        "queue_ticket", row["id"], patient_id=row["patient_id"], old={"needs": row["needs"]}, new={"needs": needs}
    )


async def _ticket(work: UnitOfWork, ticket_id: TicketId) -> RowMapping:
    row = await queries.locked_ticket(work, ticket_id)
    if row is None:
        raise NotFound
    if row["day"] != work.today():
        raise StepRefused(status=row["status"])
    return row


@use_case(permission=CALL, audit=AuditAction.UPDATE)
async def undo_ticket(request: UndoTicket, work: UnitOfWork) -> TicketStatus:
    """Go back to the status before the last step; an appointment that counted as kept stays so.

    Who was sent on comes back as long as nobody there has called them; a move is undone by moving back. Task times of
    what did not happen are taken back with it.
    """
    row = await locked(work, request.ticket_id)
    last = await queries.last_step(work, row["id"])
    if last is None:
        raise NothingToUndo
    step = TicketStep(last["step"])
    target = undo_target(step, TicketStatus(last["status_before"]) if last["status_before"] else None)
    if step is TicketStep.MOVED:
        await _move_back(work, row)
        return TicketStatus.WAITING
    if step is TicketStep.FORWARDED:
        await _call_back(work, row)
    elif row["status"] == TicketStatus.DONE:
        await _ensure_nowhere_else(work, row)
    await queries.set_step(work, row, TicketStep.UNDONE, target, _taken_back(step, row))
    await take_back_step(work, last["id"])
    if step is TicketStep.SKIPPED:
        await record_step(work, row, TicketStep.CALLED, last["id"], row["called_at"])
    if row["status"] == TicketStatus.DONE:
        await _reopen_visit(work, row, target)
    work.changed(
        "queue_ticket",
        row["id"],
        patient_id=row["patient_id"],
        old={"status": row["status"]},
        new={"status": target.value},
    )
    return target


async def _reopen_visit(work: UnitOfWork, row: RowMapping, target: TicketStatus) -> None:
    """The visit is again what it was when the ticket was that far."""
    await move_visit(work, row, EncounterStatus.IN_PROGRESS)
    if target is TicketStatus.CALLED:
        await move_visit(work, row, EncounterStatus.ARRIVED)


async def _untouched(work: UnitOfWork, row: RowMapping) -> RowMapping:
    """The ticket with which the number went on, if nobody has called it yet."""
    following = await queries.next_ticket(work, row["id"])
    if following is None or following["status"] != TicketStatus.WAITING:
        raise MovedOn(label=row["label"])
    return following


async def _call_back(work: UnitOfWork, row: RowMapping) -> None:
    following = await _untouched(work, row)
    await take_step(work, following, TicketStep.CANCELLED, TicketStatus.CANCELLED, finished_at=work.now())
    await take_back_ticket(work, following)


async def _move_back(work: UnitOfWork, row: RowMapping) -> None:
    following = await _untouched(work, row)
    point = await queries.point(work, row["service_point_id"])
    if point is None:
        raise NotFound
    await take_back_ticket(work, following)
    await _move(work, following, point)


async def _ensure_nowhere_else(work: UnitOfWork, row: RowMapping) -> None:
    """Somebody who came again today has another number, and cannot be in two places."""
    label = await queries.open_label(work, row["service_point_id"], row["day"], row["patient_id"])
    if label is not None:
        raise AlreadyQueued(label=label)


def _taken_back(step: TicketStep, row: RowMapping) -> dict[str, Any]:
    if step is TicketStep.CALLED:
        first = None if row["calls"] <= 1 else row["first_called_at"]
        return {"calls": row["calls"] - 1, "called_at": None, "first_called_at": first}
    return {"skipped_at": None} if step is TicketStep.SKIPPED else {"finished_at": None}
