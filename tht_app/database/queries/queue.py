"""SQL of service points, tickets and what happened to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.queue import (
    RETURNS_AFTER,
    Certainty,
    Estimate,
    PointKind,
    ServicePoint,
    ServicePointId,
    TicketStatus,
    TicketStep,
)

OPEN = "('waiting', 'called', 'in-service', 'skipped')"
POINT = (
    "select s.id, s.letter, s.name_id, s.name_en, s.kind, s.practitioner_id, s.room_id, s.next_point_id, "
    "s.position, s.active, r.name as room_name, d.display_name as doctor_name from service_point s "
    "left join room r on r.id = s.room_id left join practitioner d on d.person_id = s.practitioner_id "
)


@dataclass(frozen=True, slots=True)
class NewTicket:
    """A ticket about to be written; `queued_at` is from when somebody waits."""

    id: UUID
    point: ServicePoint
    day: date
    number: int
    label: str
    patient_id: UUID
    practitioner_id: UUID | None
    visit_type_id: UUID | None
    appointment_id: UUID | None
    encounter_id: UUID | None
    priority: int
    priority_reason: str | None
    queued_at: datetime
    visit_id: UUID
    previous_id: UUID | None = None
    needs: Sequence[str] = ()
    estimate: Estimate | None = None


def point_of(row: RowMapping) -> ServicePoint:
    """The service point as the rules know it."""
    return ServicePoint(ServicePointId(row["id"]), row["letter"], PointKind(row["kind"]), row["practitioner_id"])


async def points(work: UnitOfWork, *, inactive: bool = False) -> Sequence[RowMapping]:
    """All service points in the clinic's order."""
    return await work.fetch(POINT + "where s.active or :inactive order by s.position, s.letter", inactive=inactive)


async def point(work: UnitOfWork, point_id: UUID) -> RowMapping | None:
    """One service point."""
    return await work.fetch_one(POINT + "where s.id = :id", id=point_id)


async def point_of_practitioner(work: UnitOfWork, practitioner_id: UUID) -> RowMapping | None:
    """Where the patients of a doctor wait."""
    return await work.fetch_one(POINT + "where s.practitioner_id = :id and s.active", id=practitioner_id)


async def point_of_kind(work: UnitOfWork, kind: PointKind) -> RowMapping | None:
    """The first point of a kind in the clinic's order."""
    return await work.fetch_one(
        POINT + "where s.kind = :kind and s.active order by s.position, s.letter limit 1", kind=kind.value
    )


async def next_number(work: UnitOfWork, point_id: UUID, day: date) -> int:
    """The next number of a service point on a day; others wait until this transaction ends, so call it late."""
    return await work.fetch_value(
        "insert into queue_counter as c (service_point_id, day, value) values (:point_id, :day, 1) "
        "on conflict (service_point_id, day) do update set value = c.value + 1 returning value",
        point_id=point_id,
        day=day,
    )


async def add_ticket(work: UnitOfWork, ticket: NewTicket) -> UUID | None:
    """Write a ticket and its first step, and return the id of that step.

    Nothing when the patient already has an open ticket there, or the number is open somewhere else.
    """
    estimate = ticket.estimate
    told = estimate if estimate and estimate.certainty is Certainty.RANGE else None
    return await work.fetch_value(
        "with t as (insert into queue_ticket (id, service_point_id, day, number, label, patient_id, practitioner_id, "
        "visit_type_id, appointment_id, encounter_id, visit_id, previous_id, needs, priority, priority_reason, "
        "issued_at, queued_at, expected_minutes, estimate_low, estimate_high, changed_at) "
        "values (:id, :point_id, :day, :number, :label, :patient_id, :practitioner_id, :visit_type_id, "
        ":appointment_id, :encounter_id, :visit_id, :previous_id, cast(:needs as text[]), :priority, "
        ":priority_reason, :now, :queued_at, :expected, :low, :high, :now) on conflict do nothing returning id) "
        "insert into queue_event (id, ticket_id, service_point_id, day, at, step, status_after, person_id) "
        "select :event_id, t.id, :point_id, :day, :now, 'issued', 'waiting', :person_id from t returning id",
        id=ticket.id,
        point_id=ticket.point.id,
        day=ticket.day,
        number=ticket.number,
        label=ticket.label,
        patient_id=ticket.patient_id,
        practitioner_id=ticket.practitioner_id,
        visit_type_id=ticket.visit_type_id,
        appointment_id=ticket.appointment_id,
        encounter_id=ticket.encounter_id,
        visit_id=ticket.visit_id,
        previous_id=ticket.previous_id,
        needs=list(ticket.needs),
        priority=ticket.priority,
        priority_reason=ticket.priority_reason,
        queued_at=ticket.queued_at,
        expected=estimate.expected if estimate else None,
        low=told.low if told else None,
        high=told.high if told else None,
        now=work.now(),
        event_id=work.new_id(),
        person_id=work.person.id,
    )


