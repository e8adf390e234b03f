"""Lines of the clinic's lists: doctors, rooms, devices, visit types, service points. Pure functions."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from tht_app.i18n import date_text
from tht_app.use_cases.queue import Point
from tht_app.use_cases.scheduling import Device, Practitioner, Room, VisitType


@dataclass(frozen=True)
class EntryView:
    """What every line of a list has; `first` and `last` say where it cannot move any further."""

    id: str = ""
    name: str = ""
    position: int = 0
    active: bool = True
    first: bool = False
    last: bool = False


@dataclass(frozen=True)
class DoctorEntry(EntryView):
    """A doctor; `sip_until` is ISO for the form, `sip_text` is for reading."""

    sip: str = ""
    sip_until: str = ""
    sip_text: str = ""
    tint: int = 1


@dataclass(frozen=True)
class RoomEntry(EntryView):
    """A room."""


@dataclass(frozen=True)
class DeviceEntry(EntryView):
    """A device."""

    kind: str = "other"
    cleaning: int = 0


@dataclass(frozen=True)
class TypeEntry(EntryView):
    """A visit type; `name` is the Indonesian one."""

    code: str = ""
    name_en: str = ""
    minutes: int = 15
    device_kind: str = ""
    cleaning: int = 0
    tint: int = 1


@dataclass(frozen=True)
class PointEntry(EntryView):
    """A service point; `name` is the Indonesian one."""

    letter: str = ""
    name_en: str = ""
    kind: str = "practitioner"
    doctor_id: str = ""
    doctor: str = ""
    room_id: str = ""
    room: str = ""
    next_id: str = ""
    next: str = ""
    """The letter of the point where people usually go from here."""


Entry = TypeVar("Entry", bound=EntryView)


def _ends_marked(entries: Sequence[Entry]) -> list[Entry]:
    last = len(entries) - 1
    return [replace(entry, first=place == 0, last=place == last) for place, entry in enumerate(entries)]


def _shown(entries: Sequence[EntryView]) -> dict[str, Any]:
    return {"rows": _ends_marked(entries), "loaded": True}


def doctor_rows(doctors: Sequence[Practitioner], _now: datetime, lang: str) -> dict[str, Any]:
    """Doctors with their licence."""
    return _shown(
        [
            DoctorEntry(
                str(doctor.id),
                doctor.display_name,
                doctor.position,
                doctor.active,
                sip=doctor.sip_number or "",
                sip_until=doctor.sip_valid_to.isoformat() if doctor.sip_valid_to else "",
                sip_text=date_text(doctor.sip_valid_to, lang) if doctor.sip_valid_to else "",
                tint=doctor.tint,
            )
            for doctor in doctors
        ]
    )


def room_rows(rooms: Sequence[Room], _now: datetime, _lang: str) -> dict[str, Any]:
    """Rooms."""
    return _shown([RoomEntry(str(room.id), room.name, room.position, room.active) for room in rooms])


def device_rows(devices: Sequence[Device], _now: datetime, _lang: str) -> dict[str, Any]:
    """Devices."""
    return _shown(
        [
            DeviceEntry(str(one.id), one.name, one.position, one.active, kind=one.kind, cleaning=one.cleaning_minutes)
            for one in devices
        ]
    )


def type_rows(types: Sequence[VisitType], _now: datetime, _lang: str) -> dict[str, Any]:
    """Visit types in both languages: the screen chooses."""
    return _shown(
        [
            TypeEntry(
                str(kind.id),
                kind.name_id,
                kind.position,
                kind.active,
                code=kind.code,
                name_en=kind.name_en,
                minutes=kind.minutes,
                device_kind=kind.device_kind or "",
                cleaning=kind.cleaning_minutes,
                tint=kind.tint,
            )
            for kind in types
        ]
    )


def point_rows(points: Sequence[Point], _now: datetime, _lang: str) -> dict[str, Any]:
    """Service points in both languages: the screen chooses."""
    letters = {point.id: point.letter for point in points}
    return _shown(
        [
            PointEntry(
                str(point.id),
                point.name_id,
                point.position,
                point.active,
                letter=point.letter,
                name_en=point.name_en,
                kind=point.kind.value,
                doctor_id=str(point.practitioner_id or ""),
                doctor=point.doctor_name,
                room_id=str(point.room_id or ""),
                room=point.room_name,
                next_id=str(point.next_point_id or ""),
                next=letters.get(point.next_point_id, "") if point.next_point_id else "",
            )
            for point in points
        ]
    )
