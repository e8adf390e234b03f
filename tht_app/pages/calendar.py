"""The day of each doctor, with booking beside it."""

import reflex as rx

from tht_app.components.layout.page import clinic_page, page_body
from tht_app.components.scheduling.appointment import appointment_sheet
from tht_app.components.scheduling.booking import booking_sheet
from tht_app.components.scheduling.day import book_button, day_controls, day_list
from tht_app.components.scheduling.setup.screen import setup_link
from tht_app.domain.identity import Permission
from tht_app.state.scheduling.calendar import CalendarState


@clinic_page("/calendar", title="scheduling.page.title", needs=Permission.APPOINTMENT_READ, on_load=CalendarState.load)
def calendar() -> rx.Component:
    """A list for each doctor; day and doctor stand in the address."""
    return page_body(
        day_controls(),
        day_list(),
        booking_sheet(),
        appointment_sheet(),
        title_key="scheduling.page.title",
        actions=[setup_link(), book_button()],
        width="full",
    )
