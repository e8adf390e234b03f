"""The parts of the settings: what is everybody's own, and what the owner sets up."""

from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.components.backup.card import backups_card
from tht_app.components.care.setup import care_rules_card, cover_card
from tht_app.components.identity.access import (
    drop_factor_dialog,
    factor_policy_card,
    my_factor_card,
    my_passkeys_card,
    my_sessions_card,
)
from tht_app.components.identity.people import (
    create_sheet,
    disable_dialog,
    link_dialog,
    my_password_card,
    people_card,
    person_sheet,
)
from tht_app.components.layout.page import card_stack
from tht_app.components.letter.wording import letter_wording_card
from tht_app.components.queue.rules import queue_rules_card
from tht_app.state.identity.settings import TABS, SettingsState

State: Any = SettingsState


def own_settings() -> rx.Component:
    """Second factor, passkeys, devices, password."""
    return card_stack(
        my_factor_card(), my_passkeys_card(), my_sessions_card(), my_password_card(), drop_factor_dialog()
    )


def owners_settings() -> rx.Component:
    """One part at a time; which one stands in the address."""
    people = (people_card(), factor_policy_card(), create_sheet(), person_sheet(), disable_dialog(), link_dialog())
    parts = {
        "mine": own_settings(),
        "people": card_stack(*people),
        "rules": card_stack(queue_rules_card(), care_rules_card(), cover_card()),
        "letters": card_stack(letter_wording_card()),
        "backup": card_stack(backups_card()),
    }
    items = [(name, f"identity.settings.tab.{name}", parts[name]) for name in TABS]
    return ui.tabs(items, value=State.tab, on_change=State.choose_tab, name="settings")
