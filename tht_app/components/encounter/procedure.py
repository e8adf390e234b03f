"""Procedures: search in both languages, side, a word on it; and the star of a code that was picked."""

from typing import Any

import reflex as rx

from tht_app.components.encounter.words import side_badge
from tht_app.components.ui.button import button, icon_button, submit_button
from tht_app.components.ui.combobox import combobox
from tht_app.components.ui.field import field, radio_group
from tht_app.components.ui.form import form
from tht_app.domain.encounter.diagnosis import Laterality
from tht_app.domain.encounter.procedure import LONGEST_NOTE
from tht_app.i18n import t
from tht_app.state.encounter.procedures import ProcedureState
from tht_app.state.encounter.view_models import ProcedureView
from tht_app.state.encounter.visit import EncounterState

SIDES = tuple((side.value, f"encounter.laterality.{side.value}") for side in Laterality)
PICKED = "p-3 rounded-card border border-accent bg-accent-soft"


def star_toggle(starred: Any, on_star: Any, code: Any) -> rx.Component:
    """Keeps the picked code in front of all others, or not any more; reached by keys too."""
    return rx.el.div(
        rx.cond(
            starred,
            button("encounter.code.unstar", on_click=on_star(code, False), kind="ghost", icon="star-off"),
            button("encounter.code.star", on_click=on_star(code, True), kind="ghost", icon="star"),
        ),
        class_name="flex",
    )


def _procedure(item: rx.Var[ProcedureView]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.div(
                rx.el.span(item.code, class_name="font-bold tabular-nums"),
                side_badge(item.laterality),
                class_name="flex flex-wrap items-center gap-2",
            ),
            rx.el.p(item.title, class_name="m-0 break-words"),
            rx.cond(item.note != "", rx.el.p(item.note, class_name="m-0 text-13 text-muted break-words")),
            class_name="flex flex-col gap-1 min-w-0 flex-1",
        ),
        rx.cond(
            EncounterState.view.may_write,
            icon_button("trash-2", "encounter.procedure.remove", on_click=ProcedureState.remove(item.id)),
        ),
        class_name="flex items-center gap-2 py-2 border-b border-line",
        data_testid="encounter-procedure-item",
    )


def _picked() -> rx.Component:
    return form(
        rx.el.p(ProcedureState.title, class_name="m-0 font-semibold", data_testid="encounter-procedure-picked"),
        star_toggle(ProcedureState.starred, ProcedureState.star, ProcedureState.code),
        rx.cond(
            ProcedureState.asks_side,
            radio_group(
                "encounter.diagnosis.side",
                "laterality",
                SIDES,
                required=True,
                error=ProcedureState.errors["laterality"],
            ),
        ),
        field(
            "encounter.procedure.note",
            "procedure_note",
            max_length=LONGEST_NOTE,
            help_key="encounter.procedure.note_help",
            error=ProcedureState.errors["note"],
        ),
        rx.el.div(
            button("encounter.procedure.drop", on_click=ProcedureState.drop, kind="ghost"),
            submit_button("encounter.procedure.add", icon="plus"),
            class_name="flex flex-wrap justify-end gap-3",
        ),
        on_submit=ProcedureState.add,
        key_epoch=ProcedureState.key_epoch,
        errors=ProcedureState.errors,
        class_name=PICKED,
    )


def _search() -> rx.Component:
    return rx.el.div(
        combobox(
            label_key="encounter.procedure.search",
            placeholder_key="encounter.procedure.placeholder",
            on_search=ProcedureState.search,
            results=ProcedureState.results,
            answers=ProcedureState.answers,
            on_pick=ProcedureState.pick,
            on_star=ProcedureState.star,
            least=0,
        ),
        rx.cond(ProcedureState.code != "", _picked()),
        class_name="flex flex-col gap-3",
    )


def procedures() -> rx.Component:
    """What was done in the visit, and the search for another procedure."""
    return rx.el.section(
        rx.el.h3(t("encounter.procedure.title"), class_name="m-0 text-16 font-bold"),
        rx.cond(EncounterState.view.may_write, _search()),
        rx.cond(
            EncounterState.procedures.length() > 0,
            rx.el.ul(rx.foreach(EncounterState.procedures, _procedure), class_name="list-none m-0 p-0"),
            rx.el.p(t("encounter.procedure.none"), class_name="m-0 text-muted"),
        ),
        class_name="flex flex-col gap-4",
    )
