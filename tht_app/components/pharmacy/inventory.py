"""The shelf on a screen: list with filters, and beside it the lots of one product."""

from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.components.layout.registry import allowed
from tht_app.components.ui import Column
from tht_app.domain.identity import Permission
from tht_app.i18n import t
from tht_app.state.pharmacy.inventory import InventoryState

State: Any = InventoryState

FILTERS = ("", "low", "empty", "expiring", "expired")
ROW_TONES = {"ok": "done", "low": "wait", "expiring": "wait", "empty": "danger"}
LOT_TONES = {"ok": "done", "soon": "wait", "expired": "danger", "empty": "neutral"}
WRITERS = (Permission.INVENTORY_WRITE,)
COLUMNS = (
    Column("item", "pharmacy.inventory.item"),
    Column("stock", "pharmacy.inventory.stock", numeric=True),
    Column("state", "pharmacy.inventory.state"),
    Column("reorder", "pharmacy.inventory.reorder", numeric=True, narrow=False),
    Column("expiry", "pharmacy.inventory.expiry", numeric=True, narrow=False),
    Column("price", "pharmacy.inventory.price", numeric=True, narrow=False),
)


def _state(kind: str, state: Any, tones: dict[str, str]) -> rx.Component:
    words: Any = rx.match(state, *[(name, t(f"pharmacy.{kind}.{name}")) for name in tones], "")
    tone: Any = rx.match(state, *tones.items(), "neutral")
    return ui.badge(words, tone)


def _row(row: Any) -> list[Any]:
    return [
        rx.el.div(
            rx.el.span(row.item, class_name="font-semibold break-words"),
            rx.el.span(row.product_code, class_name="text-13 text-muted"),
            class_name="flex flex-col",
        ),
        row.stock,
        rx.el.div(
            _state("stock_state", row.state, ROW_TONES),
            rx.cond(row.expired != "", ui.badge(t("pharmacy.inventory.expired", count=row.expired), "danger")),
            class_name="flex flex-wrap gap-1",
        ),
        row.reorder,
        row.expiry,
        row.price,
    ]


def filters() -> rx.Component:
    """The search box and which products are shown."""
    choice = [
        rx.el.button(
            t(f"pharmacy.inventory.only.{only or 'all'}"),
            type="button",
            on_click=State.narrow(only),
            aria_pressed=rx.cond(State.only == only, "true", "false"),
            class_name=(
                "min-h-control px-3 rounded-control border border-line-strong bg-surface font-semibold hover:bg-sunken "
                "aria-pressed:bg-accent-soft aria-pressed:text-accent-text aria-pressed:border-accent"
            ),
            data_testid=f"pharmacy-inventory-only-{only or 'all'}",
        )
        for only in FILTERS
    ]
    return rx.el.div(
        ui.form(
            rx.el.div(
                ui.field("pharmacy.inventory.search", "q", kind="search", default_value=State.text, max_length=100),
                ui.submit_button("pharmacy.inventory.search_now", icon="search", kind="secondary"),
                class_name="flex items-end gap-2",
            ),
            on_submit=State.search,
            key_epoch=State.key_epoch,
        ),
        rx.el.div(
            *choice, class_name="flex flex-wrap gap-2", role="group", aria_label=t("pharmacy.inventory.only.label")
        ),
        class_name="flex flex-wrap items-end justify-between gap-4",
    )


def product_list() -> rx.Component:
    """The products with their pager."""
    listing = ui.table(
        columns=COLUMNS,
        rows=State.rows,
        row=_row,
        caption_key="pharmacy.inventory.caption",
        on_open=lambda row: State.open_item(row.id),
        empty=ui.empty("pharmacy.inventory.none.title", "pharmacy.inventory.none.body", icon_name="package-open"),
        test_id="pharmacy-inventory",
    )
    pages = ui.pager(page=State.page, pages=State.pages, summary=State.summary)
    return rx.cond(State.loaded, rx.el.div(listing, pages, class_name="flex flex-col gap-3 min-w-0"), ui.skeleton(10))


def _lot(lot: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(lot.number, class_name="font-bold"),
            _state("lot_state", lot.state, LOT_TONES),
            class_name="flex flex-wrap items-center gap-2",
        ),
        rx.el.p(
            t("pharmacy.lot.line", quantity=lot.quantity, expiry=lot.expiry, cost=lot.cost), class_name="m-0 text-13"
        ),
        ui.button(
            "pharmacy.lot.ledger",
            kind="ghost",
            icon="scroll-text",
            on_click=State.open_ledger(lot.value),
            class_name="self-start -ml-3",
        ),
        class_name="flex flex-col gap-1 py-2 border-b border-line",
        data_testid="pharmacy-lot",
    )


