"""`/settings`: accounts, rules and backups for the owner; password, factors and devices for everybody."""

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
from tht_app.components.layout.page import card_stack, clinic_page, page_body
from tht_app.components.layout.registry import allowed
from tht_app.components.letter.wording import letter_wording_card
from tht_app.components.queue.rules import queue_rules_card
from tht_app.domain.identity import Permission
from tht_app.state.care.setup import CareSetupState
from tht_app.state.identity.people import PeopleState
from tht_app.state.identity.settings import TABS, SettingsState
from tht_app.state.marks import SIGNED_IN

State: Any = SettingsState


def _own() -> rx.Component:
    return card_stack(
        my_factor_card(), my_passkeys_card(), my_sessions_card(), my_password_card(), drop_factor_dialog()
    )


def _owners() -> rx.Component:
    people = (people_card(), factor_policy_card(), create_sheet(), person_sheet(), disable_dialog(), link_dialog())
    parts = {
        "mine": _own(),
        "people": card_stack(*people),
        "rules": card_stack(queue_rules_card(), care_rules_card(), cover_card()),
        "letters": card_stack(letter_wording_card()),
        "backup": card_stack(backups_card()),
    }
    items = [(name, f"identity.settings.tab.{name}", parts[name]) for name in TABS]
    return ui.tabs(items, value=State.tab, on_change=State.choose_tab, name="settings")


@clinic_page(
    "/settings",
    title="identity.settings.title",
    needs=SIGNED_IN,
    on_load=[SettingsState.load, PeopleState.load, CareSetupState.load],
)
def settings() -> rx.Component:
    """What is everybody's own; for the owner one part at a time, which stands in the address."""
    others = card_stack(rx.cond(allowed((Permission.CARE_MANAGE,)), cover_card()), _own())
    return page_body(
        rx.cond(allowed((Permission.IDENTITY_MANAGE,)), _owners(), others), title_key="identity.settings.title"
    )
