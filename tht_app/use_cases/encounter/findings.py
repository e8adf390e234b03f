"""Vital signs and diagnoses of a visit, and the code list behind them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from tht_app.database.queries.encounter import code_use, findings, icd10, visits
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.encounter.diagnosis import (
    Certainty,
    DiagnosisTwice,
    Laterality,
    UnknownDiagnosisCode,
    asks_for_side,
)
from tht_app.domain.encounter.icd10 import parse_official
from tht_app.domain.encounter.procedure import CodeSystem
from tht_app.domain.encounter.record import CodeHit
from tht_app.domain.encounter.visit import Visit
from tht_app.domain.encounter.vitals import WEIGHT, parse_readings, plain, spoken, weight_jumps
from tht_app.domain.errors import NotFound, Problem, ValidationFailed
from tht_app.domain.identity import Permission
from tht_app.use_cases.door import use_case

from .facts import chosen
from .visits import may_write

NURSING = (Permission.RECORD_WRITE, Permission.RECORD_WRITE_NURSING)
MOST_HITS = 20
MOST_OWN = 12
"""So many of one's own codes are offered before anything is typed: what one sees without scrolling."""
LONGEST_SEARCH = 100


@dataclass(frozen=True, slots=True)
class RecordVitals:
    """Figures as typed, by field of `domain.encounter.vitals`; empty ones are left out.

    `confirmed`: the person has looked again at a weight that differs a lot from the last one.
    """

    encounter_id: UUID
    values: Mapping[str, str] = field(repr=False)
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class SearchIcd10:
    """Words in Indonesian or English, or the beginning of a code; nothing asks for one's own codes."""

    text: str


@dataclass(frozen=True, slots=True)
class AddDiagnosis:
    """A diagnosis; `laterality` None where nobody chose a side."""

    encounter_id: UUID
    code: str
    laterality: str | None = None
    certainty: str = Certainty.PROVISIONAL.value
    is_primary: bool | None = None
    """None: primary exactly if it is the first."""


@dataclass(frozen=True, slots=True)
class MakePrimary:
    """This diagnosis is the primary one, the former is not any more."""

    condition_id: UUID


@dataclass(frozen=True, slots=True)
class RemoveDiagnosis:
    """A diagnosis was entered by mistake."""

    condition_id: UUID


@dataclass(frozen=True, slots=True)
class RestoreDiagnosis:
    """The removal was the mistake."""

    condition_id: UUID


@dataclass(frozen=True, slots=True)
class ImportIcd10:
    """An official list as CSV text with the columns code, title_en and optionally title_id.

    `complete`: codes that it lacks are not selectable any more.
    """

    csv_text: str = field(repr=False)
    complete: bool = False


@use_case(permission=NURSING, audit=AuditAction.CREATE)
async def record_vitals(request: RecordVitals, work: UnitOfWork) -> int:
    """Store what was measured and return how many figures.

    Raises ValidationFailed for figures that cannot be true, and for a weight that jumps until it is `confirmed`.
    """
    readings = parse_readings(request.values)
    visit = await visits.for_writing(work, request.encounter_id)
    work.saw(visit.patient_id)
    may_write(work, visit, nursing=True)
    weight = readings.get(WEIGHT.field)
    if weight is not None and not request.confirmed:
        last = await findings.last_weight(work, visit.patient_id, but=visit.id)
        if last is not None and weight_jumps(last.value, weight):
            raise ValidationFailed({WEIGHT.field: Problem("encounter.weight_jumps", {"last": spoken(last.value)})})
    ids = await findings.replace_readings(work, visit, readings)
    work.changed(
        "observation",
        ids[0],
        patient_id=visit.patient_id,
        new={name: plain(value) for name, value in readings.items()},
    )
    return len(ids)


@use_case(permission=Permission.REFERENCE_READ, audit=AuditAction.SEARCH, reads=True)
async def search_icd10(request: SearchIcd10, work: UnitOfWork) -> tuple[CodeHit, ...]:
    """Up to 20 codes of the edition of 2010, one's own first, then those of ENT; for one character nothing."""
    text = request.text.strip()[:LONGEST_SEARCH]
    if not text:
        return await icd10.own(work, MOST_OWN)
    return await icd10.search(work, text, MOST_HITS) if len(text) >= 2 else ()


