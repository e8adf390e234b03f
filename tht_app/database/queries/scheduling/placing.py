"""SQL of appointments and of what they, holds and blocked rooms take for themselves."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.tables.scheduling import AppointmentRow, AppointmentSeriesRow
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.scheduling import AppointmentStatus, Period, ReservationState, ResourceKind, Taking

ACTIVE = "('hold', 'booked', 'in_service')"
IN_FORCE = f"state in {ACTIVE} and (state <> 'hold' or hold_until > :now)"
"""What still takes its resource: a hold that has run out does not, although its row still says so."""


class Owner(StrEnum):
    """What a reservation is for: the column that names it."""

    APPOINTMENT = "appointment_id"
    HOLD = "hold_id"
    BLOCK = "block_id"


@dataclass(frozen=True, slots=True)
class Claim:
    """A resource that an appointment, a hold or a block wants for itself, and for how long."""

    owner_id: UUID
    kind: ResourceKind
    resource_id: UUID
    period: Period
    cleaning: bool = False


@dataclass(frozen=True, slots=True)
class BookingPlan:
    """What has to be known of a visit type before a slot can be judged."""

    minutes: int
    visit_type: str
    device_kind: str | None
    cleaning_minutes: int
    patient_known: bool


async def booking_plan(
    work: UnitOfWork, *, practitioner_id: UUID, visit_type_id: UUID, patient_id: UUID | None
) -> BookingPlan | None:
    """The visit type; None when it or the doctor is unknown or no longer used. Without a patient all are known."""
    row = await work.fetch_one(
        "select v.minutes, v.code as visit_type, v.device_kind, v.cleaning_minutes, "
        "cast(:patient_id as uuid) is null or exists (select 1 from patient where id = :patient_id) as patient_known "
        "from practitioner p cross join visit_type v "
        "where p.person_id = :practitioner_id and p.active and v.id = :visit_type_id and v.active",
        practitioner_id=practitioner_id,
        visit_type_id=visit_type_id,
        patient_id=patient_id,
    )
    return BookingPlan(**row) if row else None


async def known_room(work: UnitOfWork, room_id: UUID) -> bool:
    """Whether there is such a room and it is used."""
    return await work.fetch_value("select exists (select 1 from room where id = :id and active)", id=room_id)


async def usable_devices(work: UnitOfWork, device_ids: Sequence[UUID], kind: str | None) -> Sequence[RowMapping]:
    """The devices in use with one of these ids or of this kind, in the clinic's order."""
    return await work.fetch(
        "select id, kind, cleaning_minutes from device "
        "where active and (id = any(cast(:device_ids as uuid[])) or kind = :kind) order by position, name",
        device_ids=list(device_ids),
        kind=kind,
    )


async def _lock(work: UnitOfWork, claims: Iterable[Claim], *, exclusive: bool) -> None:
    """One lock for each resource and day, all in one sorted statement, so that nobody waits for each other."""
    modes: dict[str, bool] = {}
    for claim in claims:
        for day in claim.period.days(work.zone):
            modes[f"{claim.resource_id}/{day}"] = exclusive or claim.kind is ResourceKind.DEVICE
    keys = sorted(
        (int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), signed=True), mode)
        for name, mode in modes.items()
    )
    await work.run(
        "select case when x then pg_advisory_xact_lock(k) else pg_advisory_xact_lock_shared(k) end "
        "from unnest(cast(:keys as bigint[]), cast(:modes as boolean[])) as t (k, x)",
        keys=[key for key, _ in keys],
        modes=[mode for _, mode in keys],
    )


async def share(work: UnitOfWork, claims: Iterable[Claim]) -> None:
    """Let others book the same people and rooms on these days, but nobody move there, until this transaction ends.

    A new booking only inserts, and sorted inserts cannot deadlock among each other. What also releases rows can: moves,
    holds that become bookings or have run out. Those exclude both. Devices are never shared: which of them is free is
    decided by reading, and a cleaning may be cut.
    """
    await _lock(work, claims, exclusive=False)


