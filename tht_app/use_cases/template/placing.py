"""What a template adds beside words: findings, diagnoses, medicines; looked at first, added and taken back at once.

Each goes the way that it goes by hand, inside one transaction: the same rules refuse it, the same entries tell of it.
Medicines become lines of the draft; nothing is ever signed here.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.queries import ent
from tht_app.database.queries import template as queries
from tht_app.database.queries.encounter import findings, icd10, visits
from tht_app.database.queries.pharmacy import catalogue, prescriptions
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.encounter.allergies import AllergyLine
from tht_app.domain.encounter.visit import Visit
from tht_app.domain.ent.findings import Change, Finding
from tht_app.domain.errors import PermissionDenied, ValidationFailed
from tht_app.domain.identity import Permission
from tht_app.domain.pharmacy.signa import Dosage
from tht_app.domain.template import (
    ASKED,
    NothingChosen,
    NotPlaceable,
    TemplateContent,
    TemplateDiagnosis,
    TemplateLine,
    change_of,
    chosen_side,
)
from tht_app.use_cases.door import use_case
from tht_app.use_cases.encounter import AddDiagnosis, RemoveDiagnosis, safety_slice
from tht_app.use_cases.encounter.findings import add_diagnosis, remove_diagnosis
from tht_app.use_cases.encounter.visits import may_write
from tht_app.use_cases.ent import change_exam
from tht_app.use_cases.pharmacy import AddLine, LineDraft, RemoveLine
from tht_app.use_cases.pharmacy.catalogue import item_of
from tht_app.use_cases.pharmacy.prescribing import add_line, dosage_of, quantity_for, remove_line

from .writing import draft_of

EXAM = "exam"
BLOCKING = frozenset({"gone", "quantity", "direction", "there_already"})
"""Problems with which something is not added; the others are said, and the doctor decides."""


@dataclass(frozen=True, slots=True)
class PreviewPlacing:
    """What a template would add to a visit, before anything is added."""

    encounter_id: UUID
    template_id: UUID
    side: str = ""


@dataclass(frozen=True, slots=True)
class PlaceTemplate:
    """Add what is ticked (`chosen`: keys of the preview) as exactly this version says it."""

    encounter_id: UUID
    template_id: UUID
    version: int
    chosen: frozenset[str]
    side: str = ""


@dataclass(frozen=True, slots=True)
class TakeBackPlaced:
    """Take back what one use of a template has added."""

    encounter_id: UUID
    findings: tuple[str, ...] = ()
    diagnoses: tuple[UUID, ...] = ()
    lines: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """A diagnosis or a line that would be added; `problem` is empty, one of `BLOCKING`, or a warning."""

    key: str
    problem: str = ""
    code: str = ""
    title_id: str = ""
    title_en: str = ""
    side: str = ""
    certainty: str = ""
    item: str = ""
    dosage: Dosage | None = None
    draft: LineDraft | None = None
    quantity: int = 0
    unit: str = ""
    stock: int = 0
    drug_class: str = ""

    @property
    def blocked(self) -> bool:
        """Whether it cannot be added."""
        return self.problem in BLOCKING


@dataclass(frozen=True, slots=True)
class Placing:
    """Everything that a template would add; nothing in it has happened yet."""

    template_id: UUID
    version: int
    title: str
    side: str
    findings: tuple[Finding, ...]
    diagnoses: tuple[Item, ...]
    lines: tuple[Item, ...]
    allergy: AllergyLine
    born: date


@dataclass(frozen=True, slots=True)
class Placed:
    """What was added, so that it can be taken back: keys of findings, ids of diagnoses and lines."""

    findings: tuple[str, ...]
    diagnoses: tuple[UUID, ...]
    lines: tuple[UUID, ...]


@use_case(permission=Permission.RECORD_WRITE, audit=AuditAction.READ, reads=True)
async def preview_placing(request: PreviewPlacing, work: UnitOfWork) -> Placing:
    """Look at what would be added. Raises NotFound, SideNotChosen, NotYourEncounter, EncounterSigned."""
    visit = await visits.find(work, request.encounter_id)
    work.saw(visit.patient_id)
    may_write(work, visit)
    template = await queries.find(work, request.template_id)
    content, side = template.content, chosen_side(template.content, request.side)
    return Placing(
        template.id,
        template.version,
        content.title,
        side,
        change_of(await ent.findings(work, visit.id), content, side).add,
        await _diagnoses(work, visit, content, side),
        await _lines(work, visit, content, side),
        (await safety_slice(work, visit.patient_id)).allergy,
        (await visits.patient_head(work, visit.patient_id)).birth_date,
    )


@use_case(permission=Permission.RECORD_WRITE, audit=AuditAction.UPDATE)
async def place_template(request: PlaceTemplate, work: UnitOfWork) -> Placed:
    """Add what is ticked, all of it or nothing.

    Raises NotPlaceable for something that was ticked and cannot be added (any more), NothingChosen, and whatever the
    same deed by hand raises.
    """
    visit = await visits.for_writing(work, request.encounter_id)
    work.saw(visit.patient_id)
    may_write(work, visit)
    content = (await queries.find(work, request.template_id, request.version)).content
    side = chosen_side(content, request.side)
    diagnoses = _ticked(await _diagnoses(work, visit, content, side), request.chosen)
    lines = _ticked(await _lines(work, visit, content, side), request.chosen)
    if lines and Permission.PRESCRIPTION_WRITE not in work.person.permissions:
        raise PermissionDenied(permission=Permission.PRESCRIPTION_WRITE.value)
    work.changed("note_template", request.template_id, new={"placed": sorted(request.chosen), "side": side})
    added = Change()
    if EXAM in request.chosen:
        added = await change_exam(work, visit.id, lambda standing: change_of(standing, content, side))
    placed = Placed(
        tuple(finding.key for finding in added.add),
        tuple([await _add_diagnosis(work, visit, one) for one in diagnoses]),
        tuple([await add_line(AddLine(visit.id, one.draft), work) for one in lines if one.draft is not None]),
    )
    if not (placed.findings or placed.diagnoses or placed.lines):
        raise NothingChosen
    return placed


def _ticked(items: Collection[Item], chosen: frozenset[str]) -> tuple[Item, ...]:
    ticked = tuple(one for one in items if one.key in chosen)
    for one in ticked:
        if one.blocked:
            raise NotPlaceable(item=one.item or one.code)
    return ticked


async def _add_diagnosis(work: UnitOfWork, visit: Visit, one: Item) -> UUID:
    return await add_diagnosis(AddDiagnosis(visit.id, one.code, one.side, one.certainty), work)


@use_case(permission=Permission.RECORD_WRITE, audit=AuditAction.UPDATE)
async def take_back_placed(request: TakeBackPlaced, work: UnitOfWork) -> None:
    """Take it all back, or nothing; what was taken off by hand meanwhile is no mistake.

    Raises PrescriptionIsSigned once one of the lines is signed, EncounterSigned once the record is.
    """
    visit = await visits.for_writing(work, request.encounter_id)
    work.saw(visit.patient_id)
    may_write(work, visit)
    keys = frozenset(request.findings)
    await change_exam(work, visit.id, lambda standing: Change(remove=tuple(one for one in standing if one.key in keys)))
    for diagnosis in request.diagnoses:
        if await findings.encounter_of_condition(work, diagnosis) == visit.id:
            await remove_diagnosis(RemoveDiagnosis(diagnosis), work)
    for line in request.lines:
        await remove_line(RemoveLine(line), work)


async def _diagnoses(work: UnitOfWork, visit: Visit, content: TemplateContent, side: str) -> tuple[Item, ...]:
    standing = {(one.code, one.laterality.value) for one in await findings.diagnoses(work, visit.id)}
    items: list[Item] = []
    for number, one in enumerate(content.diagnoses):
        meant = _side_of(one, side)
        hit = await icd10.find(work, one.code)
        problem = "gone" if hit is None else "there_already" if (one.code, meant) in standing else ""
        item = Item(f"diagnosis-{number}", problem, one.code, side=meant, certainty=one.certainty)
        items.append(item if hit is None else replace(item, title_id=hit.title_id, title_en=hit.title_en))
    return tuple(items)


def _side_of(one: TemplateDiagnosis, affected: str) -> str:
    return affected if one.side == ASKED else one.side


async def _lines(work: UnitOfWork, visit: Visit, content: TemplateContent, side: str) -> tuple[Item, ...]:
    products = await catalogue.products(work, [line.product_id for line in content.lines], work.today())
    drafts = [row["id"] for row in await prescriptions.of_encounter(work, visit.id) if row["status"] == "draft"]
    written = {line["product_id"] for line in await prescriptions.lines(work, drafts)}
    return tuple(
        _line(f"line-{number}", line, products.get(line.product_id), side, written=written)
        for number, line in enumerate(content.lines)
    )


def _line(key: str, line: TemplateLine, product: RowMapping | None, side: str, *, written: Collection[UUID]) -> Item:
    """The line with its units of stock, and what is wrong with it."""
    if product is None or not product["active"]:
        return Item(key, "gone", item=line.item)
    draft = draft_of(line, side)
    item = item_of(product)
    try:
        dosage = dosage_of(draft)
    except ValidationFailed:
        return Item(key, "direction", item=item)
    try:
        quantity = quantity_for(draft, dosage, product)
    except ValidationFailed:
        return Item(key, "quantity", item=item, dosage=dosage)
    problem = "in_draft" if line.product_id in written else "short" if product["stock"] < quantity else ""
    return Item(
        key,
        problem,
        item=item,
        dosage=dosage,
        draft=draft,
        quantity=quantity,
        unit=product["unit"],
        stock=product["stock"],
        drug_class=product["drug_class"],
    )
