"""`/settings`: accounts, rules and backups for the owner; password, factors and devices for everybody."""

import reflex as rx

from tht_app.components.care.setup import cover_card
from tht_app.components.identity.settings import own_settings, owners_settings
from tht_app.components.layout.page import card_stack, clinic_page, page_body
from tht_app.components.layout.registry import allowed
from tht_app.domain.identity import Permission
from tht_app.state.care.setup import CareSetupState
from tht_app.state.identity.people import PeopleState
from tht_app.state.identity.settings import SettingsState
from tht_app.state.marks import SIGNED_IN


@clinic_page(
    "/settings",
    title="identity.settings.title",
    needs=SIGNED_IN,
    on_load=[SettingsState.load, PeopleState.load, CareSetupState.load],
)
def settings() -> rx.Component:
    """What is everybody's own; for the owner one part at a time, which stands in the address."""
    others = card_stack(rx.cond(allowed((Permission.CARE_MANAGE,)), cover_card()), own_settings())
    return page_body(
        rx.cond(allowed((Permission.IDENTITY_MANAGE,)), owners_settings(), others), title_key="identity.settings.title"
    )
