"""The encounter screen: summary, note, tools; tabs where there is not room for all three."""

from typing import Any

import reflex as rx

from tht_app.components.attachment.panels import visit_files
from tht_app.components.care.emergency import emergency_strip
from tht_app.components.encounter.diagnosis import diagnosis
from tht_app.components.encounter.facts import facts
from tht_app.components.encounter.last_visit import last_visit
from tht_app.components.encounter.note_field import note_fields, note_status, review_button
from tht_app.components.encounter.signing import sign_dialog, signed_card
from tht_app.components.encounter.summary import summary
from tht_app.components.encounter.vitals import vitals
from tht_app.components.encounter.words import status_badge
from tht_app.components.ent.exam_form import exam_form, exam_sentences
from tht_app.components.layout.registry import allowed
from tht_app.components.letter.panels import letters_elsewhere, visit_letters
from tht_app.components.pharmacy.prescription_panel import prescription_panel
from tht_app.components.template.placing import placing_dialog
from tht_app.components.ui.button import button, link_button
from tht_app.components.ui.icon import icon
from tht_app.components.ui.patient_banner import patient_banner
from tht_app.components.ui.show import alert, empty, error_state, skeleton
from tht_app.components.ui.tabs import tabs
from tht_app.domain.encounter.visit import EncounterStatus
from tht_app.domain.identity import Permission
from tht_app.i18n import t
from tht_app.state.encounter.signing import SigningState
from tht_app.state.encounter.visit import EncounterState
from tht_app.state.ent.exam import ExamState

COLUMN = "flex-col gap-4 min-w-0"
CARD = "p-4 rounded-card border border-line bg-surface"


def _head() -> rx.Component:
    view = EncounterState.view
    return rx.el.header(
        rx.el.div(
            rx.el.h1(t("encounter.visit.title"), class_name="m-0 text-20 font-bold focus:outline-none", tab_index=-1),
            rx.el.p(view.visit_type, " · ", view.arrived, " · ", view.practitioner, class_name="m-0 text-muted"),
            class_name="min-w-0",
        ),
        rx.el.div(
            status_badge(view.status),
            rx.cond(
                view.may_write & (view.status == EncounterStatus.ARRIVED.value),
                button("encounter.visit.start", on_click=EncounterState.start, kind="primary", icon="play"),
            ),
            rx.cond(
                view.may_write & (view.status == EncounterStatus.IN_PROGRESS.value),
                button("encounter.visit.finish", on_click=EncounterState.finish, icon="check"),
            ),
            class_name="flex flex-wrap items-center gap-3",
        ),
        class_name="flex flex-wrap items-center justify-between gap-3",
    )


def _panel_tab(name: str, symbol: str, **props: Any) -> rx.Component:
    chosen = EncounterState.panel == name
    return rx.el.button(
        icon(symbol),
        t(f"encounter.panel.{name}"),
        type="button",
        aria_pressed=rx.cond(chosen, "true", "false"),
        on_click=EncounterState.show_panel(name),
        class_name=(
            "flex-1 min-w-0 inline-flex items-center justify-center gap-2 min-h-control px-3 max-sm:px-1 "
            "rounded-control border border-line-strong bg-surface font-semibold text-muted aria-pressed:border-accent "
            "aria-pressed:bg-accent-soft aria-pressed:text-accent-text " + props.pop("class_name", "")
        ),
        data_testid=f"encounter-panel-{name}",
    )


def _panel_bar() -> rx.Component:
    return rx.el.div(
        _panel_tab("summary", "clipboard-list"),
        _panel_tab("note", "notebook-pen"),
        _panel_tab("tools", "stethoscope", class_name="lg:hidden"),
        role="group",
        aria_label=t("encounter.panel.label"),
        class_name="flex gap-2 xl:hidden",
    )


def _tools() -> rx.Component:
    contents = (
        ("exam", exam_form()),
        ("diagnosis", diagnosis()),
        ("vitals", vitals()),
        ("history", facts()),
        ("last", last_visit()),
        ("prescription", prescription_panel(EncounterState.view.id)),
        ("files", visit_files(EncounterState.view.id)),
        ("letters", rx.cond(allowed((Permission.LETTER_WRITE,)), visit_letters(), letters_elsewhere())),
    )
    items: list[tuple[str, Any, Any]] = [(key, f"encounter.tool.{key}", content) for key, content in contents]
    return rx.el.div(
        tabs(items, value=EncounterState.tool, on_change=EncounterState.show_tool, name="tool"),
        class_name=CARD,
        data_testid="encounter-tools",
    )


def _note() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.h2(t("encounter.note.title"), class_name="m-0 text-16 font-bold"),
            note_status(),
            class_name="flex flex-wrap items-center justify-between gap-3",
        ),
        rx.cond(
            EncounterState.view.signed,
            alert(
                t("encounter.note.signed", name=EncounterState.view.signed_by, at=EncounterState.view.signed_at), "info"
            ),
        ),
        note_fields(),
        rx.cond(
            ExamState.sentences.length() > 0,
            rx.el.section(
                rx.el.h3(t("encounter.review.findings"), class_name="m-0 text-13 font-semibold text-muted"),
                exam_sentences(ExamState.sentences),
                class_name="flex flex-col gap-1.5",
                data_testid="encounter-note-findings",
            ),
        ),
        rx.cond(EncounterState.view.may_sign, review_button(SigningState.start)),
        class_name=f"flex flex-col gap-4 {CARD}",
    )


def _three() -> rx.Component:
    panel = EncounterState.panel
    return rx.el.div(
        rx.el.div(
            rx.el.div(summary(), class_name=CARD),
            class_name=[COLUMN, rx.cond(panel == "summary", "flex", "hidden xl:flex")],
        ),
        rx.el.div(
            _note(),
            rx.cond(EncounterState.view.signed, signed_card()),
            class_name=[COLUMN, rx.match(panel, ("summary", "hidden xl:flex"), ("tools", "hidden lg:flex"), "flex")],
        ),
        rx.el.div(_tools(), class_name=[COLUMN, rx.cond(panel == "tools", "flex", "hidden lg:flex")]),
        class_name=(
            "grid grid-cols-1 lg:grid-cols-[minmax(0,1fr)_minmax(0,27rem)] "
            "xl:grid-cols-[15rem_minmax(0,1fr)_minmax(0,28rem)] gap-4 items-start"
        ),
    )


def encounter_screen() -> rx.Component:
    """The whole screen for the visit that is loaded."""
    ready = rx.fragment(
        emergency_strip(EncounterState.banner.patient_id),
        patient_banner(EncounterState.banner),
        rx.el.div(
            _head(),
            _panel_bar(),
            _three(),
            class_name="flex flex-col gap-4 px-6 py-4 max-md:px-4 max-w-[110rem] w-full mx-auto",
        ),
        sign_dialog(),
        placing_dialog(),
    )
    missing = rx.el.div(
        empty("encounter.missing.title", "encounter.missing.body", link_button("encounter.missing.home", "/")),
        class_name="p-6",
    )
    unreachable = rx.el.div(error_state("encounter.unreachable.title", on_retry=EncounterState.load), class_name="p-6")
    waiting = rx.el.div(skeleton(8), class_name="p-6")
    return rx.match(EncounterState.phase, ("ready", ready), ("missing", missing), ("unreachable", unreachable), waiting)
