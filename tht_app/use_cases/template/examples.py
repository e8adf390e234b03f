"""The templates that come with the program. A clinic takes them over when somebody asks for it."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from sqlalchemy import RowMapping

from tht_app.database.queries import template as queries
from tht_app.database.queries.pharmacy import catalogue
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.encounter.note import Section
from tht_app.domain.ent.findings import Part
from tht_app.domain.identity import Permission
from tht_app.domain.pharmacy.signa import SIDED_ROUTES, Route, dose_figure, parse_signa
from tht_app.domain.template import TemplateContent, TemplateDiagnosis, TemplateLine, checked
from tht_app.use_cases.door import use_case
from tht_app.use_cases.pharmacy.catalogue import item_of

from .writing import keep_new

FILE = "note_templates.toml"
Products = dict[str, RowMapping]


@dataclass(frozen=True, slots=True)
class InstallExamples:
    """Take over the examples whose names are still free among the clinic's templates."""


@dataclass(frozen=True, slots=True)
class InstalledExamples:
    """How many were taken over, and codes of medicines that the clinic's catalogue does not have."""

    count: int
    missing: tuple[str, ...]


@cache
def examples() -> tuple[dict[str, Any], ...]:
    """The file as it is written."""
    text = resources.files("tht_app.database.reference").joinpath(FILE).read_text(encoding="utf-8")
    return tuple(tomllib.loads(text)["template"])


@use_case(permission=Permission.TEMPLATE_SHARE, audit=AuditAction.CREATE)
async def install_examples(_request: InstallExamples, work: UnitOfWork) -> InstalledExamples:
    """Share them with the clinic; what has been taken over before, or has the same name, stays as it is."""
    taken = {one.content.name for one in await queries.listing(work, retired=False) if one.shared}
    chosen = [one for one in examples() if one["name"] not in taken]
    codes = {line["code"] for one in chosen for line in one.get("lines", ())}
    found = {code: await catalogue.by_code(work, code) for code in sorted(codes)}
    products = {code: row for code, row in found.items() if row is not None and row["active"]}
    for one in chosen:
        await keep_new(work, checked(content_of(one, products)), shared=True)
    return InstalledExamples(len(chosen), tuple(sorted(codes - products.keys())))


def content_of(one: dict[str, Any], products: Products) -> TemplateContent:
    """An example with the medicines that the clinic has."""
    return TemplateContent(
        one["name"],
        one["title"],
        {section: one[section.value] for section in Section if section.value in one},
        tuple(Part(part) for part in one.get("normal", ())),
        tuple(one.get("findings", ())),
        tuple(TemplateDiagnosis(**diagnosis) for diagnosis in one.get("diagnoses", ())),
        tuple(_line(line, products[line["code"]]) for line in one.get("lines", ()) if line["code"] in products),
    )


def _line(line: dict[str, Any], product: RowMapping) -> TemplateLine:
    route = Route(product["route"])
    dosage = parse_signa(line["signa"], route)
    if dosage is None:
        raise ValueError(f"{FILE}: {line['signa']!r} is no direction")
    return TemplateLine(
        product_id=product["id"],
        item=item_of(product),
        amount=dose_figure(dosage.amount, dosage.unit),
        unit=dosage.unit.value,
        times_per_day=dosage.times_per_day,
        route=route.value,
        quantity=line.get("quantity", 0),
        side=line.get("side", "both") if route in SIDED_ROUTES else "",
        timing=dosage.timing.value,
        as_needed=dosage.as_needed,
        days=line["days"],
    )