async def exclude(work: UnitOfWork, claims: Iterable[Claim]) -> None:
    """Keep everybody else from booking or moving these resources on these days until this transaction ends."""
    await _lock(work, claims, exclusive=True)


def _columns(claims: Sequence[Claim]) -> dict[str, Any]:
    return {
        "resources": [claim.resource_id for claim in claims],
        "starts": [claim.period.start for claim in claims],
        "ends": [claim.period.end for claim in claims],
    }


WANTED = (
    "unnest(cast(:resources as uuid[]), cast(:starts as timestamptz[]), cast(:ends as timestamptz[])) "
    "as c (resource_id, starts_at, ends_at)"
)


async def release_expired(work: UnitOfWork, claims: Sequence[Claim]) -> None:
    """Give back what holds that have run out still keep of these resources; only under `exclude` of the same claims.

    A constraint cannot read the clock, so whoever competes for the time does it.
    """
    await work.run(
        f"update reservation r set state = 'released' from {WANTED} where r.resource_id = c.resource_id "
        "and r.during && tstzrange(c.starts_at, c.ends_at, '[)') and r.state = 'hold' and r.hold_until <= :now",
        now=work.now(),
        **_columns(claims),
    )


async def release_cleanings(work: UnitOfWork, device_ids: Sequence[UUID], period: Period) -> None:
    """Cut the cleanings of others that an override gives up; only under `exclude` of these devices."""
    await work.run(
        f"update reservation set state = 'released' where resource_id = any(cast(:ids as uuid[])) and cleaning "
        f"and state in {ACTIVE} and during && tstzrange(:starts_at, :ends_at, '[)')",
        ids=list(device_ids),
        starts_at=period.start,
        ends_at=period.end,
    )


async def claim(
    work: UnitOfWork,
    owner: Owner,
    claims: Sequence[Claim],
    *,
    hold_until: datetime | None = None,
    overbooked: bool = False,
) -> list[Claim]:
    """Take resources and return the claims that could not be had, none if all is well.

    One sorted statement: two desks that want the same things meet in the same order, so one waits for the other
    instead of both for each other. Who gets something back rolls back by raising.
    """
    state = ReservationState.BOOKED if hold_until is None else ReservationState.HOLD
    rows = await work.fetch(
        f"insert into reservation (id, {owner.value}, kind, resource_id, during, cleaning, state, hold_until, "
        "overbooked, created_at) "
        "select c.id, c.owner_id, c.kind, c.resource_id, tstzrange(c.starts_at, c.ends_at, '[)'), c.cleaning, "
        "cast(:state as text), cast(:hold_until as timestamptz), :overbooked, :now "
        "from unnest(cast(:ids as uuid[]), cast(:owners as uuid[]), cast(:kinds as text[]), "
        "cast(:resources as uuid[]), cast(:starts as timestamptz[]), cast(:ends as timestamptz[]), "
        "cast(:cleanings as boolean[])) as c (id, owner_id, kind, resource_id, starts_at, ends_at, cleaning) "
        "order by c.resource_id, c.starts_at on conflict do nothing returning id",
        state=state.value,
        hold_until=hold_until,
        overbooked=overbooked,
        now=work.now(),
        ids=(ids := [work.new_id() for _ in claims]),
        owners=[claim.owner_id for claim in claims],
        kinds=[claim.kind.value for claim in claims],
        cleanings=[claim.cleaning for claim in claims],
        **_columns(claims),
    )
    had = {row["id"] for row in rows}
    return [claim for row_id, claim in zip(ids, claims, strict=True) if row_id not in had]


