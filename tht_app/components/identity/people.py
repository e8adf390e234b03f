"""The list of accounts, the sheet of one account, and the own password."""

from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.components.ui import Column
from tht_app.i18n import t
from tht_app.state.identity.people import MyPasswordState, PeopleState
from tht_app.state.identity.view_models import ROLE_FIELD, ROLES_OF_PEOPLE

State: Any = PeopleState
Mine: Any = MyPasswordState

COLUMNS = (
    Column("username", "identity.settings.people.username"),
    Column("name", "identity.settings.people.name"),
    Column("roles", "identity.settings.people.roles", narrow=False),
    Column("state", "identity.settings.people.state"),
)


def _row(person: Any) -> list[Any]:
    return [
        rx.el.span(person.username, class_name="font-semibold break-all"),
        person.name,
        person.roles,
        rx.cond(
            person.active,
            ui.badge(t("identity.settings.people.active"), "done"),
            ui.badge(t("identity.settings.people.disabled"), "neutral"),
        ),
    ]


def people_card() -> rx.Component:
    """All accounts; a row opens its sheet."""
    return ui.card(
        "identity.settings.people.title",
        ui.table(
            columns=COLUMNS,
            rows=State.people,
            row=_row,
            caption_key="identity.settings.people.title",
            on_open=lambda person: State.open_person(person.id),
            empty=ui.empty("identity.settings.people.none.title", "identity.settings.people.none.body"),
        ),
        actions=ui.button("identity.settings.people.add", icon="plus", kind="primary", on_click=State.open_new),
    )


def _role_boxes(ticked: Any = None) -> rx.Component:
    boxes = [
        ui.checkbox(
            f"common.role.{role.value}",
            f"{ROLE_FIELD}{role.value}",
            checked=False if ticked is None else ticked.contains(role.value),
        )
        for role in ROLES_OF_PEOPLE
    ]
    return ui.field_group("identity.settings.create.roles", *boxes, columns=2)


def _mailbox_field(present: Any) -> rx.Component:
    return ui.field(
        "identity.settings.person.mailbox",
        "email",
        max_length=254,
        default_value=present,
        help_key="identity.settings.person.mailbox.help",
        error=State.errors["email"],
        autocomplete="off",
        input_mode="email",
    )


def _mailbox_form() -> rx.Component:
    return ui.form(
        _mailbox_field(State.mailbox),
        ui.form_actions(
            ui.submit_button("identity.settings.person.mailbox.submit", kind="secondary"),
            ui.button("identity.settings.person.link", icon="key-round", on_click=State.give_link),
        ),
        on_submit=State.save_mailbox,
        key_epoch=State.key_epoch,
        errors=State.errors,
        key=State.chosen.id + "-mail",
    )


def link_dialog() -> rx.Component:
    """A link that was not mailed, to hand over."""
    return ui.dialog(
        rx.el.p(t("identity.settings.link.hand_over"), class_name="m-0"),
        rx.el.p(
            State.link,
            class_name="m-0 p-3 rounded-control bg-sunken break-all select-all font-semibold",
            data_testid="identity-settings-link-address",
        ),
        ui.dialog_actions(ui.button("identity.settings.link.close", on_click=State.close)),
        open=State.link != "",
        title_key="identity.settings.link.title",
        on_close=State.close,
        size="medium",
        urgent=True,
    )


def create_sheet() -> rx.Component:
    """A new account."""
    fields = (
        ui.field(
            "identity.settings.create.username",
            "username",
            required=True,
            max_length=60,
            help_key="identity.settings.create.username.help",
            error=State.errors["username"],
        ),
        ui.field(
            "identity.settings.create.display_name",
            "display_name",
            required=True,
            max_length=200,
            help_key="identity.settings.create.display_name.help",
            error=State.errors["display_name"],
        ),
        ui.field(
            "identity.settings.create.password",
            "password",
            kind="password",
            max_length=128,
            help_key="identity.settings.create.password.help",
            error=State.errors["password"],
        ),
        _mailbox_field(""),
    )
    return ui.side_sheet(
        ui.form(
            ui.error_summary(State.errors),
            *fields,
            _role_boxes(),
            ui.form_actions(ui.submit_button("identity.settings.create.submit")),
            on_submit=State.create,
            key_epoch=State.key_epoch,
            errors=State.errors,
        ),
        open=State.creating,
        title_key="identity.settings.create.title",
        on_close=State.close,
    )


