"""Consents: recorded, withdrawn, listed, printed."""

from dataclasses import dataclass

from tht_app.database.queries import registration as queries
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.documents.consent import ConsentSheet, consent_pdf
from tht_app.documents.head import ClinicHead
from tht_app.domain.audit import AuditAction
from tht_app.domain.errors import NotFound, ValidationFailed
from tht_app.domain.identity import Permission
from tht_app.domain.registration import ConsentId, PatientId
from tht_app.domain.registration.consent import (
    CURRENT_VERSION,
    ConsentAlreadyWithdrawn,
    ConsentGiver,
    ConsentPurpose,
    ensure_may_consent,
)
from tht_app.domain.registration.dates import is_minor
from tht_app.domain.registration.names import clean_name, name_problem
from tht_app.domain.registration.records import Consent
from tht_app.use_cases.door import use_case
from tht_app.use_cases.settings import clinic_head


@dataclass(frozen=True, slots=True)
class RecordConsent:
    """Store what was answered to the current wording; without a name it is the patient's or guardian's own."""

    patient_id: PatientId
    purpose: ConsentPurpose
    given: bool
    giver: ConsentGiver
    giver_name: str = ""


@dataclass(frozen=True, slots=True)
class WithdrawConsent:
    """Take a consent back; what was recorded stays."""

    consent_id: ConsentId


@dataclass(frozen=True, slots=True)
class ListConsents:
    """Every consent of a patient."""

    patient_id: PatientId


@dataclass(frozen=True, slots=True)
class PrintConsent:
    """The form of one consent as PDF, A5, in `lang`, for signing on paper or for the patient to keep."""

    patient_id: PatientId
    consent_id: ConsentId
    lang: str = "id"


@use_case(permission=Permission.CONSENT_WRITE, audit=AuditAction.CREATE)
async def record_consent(request: RecordConsent, work: UnitOfWork) -> ConsentId:
    """Give the id of the consent; `GuardianMustConsent` when a minor would answer alone."""
    record = await queries.patient_record(work, request.patient_id)
    if record is None:
        raise NotFound
    ensure_may_consent(request.giver, minor=is_minor(record.details.birth_date, work.today()))
    own_name = record.details.name
    if request.giver is ConsentGiver.GUARDIAN:
        own_name = record.details.guardian.name if record.details.guardian else ""
    giver_name = clean_name(request.giver_name) or own_name
    if problem := name_problem(giver_name):
        raise ValidationFailed({"giver_name": problem})
    consent_id = await queries.add_consent(
        work,
        request.patient_id,
        request.purpose,
        CURRENT_VERSION,
        given=request.given,
        giver=request.giver,
        giver_name=giver_name,
    )
    work.changed(
        "consent",
        consent_id,
        patient_id=request.patient_id,
        new={"purpose": request.purpose.value, "given": request.given, "version": CURRENT_VERSION},
    )
    return consent_id


@use_case(permission=Permission.CONSENT_WRITE, audit=AuditAction.UPDATE)
async def withdraw_consent(request: WithdrawConsent, work: UnitOfWork) -> ConsentId:
    """Mark it withdrawn now; `ConsentAlreadyWithdrawn` the second time, `NotFound` when there is none."""
    patient_id = await queries.withdraw_consent(work, request.consent_id, work.now())
    if patient_id is None:
        if await queries.consent_exists(work, request.consent_id):
            raise ConsentAlreadyWithdrawn
        raise NotFound
    work.changed("consent", request.consent_id, patient_id=patient_id, new={"withdrawn": True})
    return request.consent_id


@use_case(permission=Permission.PATIENT_READ, audit=AuditAction.READ, reads=True)
async def list_consents(request: ListConsents, work: UnitOfWork) -> tuple[Consent, ...]:
    """Newest first."""
    await queries.saw_records_of(work, request.patient_id)
    return await queries.consents_of(work, request.patient_id)


@use_case(permission=Permission.CONSENT_WRITE, audit=AuditAction.PRINT, reads=True)
async def print_consent(request: PrintConsent, work: UnitOfWork) -> bytes:
    """The PDF; `NotFound` unless this consent is this patient's."""
    record = await queries.patient_record(work, request.patient_id)
    consents = await queries.consents_of(work, request.patient_id)
    consent = next((one for one in consents if one.id == request.consent_id), None)
    if record is None or consent is None:
        raise NotFound
    work.saw(request.patient_id)
    head = await clinic_head(work)
    sheet = ConsentSheet(
        head=ClinicHead(head.name, head.address, head.phone, head.licence),
        patient=record,
        consent=consent,
        printed_at=work.now().astimezone(work.zone),
        printed_by=work.person.display_name,
        zone=work.zone,
    )
    return consent_pdf(sheet, request.lang)
