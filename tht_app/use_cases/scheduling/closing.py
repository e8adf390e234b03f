"""Close the calendar: breaks and leave of doctors, blocked time of doctors, rooms and devices."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.queries import scheduling as queries
from tht_app.database.queries.scheduling import RESOURCES, Claim, Owner
from tht_app.database.tables.scheduling import BlockedTimeRow, LeaveRow, WeeklyBreakRow
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.errors import NotFound, ValidationFailed
from tht_app.domain.identity import Permission
from tht_app.domain.scheduling import (
    AppointmentId,
    BlockId,
    LeaveId,
    LeaveKind,
    Period,
    PractitionerId,
    ResourceKind,
    closing_period,
    day_period,
    ensure_own_calendar,
)
from tht_app.use_cases.door import use_case
from tht_app.use_cases.scheduling.hours import HoursBlock, WorkingHours
from tht_app.use_cases.scheduling.placing import ensure_texts, opened, seal, take

MANAGE = Permission.SCHEDULE_WRITE
PLAN = (Permission.SCHEDULE_WRITE, Permission.SCHEDULE_WRITE_OWN)
LONGEST_REASON = 200

Moment = date | datetime
"""A time, or a whole day of the clinic."""


@dataclass(frozen=True, slots=True)
class SetBreaks:
    """The breaks of a doctor's week from a day on; those before end the day before. A break is in no room."""

    practitioner_id: PractitionerId
    blocks: tuple[HoursBlock, ...]
    valid_from: date


@dataclass(frozen=True, slots=True)
class BreaksOf:
    """The breaks of one doctor, or of all, the past and the future too."""

    practitioner_id: PractitionerId | None = None


@dataclass(frozen=True, slots=True)
class AddLeave:
    """A doctor is absent from `start` to `end`; two days mean the whole of both and of all between."""

    practitioner_id: PractitionerId
    start: Moment
    end: Moment
    kind: LeaveKind = LeaveKind.LEAVE
    note: str = ""


@dataclass(frozen=True, slots=True)
class WithdrawLeave:
    """The doctor is there after all."""

    leave_id: LeaveId


@dataclass(frozen=True, slots=True)
class ListLeave:
    """Absences that touch a range of days, both included: a doctor sees the own ones."""

    first_day: date
    last_day: date
    practitioner_id: PractitionerId | None = None


@dataclass(frozen=True, slots=True)
class Leave:
    """An absence; the note is for those who plan."""

    id: LeaveId
    practitioner_id: PractitionerId
    period: Period
    kind: LeaveKind
    note: str


@dataclass(frozen=True, slots=True)
class BlockTime:
    """Close a doctor, a room or a device for a while. Two days mean the whole of both and of all between.

    A blocked room or device is taken as if by a visit, so it is refused while one is booked there and nobody can
    override it; a blocked doctor can be overridden like a leave.
    """

    kind: ResourceKind
    resource_id: UUID
    start: Moment
    end: Moment
    reason: str


@dataclass(frozen=True, slots=True)
class UnblockTime:
    """Open it again."""

    block_id: BlockId


@dataclass(frozen=True, slots=True)
class ListBlocks:
    """Blocked time that touches a range of days, both included."""

    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class Block:
    """Blocked time of one doctor, room or device."""

    id: BlockId
    kind: ResourceKind
    resource_id: UUID
    period: Period
    reason: str


@dataclass(frozen=True, slots=True)
class Closed:
    """What was closed; `affected` are the booked visits that now lie in it and have to be moved by somebody."""

    id: UUID
    affected: tuple[AppointmentId, ...]


def _period(work: UnitOfWork, start: Moment, end: Moment) -> Period:
    """Days become midnight to midnight of the clinic; raises `SlotEmpty` or `ClosingTooLong`."""
    times: list[datetime] = []
    for moment, last in ((start, False), (end, True)):
        if isinstance(moment, datetime):
            if moment.tzinfo is None:
                raise ValidationFailed({"end" if last else "start": "date_shape"})
            times.append(moment)
        else:
            day = day_period(moment, work.zone)
            times.append(day.end if last else day.start)
    return closing_period(times[0], times[1])


