"""The last signed visit beside the present one, and its words ready to be copied with their mark."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tht_app.database.queries.encounter import findings, notes, procedures, visits
from tht_app.database.queries.pharmacy import prescriptions
from tht_app.database.queries.registration import saw_records_of
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.encounter.copying import marked
from tht_app.domain.encounter.record import Diagnosis, Procedure, Reading, SectionText
from tht_app.domain.identity import Permission
from tht_app.use_cases.door import use_case


@dataclass(frozen=True, slots=True)
class ReadLastVisit:
    """The visit that was signed last before this one began; `lang` is that of the mark over what is copied."""

    encounter_id: UUID
    lang: str = "id"


@dataclass(frozen=True, slots=True)
class PastSection:
    """A section of the earlier note, and the same as it would stand in the present one; empty where it says nothing."""

    text: SectionText
    copy: str


@dataclass(frozen=True, slots=True)
class LastVisit:
    """What was found, decided and done then. `prescriptions` is None for who may not see them."""

    encounter_id: UUID
    arrived_at: datetime
    practitioner: str
    visit_type_id: str
    visit_type_en: str
    sections: tuple[PastSection, ...]
    diagnoses: tuple[Diagnosis, ...]
    procedures: tuple[Procedure, ...]
    readings: tuple[Reading, ...]
    prescriptions: tuple[str, ...] | None


@use_case(permission=Permission.RECORD_READ, audit=AuditAction.READ, reads=True)
async def read_last_visit(request: ReadLastVisit, work: UnitOfWork) -> LastVisit | None:
    """The last signed visit of the same patient, whoever was the doctor; nothing at a first visit. Raises NotFound."""
    visit = await visits.find(work, request.encounter_id)
    await saw_records_of(work, visit.patient_id)
    past = await visits.signed_before(work, visit)
    if past is None:
        return None
    head = await visits.head(work, past.id)
    day = past.arrived_at.astimezone(work.zone).date()
    sections = [
        PastSection(
            section,
            marked(section.text, day, head["practitioner"], request.lang) if section.text.strip() else "",
        )
        for section in await notes.present(work, past.id)
    ]
    return LastVisit(
        past.id,
        past.arrived_at,
        head["practitioner"],
        head["visit_type_id"],
        head["visit_type_en"],
        tuple(sections),
        await findings.diagnoses(work, past.id),
        await procedures.of_encounter(work, past.id),
        await findings.readings(work, past.id),
        await _prescribed(work, past.id) if Permission.PRESCRIPTION_READ in work.person.permissions else None,
    )


async def _prescribed(work: UnitOfWork, encounter_id: UUID) -> tuple[str, ...]:
    """The lines of signed prescriptions as they were written."""
    rows = await prescriptions.of_encounter(work, encounter_id)
    signed = [row["id"] for row in rows if row["signed_at"] is not None and row["status"] != "cancelled"]
    lines = await prescriptions.lines(work, signed)
    return tuple(f"{line['item']}, {line['signa_plain']}" for line in lines)
