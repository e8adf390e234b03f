"""Book, move, cancel: what the database refuses stays refused, however many desks ask at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.crypto import Purpose
from tht_app.database.queries import scheduling as queries
from tht_app.database.queries.scheduling import Claim
from tht_app.database.tables.scheduling import AppointmentRow
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.errors import Conflict, NotFound, PermissionDenied, Problem, ValidationFailed
from tht_app.domain.identity import Permission
from tht_app.domain.queue import Task
from tht_app.domain.registration import PatientId
from tht_app.domain.scheduling import (
    RESERVATION_OF,
    AppointmentId,
    AppointmentStatus,
    CancelReason,
    DeviceId,
    NotYet,
    OutsideWorkingHours,
    Period,
    PractitionerId,
    ResourceKind,
    RoomId,
    VisitTypeId,
    ensure_bookable,
    ensure_movable,
    ensure_own_calendar,
    ensure_transition,
    refusal,
    usual_room,
)
from tht_app.use_cases.door import use_case
from tht_app.use_cases.task_times import Moment, record, take_back_visit

BOOK = (Permission.APPOINTMENT_WRITE, Permission.APPOINTMENT_WRITE_OWN)
LONGEST_TEXT = 1000


@dataclass(frozen=True, slots=True)
class BookAppointment:
    """A visit at a time. `minutes` and `room_id` default to what is usual for the visit type and the doctor's hours.

    `override_reason` is used only when it is needed: outside hours or on a taken doctor. It needs its permission.
    """

    patient_id: PatientId
    practitioner_id: PractitionerId
    visit_type_id: VisitTypeId
    start: datetime
    minutes: int | None = None
    room_id: RoomId | None = None
    device_ids: tuple[DeviceId, ...] = ()
    note: str = ""
    override_reason: str = ""


@dataclass(frozen=True, slots=True)
class MoveAppointment:
    """Another time, doctor or room; None keeps what it has. `version` is what the screen saw, None asks nothing."""

    appointment_id: AppointmentId
    start: datetime | None = None
    minutes: int | None = None
    practitioner_id: PractitionerId | None = None
    room_id: RoomId | None = None
    override_reason: str = ""
    version: int | None = None


@dataclass(frozen=True, slots=True)
class CancelAppointment:
    """Call an appointment off and give its time back."""

    appointment_id: AppointmentId
    reason: CancelReason
    note: str = ""


@dataclass(frozen=True, slots=True)
class RestoreAppointment:
    """Undo a cancellation or a no-show, if nobody has taken the time meanwhile."""

    appointment_id: AppointmentId


@dataclass(frozen=True, slots=True)
class MarkNoShow:
    """The patient did not come."""

    appointment_id: AppointmentId


def _ensure_texts(**texts: str) -> None:
    problems = {
        name: Problem("too_long", {"max": LONGEST_TEXT, "count": len(text)})
        for name, text in texts.items()
        if len(text) > LONGEST_TEXT
    }
    if problems:
        raise ValidationFailed(problems)


def _may_override(work: UnitOfWork, reason: str) -> bool:
    if not reason.strip():
        return False
    if Permission.APPOINTMENT_OVERRIDE not in work.person.permissions:
        raise PermissionDenied(permission=Permission.APPOINTMENT_OVERRIDE.value)
    return True


def _seal(work: UnitOfWork, column: str, row_id: UUID, text: str) -> bytes | None:
    return work.vault.seal(Purpose.CLINICAL, f"appointment.{column}", row_id, text.strip() or None)


def _ensure_hours(work: UnitOfWork, slot: Period, plan: queries.BookingPlan, *, overridden: bool) -> bool:
    """Judge the slot; True when it lies outside the doctor's hours and that was overridden."""
    try:
        ensure_bookable(slot, now=work.now(), zone=work.zone, hours=plan.hours)
    except OutsideWorkingHours:
        if not overridden:
            raise
        return True
    return False


