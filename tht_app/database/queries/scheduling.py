"""SQL of appointments, their reservations, and the rooms, doctors and hours they stand on."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.tables.scheduling import AppointmentRow
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.scheduling import AppointmentStatus, Period, ReservationState, ResourceKind, WeeklyHours

ACTIVE = "('hold', 'booked', 'in_service')"

Claim = tuple[ResourceKind, UUID]
"""A resource that an appointment wants for itself."""


@dataclass(frozen=True, slots=True)
class BookingPlan:
    """What has to be known before a slot can be judged."""

    hours: list[WeeklyHours]
    minutes: int
    visit_type: str
    patient_known: bool


def _hours(row: RowMapping) -> WeeklyHours:
    return WeeklyHours(row["weekday"], row["starts"], row["ends"], row["valid_from"], row["valid_to"], row["room_id"])


async def booking_plan(
    work: UnitOfWork, *, practitioner_id: UUID, visit_type_id: UUID, patient_id: UUID, weekday: int
) -> BookingPlan | None:
    """The doctor's hours on that weekday and the visit type; None when either is unknown or no longer used."""
    rows = await work.fetch(
        "select h.weekday, h.starts, h.ends, h.valid_from, h.valid_to, h.room_id, v.minutes, v.code, "
        "exists (select 1 from patient where id = :patient_id) as patient_known "
        "from practitioner p cross join visit_type v "
        "left join working_hours h on h.practitioner_id = p.person_id and h.weekday = :weekday "
        "where p.person_id = :practitioner_id and p.active and v.id = :visit_type_id and v.active",
        practitioner_id=practitioner_id,
        visit_type_id=visit_type_id,
        patient_id=patient_id,
        weekday=weekday,
    )
    if not rows:
        return None
    hours = [_hours(row) for row in rows if row["weekday"] is not None]
    return BookingPlan(hours, rows[0]["minutes"], rows[0]["code"], rows[0]["patient_known"])


async def hours_of(work: UnitOfWork, practitioner_id: UUID | None = None) -> list[tuple[UUID, WeeklyHours]]:
    """Working hours with the doctor they belong to: of one doctor or of all."""
    rows = await work.fetch(
        "select practitioner_id, weekday, starts, ends, valid_from, valid_to, room_id from working_hours "
        "where cast(:practitioner_id as uuid) is null or practitioner_id = :practitioner_id "
        "order by practitioner_id, weekday, starts, valid_from",
        practitioner_id=practitioner_id,
    )
    return [(row["practitioner_id"], _hours(row)) for row in rows]


async def unknown_resources(work: UnitOfWork, room_id: UUID, device_ids: Sequence[UUID]) -> set[UUID]:
    """Which of these rooms and devices do not exist or are no longer used."""
    rows = await work.fetch(
        "select id from room where id = :room_id and active "
        "union all select id from device where id = any(cast(:device_ids as uuid[])) and active",
        room_id=room_id,
        device_ids=list(device_ids),
    )
    return {room_id, *device_ids} - {row["id"] for row in rows}


def _lock_keys(claims: Iterable[Claim], periods: Iterable[Period], zone: tzinfo) -> list[int]:
    days = {period.day(zone) for period in periods}
    names = {f"{resource}/{day}" for _, resource in claims for day in days}
    return sorted(int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), signed=True) for name in names)


async def share(work: UnitOfWork, claims: Iterable[Claim], *periods: Period) -> None:
    """Let others book the same resources on these days, but nobody move there, until this transaction ends.

    A new booking only inserts, and sorted inserts cannot deadlock among each other. A move also releases rows, which
    can: it therefore excludes both.
    """
    await work.run(
        "select pg_advisory_xact_lock_shared(k) from unnest(cast(:keys as bigint[])) as k",
        keys=_lock_keys(claims, periods, work.zone),
    )


async def exclude(work: UnitOfWork, claims: Iterable[Claim], *periods: Period) -> None:
    """Keep everybody else from booking or moving these resources on these days until this transaction ends."""
    await work.run(
        "select pg_advisory_xact_lock(k) from unnest(cast(:keys as bigint[])) as k",
        keys=_lock_keys(claims, periods, work.zone),
    )


