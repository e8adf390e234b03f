"""What booking, moving, holding and series have in common: judge a time, choose devices, take everything at once.

The order of things keeps sixty desks out of each other's way: first the row that is changed, then the locks of all
resources and days in one sorted statement, then what is released, then one sorted insert.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.crypto import Purpose
from tht_app.database.queries import scheduling as queries
from tht_app.database.queries.scheduling import BookingPlan, Claim, Owner
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.errors import NotFound, PermissionDenied, Problem, ValidationFailed
from tht_app.domain.identity import Permission
from tht_app.domain.scheduling import (
    ClosedReason,
    DeviceChoice,
    DeviceState,
    DoctorTimes,
    Period,
    ResourceKind,
    choose_device,
    ensure_bookable,
    refusal,
    usual_room,
)

BOOK = (Permission.APPOINTMENT_WRITE, Permission.APPOINTMENT_WRITE_OWN)
LONGEST_TEXT = 1000

DeviceGroup = tuple[DeviceState, ...]
"""Devices of which a visit needs one, the preferred first."""


@dataclass(frozen=True, slots=True)
class Wish:
    """All that a visit takes; `owner_id` is the appointment or hold that it will belong to."""

    owner_id: UUID
    practitioner_id: UUID
    room_id: UUID
    patient_id: UUID | None
    slot: Period
    groups: tuple[DeviceGroup, ...] = ()


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is about to be taken: the claims, the chosen devices, and whether a cleaning had to be cut."""

    claims: tuple[Claim, ...]
    device_ids: list[UUID]
    cut: bool


@dataclass(frozen=True, slots=True)
class Judged:
    """A slot that may be booked, in which room, and what had to be overridden for it."""

    slot: Period
    room_id: UUID
    overridden: tuple[ClosedReason, ...]
    expired: frozenset[UUID]
    """What holds that have run out still keep at that time."""


def ensure_texts(**texts: str) -> None:
    """Refuse what is longer than a note may be."""
    problems = {
        name: Problem("too_long", {"max": LONGEST_TEXT, "count": len(text)})
        for name, text in texts.items()
        if len(text) > LONGEST_TEXT
    }
    if problems:
        raise ValidationFailed(problems)


def may_override(work: UnitOfWork, reason: str) -> bool:
    """Whether a reason was given; `PermissionDenied` when it was and the person may not override."""
    if not reason.strip():
        return False
    if Permission.APPOINTMENT_OVERRIDE not in work.person.permissions:
        raise PermissionDenied(permission=Permission.APPOINTMENT_OVERRIDE.value)
    return True


def seal(work: UnitOfWork, column: str, row_id: UUID, text: str, table: str = "appointment") -> bytes | None:
    """Encrypt a note of a row; None for an empty one."""
    return work.vault.seal(Purpose.CLINICAL, f"{table}.{column}", row_id, text.strip() or None)


def opened(work: UnitOfWork, column: str, row: RowMapping, table: str = "appointment") -> str:
    """Decrypt a note of a row; empty for none."""
    sealed: bytes | None = row[f"{column}_sealed"]
    return work.vault.open(Purpose.CLINICAL, f"{table}.{column}", row["id"], sealed) or ""


def slot_of(start: datetime, minutes: int) -> Period:
    """The slot that begins then; a time without a zone is a mistake of the caller's."""
    if start.tzinfo is None:
        raise ValidationFailed({"start": "date_shape"})
    return Period.lasting(start, minutes)


async def plan_of(
    work: UnitOfWork, *, practitioner_id: UUID, visit_type_id: UUID, patient_id: UUID | None
) -> BookingPlan:
    """The visit type; `NotFound` for an unknown patient, doctor or type."""
    plan = await queries.booking_plan(
        work, practitioner_id=practitioner_id, visit_type_id=visit_type_id, patient_id=patient_id
    )
    if plan is None or not plan.patient_known:
        raise NotFound
    return plan


async def times_at(work: UnitOfWork, practitioner_id: UUID, slot: Period) -> DoctorTimes:
    """The doctor's week and what is closed at a slot."""
    return (await queries.doctor_times(work, slot, practitioner_id))[practitioner_id]


async def judge(
    work: UnitOfWork, practitioner_id: UUID, slot: Period, room_id: UUID | None, *, overridden: bool
) -> Judged:
    """Whether the doctor can be booked then, and the room: the named one or where the doctor usually sits."""
    around = await queries.surroundings(work, slot, practitioner_id)
    reasons = ensure_bookable(slot, now=work.now(), zone=work.zone, times=around.times, overridden=overridden)
    room = room_id or usual_room(around.times.hours, slot, work.zone)
    if room is None:
        raise ValidationFailed({"room_id": "required"})
    if room not in around.rooms:
        raise ValidationFailed({"room_id": "choice"})
    return Judged(slot, room, reasons, around.expired)


async def device_groups(
    work: UnitOfWork, plan: BookingPlan, named: Sequence[UUID], kept: Sequence[UUID] = ()
) -> tuple[DeviceGroup, ...]:
    """The devices that a visit needs: the named ones, or those that it has (another of the kind will do as well).

    Whatever is named, a visit type that needs a kind of device gets one; a clinic that keeps no list of that kind of
    device books without.
    """
    if not named and not kept and plan.device_kind is None:
        return ()
    rows = await queries.usable_devices(work, [*named, *kept], plan.device_kind)
    states = {row["id"]: DeviceState(row["id"], max(row["cleaning_minutes"], plan.cleaning_minutes)) for row in rows}
    if not states.keys() >= set(named):
        raise ValidationFailed({"device_ids": "choice"})
    of_kind = [row["id"] for row in rows if row["kind"] == plan.device_kind]
    groups: list[DeviceGroup] = [(states[device],) for device in dict.fromkeys(named)]
    for device in kept if not named else ():
        if device in of_kind:
            of_kind.remove(device)
            of_kind.insert(0, device)
        elif device in states:
            groups.append((states[device],))
    if of_kind and not set(named) & set(of_kind):
        groups.append(tuple(states[device] for device in of_kind))
    return tuple(groups)


