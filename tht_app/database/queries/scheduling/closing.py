"""SQL of what closes the calendar: weeks and their breaks, leave, blocked time, holidays."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.tables.scheduling import BlockedTimeRow, LeaveRow, WeeklyBreakRow, WorkingHoursRow
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.scheduling import (
    ClosedReason,
    Closing,
    DoctorTimes,
    Holiday,
    HolidayKind,
    Period,
    ResourceKind,
    WeeklyHours,
    day_period,
)

WEEKLY = frozenset({"working_hours", "weekly_break"})
DATED = frozenset({"leave", "block", "holiday"})
RESOURCES = {
    ResourceKind.PRACTITIONER: "practitioner_id",
    ResourceKind.ROOM: "room_id",
    ResourceKind.DEVICE: "device_id",
}


def _block(row: RowMapping) -> WeeklyHours:
    return WeeklyHours(row["weekday"], row["starts"], row["ends"], row["valid_from"], row["valid_to"], row["room_id"])


# Every part has the same columns, so that a booking can ask for all of them in one statement.
WEEKS = (
    "select 'working_hours' as source, id, practitioner_id as resource_id, weekday, starts, ends, valid_from, "
    "valid_to, room_id, null::timestamptz as starts_at, null::timestamptz as ends_at, null::date as day, "
    "null as name_id, null as name_en from working_hours where cast(:id as uuid) is null or practitioner_id = :id "
    "union all select 'weekly_break', id, practitioner_id, weekday, starts, ends, valid_from, valid_to, null, null, "
    "null, null, null, null from weekly_break where cast(:id as uuid) is null or practitioner_id = :id "
)
DATES = (
    "select 'leave' as source, id, practitioner_id as resource_id, null::smallint as weekday, null::time as starts, "
    "null::time as ends, null::date as valid_from, null::date as valid_to, null::uuid as room_id, starts_at, ends_at, "
    "null::date as day, null as name_id, null as name_en from leave where withdrawn_at is null "
    "and starts_at < :ends_at and ends_at > :starts_at and (cast(:id as uuid) is null or practitioner_id = :id) "
    "union all select 'block', id, coalesce(practitioner_id, room_id, device_id), null, null, null, null, null, null, "
    "starts_at, ends_at, null, reason, reason from blocked_time where withdrawn_at is null and starts_at < :ends_at "
    "and ends_at > :starts_at and (cast(:id as uuid) is null or practitioner_id is null or practitioner_id = :id) "
    "union all select 'holiday', id, null, null, null, null, null, null, null, null, null, day, name_id, name_en "
    "from holiday where closed and day between :first and :last "
)
ROOMS_AND_EXPIRED = (
    "select 'room', id, id, null, null, null, null, null, null, null, null, null, null, null from room where active "
    "union all select 'expired', id, resource_id, null, null, null, null, null, null, null, null, null, null, null "
    "from reservation where state = 'hold' and hold_until <= :now "
    "and during && tstzrange(:starts_at, :ends_at, '[)') "
)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a booking has to know of a time: the doctor's, the rooms in use, what holds that ran out still keep."""

    times: DoctorTimes
    rooms: frozenset[UUID]
    expired: frozenset[UUID]


def _span(work: UnitOfWork, within: Period) -> dict[str, datetime | date]:
    return {
        "starts_at": within.start,
        "ends_at": within.end,
        "first": within.start.astimezone(work.zone).date(),
        "last": within.end.astimezone(work.zone).date(),
    }


async def surroundings(work: UnitOfWork, slot: Period, practitioner_id: UUID) -> Surroundings:
    """Everything around a slot of a doctor in one statement, because it is asked at each booking."""
    rows = await work.fetch(
        f"{WEEKS} union all {DATES} union all {ROOMS_AND_EXPIRED}",
        id=practitioner_id,
        now=work.now(),
        **_span(work, slot),
    )
    times = times_of(rows, _dated(work, rows), [practitioner_id])[practitioner_id]
    found = {source: {row["resource_id"] for row in rows if row["source"] == source} for source in ("room", "expired")}
    return Surroundings(times, frozenset(found["room"]), frozenset(found["expired"]))


async def week_blocks(work: UnitOfWork, practitioner_id: UUID | None = None) -> Sequence[RowMapping]:
    """Working hours and breaks, of one doctor or of all, the past and the future too."""
    return await work.fetch(f"{WEEKS} order by resource_id, weekday, starts, valid_from", id=practitioner_id)