async def _plan(
    work: UnitOfWork, *, practitioner_id: UUID, visit_type_id: UUID, patient_id: UUID, start: datetime
) -> queries.BookingPlan:
    plan = await queries.booking_plan(
        work,
        practitioner_id=practitioner_id,
        visit_type_id=visit_type_id,
        patient_id=patient_id,
        weekday=start.astimezone(work.zone).isoweekday(),
    )
    if plan is None or not plan.patient_known:
        raise NotFound
    return plan


async def _ensure_resources(work: UnitOfWork, room_id: UUID | None, device_ids: Sequence[UUID]) -> UUID:
    if room_id is None:
        raise ValidationFailed({"room_id": "required"})
    unknown = await queries.unknown_resources(work, room_id, device_ids)
    if unknown:
        raise ValidationFailed({"room_id" if room_id in unknown else "device_ids": "choice"})
    return room_id


def _claims(practitioner_id: UUID, room_id: UUID, patient_id: UUID, device_ids: Sequence[UUID]) -> list[Claim]:
    return [
        (ResourceKind.PRACTITIONER, practitioner_id),
        (ResourceKind.ROOM, room_id),
        (ResourceKind.PATIENT, patient_id),
        *((ResourceKind.DEVICE, device) for device in device_ids),
    ]


async def _claim(
    work: UnitOfWork, appointment_id: UUID, claims: Sequence[Claim], slot: Period, *, overridden: bool
) -> bool:
    """Take everything; True when the doctor could only be had by overbooking, which an override allows."""
    missing = await queries.claim(work, appointment_id, claims, slot)
    if not missing:
        return False
    if not overridden or missing != {ResourceKind.PRACTITIONER}:
        raise refusal(missing, overridden=overridden)
    doctor = [claim for claim in claims if claim[0] is ResourceKind.PRACTITIONER]
    if await queries.claim(work, appointment_id, doctor, slot, overbooked=True):
        raise refusal(missing)
    return True


def _slot_of(start: datetime, minutes: int) -> Period:
    if start.tzinfo is None:
        raise ValidationFailed({"start": "date_shape"})
    return Period.lasting(start, minutes)


@use_case(permission=BOOK, audit=AuditAction.CREATE)
async def book_appointment(request: BookAppointment, work: UnitOfWork) -> AppointmentId:
    """Book a visit; raises `SlotTaken` (with the resource in its type) when somebody was faster."""
    ensure_own_calendar(work.person.permissions, work.person.id, request.practitioner_id)
    _ensure_texts(note=request.note, override_reason=request.override_reason)
    overridden = _may_override(work, request.override_reason)
    plan = await _plan(
        work,
        practitioner_id=request.practitioner_id,
        visit_type_id=request.visit_type_id,
        patient_id=request.patient_id,
        start=request.start,
    )
    slot = _slot_of(request.start, plan.minutes if request.minutes is None else request.minutes)
    outside = _ensure_hours(work, slot, plan, overridden=overridden)
    room_id = await _ensure_resources(
        work, request.room_id or usual_room(plan.hours, slot, work.zone), request.device_ids
    )
    claims = _claims(request.practitioner_id, room_id, request.patient_id, request.device_ids)
    await queries.share(work, claims, slot)
    row = _new_row(request, work, slot, room_id, outside=outside)
    await queries.add_appointment(work, row)
    if await _claim(work, row.id, claims, slot, overridden=overridden):
        await queries.set_plan(work, row.id, _placed(row, overbooked=True, reason=_override(work, request, row.id)))
    work.changed("appointment", row.id, patient_id=request.patient_id, new=_told(row, overridden, request))
    work.publish("AppointmentBooked", row.id, {"patient_id": str(request.patient_id)})
    return AppointmentId(row.id)


def _override(work: UnitOfWork, request: BookAppointment, row_id: UUID) -> bytes | None:
    return _seal(work, "override_reason", row_id, request.override_reason)


