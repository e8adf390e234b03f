"""The nearest free times for what a visit needs."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from tht_app.database.queries import scheduling as queries
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.errors import NotFound
from tht_app.domain.identity import Permission
from tht_app.domain.registration import PatientId
from tht_app.domain.scheduling import (
    LONGEST_CLEANING,
    SHORTEST,
    DeviceId,
    DeviceState,
    FreeSlot,
    HoldId,
    Period,
    PractitionerId,
    RoomId,
    Search,
    VisitTypeId,
    nearest_slots,
)
from tht_app.use_cases.door import use_case
from tht_app.use_cases.scheduling.placing import DeviceGroup

REACHES = (timedelta(days=1), timedelta(days=7), timedelta(days=28))
"""How far from the wanted time is looked, near days first: most often the answer is there."""
MOST = 12
AFTER = timedelta(minutes=LONGEST_CLEANING)


@dataclass(frozen=True, slots=True)
class FreeSlots:
    """The nearest free times for the same needs, from `near` on both sides.

    No doctor means any. No room means where the doctor usually sits; `any_room` any room in use. The visit type says
    which kind of device is needed and how long that is cleaned; `device_ids` names devices. `hold_id` is the form's own
    hold, which stands in nobody's way.
    """

    practitioner_id: PractitionerId | None
    minutes: int
    near: datetime
    room_id: RoomId | None = None
    patient_id: PatientId | None = None
    device_ids: tuple[DeviceId, ...] = ()
    count: int = 3
    visit_type_id: VisitTypeId | None = None
    any_room: bool = False
    hold_id: HoldId | None = None


@dataclass(frozen=True, slots=True)
class Needs:
    """What a visit needs, whenever it is; no doctor means any, no rooms means where the doctor usually sits."""

    practitioner_id: UUID | None
    rooms: tuple[UUID, ...]
    patient_id: UUID | None
    groups: tuple[DeviceGroup, ...]
    hold_id: UUID | None = None


async def _groups(work: UnitOfWork, request: FreeSlots) -> tuple[DeviceGroup, ...]:
    """Which devices a visit of this type takes: named ones, or one of its kind."""
    kind: str | None = None
    cleaning = 0
    if request.visit_type_id is not None:
        known = {row["id"]: row for row in await queries.visit_types(work, inactive=True)}
        if request.visit_type_id not in known:
            raise NotFound
        row = known[request.visit_type_id]
        kind, cleaning = row["device_kind"], row["cleaning_minutes"]
    if kind is None and not request.device_ids:
        return ()
    rows = await queries.usable_devices(work, request.device_ids, kind)
    states = {row["id"]: DeviceState(row["id"], max(row["cleaning_minutes"], cleaning)) for row in rows}
    groups: list[DeviceGroup] = [(states[device],) for device in request.device_ids if device in states]
    of_kind = tuple(states[row["id"]] for row in rows if row["kind"] == kind)
    if of_kind and not {state.id for state in of_kind} & set(request.device_ids):
        groups.append(of_kind)
    return tuple(groups)


async def search(work: UnitOfWork, needs: Needs, within: Period) -> Search:
    """All that is known of what a visit needs within a period: four statements, however long it is."""
    everybody = [row["id"] for row in await queries.practitioners(work)]
    doctors = [doctor for doctor in everybody if needs.practitioner_id in {None, doctor}]
    times = await queries.doctor_times(work, within, needs.practitioner_id)
    known = {doctor: times[doctor] for doctor in doctors if doctor in times}
    usual = {block.room_id for one in known.values() for block in one.hours if block.room_id}
    devices = {state.id for group in needs.groups for state in group}
    resources = {*doctors, *needs.rooms, *usual, *devices, *((needs.patient_id,) if needs.patient_id else ())}
    around = Period(within.start - AFTER, within.end + AFTER)
    taken = await queries.takings(work, list(resources), around, but_hold=needs.hold_id)
    groups = tuple(tuple(replace(state, taken=tuple(taken[state.id])) for state in group) for group in needs.groups)
    return Search(within, known, taken, needs.rooms, needs.patient_id, groups)


@use_case(permission=Permission.APPOINTMENT_READ, audit=AuditAction.READ, reads=True)
async def find_free_slots(request: FreeSlots, work: UnitOfWork) -> tuple[FreeSlot, ...]:
    """Free times of doctor, room, devices and patient together; none in the past, at most four weeks away."""
    now = work.now()
    near = max(request.near, now)
    minutes = max(request.minutes, int(SHORTEST.total_seconds() // 60))
    count = min(max(request.count, 1), MOST)
    rooms: tuple[UUID, ...] = (request.room_id,) if request.room_id else ()
    if request.any_room and not rooms:
        rooms = tuple(row["id"] for row in await queries.rooms(work))
    groups = await _groups(work, request)
    needs = Needs(request.practitioner_id, rooms, request.patient_id, groups, request.hold_id)
    if request.patient_id is not None:
        work.saw(request.patient_id)
    found: list[FreeSlot] = []
    for reach in REACHES:
        within = Period(max(now, near - reach), near + reach)
        ways = (await search(work, needs, within)).candidates(work.zone)
        found = nearest_slots(ways, minutes=minutes, near=near, now=now, count=count)
        furthest = max((abs(slot.start - near) for slot in found), default=reach)
        if len(found) == count and furthest + timedelta(minutes=minutes) <= reach:
            break
    return tuple(found)
