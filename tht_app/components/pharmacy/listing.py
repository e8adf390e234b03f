"""The list of signed prescriptions and the one that is open beside it."""

from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.components.pharmacy.lines import prescription_body, state_badge
from tht_app.components.ui import Column
from tht_app.state.pharmacy.listing import PrescriptionListState

State: Any = PrescriptionListState

COLUMNS = (
    Column("number", "pharmacy.list.number"),
    Column("signed", "pharmacy.list.signed"),
    Column("patient", "pharmacy.list.patient"),
    Column("doctor", "pharmacy.list.doctor", narrow=False),
    Column("lines", "pharmacy.list.lines", numeric=True, narrow=False),
    Column("state", "pharmacy.list.state"),
)
STATUSES = [
    ("", "pharmacy.list.any"),
    ("active", "pharmacy.status.active"),
    ("completed", "pharmacy.status.completed"),
    ("cancelled", "pharmacy.status.cancelled"),
]


def _row(row: Any) -> list[Any]:
    return [
        rx.el.span(row.number, class_name="font-semibold tabular-nums whitespace-nowrap"),
        rx.el.span(row.signed, class_name="tabular-nums whitespace-nowrap"),
        rx.el.div(
            rx.el.span(row.patient, class_name="font-semibold break-words"),
            rx.el.span(row.record_number, class_name="text-13 text-muted tabular-nums"),
            class_name="flex flex-col",
        ),
        row.doctor,
        row.lines,
        state_badge(row.state),
    ]


def filters() -> rx.Component:
    """Days, status, and for doctors whose."""
    return ui.form(
        rx.el.div(
            ui.field("pharmacy.list.first", "first", kind="date", default_value=State.first),
            ui.field("pharmacy.list.last", "last", kind="date", default_value=State.last),
            ui.field("pharmacy.list.state", "status", kind="select", options=STATUSES, default_value=State.status),
            rx.cond(State.can_own, ui.checkbox("pharmacy.list.own", "own", checked=State.own)),
            ui.submit_button("pharmacy.list.narrow", icon="list-filter", kind="secondary"),
            class_name="flex flex-wrap items-end gap-3",
        ),
        on_submit=State.narrow,
        key_epoch=State.page,
    )


def prescription_list() -> rx.Component:
    """The list with its pager."""
    listing = ui.table(
        columns=COLUMNS,
        rows=State.rows,
        row=_row,
        caption_key="pharmacy.list.caption",
        on_open=lambda row: State.open_one(row.id),
        empty=ui.empty("pharmacy.list.none.title", "pharmacy.list.none.body", icon_name="clipboard-list"),
        test_id="pharmacy-list",
    )
    pages = ui.pager(page=State.page, pages=State.pages, summary=State.summary)
    return rx.cond(State.loaded, rx.el.div(listing, pages, class_name="flex flex-col gap-3 min-w-0"), ui.skeleton(10))


def open_prescription() -> rx.Component:
    """The open prescription in a sheet at the side."""
    return ui.side_sheet(
        prescription_body(State.opened),
        open=State.opened.id != "",
        title_key="pharmacy.list.open_title",
        on_close=State.close_one,
    )
