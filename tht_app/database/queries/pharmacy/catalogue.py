"""The catalogue of medicines, devices and consumables."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.unit_of_work import UnitOfWork

PRODUCT = (
    "p.id, p.code, p.kfa_code, p.kind, p.name, p.brand, p.form, p.strength, p.unit, p.ingredients, p.drug_class, "
    "p.route, p.dose_unit, p.pack_content, p.external, p.price_rupiah, p.reorder_level, p.default_signa, p.active"
)
ON_SHELF = (
    "coalesce((select sum(l.quantity) from clinic.stock_lot l where l.product_id = p.id and l.quantity > 0 "
    "and (l.expires_on is null or l.expires_on >= :today)), 0)::integer as stock"
)


def patterns(words: Sequence[str]) -> list[str]:
    """Typed words as LIKE patterns in which `%`, `_` and the backslash mean themselves."""
    escaped = (word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") for word in words)
    return [f"%{word}%" for word in escaped]


async def search_products(work: UnitOfWork, words: Sequence[str], today: date, limit: int) -> Sequence[RowMapping]:
    """Active products that contain every word, those that begin with the first word first."""
    return await work.fetch(
        f"select {PRODUCT}, {ON_SHELF} from clinic.medicinal_product p "
        "where p.active and p.search_text like all (cast(:patterns as text[])) "
        "order by not starts_with(p.search_text, :first), p.name, p.strength, p.code limit :limit",
        patterns=patterns(words),
        first=words[0] if words else "",
        today=today,
        limit=limit,
    )


async def products(work: UnitOfWork, ids: Sequence[UUID], today: date) -> dict[UUID, RowMapping]:
    """Products by id, with what is on the shelf."""
    rows = await work.fetch(
        f"select {PRODUCT}, {ON_SHELF} from clinic.medicinal_product p where p.id = any(:ids)",
        ids=list(ids),
        today=today,
    )
    return {row["id"]: row for row in rows}


async def by_code(work: UnitOfWork, code: str) -> RowMapping | None:
    """A product by its own code."""
    return await work.fetch_one(
        f"select {PRODUCT} from clinic.medicinal_product p where p.code = :code",
        code=code,
    )


async def upsert(work: UnitOfWork, values: Mapping[str, Any]) -> UUID:
    """Insert a product, or change the one with the same code; returns its id."""
    names = list(values)
    changed = ", ".join(f"{name} = excluded.{name}" for name in names if name not in {"id", "code", "created_at"})
    return await work.fetch_value(
        f"insert into clinic.medicinal_product ({', '.join(names)}) values ({', '.join(f':{n}' for n in names)}) "
        f"on conflict (code) do update set {changed} returning id",
        **values,
    )