async def blocked_kinds(work: UnitOfWork, claims: Sequence[Claim]) -> set[ResourceKind]:
    """Which kinds of these claims meet something that is out of use: asked only to word a refusal."""
    rows = await work.fetch(
        f"select distinct r.kind from {WANTED} join reservation r on r.resource_id = c.resource_id "
        f"and r.during && tstzrange(c.starts_at, c.ends_at, '[)') and r.block_id is not null and r.state in {ACTIVE}",
        **_columns(claims),
    )
    return {ResourceKind(row["kind"]) for row in rows}


async def release(work: UnitOfWork, owner: Owner, *owner_ids: UUID) -> None:
    """Give back all that these appointments, holds or blocks have taken."""
    await work.run(
        f"update reservation set state = 'released' where {owner.value} = any(cast(:ids as uuid[])) "
        f"and state in {ACTIVE}",
        ids=list(owner_ids),
    )


async def takings(
    work: UnitOfWork, resource_ids: Sequence[UUID], within: Period, *, but_hold: UUID | None = None
) -> dict[UUID, list[Taking]]:
    """What each resource is taken for, as the constraint sees it, by time; one's own hold can be left out."""
    rows = await work.fetch(
        "select resource_id, lower(during) as starts_at, upper(during) as ends_at, cleaning, "
        "block_id is not null as blocked from reservation "
        f"where resource_id = any(cast(:ids as uuid[])) and {IN_FORCE} and not overbooked "
        "and during && tstzrange(:starts_at, :ends_at, '[)') "
        "and (cast(:but_hold as uuid) is null or hold_id is distinct from :but_hold) "
        "order by resource_id, during",
        ids=list(resource_ids),
        starts_at=within.start,
        ends_at=within.end,
        but_hold=but_hold,
        now=work.now(),
    )
    found: dict[UUID, list[Taking]] = {resource_id: [] for resource_id in resource_ids}
    for row in rows:
        taking = Taking(Period(row["starts_at"], row["ends_at"]), row["cleaning"], row["blocked"])
        found[row["resource_id"]].append(taking)
    return found


async def add_appointments(work: UnitOfWork, *rows: AppointmentRow) -> None:
    """Write new appointments; their reservations follow."""
    await work.add(list(rows))


async def add_series(work: UnitOfWork, series: AppointmentSeriesRow, rows: Sequence[AppointmentRow]) -> None:
    """Write a series and its appointments; their reservations follow."""
    await work.add(series)
    await work.add(rows)


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
    """Let the resources an appointment still has follow its status; a device is cleaned after the visit is done."""
    await work.run(
        "update reservation set state = :state "
        f"where appointment_id = :id and state in {ACTIVE} and not (cleaning and :done)",
        id=appointment_id,
        state=state.value,
        done=state is ReservationState.DONE,
    )


async def set_plan(work: UnitOfWork, appointment_id: UUID, values: Mapping[str, Any]) -> None:
    """Change where and when an appointment is; `values` names columns of ours."""
    changes = "".join(f"{name} = :set_{name}, " for name in values)
    await work.run(
        f"update appointment set {changes} changed_at = :now, version = version + 1 where id = :id",
        id=appointment_id,
        now=work.now(),
        **{f"set_{name}": value for name, value in values.items()},
    )


async def locked_rest_of_series(work: UnitOfWork, row: RowMapping) -> Sequence[RowMapping]:
    """An appointment and the later ones of its series that have not begun, held until this transaction ends."""
    return await work.fetch(
        "select a.*, v.code as visit_type from appointment a join visit_type v on v.id = a.visit_type_id "
        "where (a.id = :id or (a.series_id = :series_id and a.starts_at >= :starts_at)) "
        "and a.status in ('proposed', 'booked') order by a.id for update of a",
        id=row["id"],
        series_id=row["series_id"],
        starts_at=row["starts_at"],
    )


def appointment_period(row: RowMapping) -> Period:
    """When an appointment is."""
    start: datetime = row["starts_at"]
    end: datetime = row["ends_at"]
    return Period(start, end)
