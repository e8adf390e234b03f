"""From what was typed into a booking to a request; every field that cannot be read is named at once."""

import re
from collections.abc import Mapping
from datetime import datetime, time, tzinfo
from uuid import UUID

from tht_app.domain.errors import Problem, ValidationFailed
from tht_app.domain.registration import PatientId
from tht_app.domain.scheduling import AppointmentId, CancelReason, DeviceId, HoldId, PractitionerId, RoomId, VisitTypeId
from tht_app.state.scheduling.grid import read_wall
from tht_app.state.scheduling.view_models import read_id
from tht_app.use_cases.scheduling import (
    LONGEST_TEXT,
    BookAppointment,
    CancelAppointment,
    FreeSlots,
    HoldSlot,
    MoveAppointment,
)

Form = Mapping[str, str]
CLOCK = re.compile(r"([01]?\d|2[0-3])[.:]?([0-5]\d)")
MOST_MINUTES = 24 * 60


class _Reader:
    """Reads one form whose field names begin with `prefix`."""

    def __init__(self, form: Form, prefix: str) -> None:
        self.form, self.prefix = form, prefix
        self.problems: dict[str, str | Problem] = {}

    def text(self, name: str) -> str:
        return self.form.get(self.prefix + name, "").strip()

    def refuse(self, name: str, code: str) -> None:
        self.problems.setdefault(self.prefix + name, code)

    def id(self, name: str, *, required: bool = True) -> UUID | None:
        typed = self.text(name)
        found = read_id(typed)
        if found is None and (typed or required):
            self.refuse(name, "choice" if typed else "required")
        return found

    def start(self, zone: tzinfo) -> datetime | None:
        offered = self.form.get("offered", "")
        if offered:
            return self._offered(offered)
        typed, clock = self.text("date"), CLOCK.fullmatch(self.text("time"))
        if not clock:
            self.refuse("time", "scheduling.time_shape" if self.text("time") else "required")
        try:
            day = datetime.strptime(typed, "%Y-%m-%d").date()  # noqa: DTZ007  a day, the zone comes below
        except ValueError:
            self.refuse("date", "date_shape" if typed else "required")
            return None
        return datetime.combine(day, time(int(clock[1]), int(clock[2])), zone) if clock else None

    def _offered(self, text: str) -> datetime | None:
        try:
            return read_start(text)
        except ValidationFailed:
            self.refuse("time", "scheduling.time_shape")
            return None

    def minutes(self) -> int | None:
        typed = self.text("minutes")
        if not typed:
            return None
        if not typed.isascii() or not typed.isdigit() or not 0 < int(typed[:6]) <= MOST_MINUTES:
            self.refuse("minutes", "scheduling.minutes_number")
            return None
        return int(typed)

    def note(self, name: str) -> str:
        typed = self.text(name)
        if len(typed) > LONGEST_TEXT:
            problem = Problem("too_long", {"max": LONGEST_TEXT, "count": len(typed)})
            self.problems.setdefault(self.prefix + name, problem)
        return typed

    def done(self) -> None:
        if self.problems:
            raise ValidationFailed(self.problems)


def read_start(text: str) -> datetime:
    """An aware time as a button carries it; raises `ValidationFailed`."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise ValidationFailed({"start": "date_shape"})
    return found


def read_booking(form: Form, zone: tzinfo) -> BookAppointment:
    """The booking sheet; raises `ValidationFailed` with the names of its fields (`booking_…`)."""
    read = _Reader(form, "booking_")
    patient, doctor, kind = read.id("patient"), read.id("doctor"), read.id("type")
    start, minutes, room = read.start(zone), read.minutes(), read.id("room", required=False)
    note, override = read.note("note"), read.note("override")
    read.done()
    if patient is None or doctor is None or kind is None or start is None:
        raise ValidationFailed({})
    return BookAppointment(
        patient_id=PatientId(patient),
        practitioner_id=PractitionerId(doctor),
        visit_type_id=VisitTypeId(kind),
        start=start,
        minutes=minutes,
        room_id=RoomId(room) if room else None,
        note=note,
        override_reason=override,
    )


def wish_of(form: Form, zone: tzinfo) -> HoldSlot | None:
    """The time that a form half filled in asks for; None while that is not known."""
    read = _Reader(form, "booking_")
    doctor, kind, start = read.id("doctor"), read.id("type"), read.start(zone)
    minutes, room = read.minutes(), read.id("room", required=False)
    patient = read_id(read.text("patient"))
    if read.problems or doctor is None or kind is None or start is None:
        return None
    return HoldSlot(
        practitioner_id=PractitionerId(doctor),
        visit_type_id=VisitTypeId(kind),
        start=start,
        minutes=minutes,
        room_id=RoomId(room) if room else None,
        patient_id=PatientId(patient) if patient else None,
    )


def needs_of(wanted: BookAppointment | HoldSlot, minutes: int, hold: HoldId | None) -> FreeSlots:
    """The question for free times with the same needs; `minutes` is the usual length of the visit."""
    return FreeSlots(
        wanted.practitioner_id,
        wanted.minutes or minutes,
        wanted.start,
        wanted.room_id,
        wanted.patient_id,
        visit_type_id=wanted.visit_type_id,
        hold_id=hold,
    )


def read_move(form: Form, appointment_id: UUID, version: int, zone: tzinfo) -> MoveAppointment:
    """The move form; raises `ValidationFailed` with the names of its fields (`move_…`)."""
    read = _Reader(form, "move_")
    doctor, room = read.id("doctor"), read.id("room")
    start, minutes, override = read.start(zone), read.minutes(), read.note("override")
    read.done()
    return MoveAppointment(
        appointment_id=AppointmentId(appointment_id),
        start=start,
        minutes=minutes,
        practitioner_id=PractitionerId(doctor) if doctor else None,
        room_id=RoomId(room) if room else None,
        override_reason=override,
        version=version,
    )


def read_place(form: Form, zone: tzinfo) -> MoveAppointment:
    """Where an appointment was dropped, on the clinic's wall clock; raises `ValidationFailed`."""
    appointment, start = read_id(form.get("id")), read_wall(form.get("start", ""), zone)
    doctor, room = read_id(form.get("doctor")), read_id(form.get("room"))
    minutes, version = form.get("minutes", ""), form.get("version", "")
    numbers = all(text.isascii() and text.isdigit() and len(text) < 9 for text in (minutes, version))
    if appointment is None or start is None or doctor is None or room is None or not numbers:
        raise ValidationFailed({"start": "date_shape"})
    return MoveAppointment(
        appointment_id=AppointmentId(appointment),
        start=start,
        minutes=int(minutes),
        practitioner_id=PractitionerId(doctor),
        room_id=RoomId(room),
        version=int(version),
        device_ids=_devices(form.get("devices", "")),
    )


def _devices(text: str) -> tuple[DeviceId, ...] | None:
    """Devices that were chosen by hand; None leaves the choice to the clinic."""
    found = [read_id(part) for part in text.split(",")] if text else []
    return tuple(DeviceId(device) for device in found if device is not None) or None


def read_cancel(form: Form, appointment_id: UUID) -> CancelAppointment:
    """The cancel form; raises `ValidationFailed` for a missing or unknown reason (`cancel_reason`)."""
    read = _Reader(form, "cancel_")
    typed, note = read.text("reason"), read.note("note")
    if typed not in {reason.value for reason in CancelReason}:
        read.refuse("reason", "choice" if typed else "required")
    read.done()
    return CancelAppointment(AppointmentId(appointment_id), CancelReason(typed), note)
