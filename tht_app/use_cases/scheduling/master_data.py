"""Who works where, and why people come: doctors, rooms, devices, visit types."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from tht_app.database.queries import scheduling as queries
from tht_app.database.tables.scheduling import VisitTypeRow
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.errors import ValidationFailed
from tht_app.domain.identity import Permission
from tht_app.domain.scheduling import (
    LONGEST_CLEANING,
    USUAL_CLEANING,
    DeviceId,
    DeviceKind,
    PractitionerId,
    RoomId,
    VisitTypeId,
)
from tht_app.use_cases.door import use_case

LONGEST_NAME = 60
LONGEST_TITLE = 200
MANAGE = Permission.SCHEDULE_WRITE
TINTS = range(1, 9)
DEVICE_KINDS = frozenset(kind.value for kind in DeviceKind)


@dataclass(frozen=True, slots=True)
class Practitioner:
    """A doctor: `display_name` with titles as printed, `sip_number` the licence, `tint` 1 to 8."""

    id: PractitionerId
    display_name: str
    sip_number: str | None
    sip_valid_to: date | None
    tint: int
    position: int
    active: bool


@dataclass(frozen=True, slots=True)
class Room:
    """A room in which people are seen."""

    id: RoomId
    name: str
    position: int
    active: bool


@dataclass(frozen=True, slots=True)
class Device:
    """A device that one visit at a time can have, and that is cleaned for so many minutes after it."""

    id: DeviceId
    name: str
    kind: str
    position: int
    active: bool
    cleaning_minutes: int = 0


@dataclass(frozen=True, slots=True)
class VisitType:
    """Why somebody comes; `minutes` is the usual length, `device_kind` what it needs.

    A device is cleaned after the visit for the minutes of the visit type or of the device, whichever is more.
    """

    id: VisitTypeId
    code: str
    name_id: str
    name_en: str
    minutes: int
    device_kind: str | None
    tint: int
    position: int
    active: bool
    cleaning_minutes: int = 0


@dataclass(frozen=True, slots=True)
class ListPractitioners:
    """All doctors; with `inactive` those too who no longer work here."""

    inactive: bool = False


@dataclass(frozen=True, slots=True)
class ListRooms:
    """All rooms."""

    inactive: bool = False


@dataclass(frozen=True, slots=True)
class ListDevices:
    """All devices."""

    inactive: bool = False


@dataclass(frozen=True, slots=True)
class ListVisitTypes:
    """All visit types."""

    inactive: bool = False


@dataclass(frozen=True, slots=True)
class SavePractitioner:
    """Make a person with the role of a doctor bookable, or change how they are shown."""

    person_id: PractitionerId
    display_name: str
    sip_number: str | None = None
    sip_valid_to: date | None = None
    tint: int = 1
    position: int = 0
    active: bool = True


@dataclass(frozen=True, slots=True)
class SaveRoom:
    """Add a room, or change the one with this id."""

    name: str
    position: int = 0
    active: bool = True
    room_id: RoomId | None = None


@dataclass(frozen=True, slots=True)
class SaveDevice:
    """Add a device, or change the one with this id; without `cleaning_minutes` its kind says how long it is cleaned."""

    name: str
    kind: str = "other"
    position: int = 0
    active: bool = True
    device_id: DeviceId | None = None
    cleaning_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class SaveVisitType:
    """Add a visit type, or change the one with this id."""

    code: str
    name_id: str
    name_en: str
    minutes: int
    device_kind: str | None = None
    tint: int = 1
    position: int = 0
    active: bool = True
    visit_type_id: VisitTypeId | None = None
    cleaning_minutes: int = 0


@dataclass(frozen=True, slots=True)
class InstallVisitTypes:
    """Add the standard visit types that an ENT clinic needs; those that are there already stay as they are."""


STANDARD_VISIT_TYPES: tuple[SaveVisitType, ...] = (
    SaveVisitType("consultation", "Konsultasi", "Consultation", 15, tint=1, position=10),
    SaveVisitType("check-up", "Kontrol", "Check-up", 10, tint=2, position=20),
    SaveVisitType("endoscopy", "Endoskopi", "Endoscopy", 30, "endoscope", tint=3, position=30),
    SaveVisitType("audiometry", "Audiometri", "Audiometry", 30, "audiometer", tint=4, position=40),
    SaveVisitType("tympanometry", "Timpanometri", "Tympanometry", 15, "tympanometer", tint=5, position=50),
    SaveVisitType("ear-cleaning", "Bersihkan telinga", "Ear cleaning", 15, "suction", tint=6, position=60),
    SaveVisitType("procedure", "Tindakan", "Procedure", 45, tint=7, position=70),
    SaveVisitType("post-op", "Kontrol pascaoperasi", "Post-operative check", 15, tint=8, position=80),
)


def ensure(**rules: tuple[bool, str]) -> None:
    """Name every field whose rule does not hold."""
    problems = {name: code for name, (holds, code) in rules.items() if not holds}
    if problems:
        raise ValidationFailed(problems)


def _named(text: str, longest: int = LONGEST_NAME) -> tuple[bool, str]:
    return (1 <= len(text.strip()) <= longest, "required" if not text.strip() else "scheduling.name_length")


async def _save(work: UnitOfWork, table: str, key: str, values: dict[str, Any]) -> UUID:
    await queries.upsert(work, table, key, values)
    work.changed(table, values[key], new={name: value for name, value in values.items() if name != key})
    return values[key]


@use_case(permission=Permission.REFERENCE_READ, audit=AuditAction.READ, reads=True)
async def list_practitioners(request: ListPractitioners, work: UnitOfWork) -> tuple[Practitioner, ...]:
    """Doctors in the clinic's order."""
    return tuple(Practitioner(**row) for row in await queries.practitioners(work, inactive=request.inactive))


