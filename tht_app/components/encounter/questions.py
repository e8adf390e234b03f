"""What is asked of every patient: habits and family, an answer to choose and words beside it."""

import reflex as rx

from tht_app.components.ui.button import submit_button
from tht_app.components.ui.field import field
from tht_app.components.ui.form import form
from tht_app.domain.encounter.history import LONGEST_DETAIL, QUESTIONS, HistoryKind
from tht_app.i18n import t
from tht_app.state.encounter.facts import HistoryState
from tht_app.state.encounter.visit import EncounterState

NOT_ASKED = ("", "encounter.question.not_asked")


def _question(name: str) -> rx.Component:
    choices = QUESTIONS[name].choices
    words = field(
        "encounter.question.detail" if choices else f"encounter.question.{name}",
        f"{name}_text",
        max_length=LONGEST_DETAIL,
        default_value=EncounterState.answers[f"{name}_text"],
        error=None if choices else HistoryState.errors[name],
        test_id=f"encounter-question-{name}-text".replace("_", "-"),
    )
    if not choices:
        return words
    chosen = field(
        f"encounter.question.{name}",
        name,
        kind="select",
        options=[NOT_ASKED, *((value, f"encounter.question.value.{value}") for value in choices)],
        default_value=EncounterState.answers[name],
        error=HistoryState.errors[name],
    )
    return rx.el.div(chosen, words, class_name="grid grid-cols-2 gap-3 items-end")


def _of(kind: HistoryKind) -> list[rx.Component]:
    return [_question(name) for name, question in QUESTIONS.items() if question.kind is kind]


def questions() -> rx.Component:
    """The form; what is on record stands in it, and the list above shows it."""
    return rx.cond(
        EncounterState.view.may_write_nursing,
        rx.el.section(
            rx.el.h3(t("encounter.question.title"), class_name="m-0 text-16 font-bold"),
            form(
                *_of(HistoryKind.SOCIAL),
                rx.el.h4(t("encounter.question.family"), class_name="m-0 text-14 font-bold"),
                *_of(HistoryKind.FAMILY),
                submit_button("encounter.question.save", icon="check", kind="secondary"),
                on_submit=HistoryState.answer,
                key_epoch=HistoryState.answers_epoch,
                errors=HistoryState.errors,
            ),
            class_name="flex flex-col gap-3",
        ),
    )
