"""Keeping templates: one's own, and those that the whole clinic uses. Every version stays."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from tht_app.database.queries import template as queries
from tht_app.database.queries.encounter import icd10
from tht_app.database.queries.pharmacy import catalogue
from tht_app.database.queries.template import Template
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.encounter.diagnosis import UnknownDiagnosisCode
from tht_app.domain.encounter.note import Section
from tht_app.domain.errors import NotFound, PermissionDenied, Problem, ValidationFailed
from tht_app.domain.identity import Permission
from tht_app.domain.template import (
    ASKED,
    TemplateChanged,
    TemplateContent,
    TemplateLine,
    TemplateNameTaken,
    checked,
)
from tht_app.use_cases.door import use_case
from tht_app.use_cases.pharmacy import LineDraft
from tht_app.use_cases.pharmacy.catalogue import item_of
from tht_app.use_cases.pharmacy.prescribing import dosage_of

USERS = (Permission.RECORD_WRITE, Permission.RECORD_WRITE_NURSING)


@dataclass(frozen=True, slots=True)
class ListTemplates:
    """One's own templates and the clinic's; `retired`: those that are not offered any more."""

    retired: bool = False


@dataclass(frozen=True, slots=True)
class SaveTemplate:
    """A new template (`shared`: for everybody), or the next version of the one that was version `base_version`."""

    content: TemplateContent
    shared: bool = False
    template_id: UUID | None = None
    base_version: int = 0


@dataclass(frozen=True, slots=True)
class RetireTemplate:
    """Offer a template no more, or again with `retired=False`."""

    template_id: UUID
    retired: bool = True


@dataclass(frozen=True, slots=True)
class ReadTemplateVersions:
    """Who changed a template when, and what it said."""

    template_id: UUID


@use_case(permission=USERS, audit=AuditAction.READ, reads=True)
async def list_templates(request: ListTemplates, work: UnitOfWork) -> tuple[Template, ...]:
    """By name; of one name one's own comes before the clinic's."""
    return await queries.listing(work, retired=request.retired)


@use_case(permission=USERS, audit=AuditAction.READ, reads=True)
async def read_template_versions(request: ReadTemplateVersions, work: UnitOfWork) -> tuple[Template, ...]:
    """Newest first; raises NotFound."""
    found = await queries.versions(work, request.template_id)
    if not found:
        raise NotFound
    return found


@use_case(permission=Permission.RECORD_WRITE, audit=AuditAction.UPDATE)
async def save_template(request: SaveTemplate, work: UnitOfWork) -> UUID:
    """Keep it and return its id.

    Raises ValidationFailed (also for a name that another template has), UnknownDiagnosisCode, TemplateChanged when
    somebody saved after `base_version`, PermissionDenied for a shared one without the permission.
    """
    content = await _complete(work, checked(request.content))
    if request.template_id is None:
        return await keep_new(work, content, shared=request.shared)
    version = await queries.lock(work, request.template_id)
    former = await queries.find(work, request.template_id)
    ensure_may_share(work, shared=former.shared)
    if version != request.base_version:
        raise TemplateChanged
    await _ensure_name(work, content.name, shared=former.shared, but=former.id)
    await queries.write(work, former.id, version + 1, content, retired=False)
    work.changed("note_template", former.id, old=said(former.content), new=said(content))
    return former.id


async def keep_new(work: UnitOfWork, content: TemplateContent, *, shared: bool) -> UUID:
    """A new template inside a use case; raises ValidationFailed for a name that is taken, PermissionDenied."""
    ensure_may_share(work, shared=shared)
    await _ensure_name(work, content.name, shared=shared, but=None)
    template_id = await queries.keep(work, content, shared=shared)
    work.changed("note_template", template_id, new=said(content) | {"shared": shared})
    return template_id


@use_case(permission=Permission.RECORD_WRITE, audit=AuditAction.UPDATE)
async def retire_template(request: RetireTemplate, work: UnitOfWork) -> None:
    """Take it off the shelf or put it back; that is a version too. Raises NotFound, TemplateNameTaken."""
    version = await queries.lock(work, request.template_id)
    former = await queries.find(work, request.template_id)
    ensure_may_share(work, shared=former.shared)
    if former.retired == request.retired:
        return
    name = former.content.name
    if not request.retired and await queries.name_taken(work, name, shared=former.shared, but=former.id):
        raise TemplateNameTaken(name=name)
    await queries.write(work, former.id, version + 1, former.content, retired=request.retired)
    work.changed("note_template", former.id, old={"retired": former.retired}, new={"retired": request.retired})


def ensure_may_share(work: UnitOfWork, *, shared: bool) -> None:
    """What the whole clinic uses needs a permission of its own."""
    if shared and Permission.TEMPLATE_SHARE not in work.person.permissions:
        raise PermissionDenied(permission=Permission.TEMPLATE_SHARE.value)


async def _ensure_name(work: UnitOfWork, name: str, *, shared: bool, but: UUID | None) -> None:
    if await queries.name_taken(work, name, shared=shared, but=but):
        raise ValidationFailed({"name": Problem("template.name_taken", {"name": name})})


async def _complete(work: UnitOfWork, content: TemplateContent) -> TemplateContent:
    """With the medicines named as the catalogue names them; refuses codes, products and directions that are none."""
    for diagnosis in content.diagnoses:
        if await icd10.find(work, diagnosis.code) is None:
            raise UnknownDiagnosisCode(code=diagnosis.code)
    products = await catalogue.products(work, [line.product_id for line in content.lines], work.today())
    lines: list[TemplateLine] = []
    for line in content.lines:
        ensure_direction(line)
        product = products.get(line.product_id)
        if product is None:
            raise ValidationFailed({"lines": "unknown_choice"})
        lines.append(replace(line, item=item_of(product)))
    return replace(content, lines=tuple(lines))


def ensure_direction(line: TemplateLine) -> None:
    """Refuse a direction that nobody could follow, or that says neither for how long nor how much."""
    dosage_of(draft_of(line, "right"))
    if not line.days and not line.quantity:
        raise ValidationFailed({"days": "template.days_or_quantity"})


def draft_of(line: TemplateLine, affected: str) -> LineDraft:
    """The line as a prescriber would write it for this side."""
    return LineDraft(
        product_id=line.product_id,
        amount=line.amount,
        unit=line.unit,
        times_per_day=line.times_per_day,
        route=line.route,
        quantity=line.quantity,
        side=affected if line.side == ASKED else line.side,
        timing=line.timing,
        as_needed=line.as_needed,
        days=line.days,
        note=line.note,
    )


def said(content: TemplateContent) -> dict[str, Any]:
    """What a template says, for the audit log and for comparing two versions."""
    return {
        "name": content.name,
        "title": content.title,
        **{section.value: content.sections[section] for section in Section if section in content.sections},
        "findings": [*content.normal, *content.findings],
        "diagnoses": [f"{one.code} {one.side} {one.certainty}" for one in content.diagnoses],
        "lines": [_line(line) for line in content.lines],
    }


def _line(line: TemplateLine) -> str:
    dose = f"{line.times_per_day} x {line.amount} {line.unit}"
    return " ".join(str(part) for part in (line.item, dose, line.timing, line.side, line.days or "", line.note) if part)
