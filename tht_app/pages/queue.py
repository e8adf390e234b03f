"""The queue console."""

import reflex as rx

from tht_app.components import ui
from tht_app.components.layout.page import clinic_page, page_body
from tht_app.components.layout.registry import allowed
from tht_app.components.queue.console import console, console_keys
from tht_app.components.queue.ticket_sheet import ticket_sheet
from tht_app.components.queue.walk_in import walk_in_button, walk_in_sheet
from tht_app.domain.identity import Permission
from tht_app.state.queue.console import QueueState


@clinic_page("/queue", title="queue.page.title", needs=Permission.QUEUE_READ, on_load=QueueState.load)
def queue() -> rx.Component:
    """One service point at work; the point stands in the address."""
    return page_body(
        console(),
        walk_in_sheet(),
        ticket_sheet(),
        console_keys(),
        title_key="queue.page.title",
        actions=[
            ui.shortcuts_hint(),
            rx.cond(
                allowed((Permission.SCHEDULE_WRITE,)),
                ui.link_button("display.setup.open", "/queue/displays", icon="tv"),
            ),
            walk_in_button(),
        ],
        width="full",
    )
