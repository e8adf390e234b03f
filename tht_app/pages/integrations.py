"""`/integrations`: what leaves the house, and what could not."""

import reflex as rx

from tht_app.components.interop.integrations import mail_card, trouble_card
from tht_app.components.layout.page import clinic_page, page_body
from tht_app.domain.identity import Permission
from tht_app.state.interop.integrations import IntegrationsState


@clinic_page(
    "/integrations",
    title="interop.integrations.title",
    needs=Permission.INTEGRATION_MANAGE,
    on_load=IntegrationsState.load,
)
def integrations() -> rx.Component:
    """How mail stands, then what has trouble."""
    return page_body(mail_card(), trouble_card(), title_key="interop.integrations.title")
