"""Look at the calendar: the day of each doctor, and one appointment."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.crypto import Purpose
from tht_app.database.queries import scheduling as queries
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.errors import NotFound
from tht_app.domain.identity import Permission
from tht_app.domain.registration import PatientId
from tht_app.domain.scheduling import (
    AppointmentId,
    AppointmentStatus,
    CancelReason,
    ClosedReason,
    DeviceId,
    DoctorTimes,
    MoveReason,
    Period,
    PractitionerId,
    RoomId,
    SeriesId,
    VisitTypeId,
    day_period,
)
from tht_app.use_cases.door import use_case


@dataclass(frozen=True, slots=True)
class DaySchedule:
    """All appointments of a clinic's day, of one doctor or of all."""

    day: date
    practitioner_id: PractitionerId | None = None


@dataclass(frozen=True, slots=True)
class AppointmentEntry:
    """One appointment as the day list shows it."""

    id: AppointmentId
    patient_id: PatientId
    patient_name: str
    """Empty for somebody whom the person does not treat: then only the time that is taken is told."""
    record_number: int | None
    birth_date: date | None
    sex: str
    payer: str
    first_visit: bool
    practitioner_id: PractitionerId
    room_id: RoomId
    room_name: str
    visit_type_id: VisitTypeId
    visit_type: str
    visit_type_names: dict[str, str]
    tint: int
    slot: Period
    status: AppointmentStatus
    overbooked: bool
    outside_hours: bool
    override_reason: str
    note: str
    cancel_reason: CancelReason | None
    ticket_id: UUID | None
    ticket_label: str | None
    ticket_status: str | None
    version: int
    device_ids: tuple[DeviceId, ...] = ()
    device_names: tuple[str, ...] = ()
    series_id: SeriesId | None = None
    overrides: tuple[ClosedReason, ...] = ()
    """What of the doctor's absences, or which cleaning, was overridden."""
    move_reason: MoveReason | None = None
    move_note: str = ""
    confirmed: bool = False
    """Whether the patient has said, by the link in a message, that they will come to it as it stands."""


@dataclass(frozen=True, slots=True)
class DoctorDay:
    """One doctor's day: when they work and who comes."""

    practitioner_id: PractitionerId
    display_name: str
    tint: int
    works: tuple[Period, ...]
    entries: tuple[AppointmentEntry, ...]


@dataclass(frozen=True, slots=True)
class DayPlan:
    """The day of every doctor, in the order the clinic sets."""

    day: date
    doctors: tuple[DoctorDay, ...]


@dataclass(frozen=True, slots=True)
class GetAppointment:
    """One appointment, for example just booked: where it is and which devices it got."""

    appointment_id: AppointmentId


AS_IN_THE_TABLE = (
    *("id", "patient_id", "record_number", "birth_date", "first_visit", "confirmed", "practitioner_id", "room_id"),
    *("room_name", "visit_type_id", "visit_type", "tint", "overbooked", "outside_hours", "ticket_id", "ticket_label"),
    *("ticket_status", "version", "series_id"),
)
"""What a screen knows as the row has it."""


def entry_of(work: UnitOfWork, row: RowMapping) -> AppointmentEntry:
    """A row of the list as screens know it."""

    def opened(column: str) -> str:
        sealed: bytes | None = row[f"{column}_sealed"] if row["patient_name"] else None
        return work.vault.open(Purpose.CLINICAL, f"appointment.{column}", row["id"], sealed) or ""

    return AppointmentEntry(
        **{name: row[name] for name in AS_IN_THE_TABLE},
        patient_name=row["patient_name"] or "",
        sex=row["sex"] or "unknown",
        payer=row["payer"] or "self",
        visit_type_names={"id": row["visit_type_id_text"], "en": row["visit_type_en_text"]},
        slot=queries.appointment_period(row),
        status=AppointmentStatus(row["status"]),
        override_reason=opened("override_reason"),
        note=opened("note"),
        cancel_reason=CancelReason(row["cancel_reason"]) if row["cancel_reason"] else None,
        device_ids=tuple(row["device_ids"]),
        device_names=tuple(row["device_names"]),
        overrides=tuple(ClosedReason(reason) for reason in row["overrides"]),
        move_reason=MoveReason(row["move_reason"]) if row["move_reason"] else None,
        move_note=opened("move_note"),
    )


@use_case(permission=Permission.APPOINTMENT_READ, audit=AuditAction.READ, reads=True)
async def day_schedule(request: DaySchedule, work: UnitOfWork) -> DayPlan:
    """The clinic's day as a list for each doctor."""
    rows = await queries.day_entries(work, day_period(request.day, work.zone), request.practitioner_id)
    work.saw(*{row["patient_id"] for row in rows if row["patient_name"]})
    entries: dict[UUID, list[AppointmentEntry]] = defaultdict(list)
    for row in rows:
        entries[row["practitioner_id"]].append(entry_of(work, row))
    times = await queries.doctor_times(work, day_period(request.day, work.zone), request.practitioner_id)
    doctors = [
        DoctorDay(
            practitioner_id=PractitionerId(doctor["id"]),
            display_name=doctor["display_name"],
            tint=doctor["tint"],
            works=tuple(times.get(doctor["id"], DoctorTimes()).open(request.day, 1, work.zone)),
            entries=tuple(entries[doctor["id"]]),
        )
        for doctor in await queries.practitioners(work, inactive=True)
        if request.practitioner_id in {None, doctor["id"]} and (doctor["active"] or doctor["id"] in entries)
    ]
    return DayPlan(request.day, tuple(doctors))


@use_case(permission=Permission.APPOINTMENT_READ, audit=AuditAction.READ, reads=True)
async def get_appointment(request: GetAppointment, work: UnitOfWork) -> AppointmentEntry:
    """One appointment; `NotFound` when there is none."""
    row = await queries.entry(work, request.appointment_id)
    if row is None:
        raise NotFound
    if row["patient_name"]:
        work.saw(row["patient_id"])
    return entry_of(work, row)