def _ledger() -> rx.Component:
    def entry(line: Any) -> rx.Component:
        return rx.el.tr(
            rx.el.td(line.at, class_name="py-1 pr-2 tabular-nums align-top"),
            rx.el.td(
                line.reason,
                rx.cond(line.note != "", rx.el.span(" · ", line.note, class_name="text-muted break-words")),
                rx.el.span(" · ", line.person, class_name="text-muted"),
                class_name="py-1 pr-2 align-top",
            ),
            rx.el.td(line.delta, class_name="py-1 pr-2 text-right tabular-nums align-top"),
            rx.el.td(line.balance, class_name="py-1 text-right tabular-nums font-bold align-top"),
        )

    heads = [
        rx.el.th(t(f"pharmacy.ledger.{name}"), scope="col", class_name=f"py-1 pr-2 text-muted {side}")
        for name, side in (
            ("at", "text-left"),
            ("why", "text-left"),
            ("delta", "text-right"),
            ("balance", "text-right"),
        )
    ]
    return rx.cond(
        State.ledger.length() > 0,
        rx.el.table(
            rx.el.caption(t("pharmacy.ledger.caption", lot=State.ledger_lot), class_name="text-left font-bold py-2"),
            rx.el.thead(rx.el.tr(*heads)),
            rx.el.tbody(rx.foreach(State.ledger, entry)),
            class_name="w-full text-13",
            data_testid="pharmacy-ledger",
        ),
    )


def _receive() -> rx.Component:
    errors = State.errors
    return ui.form(
        ui.error_summary(errors),
        ui.field("pharmacy.receive.lot_number", "lot_number", required=True, error=errors["lot_number"], max_length=60),
        ui.field("pharmacy.receive.expires_on", "expires_on", kind="date", error=errors["expires_on"]),
        ui.field("pharmacy.receive.quantity", "quantity", kind="number", required=True, error=errors["quantity"]),
        ui.field("pharmacy.receive.cost", "cost_rupiah", kind="number", error=errors["cost_rupiah"]),
        ui.field("pharmacy.receive.note", "note", error=errors["note"], max_length=200),
        ui.form_actions(ui.submit_button("pharmacy.receive.save", icon="package-plus")),
        on_submit=State.receive,
        key_epoch=State.key_epoch,
        errors=errors,
        clear_after=True,
    )


def _adjust() -> rx.Component:
    errors = State.errors
    reasons = [(name, f"pharmacy.movement.{name}") for name in ("adjust", "return", "expire")]
    return ui.form(
        ui.error_summary(errors),
        ui.field("pharmacy.adjust.lot", "lot_id", kind="select", options=State.lots, required=True,
                 error=errors["lot_id"]),
        ui.field("pharmacy.adjust.reason", "reason", kind="select", options=reasons, error=errors["reason"]),
        ui.field("pharmacy.adjust.delta", "delta", kind="text", required=True, error=errors["delta"],
                 help_key="pharmacy.adjust.delta_help", max_length=10),
        ui.field("pharmacy.adjust.note", "reason_note", required=True, error=errors["reason_note"], max_length=500),
        ui.form_actions(ui.submit_button("pharmacy.adjust.save", icon="scale")),
        on_submit=State.adjust,
        key_epoch=State.key_epoch,
        errors=errors,
        clear_after=True,
    )  # fmt: skip


def item_sheet() -> rx.Component:
    """The lots of the open product; receiving and correcting for whoever may."""
    lots = rx.el.div(
        rx.cond(
            State.lots.length() > 0,
            rx.el.ul(rx.foreach(State.lots, _lot), class_name="list-none m-0 p-0"),
            ui.empty("pharmacy.lot.none.title", "pharmacy.lot.none.body", icon_name="package-open"),
        ),
        _ledger(),
        class_name="flex flex-col gap-3",
    )
    parts = ui.tabs(
        [
            ("lots", "pharmacy.lot.tab", lots),
            ("receive", "pharmacy.receive.tab", _receive()),
            ("adjust", "pharmacy.adjust.tab", _adjust()),
        ],
        value=State.part,
        on_change=State.show_part,
        name="pharmacy-item",
    )
    return ui.side_sheet(
        rx.el.p(State.opened.item, class_name="m-0 font-bold break-words"),
        rx.cond(allowed(WRITERS), parts, lots),
        open=State.opened.id != "",
        title_key="pharmacy.inventory.item_title",
        on_close=State.close_item,
    )
