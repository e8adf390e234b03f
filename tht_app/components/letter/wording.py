"""The sentences of letters in the settings."""

from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.domain.letter import LONGEST_PART, LetterKind
from tht_app.i18n import t
from tht_app.state.letter.wording import LetterWordingState


def _kind(kind: LetterKind) -> rx.Component:
    return rx.el.button(
        t(f"letter.kind.{kind.value}"),
        type="button",
        aria_pressed=rx.cond(LetterWordingState.chosen.kind == kind.value, "true", "false"),
        on_click=LetterWordingState.choose(kind.value),
        class_name=(
            "min-h-control px-3 rounded-control border border-line-strong bg-surface font-semibold text-14 text-muted "
            "aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-accent-text"
        ),
        data_testid=f"letter-wordings-{kind.value.replace('_', '-')}",
    )


def _part(name: str, rows: int) -> rx.Component:
    state: Any = LetterWordingState
    return ui.field(
        f"letter.wordings.{name}",
        name,
        kind="textarea" if rows > 1 else "text",
        rows=rows,
        required=name == "title",
        max_length=LONGEST_PART,
        default_value=state.chosen.to(dict)[name],
        error=state.errors[name],
    )


def _preview() -> rx.Component:
    return rx.cond(
        LetterWordingState.shown.length() > 0,
        rx.el.section(
            rx.el.h3(t("letter.wordings.preview"), class_name="m-0 text-13 font-semibold text-muted"),
            rx.foreach(LetterWordingState.shown, lambda text: rx.el.p(text, class_name="m-0 whitespace-pre-wrap")),
            class_name="flex flex-col gap-2 p-4 rounded-card border border-line bg-ground",
            data_testid="letter-wordings-shown",
        ),
    )


def letter_wording_card() -> rx.Component:
    """Choose a kind of letter, read its sentences, change them, see how they read."""
    state: Any = LetterWordingState
    return ui.card(
        "letter.wordings.card",
        rx.el.div(
            *[_kind(kind) for kind in LetterKind],
            role="group",
            aria_label=t("letter.wordings.card"),
            class_name="flex flex-wrap gap-2",
        ),
        rx.el.p(t("letter.wordings.hint", names=state.chosen.placeholders), class_name="m-0 text-13 text-muted"),
        ui.form(
            ui.error_summary(state.errors),
            _part("title", 1),
            _part("opening", 2),
            _part("body", 4),
            _part("closing", 2),
            _preview(),
            ui.form_actions(
                ui.submit_button("letter.wordings.save", icon="check", custom_attrs={"name": "deed", "value": "save"}),
                ui.submit_button(
                    "letter.wordings.look", icon="eye", kind="secondary", custom_attrs={"name": "deed", "value": "look"}
                ),
                rx.cond(
                    state.chosen.own,
                    ui.button("letter.wordings.reset", on_click=LetterWordingState.reset_wording, kind="ghost"),
                ),
            ),
            on_submit=LetterWordingState.look,
            key_epoch=state.key_epoch,
            errors=state.errors,
        ),
        on_mount=LetterWordingState.load,
    )
