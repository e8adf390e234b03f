"""Writing and reading the examination of ear, nose and throat."""

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from tht_app.database.queries import ent
from tht_app.database.queries.encounter import visits
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.encounter.note import checked_text
from tht_app.domain.ent.findings import (
    LONGEST_TEXT,
    REMARK,
    WHOLE,
    Change,
    Finding,
    Part,
    Side,
    all_normal,
    parse_key,
    rest_normal,
    sides_of,
    tap,
)
from tht_app.domain.errors import ValidationFailed
from tht_app.domain.identity import Permission
from tht_app.use_cases.door import use_case
from tht_app.use_cases.encounter.visits import may_write


@dataclass(frozen=True, slots=True)
class ReadExam:
    """The examination of one encounter."""

    encounter_id: UUID


@dataclass(frozen=True, slots=True)
class TapFinding:
    """Turn a finding on or off; `finding` is its key, for example `ear.right.ear_canal.cerumen`."""

    encounter_id: UUID
    finding: str


@dataclass(frozen=True, slots=True)
class RestNormal:
    """Everything of this part and side that has no finding yet is normal."""

    encounter_id: UUID
    part: str
    side: str


@dataclass(frozen=True, slots=True)
class AllNormal:
    """Everything without a finding is normal, in one part or (empty) in all of them."""

    encounter_id: UUID
    part: str = ""


@dataclass(frozen=True, slots=True)
class TakeBackNormals:
    """These normals, by key, do not stand any more; whatever else was recorded stays."""

    encounter_id: UUID
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Marked:
    """What stands now, and the keys of what has just been added."""

    findings: tuple[Finding, ...]
    added: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WriteRemark:
    """Free text about a part and side; empty text takes the remark back."""

    encounter_id: UUID
    part: str
    side: str
    text: str = field(repr=False)


@use_case(permission=Permission.RECORD_READ, audit=AuditAction.READ, reads=True)
async def read_exam(request: ReadExam, work: UnitOfWork) -> tuple[Finding, ...]:
    """What stands in the examination, in reading order; raises NotFound."""
    visit = await visits.find(work, request.encounter_id)
    work.saw(visit.patient_id)
    return await ent.findings(work, visit.id)


@use_case(permission=Permission.RECORD_WRITE, audit=AuditAction.UPDATE)
async def tap_finding(request: TapFinding, work: UnitOfWork) -> tuple[Finding, ...]:
    """Turn a finding on or off and return what stands now. Raises EncounterSigned, NotYourEncounter."""
    tapped = parse_key(request.finding)
    return await _change(work, request.encounter_id, lambda standing: tap(standing, tapped))


@use_case(permission=Permission.RECORD_WRITE, audit=AuditAction.UPDATE)
async def mark_rest_normal(request: RestNormal, work: UnitOfWork) -> tuple[Finding, ...]:
    """Set explicit normals where nothing stands and return what stands now."""
    part, side = _region(request.part, request.side)
    return await _change(work, request.encounter_id, lambda standing: rest_normal(standing, part, side))


@use_case(permission=Permission.RECORD_WRITE, audit=AuditAction.UPDATE)
async def mark_all_normal(request: AllNormal, work: UnitOfWork) -> Marked:
    """Set explicit normals wherever nothing stands, right and left, and return what stands now."""
    parts = tuple(part for part in Part if not request.part or part == request.part)
    if not parts:
        raise ValidationFailed({"finding": "unknown_choice"})
    change = await change_exam(work, request.encounter_id, lambda standing: all_normal(standing, parts))
    return Marked(await ent.findings(work, request.encounter_id), tuple(finding.key for finding in change.add))


@use_case(permission=Permission.RECORD_WRITE, audit=AuditAction.UPDATE)
async def take_back_normals(request: TakeBackNormals, work: UnitOfWork) -> tuple[Finding, ...]:
    """Take normals back that were set by mistake and return what stands now."""
    keys = frozenset(request.keys)
    return await _change(
        work,
        request.encounter_id,
        lambda standing: Change(remove=tuple(one for one in standing if one.normal and one.key in keys)),
    )


@use_case(permission=Permission.RECORD_WRITE, audit=AuditAction.UPDATE)
async def write_remark(request: WriteRemark, work: UnitOfWork) -> tuple[Finding, ...]:
    """Replace the free text of a part and side and return what stands now."""
    part, side = _region(request.part, request.side)
    text = checked_text(request.text, longest=LONGEST_TEXT).strip()
    remark = Finding(part, side, WHOLE, REMARK, text)

    def change(standing: tuple[Finding, ...]) -> Change:
        former = tuple(finding for finding in standing if finding.place == remark.place)
        if former == (remark,):
            return Change()
        return Change(add=(remark,) if text else (), remove=former)

    return await _change(work, request.encounter_id, change)


def _region(part_name: str, side_name: str) -> tuple[Part, Side]:
    try:
        part, side = Part(part_name), Side(side_name)
    except ValueError:
        raise ValidationFailed({"finding": "unknown_choice"}) from None
    if side not in sides_of(part):
        raise ValidationFailed({"finding": "unknown_choice"})
    return part, side


async def _change(
    work: UnitOfWork, encounter_id: UUID, decide: Callable[[tuple[Finding, ...]], Change]
) -> tuple[Finding, ...]:
    await change_exam(work, encounter_id, decide)
    return await ent.findings(work, encounter_id)


async def change_exam(work: UnitOfWork, encounter_id: UUID, decide: Callable[[tuple[Finding, ...]], Change]) -> Change:
    """Let `decide` change what stands, inside a use case, and return the change. Raises as `tap_finding` does."""
    visit = await visits.for_writing(work, encounter_id)
    work.saw(visit.patient_id)
    may_write(work, visit)
    exam_id = await ent.lock_exam(work, visit)
    change = decide(await ent.findings(work, visit.id))
    await ent.remove(work, visit, change.remove)
    await ent.add(work, exam_id, visit, change.add)
    if change.add or change.remove:
        work.changed(
            "ent_exam",
            exam_id,
            patient_id=visit.patient_id,
            old={finding.key: finding.text for finding in change.remove},
            new={finding.key: finding.text for finding in change.add},
        )
    return change
