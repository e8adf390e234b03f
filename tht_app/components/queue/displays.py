"""The setup of the waiting room: televisions, signs at doors, messages and paper."""

from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.components.ui import Column
from tht_app.domain.queue_display import LONGEST_MESSAGE
from tht_app.i18n import t
from tht_app.state.queue.displays import DisplaysState, RoomSignsState

State: Any = DisplaysState
Signs: Any = RoomSignsState

COLUMNS = (
    Column("name", "display.setup.name"),
    Column("shows", "display.setup.shows"),
    Column("voice", "display.setup.voice"),
    Column("seen", "display.setup.state", narrow=False),
)


def _row(display: Any) -> list[Any]:
    return [
        rx.el.span(display.name, class_name="font-semibold"),
        display.shows,
        rx.cond(display.voice, t("display.setup.voice_on"), t("display.setup.voice_off")),
        rx.el.span(
            rx.cond(
                display.present,
                ui.badge(t("display.setup.present"), "done", icon_name="wifi"),
                ui.badge(t("display.setup.absent"), "wait", icon_name="wifi-off"),
            ),
            rx.el.span(display.seen, class_name="text-13 text-muted"),
            class_name="flex flex-wrap items-center gap-2",
        ),
    ]


def displays_card() -> rx.Component:
    """All televisions; a row opens its sheet."""
    return ui.card(
        "display.setup.list",
        rx.cond(
            State.loaded,
            ui.table(
                columns=COLUMNS,
                rows=State.displays,
                row=_row,
                caption_key="display.setup.list",
                on_open=lambda display: State.open_display(display.id),
                empty=ui.empty("display.setup.empty.title", "display.setup.empty.body", icon_name="tv"),
            ),
            ui.skeleton(4),
        ),
        actions=ui.button("display.setup.add", icon="plus", kind="primary", on_click=State.open_new),
    )


def pairing_panel() -> rx.Component:
    """The address of a new television: shown once, because only its hash is kept."""
    shown = State.pairing
    return ui.dialog(
        rx.el.p(t("display.setup.pair.body", name=shown.name), class_name="m-0"),
        rx.el.ol(
            *[rx.el.li(t(f"display.setup.pair.step.{number}")) for number in (1, 2, 3)],
            class_name="m-0 pl-5 list-decimal",
        ),
        rx.el.input(
            value=shown.address,
            read_only=True,
            aria_label=t("display.setup.pair.address"),
            class_name="w-full min-h-control px-3 rounded-control border border-line-strong bg-sunken text-13",
            data_testid="display-setup-pair-address",
        ),
        rx.el.img(src=shown.image, alt=t("display.setup.pair.qr"), class_name="w-64 max-w-full self-center"),
        ui.alert("display.setup.pair.once", "wait"),
        ui.dialog_actions(ui.button("display.setup.pair.done", kind="primary", on_click=State.close)),
        open=shown.address != "",
        title_key="display.setup.pair.title",
        on_close=State.close,
        size="medium",
    )


def _points() -> rx.Component:
    return rx.el.fieldset(
        rx.el.legend(t("display.setup.points"), class_name="font-semibold text-14 p-0 mb-1"),
        rx.el.p(t("display.setup.points.help"), class_name="m-0 text-13 text-muted"),
        rx.foreach(
            State.points,
            lambda point: rx.el.label(
                rx.el.input(
                    type="checkbox",
                    name=point.name,
                    default_checked=point.ticked,
                    class_name="size-5 accent-accent shrink-0",
                    data_testid="display-setup-point",
                ),
                rx.el.span(point.label),
                class_name="flex items-center gap-2 min-h-control cursor-pointer",
            ),
        ),
        class_name="border-0 p-0 m-0 min-w-0",
    )


def _existing() -> rx.Component:
    """What can be done with a television that there is."""
    return rx.el.div(
        ui.button("display.setup.renew", on_click=State.renew, icon="refresh-cw"),
        ui.button("display.setup.revoke", on_click=State.ask_revoke(True), icon="tv-minimal", kind="danger"),
        class_name="flex flex-wrap gap-3 pt-4 border-t border-line",
    )