@use_case(permission=Permission.REFERENCE_READ, audit=AuditAction.READ, reads=True)
async def list_rooms(request: ListRooms, work: UnitOfWork) -> tuple[Room, ...]:
    """Rooms in the clinic's order."""
    return tuple(Room(**row) for row in await queries.rooms(work, inactive=request.inactive))


@use_case(permission=Permission.REFERENCE_READ, audit=AuditAction.READ, reads=True)
async def list_devices(request: ListDevices, work: UnitOfWork) -> tuple[Device, ...]:
    """Devices in the clinic's order."""
    return tuple(Device(**row) for row in await queries.devices(work, inactive=request.inactive))


@use_case(permission=Permission.REFERENCE_READ, audit=AuditAction.READ, reads=True)
async def list_visit_types(request: ListVisitTypes, work: UnitOfWork) -> tuple[VisitType, ...]:
    """Visit types in the clinic's order."""
    return tuple(VisitType(**row) for row in await queries.visit_types(work, inactive=request.inactive))


@use_case(permission=MANAGE, audit=AuditAction.SETTINGS)
async def save_practitioner(request: SavePractitioner, work: UnitOfWork) -> PractitionerId:
    """Keep what is shown and printed of a doctor."""
    ensure(
        display_name=_named(request.display_name, LONGEST_TITLE),
        sip_number=(len(request.sip_number or "") <= LONGEST_NAME, "scheduling.name_length"),
        tint=(request.tint in TINTS, "choice"),
        person_id=(await queries.is_doctor(work, request.person_id), "scheduling.not_a_doctor"),
    )
    values = {
        "person_id": request.person_id,
        "display_name": request.display_name.strip(),
        "sip_number": (request.sip_number or "").strip() or None,
        "sip_valid_to": request.sip_valid_to,
        "tint": request.tint,
        "position": request.position,
        "active": request.active,
    }
    return PractitionerId(await _save(work, "practitioner", "person_id", values))


