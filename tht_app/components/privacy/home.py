"""Requests about personal data that wait, on the first screen of the desk and of the owner."""

from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.components.layout.home import home_section
from tht_app.components.layout.registry import allowed
from tht_app.components.privacy.requests import MANAGE, answer_dialog, request_list
from tht_app.i18n import t
from tht_app.state.privacy.requests import READERS, PrivacyState

State: Any = PrivacyState


@home_section(order=65, needs=READERS, load=PrivacyState.load)
def privacy_section() -> rx.Component:
    """What waits for an answer, by its deadline."""
    nothing = rx.el.p(t("privacy.none_open"), class_name="m-0 text-muted")
    return ui.card(
        "privacy.title",
        request_list(State.waiting, nothing),
        rx.cond(allowed(MANAGE), answer_dialog()),
        actions=ui.text_link("privacy.all", "/privacy"),
    )
