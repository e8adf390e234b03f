"""Letters beside the note of a visit, and on the page of a patient."""

from typing import Any

import reflex as rx

from tht_app.components.encounter.words import word_of
from tht_app.components.layout.registry import allowed
from tht_app.components.letter.forms import letter_form
from tht_app.components.ui.button import button, link_button, submit_button
from tht_app.components.ui.field import field
from tht_app.components.ui.form import form
from tht_app.components.ui.overlay import dialog, dialog_actions
from tht_app.components.ui.show import alert, badge, card
from tht_app.domain.attachment import LONGEST_REASON
from tht_app.domain.identity import Permission
from tht_app.domain.letter import LetterKind
from tht_app.i18n import t
from tht_app.state.letter.letters import PatientLettersState, VisitLettersState
from tht_app.state.letter.view_models import LetterView

ICONS = {
    LetterKind.SICK_NOTE: "bed",
    LetterKind.REFERRAL: "send",
    LetterKind.CONSENT: "pen-line",
    LetterKind.SUMMARY: "clipboard-list",
}


def _letter(letter: rx.Var[LetterView], actions: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.p(
                word_of("letter.kind", LetterKind, letter.kind),
                " ",
                rx.el.span(letter.number, class_name="tabular-nums font-normal text-muted"),
                class_name="m-0 font-semibold",
            ),
            rx.el.p(letter.issued, class_name="m-0 text-13 text-muted tabular-nums"),
            rx.cond(
                letter.withdrawn,
                rx.el.p(
                    badge("letter.withdrawn_mark", "danger"), " ", letter.reason, class_name="m-0 text-13 break-words"
                ),
                rx.cond(
                    letter.prints > 0,
                    rx.el.p(t("letter.printed_times", count=letter.prints), class_name="m-0 text-13 text-muted"),
                ),
            ),
            class_name="min-w-0",
        ),
        rx.cond(letter.withdrawn, rx.fragment(), actions),
        class_name="flex flex-wrap items-center justify-between gap-3 py-2 border-b border-line",
        data_testid="letter-item",
    )


def _print(letter: rx.Var[LetterView]) -> rx.Component:
    return link_button("letter.print.action", letter.address, new_tab=True, icon="printer", test_id="letter-print")


def _own(letter: rx.Var[LetterView]) -> rx.Component:
    withdraw = button("letter.withdraw.ask", on_click=VisitLettersState.ask_withdrawal(letter.id), kind="ghost")
    actions = rx.el.div(
        _print(letter), rx.cond(letter.mine, withdraw, rx.fragment()), class_name="flex flex-wrap items-center gap-2"
    )
    return _letter(letter, actions)


def visit_letters() -> rx.Component:
    """Write a letter; the letters of this visit."""
    begin = rx.el.div(
        *[
            button(
                f"letter.write.{kind.value}",
                on_click=VisitLettersState.write(kind.value),
                icon=ICONS[kind],
                class_name="justify-start",
            )
            for kind in LetterKind
        ],
        class_name="grid grid-cols-1 sm:grid-cols-2 gap-3",
    )
    return rx.el.div(
        begin,
        rx.cond(
            VisitLettersState.letters.length() > 0,
            rx.el.ul(rx.foreach(VisitLettersState.letters, _own), class_name="list-none m-0 p-0"),
            rx.el.p(t("letter.none"), class_name="m-0 text-muted"),
        ),
        *[_form_dialog(kind) for kind in LetterKind],
        _withdrawal(),
        class_name="flex flex-col gap-5",
    )


def letters_elsewhere() -> rx.Component:
    """What somebody reads who does not write letters."""
    return rx.el.p(t("letter.by_doctors"), class_name="m-0 text-muted")


def _form_dialog(kind: LetterKind) -> rx.Component:
    written = rx.cond(
        VisitLettersState.allowed.contains(kind.value),
        letter_form(kind),
        rx.fragment(
            alert(f"letter.not_yet.{'summary' if kind is LetterKind.SUMMARY else 'other'}", "wait"),
            dialog_actions(button("letter.cancel", on_click=VisitLettersState.leave, auto_focus=True)),
        ),
    )
    return dialog(
        written,
        open=VisitLettersState.writing == kind.value,
        title_key=f"letter.kind.{kind.value}",
        on_close=VisitLettersState.leave,
        size="medium",
        urgent=True,
        test_id=f"letter-form-{kind.value.replace('_', '-')}",
    )


def _withdrawal() -> rx.Component:
    return dialog(
        form(
            rx.el.p(VisitLettersState.withdrawing_number, class_name="m-0 font-semibold tabular-nums"),
            alert("letter.withdraw.consequence", "wait"),
            field(
                "letter.withdraw.reason",
                "reason",
                kind="textarea",
                rows=2,
                required=True,
                max_length=LONGEST_REASON,
                error=VisitLettersState.errors["reason"],
            ),
            dialog_actions(
                button("letter.withdraw.keep", on_click=VisitLettersState.leave),
                submit_button("letter.withdraw.confirm", kind="danger"),
            ),
            on_submit=VisitLettersState.withdraw,
            key_epoch=VisitLettersState.key_epoch,
            errors=VisitLettersState.errors,
        ),
        open=VisitLettersState.withdrawing != "",
        title_key="letter.withdraw.title",
        on_close=VisitLettersState.leave,
        urgent=True,
    )


def patient_letters() -> rx.Component:
    """Every letter of this patient, for who may print them."""
    return rx.cond(
        allowed((Permission.LETTER_PRINT,)) & (PatientLettersState.letters.length() > 0),
        card(
            "letter.patient.title",
            rx.el.ul(
                rx.foreach(PatientLettersState.letters, lambda letter: _letter(letter, _print(letter))),
                class_name="list-none m-0 p-0",
            ),
        ),
    )