async def open_label(work: UnitOfWork, point_id: UUID, day: date, patient_id: UUID) -> str | None:
    """The number of the open ticket that a patient already has there."""
    return await work.fetch_value(
        f"select label from queue_ticket where service_point_id = :point_id and day = :day "
        f"and patient_id = :patient_id and status in {OPEN}",
        point_id=point_id,
        day=day,
        patient_id=patient_id,
    )


# Whether it can be somebody's turn: a skipped patient's only after enough others were called.
DUE = (
    "t.status = 'waiting' or (t.status = 'skipped' and (select count(distinct e.ticket_id) from queue_event e "
    "where e.service_point_id = t.service_point_id and e.day = t.day and e.step = 'called' "
    "and e.at >= t.skipped_at and e.ticket_id <> t.id) >= "
    "coalesce((select cast(value ->> 'returns_after' as integer) from setting where key = 'queue'), :returns_after))"
)


async def take_next(work: UnitOfWork, point_id: UUID, day: date) -> RowMapping | None:
    """The ticket whose turn it is, locked; tickets that another room is just calling are passed over.

    A skipped patient takes their old place again after so many others were called as the clinic sets, or at once when
    nobody else waits.
    """
    return await work.fetch_one(
        "select t.*, coalesce(p.display_name, '') as practitioner_name from queue_ticket t "
        "left join practitioner p on p.person_id = t.practitioner_id "
        f"cross join lateral (select {DUE} as due) d "
        "where t.service_point_id = :point_id and t.day = :day and t.status in ('waiting', 'skipped') "
        "order by d.due desc, t.priority desc, t.queued_at, t.number limit 1 for update of t skip locked",
        point_id=point_id,
        day=day,
        returns_after=RETURNS_AFTER,
    )


async def locked_ticket(work: UnitOfWork, ticket_id: UUID) -> RowMapping | None:
    """A ticket with its service point, held until this transaction ends."""
    return await work.fetch_one(
        "select t.*, s.letter, s.kind, s.practitioner_id as point_practitioner_id, s.room_id as point_room_id "
        "from queue_ticket t join service_point s on s.id = t.service_point_id where t.id = :id for update of t",
        id=ticket_id,
    )


async def open_tickets_of(work: UnitOfWork, encounter_id: UUID, kind: PointKind) -> Sequence[RowMapping]:
    """The open tickets of a visit at points of one kind, held until this transaction ends."""
    return await work.fetch(
        "select t.*, s.kind, n.id as next_point_id from queue_ticket t "
        "join service_point s on s.id = t.service_point_id "
        "left join service_point n on n.id = s.next_point_id and n.active "
        f"where t.encounter_id = :id and s.kind = :kind and t.status in {OPEN} order by t.id for update of t",
        id=encounter_id,
        kind=kind.value,
    )


async def last_step(work: UnitOfWork, ticket_id: UUID) -> RowMapping | None:
    """What last happened to a ticket."""
    return await work.fetch_one(
        "select id, step, status_before from queue_event where ticket_id = :id order by at desc, id desc limit 1",
        id=ticket_id,
    )


async def set_step(
    work: UnitOfWork, ticket: RowMapping, step: TicketStep, status: TicketStatus, changes: dict[str, Any]
) -> UUID:
    """Let a locked ticket take a step: its columns and one row of its history, whose id is returned.

    `changes` names columns of ours.
    """
    assignments = "".join(f"{name} = :set_{name}, " for name in changes)
    return await work.fetch_value(
        f"with t as (update queue_ticket set {assignments} status = :status, changed_at = :now, "
        "version = version + 1 where id = :id returning id, service_point_id, day, room_id) "
        "insert into queue_event (id, ticket_id, service_point_id, day, at, step, status_before, status_after, "
        "room_id, person_id) select :event_id, t.id, t.service_point_id, t.day, :now, :step, :before, :status, "
        "t.room_id, :person_id from t returning id",
        id=ticket["id"],
        status=status.value,
        step=step.value,
        before=ticket["status"],
        now=work.now(),
        event_id=work.new_id(),
        person_id=work.person.id,
        **{f"set_{name}": value for name, value in changes.items()},
    )


