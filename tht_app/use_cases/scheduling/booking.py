"""Book, move, cancel: what the database refuses stays refused, however many desks ask at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.queries import scheduling as queries
from tht_app.database.queries.scheduling import Owner
from tht_app.database.tables.scheduling import AppointmentRow
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.errors import Conflict, NotFound
from tht_app.domain.queue import Task
from tht_app.domain.registration import PatientId
from tht_app.domain.scheduling import (
    RESERVATION_OF,
    AppointmentId,
    AppointmentStatus,
    CancelReason,
    ClosedReason,
    DeviceId,
    HoldId,
    MoveReason,
    NotYet,
    PractitionerId,
    ResourceKind,
    RoomId,
    VisitTypeId,
    ensure_movable,
    ensure_own_calendar,
    ensure_transition,
)
from tht_app.use_cases.door import use_case
from tht_app.use_cases.scheduling.offering import offer_freed
from tht_app.use_cases.scheduling.placing import (
    BOOK,
    LONGEST_TEXT,
    Judged,
    Prepared,
    Wish,
    claims_of,
    device_groups,
    ensure_texts,
    judge,
    may_override,
    plan_of,
    prepare,
    seal,
    slot_of,
    take,
)
from tht_app.use_cases.task_times import Moment, record, take_back_visit


@dataclass(frozen=True, slots=True)
class BookAppointment:
    """A visit at a time. `minutes` and `room_id` default to what is usual for the visit type and the doctor's hours.

    A visit type that needs a kind of device takes any free one of it; `device_ids` names one. `hold_id` is the hold of
    this form, whose time becomes the appointment's. `override_reason` is used only when it is needed: where the doctor
    is taken or not there, or where a device would not be clean in time. It needs its permission.
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
    hold_id: HoldId | None = None


@dataclass(frozen=True, slots=True)
class MoveAppointment:
    """Another time, doctor or room; None keeps what it has. `version` is what the screen saw, None asks nothing.

    A device that is taken at the new time is replaced by a free one of the kind that the visit type needs.
    """

    appointment_id: AppointmentId
    start: datetime | None = None
    minutes: int | None = None
    practitioner_id: PractitionerId | None = None
    room_id: RoomId | None = None
    override_reason: str = ""
    version: int | None = None
    device_ids: tuple[DeviceId, ...] | None = None
    reason: MoveReason | None = None
    note: str = ""


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


@use_case(permission=BOOK, audit=AuditAction.CREATE)
async def book_appointment(request: BookAppointment, work: UnitOfWork) -> AppointmentId:
    """Book a visit; raises `SlotTaken` (with the resource in its type) when somebody was faster."""
    ensure_own_calendar(work.person.permissions, work.person.id, request.practitioner_id)
    ensure_texts(note=request.note, override_reason=request.override_reason)
    overridden = may_override(work, request.override_reason)
    plan = await plan_of(
        work,
        practitioner_id=request.practitioner_id,
        visit_type_id=request.visit_type_id,
        patient_id=request.patient_id,
    )
    slot = slot_of(request.start, plan.minutes if request.minutes is None else request.minutes)
    hold = await _own_hold(work, request.hold_id)
    judged = await judge(work, request.practitioner_id, slot, request.room_id, overridden=overridden)
    groups = await device_groups(work, plan, request.device_ids, hold["device_ids"] if hold else ())
    wish = Wish(work.new_id(), request.practitioner_id, judged.room_id, request.patient_id, slot, groups)
    former = (Owner.HOLD, hold) if hold else None
    prepared = await prepare(work, wish, former=former, expired=judged.expired, overridden=overridden)
    if hold is not None:
        await queries.end_hold(work, hold["id"], work.now())
    row = new_row(request, work, wish.owner_id, judged, prepared)
    await queries.add_appointments(work, row)
    if await take(work, Owner.APPOINTMENT, prepared.claims, overridden=overridden):
        reason = seal(work, "override_reason", row.id, request.override_reason)
        await queries.set_plan(work, row.id, {"overbooked": True, "override_reason_sealed": reason})
    work.changed("appointment", row.id, patient_id=request.patient_id, new=_told(row, overridden, request))
    work.publish("AppointmentBooked", row.id, {"patient_id": str(request.patient_id)})
    return AppointmentId(row.id)


async def _own_hold(work: UnitOfWork, hold_id: UUID | None) -> RowMapping | None:
    """The hold of the form, also one that has run out; one that was given back helps nobody any more."""
    return await queries.locked_hold(work, hold_id) if hold_id else None


def overrides_of(judged: Judged, *, cut: bool) -> list[str]:
    """What had to be overridden, as the appointment keeps it."""
    return [reason.value for reason in (*judged.overridden, *((ClosedReason.CLEANING,) if cut else ()))]


