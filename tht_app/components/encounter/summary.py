"""What is known about the patient, always in the same place."""

from typing import Any

import reflex as rx

from tht_app.components.encounter.words import status_badge, word_of
from tht_app.components.ui.button import text_link
from tht_app.domain.encounter.history import HistoryKind
from tht_app.i18n import t
from tht_app.state.encounter.view_models import EntryView, VisitView
from tht_app.state.encounter.visit import EncounterState

QUIET = "m-0 text-13 text-muted"


def _part(title_key: str, *children: Any) -> rx.Component:
    return rx.el.section(
        rx.el.h2(t(title_key), class_name="m-0 text-13 font-semibold text-muted"),
        *children,
        class_name="flex flex-col gap-1.5 min-w-0",
    )


def _entries(entries: Any, draw: Any, nothing_key: str) -> rx.Component:
    return rx.cond(
        entries.length() > 0,
        rx.el.ul(rx.foreach(entries, draw), class_name="list-none m-0 p-0 flex flex-col gap-2"),
        rx.el.p(t(nothing_key), class_name=QUIET),
    )


def _allergy(entry: rx.Var[EntryView]) -> rx.Component:
    return rx.el.li(
        rx.el.span(entry.text, class_name="font-bold text-danger-text break-words"),
        rx.cond(entry.detail != "", rx.el.span(" – ", entry.detail, class_name="break-words")),
        rx.cond(entry.tag == "unconfirmed", rx.el.p(t("encounter.allergies.unconfirmed"), class_name=QUIET)),
    )


def _allergies() -> rx.Component:
    said = rx.match(
        EncounterState.banner.allergy_state,
        ("none", t("encounter.allergies.none_known")),
        ("not_asked", t("encounter.allergies.unasked")),
        t("encounter.allergies.unavailable"),
    )
    return rx.cond(
        EncounterState.allergies.length() > 0,
        rx.el.ul(rx.foreach(EncounterState.allergies, _allergy), class_name="list-none m-0 p-0 flex flex-col gap-2"),
        rx.el.p(said, class_name="m-0 font-semibold"),
    )


def _medicine(entry: rx.Var[EntryView]) -> rx.Component:
    return rx.el.li(
        rx.el.span(entry.text, class_name="font-semibold break-words"),
        rx.cond(entry.detail != "", rx.el.span(" ", entry.detail, class_name="break-words")),
    )


def _history(entry: rx.Var[EntryView]) -> rx.Component:
    return rx.el.li(
        rx.el.span(entry.text, class_name="break-words"),
        rx.cond(entry.detail != "", rx.el.span(" – ", entry.detail, class_name="break-words")),
        rx.el.p(word_of("encounter.history.kind", HistoryKind, entry.tag), class_name=QUIET),
    )


def _visit(visit: rx.Var[VisitView]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            text_link(visit.day, "/encounters/" + visit.id, test_id="encounter-summary-visit"),
            rx.cond(~visit.signed, status_badge(visit.status)),
            class_name="flex flex-wrap items-center gap-2",
        ),
        rx.cond(visit.diagnosis != "", rx.el.p(visit.diagnosis, class_name="m-0 break-words")),
        rx.el.p(visit.practitioner, class_name=QUIET),
    )


def summary() -> rx.Component:
    """Problems, allergies, medicines, earlier visits."""
    return rx.el.aside(
        _part("encounter.summary.allergies", _allergies()),
        _part(
            "encounter.summary.medicines",
            _entries(EncounterState.medicines, _medicine, "encounter.summary.no_medicines"),
        ),
        _part("encounter.summary.history", _entries(EncounterState.history, _history, "encounter.summary.no_history")),
        _part(
            "encounter.summary.earlier",
            _entries(EncounterState.earlier, _visit, "encounter.summary.no_earlier"),
            text_link("encounter.summary.timeline", "/patients/" + EncounterState.view.patient_id + "/timeline"),
        ),
        aria_label=t("encounter.summary.title"),
        class_name="flex flex-col gap-5 text-14",
        data_testid="encounter-summary",
    )
