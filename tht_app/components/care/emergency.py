"""The found stranger, the question before their record is opened, and the strip while it is."""

from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.components.layout.registry import allowed
from tht_app.domain.care import LONGEST_REASON
from tht_app.domain.identity import Permission
from tht_app.i18n import t
from tht_app.script import script
from tht_app.state.care.emergency import EmergencyState
from tht_app.state.registration.patients import PatientsState

SCRIPT = script("expiry.jsx")


class Expiry(rx.Component):
    """See expiry.jsx: nothing to see, tells when a moment is over."""

    library = SCRIPT.importable_path
    tag = "Expiry"

    at: rx.Var[str]
    now: rx.Var[str]
    on_over: rx.EventHandler[rx.event.no_args_event_spec]


def found_stranger() -> rx.Component:
    """The one line about somebody whom the doctor does not treat."""
    who: Any = PatientsState.stranger
    return rx.cond(
        who.id != "",
        rx.el.section(
            ui.icon("lock", class_name="shrink-0 text-wait-text"),
            rx.el.div(
                rx.el.p(who.name, class_name="m-0 text-16 font-bold break-words"),
                rx.el.p(who.sex, " · ", who.born, " · ", who.record_number, class_name="m-0 text-muted tabular-nums"),
                rx.el.p(t("care.stranger.hint"), class_name="m-0"),
                class_name="flex flex-col gap-1 min-w-0 grow",
            ),
            ui.button("care.stranger.open", icon="lock-open", on_click=EmergencyState.ask),
            class_name="flex flex-wrap items-center gap-4 p-4 rounded-card border border-wait bg-wait-soft",
            data_testid="care-stranger",
        ),
    )


def emergency_dialog() -> rx.Component:
    """The reason, and what follows from it."""
    who: Any = EmergencyState.wanted
    return rx.cond(
        allowed((Permission.RECORD_BREAK_GLASS,)),
        ui.dialog(
            rx.el.p(who.name, " · ", who.record_number, class_name="m-0 text-16 font-bold"),
            ui.alert("care.emergency.consequence", "wait"),
            ui.form(
                ui.field(
                    "care.emergency.reason",
                    "reason",
                    kind="textarea",
                    required=True,
                    rows=3,
                    max_length=LONGEST_REASON,
                    help_key="care.emergency.reason_help",
                    error=EmergencyState.errors["reason"],
                ),
                ui.dialog_actions(
                    ui.button("common.cancel", on_click=EmergencyState.close),
                    ui.submit_button("care.emergency.submit", icon="lock-open"),
                ),
                on_submit=EmergencyState.open,
                key_epoch=EmergencyState.key_epoch,
                errors=EmergencyState.errors,
            ),
            open=who.id != "",
            title_key="care.emergency.title",
            on_close=EmergencyState.close,
            size="medium",
            urgent=True,
        ),
    )


def emergency_strip(patient_id: Any) -> rx.Component:
    """Above everything about the patient while their record is open in an emergency; shuts itself when it is over."""
    access: Any = EmergencyState.access
    return rx.cond(
        (access.patient_id != "") & (access.patient_id == patient_id),
        rx.el.section(
            ui.icon("siren", class_name="shrink-0"),
            rx.el.p(
                rx.el.span(t("care.emergency.strip", time=access.until), class_name="font-bold"),
                " – ",
                access.reason,
                class_name="m-0 grow break-words min-w-0",
            ),
            ui.button("care.emergency.end", on_click=EmergencyState.end),
            Expiry.create(at=access.ends, now=access.now, on_over=EmergencyState.expire),
            class_name=(
                "flex flex-wrap items-center gap-3 px-4 py-2 bg-danger-soft text-danger-text border-b-2 border-danger"
            ),
            role="status",
            data_testid="care-emergency-strip",
        ),
    )
