"""The television in the waiting room: the one screen without the clinic's frame."""

import reflex as rx

from tht_app.components.layout.registry import enter
from tht_app.components.queue.display import display_screen
from tht_app.domain.identity import Permission
from tht_app.i18n import t
from tht_app.state.queue.display import DisplayState

enter("/display", "display.screen.title", Permission.QUEUE_DISPLAY)


@rx.page(
    route="/display",
    title=t("display.screen.title") + " – " + t("shell.app_name"),
    image="/mark.svg",
    on_load=DisplayState.load,
)
def display() -> rx.Component:
    """Calls, who comes next, the clock."""
    return display_screen()