async def hours_of(
    work: UnitOfWork, practitioner_id: UUID | None = None, source: str = "working_hours"
) -> list[tuple[UUID, WeeklyHours]]:
    """The blocks of one source with the doctor they belong to: of one doctor or of all."""
    rows = await week_blocks(work, practitioner_id)
    return [(row["resource_id"], _block(row)) for row in rows if row["source"] == source]


async def dated_closings(
    work: UnitOfWork, within: Period, practitioner_id: UUID | None = None
) -> dict[UUID | None, list[Closing]]:
    """Leave, blocked time and holidays that touch a period, by resource; holidays stand under None.

    With a doctor, leave and blocked time of the others are left out; rooms and devices never are.
    """
    return _dated(work, await work.fetch(DATES, id=practitioner_id, **_span(work, within)))


def _dated(work: UnitOfWork, rows: Iterable[RowMapping]) -> dict[UUID | None, list[Closing]]:
    found: dict[UUID | None, list[Closing]] = defaultdict(list)
    for row in rows:
        if row["source"] not in DATED:
            continue
        period = day_period(row["day"], work.zone) if row["day"] else Period(row["starts_at"], row["ends_at"])
        names = {"id": row["name_id"], "en": row["name_en"]} if row["name_id"] else {}
        found[row["resource_id"]].append(Closing(period, ClosedReason(row["source"]), names, row["id"]))
    return found


async def doctor_times(
    work: UnitOfWork, within: Period, practitioner_id: UUID | None = None
) -> dict[UUID, DoctorTimes]:
    """When doctors can be booked around a period; who has no week and nothing closed but holidays is there too."""
    dated = await dated_closings(work, within, practitioner_id)
    return times_of(await week_blocks(work, practitioner_id), dated, [practitioner_id] if practitioner_id else [])


def times_of(
    blocks: Iterable[RowMapping], dated: dict[UUID | None, list[Closing]], doctors: Iterable[UUID]
) -> dict[UUID, DoctorTimes]:
    """Put together what was read of weeks and dates, for each doctor that has a week or is named."""
    hours: dict[UUID, list[WeeklyHours]] = defaultdict(list)
    breaks: dict[UUID, list[WeeklyHours]] = defaultdict(list)
    for row in blocks:
        if row["source"] in WEEKLY:
            (hours if row["source"] == "working_hours" else breaks)[row["resource_id"]].append(_block(row))
    holidays = dated.get(None, [])
    return {
        doctor: DoctorTimes(
            tuple(hours.get(doctor, ())), tuple(breaks.get(doctor, ())), (*dated.get(doctor, ()), *holidays)
        )
        for doctor in {*hours, *doctors}
    }


async def end_week(work: UnitOfWork, table: str, practitioner_id: UUID, on: date) -> None:
    """Let every block of a doctor's week end before `on`; a block that would only begin later never begins."""
    await work.run(
        f"update {table} set valid_to = greatest(valid_from, cast(:on as date)) "
        "where practitioner_id = :practitioner_id and (valid_to is null or valid_to > :on)",
        practitioner_id=practitioner_id,
        on=on,
    )


async def add_week(work: UnitOfWork, rows: Sequence[WorkingHoursRow] | Sequence[WeeklyBreakRow]) -> None:
    """Write the blocks of a week."""
    if rows:
        await work.add(rows)


async def add_leave(work: UnitOfWork, row: LeaveRow) -> None:
    """Write an absence."""
    await work.add(row)


async def add_block(work: UnitOfWork, row: BlockedTimeRow) -> None:
    """Write blocked time."""
    await work.add(row)


async def leaves(
    work: UnitOfWork, first: datetime, last: datetime, practitioner_id: UUID | None
) -> Sequence[RowMapping]:
    """Absences that touch a period, of one doctor or of all."""
    return await work.fetch(
        "select id, practitioner_id, starts_at, ends_at, kind, note_sealed from leave where withdrawn_at is null "
        "and starts_at < :last and ends_at > :first and (cast(:id as uuid) is null or practitioner_id = :id) "
        "order by starts_at, practitioner_id",
        first=first,
        last=last,
        id=practitioner_id,
    )


async def blocks(work: UnitOfWork, first: datetime, last: datetime) -> Sequence[RowMapping]:
    """Blocked time that touches a period."""
    return await work.fetch(
        "select id, practitioner_id, room_id, device_id, starts_at, ends_at, reason from blocked_time "
        "where withdrawn_at is null and starts_at < :last and ends_at > :first order by starts_at, id",
        first=first,
        last=last,
    )