def _range(work: UnitOfWork, first: date, last: date) -> Period:
    return Period(day_period(first, work.zone).start, day_period(max(first, last), work.zone).end)


@use_case(permission=PLAN, audit=AuditAction.SETTINGS)
async def set_breaks(request: SetBreaks, work: UnitOfWork) -> None:
    """Replace a doctor's breaks from a day on; appointments that then lie in one stay where they are."""
    ensure_own_calendar(work.person.permissions, work.person.id, request.practitioner_id, everyone=MANAGE)
    if any(not 1 <= block.weekday <= 7 or block.starts >= block.ends for block in request.blocks):
        raise ValidationFailed({"blocks": "scheduling.hours_order"})
    await queries.end_week(work, "weekly_break", request.practitioner_id, request.valid_from)
    rows = [
        WeeklyBreakRow(
            id=work.new_id(),
            practitioner_id=request.practitioner_id,
            weekday=block.weekday,
            starts=block.starts,
            ends=block.ends,
            valid_from=request.valid_from,
        )
        for block in request.blocks
    ]
    await queries.add_week(work, rows)
    told = [f"{block.weekday} {block.starts}-{block.ends}" for block in request.blocks]
    work.changed("weekly_break", request.practitioner_id, new={"valid_from": request.valid_from, "blocks": told})


@use_case(permission=Permission.REFERENCE_READ, audit=AuditAction.READ, reads=True)
async def breaks_of(request: BreaksOf, work: UnitOfWork) -> tuple[WorkingHours, ...]:
    """Breaks by doctor, weekday and time."""
    found = await queries.hours_of(work, request.practitioner_id, "weekly_break")
    return tuple(WorkingHours(PractitionerId(doctor), block) for doctor, block in found)


@use_case(permission=PLAN, audit=AuditAction.SETTINGS)
async def add_leave(request: AddLeave, work: UnitOfWork) -> Closed:
    """Keep an absence; booked visits stay, and are named so that they can be moved."""
    ensure_own_calendar(work.person.permissions, work.person.id, request.practitioner_id, everyone=MANAGE)
    ensure_texts(note=request.note)
    if not await queries.known_resource(work, ResourceKind.PRACTITIONER, request.practitioner_id):
        raise NotFound
    period = _period(work, request.start, request.end)
    row_id = work.new_id()
    row = LeaveRow(
        id=row_id,
        practitioner_id=request.practitioner_id,
        starts_at=period.start,
        ends_at=period.end,
        kind=request.kind.value,
        note_sealed=seal(work, "note", row_id, request.note, table="leave"),
        created_by=work.person.id,
        created_at=work.now(),
    )
    await queries.add_leave(work, row)
    told = {"starts_at": period.start, "ends_at": period.end, "kind": request.kind.value, "note": request.note}
    work.changed("leave", row_id, new={"practitioner_id": request.practitioner_id, **told})
    return await _closed(work, row_id, request.practitioner_id, period)


async def _closed(work: UnitOfWork, row_id: UUID, practitioner_id: UUID, period: Period) -> Closed:
    affected = await queries.appointments_within(work, practitioner_id, period)
    return Closed(row_id, tuple(AppointmentId(one) for one in affected))


@use_case(permission=PLAN, audit=AuditAction.SETTINGS)
async def withdraw_leave(request: WithdrawLeave, work: UnitOfWork) -> None:
    """Take an absence back."""
    row = await queries.locked_closing(work, "leave", request.leave_id)
    if row is None:
        raise NotFound
    ensure_own_calendar(work.person.permissions, work.person.id, row["practitioner_id"], everyone=MANAGE)
    await queries.withdraw(work, "leave", row["id"])
    work.changed("leave", row["id"], old={"starts_at": row["starts_at"], "ends_at": row["ends_at"]})


@use_case(permission=PLAN, audit=AuditAction.READ, reads=True)
async def list_leave(request: ListLeave, work: UnitOfWork) -> tuple[Leave, ...]:
    """Absences by time."""
    wanted = request.practitioner_id
    if MANAGE not in work.person.permissions:
        wanted = PractitionerId(work.person.id)
    within = _range(work, request.first_day, request.last_day)
    return tuple(_leave(work, row) for row in await queries.leaves(work, within.start, within.end, wanted))


