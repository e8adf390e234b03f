"""The shelf: taking goods in, correcting with a reason, looking at lots and their ledger."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from tht_app.database.queries.pharmacy import catalogue, stock
from tht_app.database.queries.pharmacy.stock import Change
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.errors import NotFound, Problem, ValidationFailed
from tht_app.domain.identity import Permission
from tht_app.domain.pharmacy.stock import LotExpired, LotIsShort, MovementReason, ProductKind
from tht_app.use_cases.door import use_case
from tht_app.use_cases.pharmacy.catalogue import item_of, words_of
from tht_app.use_cases.pharmacy.models import LedgerEntry, LotSummary, StockItem, StockPage

MOST_UNITS = 1_000_000
PAGE = 50
SOON_DAYS = 90
LEDGER_LINES = 500
BY_HAND = frozenset({MovementReason.ADJUST, MovementReason.RETURN, MovementReason.EXPIRE})
"""Reasons that a person may give for a correction."""


@dataclass(frozen=True, slots=True)
class ReceivedGoods:
    """Units of one lot that arrived; `cost_rupiah` for one unit, `expires_on` the last day of use."""

    product_id: UUID
    lot_number: str
    expires_on: date | None
    quantity: int
    cost_rupiah: int = 0


@dataclass(frozen=True, slots=True)
class ReceiveStock:
    """Take goods onto the shelf; `note` is the delivery note's number."""

    goods: tuple[ReceivedGoods, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class AdjustStock:
    """Correct a lot by a difference, with the reason in words."""

    lot_id: UUID
    delta: int
    note: str
    reason: str = MovementReason.ADJUST.value


@dataclass(frozen=True, slots=True)
class StockOverview:
    """A page of products with what is on the shelf; `only` is empty, low, empty, expiring or expired."""

    text: str = ""
    only: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class ProductLots:
    """The lots of one product."""

    product_id: UUID


@dataclass(frozen=True, slots=True)
class LotLedger:
    """The ledger of one lot."""

    lot_id: UUID


@use_case(permission=Permission.INVENTORY_WRITE, audit=AuditAction.CREATE)
async def receive_stock(request: ReceiveStock, work: UnitOfWork) -> None:
    """Add units to lots, making those that are new; raises `LotExpired` for goods past their last day."""
    known = await catalogue.products(work, [goods.product_id for goods in request.goods], work.today())
    for goods in request.goods:
        if goods.product_id not in known:
            raise NotFound
        _check_goods(goods, work.today(), medicine=known[goods.product_id]["kind"] == ProductKind.MEDICINE)
    lots = await stock.open_lots(
        work,
        [
            (work.new_id(), goods.product_id, goods.lot_number.strip(), goods.expires_on, goods.cost_rupiah)
            for goods in request.goods
        ],
    )
    await stock.lock_lots(work, [goods.product_id for goods in request.goods])
    changes = [
        Change(
            lots[(goods.product_id, goods.lot_number.strip(), goods.expires_on)],
            goods.quantity,
            f"receive/{work.new_id()}",
        )
        for goods in request.goods
    ]
    await stock.move(work, changes, MovementReason.RECEIVE, note=request.note.strip()[:500])
    for change in changes:
        work.changed("stock_lot", change.lot_id, new={"delta": change.delta, "reason": "receive"})


def _check_goods(goods: ReceivedGoods, today: date, *, medicine: bool) -> None:
    problems: dict[str, str | Problem] = {}
    if not goods.lot_number.strip():
        problems["lot_number"] = "required"
    elif len(goods.lot_number.strip()) > 60:
        problems["lot_number"] = Problem("too_long", {"max": 60})
    if not 1 <= goods.quantity <= MOST_UNITS:
        problems["quantity"] = Problem("pharmacy.quantity_range", {"max": MOST_UNITS})
    if not 0 <= goods.cost_rupiah <= 1_000_000_000:
        problems["cost_rupiah"] = "pharmacy.not_negative"
    if medicine and goods.expires_on is None:
        problems["expires_on"] = "required"
    if problems:
        raise ValidationFailed(problems)
    if goods.expires_on is not None and goods.expires_on < today:
        raise LotExpired(lot=goods.lot_number.strip(), expired=goods.expires_on.isoformat())


@use_case(permission=Permission.INVENTORY_WRITE, audit=AuditAction.UPDATE)
async def adjust_stock(request: AdjustStock, work: UnitOfWork) -> None:
    """Correct a lot; raises `LotIsShort` when it would go below zero."""
    note = request.note.strip()
    problems: dict[str, str | Problem] = {}
    reason = MovementReason(request.reason) if request.reason in set(MovementReason) else None
    if reason not in BY_HAND:
        problems["reason"] = "pharmacy.unknown_choice"
    if request.delta == 0 or abs(request.delta) > MOST_UNITS:
        problems["delta"] = Problem("pharmacy.delta_range", {"max": MOST_UNITS})
    elif (reason is MovementReason.EXPIRE and request.delta > 0) or (
        reason is MovementReason.RETURN and request.delta < 0
    ):
        problems["delta"] = "pharmacy.delta_direction"
    if not note:
        problems["note"] = "required"
    elif len(note) > 500:
        problems["note"] = Problem("too_long", {"max": 500})
    if problems or reason is None:
        raise ValidationFailed(problems)
    lot = await stock.lock_lot(work, request.lot_id)
    if lot is None:
        raise NotFound
    if lot["quantity"] + request.delta < 0:
        raise LotIsShort(item=item_of(lot), lot=lot["lot_number"], left=lot["quantity"])
    change = Change(lot["id"], request.delta, f"{reason.value}/{work.new_id()}")
    await stock.move(work, [change], reason, note=note)
    work.because(note)
    work.changed(
        "stock_lot",
        lot["id"],
        old={"quantity": lot["quantity"]},
        new={"quantity": lot["quantity"] + request.delta, "reason": reason.value},
    )


@use_case(permission=Permission.INVENTORY_READ, audit=AuditAction.READ, reads=True)
async def stock_overview(request: StockOverview, work: UnitOfWork) -> StockPage:
    """Return a page of 50 products; a page beyond the end is empty."""
    today = work.today()
    rows = await stock.overview(
        work,
        words_of(request.text),
        request.only if request.only in stock.FILTERS else "",
        today=today,
        soon=today + timedelta(days=SOON_DAYS),
        limit=PAGE,
        offset=(max(1, min(request.page, 100_000)) - 1) * PAGE,
    )
    names = ("id", "code", "kind", "unit", "price_rupiah", "reorder_level", "stock", "expired", "lots", "next_expiry")
    items = tuple(StockItem(item=item_of(row), **{name: row[name] for name in names}) for row in rows)
    return StockPage(items, rows[0]["total"] if rows else 0)


@use_case(permission=Permission.INVENTORY_READ, audit=AuditAction.READ, reads=True)
async def product_lots(request: ProductLots, work: UnitOfWork) -> list[LotSummary]:
    """Return the lots of a product, those with something in them first."""
    today = work.today()
    return [
        LotSummary(**row, expired=row["expires_on"] is not None and row["expires_on"] < today)
        for row in await stock.lots_of(work, request.product_id)
    ]


@use_case(permission=Permission.INVENTORY_READ, audit=AuditAction.READ, reads=True)
async def lot_ledger(request: LotLedger, work: UnitOfWork) -> list[LedgerEntry]:
    """Return the newest 500 lines of a lot's ledger, each with the balance after it."""
    rows = await stock.ledger(work, request.lot_id, LEDGER_LINES)
    return [LedgerEntry(**row) for row in rows]
