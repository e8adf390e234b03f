"""Allergies, current medicines and history, as lists with their forms."""

from typing import Any

import reflex as rx

from tht_app.components.encounter.questions import questions
from tht_app.components.encounter.words import word_of
from tht_app.components.ui.button import button, icon_button, submit_button
from tht_app.components.ui.field import field
from tht_app.components.ui.form import form
from tht_app.components.ui.show import badge
from tht_app.domain.encounter.allergies import (
    LONGEST_REACTION,
    LONGEST_SUBSTANCE,
    AllergyCategory,
    AllergyVerification,
    ReactionSeverity,
)
from tht_app.domain.encounter.history import LONGEST_ENTRY, LONGEST_MEDICINE, HistoryKind
from tht_app.i18n import t
from tht_app.state.encounter.facts import AllergiesState, HistoryState
from tht_app.state.encounter.view_models import EntryView
from tht_app.state.encounter.visit import EncounterState

LIST = "list-none m-0 p-0"
LINE = "flex flex-wrap items-center gap-2 py-2 border-b border-line"
MAY = EncounterState.view.may_write_nursing


def options_of(prefix: str, kind: Any) -> list[tuple[str, str]]:
    """Options of a select for a coded value."""
    return [(value.value, f"{prefix}.{value.value}") for value in kind]


def _group(title_key: str, *children: Any) -> rx.Component:
    return rx.el.section(
        rx.el.h3(t(title_key), class_name="m-0 text-16 font-bold"), *children, class_name="flex flex-col gap-3"
    )


def _words(entry: rx.Var[EntryView]) -> rx.Component:
    return rx.el.div(
        rx.el.span(entry.text, class_name="font-semibold break-words"),
        rx.cond(entry.detail != "", rx.el.span(" – ", entry.detail, class_name="break-words")),
        rx.el.p(entry.source, class_name="m-0 text-12 text-muted"),
        class_name="flex-1 min-w-40",
    )


def _allergy(entry: rx.Var[EntryView]) -> rx.Component:
    confirm = button(
        "encounter.allergies.confirm",
        on_click=AllergiesState.verify(entry.id, AllergyVerification.CONFIRMED.value),
        kind="ghost",
    )
    strike = icon_button(
        "trash-2",
        "encounter.allergies.strike",
        on_click=AllergiesState.verify(entry.id, AllergyVerification.ENTERED_IN_ERROR.value),
    )
    unconfirmed = entry.tag == AllergyVerification.UNCONFIRMED.value
    return rx.el.li(
        _words(entry),
        rx.cond(unconfirmed, badge("encounter.allergies.unconfirmed", "wait"), rx.fragment()),
        rx.cond(MAY, rx.fragment(rx.cond(unconfirmed, confirm), strike)),
        class_name=LINE,
        data_testid="encounter-allergies-item",
    )


def _say() -> rx.Component:
    """The two things that can be said when there is no allergy to write down."""
    return rx.el.div(
        button("encounter.allergies.say_none", on_click=AllergiesState.say("none_known"), icon="circle-check"),
        button("encounter.allergies.say_unavailable", on_click=AllergiesState.say("unavailable"), icon="cloud-off"),
        class_name="flex flex-wrap gap-2",
    )


def _allergy_form() -> rx.Component:
    return form(
        field(
            "encounter.allergies.substance",
            "substance",
            required=True,
            max_length=LONGEST_SUBSTANCE,
            error=AllergiesState.errors["substance"],
        ),
        field(
            "encounter.allergies.reaction",
            "reaction",
            max_length=LONGEST_REACTION,
            error=AllergiesState.errors["reaction"],
        ),
        rx.el.div(
            field(
                "encounter.allergies.category",
                "category",
                kind="select",
                options=options_of("encounter.allergies.category_of", AllergyCategory),
                default_value=AllergyCategory.MEDICATION.value,
            ),
            field(
                "encounter.allergies.severity",
                "severity",
                kind="select",
                options=options_of("encounter.allergies.severity_of", ReactionSeverity),
                default_value=ReactionSeverity.UNKNOWN.value,
            ),
            class_name="grid grid-cols-2 gap-3",
        ),
        submit_button("encounter.allergies.save", icon="plus", kind="secondary"),
        on_submit=AllergiesState.record,
        key_epoch=AllergiesState.key_epoch,
        errors=AllergiesState.errors,
        clear_after=True,
    )


