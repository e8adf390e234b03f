"""The pharmacist's part of the first screen: who waits, at which step, and the way to the board."""

from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.components.layout.home import home_section
from tht_app.domain.identity import Permission
from tht_app.state.pharmacy.board import BoardState

State: Any = BoardState


@home_section(order=40, needs=Permission.PRESCRIPTION_REVIEW, load=BoardState.load)
def pharmacist_home() -> rx.Component:
    """The counter at a glance."""
    figures = rx.el.div(
        ui.stat("pharmacy.board.waiting", State.waiting.length(), to="/pharmacy"),
        ui.stat("pharmacy.board.preparing", State.preparing.length(), to="/pharmacy"),
        ui.stat("pharmacy.board.ready", State.ready.length(), to="/pharmacy"),
        class_name="flex flex-wrap gap-3",
    )
    return ui.card(
        "pharmacy.home.title",
        rx.cond(State.loaded, figures, ui.skeleton(2)),
        rx.el.div(
            ui.link_button("pharmacy.home.board", "/pharmacy", kind="primary", icon="pill"),
            ui.link_button("pharmacy.home.inventory", "/inventory", icon="package"),
            class_name="flex flex-wrap gap-3",
        ),
    )
