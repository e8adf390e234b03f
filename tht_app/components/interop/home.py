"""The front desk has to know when patients hear nothing by mail."""

from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.components.layout.home import home_section
from tht_app.domain.identity import Permission
from tht_app.state.interop.integrations import MailNoteState

State: Any = MailNoteState


@home_section(order=90, needs=Permission.APPOINTMENT_WRITE, load=MailNoteState.load)
def mail_note() -> rx.Component:
    """One line, only while mail is off."""
    note = ui.alert("interop.home.mail_off", "wait", ui.text_link("interop.home.mail_off.more", "/integrations"))
    return rx.el.div(rx.cond(State.off, note), class_name="col-span-full")