def new_row(
    request: BookAppointment, work: UnitOfWork, row_id: UUID, judged: Judged, prepared: Prepared
) -> AppointmentRow:
    """The appointment as it will be written."""
    overrides = overrides_of(judged, cut=prepared.cut)
    return AppointmentRow(
        id=row_id,
        patient_id=request.patient_id,
        practitioner_id=request.practitioner_id,
        room_id=judged.room_id,
        visit_type_id=request.visit_type_id,
        starts_at=judged.slot.start,
        ends_at=judged.slot.end,
        status=AppointmentStatus.BOOKED.value,
        overbooked=False,
        outside_hours=ClosedReason.OUTSIDE_HOURS in judged.overridden,
        overrides=overrides,
        override_reason_sealed=seal(work, "override_reason", row_id, request.override_reason) if overrides else None,
        note_sealed=seal(work, "note", row_id, request.note),
        device_ids=prepared.device_ids,
        created_by=work.person.id,
        created_at=work.now(),
        changed_at=work.now(),
    )


def _told(row: AppointmentRow, overridden: bool, request: BookAppointment) -> dict[str, Any]:
    told = {"starts_at": row.starts_at, "ends_at": row.ends_at, "practitioner_id": row.practitioner_id}
    return {**told, "override_reason": request.override_reason} if overridden else told


async def locked(work: UnitOfWork, appointment_id: UUID) -> RowMapping:
    """The appointment, kept from others; `NotFound` when there is none."""
    row = await queries.locked_appointment(work, appointment_id)
    if row is None:
        raise NotFound
    return row


async def _movable(request: MoveAppointment, work: UnitOfWork) -> RowMapping:
    """The appointment, if this person may move it and it is still what the screen saw."""
    row = await locked(work, request.appointment_id)
    for doctor in (row["practitioner_id"], request.practitioner_id or row["practitioner_id"]):
        ensure_own_calendar(work.person.permissions, work.person.id, doctor)
    if request.version is not None and request.version != row["version"]:
        raise Conflict
    ensure_movable(AppointmentStatus(row["status"]))
    return row


@use_case(permission=BOOK, audit=AuditAction.UPDATE)
async def move_appointment(request: MoveAppointment, work: UnitOfWork) -> None:
    """Move a visit; everything stays as it was when the new time, doctor or room cannot be had."""
    ensure_texts(override_reason=request.override_reason, note=request.note)
    row = await _movable(request, work)
    overridden = may_override(work, request.override_reason)
    practitioner_id = request.practitioner_id or row["practitioner_id"]
    former = queries.appointment_period(row)
    slot = slot_of(request.start or former.start, former.minutes if request.minutes is None else request.minutes)
    plan = await plan_of(
        work, practitioner_id=practitioner_id, visit_type_id=row["visit_type_id"], patient_id=row["patient_id"]
    )
    judged = await judge(work, practitioner_id, slot, request.room_id or row["room_id"], overridden=overridden)
    kept = row["device_ids"] if request.device_ids is None else ()
    groups = await device_groups(work, plan, request.device_ids or (), kept)
    wish = Wish(row["id"], practitioner_id, judged.room_id, row["patient_id"], slot, groups)
    prepared = await prepare(work, wish, former=(Owner.APPOINTMENT, row), overridden=overridden)
    overbooked = await take(work, Owner.APPOINTMENT, prepared.claims, overridden=overridden)
    await _place(request, work, row, judged, prepared, overbooked=overbooked)
    if (practitioner_id, slot.start) != (row["practitioner_id"], former.start):
        await offer_freed(work, row)


async def _place(
    request: MoveAppointment,
    work: UnitOfWork,
    row: RowMapping,
    judged: Judged,
    prepared: Prepared,
    *,
    overbooked: bool,
) -> None:
    """Write where an appointment has moved and why, and say so."""
    place = {
        "practitioner_id": request.practitioner_id or row["practitioner_id"],
        "room_id": judged.room_id,
        "starts_at": judged.slot.start,
        "ends_at": judged.slot.end,
        "device_ids": prepared.device_ids,
    }
    overrides = overrides_of(judged, cut=prepared.cut)
    marks = {
        "overbooked": overbooked,
        "outside_hours": ClosedReason.OUTSIDE_HOURS in judged.overridden,
        "overrides": overrides,
        "move_reason": request.reason.value if request.reason else None,
    }
    reason = request.override_reason if overbooked or overrides else ""
    sealed = {
        "override_reason_sealed": seal(work, "override_reason", row["id"], reason),
        "move_note_sealed": seal(work, "move_note", row["id"], request.note),
    }
    await queries.set_plan(work, row["id"], {**place, **marks, **sealed})
    work.changed(
        "appointment",
        row["id"],
        patient_id=row["patient_id"],
        old={name: row[name] for name in place},
        new={**place, **marks, "override_reason": reason, "note": request.note},
    )
    work.publish("AppointmentMoved", row["id"], {"patient_id": str(row["patient_id"])})