@use_case(permission=Permission.RECORD_WRITE, audit=AuditAction.CREATE)
async def add_diagnosis(request: AddDiagnosis, work: UnitOfWork) -> UUID:
    """Store a diagnosis; the first one is the primary one.

    Raises UnknownDiagnosisCode, DiagnosisTwice, and ValidationFailed where the code asks for a side and none is given.
    """
    visit = await visits.for_writing(work, request.encounter_id)
    work.saw(visit.patient_id)
    may_write(work, visit)
    hit = await icd10.find(work, request.code)
    if hit is None:
        raise UnknownDiagnosisCode(code=request.code)
    if request.laterality is None and asks_for_side(hit.code):
        raise ValidationFailed({"laterality": "encounter.side_needed"})
    side = chosen(Laterality, request.laterality or Laterality.NONE.value, "laterality")
    certainty = chosen(Certainty, request.certainty, "certainty")
    primary = request.is_primary
    if primary is None:
        primary = not await findings.diagnoses(work, visit.id)
    if primary:
        await findings.no_primary(work, visit.id)
    row_id = await findings.add_diagnosis(work, visit, hit, laterality=side, is_primary=primary, certainty=certainty)
    if row_id is None:
        raise DiagnosisTwice
    await code_use.count(work, visit.practitioner_id, CodeSystem.ICD10, hit.code)
    work.changed("condition", row_id, patient_id=visit.patient_id, new={"code": hit.code, "laterality": side.value})
    return row_id


@use_case(permission=Permission.RECORD_WRITE, audit=AuditAction.UPDATE)
async def make_primary(request: MakePrimary, work: UnitOfWork) -> None:
    """Choose the primary diagnosis; raises NotFound."""
    await _touch(work, request.condition_id, {"is_primary": True})


@use_case(permission=Permission.RECORD_WRITE, audit=AuditAction.UPDATE)
async def remove_diagnosis(request: RemoveDiagnosis, work: UnitOfWork) -> None:
    """Mark a diagnosis as entered in error; raises NotFound."""
    await _touch(work, request.condition_id, {"status": "entered-in-error"})


async def _touch(work: UnitOfWork, condition_id: UUID, new: dict[str, object]) -> None:
    encounter_id = await findings.encounter_of_condition(work, condition_id)
    if encounter_id is None:
        raise NotFound
    visit = await visits.for_writing(work, encounter_id)
    work.saw(visit.patient_id)
    may_write(work, visit)
    if "status" in new:
        await findings.remove_diagnosis(work, condition_id)
        await count_again(work, visit, "condition", condition_id, by=-1)
    else:
        await findings.no_primary(work, visit.id)
        await findings.make_primary(work, condition_id)
    work.changed("condition", condition_id, patient_id=visit.patient_id, new=new)


async def count_again(work: UnitOfWork, visit: Visit, table: str, row_id: UUID, *, by: int) -> None:
    """A code that was picked by mistake is no habit; taking the removal back counts it again."""
    system = CodeSystem.ICD10 if table == "condition" else CodeSystem.ICD9CM
    await code_use.count(work, visit.practitioner_id, system, await code_use.code_of(work, table, row_id), by=by)


@use_case(permission=Permission.RECORD_WRITE, audit=AuditAction.UPDATE)
async def restore_diagnosis(request: RestoreDiagnosis, work: UnitOfWork) -> None:
    """Take a removal back; raises NotFound."""
    encounter_id = await findings.encounter_of_condition(work, request.condition_id, "entered-in-error")
    if encounter_id is None:
        raise NotFound
    visit = await visits.for_writing(work, encounter_id)
    may_write(work, visit)
    if not await findings.restore_diagnosis(work, request.condition_id):
        raise DiagnosisTwice
    await count_again(work, visit, "condition", request.condition_id, by=1)
    work.changed("condition", request.condition_id, patient_id=visit.patient_id, new={"status": "active"})


@use_case(permission=Permission.SETTINGS_MANAGE, audit=AuditAction.IMPORT)
async def import_icd10(request: ImportIcd10, work: UnitOfWork) -> int:
    """Write an official ICD-10 list over the one that ships; returns how many codes changed."""
    lines = parse_official(request.csv_text)
    changed = await icd10.import_official(work, lines, complete=request.complete)
    work.changed("icd10", work.person.id, new={"lines": len(lines), "changed": changed})
    return changed