def _reach(slot: Period, state: DeviceState) -> Period:
    return Period(slot.start, slot.end + timedelta(minutes=state.cleaning_minutes))


def people_and_room(wish: Wish) -> list[Claim]:
    """The claims of a visit without its devices."""
    found = [
        Claim(wish.owner_id, ResourceKind.PRACTITIONER, wish.practitioner_id, wish.slot),
        Claim(wish.owner_id, ResourceKind.ROOM, wish.room_id, wish.slot),
    ]
    if wish.patient_id is not None:
        found.append(Claim(wish.owner_id, ResourceKind.PATIENT, wish.patient_id, wish.slot))
    return found


def device_claims(owner_id: UUID, slot: Period, choices: Iterable[DeviceChoice]) -> list[Claim]:
    """The claims of chosen devices: for the visit, and for the cleaning after it."""
    claims: list[Claim] = []
    for choice in choices:
        claims.append(Claim(owner_id, ResourceKind.DEVICE, choice.id, slot))
        if choice.cleaning is not None:
            claims.append(Claim(owner_id, ResourceKind.DEVICE, choice.id, choice.cleaning, cleaning=True))
    return claims


def claims_of(row: RowMapping) -> list[Claim]:
    """What an appointment or a hold takes now, as far as locks need to know it."""
    slot = queries.appointment_period(row)
    wish = Wish(row["id"], row["practitioner_id"], row["room_id"], row["patient_id"], slot)
    # A device is cleaned for four hours at most.
    reach = Period(slot.start, slot.end + timedelta(hours=4)) if row["device_ids"] else slot
    devices = [Claim(row["id"], ResourceKind.DEVICE, device, reach) for device in row["device_ids"]]
    return [*people_and_room(wish), *devices]


async def prepare(
    work: UnitOfWork,
    wish: Wish,
    *,
    former: tuple[Owner, RowMapping] | None = None,
    expired: frozenset[UUID] = frozenset(),
    overridden: bool = False,
) -> Prepared:
    """Lock, give back what `former` has and what holds left behind, and choose the devices; nothing is taken yet."""
    wanted = people_and_room(wish)
    lockable = [
        *wanted,
        *(
            Claim(wish.owner_id, ResourceKind.DEVICE, state.id, _reach(wish.slot, state))
            for group in wish.groups
            for state in group
        ),
    ]
    if former is not None:
        owner, row = former
        await queries.exclude(work, [*lockable, *claims_of(row)])
        await queries.release(work, owner, row["id"])
        await queries.release_expired(work, lockable)
    elif expired & {claim.resource_id for claim in wanted}:
        await queries.exclude(work, lockable)
        await queries.release_expired(work, lockable)
    else:
        await queries.share(work, lockable)
        await _release_expired_devices(work, lockable)
    choices = await _choose(work, wish, overridden=overridden)
    cut = [choice.id for choice in choices if choice.cut]
    if cut:
        await queries.release_cleanings(work, cut, _cleaned(wish, choices))
    claims = (*wanted, *device_claims(wish.owner_id, wish.slot, choices))
    return Prepared(claims, [choice.id for choice in choices], bool(cut))


async def _release_expired_devices(work: UnitOfWork, claims: Iterable[Claim]) -> None:
    """Devices are never shared, so what holds left behind on them can be given back under any lock."""
    devices = [claim for claim in claims if claim.kind is ResourceKind.DEVICE]
    if devices:
        await queries.release_expired(work, devices)


def _cleaned(wish: Wish, choices: Iterable[DeviceChoice]) -> Period:
    return Period(wish.slot.start, max(c.cleaning.end if c.cleaning else wish.slot.end for c in choices))


async def _choose(work: UnitOfWork, wish: Wish, *, overridden: bool) -> list[DeviceChoice]:
    """One device of each group; under the locks of all of them, so that what is read here stays true."""
    states = [state for group in wish.groups for state in group]
    if not states:
        return []
    within = Period(wish.slot.start, max(_reach(wish.slot, state).end for state in states))
    taken = await queries.takings(work, list({state.id for state in states}), within)
    choices: list[DeviceChoice] = []
    for group in wish.groups:
        left = [
            DeviceState(state.id, state.cleaning_minutes, tuple(taken[state.id]))
            for state in group
            if all(state.id != choice.id for choice in choices)
        ]
        choices.append(choose_device(left, wish.slot, overridden=overridden))
    return choices


async def take(
    work: UnitOfWork,
    owner: Owner,
    claims: Sequence[Claim],
    *,
    overridden: bool = False,
    hold_until: datetime | None = None,
) -> bool:
    """Take everything; True when the doctor could only be had by overbooking, which an override allows."""
    missing = await queries.claim(work, owner, claims, hold_until=hold_until)
    if not missing:
        return False
    kinds = {claim.kind for claim in missing}
    if not overridden or kinds != {ResourceKind.PRACTITIONER}:
        people = kinds & {ResourceKind.PATIENT, ResourceKind.PRACTITIONER}
        # Whether a room is out of use is asked only where the refusal will speak of the room.
        blocked = set[ResourceKind]() if people and not overridden else await queries.blocked_kinds(work, missing)
        raise refusal(kinds, overridden=overridden, blocked=blocked)
    if await queries.claim(work, owner, missing, overbooked=True):
        raise refusal(kinds)
    return True
