"""Procedures of a visit, the list behind them, and the stars that somebody puts on codes."""

from dataclasses import dataclass
from uuid import UUID

from tht_app.database.queries.encounter import code_use, icd9cm, icd10, procedures, visits
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.encounter.diagnosis import Laterality, UnknownDiagnosisCode
from tht_app.domain.encounter.note import checked_text
from tht_app.domain.encounter.procedure import (
    LONGEST_NOTE,
    CodeSystem,
    ProcedureTwice,
    UnknownProcedureCode,
    asks_for_side,
)
from tht_app.domain.encounter.record import CodeHit
from tht_app.domain.encounter.visit import Visit
from tht_app.domain.errors import NotFound, ValidationFailed
from tht_app.domain.identity import Permission
from tht_app.use_cases.door import use_case

from .facts import chosen
from .findings import LONGEST_SEARCH, MOST_HITS, MOST_OWN, count_again
from .visits import may_write

DONE, MISTAKEN = "completed", "entered-in-error"


@dataclass(frozen=True, slots=True)
class SearchIcd9cm:
    """Words in Indonesian or English, or the beginning of a code; nothing asks for one's own codes."""

    text: str


@dataclass(frozen=True, slots=True)
class AddProcedure:
    """What was done; `laterality` None where nobody chose a side."""

    encounter_id: UUID
    code: str
    laterality: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class RemoveProcedure:
    """A procedure was entered by mistake."""

    procedure_id: UUID


@dataclass(frozen=True, slots=True)
class RestoreProcedure:
    """The removal was the mistake."""

    procedure_id: UUID


@dataclass(frozen=True, slots=True)
class StarCode:
    """Put a star on a code of `system` (a value of `CodeSystem`), so that it always comes first, or take it away."""

    system: str
    code: str
    on: bool


@use_case(permission=Permission.REFERENCE_READ, audit=AuditAction.SEARCH, reads=True)
async def search_icd9cm(request: SearchIcd9cm, work: UnitOfWork) -> tuple[CodeHit, ...]:
    """Up to 20 codes, one's own first, then those of ENT; for one character nothing."""
    text = request.text.strip()[:LONGEST_SEARCH]
    if not text:
        return await icd9cm.own(work, MOST_OWN)
    return await icd9cm.search(work, text, MOST_HITS) if len(text) >= 2 else ()


@use_case(permission=Permission.RECORD_WRITE, audit=AuditAction.CREATE)
async def add_procedure(request: AddProcedure, work: UnitOfWork) -> UUID:
    """Store a procedure.

    Raises UnknownProcedureCode, ProcedureTwice, and ValidationFailed where the code asks for a side and none is given.
    """
    note = checked_text(request.note, field="note", longest=LONGEST_NOTE).strip()
    visit = await visits.for_writing(work, request.encounter_id)
    work.saw(visit.patient_id)
    may_write(work, visit)
    hit = await icd9cm.find(work, request.code)
    if hit is None:
        raise UnknownProcedureCode(code=request.code)
    if request.laterality is None and asks_for_side(hit.code):
        raise ValidationFailed({"laterality": "encounter.side_needed"})
    side = chosen(Laterality, request.laterality or Laterality.NONE.value, "laterality")
    row_id = await procedures.add(work, visit, hit, side, note)
    if row_id is None:
        raise ProcedureTwice
    await code_use.count(work, visit.practitioner_id, CodeSystem.ICD9CM, hit.code)
    work.changed("procedure", row_id, patient_id=visit.patient_id, new={"code": hit.code, "laterality": side.value})
    return row_id


@use_case(permission=Permission.RECORD_WRITE, audit=AuditAction.UPDATE)
async def remove_procedure(request: RemoveProcedure, work: UnitOfWork) -> None:
    """Mark a procedure as entered in error; raises NotFound."""
    visit = await _writable(work, request.procedure_id, DONE)
    await procedures.remove(work, request.procedure_id)
    await count_again(work, visit, "procedure", request.procedure_id, by=-1)
    work.changed("procedure", request.procedure_id, patient_id=visit.patient_id, new={"status": MISTAKEN})


@use_case(permission=Permission.RECORD_WRITE, audit=AuditAction.UPDATE)
async def restore_procedure(request: RestoreProcedure, work: UnitOfWork) -> None:
    """Take a removal back; raises NotFound, ProcedureTwice."""
    visit = await _writable(work, request.procedure_id, MISTAKEN)
    if not await procedures.restore(work, request.procedure_id):
        raise ProcedureTwice
    await count_again(work, visit, "procedure", request.procedure_id, by=1)
    work.changed("procedure", request.procedure_id, patient_id=visit.patient_id, new={"status": DONE})


async def _writable(work: UnitOfWork, procedure_id: UUID, status: str) -> Visit:
    """The visit of a procedure, if it may be written in."""
    encounter_id = await procedures.encounter_of(work, procedure_id, status)
    if encounter_id is None:
        raise NotFound
    visit = await visits.for_writing(work, encounter_id)
    work.saw(visit.patient_id)
    may_write(work, visit)
    return visit


@use_case(permission=Permission.RECORD_WRITE, audit=AuditAction.UPDATE)
async def star_code(request: StarCode, work: UnitOfWork) -> None:
    """Keep a code in front for whoever asks, or not any more; raises UnknownDiagnosisCode, UnknownProcedureCode."""
    system = chosen(CodeSystem, request.system, "system")
    if system is CodeSystem.ICD10 and await icd10.find(work, request.code) is None:
        raise UnknownDiagnosisCode(code=request.code)
    if system is CodeSystem.ICD9CM and await icd9cm.find(work, request.code) is None:
        raise UnknownProcedureCode(code=request.code)
    await code_use.star(work, system, request.code, on=request.on)
    work.changed("code_use", work.person.id, new={"system": system.value, "code": request.code, "star": request.on})
