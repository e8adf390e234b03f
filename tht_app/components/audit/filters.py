"""What the log is asked: a form whose answer is an address, so that a question can be kept and sent on."""

from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.domain.audit import AuditAction
from tht_app.domain.audit.log import LONGEST_ADDRESS, Area, Outcome
from tht_app.i18n import t
from tht_app.state.audit.entries import EntriesState, PatientFilterState

State: Any = EntriesState
Patients: Any = PatientFilterState

ANY = ("", "audit.filter.any")
ACTIONS = [ANY, *((action.value, f"audit.action.{action.value}") for action in AuditAction)]
AREAS = [ANY, *((area.value, f"audit.area.{area.value}") for area in Area)]
OUTCOMES = [ANY, *((outcome.value, f"audit.outcome.{outcome.value}") for outcome in Outcome)]


def _days() -> list[rx.Component]:
    shown = State.filter
    return [
        ui.field("audit.filter.from", "from", kind="date", default_value=shown.first),
        ui.field("audit.filter.to", "to", kind="date", default_value=shown.last, error=State.errors["to"]),
    ]


def _choices() -> list[rx.Component]:
    shown = State.filter
    return [
        ui.field("audit.filter.person", "person", kind="select", options=State.people, default_value=shown.person),
        ui.field("audit.filter.action", "action", kind="select", options=ACTIONS, default_value=shown.action),
        ui.field("audit.filter.area", "area", kind="select", options=AREAS, default_value=shown.area),
        ui.field("audit.filter.outcome", "outcome", kind="select", options=OUTCOMES, default_value=shown.outcome),
        ui.field("audit.filter.address", "address", max_length=LONGEST_ADDRESS, default_value=shown.address),
    ]


def _patient() -> rx.Component:
    return ui.combobox(
        label_key="audit.filter.patient",
        placeholder_key="audit.filter.patient.placeholder",
        on_search=Patients.search,
        results=Patients.options,
        answers=Patients.answers,
        name="patient",
        default_value=State.filter.patient,
        default_text=State.patient,
    )


def entry_filter() -> rx.Component:
    """Days, person, patient, action, area, outcome, address."""
    return ui.card(
        "audit.filter.title",
        rx.cond(
            State.loaded,
            ui.form(
                rx.el.div(
                    *_days(),
                    _patient(),
                    *_choices(),
                    class_name="grid grid-cols-1 sm:grid-cols-2 lg:grid-cols-4 gap-4 items-end",
                ),
                rx.el.div(
                    ui.submit_button("audit.filter.apply", icon="search"),
                    ui.link_button("audit.filter.reset", "/audit", icon="rotate-ccw"),
                    ui.link_button("audit.export", State.export_address, icon="download", new_tab=True),
                    class_name="flex flex-wrap items-center gap-3",
                ),
                on_submit=State.apply,
                errors=State.errors,
                key=State.export_address,
            ),
            ui.skeleton(3),
        ),
    )


def report_box() -> rx.Component:
    """The one question that patients ask, in one step."""
    return ui.card(
        "audit.report.title",
        rx.el.p(t("audit.report.hint"), class_name="m-0 text-muted max-w-prose"),
        rx.el.div(
            ui.combobox(
                label_key="audit.report.patient",
                placeholder_key="audit.filter.patient.placeholder",
                on_search=Patients.search,
                results=Patients.options,
                answers=Patients.answers,
                on_pick=Patients.open_report,
            ),
            class_name="max-w-xl",
        ),
    )
