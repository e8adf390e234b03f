"""How mail stands, and the messages with trouble."""

from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.components.ui import Column
from tht_app.i18n import t
from tht_app.state.interop.integrations import IntegrationsState

State: Any = IntegrationsState

COLUMNS = (
    Column("at", "interop.integrations.trouble.at"),
    Column("kind", "interop.integrations.trouble.kind"),
    Column("reason", "interop.integrations.trouble.reason"),
    Column("attempts", "interop.integrations.trouble.attempts", numeric=True, narrow=False),
    Column("state", "interop.integrations.trouble.state"),
    Column("actions", "interop.integrations.trouble.actions"),
)


def _figures() -> rx.Component:
    mail = State.mail
    return rx.el.div(
        ui.stat("interop.integrations.mail.waiting", mail.waiting),
        ui.stat("interop.integrations.mail.dead", mail.dead),
        ui.stat("interop.integrations.mail.sent", mail.sent),
        ui.stat("interop.integrations.mail.not_sent", mail.not_sent, hint="interop.integrations.mail.not_sent.why"),
        class_name="grid grid-cols-2 lg:grid-cols-4 gap-3",
    )


def _facts() -> rx.Component:
    mail = State.mail
    return rx.el.dl(
        ui.definition("interop.integrations.mail.last_sent", mail.last_sent),
        ui.definition("interop.integrations.mail.sender", mail.sender),
        ui.definition("interop.integrations.mail.server", mail.server),
        class_name="m-0 grid grid-cols-1 md:grid-cols-3 gap-4",
    )


def mail_card() -> rx.Component:
    """On or off, since when, how many."""
    on = ui.badge("interop.integrations.mail.on", "done", icon_name="mail-check")
    off = ui.badge("interop.integrations.mail.off", "wait", icon_name="mail-x")
    return ui.card(
        "interop.integrations.mail.title",
        rx.cond(
            State.loaded,
            rx.el.div(
                rx.cond(State.mail.on, _facts(), ui.alert("interop.integrations.mail.off.body", "wait")),
                _figures(),
                class_name="flex flex-col gap-4",
            ),
            ui.skeleton(3),
        ),
        actions=rx.cond(State.loaded, rx.cond(State.mail.on, on, off)),
    )


def _row(trouble: Any) -> list[Any]:
    again = ui.button(
        "interop.integrations.trouble.again",
        on_click=State.send_again(trouble.id),
        icon="rotate-cw",
        disabled=~trouble.can_resend,
        custom_attrs={"aria-label": t("interop.integrations.trouble.again.name", kind=trouble.kind, at=trouble.at)},
    )
    patient = ui.text_link("interop.integrations.trouble.patient", "/patients/" + trouble.patient_id)
    return [
        rx.el.span(trouble.at, class_name="whitespace-nowrap tabular-nums"),
        trouble.kind,
        trouble.reason,
        trouble.attempts,
        ui.badge(trouble.state, trouble.tone),
        rx.el.span(
            again,
            rx.cond(trouble.patient_id, patient),
            class_name="flex items-center gap-3 whitespace-nowrap",
        ),
    ]


def trouble_card() -> rx.Component:
    """What failed, why, and the button that tries again."""
    return ui.card(
        "interop.integrations.trouble.title",
        rx.cond(
            State.loaded,
            ui.table(
                columns=COLUMNS,
                rows=State.troubles,
                row=_row,
                caption_key="interop.integrations.trouble.title",
                empty=ui.empty(
                    "interop.integrations.trouble.none.title",
                    "interop.integrations.trouble.none.body",
                    icon_name="mail-check",
                ),
                test_id="interop-integrations-trouble",
            ),
            ui.skeleton(4),
        ),
    )