@use_case(permission=BOOK, audit=AuditAction.CANCEL)
async def cancel_appointment(request: CancelAppointment, work: UnitOfWork) -> None:
    """Cancel a visit that has not begun."""
    ensure_texts(note=request.note)
    row = await locked(work, request.appointment_id)
    ensure_own_calendar(work.person.permissions, work.person.id, row["practitioner_id"])
    ensure_movable(AppointmentStatus(row["status"]))
    await call_off(work, [row], request.reason, request.note)


async def call_off(work: UnitOfWork, rows: Sequence[RowMapping], reason: CancelReason, note: str) -> None:
    """Cancel locked appointments, give their time back, and offer it to who waits."""
    await _give_back(work, rows)
    for row in rows:
        await queries.set_status(
            work,
            row["id"],
            AppointmentStatus.CANCELLED,
            cancel_reason=reason.value,
            cancel_note_sealed=seal(work, "cancel_note", row["id"], note),
        )
        await record(work, Task.ABSENT, Moment(row["id"], None, row["id"]))
        _changed(work, row, AppointmentStatus.CANCELLED, reason=reason.value, note=note)
        work.publish("AppointmentCancelled", row["id"], {"patient_id": str(row["patient_id"])})
        await offer_freed(work, row)


async def _keep_devices(work: UnitOfWork, *rows: RowMapping) -> None:
    """Let nobody cut the cleanings of these appointments meanwhile; without devices there is nothing to do."""
    claims = [claim for row in rows for claim in claims_of(row) if claim.kind is ResourceKind.DEVICE]
    if claims:
        await queries.exclude(work, claims)


async def _give_back(work: UnitOfWork, rows: Sequence[RowMapping]) -> None:
    """Release what appointments have taken."""
    await _keep_devices(work, *rows)
    await queries.release(work, Owner.APPOINTMENT, *(row["id"] for row in rows))


@use_case(permission=BOOK, audit=AuditAction.UPDATE)
async def restore_appointment(request: RestoreAppointment, work: UnitOfWork) -> None:
    """Bring a cancelled or missed visit back; raises `SlotTaken` when its time is gone."""
    row = await locked(work, request.appointment_id)
    ensure_own_calendar(work.person.permissions, work.person.id, row["practitioner_id"])
    ensure_transition(AppointmentStatus(row["status"]), AppointmentStatus.BOOKED)
    plan = await plan_of(
        work, practitioner_id=row["practitioner_id"], visit_type_id=row["visit_type_id"], patient_id=row["patient_id"]
    )
    groups = await device_groups(work, plan, (), row["device_ids"])
    slot = queries.appointment_period(row)
    wish = Wish(row["id"], row["practitioner_id"], row["room_id"], row["patient_id"], slot, groups)
    overridden = row["overbooked"] or bool(row["overrides"])
    prepared = await prepare(work, wish, former=(Owner.APPOINTMENT, row), overridden=overridden)
    overbooked = await take(work, Owner.APPOINTMENT, prepared.claims, overridden=overridden)
    await queries.set_status(work, row["id"], AppointmentStatus.BOOKED)
    await queries.set_plan(work, row["id"], {"overbooked": overbooked, "device_ids": prepared.device_ids})
    await take_back_visit(work, row["id"])
    _changed(work, row, AppointmentStatus.BOOKED)
    work.publish("AppointmentBooked", row["id"], {"patient_id": str(row["patient_id"])})


@use_case(permission=BOOK, audit=AuditAction.UPDATE)
async def mark_no_show(request: MarkNoShow, work: UnitOfWork) -> None:
    """The patient did not come; the time is given back."""
    row = await locked(work, request.appointment_id)
    ensure_own_calendar(work.person.permissions, work.person.id, row["practitioner_id"])
    ensure_transition(AppointmentStatus(row["status"]), AppointmentStatus.NOSHOW)
    if row["starts_at"] > work.now():
        raise NotYet
    await _give_back(work, [row])
    await queries.set_status(work, row["id"], AppointmentStatus.NOSHOW)
    await record(work, Task.ABSENT, Moment(row["id"], None, row["id"]))
    _changed(work, row, AppointmentStatus.NOSHOW)
    await offer_freed(work, row)


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
    await _keep_devices(work, row)
    await queries.set_status(work, row["id"], wanted)
    await queries.set_reservations(work, row["id"], RESERVATION_OF[wanted])


__all__ = [
    "LONGEST_TEXT",
    "BookAppointment",
    "CancelAppointment",
    "MarkNoShow",
    "MoveAppointment",
    "RestoreAppointment",
    "advance",
    "book_appointment",
    "call_off",
    "locked",
    "overrides_of",
]
