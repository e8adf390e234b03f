"""The owner has to see each day that yesterday could be brought back."""

from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.components.backup.card import runs
from tht_app.components.layout.home import home_section
from tht_app.domain.identity import Permission
from tht_app.state.backup.backups import BackupsState

State: Any = BackupsState


@home_section(order=80, needs=Permission.BACKUP_MANAGE, load=BackupsState.load)
def backup_section() -> rx.Component:
    """How the backups stand, with the way to the settings."""
    return ui.card(
        "backup.title",
        rx.cond(State.loaded, runs(), ui.skeleton(2)),
        actions=ui.text_link("backup.more", "/settings?tab=backup"),
    )
