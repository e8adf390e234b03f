"""The catalogue: finding a product, adding and changing one."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.queries.pharmacy import catalogue
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.errors import Problem, ValidationFailed
from tht_app.domain.identity import Permission
from tht_app.domain.pharmacy.product import drug_class_of, folded, item_text, search_text
from tht_app.domain.pharmacy.signa import DoseUnit, Route
from tht_app.domain.pharmacy.stock import ProductKind
from tht_app.use_cases.door import use_case
from tht_app.use_cases.pharmacy.models import ProductSummary

HITS = 12
SUMMARY_FIELDS = (
    "id", "code", "kind", "name", "brand", "form", "strength", "unit", "drug_class", "route", "dose_unit", "external",
    "price_rupiah", "default_signa", "stock",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SearchProducts:
    """Find products by fragments of name, brand, ingredient or code."""

    text: str
    limit: int = HITS


@dataclass(frozen=True, slots=True)
class UpsertProduct:
    """Add a product, or change the one with this code. `drug_class` is our code or the Indonesian word."""

    code: str
    name: str
    unit: str
    drug_class: str
    kind: str = ProductKind.MEDICINE.value
    kfa_code: str = ""
    brand: str = ""
    form: str = ""
    strength: str = ""
    ingredients: tuple[str, ...] = ()
    route: str = ""
    dose_unit: str = ""
    pack_content: str = ""
    """Millilitres, puffs or pieces in one unit, as a decimal with point; empty when unknown."""
    external: bool = False
    price_rupiah: int = 0
    reorder_level: int = 0
    default_signa: str = ""


def words_of(text: str) -> list[str]:
    """Typed text as at most six folded words of at most 40 characters."""
    return [word[:40] for word in folded(text).replace("\0", " ").split()[:6]]


def item_of(row: RowMapping) -> str:
    """The wording of a product row."""
    return item_text(row["name"], row["brand"], row["strength"], row["form"])


def summary_of(row: RowMapping) -> ProductSummary:
    """A product row with stock as a summary."""
    values = {name: row[name] for name in SUMMARY_FIELDS}
    content = row["pack_content"]
    return ProductSummary(item=item_of(row), pack_content="" if content is None else f"{content:f}", **values)


@use_case(permission=(Permission.PRESCRIPTION_WRITE, Permission.INVENTORY_READ), audit=AuditAction.SEARCH, reads=True)
async def search_products(request: SearchProducts, work: UnitOfWork) -> list[ProductSummary]:
    """Return products whose text contains every typed word, with what may be handed out today."""
    rows = await catalogue.search_products(work, words_of(request.text), work.today(), max(1, min(request.limit, 500)))
    return [summary_of(row) for row in rows]


@use_case(permission=Permission.INVENTORY_WRITE, audit=AuditAction.UPDATE)
async def upsert_product(request: UpsertProduct, work: UnitOfWork) -> UUID:
    """Store a product and return its id; raises `ValidationFailed` naming every bad field."""
    values = _checked(request)
    before = await catalogue.by_code(work, values["code"])
    now = work.now()
    product_id = await catalogue.upsert(work, {"id": work.new_id(), **values, "created_at": now, "changed_at": now})
    old = {name: before[name] for name in values if name in before} if before else None
    work.changed("medicinal_product", product_id, old=_plain(old or {}), new=_plain(values))
    return product_id


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, Decimal) else value for name, value in values.items()}


def _checked(request: UpsertProduct) -> dict[str, Any]:
    problems: dict[str, str | Problem] = {}
    texts = {name: getattr(request, name).strip() for name in ("code", "name", "unit", "brand", "form", "strength")}
    for name, longest in (("code", 40), ("name", 200), ("unit", 40), ("brand", 200), ("form", 100), ("strength", 100)):
        if len(texts[name]) > longest:
            problems[name] = Problem("too_long", {"max": longest})
        elif not texts[name] and name in {"code", "name", "unit"}:
            problems[name] = "required"
    drug_class = _or_problem(problems, "drug_class", lambda: drug_class_of(request.drug_class).value)
    kind = _or_problem(problems, "kind", lambda: ProductKind(request.kind).value)
    route = _or_problem(problems, "route", lambda: Route(request.route).value if request.route else "")
    dose_unit = _or_problem(
        problems, "dose_unit", lambda: DoseUnit(request.dose_unit).value if request.dose_unit else ""
    )
    content = _or_problem(problems, "pack_content", lambda: _content(request.pack_content))
    for name in ("price_rupiah", "reorder_level"):
        if not 0 <= getattr(request, name) <= 1_000_000_000:
            problems[name] = "pharmacy.not_negative"
    if problems:
        raise ValidationFailed(problems)
    return {
        **texts,
        "name": texts["name"].lower(),
        "kfa_code": request.kfa_code.strip() or None,
        "kind": kind,
        "ingredients": [part.strip() for part in request.ingredients if part.strip()],
        "drug_class": drug_class,
        "route": route,
        "dose_unit": dose_unit,
        "pack_content": content,
        "external": request.external,
        "price_rupiah": request.price_rupiah,
        "reorder_level": request.reorder_level,
        "default_signa": request.default_signa.strip()[:200],
        "search_text": search_text(
            texts["name"], texts["brand"], texts["strength"], texts["form"], *request.ingredients, texts["code"]
        ),
        "active": True,
    }


def _content(text: str) -> Decimal | None:
    value = Decimal(text) if text.strip() else None
    if value is not None and not 0 < value < 1_000_000:
        raise ValueError(text)
    return value


def _or_problem(problems: dict[str, str | Problem], name: str, read: Any) -> Any:
    try:
        return read()
    except (ValueError, InvalidOperation):
        problems[name] = "pharmacy.unknown_choice"
        return None
