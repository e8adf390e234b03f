"""`/settings`: accounts, rules and backups for the owner; password, factors and devices for everybody."""

import reflex as rx

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
from tht_app.components.layout.page import clinic_page, page_body
from tht_app.components.layout.registry import allowed
from tht_app.components.letter.wording import letter_wording_card
from tht_app.components.queue.rules import queue_rules_card
from tht_app.domain.identity import Permission
from tht_app.state.care.setup import CareSetupState
from tht_app.state.identity.people import PeopleState
from tht_app.state.marks import SIGNED_IN


@clinic_page(
    "/settings", title="identity.settings.title", needs=SIGNED_IN, on_load=[PeopleState.load, CareSetupState.load]
)
def settings() -> rx.Component:
    """The cards of the owner with their sheets, then what is everybody's own."""
    owners = rx.fragment(
        people_card(), factor_policy_card(), create_sheet(), person_sheet(), disable_dialog(), link_dialog()
    )
    return page_body(
        rx.cond(allowed((Permission.IDENTITY_MANAGE,)), owners),
        rx.cond(allowed((Permission.SETTINGS_MANAGE,)), queue_rules_card()),
        rx.cond(allowed((Permission.SETTINGS_MANAGE,)), care_rules_card()),
        rx.cond(allowed((Permission.SETTINGS_MANAGE,)), letter_wording_card()),
        rx.cond(allowed((Permission.CARE_MANAGE,)), cover_card()),
        rx.cond(allowed((Permission.BACKUP_MANAGE,)), backups_card()),
        my_factor_card(),
        my_passkeys_card(),
        my_sessions_card(),
        my_password_card(),
        drop_factor_dialog(),
        title_key="identity.settings.title",
    )