def _new_row(
    request: BookAppointment, work: UnitOfWork, slot: Period, room_id: UUID, *, outside: bool
) -> AppointmentRow:
    row_id = work.new_id()
    return AppointmentRow(
        id=row_id,
        patient_id=request.patient_id,
        practitioner_id=request.practitioner_id,
        room_id=room_id,
        visit_type_id=request.visit_type_id,
        starts_at=slot.start,
        ends_at=slot.end,
        status=AppointmentStatus.BOOKED.value,
        overbooked=False,
        outside_hours=outside,
        override_reason_sealed=_override(work, request, row_id) if outside else None,
        note_sealed=_seal(work, "note", row_id, request.note),
        created_by=work.person.id,
        created_at=work.now(),
        changed_at=work.now(),
    )


def _placed(row: AppointmentRow, *, overbooked: bool, reason: bytes | None) -> dict[str, Any]:
    return {
        "practitioner_id": row.practitioner_id,
        "room_id": row.room_id,
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
        "overbooked": overbooked,
        "outside_hours": row.outside_hours,
        "override_reason": reason,
    }


def _told(row: AppointmentRow, overridden: bool, request: BookAppointment) -> dict[str, Any]:
    told = {"starts_at": row.starts_at, "ends_at": row.ends_at, "practitioner_id": row.practitioner_id}
    return {**told, "override_reason": request.override_reason} if overridden else told


async def _locked(work: UnitOfWork, appointment_id: UUID) -> RowMapping:
    row = await queries.locked_appointment(work, appointment_id)
    if row is None:
        raise NotFound
    return row


async def _movable(request: MoveAppointment, work: UnitOfWork) -> RowMapping:
    """The appointment, if this person may move it and it is still what the screen saw."""
    row = await _locked(work, request.appointment_id)
    for doctor in (row["practitioner_id"], request.practitioner_id or row["practitioner_id"]):
        ensure_own_calendar(work.person.permissions, work.person.id, doctor)
    if request.version is not None and request.version != row["version"]:
        raise Conflict
    ensure_movable(AppointmentStatus(row["status"]))
    return row


@use_case(permission=BOOK, audit=AuditAction.UPDATE)
async def move_appointment(request: MoveAppointment, work: UnitOfWork) -> None:
    """Move a visit; everything stays as it was when the new time, doctor or room cannot be had."""
    _ensure_texts(override_reason=request.override_reason)
    row = await _movable(request, work)
    overridden = _may_override(work, request.override_reason)
    practitioner_id = request.practitioner_id or row["practitioner_id"]
    former = queries.appointment_period(row)
    slot = _slot_of(request.start or former.start, former.minutes if request.minutes is None else request.minutes)
    plan = await _plan(
        work,
        practitioner_id=practitioner_id,
        visit_type_id=row["visit_type_id"],
        patient_id=row["patient_id"],
        start=slot.start,
    )
    outside = _ensure_hours(work, slot, plan, overridden=overridden)
    devices = await queries.device_ids(work, row["id"])
    room_id = await _ensure_resources(work, request.room_id or row["room_id"], devices)
    claims = _claims(practitioner_id, room_id, row["patient_id"], devices)
    had = _claims(row["practitioner_id"], row["room_id"], row["patient_id"], devices)
    await queries.exclude(work, [*had, *claims], former, slot)
    await queries.release(work, row["id"])
    overbooked = await _claim(work, row["id"], claims, slot, overridden=overridden)
    place = {
        "practitioner_id": practitioner_id,
        "room_id": room_id,
        "starts_at": slot.start,
        "ends_at": slot.end,
    }
    marks = {"overbooked": overbooked, "outside_hours": outside}
    await _place(work, row, request.override_reason if overbooked or outside else "", place, marks)


