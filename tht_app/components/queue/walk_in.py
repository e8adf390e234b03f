"""A patient without an appointment: one sheet, one number."""

from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.components.layout.registry import allowed
from tht_app.components.registration.search_box import patient_picker
from tht_app.domain.identity import Permission
from tht_app.domain.queue import PriorityReason
from tht_app.state.queue.arrivals import WalkInState

CHECK_IN = (Permission.QUEUE_CHECK_IN,)


def walk_in_button() -> rx.Component:
    """For who may check in."""
    return rx.cond(
        allowed(CHECK_IN), ui.button("queue.walk_in.open", on_click=WalkInState.open_walk_in, icon="user-plus")
    )


def walk_in_sheet() -> rx.Component:
    """Who, with which doctor, what for, and whether they go first."""
    state: Any = WalkInState
    errors = state.errors
    reasons = [("", "queue.walk_in.in_order")]
    reasons += [(reason.value, f"queue.priority.{reason.value}") for reason in PriorityReason]
    return ui.side_sheet(
        ui.form(
            ui.error_summary(errors),
            patient_picker(
                name="walk_in_patient",
                label_key="queue.walk_in.patient",
                required=True,
                error=errors["walk_in_patient"],
                auto_focus=True,
            ),
            ui.field(
                "queue.walk_in.doctor",
                "walk_in_doctor",
                kind="select",
                required=True,
                options=state.doctors,
                default_value=state.place,
                error=errors["walk_in_doctor"],
            ),
            ui.field(
                "queue.walk_in.type",
                "walk_in_type",
                kind="select",
                required=True,
                options=state.types,
                default_value=state.kind,
                error=errors["walk_in_type"],
            ),
            ui.field(
                "queue.walk_in.priority",
                "walk_in_priority",
                kind="select",
                options=reasons,
                error=errors["walk_in_priority"],
            ),
            ui.form_actions(
                ui.submit_button("queue.walk_in.submit", icon="ticket"),
                ui.button("common.cancel", on_click=WalkInState.close_walk_in, test_id="queue-walk-in-cancel"),
            ),
            on_submit=WalkInState.walk_in,
            key_epoch=WalkInState.key_epoch,
            errors=errors,
        ),
        open=WalkInState.is_open,
        title_key="queue.walk_in.title",
        on_close=WalkInState.close_walk_in,
        test_id="queue-walk-in",
    )
