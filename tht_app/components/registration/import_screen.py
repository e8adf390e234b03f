"""Bringing patients in from a file: choose, look, import."""

from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.components.registration.upload_form import UploadForm
from tht_app.i18n import t
from tht_app.state.registration.imports import ImportState

PROBLEM_COLUMNS = (
    ui.Column("line", "registration.import.column.line", numeric=True, width="6rem"),
    ui.Column("words", "registration.import.column.problem"),
)


def upload_card() -> rx.Component:
    """The file and what it should hold; sent by plain HTTP, because screens take no files."""
    return ui.card(
        None,
        rx.el.p(t("registration.import.intro"), class_name="m-0"),
        rx.el.p(t("registration.import.columns"), class_name="m-0 text-muted text-13"),
        rx.cond(ImportState.problem != "", ui.alert(ImportState.problem, "danger")),
        UploadForm.create(
            rx.el.label(t("registration.import.file"), html_for="import_file", class_name="font-semibold text-14"),
            rx.el.input(
                id="import_file",
                name="file",
                type="file",
                accept=".csv,text/csv,text/plain",
                required=True,
                class_name="min-h-control",
                data_testid="registration-import-file",
            ),
            ui.submit_button("registration.import.check", icon="file-search"),
            action="/import/patients",
            class_name="flex flex-wrap items-center gap-3",
        ),
    )


def _figures() -> rx.Component:
    view = ImportState.view
    return rx.el.div(
        ui.stat("registration.import.stat.total", view.total),
        ui.stat("registration.import.stat.ready", view.ready),
        ui.stat("registration.import.stat.added", view.added),
        ui.stat("registration.import.stat.duplicate", view.duplicate),
        ui.stat("registration.import.stat.bad", view.bad),
        class_name="flex flex-wrap gap-3",
        data_testid="registration-import-figures",
    )


def _progress() -> rx.Component:
    view = ImportState.view
    return rx.el.div(
        rx.el.progress(
            value=view.percent, max=100, aria_label=t("registration.import.progress"), class_name="w-full accent-accent"
        ),
        rx.el.p(
            t("registration.import.running", added=view.added, total=view.added + view.ready),
            class_name="m-0 tabular-nums",
            aria_live="polite",
        ),
        class_name="flex flex-col gap-1",
        data_testid="registration-import-progress",
    )


def _next_step() -> rx.Component:
    view = ImportState.view
    start = rx.cond(
        view.state == "running",
        ui.button("registration.import.resume", kind="primary", on_click=ImportState.run),
        ui.button(
            t("registration.import.run", count=view.ready),
            kind="primary",
            icon="user-plus",
            on_click=ImportState.run,
            test_id="registration-import-run",
        ),
    )
    done = ui.alert(t("registration.import.done", count=view.added), "done")
    return rx.cond(
        ImportState.running, _progress(), rx.cond(view.ready > 0, start, rx.cond(view.state == "done", done))
    )


def _problem_cells(problem: Any) -> list[Any]:
    return [problem.line, problem.words]


def result_card() -> rx.Component:
    """What the check found, the way on, and every line that stays out with its reason."""
    view: Any = ImportState.view
    return rx.cond(
        view.id != "",
        ui.card(
            "registration.import.result",
            rx.el.p(view.file_name, class_name="m-0 text-muted break-words"),
            _figures(),
            _next_step(),
            rx.cond(
                view.problems.length() > 0,
                rx.el.div(
                    rx.el.h3(t("registration.import.problems"), class_name="text-14 font-semibold m-0"),
                    rx.el.p(t("registration.import.problems_note"), class_name="m-0 text-muted text-13"),
                    ui.table(
                        columns=PROBLEM_COLUMNS,
                        rows=view.problems,
                        row=_problem_cells,
                        caption_key="registration.import.problems",
                        test_id="registration-import-problems",
                    ),
                    class_name="flex flex-col gap-2",
                ),
            ),
        ),
    )
