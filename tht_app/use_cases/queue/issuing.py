"""A ticket comes into being: a new number at the desk, or the same number at the next service point."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.queries import queue as queries
from tht_app.database.queries import scheduling
from tht_app.database.queries.encounter import visits
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.encounter.visit import EncounterStatus
from tht_app.domain.errors import ValidationFailed
from tht_app.domain.queue import AlreadyQueued, PointKind, PriorityReason, TicketStep, priority_of, ticket_label
from tht_app.use_cases.encounter import move_encounter, open_encounter
from tht_app.use_cases.queue.estimating import wait_of_newcomer
from tht_app.use_cases.task_times import record_step


@dataclass(frozen=True, slots=True)
class Waiter:
    """Who gets a ticket, and with what."""

    patient_id: UUID
    practitioner_id: UUID | None
    visit_type_id: UUID | None
    appointment_id: UUID | None
    encounter_id: UUID | None
    reason: PriorityReason | None
    needs: tuple[str, ...]
    queued_at: datetime


async def issue(
    work: UnitOfWork, point: RowMapping, waiter: Waiter, previous: RowMapping | None = None
) -> queries.NewTicket:
    """Write the ticket, late in the transaction, because the next desk waits for the number.

    With `previous` the patient keeps the number that they heard first; what is drawn here only orders. What they are
    told about the wait is kept with the ticket, so that it can be measured later.
    """
    day, priority = work.today(), priority_of(waiter.reason)
    estimate = await wait_of_newcomer(
        work, point, visit_type_id=waiter.visit_type_id, priority=priority, queued_at=waiter.queued_at
    )
    number, new_id = await queries.next_number(work, point["id"], day), work.new_id()
    ticket = queries.NewTicket(
        id=new_id,
        point=queries.point_of(point),
        day=day,
        number=number,
        label=previous["label"] if previous else ticket_label(point["letter"], number),
        patient_id=waiter.patient_id,
        practitioner_id=waiter.practitioner_id,
        visit_type_id=waiter.visit_type_id,
        appointment_id=waiter.appointment_id,
        encounter_id=waiter.encounter_id,
        priority=priority,
        priority_reason=waiter.reason.value if waiter.reason else None,
        queued_at=waiter.queued_at,
        visit_id=previous["visit_id"] if previous else new_id,
        previous_id=previous["id"] if previous else None,
        needs=waiter.needs,
        estimate=estimate,
    )
    event_id = await queries.add_ticket(work, ticket)
    if event_id is None:
        label = await queries.open_label(work, point["id"], day, waiter.patient_id)
        raise AlreadyQueued(label=label or ticket.label)
    place = {"id": ticket.id, "visit_id": ticket.visit_id, "appointment_id": ticket.appointment_id}
    await record_step(work, {**place, "kind": point["kind"]}, TicketStep.ISSUED, event_id)
    work.changed("queue_ticket", ticket.id, patient_id=ticket.patient_id, new={"label": ticket.label})
    return ticket


async def send_on(work: UnitOfWork, ticket: RowMapping, point: RowMapping, *, queued_at: datetime) -> queries.NewTicket:
    """Let the same number wait at another service point; at a doctor's the encounter is opened if there is none."""
    visit_type_id, encounter_id = ticket["visit_type_id"], ticket["encounter_id"]
    practitioner_id = point["practitioner_id"] or ticket["practitioner_id"]
    if PointKind(point["kind"]) is PointKind.PRACTITIONER:
        visit_type_id, encounter_id = await _encounter_at(work, ticket, practitioner_id)
    reason = ticket["priority_reason"]
    waiter = Waiter(
        patient_id=ticket["patient_id"],
        practitioner_id=practitioner_id,
        visit_type_id=visit_type_id,
        appointment_id=ticket["appointment_id"],
        encounter_id=encounter_id,
        reason=PriorityReason(reason) if reason else None,
        needs=tuple(ticket["needs"]),
        queued_at=queued_at,
    )
    return await issue(work, point, waiter, previous=ticket)


async def _encounter_at(work: UnitOfWork, ticket: RowMapping, practitioner_id: UUID) -> tuple[UUID, UUID]:
    """Visit type and encounter of a patient who comes to this doctor: the same, or one of the doctor's own."""
    types = {row["id"]: row["code"] for row in await scheduling.visit_types(work)}
    visit_type_id = ticket["visit_type_id"] or next(iter(types), None)
    if visit_type_id is None:
        raise ValidationFailed({"visit_type_id": "required"})
    appointment_id: UUID | None = None
    if ticket["encounter_id"] is not None:
        visit = await visits.find(work, ticket["encounter_id"])
        if visit.practitioner_id == practitioner_id and visit.status is not EncounterStatus.CANCELLED:
            return visit_type_id, visit.id
        appointment_id = await _leave(work, ticket, visit.status)
    encounter_id = work.new_id()
    await open_encounter(
        work,
        encounter_id=encounter_id,
        patient_id=ticket["patient_id"],
        practitioner_id=practitioner_id,
        appointment_id=appointment_id,
        visit_type=types.get(visit_type_id, "consultation"),
    )
    return visit_type_id, encounter_id


async def _leave(work: UnitOfWork, ticket: RowMapping, status: EncounterStatus) -> UUID | None:
    """End the encounter with the doctor before; the appointment follows the patient where nothing was begun."""
    if status is EncounterStatus.IN_PROGRESS:
        await move_encounter(work, ticket["encounter_id"], EncounterStatus.FINISHED)
        return None
    if status is EncounterStatus.ARRIVED:
        await move_encounter(work, ticket["encounter_id"], EncounterStatus.CANCELLED)
    return ticket["appointment_id"] if status is not EncounterStatus.FINISHED else None


def told(ticket: queries.NewTicket) -> dict[str, Any]:
    """What the event of an arrival says."""
    return {name: getattr(ticket, name) for name in ("patient_id", "encounter_id", "appointment_id")}
