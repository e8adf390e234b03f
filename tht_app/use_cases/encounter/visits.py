"""Opening, starting, finishing and reading a visit."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import cast
from uuid import UUID

from tht_app.database.queries.encounter import facts, findings, notes, procedures, visits
from tht_app.database.queries.registration import saw_records_of
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.encounter.record import DoctorDay, EncounterRecord, VisitLine
from tht_app.domain.encounter.visit import (
    EncounterStatus,
    StatusNotAllowed,
    Visit,
    ensure_can_become,
    ensure_may_sign,
    ensure_may_write,
)
from tht_app.domain.errors import DomainError
from tht_app.domain.identity import Permission
from tht_app.use_cases.door import use_case

EARLIER_VISITS = 20
UNSIGNED_SHOWN = 50

Follower = Callable[[UnitOfWork, UUID, EncounterStatus], Awaitable[None]]
FOLLOWERS: list[Follower] = []
"""What goes along when a doctor begins or ends a visit on its own screen: the queue adds itself, it stands above."""


async def open_encounter(
    work: UnitOfWork,
    *,
    encounter_id: UUID,
    patient_id: UUID,
    practitioner_id: UUID,
    appointment_id: UUID | None,
    visit_type: str,
) -> None:
    """Begin the record of a visit inside another use case (check-in); `visit_type` is the visit type's code."""
    await visits.add(
        work,
        encounter_id,
        patient_id=patient_id,
        practitioner_id=practitioner_id,
        appointment_id=appointment_id,
        visit_type=visit_type,
    )
    work.changed("encounter", encounter_id, patient_id=patient_id, new={"status": EncounterStatus.ARRIVED.value})
    work.publish("EncounterArrived", encounter_id, {"patient_id": str(patient_id)})


async def move_encounter(work: UnitOfWork, encounter_id: UUID, status: EncounterStatus) -> bool:
    """Move a visit on inside another use case (queue); says no where it already is there, is signed, or cannot."""
    visit = await visits.find(work, encounter_id)
    if visit.status is status or visit.signed_at is not None:
        return False
    try:
        ensure_can_become(visit, status)
    except StatusNotAllowed:
        return False
    return await _move(work, visit, status)


async def _move(work: UnitOfWork, visit: Visit, status: EncounterStatus) -> bool:
    if not await visits.set_status(work, visit, status):
        return False
    work.changed(
        "encounter",
        visit.id,
        patient_id=visit.patient_id,
        old={"status": visit.status.value},
        new={"status": status.value},
    )
    if status is EncounterStatus.FINISHED:
        work.publish("EncounterFinished", visit.id, {"patient_id": str(visit.patient_id)})
    return True


@dataclass(frozen=True, slots=True)
class OpenVisit:
    """A doctor opens a visit of their own without the front desk, for example an emergency after hours."""

    patient_id: UUID
    visit_type: str


@dataclass(frozen=True, slots=True)
class StartEncounter:
    """The doctor begins with the patient."""

    encounter_id: UUID


@dataclass(frozen=True, slots=True)
class FinishEncounter:
    """The patient leaves the room; the note may be signed later."""

    encounter_id: UUID


@dataclass(frozen=True, slots=True)
class ReadEncounter:
    """Everything the encounter screen shows except the note's text."""

    encounter_id: UUID


@dataclass(frozen=True, slots=True)
class ReadDoctorDay:
    """The home screen of the doctor who asks."""


@dataclass(frozen=True, slots=True)
class ReadNurseDay:
    """Today's visits of all doctors, for the nurse who prepares them."""


@dataclass(frozen=True, slots=True)
class ReadPatientVisits:
    """The visits of one patient, newest first."""

    patient_id: UUID


@use_case(permission=Permission.RECORD_WRITE, audit=AuditAction.CREATE)
async def open_visit(request: OpenVisit, work: UnitOfWork) -> UUID:
    """Begin a visit with the doctor who asks and return its id; raises NotFound for an unknown patient."""
    await visits.patient_head(work, request.patient_id)
    encounter_id = work.new_id()
    await open_encounter(
        work,
        encounter_id=encounter_id,
        patient_id=request.patient_id,
        practitioner_id=work.person.id,
        appointment_id=None,
        visit_type=request.visit_type,
    )
    return encounter_id


@use_case(permission=Permission.RECORD_WRITE, audit=AuditAction.UPDATE)
async def start_encounter(request: StartEncounter, work: UnitOfWork) -> bool:
    """Set the visit in progress; starting twice is no mistake. Raises NotYourEncounter, EncounterSigned."""
    return await _own_step(work, request.encounter_id, EncounterStatus.IN_PROGRESS)


@use_case(permission=Permission.RECORD_WRITE, audit=AuditAction.UPDATE)
async def finish_encounter(request: FinishEncounter, work: UnitOfWork) -> bool:
    """Set the visit finished; finishing twice is no mistake. Raises NotYourEncounter, EncounterSigned."""
    return await _own_step(work, request.encounter_id, EncounterStatus.FINISHED)


