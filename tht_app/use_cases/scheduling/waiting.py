"""The waiting list: put on, look, offer, book from it, take off."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.queries import scheduling as queries
from tht_app.database.tables.scheduling import WaitlistEntryRow
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.errors import NotFound, ValidationFailed
from tht_app.domain.identity import Permission
from tht_app.domain.registration import PatientId
from tht_app.domain.scheduling import (
    AppointmentId,
    DayPart,
    FreeSlot,
    HoldId,
    PractitionerId,
    RoomId,
    VisitTypeId,
    WaitlistEntryId,
    WaitlistStatus,
    ensure_open,
    ensure_own_calendar,
)
from tht_app.use_cases.door import use_case
from tht_app.use_cases.scheduling.booking import BookAppointment, book_appointment
from tht_app.use_cases.scheduling.offering import offer
from tht_app.use_cases.scheduling.placing import BOOK, ensure_texts, opened, plan_of, seal


@dataclass(frozen=True, slots=True)
class AddToWaitlist:
    """Somebody wants a time between two days, both included; without a practitioner any doctor will do."""

    patient_id: PatientId
    visit_type_id: VisitTypeId
    earliest: date
    latest: date
    practitioner_id: PractitionerId | None = None
    day_part: DayPart = DayPart.ANY
    note: str = ""


@dataclass(frozen=True, slots=True)
class Waitlist:
    """Who waits; with `closed` those too who were booked or taken off."""

    closed: bool = False


@dataclass(frozen=True, slots=True)
class WaitlistEntry:
    """Somebody on the waiting list; `offered` is the time that became free for them."""

    id: WaitlistEntryId
    patient_id: PatientId
    patient_name: str
    record_number: int
    birth_date: date
    sex: str
    practitioner_id: PractitionerId | None
    practitioner_name: str
    visit_type_id: VisitTypeId
    visit_type: str
    visit_type_names: dict[str, str]
    minutes: int
    earliest: date
    latest: date
    day_part: DayPart
    note: str
    status: WaitlistStatus
    offered: FreeSlot | None
    offered_practitioner_name: str
    offered_room_name: str
    appointment_id: AppointmentId | None
    since: datetime


@dataclass(frozen=True, slots=True)
class BookFromWaitlist:
    """Book the offered time, or the one that `start` says; doctor and room default to what was offered."""

    entry_id: WaitlistEntryId
    start: datetime | None = None
    practitioner_id: PractitionerId | None = None
    room_id: RoomId | None = None
    minutes: int | None = None
    override_reason: str = ""
    hold_id: HoldId | None = None


@dataclass(frozen=True, slots=True)
class DeclineOffer:
    """The patient does not want the offered time: they wait on, and the next whom it suits is offered it."""

    entry_id: WaitlistEntryId


@dataclass(frozen=True, slots=True)
class WithdrawFromWaitlist:
    """The patient waits no more."""

    entry_id: WaitlistEntryId


@use_case(permission=BOOK, audit=AuditAction.CREATE)
async def add_to_waitlist(request: AddToWaitlist, work: UnitOfWork) -> WaitlistEntryId:
    """Put somebody on the waiting list; a doctor puts them on the own one."""
    ensure_texts(note=request.note)
    me, may = work.person.id, work.person.permissions
    ensure_own_calendar(may, me, request.practitioner_id or work.new_id())
    if request.latest < max(request.earliest, work.today()):
        raise ValidationFailed({"latest": "scheduling.waitlist_days"})
    await _ensure_known(work, request)
    row_id = work.new_id()
    row = WaitlistEntryRow(
        id=row_id,
        patient_id=request.patient_id,
        practitioner_id=request.practitioner_id,
        visit_type_id=request.visit_type_id,
        earliest=request.earliest,
        latest=request.latest,
        day_part=request.day_part.value,
        note_sealed=seal(work, "note", row_id, request.note, table="waitlist_entry"),
        created_by=me,
        created_at=work.now(),
        changed_at=work.now(),
    )
    await queries.add_entry(work, row)
    told = {"earliest": request.earliest, "latest": request.latest, "day_part": request.day_part.value}
    work.changed("waitlist_entry", row_id, patient_id=request.patient_id, new=told)
    return WaitlistEntryId(row_id)


async def _ensure_known(work: UnitOfWork, request: AddToWaitlist) -> None:
    """The patient, the visit type and the doctor exist; where any doctor will do, any is asked with."""
    doctor: UUID | None = request.practitioner_id
    if doctor is None:
        doctor = next((row["id"] for row in await queries.practitioners(work)), None)
    if doctor is None:
        raise NotFound
    await plan_of(work, practitioner_id=doctor, visit_type_id=request.visit_type_id, patient_id=request.patient_id)


@use_case(permission=Permission.APPOINTMENT_READ, audit=AuditAction.READ, reads=True)
async def waitlist(request: Waitlist, work: UnitOfWork) -> tuple[WaitlistEntry, ...]:
    """The waiting list: who was offered a time first, then by how long they wait."""
    rows = await queries.entries(work, closed=request.closed)
    work.saw(*{row["standing_id"] for row in rows})
    return tuple(_entry(work, row) for row in rows)


def _entry(work: UnitOfWork, row: RowMapping) -> WaitlistEntry:
    return WaitlistEntry(
        id=row["id"],
        patient_id=row["standing_id"],
        patient_name=row["patient_name"],
        record_number=row["record_number"],
        birth_date=row["birth_date"],
        sex=row["sex"],
        practitioner_id=row["practitioner_id"],
        practitioner_name=row["doctor_name"] or "",
        visit_type_id=row["visit_type_id"],
        visit_type=row["visit_type"],
        visit_type_names={"id": row["visit_type_id_text"], "en": row["visit_type_en_text"]},
        minutes=row["minutes"],
        earliest=row["earliest"],
        latest=row["latest"],
        day_part=DayPart(row["day_part"]),
        note=opened(work, "note", row, table="waitlist_entry"),
        status=WaitlistStatus(row["status"]),
        offered=_offered(row),
        offered_practitioner_name=row["offered_doctor_name"] or "",
        offered_room_name=row["offered_room_name"] or "",
        appointment_id=row["appointment_id"],
        since=row["created_at"],
    )


def _offered(row: RowMapping) -> FreeSlot | None:
    if row["offered_starts_at"] is None:
        return None
    return FreeSlot(
        row["offered_starts_at"], row["offered_ends_at"], row["offered_practitioner_id"], row["offered_room_id"]
    )


async def _locked(work: UnitOfWork, entry_id: UUID) -> RowMapping:
    """An entry that still waits, kept from others; a doctor touches only those who wait for them or were offered."""
    row = await queries.locked_entry(work, entry_id)
    if row is None:
        raise NotFound
    doctor = row["practitioner_id"] or row["offered_practitioner_id"] or work.new_id()
    ensure_own_calendar(work.person.permissions, work.person.id, doctor)
    ensure_open(WaitlistStatus(row["status"]))
    return row


@use_case(permission=BOOK, audit=AuditAction.CREATE)
async def book_from_waitlist(request: BookFromWaitlist, work: UnitOfWork) -> AppointmentId:
    """Book for somebody who waits; raises what a booking raises, and they wait on."""
    row = await _locked(work, request.entry_id)
    start = request.start or row["offered_starts_at"]
    doctor = request.practitioner_id or row["offered_practitioner_id"] or row["practitioner_id"]
    if start is None or doctor is None:
        raise ValidationFailed({"start" if start is None else "practitioner_id": "required"})
    same = request.start in {None, row["offered_starts_at"]} and doctor == row["offered_practitioner_id"]
    appointment_id: AppointmentId = await book_appointment(
        BookAppointment(
            patient_id=row["standing_id"],
            practitioner_id=doctor,
            visit_type_id=row["visit_type_id"],
            start=start,
            minutes=request.minutes,
            room_id=request.room_id or (row["offered_room_id"] if same else None),
            note=opened(work, "note", row, table="waitlist_entry"),
            override_reason=request.override_reason,
            hold_id=request.hold_id,
        ),
        work,
    )
    await queries.set_entry(work, row["id"], WaitlistStatus.BOOKED, {"appointment_id": appointment_id})
    _told(work, row, WaitlistStatus.BOOKED)
    return appointment_id


@use_case(permission=BOOK, audit=AuditAction.UPDATE)
async def decline_offer(request: DeclineOffer, work: UnitOfWork) -> None:
    """Let somebody wait on, and offer the time to the next."""
    row = await _locked(work, request.entry_id)
    offered = _offered(row)
    nothing: dict[str, None] = dict.fromkeys(
        ("offered_practitioner_id", "offered_room_id", "offered_starts_at", "offered_ends_at"), None
    )
    await queries.set_entry(work, row["id"], WaitlistStatus.WAITING, nothing)
    _told(work, row, WaitlistStatus.WAITING)
    if offered is not None and row["status"] == WaitlistStatus.OFFERED:
        await offer(work, offered, row["offered_practitioner_id"], row["offered_room_id"], passed=row["id"])


@use_case(permission=BOOK, audit=AuditAction.CANCEL)
async def withdraw_from_waitlist(request: WithdrawFromWaitlist, work: UnitOfWork) -> None:
    """Take somebody off the waiting list; a time that they were offered goes to the next."""
    row = await _locked(work, request.entry_id)
    await queries.set_entry(work, row["id"], WaitlistStatus.WITHDRAWN, {})
    _told(work, row, WaitlistStatus.WITHDRAWN)
    offered = _offered(row)
    if offered is not None and row["status"] == WaitlistStatus.OFFERED:
        await offer(work, offered, row["offered_practitioner_id"], row["offered_room_id"], passed=row["id"])


def _told(work: UnitOfWork, row: RowMapping, status: WaitlistStatus) -> None:
    work.changed(
        "waitlist_entry",
        row["id"],
        patient_id=row["patient_id"],
        old={"status": row["status"]},
        new={"status": status.value},
    )
