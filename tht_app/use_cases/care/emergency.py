"""Opening the record of somebody one does not treat, for an hour, with a reason that others read afterwards."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.exc import DBAPIError

from tht_app.database.queries import care as queries
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.care import (
    LONGEST_REVIEW,
    AccessId,
    AlreadyReviewed,
    AlreadyTreating,
    EmergencyEntry,
    EmergencyStillOpen,
    OwnEmergency,
    checked_reason,
)
from tht_app.domain.encounter.note import checked_required
from tht_app.domain.errors import NotFound
from tht_app.domain.identity import Permission
from tht_app.domain.proof import Sensitive
from tht_app.use_cases.door import use_case
from tht_app.use_cases.proof import ensure_proved

SHOWN = 50
LOOKING_BACK = timedelta(days=90)
TREATED_ALREADY = "TC001"
"""SQLSTATE of `sec.open_emergency`: there is nothing to break."""
OVERLAPS = "23P01"


@dataclass(frozen=True, slots=True)
class OpenEmergency:
    """Open one record; the person says why and has proved a moment ago who they are."""

    patient_id: UUID
    reason: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class EndEmergency:
    """Close the record before its hour is over."""


@dataclass(frozen=True, slots=True)
class ReadOwnEmergency:
    """Whether the person has a record open in this way."""


@dataclass(frozen=True, slots=True)
class ListEmergencies:
    """Those of the last ninety days, as far as they concern the person."""


@dataclass(frozen=True, slots=True)
class ReviewEmergency:
    """An auditor has looked into it; `note` says what came of it."""

    access_id: AccessId
    note: str = field(repr=False)


@use_case(permission=Permission.RECORD_BREAK_GLASS, audit=AuditAction.BREAK_GLASS)
async def open_emergency(request: OpenEmergency, work: UnitOfWork) -> datetime:
    """Open the record and say until when.

    Raises ValidationFailed for a reason that says nothing, ProofNeeded, NotFound, AlreadyTreating, and
    EmergencyStillOpen while another one is open: the database holds that, whatever happens at the same time.
    """
    reason = checked_reason(request.reason)
    await ensure_proved(work, Sensitive.BREAK_GLASS)
    access_id = AccessId(work.new_id())
    try:
        until = await queries.open_emergency(work, access_id, request.patient_id, reason)
    except DBAPIError as refused:
        state = getattr(refused.orig, "sqlstate", None)
        if state == TREATED_ALREADY:
            raise AlreadyTreating from refused
        if state == OVERLAPS:
            raise EmergencyStillOpen from refused
        raise
    if until is None:
        raise NotFound
    work.because(reason)
    work.changed("emergency_access", access_id, patient_id=request.patient_id, new={"until": until.isoformat()})
    return until


@use_case(permission=Permission.RECORD_BREAK_GLASS, audit=AuditAction.UPDATE)
async def end_emergency(request: EndEmergency, work: UnitOfWork) -> None:
    """Close it; NotFound when none is open."""
    patient_id = await queries.end_emergency(work)
    if patient_id is None:
        raise NotFound
    work.saw(patient_id)


@use_case(permission=Permission.RECORD_BREAK_GLASS, audit=AuditAction.READ, reads=True)
async def read_own_emergency(request: ReadOwnEmergency, work: UnitOfWork) -> OwnEmergency | None:
    """The one that is open, if there is one."""
    found = await queries.own_emergency(work)
    if found is not None:
        work.saw(found.patient_id)
    return found


@use_case(
    permission=(Permission.AUDIT_READ, Permission.AUDIT_READ_BREAK_GLASS, Permission.RECORD_BREAK_GLASS),
    audit=AuditAction.READ,
    reads=True,
)
async def list_emergencies(request: ListEmergencies, work: UnitOfWork) -> tuple[EmergencyEntry, ...]:
    """The auditor's are whole, a doctor's those of their patients and their own, an owner's without the patient."""
    found = await queries.emergencies(work, work.now() - LOOKING_BACK, SHOWN)
    work.saw(*(entry.patient_id for entry in found if entry.patient_id is not None))
    return found


@use_case(permission=Permission.AUDIT_READ, audit=AuditAction.REVIEW)
async def review_emergency(request: ReviewEmergency, work: UnitOfWork) -> None:
    """Keep the review; AlreadyReviewed for one that has it, or that is the auditor's own."""
    note = checked_required(request.note, field="note", longest=LONGEST_REVIEW)
    patient_id = await queries.review_emergency(work, request.access_id, note)
    if patient_id is None:
        raise AlreadyReviewed
    work.changed("emergency_access", request.access_id, patient_id=patient_id, new={"reviewed": True})
