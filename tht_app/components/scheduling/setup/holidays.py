"""The holidays of a year, and the sheet that brings in a list of them."""

from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.components.scheduling.setup.listing import entry_sheet, typed
from tht_app.components.ui import Column
from tht_app.domain.scheduling import HolidayKind
from tht_app.i18n import t
from tht_app.i18n.words import language_var
from tht_app.script import script
from tht_app.state.scheduling.setup.holidays import HolidayImportState, HolidaysState

State: Any = HolidaysState
Import: Any = HolidayImportState
WORDS = "scheduling.setup.holidays"
FILE = (
    "max-w-full text-14 text-muted file:mr-3 file:min-h-control file:px-4 file:rounded-control file:border "
    "file:border-solid file:border-line-strong file:bg-surface file:text-text file:font-semibold"
)
SCRIPT = script("text_file.jsx")
KINDS = [(kind.value, f"scheduling.holiday_kind.{kind.value}") for kind in HolidayKind]
COLUMNS = (
    Column("day", "scheduling.setup.holidays.column.date", width="13rem"),
    Column("name", "scheduling.setup.column.name"),
    Column("kind", "scheduling.setup.column.kind", narrow=False),
    Column("closed", "scheduling.setup.holidays.column.closed", width="13rem"),
    Column("remove", "scheduling.setup.holidays.column.remove", width="4rem"),
)
LINES = (
    Column("line", "scheduling.setup.holidays.column.line", numeric=True, width="5rem"),
    Column("words", "scheduling.setup.holidays.column.problem"),
)


class TextFile(rx.Component):
    """See text_file.jsx."""

    library = SCRIPT.importable_path
    tag = "TextFile"

    into: rx.Var[str]


def _closed(row: Any) -> rx.Component:
    return rx.el.div(
        rx.cond(
            row.closed,
            ui.badge("scheduling.setup.holidays.closed", "danger", icon_name="calendar-x"),
            ui.badge("scheduling.setup.holidays.open", "done", icon_name="calendar-check"),
        ),
        rx.cond(
            row.closed,
            ui.icon_button("door-open", f"{WORDS}.open_it", on_click=State.set_closed(row.id, False)),
            ui.icon_button("door-closed", f"{WORDS}.close_it", on_click=State.set_closed(row.id, True)),
        ),
        class_name="flex items-center justify-between gap-2",
    )


def _cells(row: Any) -> list[Any]:
    return [
        rx.el.span(
            rx.el.span(row.date, class_name="font-semibold tabular-nums whitespace-nowrap"),
            rx.el.span(row.weekday, class_name="text-muted"),
            class_name="flex flex-wrap gap-x-2",
        ),
        rx.el.span(
            rx.cond(language_var() == "en", row.name_en, row.name_id),
            rx.cond(row.provisional, ui.badge("scheduling.setup.holidays.provisional", "wait")),
            class_name="flex flex-wrap items-center gap-2 min-w-0 break-words",
        ),
        rx.match(row.kind, *[(code, t(key)) for code, key in KINDS], ""),
        _closed(row),
        ui.icon_button("trash-2", "scheduling.setup.holidays.remove", on_click=State.remove(row.id)),
    ]


def _head() -> rx.Component:
    return rx.el.div(
        rx.el.p(t("scheduling.setup.holidays.hint"), class_name="text-muted m-0 max-w-prose"),
        rx.el.div(
            rx.el.div(
                ui.icon_button(
                    "chevron-left", "scheduling.setup.holidays.previous", on_click=State.choose_year(State.year - 1)
                ),
                rx.el.span(
                    State.year,
                    class_name="text-20 font-bold tabular-nums",
                    aria_live="polite",
                    data_testid="scheduling-setup-holidays-year",
                ),
                ui.icon_button(
                    "chevron-right", "scheduling.setup.holidays.next", on_click=State.choose_year(State.year + 1)
                ),
                class_name="flex items-center gap-2",
            ),
            rx.el.div(
                ui.button("scheduling.setup.holidays.install", icon="list-checks", on_click=State.install),
                ui.button("scheduling.setup.holidays.import", icon="file-input", on_click=Import.open_import),
                ui.button("scheduling.setup.holidays.add", icon="plus", kind="primary", on_click=State.open_new),
                class_name="flex flex-wrap gap-3",
            ),
            class_name="flex flex-wrap items-center justify-between gap-3",
        ),
        class_name="flex flex-col gap-4",
    )


