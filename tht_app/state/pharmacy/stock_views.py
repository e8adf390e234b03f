"""From what the pharmacy knows of its shelf to what stands on the inventory's screen; pure functions."""

from dataclasses import dataclass
from datetime import date, timedelta, tzinfo

from tht_app.i18n import date_text, moment_text, money_text, number_text, text_of
from tht_app.use_cases.pharmacy.models import LedgerEntry, LotSummary, StockItem

SOON = timedelta(days=90)


@dataclass(frozen=True)
class StockRow:
    """A product in the list; `state` is ok, low, empty or expiring."""

    id: str = ""
    item: str = ""
    product_code: str = ""
    stock: str = ""
    reorder: str = ""
    price: str = ""
    expiry: str = ""
    expired: str = ""
    state: str = "ok"


@dataclass(frozen=True)
class LotView:
    """A lot; `state` is ok, soon, expired or empty."""

    value: str = ""
    label: str = ""
    number: str = ""
    expiry: str = ""
    quantity: str = ""
    cost: str = ""
    received: str = ""
    state: str = "ok"


@dataclass(frozen=True)
class LedgerView:
    """A line of the ledger."""

    id: str = ""
    at: str = ""
    delta: str = ""
    balance: str = ""
    reason: str = ""
    note: str = ""
    person: str = ""


def stock_row(item: StockItem, today: date, lang: str) -> StockRow:
    """A product in the list; the most pressing thing about it is its state."""
    state = "ok"
    if item.stock == 0:
        state = "empty"
    elif item.next_expiry is not None and item.next_expiry <= today + SOON:
        state = "expiring"
    elif item.stock <= item.reorder_level:
        state = "low"
    return StockRow(
        id=str(item.id),
        item=item.item,
        product_code=item.code,
        stock=f"{number_text(item.stock)}\u00a0{item.unit}",
        reorder=number_text(item.reorder_level),
        price=money_text(item.price_rupiah),
        expiry=date_text(item.next_expiry, lang) if item.next_expiry else "",
        expired=number_text(item.expired) if item.expired else "",
        state=state,
    )


def lot_view(lot: LotSummary, today: date, lang: str) -> LotView:
    """A lot with its expiry in words."""
    expiry = date_text(lot.expires_on, lang) if lot.expires_on else text_of("pharmacy.lot.no_expiry", lang)
    state = "ok"
    if lot.quantity == 0:
        state = "empty"
    elif lot.expired:
        state = "expired"
    elif lot.expires_on is not None and lot.expires_on <= today + SOON:
        state = "soon"
    return LotView(
        value=str(lot.id),
        label=f"{lot.lot_number} · {expiry} · {number_text(lot.quantity)}",
        number=lot.lot_number,
        expiry=expiry,
        quantity=number_text(lot.quantity),
        cost=money_text(lot.cost_rupiah),
        received=date_text(lot.received_at.date(), lang),
        state=state,
    )


def ledger_view(entry: LedgerEntry, zone: tzinfo, lang: str) -> LedgerView:
    """A line of the ledger; the prescription's number stands where it has no words of its own."""
    return LedgerView(
        id=str(entry.id),
        at=moment_text(entry.at, zone, lang),
        delta=f"{'+' if entry.delta > 0 else '−'}{number_text(abs(entry.delta))}",
        balance=number_text(entry.balance),
        reason=text_of(f"pharmacy.movement.{entry.reason}", lang),
        note=entry.note or entry.number,
        person=entry.person,
    )
