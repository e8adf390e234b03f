"""The form of vital signs."""

from typing import Any

import reflex as rx

from tht_app.components.encounter.words import word_of
from tht_app.components.ui.button import submit_button
from tht_app.components.ui.field import checkbox, field
from tht_app.components.ui.form import error_summary, form
from tht_app.components.ui.show import badge
from tht_app.domain.encounter.vitals import TOLD, VITALS
from tht_app.i18n import t
from tht_app.state.encounter.findings import VitalsState
from tht_app.state.encounter.view_models import ReadingView
from tht_app.state.encounter.visit import EncounterState

FIELDS = tuple(vital.field for vital in VITALS)


def _reading(reading: rx.Var[ReadingView]) -> rx.Component:
    return rx.el.div(
        rx.el.dt(word_of("encounter.vitals", FIELDS, reading.field), class_name="text-13 text-muted"),
        rx.el.dd(
            rx.el.span(reading.value, " ", reading.unit, class_name="text-20 font-bold tabular-nums"),
            rx.cond(reading.unusual, badge("encounter.vitals.unusual", "wait"), rx.fragment()),
            rx.el.p(reading.source, class_name="m-0 text-12 text-muted"),
            class_name="m-0 flex flex-wrap items-baseline gap-x-2",
        ),
        class_name="min-w-0",
    )


def _measure(name: str, **extra: Any) -> rx.Component:
    return field(
        f"encounter.vitals.{name}_unit",
        name,
        kind="number",
        max_length=8,
        error=VitalsState.errors[name],
        test_id=f"encounter-vitals-{name}".replace("_", "-"),
        **extra,
    )


def _usual(name: str) -> dict[str, Any]:
    """What is usual at the patient's age, below the label."""
    if name not in TOLD:
        return {}
    return {"help_key": t("encounter.vitals.usual", range=EncounterState.usual[name])}


def vitals_form() -> rx.Component:
    """Weight, height, temperature, pressure, pulse; what is left empty stays as it was."""
    return form(
        error_summary(VitalsState.errors),
        rx.cond(
            EncounterState.view.last_weight != "",
            rx.el.p(
                t("encounter.vitals.last_weight", weight=EncounterState.view.last_weight),
                class_name="m-0 text-13 text-muted",
            ),
        ),
        rx.el.div(
            *[_measure(name, **_usual(name)) for name in FIELDS], class_name="grid grid-cols-2 gap-3 items-start"
        ),
        rx.cond(
            VitalsState.errors.contains("weight_kg"),
            checkbox("encounter.vitals.confirmed", "confirmed"),
        ),
        submit_button("encounter.vitals.save", icon="check"),
        on_submit=VitalsState.save,
        key_epoch=VitalsState.key_epoch,
        errors=VitalsState.errors,
        clear_after=True,
    )


def vitals() -> rx.Component:
    """What was measured, and the form for those who may measure."""
    return rx.el.div(
        rx.cond(
            EncounterState.readings.length() > 0,
            rx.el.dl(rx.foreach(EncounterState.readings, _reading), class_name="m-0 grid grid-cols-2 gap-3"),
            rx.el.p(t("encounter.vitals.none"), class_name="m-0 text-muted"),
        ),
        rx.cond(EncounterState.view.may_write_nursing, vitals_form()),
        class_name="flex flex-col gap-5",
    )
