"""Diagnoses: search in both languages, side, certainty, the primary one."""

import reflex as rx

from tht_app.components.encounter.procedure import PICKED, procedures, star_toggle
from tht_app.components.encounter.words import side_badge, word_of
from tht_app.components.ui.button import button, icon_button, submit_button
from tht_app.components.ui.combobox import combobox
from tht_app.components.ui.field import checkbox, radio_group
from tht_app.components.ui.form import form
from tht_app.components.ui.show import badge
from tht_app.domain.encounter.diagnosis import Certainty, Laterality
from tht_app.i18n import t
from tht_app.state.encounter.findings import DiagnosisState
from tht_app.state.encounter.view_models import DiagnosisView
from tht_app.state.encounter.visit import EncounterState

SIDES = tuple((side.value, f"encounter.laterality.{side.value}") for side in Laterality)
CERTAINTIES = tuple((certainty.value, f"encounter.certainty.{certainty.value}") for certainty in Certainty)


def _diagnosis(item: rx.Var[DiagnosisView]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(item.code, class_name="font-bold tabular-nums"),
            side_badge(item.laterality),
            rx.cond(item.primary, badge("encounter.diagnosis.primary", "info"), rx.fragment()),
            rx.el.span(word_of("encounter.certainty", Certainty, item.certainty), class_name="text-13 text-muted"),
            class_name="flex flex-wrap items-center gap-2",
        ),
        rx.el.p(item.title, class_name="m-0 break-words"),
        rx.cond(EncounterState.view.may_write, _actions(item)),
        class_name="flex flex-col gap-1 py-2 border-b border-line",
        data_testid="encounter-diagnosis-item",
    )


def _actions(item: rx.Var[DiagnosisView]) -> rx.Component:
    return rx.el.div(
        rx.cond(
            ~item.primary,
            button("encounter.diagnosis.make_primary", on_click=DiagnosisState.make_primary(item.id), kind="ghost"),
        ),
        icon_button("trash-2", "encounter.diagnosis.remove", on_click=DiagnosisState.remove(item.id)),
        class_name="flex flex-wrap items-center justify-end gap-2",
    )


def _picked() -> rx.Component:
    return form(
        rx.el.p(DiagnosisState.title, class_name="m-0 font-semibold", data_testid="encounter-diagnosis-picked"),
        star_toggle(DiagnosisState.starred, DiagnosisState.star, DiagnosisState.code),
        rx.cond(
            DiagnosisState.asks_side,
            radio_group(
                "encounter.diagnosis.side",
                "laterality",
                SIDES,
                required=True,
                error=DiagnosisState.errors["laterality"],
            ),
        ),
        radio_group("encounter.diagnosis.certainty", "certainty", CERTAINTIES, default_value=Certainty.CONFIRMED.value),
        checkbox("encounter.diagnosis.as_primary", "is_primary"),
        rx.el.div(
            button("encounter.diagnosis.drop", on_click=DiagnosisState.drop, kind="ghost"),
            submit_button("encounter.diagnosis.add", icon="plus"),
            class_name="flex flex-wrap justify-end gap-3",
        ),
        on_submit=DiagnosisState.add,
        key_epoch=DiagnosisState.key_epoch,
        errors=DiagnosisState.errors,
        class_name=PICKED,
    )


def _search() -> rx.Component:
    return rx.el.div(
        combobox(
            label_key="encounter.diagnosis.search",
            placeholder_key="encounter.diagnosis.placeholder",
            on_search=DiagnosisState.search,
            results=DiagnosisState.results,
            answers=DiagnosisState.answers,
            on_pick=DiagnosisState.pick,
            on_star=DiagnosisState.star,
            least=0,
        ),
        rx.cond(DiagnosisState.code != "", _picked()),
        class_name="flex flex-col gap-3",
    )


def _diagnoses() -> rx.Component:
    return rx.el.section(
        rx.el.h3(t("encounter.diagnosis.title"), class_name="m-0 text-16 font-bold"),
        rx.cond(EncounterState.view.may_write, _search()),
        rx.cond(
            EncounterState.diagnoses.length() > 0,
            rx.el.ul(rx.foreach(EncounterState.diagnoses, _diagnosis), class_name="list-none m-0 p-0"),
            rx.el.p(t("encounter.diagnosis.none"), class_name="m-0 text-muted"),
        ),
        class_name="flex flex-col gap-4",
    )


def diagnosis() -> rx.Component:
    """What it is and what was done about it: diagnoses and procedures of the visit, each with its search."""
    return rx.el.div(_diagnoses(), procedures(), class_name="flex flex-col gap-6")
