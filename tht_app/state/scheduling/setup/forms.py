"""From what was typed into a list's form to a request, and back for undoing; every bad field is named at once."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, time
from uuid import UUID

from tht_app.domain.errors import Problem, ValidationFailed
from tht_app.domain.queue import PointKind, ServicePointId
from tht_app.domain.scheduling import DeviceId, PractitionerId, RoomId, VisitTypeId
from tht_app.state.scheduling.forms import CLOCK
from tht_app.state.scheduling.setup.views import DeviceEntry, DoctorEntry, EntryView, PointEntry, RoomEntry, TypeEntry
from tht_app.state.scheduling.view_models import read_id
from tht_app.use_cases.queue import SaveServicePoint
from tht_app.use_cases.scheduling import SaveDevice, SavePractitioner, SaveRoom, SaveVisitType

Form = Mapping[str, str]
STEP = 10
NOT_A_CODE = re.compile(r"[^a-z0-9]+")


class Fields:
    """Reads one form whose field names begin with `prefix`."""

    def __init__(self, form: Form, prefix: str) -> None:
        """Nothing is read yet; `done` says what was wrong."""
        self._form, self._prefix = form, prefix
        self.problems: dict[str, str | Problem] = {}

    def refuse(self, name: str, problem: str | Problem) -> None:
        """Say what is wrong with a field, unless something was said already."""
        self.problems.setdefault(self._prefix + name, problem)

    def text(self, name: str, *, required: bool = False) -> str:
        """What was typed, without the spaces around it."""
        typed = self._form.get(self._prefix + name, "").strip()
        if required and not typed:
            self.refuse(name, "required")
        return typed

    def whole(self, name: str, code: str, most: int, *, required: bool = True) -> int | None:
        """A whole number from 0 to `most`; None when nothing is typed or it cannot be."""
        typed = self.text(name, required=required)
        if not typed:
            return None
        if not (typed.isascii() and typed.isdigit() and int(typed[:6]) <= most):
            self.refuse(name, code)
            return None
        return int(typed[:6])

    def id(self, name: str, *, required: bool = False) -> UUID | None:
        """An id from a list of choices."""
        typed = self.text(name, required=required)
        found = read_id(typed)
        if typed and found is None:
            self.refuse(name, "choice")
        return found

    def day(self, name: str, *, required: bool = False) -> date | None:
        """A date, which the field sends as ISO."""
        typed = self.text(name, required=required)
        try:
            return date.fromisoformat(typed) if typed else None
        except ValueError:
            self.refuse(name, "date_shape")
            return None

    def clock(self, name: str, *, required: bool = False) -> time | None:
        """A time in any usual way of writing it."""
        typed = self.text(name, required=required)
        found = CLOCK.fullmatch(typed)
        if typed and not found:
            self.refuse(name, "scheduling.time_shape")
        return time(int(found[1]), int(found[2])) if found else None

    def done(self) -> None:
        """Raise `ValidationFailed` if anything was wrong."""
        if self.problems:
            raise ValidationFailed(self.problems)


def place_of(entry: EntryView | None, count: int) -> int:
    """An entry keeps its place; a new one comes last."""
    return entry.position if entry else (count + 1) * STEP


def code_from(name: str) -> str:
    """What programs call a visit type: `Post-op check` becomes `post-op-check`."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    code = NOT_A_CODE.sub("-", plain).strip("-")[:40].strip("-")
    return code if len(code) > 1 else f"visit-{code or 'type'}"


def read_doctor(form: Form, entry: DoctorEntry | None, count: int) -> SavePractitioner:
    """A doctor; of a known one the person stays."""
    read = Fields(form, "doctor_")
    person = read_id(entry.id) if entry else read.id("person_id", required=True)
    name, until = read.text("display_name", required=True), read.day("sip_valid_to")
    tint = read.whole("tint", "choice", 8)
    read.done()
    return SavePractitioner(
        person_id=PractitionerId(person or UUID(int=0)),
        display_name=name,
        sip_number=read.text("sip_number") or None,
        sip_valid_to=until,
        tint=tint or 1,
        position=place_of(entry, count),
        active=entry.active if entry else True,
    )


