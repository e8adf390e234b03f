"""BPJS task times, recorded inside the use cases of queue and calendar; they leave through the outbox, never from here.

What turns out not to have happened is taken back by a row of its own. Whoever sends them looks at what stands then.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.queries import task_times as queries
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.queue import PointKind, Task, TicketStep
from tht_app.domain.queue.task_times import may_record, moment_of, task_of

Ticket = Mapping[Any, Any]


@dataclass(frozen=True, slots=True)
class Moment:
    """When and with what something happened. `visit_id` is the first ticket, or the appointment nobody came to."""

    visit_id: UUID
    ticket_id: UUID | None
    appointment_id: UUID | None
    event_id: UUID | None = None
    at: datetime | None = None


async def record_step(
    work: UnitOfWork, ticket: Ticket, step: TicketStep, event_id: UUID, at: datetime | None = None
) -> None:
    """Record what a step of a ticket means to BPJS; nothing where it means nothing or does not follow.

    `ticket` has `id`, `visit_id`, `appointment_id` and the `kind` of its service point; `at` is now when not given.
    """
    task = task_of(PointKind(ticket["kind"]), step)
    if task is not None:
        moment = Moment(ticket["visit_id"], ticket["id"], ticket["appointment_id"], event_id, at)
        await record(work, task, moment)


async def record(work: UnitOfWork, task: Task, moment: Moment) -> None:
    """Record a task if it can follow what stands; nobody is reported absent of whom BPJS has heard nothing."""
    before = await queries.standing(work, moment.visit_id)
    unheard = not before and task is Task.ABSENT and moment.appointment_id is None
    if unheard or not may_record(task, (row["task"] for row in before)):
        return
    at = moment_of(moment.at or work.now(), before[-1]["at"] if before else None)
    await queries.add(
        work,
        visit_id=moment.visit_id,
        task=task,
        at=at,
        ticket_id=moment.ticket_id,
        appointment_id=moment.appointment_id,
        event_id=moment.event_id,
    )
    work.publish("BpjsTaskRecorded", moment.visit_id, {"task": int(task), "at": at.isoformat()})


async def take_back_step(work: UnitOfWork, event_id: UUID) -> None:
    """One step of a ticket did not happen after all."""
    await _take_back(work, await queries.standing_of_event(work, event_id))


async def take_back_ticket(work: UnitOfWork, ticket: Ticket, *, only: TicketStep | None = None) -> None:
    """What a ticket left behind did not happen after all; with `only`, what that kind of step left."""
    rows = await queries.standing_of_ticket(work, ticket["id"])
    task = task_of(PointKind(ticket["kind"]), only) if only else None
    await _take_back(work, [row for row in rows if only is None or row["task"] == task])


async def take_back_visit(work: UnitOfWork, visit_id: UUID) -> None:
    """Nothing of a visit happened after all."""
    await _take_back(work, reversed(await queries.standing(work, visit_id)))


async def _take_back(work: UnitOfWork, rows: Iterable[RowMapping]) -> None:
    for row in rows:
        await queries.add(
            work,
            visit_id=row["visit_id"],
            task=row["task"],
            at=work.now(),
            ticket_id=row["ticket_id"],
            appointment_id=row["appointment_id"],
            event_id=row["event_id"],
            takes_back=row["id"],
        )
        work.publish("BpjsTaskTakenBack", row["visit_id"], {"task": row["task"]})
