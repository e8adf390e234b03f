"""The form of each kind of letter."""

from typing import Any

import reflex as rx

from tht_app.components.letter.signature_pad import signature_pad
from tht_app.components.ui.button import button, submit_button
from tht_app.components.ui.field import checkbox, field, radio_group
from tht_app.components.ui.form import error_summary, form
from tht_app.components.ui.overlay import dialog_actions
from tht_app.components.ui.show import alert
from tht_app.domain.letter import FIELDS, MOST_SICK_DAYS, SHORT_FIELD, LetterKind
from tht_app.i18n import t
from tht_app.state.letter.letters import VisitLettersState

LANGUAGES = (("id", "letter.language.id"), ("en", "letter.language.en"))
BEGUN = frozenset({"complaint", "findings", "diagnosis", "procedures", "therapy", "advice"})
"""Fields that begin with what the record says."""


def _fields(kind: LetterKind) -> list[rx.Component]:
    return [
        field(
            f"letter.field.{one.name}",
            one.name,
            kind="text" if one.longest == SHORT_FIELD else "textarea",
            rows=3 if one.name in BEGUN else 2,
            required=one.required,
            max_length=one.longest,
            default_value=VisitLettersState.begins[one.name] if one.name in BEGUN else "",
            error=VisitLettersState.errors[one.name],
        )
        for one in FIELDS[kind]
    ]


def _sick_note() -> list[Any]:
    errors = VisitLettersState.errors
    return [
        field(
            "letter.field.start",
            "start",
            kind="date",
            required=True,
            default_value=VisitLettersState.begins["start"],
            error=errors["start"],
        ),
        field(
            "letter.field.days",
            "days",
            kind="number",
            required=True,
            max_length=2,
            help_key=t("letter.field.days_help", max=MOST_SICK_DAYS),
            error=errors["days"],
        ),
        checkbox("letter.field.tells_diagnosis", "tells_diagnosis"),
    ]


def _consent() -> list[Any]:
    errors = VisitLettersState.errors
    return [
        radio_group(
            "letter.field.decision",
            "decision",
            (("agree", "letter.decision.agree_choice"), ("refuse", "letter.decision.refuse_choice")),
            required=True,
            error=errors["decision"],
        ),
        radio_group(
            "letter.field.giver",
            "giver",
            (("patient", "letter.giver.patient"), ("guardian", "letter.giver.guardian")),
            default_value=VisitLettersState.begins["giver"],
            required=True,
            error=errors["giver"],
        ),
        rx.el.div(
            field("letter.field.giver_name", "giver_name", max_length=SHORT_FIELD, error=errors["giver_name"]),
            field("letter.field.relation", "relation", max_length=SHORT_FIELD, error=errors["relation"]),
            class_name="grid grid-cols-1 sm:grid-cols-2 gap-4",
        ),
        signature_pad("letter.pad.giver", "signature"),
        rx.cond(errors["signature"], alert(errors["signature"], "danger")),
        signature_pad("letter.pad.witness", "witness_signature"),
    ]


MORE = {LetterKind.SICK_NOTE: _sick_note, LetterKind.CONSENT: _consent}


def letter_form(kind: LetterKind) -> rx.Component:
    """All that the doctor says for one kind of letter, and the button that hands it out."""
    more = MORE.get(kind, list)()
    return form(
        error_summary(VisitLettersState.errors),
        *_fields(kind),
        *more,
        radio_group("letter.language.title", "lang", LANGUAGES, default_value="id"),
        alert(t("letter.consequence", name=VisitLettersState.patient_name), "info"),
        dialog_actions(
            button("letter.cancel", on_click=VisitLettersState.leave),
            submit_button("letter.issue", icon="file-check"),
        ),
        on_submit=VisitLettersState.issue,
        key_epoch=VisitLettersState.key_epoch,
        errors=VisitLettersState.errors,
    )
