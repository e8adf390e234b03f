"""The list of patients that a search found."""

from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.components.layout.registry import allowed
from tht_app.domain.identity import Permission
from tht_app.i18n import t
from tht_app.state.registration.form import RegistrationState
from tht_app.state.registration.patients import PatientsState

COLUMNS = (
    ui.Column("name", "registration.column.name"),
    ui.Column("sex", "registration.column.sex", narrow=False),
    ui.Column("born", "registration.column.born", numeric=True),
    ui.Column("area", "registration.column.area", narrow=False),
    ui.Column("record_number", "registration.column.record_number", numeric=True),
    ui.Column("last_visit", "registration.column.last_visit", numeric=True, narrow=False),
)


def marked_name(row: Any) -> rx.Component:
    """A name with what was typed in bold."""
    return rx.el.span(
        rx.foreach(
            row.name,
            lambda part: rx.cond(
                part.marked, rx.el.mark(part.text, class_name="bg-accent-soft text-text font-bold"), part.text
            ),
        )
    )


def _cells(row: Any) -> list[Any]:
    name = rx.el.span(
        marked_name(row),
        rx.cond(row.deceased, ui.badge("registration.mark.deceased", "neutral", icon_name="info")),
        rx.cond(row.former, ui.badge(row.former, "info", icon_name="merge")),
        class_name="flex items-center gap-2 min-w-0 break-words",
    )
    return [name, row.sex, row.born, row.area, row.record_number, row.last_visit]


def register_button(text: Any) -> rx.Component:
    """Opens an empty sheet that starts from the searched text; for who may register."""
    return rx.cond(
        allowed((Permission.PATIENT_WRITE,)),
        ui.button(
            "registration.patients.register",
            kind="primary",
            icon="user-plus",
            on_click=RegistrationState.open_new(text),
        ),
    )


def search_field() -> rx.Component:
    """The one box of the page, with the focus; Enter opens the only match."""
    return rx.el.form(
        rx.el.label(t("registration.patients.search"), html_for="patient_search", class_name="font-semibold text-14"),
        rx.el.input(
            id="patient_search",
            name="patient_search",
            type="search",
            auto_focus=True,
            auto_complete="off",
            placeholder=t("registration.patients.placeholder"),
            on_change=PatientsState.search.debounce(200),
            class_name=(
                "w-full min-h-control px-3 rounded-control border border-line-strong bg-surface text-text text-16"
            ),
            data_testid="registration-patients-search",
        ),
        on_submit=PatientsState.open_only,
        class_name="flex flex-col gap-1",
        role="search",
    )


def result_list() -> rx.Component:
    """Before a search what the box understands, then the table, or the way to register."""
    rows: Any = PatientsState.rows
    found = rx.el.div(
        ui.table(
            columns=COLUMNS,
            rows=rows,
            row=_cells,
            caption_key="registration.patients.results",
            on_open=lambda row: PatientsState.open_patient(row.id),
            empty=ui.empty(
                "registration.patients.none.title",
                "registration.patients.none.body",
                register_button(PatientsState.text),
                icon_name="search-x",
            ),
            test_id="registration-patients-results",
        ),
        rx.cond(rows.length() > 0, _count(rows.length())),
        class_name="flex flex-col gap-2",
    )
    start = ui.empty("registration.patients.start.title", "registration.patients.start.body", icon_name="search")
    only_a_stranger = (rows.length() == 0) & (PatientsState.stranger.id != "")
    return rx.cond(PatientsState.searched, rx.cond(only_a_stranger, rx.fragment(), found), start)


def _count(shown: Any) -> rx.Component:
    return rx.el.p(
        rx.cond(
            PatientsState.more,
            t("registration.patients.more", count=shown),
            t("registration.patients.count", count=shown),
        ),
        class_name="text-muted m-0 tabular-nums",
        aria_live="polite",
        data_testid="registration-patients-count",
    )


def file_actions() -> rx.Component:
    """Ways in and out as files, for who may."""
    return rx.fragment(
        rx.cond(
            allowed((Permission.PATIENT_IMPORT,)),
            ui.link_button("registration.patients.import", "/patients/import", icon="upload"),
        ),
        rx.cond(
            allowed((Permission.PATIENT_EXPORT,)),
            ui.link_button("registration.patients.export", "/export/patients.csv", icon="download", new_tab=True),
        ),
    )