def _password_form() -> rx.Component:
    return ui.form(
        ui.field(
            "identity.settings.person.password",
            "password",
            kind="password",
            required=True,
            max_length=128,
            error=State.errors["password"],
        ),
        ui.form_actions(ui.submit_button("identity.settings.person.password.submit", kind="secondary")),
        on_submit=State.give_password,
        key_epoch=State.key_epoch,
        errors=State.errors,
    )


def _factor() -> rx.Component:
    """The way out for whoever lost their telephone."""
    return rx.cond(
        State.chosen.second_factor,
        rx.el.div(
            ui.badge("identity.settings.person.factor", "done", icon_name="shield-check"),
            rx.el.p(t("identity.settings.person.factor.help"), class_name="m-0 text-13 text-muted"),
            ui.button("identity.settings.person.factor.drop", on_click=State.drop_factor),
            class_name="flex flex-col items-start gap-2",
        ),
    )


def person_sheet() -> rx.Component:
    """One account: roles, password, disable."""
    roles = ui.form(
        _role_boxes(State.chosen.role_codes),
        ui.form_actions(ui.submit_button("identity.settings.person.roles.submit")),
        on_submit=State.save_roles,
        key_epoch=State.key_epoch,
        errors=State.errors,
        key=State.chosen.id,
    )
    switch = rx.cond(
        State.chosen.active,
        ui.button("identity.settings.person.disable", kind="danger", on_click=State.ask_disable(True)),
        ui.button("identity.settings.person.enable", on_click=State.set_active(True)),
    )
    return ui.side_sheet(
        rx.el.p(
            rx.el.span(State.chosen.name, class_name="font-semibold text-16"),
            rx.el.span(State.chosen.username, class_name="text-muted"),
            class_name="flex flex-col m-0",
        ),
        roles,
        _mailbox_form(),
        _password_form(),
        _factor(),
        switch,
        open=State.chosen.id != "",
        title_key="identity.settings.person.title",
        on_close=State.close,
    )


def disable_dialog() -> rx.Component:
    """The question before somebody is shut out."""
    return ui.dialog(
        rx.el.p(t("identity.settings.person.disable.question", name=State.chosen.name), class_name="m-0"),
        ui.dialog_actions(
            ui.button("common.cancel", on_click=State.ask_disable(False)),
            ui.button(
                "identity.settings.person.disable",
                kind="danger",
                on_click=State.set_active(False),
                test_id="identity-settings-person-disable-yes",
            ),
        ),
        open=State.asking_disable,
        title_key="identity.settings.person.disable",
        on_close=State.ask_disable(False),
        urgent=True,
    )


def my_password_card() -> rx.Component:
    """The own password."""
    return ui.card(
        "identity.settings.mine.title",
        ui.form(
            ui.field(
                "identity.settings.mine.present",
                "present",
                kind="password",
                required=True,
                max_length=128,
                error=Mine.errors["present"],
            ),
            ui.field(
                "identity.settings.mine.password",
                "password",
                kind="password",
                required=True,
                max_length=128,
                error=Mine.errors["password"],
                test_id="identity-settings-mine-password",
            ),
            ui.form_actions(ui.submit_button("identity.settings.mine.submit")),
            on_submit=Mine.change,
            key_epoch=Mine.key_epoch,
            errors=Mine.errors,
            clear_after=True,
        ),
    )
