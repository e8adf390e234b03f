"""Lots and their ledger. A quantity changes by a difference, never to an absolute, and never without a ledger line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.queries.pharmacy.catalogue import patterns
from tht_app.database.tables.pharmacy import StockMovementRow
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.pharmacy.stock import Lot, MovementReason


@dataclass(frozen=True, slots=True)
class Change:
    """A difference to one lot; `key` makes the ledger line unique."""

    lot_id: UUID
    delta: int
    key: str


async def lock_lots(work: UnitOfWork, product_ids: Sequence[UUID]) -> list[Lot]:
    """Lock every lot of these products, always in the same order, so that two counters never wait in a ring."""
    rows = await work.fetch(
        "select id, product_id, expires_on, quantity from clinic.stock_lot where product_id = any(:ids) "
        "order by product_id, expires_on, id for update",
        ids=sorted(set(product_ids)),
    )
    return [Lot(row["id"], row["product_id"], row["expires_on"], row["quantity"]) for row in rows]


async def lock_lot(work: UnitOfWork, lot_id: UUID) -> RowMapping | None:
    """Lock one lot; with the product's wording."""
    return await work.fetch_one(
        "select l.id, l.product_id, l.lot_number, l.expires_on, l.quantity, p.name, p.brand, p.strength, p.form "
        "from clinic.stock_lot l join clinic.medicinal_product p on p.id = l.product_id "
        "where l.id = :id for update of l",
        id=lot_id,
    )


async def open_lots(
    work: UnitOfWork, rows: Sequence[tuple[UUID, UUID, str, date | None, int]]
) -> dict[tuple[UUID, str, date | None], UUID]:
    """Make sure that lots exist (empty), given id, product, lot number, expiry, cost; returns their ids."""
    found: dict[tuple[UUID, str, date | None], UUID] = {}
    for lot_id, product_id, number, expires_on, cost in sorted(
        rows, key=lambda row: (row[1], row[3] or date.max, row[2])
    ):
        row = await work.fetch_one(
            "insert into clinic.stock_lot (id, product_id, lot_number, expires_on, cost_rupiah, received_at) "
            "values (:id, :product, :number, :expires, :cost, :at) on conflict on constraint stock_lot_once "
            "do nothing returning id",
            id=lot_id,
            product=product_id,
            number=number,
            expires=expires_on,
            cost=cost,
            at=work.now(),
        ) or await work.fetch_one(
            "select id from clinic.stock_lot where product_id = :product and lot_number = :number "
            "and expires_on is not distinct from cast(:expires as date)",
            product=product_id,
            number=number,
            expires=expires_on,
        )
        if row is not None:
            found[(product_id, number, expires_on)] = row["id"]
    return found


async def move(
    work: UnitOfWork,
    changes: Sequence[Change],
    reason: MovementReason,
    *,
    reference: UUID | None = None,
    note: str = "",
) -> None:
    """Change locked lots and write the ledger: one line each, both or neither."""
    await work.run(
        "update clinic.stock_lot l set quantity = l.quantity + c.delta from ("
        "select lot_id, sum(delta)::integer as delta "
        "from unnest(cast(:lots as uuid[]), cast(:deltas as integer[])) as u(lot_id, delta) group by lot_id) c "
        "where l.id = c.lot_id",
        lots=[change.lot_id for change in changes],
        deltas=[change.delta for change in changes],
    )
    await work.add(
        [
            StockMovementRow(
                id=work.new_id(),
                lot_id=change.lot_id,
                delta=change.delta,
                reason=reason.value,
                reference_id=reference,
                note=note,
                person_id=work.person.id,
                at=work.now(),
                key=change.key,
            )
            for change in changes
        ]
    )


FILTERS = {
    "": "true",
    "low": "o.stock <= o.reorder_level",
    "empty": "o.stock = 0",
    "expiring": "o.next_expiry <= :soon",
    "expired": "o.expired > 0",
}
"""Which products an overview shows; `low` and `empty` count what may still be handed out."""


async def overview(
    work: UnitOfWork, words: Sequence[str], only: str, *, today: date, soon: date, limit: int, offset: int
) -> Sequence[RowMapping]:
    """Products with usable stock, expired stock, value and next expiry; `total` is the count without paging."""
    return await work.fetch(
        "with o as (select p.id, p.code, p.kind, p.name, p.brand, p.strength, p.form, p.unit, p.price_rupiah, "
        "p.reorder_level, "
        "coalesce(sum(l.quantity) filter (where l.expires_on is null or l.expires_on >= :today), 0)::integer as stock, "
        "coalesce(sum(l.quantity) filter (where l.expires_on < :today), 0)::integer as expired, "
        "count(l.id)::integer as lots, min(l.expires_on) filter (where l.expires_on >= :today) as next_expiry "
        "from clinic.medicinal_product p left join clinic.stock_lot l on l.product_id = p.id and l.quantity > 0 "
        "where p.active and p.search_text like all (cast(:patterns as text[])) group by p.id) "
        f"select o.*, count(*) over ()::integer as total from o where {FILTERS[only]} "
        "order by o.name, o.strength, o.code limit :limit offset :offset",
        patterns=patterns(words),
        today=today,
        limit=limit,
        offset=offset,
        **({"soon": soon} if only == "expiring" else {}),
    )


async def lots_of(work: UnitOfWork, product_id: UUID) -> Sequence[RowMapping]:
    """All lots of a product that hold something or were touched lately, first expiring first."""
    return await work.fetch(
        "select id, lot_number, expires_on, quantity, cost_rupiah, received_at from clinic.stock_lot "
        "where product_id = :product order by (quantity = 0), expires_on nulls last, id limit 100",
        product=product_id,
    )


async def ledger(work: UnitOfWork, lot_id: UUID, limit: int) -> Sequence[RowMapping]:
    """The ledger of a lot with its running balance, newest first."""
    return await work.fetch(
        "select m.id, m.at, m.delta, m.reason, m.note, n.display_name as person, "
        "(sum(m.delta) over (order by m.at, m.id))::integer as balance, coalesce(r.number, '') as number "
        "from clinic.stock_movement m join sec.person n on n.id = m.person_id "
        "left join clinic.medication_dispense d on d.id = m.reference_id "
        "left join clinic.medication_request r on r.id = d.request_id "
        "where m.lot_id = :lot order by m.at desc, m.id desc limit :limit",
        lot=lot_id,
        limit=limit,
    )
