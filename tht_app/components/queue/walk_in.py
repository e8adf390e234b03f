"""A patient without an appointment: one sheet, one number."""

from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.components.layout.registry import allowed
from tht_app.components.registration.search_box import patient_picker
from tht_app.domain.identity import Permission
from tht_app.domain.queue import PriorityReason
from tht_app.state.queue.arrivals import WalkInState

State: Any = WalkInState
CHECK_IN = (Permission.QUEUE_CHECK_IN,)


def walk_in_button() -> rx.Component:
    """For who may check in."""
    return rx.cond(
        allowed(CHECK_IN), ui.button("queue.walk_in.open", on_click=WalkInState.open_walk_in, icon="user-plus")
    )


def _choice(name: str, options: Any, default: Any = "", *, required: bool = True) -> rx.Component:
    return ui.field(
        f"queue.walk_in.{name}",
        f"walk_in_{name}",
        kind="select",
        required=required,
        options=options,
        default_value=default,
        error=State.errors[f"walk_in_{name}"],
    )


def walk_in_sheet() -> rx.Component:
    """Who, with which doctor, what for, and whether they go first."""
    reasons = [("", "queue.walk_in.in_order")]
    reasons += [(reason.value, f"queue.priority.{reason.value}") for reason in PriorityReason]
    return ui.side_sheet(
        ui.form(
            ui.error_summary(State.errors),
            patient_picker(
                name="walk_in_patient",
                label_key="queue.walk_in.patient",
                required=True,
                error=State.errors["walk_in_patient"],
                auto_focus=True,
            ),
            _choice("doctor", State.doctors, State.place),
            _choice("type", State.types, State.kind),
            _choice("priority", reasons, required=False),
            ui.form_actions(
                ui.submit_button("queue.walk_in.submit", icon="ticket"),
                ui.button("common.cancel", on_click=WalkInState.close_walk_in, test_id="queue-walk-in-cancel"),
            ),
            on_submit=WalkInState.walk_in,
            key_epoch=WalkInState.key_epoch,
            errors=State.errors,
        ),
        open=WalkInState.is_open,
        title_key="queue.walk_in.title",
        on_close=WalkInState.close_walk_in,
        test_id="queue-walk-in",
    )