def allergies() -> rx.Component:
    """Allergies with their four states."""
    any_there = EncounterState.allergies.length() > 0
    said = word_of(
        "encounter.allergies.state", ("none", "not_asked", "unavailable"), EncounterState.banner.allergy_state
    )
    return _group(
        "encounter.allergies.title",
        rx.cond(
            any_there,
            rx.el.ul(rx.foreach(EncounterState.allergies, _allergy), class_name=LIST),
            rx.el.p(said, class_name="m-0 font-semibold", data_testid="encounter-allergies-state"),
        ),
        rx.cond(MAY & ~any_there, _say()),
        rx.cond(MAY, _allergy_form()),
    )


def _medicine(entry: rx.Var[EntryView]) -> rx.Component:
    end = button("encounter.medicines.end", on_click=HistoryState.set_medicine(entry.id, "ended"), kind="ghost")
    return rx.el.li(_words(entry), rx.cond(MAY, end), class_name=LINE, data_testid="encounter-medicines-item")


def medicines() -> rx.Component:
    """What the patient takes now."""
    return _group(
        "encounter.medicines.title",
        rx.cond(
            EncounterState.medicines.length() > 0,
            rx.el.ul(rx.foreach(EncounterState.medicines, _medicine), class_name=LIST),
            rx.el.p(t("encounter.summary.no_medicines"), class_name="m-0 text-muted"),
        ),
        rx.cond(
            MAY,
            form(
                field(
                    "encounter.medicines.medicine",
                    "medicine",
                    required=True,
                    max_length=LONGEST_MEDICINE,
                    error=HistoryState.errors["medicine"],
                ),
                field(
                    "encounter.medicines.dosage",
                    "dosage",
                    max_length=LONGEST_MEDICINE,
                    error=HistoryState.errors["dosage"],
                ),
                submit_button("encounter.medicines.save", icon="plus", kind="secondary"),
                on_submit=HistoryState.add_medicine,
                key_epoch=HistoryState.medicine_epoch,
                errors=HistoryState.errors,
                clear_after=True,
            ),
        ),
    )


def _entry(entry: rx.Var[EntryView]) -> rx.Component:
    end = icon_button("trash-2", "encounter.history.end", on_click=HistoryState.set_history(entry.id, "ended"))
    return rx.el.li(
        _words(entry),
        rx.el.span(word_of("encounter.history.kind", HistoryKind, entry.tag), class_name="text-13 text-muted"),
        rx.cond(MAY, end),
        class_name=LINE,
        data_testid="encounter-history-item",
    )


def history() -> rx.Component:
    """Problems, illnesses, operations, family, habits."""
    return _group(
        "encounter.history.title",
        rx.cond(
            EncounterState.history.length() > 0,
            rx.el.ul(rx.foreach(EncounterState.history, _entry), class_name=LIST),
            rx.el.p(t("encounter.summary.no_history"), class_name="m-0 text-muted"),
        ),
        rx.cond(
            MAY,
            form(
                field(
                    "encounter.history.kind_label",
                    "kind",
                    kind="select",
                    options=options_of("encounter.history.kind", HistoryKind),
                    default_value=HistoryKind.PROBLEM.value,
                    error=HistoryState.errors["kind"],
                ),
                field(
                    "encounter.history.text",
                    "text",
                    required=True,
                    max_length=LONGEST_ENTRY,
                    error=HistoryState.errors["text"],
                ),
                submit_button("encounter.history.save", icon="plus", kind="secondary"),
                on_submit=HistoryState.add_history,
                key_epoch=HistoryState.history_epoch,
                errors=HistoryState.errors,
                clear_after=True,
            ),
        ),
    )


def facts() -> rx.Component:
    """Allergies, medicines, history, and what is asked of everybody."""
    return rx.el.div(allergies(), medicines(), history(), questions(), class_name="flex flex-col gap-6")
