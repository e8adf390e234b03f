"""A line where somebody might promise a mail that nobody sends."""

from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.i18n import t
from tht_app.state.interop.integrations import MailNoteState

State: Any = MailNoteState


def mail_off_line() -> rx.Component:
    """Only while mail is off: the patient has to be told now, nothing follows by mail."""
    return rx.cond(
        State.off,
        rx.el.p(
            ui.icon("mail-x", size=16, class_name="shrink-0 mt-0.5"),
            rx.el.span(t("interop.mail_off_line")),
            class_name="m-0 flex items-start gap-2 text-13 text-muted",
            data_testid="interop-mail-off",
        ),
    )
