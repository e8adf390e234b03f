"""The visits of one patient, for who may read the record."""

from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.components.layout.registry import allowed
from tht_app.domain.identity import Permission
from tht_app.state.care.emergency import EmergencyState
from tht_app.state.registration.patient import PatientState

COLUMNS = (
    ui.Column("date", "registration.visits.date", numeric=True, width="8rem"),
    ui.Column("type", "registration.visits.type"),
    ui.Column("practitioner", "registration.visits.practitioner", narrow=False),
    ui.Column("diagnosis", "registration.visits.diagnosis"),
)


def _cells(visit: Any) -> list[Any]:
    return [visit.day, visit.visit_type, visit.practitioner, visit.diagnosis]


def visits() -> rx.Component:
    """Newest first; a row opens the visit."""
    return rx.cond(
        allowed((Permission.RECORD_READ,)),
        ui.card(
            "registration.patient.visits",
            rx.cond(PatientState.record_closed, _closed(), _table()),
            actions=rx.cond(PatientState.record_closed, rx.fragment(), _ways_on()),
        ),
    )


def _ways_on() -> rx.Component:
    return rx.el.div(
        ui.link_button(
            "registration.patient.timeline",
            "/patients/" + PatientState.banner.patient_id + "/timeline",
            icon="history",
        ),
        _copy(),
        class_name="flex flex-wrap justify-end gap-3",
    )


def _copy() -> rx.Component:
    """The patient's own copy of everything, handed out by a doctor who treats them."""
    return rx.cond(
        allowed((Permission.RECORD_SIGN,)),
        ui.link_button(
            "registration.patient.copy",
            "/export/patients/" + PatientState.banner.patient_id + ".json",
            icon="download",
            new_tab=True,
        ),
    )


def _closed() -> rx.Component:
    """That the record is shut to this person now, and the way in for who may break the glass."""
    return rx.fragment(
        ui.alert("care.record_closed", "info"),
        rx.cond(
            allowed((Permission.RECORD_BREAK_GLASS,)),
            ui.button("care.stranger.open", icon="lock-open", on_click=EmergencyState.ask_here),
        ),
    )


def _table() -> rx.Component:
    return ui.table(
        columns=COLUMNS,
        rows=PatientState.visits,
        row=_cells,
        caption_key="registration.patient.visits",
        on_open=lambda visit: PatientState.open_visit(visit.id),
        empty=ui.empty("registration.patient.visits_none", "registration.patient.visits_none_body"),
        test_id="registration-visits",
    )
