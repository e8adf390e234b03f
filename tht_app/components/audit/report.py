"""Who opened one patient's record, and the paper that the patient is given."""

from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.components.ui import Column
from tht_app.i18n import t
from tht_app.state.audit.report import AccessReportState

State: Any = AccessReportState

COLUMNS = (
    Column("day", "audit.report.column.day", width="8rem"),
    Column("time", "audit.report.column.time", width="8rem"),
    Column("who", "audit.report.column.who"),
    Column("what", "audit.report.column.what"),
    Column("why", "audit.report.column.why", narrow=False),
)


def _cells(row: Any) -> list[Any]:
    what = rx.el.span(
        rx.cond(row.emergency, ui.badge("audit.report.emergency", "danger", icon_name="siren")),
        row.what,
        class_name="flex flex-wrap items-center gap-2",
    )
    return [
        rx.el.span(row.day, class_name="whitespace-nowrap tabular-nums"),
        rx.el.span(row.time, class_name="whitespace-nowrap tabular-nums"),
        row.who,
        what,
        rx.el.span(row.why, class_name="break-words"),
    ]


def _days() -> rx.Component:
    return ui.form(
        rx.el.div(
            ui.field("audit.filter.from", "from", kind="date", default_value=State.report.first),
            ui.field("audit.filter.to", "to", kind="date", default_value=State.report.last),
            ui.submit_button("audit.report.show", icon="search", kind="secondary"),
            class_name="flex flex-wrap items-end gap-3",
        ),
        on_submit=State.choose_days,
        key=State.report.first + State.report.last,
    )


def access_report() -> rx.Component:
    """Whose record, which days, every access; and the paper."""
    listed = ui.table(
        columns=COLUMNS,
        rows=State.rows,
        row=_cells,
        caption_key="audit.report.title",
        empty=ui.empty("audit.report.none.title", "audit.report.none.body", icon_name="eye-off"),
        test_id="audit-accesses",
    )
    shown = ui.card(
        State.report.patient,
        rx.el.p(State.report.summary, class_name="m-0 text-muted tabular-nums"),
        _days(),
        listed,
        actions=ui.link_button(
            "audit.report.print", State.report.print_address, icon="printer", kind="primary", new_tab=True
        ),
        test_id="audit-report",
    )
    unknown = ui.empty("audit.report.missing.title", "audit.report.missing.body", icon_name="user-x")
    return rx.el.div(
        rx.cond(State.loaded, rx.cond(State.missing, unknown, shown), ui.skeleton(8)),
        rx.el.p(t("audit.report.hand_over"), class_name="m-0 text-muted max-w-prose"),
        class_name="flex flex-col gap-4",
    )