async def locked_closing(work: UnitOfWork, table: str, row_id: UUID) -> RowMapping | None:
    """A leave or block that still holds, kept from others until this transaction ends. `table` is a name of ours."""
    return await work.fetch_one(f"select * from {table} where id = :id and withdrawn_at is null for update", id=row_id)


async def withdraw(work: UnitOfWork, table: str, row_id: UUID) -> None:
    """Let a leave or block hold no more."""
    await work.run(f"update {table} set withdrawn_at = :now where id = :id", id=row_id, now=work.now())


async def known_resource(work: UnitOfWork, kind: ResourceKind, resource_id: UUID) -> bool:
    """Whether there is such a doctor, room or device."""
    table, key = ("practitioner", "person_id") if kind is ResourceKind.PRACTITIONER else (kind.value, "id")
    return await work.fetch_value(f"select exists (select 1 from {table} where {key} = :id)", id=resource_id)


async def appointments_within(work: UnitOfWork, practitioner_id: UUID, within: Period) -> list[UUID]:
    """The booked appointments of a doctor that touch a period."""
    rows = await work.fetch(
        "select id from appointment where practitioner_id = :id and starts_at < :last and ends_at > :first "
        "and status in ('proposed', 'booked') order by starts_at",
        id=practitioner_id,
        first=within.start,
        last=within.end,
    )
    return [row["id"] for row in rows]


async def holidays(work: UnitOfWork, first: date, last: date) -> Sequence[RowMapping]:
    """The holidays from one day to another, both included."""
    return await work.fetch(
        "select id, day, name_id, name_en, kind, closed, provisional from holiday "
        "where day between :first and :last order by day, name_id",
        first=first,
        last=last,
    )


async def put_holidays(work: UnitOfWork, found: Sequence[Holiday], *, replace: bool) -> int:
    """Write holidays; those with the same day and name are changed or, without `replace`, left. Returns how many."""
    if not found:
        return 0
    change = (
        "do update set name_en = excluded.name_en, kind = excluded.kind, closed = excluded.closed, "
        "provisional = excluded.provisional"
    )
    values: dict[str, list[Any]] = {
        "ids": [work.new_id() for _ in found],
        "days": [one.day for one in found],
        "names_id": [one.name_id for one in found],
        "names_en": [one.name_en for one in found],
        "kinds": [one.kind.value for one in found],
        "closed": [one.closed for one in found],
        "provisional": [one.provisional for one in found],
    }
    return await work.run(
        "insert into holiday (id, day, name_id, name_en, kind, closed, provisional) "
        "select * from unnest(cast(:ids as uuid[]), cast(:days as date[]), cast(:names_id as text[]), "
        "cast(:names_en as text[]), cast(:kinds as text[]), cast(:closed as boolean[]), "
        f"cast(:provisional as boolean[])) on conflict (day, name_id) {change if replace else 'do nothing'}",
        **values,
    )


async def known_holidays(work: UnitOfWork, found: Sequence[Holiday]) -> set[tuple[date, str]]:
    """Which of these are there already, by day and name."""
    rows = await work.fetch(
        "select h.day, h.name_id from holiday h join unnest(cast(:days as date[]), cast(:names as text[])) "
        "as c (day, name_id) on c.day = h.day and c.name_id = h.name_id",
        days=[one.day for one in found],
        names=[one.name_id for one in found],
    )
    return {(row["day"], row["name_id"]) for row in rows}


async def change_holiday(work: UnitOfWork, holiday_id: UUID, holiday: Holiday) -> bool:
    """Change a holiday; False when there is no such one."""
    return (
        await work.run(
            "update holiday set day = :day, name_id = :name_id, name_en = :name_en, kind = :kind, closed = :closed, "
            "provisional = :provisional where id = :id",
            id=holiday_id,
            day=holiday.day,
            name_id=holiday.name_id,
            name_en=holiday.name_en,
            kind=holiday.kind.value,
            closed=holiday.closed,
            provisional=holiday.provisional,
        )
        == 1
    )


async def remove_holiday(work: UnitOfWork, holiday_id: UUID) -> RowMapping | None:
    """Take a holiday out; returns what it was."""
    return await work.fetch_one("delete from holiday where id = :id returning day, name_id", id=holiday_id)


def holiday_of(row: RowMapping) -> Holiday:
    """A row as the rules know it."""
    return Holiday(
        row["day"], row["name_id"], row["name_en"], HolidayKind(row["kind"]), row["closed"], row["provisional"]
    )
