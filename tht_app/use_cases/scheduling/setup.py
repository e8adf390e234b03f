"""What the screens need that set up calendar and queue: the order of each list, doctors to add, a doctor's weeks."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from tht_app.database.queries import scheduling as queries
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.errors import ValidationFailed
from tht_app.domain.identity import Permission
from tht_app.domain.scheduling import PractitionerId, running_into
from tht_app.use_cases.door import use_case
from tht_app.use_cases.scheduling.closing import (
    PLAN,
    Block,
    BreaksOf,
    Leave,
    ListBlocks,
    ListLeave,
    SetBreaks,
    breaks_of,
    list_blocks,
    list_leave,
    set_breaks,
)
from tht_app.use_cases.scheduling.hours import (
    HoursBlock,
    SetWorkingHours,
    WorkingHours,
    WorkingHoursOf,
    set_working_hours,
    working_hours_of,
)
from tht_app.use_cases.scheduling.master_data import Device, Practitioner, Room


class Listed(StrEnum):
    """A list whose order the clinic sets; the value is its table."""

    PRACTITIONER = "practitioner"
    ROOM = "room"
    DEVICE = "device"
    VISIT_TYPE = "visit_type"
    SERVICE_POINT = "service_point"


@dataclass(frozen=True, slots=True)
class Arrange:
    """Show a list in this order from now on; what is not named keeps its place."""

    listed: Listed
    ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class DoctorToAdd:
    """A person with the role of a doctor who is not in the calendar yet."""

    person_id: PractitionerId
    display_name: str


@dataclass(frozen=True, slots=True)
class DoctorsToAdd:
    """Everybody who could be made bookable."""


@dataclass(frozen=True, slots=True)
class DoctorWeeks:
    """Doctors, rooms and hours as one screen shows them together."""

    doctors: tuple[Practitioner, ...]
    rooms: tuple[Room, ...]
    hours: tuple[WorkingHours, ...]
    """Of the doctor that was asked for; of the first one when none was."""
    breaks: tuple[WorkingHours, ...]
    practitioner_id: PractitionerId | None


@dataclass(frozen=True, slots=True)
class WeeksOf:
    """The weeks of one doctor with what is needed to change them."""

    practitioner_id: PractitionerId | None = None


@dataclass(frozen=True, slots=True)
class SetWeek:
    """The doctor's week from a day on, its breaks with it; what held before ends the day before."""

    practitioner_id: PractitionerId
    blocks: tuple[HoursBlock, ...]
    breaks: tuple[HoursBlock, ...]
    valid_from: date


@dataclass(frozen=True, slots=True)
class ClosingsWithin:
    """Leave and blocked time that touch a range of days, both included: of one doctor, or of the whole clinic."""

    first_day: date
    last_day: date
    practitioner_id: PractitionerId | None = None


@dataclass(frozen=True, slots=True)
class Closings:
    """What is closed, and what can be. `booked` holds the days of the visits that are booked in it all the same."""

    leave: tuple[Leave, ...]
    blocks: tuple[Block, ...]
    booked: Mapping[UUID, tuple[date, ...]]
    """By the id of a leave or of a doctor's blocked time; one day for each visit."""
    doctors: tuple[Practitioner, ...]
    rooms: tuple[Room, ...]
    devices: tuple[Device, ...]


@use_case(permission=Permission.SCHEDULE_WRITE, audit=AuditAction.SETTINGS)
async def arrange(request: Arrange, work: UnitOfWork) -> None:
    """Keep the order of a list."""
    if not request.ids:
        return
    key = "person_id" if request.listed is Listed.PRACTITIONER else "id"
    await queries.arrange(work, request.listed.value, key, request.ids)
    work.changed(request.listed.value, request.ids[0], new={"order": [str(row_id) for row_id in request.ids]})


@use_case(permission=Permission.SCHEDULE_WRITE, audit=AuditAction.READ, reads=True)
async def doctors_to_add(_request: DoctorsToAdd, work: UnitOfWork) -> tuple[DoctorToAdd, ...]:
    """Accounts of doctors that the calendar does not know."""
    rows = await queries.doctors_not_listed(work)
    return tuple(DoctorToAdd(row["id"], row["display_name"]) for row in rows)


@use_case(permission=Permission.REFERENCE_READ, audit=AuditAction.READ, reads=True)
async def weeks_of(request: WeeksOf, work: UnitOfWork) -> DoctorWeeks:
    """One doctor's weeks, past and planned, beside all doctors and rooms to choose from."""
    doctors = tuple(Practitioner(**row) for row in await queries.practitioners(work))
    rooms = tuple(Room(**row) for row in await queries.rooms(work, inactive=True))
    known = {doctor.id for doctor in doctors}
    chosen = request.practitioner_id if request.practitioner_id in known else None
    if request.practitioner_id is None and doctors:
        chosen = doctors[0].id
    if chosen is None:
        return DoctorWeeks(doctors, rooms, (), (), None)
    hours = await working_hours_of(WorkingHoursOf(chosen), work)
    return DoctorWeeks(doctors, rooms, hours, await breaks_of(BreaksOf(chosen), work), chosen)


@use_case(permission=PLAN, audit=AuditAction.SETTINGS)
async def set_week(request: SetWeek, work: UnitOfWork) -> None:
    """Replace a doctor's week, breaks and all, in one step; appointments that then lie outside stay where they are."""
    if running_into([(block.weekday, block.starts, block.ends) for block in request.breaks]) is not None:
        raise ValidationFailed({"breaks": "scheduling.hours_overlap"})
    await set_working_hours(SetWorkingHours(request.practitioner_id, request.blocks, request.valid_from), work)
    await set_breaks(SetBreaks(request.practitioner_id, request.breaks, request.valid_from), work)


@use_case(permission=PLAN, audit=AuditAction.READ, reads=True)
async def closings_within(request: ClosingsWithin, work: UnitOfWork) -> Closings:
    """What is closed then; who plans only the own calendar sees only the own, and can close nothing else."""
    own = request.practitioner_id
    if Permission.SCHEDULE_WRITE not in work.person.permissions:
        own = PractitionerId(work.person.id)
    leave = await list_leave(ListLeave(request.first_day, request.last_day, own), work)
    found = await list_blocks(ListBlocks(request.first_day, request.last_day), work)
    blocks = tuple(block for block in found if own in {None, block.resource_id})
    doctors = [Practitioner(**row) for row in await queries.practitioners(work, inactive=True)]
    rooms = [Room(**row) for row in await queries.rooms(work, inactive=True)] if own is None else []
    devices = [Device(**row) for row in await queries.devices(work, inactive=True)] if own is None else []
    return Closings(
        leave,
        blocks,
        await _booked(work, [one.id for one in (*leave, *blocks)]),
        tuple(doctor for doctor in doctors if own in {None, doctor.id}),
        tuple(rooms),
        tuple(devices),
    )


async def _booked(work: UnitOfWork, closing_ids: list[UUID]) -> dict[UUID, tuple[date, ...]]:
    """The clinic's days of the visits booked in each closing, one for each visit."""
    days: dict[UUID, list[date]] = defaultdict(list)
    for row in await queries.booked_in(work, closing_ids):
        days[row["id"]].append(row["starts_at"].astimezone(work.zone).date())
    return {closing: tuple(found) for closing, found in days.items()}
