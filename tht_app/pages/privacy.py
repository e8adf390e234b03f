"""`/privacy`: the register of what people asked about their own data."""

from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.components.layout.page import clinic_page, page_body
from tht_app.components.layout.registry import allowed
from tht_app.components.privacy.requests import MANAGE, answer_dialog, request_list
from tht_app.i18n import t
from tht_app.state.privacy.requests import READERS, PrivacyState

State: Any = PrivacyState


@clinic_page("/privacy", title="privacy.page.title", needs=READERS, on_load=PrivacyState.load)
def privacy() -> rx.Component:
    """What waits stands first, by its deadline; then what was answered, the newest first."""
    nothing = ui.empty("privacy.none", "privacy.none_hint", icon_name="shield-check")
    late = ui.alert(t("privacy.late", count=State.late), "danger")
    return page_body(
        rx.el.p(t("privacy.hint"), class_name="m-0 text-muted"),
        rx.cond(State.late > 0, late),
        ui.card("privacy.register", request_list(State.rows, nothing)),
        rx.cond(allowed(MANAGE), answer_dialog()),
        title_key="privacy.page.title",
        width="text",
    )
