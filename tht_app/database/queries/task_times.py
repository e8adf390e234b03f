"""The task times of BPJS: written once, taken back by a row that says so, never changed."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.tables.queue import BpjsTaskTimeRow
from tht_app.database.unit_of_work import UnitOfWork


async def standing(work: UnitOfWork, visit_id: UUID) -> Sequence[RowMapping]:
    """What holds of a visit, in order."""
    return await work.fetch(
        "select id, visit_id, task, at, ticket_id, appointment_id, event_id from bpjs_task_standing "
        "where visit_id = :visit_id order by at",
        visit_id=visit_id,
    )


async def standing_of_event(work: UnitOfWork, event_id: UUID) -> Sequence[RowMapping]:
    """What one step of a ticket left behind."""
    return await work.fetch(
        "select id, visit_id, task, at, ticket_id, appointment_id, event_id from bpjs_task_standing "
        "where event_id = :event_id order by at desc",
        event_id=event_id,
    )


async def standing_of_ticket(work: UnitOfWork, ticket_id: UUID) -> Sequence[RowMapping]:
    """What one ticket left behind, the last first."""
    return await work.fetch(
        "select id, visit_id, task, at, ticket_id, appointment_id, event_id from bpjs_task_standing "
        "where ticket_id = :ticket_id order by at desc",
        ticket_id=ticket_id,
    )


async def add(
    work: UnitOfWork,
    *,
    visit_id: UUID,
    task: int,
    at: datetime,
    ticket_id: UUID | None,
    appointment_id: UUID | None,
    event_id: UUID | None,
    takes_back: UUID | None = None,
) -> UUID:
    """Write one row and return its id."""
    row = BpjsTaskTimeRow(
        id=work.new_id(),
        visit_id=visit_id,
        ticket_id=ticket_id,
        appointment_id=appointment_id,
        event_id=event_id,
        task=task,
        at=at,
        recorded_at=work.now(),
        takes_back=takes_back,
    )
    await work.add(row)
    return row.id
