"""Setting up calendar and queue."""

import reflex as rx

from tht_app.components import ui
from tht_app.components.layout.page import clinic_page, page_body
from tht_app.components.scheduling.setup.screen import setup_tabs
from tht_app.state.scheduling.setup.hours import PLAN
from tht_app.state.scheduling.setup.page import SetupState


@clinic_page("/calendar/setup", title="scheduling.setup.title", needs=PLAN, on_load=SetupState.load)
def calendar_setup() -> rx.Component:
    """One part at a time; which one stands in the address."""
    return page_body(
        setup_tabs(),
        title_key="scheduling.setup.title",
        actions=[ui.link_button("scheduling.setup.back", "/calendar", icon="arrow-left")],
    )
