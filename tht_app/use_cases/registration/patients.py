"""Register a patient, correct the data, read them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any

from tht_app.database.queries import registration as queries
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.errors import Conflict, NotFound, ValidationFailed
from tht_app.domain.identity import Permission
from tht_app.domain.registration import PatientId
from tht_app.domain.registration.consent import CURRENT_VERSION, ConsentGiver, ConsentPurpose
from tht_app.domain.registration.dates import is_minor
from tht_app.domain.registration.patient import PatientDetails, parse_patient
from tht_app.domain.registration.records import PatientBanner, PatientRecord
from tht_app.use_cases.door import use_case


@dataclass(frozen=True, slots=True)
class RegisterPatient:
    """Enter somebody new; `form` holds what was typed, `consents` what patient or guardian agreed to at the desk."""

    form: Mapping[str, str]
    consents: tuple[ConsentPurpose, ...] = ()


@dataclass(frozen=True, slots=True)
class CorrectPatient:
    """Change the data of a patient; `version` is the one that was shown."""

    patient_id: PatientId
    version: int
    form: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class GetPatient:
    """Read all demographics of one patient."""

    patient_id: PatientId


@dataclass(frozen=True, slots=True)
class GetPatientBanner:
    """Read who a patient is: name, sex, birth date, record number."""

    patient_id: PatientId


@use_case(permission=Permission.PATIENT_WRITE, audit=AuditAction.CREATE)
async def register_patient(request: RegisterPatient, work: UnitOfWork) -> PatientId:
    """Give the new patient's id; `ValidationFailed` names every bad field, also a NIK that is registered already.

    Whose NIK it is stays unsaid here, because a refusal leaves no audit entry: `FindDuplicates` shows it.
    """
    details = parse_patient(request.form, work.today())
    patient_id = PatientId(work.new_id())
    added = await queries.add_patients(work, {patient_id: details})
    if patient_id not in added:
        raise ValidationFailed({"nik": "nik_taken"})
    await _record_consents(work, patient_id, details, request.consents)
    work.changed("patient", patient_id, patient_id=patient_id, new={"record_number": added[patient_id]})
    work.publish("PatientRegistered", patient_id, {"patient_id": str(patient_id)})
    return patient_id


async def _record_consents(
    work: UnitOfWork, patient_id: PatientId, details: PatientDetails, purposes: tuple[ConsentPurpose, ...]
) -> None:
    guardian = details.guardian if is_minor(details.birth_date, work.today()) else None
    for purpose in purposes:
        await queries.add_consent(
            work,
            patient_id,
            purpose,
            CURRENT_VERSION,
            given=True,
            giver=ConsentGiver.GUARDIAN if guardian else ConsentGiver.PATIENT,
            giver_name=guardian.name if guardian else details.name,
        )


@use_case(permission=Permission.PATIENT_WRITE, audit=AuditAction.UPDATE)
async def correct_patient(request: CorrectPatient, work: UnitOfWork) -> PatientId:
    """Store the corrected data; old and new go to the audit log.

    `Conflict` when somebody changed them meanwhile, `ValidationFailed` as for a registration.
    """
    known = await queries.patient_record(work, request.patient_id, to_change=True)
    if known is None:
        raise NotFound
    if known.version != request.version:
        raise Conflict
    details = parse_patient(request.form, work.today())
    old, new = _differences(known.details, details)
    if new:
        await queries.correct_patient(work, request.patient_id, details)
        work.publish("PatientCorrected", request.patient_id, {"patient_id": str(request.patient_id)})
    work.changed("patient", request.patient_id, patient_id=request.patient_id, old=old, new=new)
    return request.patient_id


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    return value if value is None or isinstance(value, dict | bool) else str(value)  # pyright: ignore[reportUnknownVariableType]


def _differences(old: PatientDetails, new: PatientDetails) -> tuple[dict[str, Any], dict[str, Any]]:
    before, after = asdict(old), asdict(new)
    names = [name for name in after if before[name] != after[name]]
    return {name: _plain(before[name]) for name in names}, {name: _plain(after[name]) for name in names}


@use_case(permission=Permission.PATIENT_READ, audit=AuditAction.READ, reads=True)
async def get_patient(request: GetPatient, work: UnitOfWork) -> PatientRecord:
    """Every field, opened, of the record that stands; `NotFound` when there is no such patient for this person.

    The address of a merged record leads to the one it was merged into: its banner has another id than was asked for.
    """
    record = await queries.patient_record(work, await queries.standing_record_of(work, request.patient_id))
    if record is None:
        raise NotFound
    work.saw(request.patient_id, record.banner.id)
    return record


@use_case(
    permission=(
        Permission.PATIENT_READ,
        Permission.PATIENT_READ_OPEN_PRESCRIPTION,
        Permission.PATIENT_READ_OPEN_INVOICE,
    ),
    audit=AuditAction.READ,
    reads=True,
)
async def get_patient_banner(request: GetPatientBanner, work: UnitOfWork) -> PatientBanner:
    """Who the patient is; `NotFound` when there is no such patient for this person."""
    banner = (await queries.patient_banners(work, [request.patient_id])).get(request.patient_id)
    if banner is None:
        raise NotFound
    work.saw(request.patient_id)
    return banner
