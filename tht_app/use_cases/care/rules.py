"""What counts as treating in this clinic, and who stands in for whom."""

from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from tht_app.database.queries import care as queries
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.care import LONGEST_COVER_DAYS, CareRules, Cover, CoverId, checked_rules
from tht_app.domain.errors import NotFound, Problem, ValidationFailed
from tht_app.domain.identity import Permission
from tht_app.use_cases.door import use_case


@dataclass(frozen=True, slots=True)
class ReadCareSetup:
    """The rules, the doctors, and the covers that go on or are to come."""


@dataclass(frozen=True, slots=True)
class CareSetup:
    """What the screen of the rules shows."""

    rules: CareRules
    doctors: tuple[tuple[UUID, str], ...]
    covers: tuple[Cover, ...]


@dataclass(frozen=True, slots=True)
class SaveCareRules:
    """Change the rules; who treats whom follows at once."""

    rules: CareRules


@dataclass(frozen=True, slots=True)
class AddCover:
    """`covering_id` acts for `absent_id` on these days, both included."""

    absent_id: UUID
    covering_id: UUID
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class WithdrawCover:
    """End a cover now."""

    cover_id: CoverId


@use_case(permission=Permission.CARE_MANAGE, audit=AuditAction.READ, reads=True)
async def read_care_setup(request: ReadCareSetup, work: UnitOfWork) -> CareSetup:
    """All of it."""
    return CareSetup(await queries.rules(work), await queries.doctors(work), await queries.covers(work))


@use_case(permission=Permission.SETTINGS_MANAGE, audit=AuditAction.SETTINGS)
async def save_care_rules(request: SaveCareRules, work: UnitOfWork) -> None:
    """Store them; raises ValidationFailed."""
    rules = checked_rules(request.rules)
    before = await queries.rules(work)
    await queries.save_rules(work, rules)
    work.changed("setting", work.new_id(), old=asdict(before), new=asdict(rules))


@use_case(permission=Permission.CARE_MANAGE, audit=AuditAction.CREATE)
async def add_cover(request: AddCover, work: UnitOfWork) -> CoverId:
    """Let one doctor reach the other's patients for some days; raises ValidationFailed."""
    doctors = {person_id for person_id, _ in await queries.doctors(work)}
    problems: dict[str, str | Problem] = {}
    if request.absent_id not in doctors:
        problems["absent_id"] = "unknown_choice"
    if request.covering_id not in doctors:
        problems["covering_id"] = "unknown_choice"
    if request.covering_id == request.absent_id:
        problems["covering_id"] = "care.same_doctor"
    days = (request.last - request.first).days
    if days < 0 or days >= LONGEST_COVER_DAYS or request.last < work.today():
        problems["last"] = Problem("care.cover_days", {"max": LONGEST_COVER_DAYS})
    if problems:
        raise ValidationFailed(problems)
    cover_id = await queries.add_cover(
        work,
        absent_id=request.absent_id,
        covering_id=request.covering_id,
        starts_at=_midnight(work, request.first),
        ends_at=_midnight(work, request.last + timedelta(days=1)),
    )
    work.changed("cover", cover_id, new={name: str(value) for name, value in asdict(request).items()})
    return cover_id


def _midnight(work: UnitOfWork, day: date) -> datetime:
    return datetime.combine(day, time(), work.zone)


@use_case(permission=Permission.CARE_MANAGE, audit=AuditAction.UPDATE)
async def withdraw_cover(request: WithdrawCover, work: UnitOfWork) -> None:
    """End it; NotFound when it has ended."""
    if not await queries.withdraw_cover(work, request.cover_id):
        raise NotFound
    work.changed("cover", request.cover_id, new={"withdrawn": True})