async def _place(work: UnitOfWork, row: RowMapping, reason: str, place: dict[str, Any], marks: dict[str, bool]) -> None:
    """Write where an appointment has moved, and say so."""
    sealed = _seal(work, "override_reason", row["id"], reason)
    await queries.set_plan(work, row["id"], {**place, **marks, "override_reason": sealed})
    work.changed(
        "appointment",
        row["id"],
        patient_id=row["patient_id"],
        old={name: row[name] for name in place},
        new={**place, **marks, "override_reason": reason},
    )
    work.publish("AppointmentMoved", row["id"], {"patient_id": str(row["patient_id"])})


@use_case(permission=BOOK, audit=AuditAction.CANCEL)
async def cancel_appointment(request: CancelAppointment, work: UnitOfWork) -> None:
    """Cancel a visit that has not begun."""
    _ensure_texts(note=request.note)
    row = await _locked(work, request.appointment_id)
    ensure_own_calendar(work.person.permissions, work.person.id, row["practitioner_id"])
    ensure_movable(AppointmentStatus(row["status"]))
    await queries.set_status(
        work,
        row["id"],
        AppointmentStatus.CANCELLED,
        cancel_reason=request.reason.value,
        cancel_note_sealed=_seal(work, "cancel_note", row["id"], request.note),
    )
    await queries.release(work, row["id"])
    await record(work, Task.ABSENT, Moment(row["id"], None, row["id"]))
    _changed(work, row, AppointmentStatus.CANCELLED, reason=request.reason.value, note=request.note)
    work.publish("AppointmentCancelled", row["id"], {"patient_id": str(row["patient_id"])})


@use_case(permission=BOOK, audit=AuditAction.UPDATE)
async def restore_appointment(request: RestoreAppointment, work: UnitOfWork) -> None:
    """Bring a cancelled or missed visit back; raises `SlotTaken` when its time is gone."""
    row = await _locked(work, request.appointment_id)
    ensure_own_calendar(work.person.permissions, work.person.id, row["practitioner_id"])
    ensure_transition(AppointmentStatus(row["status"]), AppointmentStatus.BOOKED)
    slot = queries.appointment_period(row)
    devices = await queries.device_ids(work, row["id"])
    claims = _claims(row["practitioner_id"], row["room_id"], row["patient_id"], devices)
    await queries.exclude(work, claims, slot)
    await _claim(work, row["id"], claims, slot, overridden=row["overbooked"])
    await queries.set_status(work, row["id"], AppointmentStatus.BOOKED)
    await take_back_visit(work, row["id"])
    _changed(work, row, AppointmentStatus.BOOKED)
    work.publish("AppointmentBooked", row["id"], {"patient_id": str(row["patient_id"])})


@use_case(permission=BOOK, audit=AuditAction.UPDATE)
async def mark_no_show(request: MarkNoShow, work: UnitOfWork) -> None:
    """The patient did not come; the time is given back."""
    row = await _locked(work, request.appointment_id)
    ensure_own_calendar(work.person.permissions, work.person.id, row["practitioner_id"])
    ensure_transition(AppointmentStatus(row["status"]), AppointmentStatus.NOSHOW)
    if row["starts_at"] > work.now():
        raise NotYet
    await queries.set_status(work, row["id"], AppointmentStatus.NOSHOW)
    await queries.release(work, row["id"])
    await record(work, Task.ABSENT, Moment(row["id"], None, row["id"]))
    _changed(work, row, AppointmentStatus.NOSHOW)


def _changed(work: UnitOfWork, row: RowMapping, status: AppointmentStatus, **more: str) -> None:
    work.changed(
        "appointment",
        row["id"],
        patient_id=row["patient_id"],
        old={"status": row["status"]},
        new={"status": status.value, **more},
    )


async def advance(work: UnitOfWork, row: RowMapping, wanted: AppointmentStatus) -> None:
    """Let a locked appointment follow what happens at the queue: arrived, back to booked, fulfilled."""
    ensure_transition(AppointmentStatus(row["status"]), wanted)
    await queries.set_status(work, row["id"], wanted)
    await queries.set_reservations(work, row["id"], RESERVATION_OF[wanted])
