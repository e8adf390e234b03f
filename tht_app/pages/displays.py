"""The setup of the waiting room."""

import reflex as rx

from tht_app.components import ui
from tht_app.components.layout.page import clinic_page, page_body
from tht_app.components.queue.displays import (
    display_sheet,
    displays_card,
    pairing_panel,
    revoke_dialog,
    shared_card,
    signs_card,
)
from tht_app.domain.identity import Permission
from tht_app.state.queue.displays import DisplaysState


@clinic_page(
    "/queue/displays", title="display.setup.title", needs=Permission.SCHEDULE_WRITE, on_load=DisplaysState.load
)
def displays() -> rx.Component:
    """Televisions first, then what they say of rooms and what stands below."""
    return page_body(
        displays_card(),
        rx.el.div(signs_card(), shared_card(), class_name="grid gap-6 items-start grid-cols-1 xl:grid-cols-2"),
        display_sheet(),
        pairing_panel(),
        revoke_dialog(),
        title_key="display.setup.title",
        actions=[ui.link_button("display.setup.back", "/queue", icon="list-ordered")],
    )
