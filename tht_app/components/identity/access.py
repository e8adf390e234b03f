"""The own second factor, where one is signed in, and who needs a second factor."""

from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.components.ui import Column
from tht_app.domain.proof import PEOPLE, Demand
from tht_app.i18n import t
from tht_app.state.identity.access import AccessState, FactorPolicyState
from tht_app.state.identity.access_views import DEMAND_FIELD

State: Any = AccessState
Policy: Any = FactorPolicyState

COLUMNS = (
    Column("device", "identity.access.session.device"),
    Column("last", "identity.access.session.last"),
    Column("address", "identity.access.session.address"),
    Column("end", "identity.access.session.state"),
)
PASSKEY_COLUMNS = (
    Column("device", "identity.access.passkeys.name"),
    Column("made", "identity.access.passkeys.made"),
    Column("used", "identity.access.passkeys.used"),
    Column("drop", "identity.access.passkeys.state"),
)


def _with_factor() -> rx.Component:
    left = rx.cond(
        State.view.recovery_left > 2,
        rx.el.p(t("identity.access.recovery.left", count=State.view.recovery_left), class_name="m-0 text-muted"),
        ui.alert(t("identity.access.recovery.few", count=State.view.recovery_left), "wait"),
    )
    return rx.fragment(
        rx.el.p(
            ui.badge("identity.access.factor.on", "done", icon_name="shield-check"),
            rx.el.span(t("identity.access.factor.since", date=State.view.since), class_name="text-muted"),
            class_name="flex flex-wrap items-center gap-3 m-0",
        ),
        left,
        rx.el.div(
            ui.link_button("identity.access.recovery.renew", "/account/recovery-codes", icon="key-round", leaves=True),
            ui.button("identity.access.factor.drop", kind="danger", on_click=State.ask_drop(True)),
            class_name="flex flex-wrap gap-3",
        ),
    )


def _without_factor() -> rx.Component:
    return rx.fragment(
        rx.el.p(t("identity.access.factor.why"), class_name="m-0 max-w-prose"),
        rx.el.div(
            ui.link_button(
                "identity.access.factor.add", "/account/second-factor", icon="smartphone", kind="primary", leaves=True
            )
        ),
    )


def my_factor_card() -> rx.Component:
    """The own second factor."""
    return ui.card(
        "identity.access.factor.title",
        rx.cond(State.loaded, rx.cond(State.view.totp, _with_factor(), _without_factor()), ui.skeleton(2)),
        on_mount=State.load,
    )


def _row(session: Any) -> list[Any]:
    end = ui.button(
        "identity.access.session.end",
        kind="ghost",
        on_click=State.end_session(session.id),
        aria_label=t("identity.access.session.end_on", device=session.device),
    )
    return [
        session.device,
        session.last,
        session.address,
        rx.cond(session.present, ui.badge("identity.access.session.here", "done"), end),
    ]


def my_sessions_card() -> rx.Component:
    """Where the own account is signed in."""
    return ui.card(
        "identity.access.sessions.title",
        rx.cond(
            State.loaded,
            ui.table(
                columns=COLUMNS,
                rows=State.view.sessions,
                row=_row,
                caption_key="identity.access.sessions.title",
                empty=ui.empty("identity.access.sessions.none.title", "identity.access.sessions.none.body"),
            ),
            ui.skeleton(2),
        ),
        actions=rx.cond(
            State.view.sessions.length() > 1,
            ui.button("identity.access.sessions.end", icon="log-out", on_click=State.end_others),
        ),
    )


def _passkey(passkey: Any) -> list[Any]:
    state = ui.badge("identity.access.passkeys.suspect", "danger", icon_name="triangle-alert")
    drop = ui.button(
        "identity.access.passkeys.drop",
        kind="ghost",
        on_click=State.drop_passkey(passkey.id),
        aria_label=t("identity.access.passkeys.drop_of", device=passkey.device),
    )
    return [
        passkey.device,
        passkey.made,
        passkey.used,
        rx.el.div(rx.cond(passkey.suspect, state), drop, class_name="flex flex-wrap items-center gap-2"),
    ]


def my_passkeys_card() -> rx.Component:
    """The own passkeys."""
    return ui.card(
        "identity.access.passkeys.title",
        rx.cond(
            State.view.passkeys.length() > 0,
            ui.table(
                columns=PASSKEY_COLUMNS,
                rows=State.view.passkeys,
                row=_passkey,
                caption_key="identity.access.passkeys.title",
            ),
            rx.el.p(t("identity.access.passkeys.none"), class_name="m-0 max-w-prose"),
        ),
        actions=ui.link_button("identity.access.passkeys.add", "/account/passkey", icon="fingerprint", leaves=True),
    )


def drop_factor_dialog() -> rx.Component:
    """The question before the second factor goes."""
    return ui.dialog(
        rx.el.p(t("identity.access.factor.drop.question"), class_name="m-0"),
        ui.dialog_actions(
            ui.button("common.cancel", on_click=State.ask_drop(False)),
            ui.button(
                "identity.access.factor.drop",
                kind="danger",
                on_click=State.drop_factor,
                test_id="identity-access-factor-drop-yes",
            ),
        ),
        open=State.asking_drop,
        title_key="identity.access.factor.drop",
        on_close=State.ask_drop(False),
        urgent=True,
    )


def factor_policy_card() -> rx.Component:
    """Who needs a second factor."""
    choices = [
        ui.field(
            f"common.role.{role.value}",
            f"{DEMAND_FIELD}{role.value}",
            kind="select",
            options=[(demand.value, f"identity.policy.{demand.value}") for demand in Demand],
            default_value=Policy.policy[role.value],
            test_id=f"identity-policy-{role.value}",
        )
        for role in PEOPLE
    ]
    return ui.card(
        "identity.policy.title",
        rx.el.p(t("identity.policy.lead"), class_name="m-0 max-w-prose"),
        ui.form(
            rx.el.div(*choices, class_name="grid grid-cols-2 lg:grid-cols-4 gap-4"),
            ui.form_actions(ui.submit_button("identity.policy.save", icon="check")),
            on_submit=Policy.save,
            key_epoch=Policy.key_epoch,
            errors=Policy.errors,
        ),
        on_mount=Policy.load,
    )
