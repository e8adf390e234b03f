"""The places to which people are called."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.queries import queue as queries
from tht_app.database.queries import scheduling
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.errors import ValidationFailed
from tht_app.domain.identity import Permission
from tht_app.domain.queue import LETTERS, PointKind, ServicePointId
from tht_app.domain.scheduling import PractitionerId, RoomId
from tht_app.use_cases.door import use_case

LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Point:
    """A service point; `practitioner_id` is the doctor whose patients wait there."""

    id: ServicePointId
    letter: str
    name_id: str
    name_en: str
    kind: PointKind
    practitioner_id: PractitionerId | None
    room_id: RoomId | None
    room_name: str
    position: int
    active: bool
    next_point_id: ServicePointId | None = None
    """Where people usually go from here."""
    doctor_name: str = ""


@dataclass(frozen=True, slots=True)
class ListServicePoints:
    """All service points."""

    inactive: bool = False


@dataclass(frozen=True, slots=True)
class SaveServicePoint:
    """Add a service point, or change the one with this id. Of a doctor there is one at a time."""

    letter: str
    name_id: str
    name_en: str
    kind: PointKind = PointKind.PRACTITIONER
    practitioner_id: PractitionerId | None = None
    room_id: RoomId | None = None
    position: int = 0
    active: bool = True
    service_point_id: ServicePointId | None = None
    next_point_id: ServicePointId | None = None


def read_point(row: RowMapping) -> Point:
    """The service point of a row."""
    values: dict[str, Any] = dict(row)
    values |= {
        "kind": PointKind(row["kind"]),
        "room_name": row["room_name"] or "",
        "doctor_name": row["doctor_name"] or "",
    }
    return Point(**values)


@use_case(permission=Permission.REFERENCE_READ, audit=AuditAction.READ, reads=True)
async def list_service_points(request: ListServicePoints, work: UnitOfWork) -> tuple[Point, ...]:
    """Service points in the clinic's order."""
    return tuple(read_point(row) for row in await queries.points(work, inactive=request.inactive))


@use_case(permission=Permission.SCHEDULE_WRITE, audit=AuditAction.SETTINGS)
async def save_service_point(request: SaveServicePoint, work: UnitOfWork) -> ServicePointId:
    """Keep a service point; its letter is its own."""
    await _ensure_valid(request, work)
    point_id = request.service_point_id or work.new_id()
    values = {
        "id": point_id,
        "letter": request.letter,
        "name_id": request.name_id.strip(),
        "name_en": request.name_en.strip(),
        "kind": request.kind.value,
        "practitioner_id": request.practitioner_id,
        "room_id": request.room_id,
        "position": request.position,
        "active": request.active,
        "next_point_id": request.next_point_id,
    }
    await scheduling.upsert(work, "service_point", "id", values)
    work.changed("service_point", point_id, new=values)
    return ServicePointId(point_id)


async def _ensure_valid(request: SaveServicePoint, work: UnitOfWork) -> None:
    others = [row for row in await queries.points(work, inactive=True) if row["id"] != request.service_point_id]
    problems: dict[str, str] = {}
    if not LETTERS.fullmatch(request.letter):
        problems["letter"] = "queue.letter_shape"
    elif request.letter in {row["letter"] for row in others}:
        problems["letter"] = "scheduling.name_taken"
    for name in ("name_id", "name_en"):
        if not 1 <= len(getattr(request, name).strip()) <= LONGEST_NAME:
            problems[name] = "scheduling.name_length"
    if (request.kind is PointKind.PRACTITIONER) != (request.practitioner_id is not None):
        problems["practitioner_id"] = "required" if request.practitioner_id is None else "choice"
    elif request.active and request.practitioner_id in _taken(others):
        problems["practitioner_id"] = "scheduling.name_taken"
    rooms = {row["id"] for row in await scheduling.rooms(work, inactive=True)}
    doctors = {row["id"] for row in await scheduling.practitioners(work, inactive=True)}
    points = {row["id"] for row in others}
    for name, known in (("room_id", rooms), ("practitioner_id", doctors), ("next_point_id", points)):
        if getattr(request, name) not in {None, *known}:
            problems[name] = "choice"
    if problems:
        raise ValidationFailed(problems)


def _taken(others: list[RowMapping]) -> set[UUID]:
    return {row["practitioner_id"] for row in others if row["active"] and row["practitioner_id"] is not None}