def display_sheet() -> rx.Component:
    """One television: what it shows, in which language, light or dark, with or without voice."""
    chosen = State.chosen
    return ui.side_sheet(
        ui.form(
            ui.error_summary(State.errors),
            ui.field(
                "display.setup.name",
                "name",
                required=True,
                max_length=60,
                default_value=chosen.name,
                help_key="display.setup.name.help",
                error=State.errors["name"],
            ),
            _points(),
            ui.radio_group(
                "display.setup.lang",
                "lang",
                [("id", "shell.language.id"), ("en", "shell.language.en")],
                default_value=chosen.lang,
            ),
            ui.radio_group(
                "display.setup.theme",
                "theme",
                [("dark", "display.setup.dark"), ("light", "display.setup.light")],
                default_value=chosen.theme,
            ),
            ui.checkbox("display.setup.voice.label", "voice", checked=chosen.voice),
            ui.form_actions(
                ui.submit_button(
                    rx.cond(chosen.id, t("common.save"), t("display.setup.create")), test_id="display-setup-submit"
                ),
                ui.button("common.cancel", on_click=State.close, test_id="display-setup-cancel"),
            ),
            on_submit=State.save,
            errors=State.errors,
        ),
        rx.cond(chosen.id, _existing()),
        open=State.is_open,
        title_key=rx.cond(chosen.id, chosen.name, t("display.setup.add")),
        on_close=State.close,
        test_id="display-setup-sheet",
    )


def revoke_dialog() -> rx.Component:
    """The question before a television goes dark."""
    return ui.dialog(
        rx.el.p(t("display.setup.revoke.body", name=State.chosen.name), class_name="m-0"),
        ui.dialog_actions(
            ui.button(
                "common.cancel", on_click=State.ask_revoke(False), auto_focus=True, test_id="display-revoke-cancel"
            ),
            ui.button("display.setup.revoke.confirm", kind="danger", on_click=State.revoke),
        ),
        open=State.asking,
        title_key="display.setup.revoke.title",
        on_close=State.ask_revoke(False),
        urgent=True,
    )


def _sign(row: Any) -> rx.Component:
    error: Any = Signs.errors[row.field]
    return rx.el.div(
        rx.el.label(row.room, html_for=row.field, class_name="flex-1 min-w-0 font-semibold"),
        rx.cond(row.missing, ui.badge(t("display.signs.missing"), "wait")),
        rx.el.input(
            id=row.field,
            name=row.field,
            default_value=row.sign,
            max_length=3,
            auto_complete="off",
            aria_invalid=rx.cond(error, "true", "false"),
            class_name=(
                "w-20 min-h-control px-3 rounded-control border border-line-strong bg-surface text-center uppercase "
                "font-bold tabular-nums aria-[invalid=true]:border-danger"
            ),
            data_testid="display-signs-sign",
        ),
        rx.cond(error, rx.el.p(error, class_name="m-0 w-full text-danger-text text-13 font-medium")),
        key=row.field,
        class_name="flex flex-wrap items-center gap-3 min-h-row",
    )


def signs_card() -> rx.Component:
    """The number or letter at each door: displays say it, never what a room is for."""
    return ui.card(
        "display.signs.title",
        rx.el.p(t("display.signs.why"), class_name="m-0 text-muted"),
        rx.cond(
            Signs.loaded,
            ui.form(
                ui.error_summary(Signs.errors),
                rx.el.div(rx.foreach(Signs.signs, _sign), class_name="flex flex-col"),
                ui.form_actions(ui.submit_button("display.signs.submit")),
                on_submit=Signs.save_signs,
                errors=Signs.errors,
            ),
            ui.skeleton(4),
        ),
        on_mount=Signs.load,
    )


def shared_card() -> rx.Component:
    """The line of messages, and how wide the ticket printer's paper is."""
    messages = [
        ui.field(
            f"display.shared.message.{lang}",
            f"message_{lang}",
            max_length=LONGEST_MESSAGE,
            default_value=value,
            error=Signs.errors[f"message_{lang}"],
        )
        for lang, value in (("id", Signs.message_id), ("en", Signs.message_en))
    ]
    return ui.card(
        "display.shared.title",
        rx.cond(
            Signs.loaded,
            ui.form(
                *messages,
                ui.radio_group(
                    "display.shared.width",
                    "ticket_width",
                    [("58", "display.shared.width_58"), ("80", "display.shared.width_80")],
                    default_value=Signs.width,
                    error=Signs.errors["ticket_width"],
                ),
                ui.form_actions(ui.submit_button("display.shared.submit")),
                on_submit=Signs.save_shared,
                errors=Signs.errors,
            ),
            ui.skeleton(4),
        ),
    )