async def claim(
    work: UnitOfWork,
    appointment_id: UUID,
    claims: Sequence[Claim],
    slot: Period,
    *,
    state: ReservationState = ReservationState.BOOKED,
    overbooked: bool = False,
) -> set[ResourceKind]:
    """Take resources for a slot and return the kinds that could not be had, none if all is well.

    One sorted statement: two desks that want the same things meet in the same order, so one waits for the other
    instead of both for each other. Who gets something back rolls back by raising.
    """
    rows = await work.fetch(
        "insert into reservation (id, appointment_id, kind, resource_id, during, state, overbooked, created_at) "
        "select c.id, :appointment_id, c.kind, c.resource_id, tstzrange(:starts_at, :ends_at, '[)'), "
        "cast(:state as text), :overbooked, :now "
        "from unnest(cast(:ids as uuid[]), cast(:kinds as text[]), cast(:resources as uuid[])) "
        "as c (id, kind, resource_id) order by c.resource_id "
        "on conflict do nothing returning kind, resource_id",
        appointment_id=appointment_id,
        starts_at=slot.start,
        ends_at=slot.end,
        state=state.value,
        overbooked=overbooked,
        now=work.now(),
        ids=[work.new_id() for _ in claims],
        kinds=[kind.value for kind, _ in claims],
        resources=[resource for _, resource in claims],
    )
    had = {row["resource_id"] for row in rows}
    return {kind for kind, resource in claims if resource not in had}


async def release(work: UnitOfWork, appointment_id: UUID) -> None:
    """Give back all that an appointment has taken."""
    await work.run(
        f"update reservation set state = 'released' where appointment_id = :id and state in {ACTIVE}",
        id=appointment_id,
    )


async def device_ids(work: UnitOfWork, appointment_id: UUID) -> list[UUID]:
    """The devices that an appointment needs, whether it has them at the moment or not."""
    rows = await work.fetch(
        "select distinct resource_id from reservation where appointment_id = :id and kind = 'device'",
        id=appointment_id,
    )
    return [row["resource_id"] for row in rows]


async def taken(work: UnitOfWork, resource_ids: Sequence[UUID], within: Period) -> list[Period]:
    """When any of these resources is taken, as the constraint sees it."""
    rows = await work.fetch(
        "select lower(during) as starts_at, upper(during) as ends_at from reservation "
        f"where resource_id = any(cast(:ids as uuid[])) and state in {ACTIVE} and not overbooked "
        "and during && tstzrange(:starts_at, :ends_at, '[)')",
        ids=list(resource_ids),
        starts_at=within.start,
        ends_at=within.end,
    )
    return [Period(row["starts_at"], row["ends_at"]) for row in rows]


async def add_appointment(work: UnitOfWork, row: AppointmentRow) -> None:
    """Write a new appointment; its reservations follow."""
    await work.add(row)


async def locked_appointment(work: UnitOfWork, appointment_id: UUID) -> RowMapping | None:
    """The appointment, held until this transaction ends: every change begins here, so changes come one by one."""
    return await work.fetch_one(
        "select a.*, v.code as visit_type from appointment a join visit_type v on v.id = a.visit_type_id "
        "where a.id = :id for update of a",
        id=appointment_id,
    )


async def set_status(
    work: UnitOfWork,
    appointment_id: UUID,
    status: AppointmentStatus,
    *,
    cancel_reason: str | None = None,
    cancel_note_sealed: bytes | None = None,
) -> None:
    """Change the status alone; what becomes of the reservations is `set_reservations` or `release`."""
    await work.run(
        "update appointment set status = :status, cancel_reason = :cancel_reason, "
        "cancel_note_sealed = :cancel_note, changed_at = :now, version = version + 1 where id = :id",
        id=appointment_id,
        status=status.value,
        cancel_reason=cancel_reason,
        cancel_note=cancel_note_sealed,
        now=work.now(),
    )


async def set_reservations(work: UnitOfWork, appointment_id: UUID, state: ReservationState) -> None:
    """Let the resources an appointment still has follow its status."""
    await work.run(
        f"update reservation set state = :state where appointment_id = :id and state in {ACTIVE}",
        id=appointment_id,
        state=state.value,
    )


async def set_plan(work: UnitOfWork, appointment_id: UUID, values: dict[str, Any]) -> None:
    """Change time, doctor, room or override of an appointment; `values` has the columns of a move."""
    await work.run(
        "update appointment set practitioner_id = :practitioner_id, room_id = :room_id, starts_at = :starts_at, "
        "ends_at = :ends_at, overbooked = :overbooked, outside_hours = :outside_hours, "
        "override_reason_sealed = :override_reason, changed_at = :now, version = version + 1 where id = :id",
        id=appointment_id,
        now=work.now(),
        **values,
    )


