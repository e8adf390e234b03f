"""Look at the queue: who waits where, who is being served, what was done last."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.queries import queue as queries
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.errors import PermissionDenied
from tht_app.domain.identity import Permission
from tht_app.domain.queue import (
    UNDOABLE,
    Accuracy,
    Need,
    PriorityReason,
    ServicePointId,
    TicketId,
    TicketStatus,
    TicketStep,
    ensure_may_call,
)
from tht_app.use_cases.door import use_case
from tht_app.use_cases.queue.estimating import Turn, waits
from tht_app.use_cases.queue.points import Point, read_point

RECENT = 5


@dataclass(frozen=True, slots=True)
class QueueOf:
    """The queue of a service point, or of all that this person may look at; today's when no day is given."""

    service_point_id: ServicePointId | None = None
    day: date | None = None


@dataclass(frozen=True, slots=True)
class TicketEntry:
    """A ticket as a list shows it; `queued_at` is from when somebody waits, `booked_for` their appointment."""

    id: TicketId
    label: str
    status: TicketStatus
    patient_id: UUID
    patient_name: str
    record_number: int | None
    birth_date: date | None
    sex: str
    payer: str
    visit_type_names: dict[str, str]
    priority_reason: PriorityReason | None
    issued_at: datetime
    queued_at: datetime
    booked_for: datetime | None
    called_at: datetime | None
    calls: int
    started_at: datetime | None
    finished_at: datetime | None
    room_name: str
    appointment_id: UUID | None
    encounter_id: UUID | None
    practitioner_id: UUID | None
    first_visit: bool = False
    needs: tuple[Need, ...] = ()
    chained: bool = False
    """Whether the number came from another service point."""
    next_point_names: dict[str, str] | None = None
    """Where the number went from here."""
    turn: Turn | None = None
    seen: bool | None = None
    """Whether a call was acknowledged on the phone; None when nobody is called or has no page there."""


@dataclass(frozen=True, slots=True)
class RecentStep:
    """One of the last steps at a point; `undo_to` is where undoing it leads, None when it cannot be undone."""

    ticket_id: TicketId
    label: str
    step: TicketStep
    at: datetime
    undo_to: TicketStatus | None
    next_point_names: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class PointQueue:
    """One service point: its tickets of the day in the order of their turn, and what was done last."""

    point: Point
    may_call: bool
    tickets: tuple[TicketEntry, ...]
    recent: tuple[RecentStep, ...]
    everywhere: tuple[Point, ...] = ()
    """All points that are open: where somebody can be sent on to."""
    accuracy: Accuracy | None = None
    """How good estimates have been here in the last days; nothing before the first was measured."""


def _names_of_next(row: RowMapping) -> dict[str, str] | None:
    name = row["next_point_id_text"]
    return {"id": name, "en": row["next_point_en_text"]} if name else None


def _entry(row: RowMapping, turn: Turn | None) -> TicketEntry:
    names = {"id": row["visit_type_id_text"] or "", "en": row["visit_type_en_text"] or ""}
    return TicketEntry(
        id=row["id"],
        label=row["label"],
        status=TicketStatus(row["status"]),
        patient_id=row["patient_id"],
        patient_name=row["patient_name"] or "",
        record_number=row["record_number"],
        birth_date=row["birth_date"],
        sex=row["sex"] or "unknown",
        payer=row["payer"] or "self",
        visit_type_names=names,
        priority_reason=PriorityReason(row["priority_reason"]) if row["priority_reason"] else None,
        issued_at=row["issued_at"],
        queued_at=row["queued_at"],
        booked_for=row["booked_for"],
        called_at=row["called_at"],
        calls=row["calls"],
        started_at=row["started_at"],
        finished_at=row["finished_at"],
        room_name=row["room_name"] or "",
        appointment_id=row["appointment_id"],
        encounter_id=row["encounter_id"],
        practitioner_id=row["practitioner_id"],
        first_visit=row["first_visit"],
        needs=tuple(Need(need) for need in row["needs"]),
        chained=row["previous_id"] is not None,
        next_point_names=_names_of_next(row),
        turn=turn,
        seen=row["seen"],
    )


def _recent(row: RowMapping) -> RecentStep:
    step = TicketStep(row["step"])
    undoable = row["last"] and step in UNDOABLE and row["status_before"] is not None
    target = TicketStatus(row["status_before"]) if undoable else None
    return RecentStep(row["ticket_id"], row["label"], step, row["at"], target, _names_of_next(row))


def _may_call(work: UnitOfWork, row: RowMapping) -> bool:
    try:
        ensure_may_call(work.person.permissions, work.person.id, queries.point_of(row))
    except PermissionDenied:
        return False
    return True


def queue_audience(permissions: frozenset[Permission], person_id: UUID) -> tuple[frozenset[Permission], UUID | None]:
    """What of a person `QueueOf` depends on: which points may be seen and called, for a doctor the own room too."""
    relevant = permissions & {
        Permission.PATIENT_READ,
        Permission.QUEUE_CALL,
        Permission.QUEUE_CALL_OWN_ROOM,
        Permission.QUEUE_CALL_PHARMACY,
        Permission.QUEUE_CALL_CASHIER,
    }
    own_room = Permission.QUEUE_CALL_OWN_ROOM in relevant and Permission.QUEUE_CALL not in relevant
    return relevant, person_id if own_room else None


@use_case(permission=Permission.QUEUE_READ, audit=AuditAction.READ, reads=True)
async def queue_of(request: QueueOf, work: UnitOfWork) -> tuple[PointQueue, ...]:
    """Queues with names for those who may look patients up; the others see the points at which they call."""
    day = request.day or work.today()
    everywhere = Permission.PATIENT_READ in work.person.permissions
    points = await queries.points(work)
    rows = [
        (row, may_call)
        for row in points
        if request.service_point_id in {None, row["id"]}
        for may_call in [_may_call(work, row)]
        if everywhere or may_call
    ]
    ids = [row["id"] for row, _ in rows]
    tickets: dict[UUID, list[TicketEntry]] = defaultdict(list)
    waiting = await waits(work, [row for row, _ in rows], day)
    for ticket in await queries.tickets(work, ids, day):
        if ticket["patient_name"]:
            work.saw(ticket["patient_id"])
        turn = waiting[ticket["service_point_id"]].turns.get(ticket["id"])
        tickets[ticket["service_point_id"]].append(_entry(ticket, turn))
    recent: dict[UUID, list[RecentStep]] = defaultdict(list)
    for step in await queries.recent_steps(work, ids, day, RECENT):
        recent[step["service_point_id"]].append(_recent(step))
    open_points = tuple(read_point(row) for row in points)
    return tuple(
        PointQueue(
            point=read_point(row),
            may_call=may_call,
            tickets=tuple(tickets[row["id"]]),
            recent=tuple(recent[row["id"]]),
            everywhere=open_points,
            accuracy=waiting[row["id"]].accuracy,
        )
        for row, may_call in rows
    )
