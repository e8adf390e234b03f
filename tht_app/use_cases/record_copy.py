"""A patient's copy of their own record: everything in one file that a person and a program can read.

PMK 24/2022 article 26 (the content is the patient's) and UU 27/2022 articles 7 and 13 (copy, portability).
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import TypeAdapter

from tht_app.database.queries import registration
from tht_app.database.queries.encounter import visits
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.encounter.record import EncounterRecord, Note
from tht_app.domain.ent.findings import Finding
from tht_app.domain.errors import NotFound
from tht_app.domain.identity import Permission
from tht_app.domain.proof import Sensitive
from tht_app.domain.registration import PatientId
from tht_app.domain.registration.records import Consent, PatientRecord
from tht_app.use_cases.door import use_case
from tht_app.use_cases.encounter.note import ReadNote, read_note
from tht_app.use_cases.encounter.visits import ReadEncounter, read_encounter
from tht_app.use_cases.ent import ReadExam, read_exam
from tht_app.use_cases.pharmacy.models import PrescriptionDetail
from tht_app.use_cases.pharmacy.reading import EncounterPrescriptions, encounter_prescriptions
from tht_app.use_cases.proof import ensure_proved
from tht_app.use_cases.settings import ClinicHead, clinic_head

FORM = "tht-klinik-record-1"
MOST_VISITS = 10_000


@dataclass(frozen=True, slots=True)
class CopyRecord:
    """Everything in the record of a patient, for them to keep."""

    patient_id: PatientId


@dataclass(frozen=True, slots=True)
class VisitCopy:
    """One visit with all that was written in it."""

    encounter: EncounterRecord
    note: Note
    examination: tuple[Finding, ...]
    prescriptions: list[PrescriptionDetail]


@dataclass(frozen=True, slots=True)
class RecordCopy:
    """The whole file; `form` names its shape, so that a later program can still read it."""

    form: str
    made_at: datetime
    made_by: str
    clinic: ClinicHead
    patient: PatientRecord
    consents: tuple[Consent, ...]
    visits: tuple[VisitCopy, ...]


_FILE = TypeAdapter(RecordCopy)


@use_case(permission=Permission.RECORD_SIGN, audit=AuditAction.EXPORT, reads=True)
async def copy_record(request: CopyRecord, work: UnitOfWork) -> bytes:
    """JSON in UTF-8, the newest visit first. Raises `ProofNeeded`, and `NotFound` unless this doctor treats them."""
    await ensure_proved(work, Sensitive.EXPORT)
    patient = await registration.patient_record(work, request.patient_id)
    if patient is None:
        raise NotFound
    await registration.saw_records_of(work, request.patient_id)
    head = await visits.patient_head(work, request.patient_id)
    lines = await visits.of_patient(work, request.patient_id, head, but=None, most=MOST_VISITS)
    content = RecordCopy(
        form=FORM,
        made_at=work.now(),
        made_by=work.person.display_name,
        clinic=await clinic_head(work),
        patient=patient,
        consents=await registration.consents_of(work, request.patient_id),
        visits=tuple([await _visit(work, line.id) for line in lines]),
    )
    return _FILE.dump_json(content, indent=1)


async def _visit(work: UnitOfWork, encounter_id: UUID) -> VisitCopy:
    return VisitCopy(
        encounter=await read_encounter(ReadEncounter(encounter_id), work),
        note=await read_note(ReadNote(encounter_id), work),
        examination=await read_exam(ReadExam(encounter_id), work),
        prescriptions=await encounter_prescriptions(EncounterPrescriptions(encounter_id), work),
    )
