"""The calendar as a screen shows it: resources, visits, holds and what is closed, in a fixed number of statements."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.queries import scheduling as queries
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.identity import Permission
from tht_app.domain.registration import PatientId
from tht_app.domain.scheduling import (
    ClosedReason,
    Closing,
    DeviceId,
    DoctorTimes,
    HoldId,
    Period,
    PractitionerId,
    ResourceKind,
    RoomId,
    day_period,
)
from tht_app.use_cases.door import use_case
from tht_app.use_cases.scheduling.calendar import AppointmentEntry, entry_of
from tht_app.use_cases.scheduling.holidays import ListedHoliday
from tht_app.use_cases.scheduling.master_data import Device, Practitioner, Room

MOST_DAYS = 7
FURTHEST_CLOSED = 42


@dataclass(frozen=True, slots=True)
class ClosedPeriods:
    """What is closed on `days` days (42 at most) from `first_day` on: doctors, rooms and devices."""

    first_day: date
    days: int = 1


@dataclass(frozen=True, slots=True)
class ClosedPeriod:
    """A resource is closed for a while. `names` holds what somebody called it by language (holiday, block), else none.

    Where several reasons meet (a break on a holiday) each has its own period.
    """

    kind: ResourceKind
    resource_id: UUID
    period: Period
    reason: ClosedReason
    names: Mapping[str, str] = field(default_factory=dict[str, str])
    source_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class CalendarRange:
    """Everything that the calendar shows of at most seven days of the clinic."""

    first_day: date
    days: int = 1


@dataclass(frozen=True, slots=True)
class HoldEntry:
    """A time that somebody keeps while a form is open; `mine` when it is the own one."""

    id: HoldId
    practitioner_id: PractitionerId
    room_id: RoomId
    device_ids: tuple[DeviceId, ...]
    patient_id: PatientId | None
    slot: Period
    hold_until: datetime
    held_by: str
    mine: bool


@dataclass(frozen=True, slots=True)
class CalendarView:
    """Resources in the clinic's order, visits by doctor and time, holds, what is closed, and the holidays by name."""

    first_day: date
    days: int
    doctors: tuple[Practitioner, ...]
    rooms: tuple[Room, ...]
    devices: tuple[Device, ...]
    appointments: tuple[AppointmentEntry, ...]
    holds: tuple[HoldEntry, ...]
    closed: tuple[ClosedPeriod, ...]
    holidays: tuple[ListedHoliday, ...]


def _within(work: UnitOfWork, first: date, days: int) -> Period:
    return Period(day_period(first, work.zone).start, day_period(first + timedelta(days=days), work.zone).start)


def _cut(closing: Closing, within: Period) -> Period:
    return Period(max(closing.period.start, within.start), min(closing.period.end, within.end))


async def _closed(
    work: UnitOfWork, first: date, days: int, doctors: list[UUID], resources: Mapping[UUID, ResourceKind]
) -> Iterator[ClosedPeriod]:
    """Three statements: weeks, dates, cleanings. `resources` are rooms and devices."""
    within = _within(work, first, days)
    dated = await queries.dated_closings(work, within)
    times = queries.times_of(await queries.week_blocks(work), dated, doctors)
    cleanings = await queries.cleanings(work, within)

    def found() -> Iterator[ClosedPeriod]:
        for doctor in doctors:
            for one in times.get(doctor, DoctorTimes()).closed(first, days, work.zone):
                yield ClosedPeriod(ResourceKind.PRACTITIONER, doctor, one.period, one.reason, one.names, one.source_id)
        for resource, kind in resources.items():
            for one in dated.get(resource, ()):
                yield ClosedPeriod(kind, resource, _cut(one, within), one.reason, one.names, one.source_id)
        for row in cleanings:
            period = Period(row["starts_at"], row["ends_at"])
            yield ClosedPeriod(ResourceKind.DEVICE, row["resource_id"], period, ClosedReason.CLEANING)

    return found()


@use_case(permission=Permission.APPOINTMENT_READ, audit=AuditAction.READ, reads=True)
async def closed_periods(request: ClosedPeriods, work: UnitOfWork) -> tuple[ClosedPeriod, ...]:
    """What is closed, by resource; no patient stands in it."""
    days = min(max(request.days, 1), FURTHEST_CLOSED)
    doctors = [row["id"] for row in await queries.practitioners(work)]
    resources = {row["id"]: ResourceKind.ROOM for row in await queries.rooms(work)}
    resources |= {row["id"]: ResourceKind.DEVICE for row in await queries.devices(work)}
    return tuple(await _closed(work, request.first_day, days, doctors, resources))


@use_case(permission=Permission.APPOINTMENT_READ, audit=AuditAction.READ, reads=True)
async def calendar_range(request: CalendarRange, work: UnitOfWork) -> CalendarView:
    """The calendar of a day or a week; ten statements, however much stands in it."""
    first, days = request.first_day, min(max(request.days, 1), MOST_DAYS)
    within = _within(work, first, days)
    rows = await queries.day_entries(work, within, None)
    work.saw(*{row["patient_id"] for row in rows if row["patient_name"]})
    shown = {row[name] for row in rows for name in ("practitioner_id", "room_id")}
    doctors = [
        Practitioner(**row)
        for row in await queries.practitioners(work, inactive=True)
        if row["active"] or row["id"] in shown
    ]
    rooms = [Room(**row) for row in await queries.rooms(work, inactive=True) if row["active"] or row["id"] in shown]
    devices = [Device(**row) for row in await queries.devices(work)]
    holds = [_hold(work, row) for row in await queries.holds(work, within)]
    work.saw(*(hold.patient_id for hold in holds if hold.patient_id))
    resources: dict[UUID, ResourceKind] = {room.id: ResourceKind.ROOM for room in rooms}
    resources |= {device.id: ResourceKind.DEVICE for device in devices}
    closed = await _closed(work, first, days, [doctor.id for doctor in doctors], resources)
    holidays = await queries.holidays(work, first, first + timedelta(days=days - 1))
    return CalendarView(
        first,
        days,
        tuple(doctors),
        tuple(rooms),
        tuple(devices),
        tuple(entry_of(work, row) for row in rows),
        tuple(holds),
        tuple(closed),
        tuple(ListedHoliday(row["id"], queries.holiday_of(row)) for row in holidays),
    )


def _hold(work: UnitOfWork, row: RowMapping) -> HoldEntry:
    return HoldEntry(
        id=row["id"],
        practitioner_id=row["practitioner_id"],
        room_id=row["room_id"],
        device_ids=tuple(row["device_ids"]),
        patient_id=row["patient_id"],
        slot=Period(row["starts_at"], row["ends_at"]),
        hold_until=row["hold_until"],
        held_by=row["held_by"],
        mine=row["created_by"] == work.person.id,
    )