@use_case(permission=MANAGE, audit=AuditAction.SETTINGS)
async def save_room(request: SaveRoom, work: UnitOfWork) -> RoomId:
    """Keep a room."""
    ensure(name=_named(request.name))
    await _ensure_free_name(work, "room", "name", request.name, request.room_id)
    values = {
        "id": request.room_id or work.new_id(),
        "name": request.name.strip(),
        "position": request.position,
        "active": request.active,
    }
    return RoomId(await _save(work, "room", "id", values))


@use_case(permission=MANAGE, audit=AuditAction.SETTINGS)
async def save_device(request: SaveDevice, work: UnitOfWork) -> DeviceId:
    """Keep a device."""
    cleaning = request.cleaning_minutes
    if cleaning is None:
        cleaning = USUAL_CLEANING.get(DeviceKind(request.kind), 0) if request.kind in DEVICE_KINDS else 0
    ensure(
        name=_named(request.name),
        kind=(request.kind in DEVICE_KINDS, "choice"),
        cleaning_minutes=(0 <= cleaning <= LONGEST_CLEANING, "scheduling.cleaning_minutes"),
    )
    await _ensure_free_name(work, "device", "name", request.name, request.device_id)
    values = {
        "id": request.device_id or work.new_id(),
        "name": request.name.strip(),
        "kind": request.kind,
        "cleaning_minutes": cleaning,
        "position": request.position,
        "active": request.active,
    }
    return DeviceId(await _save(work, "device", "id", values))


@use_case(permission=MANAGE, audit=AuditAction.SETTINGS)
async def save_visit_type(request: SaveVisitType, work: UnitOfWork) -> VisitTypeId:
    """Keep a visit type; its length is a multiple of five minutes."""
    ensure(
        code=_named(request.code, 40),
        name_id=_named(request.name_id),
        name_en=_named(request.name_en),
        minutes=(5 <= request.minutes <= 720 and request.minutes % 5 == 0, "scheduling.minutes_grid"),
        device_kind=(request.device_kind is None or request.device_kind in DEVICE_KINDS, "choice"),
        tint=(request.tint in TINTS, "choice"),
        cleaning_minutes=(0 <= request.cleaning_minutes <= LONGEST_CLEANING, "scheduling.cleaning_minutes"),
    )
    await _ensure_free_name(work, "visit_type", "code", request.code, request.visit_type_id)
    values = _visit_type_values(request, request.visit_type_id or work.new_id())
    return VisitTypeId(await _save(work, "visit_type", "id", values))


def _visit_type_values(request: SaveVisitType, row_id: UUID) -> dict[str, Any]:
    return {
        "id": row_id,
        "code": request.code.strip(),
        "name_id": request.name_id.strip(),
        "name_en": request.name_en.strip(),
        "minutes": request.minutes,
        "device_kind": request.device_kind,
        "cleaning_minutes": request.cleaning_minutes,
        "tint": request.tint,
        "position": request.position,
        "active": request.active,
    }


@use_case(permission=MANAGE, audit=AuditAction.SETTINGS)
async def install_visit_types(request: InstallVisitTypes, work: UnitOfWork) -> int:
    """Add what is missing; returns how many were added."""
    known = {row["code"] for row in await queries.visit_types(work, inactive=True)}
    rows = [
        VisitTypeRow(**_visit_type_values(standard, work.new_id()))
        for standard in STANDARD_VISIT_TYPES
        if standard.code not in known
    ]
    if rows:
        await work.add(rows)
        work.changed("visit_type", rows[0].id, new={"codes": [row.code for row in rows]})
    return len(rows)


async def _ensure_free_name(work: UnitOfWork, table: str, column: str, name: str, own: UUID | None) -> None:
    if await queries.name_taken(work, table, column, name.strip(), own):
        raise ValidationFailed({column: "scheduling.name_taken"})