async def day_entries(work: UnitOfWork, within: Period, practitioner_id: UUID | None) -> Sequence[RowMapping]:
    """The appointments that start within a period, with patient, visit type, room and ticket; by doctor and time."""
    return await work.fetch(
        "select a.*, p.name as patient_name, p.record_number, p.birth_date, p.sex, p.payer, "
        "v.code as visit_type, v.name_id as visit_type_id_text, v.name_en as visit_type_en_text, v.tint, "
        "r.name as room_name, t.label as ticket_label, t.status as ticket_status, t.id as ticket_id, "
        "not exists (select 1 from appointment e where e.patient_id = a.patient_id and e.status = 'fulfilled' "
        "and e.starts_at < a.starts_at) as first_visit "
        "from appointment a join patient p on p.id = a.patient_id join visit_type v on v.id = a.visit_type_id "
        "join room r on r.id = a.room_id join practitioner d on d.person_id = a.practitioner_id "
        "left join lateral (select q.id, q.label, q.status from queue_ticket q where q.appointment_id = a.id "
        "and q.status <> 'cancelled' order by q.issued_at desc limit 1) t on true "
        "where a.starts_at >= :starts_at and a.starts_at < :ends_at and a.status <> 'entered-in-error' "
        "and (cast(:practitioner_id as uuid) is null or a.practitioner_id = :practitioner_id) "
        "order by d.position, d.display_name, a.starts_at, a.created_at",
        starts_at=within.start,
        ends_at=within.end,
        practitioner_id=practitioner_id,
    )


async def practitioners(work: UnitOfWork, *, inactive: bool = False) -> Sequence[RowMapping]:
    """The doctors in the order that the clinic sets."""
    return await work.fetch(
        "select person_id as id, display_name, sip_number, sip_valid_to, tint, position, active from practitioner "
        "where active or :inactive order by position, display_name",
        inactive=inactive,
    )


async def rooms(work: UnitOfWork, *, inactive: bool = False) -> Sequence[RowMapping]:
    """The rooms in the order that the clinic sets."""
    return await work.fetch(
        "select id, name, position, active from room where active or :inactive order by position, name",
        inactive=inactive,
    )


async def devices(work: UnitOfWork, *, inactive: bool = False) -> Sequence[RowMapping]:
    """The devices in the order that the clinic sets."""
    return await work.fetch(
        "select id, name, kind, position, active from device where active or :inactive order by position, name",
        inactive=inactive,
    )


async def visit_types(work: UnitOfWork, *, inactive: bool = False) -> Sequence[RowMapping]:
    """The visit types in the order that the clinic sets."""
    return await work.fetch(
        "select id, code, name_id, name_en, minutes, device_kind, tint, position, active from visit_type "
        "where active or :inactive order by position, code",
        inactive=inactive,
    )


async def is_doctor(work: UnitOfWork, person_id: UUID) -> bool:
    """Whether the person holds the role of a doctor."""
    return await work.fetch_value(
        "select exists (select 1 from sec.person_role where person_id = :person_id and role = 'doctor')",
        person_id=person_id,
    )


async def end_hours(work: UnitOfWork, practitioner_id: UUID, on: date) -> None:
    """Let every block of a doctor's week end before `on`; a block that would only begin later never begins."""
    await work.run(
        "update working_hours set valid_to = greatest(valid_from, cast(:on as date)) "
        "where practitioner_id = :practitioner_id and (valid_to is null or valid_to > :on)",
        practitioner_id=practitioner_id,
        on=on,
    )


async def upsert(work: UnitOfWork, table: str, key: str, values: dict[str, Any]) -> None:
    """Write one row of master data: insert it, or change the one with the same key. Names come from this package."""
    columns = ", ".join(values)
    binds = ", ".join(f":{name}" for name in values)
    changes = ", ".join(f"{name} = excluded.{name}" for name in values if name != key)
    await work.run(
        f"insert into {table} ({columns}) values ({binds}) on conflict ({key}) do update set {changes}",
        **values,
    )


async def name_taken(work: UnitOfWork, table: str, column: str, name: str, own: UUID | None) -> bool:
    """Whether another row of a master data table has this name. Table and column come from this package."""
    return await work.fetch_value(
        f"select exists (select 1 from {table} where {column} = :name and id is distinct from cast(:own as uuid))",
        name=name,
        own=own,
    )


def appointment_period(row: RowMapping) -> Period:
    """When an appointment is."""
    start: datetime = row["starts_at"]
    end: datetime = row["ends_at"]
    return Period(start, end)