async def _own_step(work: UnitOfWork, encounter_id: UUID, status: EncounterStatus) -> bool:
    visit = await visits.find(work, encounter_id)
    work.saw(visit.patient_id)
    may_write(work, visit)
    if visit.status is status:
        return False
    ensure_can_become(visit, status)
    moved = await _move(work, visit, status)
    for follow in FOLLOWERS:
        await follow(work, encounter_id, status)
    return moved


def may_write(work: UnitOfWork, visit: Visit, *, nursing: bool = False) -> None:
    """Refuse the person of this transaction unless the rules of the visit let them write."""
    ensure_may_write(visit, work.person.id, work.person.roles, work.person.permissions, nursing=nursing)


def allows(work: UnitOfWork, visit: Visit, *, nursing: bool = False) -> bool:
    """Whether `may_write` would pass."""
    try:
        may_write(work, visit, nursing=nursing)
    except DomainError:
        return False
    return True


def allows_signing(work: UnitOfWork, visit: Visit) -> bool:
    """Whether this person may sign the visit now."""
    try:
        ensure_may_sign(visit, work.person.id, work.person.roles, work.person.permissions)
    except DomainError:
        return False
    return True


@use_case(permission=Permission.RECORD_READ, audit=AuditAction.READ, reads=True)
async def read_encounter(request: ReadEncounter, work: UnitOfWork) -> EncounterRecord:
    """Summary, vitals, diagnoses and addenda of one visit; raises NotFound."""
    visit = await visits.find(work, request.encounter_id)
    await saw_records_of(work, visit.patient_id)
    head, patient = await visits.head(work, visit.id), await visits.patient_head(work, visit.patient_id)
    return EncounterRecord(
        visit=visit,
        patient=patient,
        practitioner=head["practitioner"],
        visit_type_id=head["visit_type_id"],
        visit_type_en=head["visit_type_en"],
        allergy=await facts.allergy_line(work, visit.patient_id),
        medicines=await facts.medicines(work, visit.patient_id),
        history=await facts.history(work, visit.patient_id),
        readings=await findings.readings(work, visit.id),
        previous_weight=await findings.last_weight(work, visit.patient_id, but=visit.id),
        diagnoses=await findings.diagnoses(work, visit.id),
        procedures=await procedures.of_encounter(work, visit.id),
        earlier=await visits.of_patient(work, visit.patient_id, patient, but=visit.id, most=EARLIER_VISITS),
        addenda=await notes.addenda(work, visit.id),
        signed_by=cast("str | None", head["signed_by"]) or "",
        hash=bytes(head["hash"]).hex() if head["hash"] else "",
        code=cast("str | None", head["code"]) or "",
        mine=visit.practitioner_id == work.person.id,
        may_write=allows(work, visit),
        may_write_nursing=allows(work, visit, nursing=True),
        may_sign=allows_signing(work, visit),
    )


def _today(work: UnitOfWork) -> tuple[datetime, datetime]:
    start = datetime.combine(work.today(), time(), work.zone)
    return start, datetime.combine(work.today() + timedelta(days=1), time(), work.zone)


@use_case(permission=Permission.RECORD_WRITE, audit=AuditAction.READ, reads=True)
async def read_doctor_day(request: ReadDoctorDay, work: UnitOfWork) -> DoctorDay:
    """My next patient (in the room before waiting), my day, and what I have not signed from earlier days."""
    since, until = _today(work)
    day = await visits.of_practitioner(work, work.person.id, since, until)
    unsigned = await visits.unsigned_of(work, work.person.id, until, UNSIGNED_SHOWN)
    work.saw(*(line.patient_id for line in (*day, *unsigned)))
    inside = [line for line in day if line.status is EncounterStatus.IN_PROGRESS]
    waiting = [line for line in day if line.status is EncounterStatus.ARRIVED]
    unsigned = tuple(line for line in unsigned if line not in inside[:1])
    return DoctorDay(next((line for line in (*inside, *waiting)), None), day, unsigned)


@use_case(permission=Permission.RECORD_WRITE_NURSING, audit=AuditAction.READ, reads=True)
async def read_nurse_day(request: ReadNurseDay, work: UnitOfWork) -> tuple[VisitLine, ...]:
    """Today's visits in the order of arrival."""
    since, until = _today(work)
    day = await visits.arrived_between(work, since, until)
    work.saw(*(line.patient_id for line in day))
    return day


@use_case(permission=Permission.RECORD_READ, audit=AuditAction.READ, reads=True)
async def read_patient_visits(request: ReadPatientVisits, work: UnitOfWork) -> tuple[VisitLine, ...]:
    """The timeline of a patient."""
    await saw_records_of(work, request.patient_id)
    patient = await visits.patient_head(work, request.patient_id)
    return await visits.of_patient(work, request.patient_id, patient, but=None, most=EARLIER_VISITS)
