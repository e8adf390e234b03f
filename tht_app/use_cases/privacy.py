"""The register of what people asked about their own data: write down, answer within the law's time, look."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from tht_app.database.queries import privacy as queries
from tht_app.database.queries import registration
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.encounter.note import checked_required
from tht_app.domain.errors import NotFound, ValidationFailed
from tht_app.domain.identity import Permission
from tht_app.domain.privacy import (
    LONGEST_ANSWER,
    LONGEST_WISH,
    Check,
    Outcome,
    PrivacyRequest,
    RequestClosed,
    Requester,
    RequestId,
    RequestKind,
    day_problem,
    received_at,
    requester_problem,
)
from tht_app.domain.registration.dates import is_minor
from tht_app.domain.registration.names import clean_name, name_problem
from tht_app.use_cases.door import use_case

MOST = 200
MANAGE, OVERSEE = Permission.PRIVACY_MANAGE, Permission.PRIVACY_OVERSEE


@dataclass(frozen=True, slots=True)
class RecordRequest:
    """Somebody asks about the data of a patient; without a name it is the patient's own, without a day it came now."""

    patient_id: UUID
    kind: RequestKind
    requester: Requester
    checked_by: Check
    wish: str = field(repr=False)
    requester_name: str = field(default="", repr=False)
    received_on: date | None = None


@dataclass(frozen=True, slots=True)
class AnswerRequest:
    """What was done about it, or why not; once."""

    request_id: RequestId
    outcome: Outcome
    answer: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ReadRequests:
    """The register: what waits, and what was answered last."""


@dataclass(frozen=True, slots=True)
class RequestsOfPatient:
    """What was asked about one patient."""

    patient_id: UUID


@use_case(permission=MANAGE, audit=AuditAction.CREATE)
async def record_request(request: RecordRequest, work: UnitOfWork) -> RequestId:
    """Write it down and give its id; raises ValidationFailed, NotFound, PatientIsMerged."""
    wish = checked_required(request.wish, field="wish", longest=LONGEST_WISH)
    record = await registration.patient_record(work, request.patient_id)
    if record is None:
        raise NotFound
    own_name = record.details.name if request.requester is Requester.PATIENT else ""
    name, now = clean_name(request.requester_name) or own_name, work.now()
    day = request.received_on or work.today()
    problems = {
        "requester": requester_problem(request.requester, minor=is_minor(record.details.birth_date, work.today())),
        "requester_name": name_problem(name),
        "received_on": day_problem(day, now, work.zone),
    }
    if wrong := {field_name: problem for field_name, problem in problems.items() if problem}:
        raise ValidationFailed(wrong)
    came = received_at(day, now, work.zone)
    asked = queries.Asked(request.patient_id, request.kind, request.requester, name, request.checked_by, wish, came)
    request_id = await queries.add(work, asked)
    work.changed(
        "privacy_request",
        request_id,
        patient_id=request.patient_id,
        new={"kind": request.kind.value, "requester": request.requester.value, "received_at": came.isoformat()},
    )
    return request_id


@use_case(permission=MANAGE, audit=AuditAction.UPDATE)
async def answer_request(request: AnswerRequest, work: UnitOfWork) -> None:
    """Keep what was answered; raises ValidationFailed, NotFound, RequestClosed the second time."""
    answer = checked_required(request.answer, field="answer", longest=LONGEST_ANSWER)
    patient_id = await queries.close(work, request.request_id, request.outcome, answer)
    if patient_id is None:
        if await queries.exists(work, request.request_id):
            raise RequestClosed
        raise NotFound
    new = {"outcome": request.outcome.value}
    work.changed("privacy_request", request.request_id, patient_id=patient_id, new=new)


@use_case(permission=(MANAGE, OVERSEE), audit=AuditAction.READ, reads=True)
async def read_requests(_request: ReadRequests, work: UnitOfWork) -> tuple[PrivacyRequest, ...]:
    """First what waits, by its end. The owner's are without the patient and without what was said."""
    found = await queries.requests(work, MOST)
    work.saw(*(one.patient_id for one in found if one.patient_id is not None))
    return found


@use_case(permission=MANAGE, audit=AuditAction.READ, reads=True)
async def requests_of_patient(request: RequestsOfPatient, work: UnitOfWork) -> tuple[PrivacyRequest, ...]:
    """Also those of records that were merged into this one."""
    await registration.saw_records_of(work, request.patient_id)
    return await queries.requests(work, MOST, of=request.patient_id)
