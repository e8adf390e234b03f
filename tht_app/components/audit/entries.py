"""The entries, a sentence each, and one of them in full."""

from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.components.ui import Column
from tht_app.i18n import t
from tht_app.state.audit.entries import EntriesState, EntryState

State: Any = EntriesState
One: Any = EntryState

COLUMNS = (
    Column("what", "audit.column.what"),
    Column("outcome", "audit.column.outcome", width="8rem", narrow=False),
    Column("seal", "audit.column.seal", width="10rem", narrow=False),
)
CHANGES = (
    Column("field", "audit.change.field"),
    Column("old", "audit.change.old"),
    Column("new", "audit.change.new"),
)


def seal_mark(row: Any) -> rx.Component:
    """Under which seal it lies, or that it waits for one."""
    return rx.cond(
        row.sealed, ui.badge(row.seal, "done", icon_name="shield-check"), ui.badge(row.seal, "wait", icon_name="clock")
    )


def _cells(row: Any) -> list[Any]:
    return [
        rx.el.span(
            rx.el.span(row.sentence, class_name="break-words tabular-nums"),
            rx.cond(
                row.reason != "",
                rx.el.span(t("audit.entry.because", reason=row.reason), class_name="text-13 text-muted break-words"),
            ),
            class_name="flex flex-col min-w-0",
        ),
        rx.cond(row.outcome == "done", rx.el.span(row.outcome_text, class_name="text-muted"), _outcome(row)),
        seal_mark(row),
    ]


def _outcome(row: Any) -> rx.Component:
    return ui.badge(row.outcome_text, row.tone, icon_name="circle-x")


def _steps() -> rx.Component:
    """Newer entries are where the address begins; older ones lie behind the last that is shown."""
    return rx.el.nav(
        rx.cond(
            State.searched_to != "",
            rx.el.p(t("audit.list.searched_to", when=State.searched_to), class_name="m-0 text-muted"),
        ),
        rx.el.div(
            rx.cond(State.behind, ui.link_button("audit.list.newest", State.newest_address, icon="chevrons-left")),
            rx.cond(
                State.next_address != "",
                ui.link_button("audit.list.older", State.next_address, icon="chevron-right"),
            ),
            class_name="flex flex-wrap items-center gap-3",
        ),
        aria_label=t("audit.list.pages"),
        class_name="flex flex-wrap items-center justify-between gap-3",
    )


def entry_list() -> rx.Component:
    """A page of the log."""
    return rx.cond(
        State.loaded,
        rx.el.div(
            ui.table(
                columns=COLUMNS,
                rows=State.rows,
                row=_cells,
                caption_key="audit.list.caption",
                on_open=lambda row: One.open_entry(row.id),
                empty=ui.empty("audit.list.none.title", "audit.list.none.body", icon_name="search-x"),
                key=lambda row: row.id,
                test_id="audit-entries",
            ),
            _steps(),
            class_name="flex flex-col gap-3",
        ),
        ui.skeleton(8),
    )


def _changes(detail: Any) -> rx.Component:
    return rx.cond(
        detail.changes.length() > 0,
        rx.el.div(
            rx.el.h3(t("audit.change.title"), class_name="text-16 font-bold m-0"),
            ui.table(
                columns=CHANGES,
                rows=detail.changes,
                row=lambda change: [
                    rx.el.span(change.field, class_name="font-semibold"),
                    rx.el.span(change.old, class_name="text-muted break-words"),
                    rx.el.span(change.new, class_name="break-words"),
                ],
                caption_key="audit.change.title",
                test_id="audit-changes",
            ),
            class_name="flex flex-col gap-2",
        ),
    )


def _patients(detail: Any) -> rx.Component:
    link = ui.text_link
    return rx.cond(
        detail.patients.length() > 0,
        rx.el.div(
            rx.el.h3(t("audit.entry.patients"), class_name="text-16 font-bold m-0"),
            rx.el.ul(
                rx.foreach(
                    detail.patients,
                    lambda one: rx.el.li(link(one.label, "/audit/patients/" + one.id, test_id="audit-entry-patient")),
                ),
                class_name="m-0 pl-5 list-disc",
            ),
            rx.cond(detail.others != "", rx.el.p(detail.others, class_name="m-0 text-muted")),
            class_name="flex flex-col gap-2",
        ),
    )


def entry_sheet() -> rx.Component:
    """One entry in full: who, when, from where, why, to whom, what changed, under which seal."""
    detail = One.detail
    return ui.side_sheet(
        rx.el.p(detail.sentence, class_name="m-0 text-16 font-semibold break-words"),
        rx.el.div(ui.badge(detail.outcome, detail.tone), seal_mark(detail), class_name="flex flex-wrap gap-2"),
        rx.el.dl(
            ui.definition("audit.entry.who", detail.who),
            ui.definition("audit.entry.when", detail.when),
            ui.definition("audit.entry.address", detail.address),
            rx.cond(detail.reason != "", ui.definition("audit.entry.reason", detail.reason)),
            class_name="m-0 grid grid-cols-1 gap-3 tabular-nums",
        ),
        rx.cond(detail.unreadable, ui.alert("audit.entry.unreadable", "danger")),
        _changes(detail),
        _patients(detail),
        rx.el.dl(
            ui.definition("audit.entry.request", detail.request),
            ui.definition("audit.entry.id", detail.id),
            class_name="m-0 grid grid-cols-1 gap-3 text-13 [&_dd]:font-normal",
        ),
        open=One.is_open,
        title_key="audit.entry.title",
        on_close=One.close,
        test_id="audit-entry",
    )
