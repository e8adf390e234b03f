"""What the clinic is called and where it is: the head of every document, and whether this is the demo clinic."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from tht_app.database.queries import settings as queries
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.errors import Problem, ValidationFailed
from tht_app.domain.identity import Permission
from tht_app.use_cases.door import use_case

LONGEST = 200


@dataclass(frozen=True, slots=True)
class ClinicHead:
    """What stands at the head of documents and on the sign-in page."""

    name: str
    licence: str = ""
    """Number of the clinic's operating licence."""
    address: str = ""
    city: str = ""
    phone: str = ""


UNNAMED = ClinicHead(name="Klinik THT")


@dataclass(frozen=True, slots=True)
class GetClinicHead:
    """Read the clinic's name, licence and address."""


@dataclass(frozen=True, slots=True)
class SaveClinicHead:
    """Change them."""

    head: ClinicHead


@dataclass(frozen=True, slots=True)
class MarkAsDemo:
    """Say for good that this database holds invented people; a real clinic refuses to open it.

    `at` is the moment that the demo shows (ISO 8601), `patients` how many it has, `filled` that all of it is there.
    """

    at: str = ""
    patients: int = 0
    filled: bool = False


@dataclass(frozen=True, slots=True)
class ReadDemoMark:
    """Whether and how far this is a demo clinic."""


@dataclass(frozen=True, slots=True)
class DemoMark:
    """The moment that the demo shows (ISO 8601), how many patients it has, and whether all of it is there."""

    at: str
    patients: int
    filled: bool


async def clinic_head(work: UnitOfWork) -> ClinicHead:
    """The head for documents made inside another use case."""
    value = await queries.read(work, "clinic")
    return ClinicHead(**value) if value else UNNAMED


@use_case(permission=Permission.SIGNED_IN, audit=AuditAction.READ, reads=True)
async def get_clinic_head(_request: GetClinicHead, work: UnitOfWork) -> ClinicHead:
    """Return the clinic's head."""
    return await clinic_head(work)


@use_case(permission=Permission.SETTINGS_MANAGE, audit=AuditAction.SETTINGS)
async def save_clinic_head(request: SaveClinicHead, work: UnitOfWork) -> None:
    """Store it; raises `ValidationFailed` for an empty name or an over-long field."""
    values = {name: value.strip() for name, value in asdict(request.head).items()}
    problems: dict[str, str | Problem] = {
        name: Problem("too_long", {"max": LONGEST}) for name, value in values.items() if len(value) > LONGEST
    }
    if not values["name"]:
        problems["name"] = "required"
    if problems:
        raise ValidationFailed(problems)
    await _save(work, "clinic", values)


@use_case(permission=Permission.SETTINGS_MANAGE, audit=AuditAction.SETTINGS)
async def mark_as_demo(request: MarkAsDemo, work: UnitOfWork) -> None:
    """Mark the database as the demo clinic."""
    await _save(work, "demo", {"demo": True, "at": request.at, "patients": request.patients, "filled": request.filled})


@use_case(permission=Permission.SIGNED_IN, audit=AuditAction.READ, reads=True)
async def read_demo_mark(_request: ReadDemoMark, work: UnitOfWork) -> DemoMark | None:
    """Return the mark; None in a real clinic."""
    value = await queries.read(work, "demo")
    if value is None:
        return None
    return DemoMark(value.get("at", ""), value.get("patients", 0), bool(value.get("filled")))


async def _save(work: UnitOfWork, key: str, value: Mapping[str, object]) -> None:
    await queries.save(work, key, value)
    work.changed("setting", work.new_id(), new={key: value})
