"""The pharmacy's counter."""

import reflex as rx

from tht_app.components import ui
from tht_app.components.layout.page import clinic_page, page_body
from tht_app.components.pharmacy.board import board
from tht_app.domain.identity import Permission
from tht_app.i18n import t
from tht_app.state.pharmacy.board import BoardState


@clinic_page("/pharmacy", title="pharmacy.board.title", needs=Permission.PRESCRIPTION_DISPENSE, on_load=BoardState.load)
def pharmacy() -> rx.Component:
    """Three columns and the open prescription."""
    return page_body(
        board(),
        title_key="pharmacy.board.title",
        actions=(
            rx.cond(
                BoardState.as_of != "",
                rx.el.span(t("pharmacy.board.as_of", time=BoardState.as_of), class_name="text-muted tabular-nums"),
            ),
            ui.button("pharmacy.board.refresh", icon="rotate-cw", on_click=BoardState.refresh),
        ),
        width="full",
    )