def _sheet() -> rx.Component:
    chosen = State.chosen
    english = typed(
        State,
        "name_en",
        "holiday_name_en",
        max_length=120,
        default_value=chosen.name_en,
        help_key="scheduling.setup.help.holiday_name_en",
    )
    closed = ui.checkbox(
        "scheduling.setup.field.holiday_closed",
        "holiday_closed",
        checked=chosen.closed,
        test_id="scheduling-setup-holiday-closed",
    )
    return entry_sheet(
        State,
        "holidays",
        typed(State, "day", "holiday_day", kind="date", required=True, default_value=chosen.day),
        typed(State, "name_id", "holiday_name_id", required=True, max_length=120, default_value=chosen.name_id),
        english,
        typed(State, "holiday_kind", "holiday_kind", kind="select", options=KINDS, default_value=chosen.kind),
        closed,
        ui.checkbox("scheduling.setup.field.holiday_provisional", "holiday_provisional", checked=chosen.provisional),
    )


def _checked() -> rx.Component:
    """What the check found; what it found wrong stays out."""
    good = t("scheduling.setup.holidays.checked", added=Import.added, changed=Import.changed)
    write = ui.submit_button("scheduling.setup.holidays.write", icon="calendar-plus", name="write", value="yes")
    return rx.cond(
        Import.checked,
        rx.el.div(
            ui.alert(good, "info"),
            rx.cond(
                Import.problems.length() > 0,
                ui.table(
                    columns=LINES,
                    rows=Import.problems,
                    row=lambda line: [line.line, line.words],
                    caption_key="scheduling.setup.holidays.column.problem",
                    test_id="scheduling-setup-holidays-problems",
                ),
            ),
            rx.cond(Import.added + Import.changed > 0, rx.el.div(write)),
            class_name="flex flex-col gap-3",
            aria_live="polite",
        ),
    )


def _import_sheet() -> rx.Component:
    return ui.side_sheet(
        ui.form(
            ui.error_summary(Import.errors),
            rx.el.p(t("scheduling.setup.holidays.import_help"), class_name="m-0 text-muted text-13"),
            rx.el.label(
                t("scheduling.setup.holidays.file"), html_for="holidays_file", class_name="font-semibold text-14"
            ),
            TextFile.create(
                into="holidays_text",
                id="holidays_file",
                class_name=FILE,
                custom_attrs={
                    "accept": ".csv,.txt,text/csv,text/plain",
                    "data-testid": "scheduling-setup-holidays-file",
                },
            ),
            ui.field(
                "scheduling.setup.holidays.text",
                "holidays_text",
                kind="textarea",
                rows=8,
                required=True,
                max_length=100_000,
                error=Import.errors["holidays_text"],
            ),
            rx.cond(Import.refusal, ui.alert(Import.refusal, "wait")),
            ui.form_actions(
                ui.submit_button("scheduling.setup.holidays.check", icon="file-search"),
                ui.button("common.cancel", on_click=Import.close_import, test_id="scheduling-setup-import-cancel"),
            ),
            _checked(),
            on_submit=Import.take,
            key_epoch=Import.key_epoch,
            errors=Import.errors,
        ),
        open=Import.is_open,
        title_key="scheduling.setup.holidays.import",
        on_close=Import.close_import,
        test_id="scheduling-setup-import-sheet",
    )


def holidays_tab() -> rx.Component:
    """A year's holidays; on which of them the clinic is open is the clinic's own decision."""
    first = ui.button(
        "scheduling.setup.holidays.install",
        icon="list-checks",
        kind="primary",
        on_click=State.install,
        test_id="scheduling-setup-holidays-install-first",
    )
    listed = ui.table(
        columns=COLUMNS,
        rows=State.rows,
        row=_cells,
        caption_key="scheduling.setup.tab.holidays",
        on_open=lambda row: State.open_one(row.id),
        empty=ui.empty(
            "scheduling.setup.holidays.empty.title", "scheduling.setup.holidays.empty.body", first, icon_name="palmtree"
        ),
        key=lambda row: row.id,
        test_id="scheduling-setup-holidays",
    )
    return rx.fragment(
        rx.el.div(_head(), rx.cond(State.loaded, listed, ui.skeleton(8)), class_name="flex flex-col gap-4"),
        _sheet(),
        _import_sheet(),
    )
