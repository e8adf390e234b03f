"""The days of doctors and rooms, with booking beside them."""

import reflex as rx

from tht_app.components.layout.page import clinic_page, page_body
from tht_app.components.scheduling.appointment import appointment_sheet
from tht_app.components.scheduling.booking import booking_sheet
from tht_app.components.scheduling.calendar import calendar_controls, calendar_head, day_grid
from tht_app.components.scheduling.day import book_button, day_list
from tht_app.components.scheduling.setup.screen import setup_link
from tht_app.components.scheduling.waiting import waiting_button, waiting_sheet
from tht_app.domain.identity import Permission
from tht_app.state.interop.integrations import MailNoteState
from tht_app.state.scheduling.appointment import AppointmentState
from tht_app.state.scheduling.booking import BookingState
from tht_app.state.scheduling.calendar import CalendarState
from tht_app.state.scheduling.waiting import WaitlistState


@clinic_page(
    "/calendar",
    title="scheduling.page.title",
    needs=Permission.APPOINTMENT_READ,
    on_load=[CalendarState.load, WaitlistState.load, MailNoteState.load],
)
def calendar() -> rx.Component:
    """Columns of a day or a week, or a list for each doctor; what is shown stands in the address."""
    beside = AppointmentState.is_open | BookingState.is_open | WaitlistState.is_open
    return rx.el.div(
        page_body(
            calendar_head(waiting_button(), setup_link(), book_button()),
            calendar_controls(),
            rx.cond(CalendarState.view == "list", day_list(), day_grid()),
            booking_sheet(),
            appointment_sheet(),
            waiting_sheet(),
            width="full",
        ),
        class_name=rx.cond(beside, "xl:pr-[28rem]", ""),
    )