async def next_ticket(work: UnitOfWork, ticket_id: UUID) -> RowMapping | None:
    """The open ticket with which the same number went on from here, held until this transaction ends."""
    return await work.fetch_one(
        "select t.*, s.letter, s.kind, s.practitioner_id as point_practitioner_id from queue_ticket t "
        f"join service_point s on s.id = t.service_point_id where t.previous_id = :id and t.status in {OPEN} "
        "for update of t",
        id=ticket_id,
    )


async def latest_needs(work: UnitOfWork, patient_id: UUID) -> list[str]:
    """How the patient had to be reached the last time."""
    found = await work.fetch_value(
        "select needs from queue_ticket where patient_id = :id order by issued_at desc, id desc limit 1", id=patient_id
    )
    return found or []


async def set_needs(work: UnitOfWork, ticket_id: UUID, needs: Sequence[str]) -> None:
    """Keep how a patient has to be reached."""
    await work.run(
        "update queue_ticket set needs = cast(:needs as text[]), changed_at = :now, version = version + 1 "
        "where id = :id",
        id=ticket_id,
        needs=list(needs),
        now=work.now(),
    )


async def known_patient(work: UnitOfWork, patient_id: UUID) -> bool:
    """Whether there is such a patient for this person."""
    return await work.fetch_value("select exists (select 1 from patient where id = :id)", id=patient_id)


async def known_room(work: UnitOfWork, room_id: UUID) -> bool:
    """Whether there is such a room."""
    return await work.fetch_value("select exists (select 1 from room where id = :id and active)", id=room_id)


async def tickets(work: UnitOfWork, point_ids: Sequence[UUID], day: date) -> Sequence[RowMapping]:
    """All tickets of these points on a day, in the order in which they would be called."""
    return await work.fetch(
        "select t.*, p.name as patient_name, p.record_number, p.birth_date, p.sex, p.payer, "
        "v.name_id as visit_type_id_text, v.name_en as visit_type_en_text, r.name as room_name, "
        "a.starts_at as booked_for, n.name_id as next_point_id_text, n.name_en as next_point_en_text, "
        "not exists (select 1 from queue_ticket e where e.patient_id = t.patient_id and e.day < t.day "
        "and e.status = 'done') as first_visit, l.seen, d.due "
        "from queue_ticket t left join patient p on p.id = t.patient_id "
        "left join visit_type v on v.id = t.visit_type_id left join room r on r.id = t.room_id "
        "left join appointment a on a.id = t.appointment_id "
        "left join lateral (select bool_or(k.seen_ticket_id is not distinct from t.id and k.seen_calls >= t.calls) "
        "as seen from ticket_link k join queue_ticket f on f.id = k.ticket_id where f.visit_id = t.visit_id) l "
        "on t.status = 'called' "
        "left join lateral (select s.name_id, s.name_en from queue_ticket q join service_point s "
        "on s.id = q.service_point_id where q.previous_id = t.id and q.status <> 'cancelled' limit 1) n on true "
        f"cross join lateral (select {DUE} as due) d "
        "where t.day = :day and t.service_point_id = any(cast(:point_ids as uuid[])) "
        "order by d.due desc, t.priority desc, t.queued_at, t.number",
        day=day,
        point_ids=list(point_ids),
        returns_after=RETURNS_AFTER,
    )


async def recent_steps(work: UnitOfWork, point_ids: Sequence[UUID], day: date, count: int) -> Sequence[RowMapping]:
    """The last steps at each of these points, newest first; `last` says that nothing happened to the ticket since."""
    return await work.fetch(
        "select * from (select e.service_point_id, e.ticket_id, e.at, e.step, e.status_before, t.label, "
        "n.name_id as next_point_id_text, n.name_en as next_point_en_text, "
        "row_number() over (partition by e.ticket_id order by e.at desc, e.id desc) = 1 as last, "
        "row_number() over (partition by e.service_point_id order by e.at desc, e.id desc) as place "
        "from queue_event e join queue_ticket t on t.id = e.ticket_id "
        "left join lateral (select s.name_id, s.name_en from queue_ticket q join service_point s "
        "on s.id = q.service_point_id where q.previous_id = t.id order by q.issued_at desc limit 1) n on true "
        "where e.day = :day and e.service_point_id = any(cast(:point_ids as uuid[])) and e.step <> 'issued') s "
        "where place <= :count order by service_point_id, place",
        day=day,
        point_ids=list(point_ids),
        count=count,
    )
