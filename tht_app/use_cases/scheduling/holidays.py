"""The clinic's holidays: what the state declares, what the program ships, what the clinic adds."""

from dataclasses import dataclass
from datetime import date
from importlib import resources

from tht_app.database.queries import scheduling as queries
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.errors import NotFound, ValidationFailed
from tht_app.domain.identity import Permission
from tht_app.domain.scheduling import Holiday, HolidayId, HolidayKind, HolidayLine, read_holidays
from tht_app.use_cases.door import use_case

MANAGE = Permission.SCHEDULE_WRITE
LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class ListHolidays:
    """The holidays of a range of days, both included."""

    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class ListedHoliday:
    """A holiday and its id."""

    id: HolidayId
    holiday: Holiday


@dataclass(frozen=True, slots=True)
class SaveHoliday:
    """Add a holiday, or change the one with this id."""

    holiday: Holiday
    holiday_id: HolidayId | None = None


@dataclass(frozen=True, slots=True)
class RemoveHoliday:
    """Take a holiday out of the calendar."""

    holiday_id: HolidayId


@dataclass(frozen=True, slots=True)
class InstallHolidays:
    """Add Indonesia's holidays that the program ships; those that are there already stay as they are."""


@dataclass(frozen=True, slots=True)
class ImportHolidays:
    """Read a CSV file of holidays; with `dry_run` nothing is written. Same day and name is the same holiday."""

    content: bytes
    dry_run: bool = True


@dataclass(frozen=True, slots=True)
class HolidayImport:
    """What an import would do or did: how many are new, how many change, and every line as it was read."""

    added: int
    changed: int
    lines: tuple[HolidayLine, ...]


@use_case(permission=Permission.REFERENCE_READ, audit=AuditAction.READ, reads=True)
async def list_holidays(request: ListHolidays, work: UnitOfWork) -> tuple[ListedHoliday, ...]:
    """Holidays by day."""
    rows = await queries.holidays(work, request.first_day, request.last_day)
    return tuple(ListedHoliday(row["id"], queries.holiday_of(row)) for row in rows)


@use_case(permission=MANAGE, audit=AuditAction.SETTINGS)
async def save_holiday(request: SaveHoliday, work: UnitOfWork) -> None:
    """Keep a holiday."""
    given = request.holiday
    problems = {
        name: "scheduling.name_length" if text.strip() else "required"
        for name, text in (("name_id", given.name_id), ("name_en", given.name_en))
        if not 1 <= len(text.strip()) <= LONGEST_NAME
    }
    if problems:
        raise ValidationFailed(problems)
    kept = Holiday(given.day, given.name_id.strip(), given.name_en.strip(), given.kind, given.closed, given.provisional)
    same = [row["id"] for row in await queries.holidays(work, kept.day, kept.day) if row["name_id"] == kept.name_id]
    if request.holiday_id is not None and same not in ([], [request.holiday_id]):
        raise ValidationFailed({"name_id": "scheduling.name_taken"})
    if request.holiday_id is None:
        await queries.put_holidays(work, [kept], replace=True)
    elif not await queries.change_holiday(work, request.holiday_id, kept):
        raise NotFound
    told = {"day": kept.day, "name": kept.name_id, "closed": kept.closed}
    work.changed("holiday", request.holiday_id or work.new_id(), new=told)


@use_case(permission=MANAGE, audit=AuditAction.SETTINGS)
async def remove_holiday(request: RemoveHoliday, work: UnitOfWork) -> None:
    """Take a holiday out; an unknown one is no mistake."""
    row = await queries.remove_holiday(work, request.holiday_id)
    if row is not None:
        work.changed("holiday", request.holiday_id, old={"day": row["day"], "name": row["name_id"]})


@use_case(permission=MANAGE, audit=AuditAction.SETTINGS)
async def install_holidays(request: InstallHolidays, work: UnitOfWork) -> int:
    """Add what is missing; returns how many were added."""
    content = resources.files("tht_app.database.reference").joinpath("holidays.csv").read_bytes()
    shipped = [line.holiday for line in read_holidays(content) if line.holiday is not None]
    added = await queries.put_holidays(work, shipped, replace=False)
    if added:
        work.changed("holiday", work.new_id(), new={"installed": added})
    return added


@use_case(permission=MANAGE, audit=AuditAction.IMPORT)
async def import_holidays(request: ImportHolidays, work: UnitOfWork) -> HolidayImport:
    """Judge every line and, unless it is a dry run, write the good ones; bad lines are told and left out."""
    lines = tuple(read_holidays(request.content))
    good = [line.holiday for line in lines if line.holiday is not None]
    known = await queries.known_holidays(work, good) if good else set[tuple[date, str]]()
    changed = sum((one.day, one.name_id) in known for one in good)
    if not request.dry_run and good:
        await queries.put_holidays(work, good, replace=True)
        work.changed("holiday", work.new_id(), new={"imported": len(good)})
    return HolidayImport(len(good) - changed, changed, lines)


__all__ = [
    "Holiday",
    "HolidayImport",
    "HolidayKind",
    "ImportHolidays",
    "InstallHolidays",
    "ListHolidays",
    "ListedHoliday",
    "RemoveHoliday",
    "SaveHoliday",
]