def doctor_form(entry: DoctorEntry) -> dict[str, str]:
    """The form that would keep this doctor as it is."""
    return {
        "doctor_display_name": entry.name,
        "doctor_sip_number": entry.sip,
        "doctor_sip_valid_to": entry.sip_until,
        "doctor_tint": str(entry.tint),
    }


def read_room(form: Form, entry: RoomEntry | None, count: int) -> SaveRoom:
    """A room."""
    read = Fields(form, "room_")
    name = read.text("name", required=True)
    read.done()
    room_id = RoomId(UUID(entry.id)) if entry else None
    return SaveRoom(name, place_of(entry, count), entry.active if entry else True, room_id)


def room_form(entry: RoomEntry) -> dict[str, str]:
    """The form that would keep this room as it is."""
    return {"room_name": entry.name}


def read_device(form: Form, entry: DeviceEntry | None, count: int) -> SaveDevice:
    """A device."""
    read = Fields(form, "device_")
    name, kind = read.text("name", required=True), read.text("kind", required=True)
    cleaning = read.whole("cleaning_minutes", "scheduling.cleaning_minutes", 240, required=False)
    read.done()
    device_id = DeviceId(UUID(entry.id)) if entry else None
    return SaveDevice(name, kind, place_of(entry, count), entry.active if entry else True, device_id, cleaning)


def device_form(entry: DeviceEntry) -> dict[str, str]:
    """The form that would keep this device as it is."""
    return {
        "device_name": entry.name,
        "device_kind": entry.kind,
        "device_cleaning_minutes": str(entry.cleaning),
    }


def read_type(form: Form, entry: TypeEntry | None, count: int) -> SaveVisitType:
    """A visit type; a new one gets its code from the English name."""
    read = Fields(form, "type_")
    name_id, name_en = read.text("name_id", required=True), read.text("name_en", required=True)
    minutes = read.whole("minutes", "scheduling.minutes_grid", 720)
    tint = read.whole("tint", "choice", 8)
    cleaning = read.whole("cleaning_minutes", "scheduling.cleaning_minutes", 240, required=False)
    read.done()
    return SaveVisitType(
        code=entry.code if entry else code_from(name_en),
        name_id=name_id,
        name_en=name_en,
        minutes=minutes or 0,
        device_kind=read.text("device_kind") or None,
        cleaning_minutes=cleaning or 0,
        tint=tint or 1,
        position=place_of(entry, count),
        active=entry.active if entry else True,
        visit_type_id=VisitTypeId(UUID(entry.id)) if entry else None,
    )


def type_form(entry: TypeEntry) -> dict[str, str]:
    """The form that would keep this visit type as it is."""
    return {
        "type_name_id": entry.name,
        "type_name_en": entry.name_en,
        "type_minutes": str(entry.minutes),
        "type_device_kind": entry.device_kind,
        "type_cleaning_minutes": str(entry.cleaning),
        "type_tint": str(entry.tint),
    }


def read_point(form: Form, entry: PointEntry | None, count: int) -> SaveServicePoint:
    """A service point; only where a doctor's patients wait does it belong to a doctor."""
    read = Fields(form, "point_")
    letter, kind = read.text("letter", required=True).upper(), read.text("kind", required=True)
    name_id, name_en = read.text("name_id", required=True), read.text("name_en", required=True)
    room, following = read.id("room_id"), read.id("next_point_id")
    doctor = read.id("practitioner_id", required=True) if kind == PointKind.PRACTITIONER else None
    if kind and kind not in set(PointKind):
        read.refuse("kind", "choice")
    read.done()
    return SaveServicePoint(
        letter=letter,
        name_id=name_id,
        name_en=name_en,
        kind=PointKind(kind),
        practitioner_id=PractitionerId(doctor) if doctor else None,
        room_id=RoomId(room) if room else None,
        position=place_of(entry, count),
        active=entry.active if entry else True,
        service_point_id=ServicePointId(UUID(entry.id)) if entry else None,
        next_point_id=ServicePointId(following) if following else None,
    )


def point_form(entry: PointEntry) -> dict[str, str]:
    """The form that would keep this service point as it is."""
    return {
        "point_letter": entry.letter,
        "point_name_id": entry.name,
        "point_name_en": entry.name_en,
        "point_kind": entry.kind,
        "point_practitioner_id": entry.doctor_id,
        "point_room_id": entry.room_id,
        "point_next_point_id": entry.next_id,
    }
