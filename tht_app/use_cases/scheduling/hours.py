"""When a doctor works: the blocks of a week, from a day on."""

from dataclasses import dataclass
from datetime import date, time

from tht_app.database.queries import scheduling as queries
from tht_app.database.tables.scheduling import WorkingHoursRow
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.identity import Permission
from tht_app.domain.scheduling import PractitionerId, RoomId, WeeklyHours, ensure_own_calendar, running_into
from tht_app.use_cases.door import use_case
from tht_app.use_cases.scheduling.master_data import MANAGE, ensure


@dataclass(frozen=True, slots=True)
class HoursBlock:
    """One block of a week; Monday is 1."""

    weekday: int
    starts: time
    ends: time
    room_id: RoomId | None = None


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """A block of a doctor's week with its validity; `valid_to` is the first day on which it no longer holds."""

    practitioner_id: PractitionerId
    block: WeeklyHours


@dataclass(frozen=True, slots=True)
class WorkingHoursOf:
    """The weeks of one doctor, or of all."""

    practitioner_id: PractitionerId | None = None


@dataclass(frozen=True, slots=True)
class SetWorkingHours:
    """The doctor's week from a day on; what held before ends the day before."""

    practitioner_id: PractitionerId
    blocks: tuple[HoursBlock, ...]
    valid_from: date


@use_case(permission=Permission.REFERENCE_READ, audit=AuditAction.READ, reads=True)
async def working_hours_of(request: WorkingHoursOf, work: UnitOfWork) -> tuple[WorkingHours, ...]:
    """Blocks by doctor, weekday and time, those of the past and of the future too."""
    found = await queries.hours_of(work, request.practitioner_id)
    return tuple(WorkingHours(PractitionerId(doctor), block) for doctor, block in found)


@use_case(permission=(MANAGE, Permission.SCHEDULE_WRITE_OWN), audit=AuditAction.SETTINGS)
async def set_working_hours(request: SetWorkingHours, work: UnitOfWork) -> None:
    """Replace a doctor's week from a day on; appointments that then lie outside stay where they are."""
    ensure_own_calendar(work.person.permissions, work.person.id, request.practitioner_id, everyone=MANAGE)
    await _ensure_week(request, work)
    await queries.end_week(work, "working_hours", request.practitioner_id, request.valid_from)
    rows = [
        WorkingHoursRow(
            id=work.new_id(),
            practitioner_id=request.practitioner_id,
            weekday=block.weekday,
            starts=block.starts,
            ends=block.ends,
            valid_from=request.valid_from,
            room_id=block.room_id,
        )
        for block in request.blocks
    ]
    await queries.add_week(work, rows)
    work.changed(
        "working_hours",
        request.practitioner_id,
        new={
            "valid_from": request.valid_from,
            "blocks": [f"{block.weekday} {block.starts}-{block.ends}" for block in request.blocks],
        },
    )


async def _ensure_week(request: SetWorkingHours, work: UnitOfWork) -> None:
    """Blocks in order, none running into another, rooms and doctor known."""
    ordered = all(1 <= block.weekday <= 7 and block.starts < block.ends for block in request.blocks)
    ensure(blocks=(ordered, "scheduling.hours_order"))
    week = [(block.weekday, block.starts, block.ends) for block in request.blocks]
    rooms = {row["id"] for row in await queries.rooms(work, inactive=True)}
    doctors = {row["id"] for row in await queries.practitioners(work, inactive=True)}
    ensure(
        blocks=(running_into(week) is None, "scheduling.hours_overlap"),
        room_id=(all(block.room_id is None or block.room_id in rooms for block in request.blocks), "choice"),
        practitioner_id=(request.practitioner_id in doctors, "choice"),
    )
