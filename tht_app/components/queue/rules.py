"""The queue's card in the settings."""

from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.state.queue.rules import QueueRulesState


def queue_rules_card() -> rx.Component:
    """After how many others a skipped patient returns."""
    state: Any = QueueRulesState
    return ui.card(
        "queue.rules.title",
        ui.form(
            ui.error_summary(state.errors),
            ui.field(
                "queue.rules.returns_after",
                "returns_after",
                kind="number",
                required=True,
                default_value=state.returns_after,
                help_key="queue.rules.returns_after_help",
                error=state.errors["returns_after"],
            ),
            ui.form_actions(ui.submit_button("queue.rules.save", icon="check")),
            on_submit=QueueRulesState.save,
            key_epoch=state.key_epoch,
            errors=state.errors,
        ),
        on_mount=QueueRulesState.load,
    )