def _leave(work: UnitOfWork, row: RowMapping) -> Leave:
    note = opened(work, "note", row, table="leave")
    period = Period(row["starts_at"], row["ends_at"])
    return Leave(row["id"], row["practitioner_id"], period, LeaveKind(row["kind"]), note)


@use_case(permission=PLAN, audit=AuditAction.SETTINGS)
async def block_time(request: BlockTime, work: UnitOfWork) -> Closed:
    """Close a resource; raises `RoomTaken` or `DeviceTaken` while something is booked there."""
    _ensure_blockable(request, work)
    if not await queries.known_resource(work, request.kind, request.resource_id):
        raise NotFound
    period = _period(work, request.start, request.end)
    row = BlockedTimeRow(
        id=work.new_id(),
        practitioner_id=request.resource_id if request.kind is ResourceKind.PRACTITIONER else None,
        room_id=request.resource_id if request.kind is ResourceKind.ROOM else None,
        device_id=request.resource_id if request.kind is ResourceKind.DEVICE else None,
        starts_at=period.start,
        ends_at=period.end,
        reason=request.reason.strip(),
        created_by=work.person.id,
        created_at=work.now(),
    )
    await queries.add_block(work, row)
    told = {"starts_at": period.start, "ends_at": period.end, "reason": row.reason}
    work.changed("blocked_time", row.id, new={RESOURCES[request.kind]: request.resource_id, **told})
    if request.kind is ResourceKind.PRACTITIONER:
        return await _closed(work, row.id, request.resource_id, period)
    claims = [Claim(row.id, request.kind, request.resource_id, period)]
    await queries.exclude(work, claims)
    await queries.release_expired(work, claims)
    await take(work, Owner.BLOCK, claims)
    return Closed(row.id, ())


def _ensure_blockable(request: BlockTime, work: UnitOfWork) -> None:
    """A doctor closes the own time; rooms and devices are the front desk's. Nobody blocks a patient."""
    if request.kind not in RESOURCES:
        raise ValidationFailed({"kind": "choice"})
    own = request.resource_id if request.kind is ResourceKind.PRACTITIONER else work.new_id()
    ensure_own_calendar(work.person.permissions, work.person.id, own, everyone=MANAGE)
    reason = request.reason.strip()
    if not 1 <= len(reason) <= LONGEST_REASON:
        raise ValidationFailed({"reason": "scheduling.name_length" if reason else "required"})


@use_case(permission=PLAN, audit=AuditAction.SETTINGS)
async def unblock_time(request: UnblockTime, work: UnitOfWork) -> None:
    """Open a blocked resource again."""
    row = await queries.locked_closing(work, "blocked_time", request.block_id)
    if row is None:
        raise NotFound
    own = row["practitioner_id"] or work.new_id()
    ensure_own_calendar(work.person.permissions, work.person.id, own, everyone=MANAGE)
    await queries.withdraw(work, "blocked_time", row["id"])
    if row["practitioner_id"] is None:
        kind, resource_id = _blocked(row)
        await queries.exclude(work, [Claim(row["id"], kind, resource_id, Period(row["starts_at"], row["ends_at"]))])
        await queries.release(work, Owner.BLOCK, row["id"])
    work.changed("blocked_time", row["id"], old={"starts_at": row["starts_at"], "ends_at": row["ends_at"]})


def _blocked(row: RowMapping) -> tuple[ResourceKind, UUID]:
    return next((kind, row[column]) for kind, column in RESOURCES.items() if row[column] is not None)


@use_case(permission=Permission.SCHEDULE_READ, audit=AuditAction.READ, reads=True)
async def list_blocks(request: ListBlocks, work: UnitOfWork) -> tuple[Block, ...]:
    """Blocked time by start."""
    within = _range(work, request.first_day, request.last_day)
    return tuple(
        Block(row["id"], *_blocked(row), Period(row["starts_at"], row["ends_at"]), row["reason"])
        for row in await queries.blocks(work, within.start, within.end)
    )
