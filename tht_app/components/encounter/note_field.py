"""The note: four fields that save themselves over plain HTTP (see note.jsx)."""

from typing import Any

import reflex as rx

from tht_app.components.ui.button import COLOURS, SHAPE
from tht_app.components.ui.field import BOX
from tht_app.domain.encounter.note import Section
from tht_app.i18n import t
from tht_app.state.encounter.visit import EncounterState
from tht_app.state.person import PersonState

STORE = rx.asset("note_store.js", shared=True)
SCRIPT = rx.asset("note.jsx", shared=True)

ROWS = {Section.SUBJECTIVE: 4, Section.OBJECTIVE: 4, Section.ASSESSMENT: 2, Section.PLAN: 3}
STATUS = "m-0 ml-auto text-13 tabular-nums"


class NoteField(rx.Component):
    """See note.jsx; use `note_fields`."""

    library = SCRIPT.importable_path
    tag = "NoteField"

    encounter: rx.Var[str]
    person: rx.Var[str]
    section: rx.Var[str]
    label: rx.Var[str]
    number: rx.Var[int]
    rows: rx.Var[int]
    locked: rx.Var[bool]
    words: rx.Var[dict[str, str]]
    classes: rx.Var[dict[str, str]]
    test_id: rx.Var[str]


class NoteStatus(rx.Component):
    """See note.jsx; use `note_status`."""

    library = SCRIPT.importable_path
    tag = "NoteStatus"

    encounter: rx.Var[str]
    person: rx.Var[str]
    words: rx.Var[dict[str, str]]
    classes: rx.Var[dict[str, str]]
    test_id: rx.Var[str]


class ReviewButton(rx.Component):
    """See note.jsx; use `review_button`."""

    library = SCRIPT.importable_path
    tag = "ReviewButton"

    encounter: rx.Var[str]
    person: rx.Var[str]
    label: rx.Var[str]
    words: rx.Var[dict[str, str]]
    warn_class: rx.Var[str]
    test_id: rx.Var[str]
    on_review: rx.EventHandler[rx.event.no_args_event_spec]


def _words() -> dict[str, Any]:
    """What the fields say; `{clock}` and its like are filled in the browser."""
    named = {
        "loading": t("encounter.note.loading"),
        "unreachable": t("encounter.note.unreachable"),
        "empty": t("encounter.note.empty"),
        "saving": t("encounter.note.saving"),
        "saved": t("encounter.note.saved", clock="{clock}"),
        "by": t("encounter.note.by", author="{author}", clock="{clock}"),
        "allSaved": t("encounter.note.all_saved"),
        "offline": t("encounter.note.offline", count="{count}"),
        "conflict": t("encounter.note.conflict"),
        "stuck": t("encounter.note.stuck"),
        "conflictTitle": t("encounter.note.conflict_title", author="{author}", clock="{clock}"),
        "theirs": t("encounter.note.theirs"),
        "mineTitle": t("encounter.note.mine_title"),
        "both": t("encounter.note.both"),
        "mine": t("encounter.note.mine"),
        "takeTheirs": t("encounter.note.take_theirs"),
        "restore": t("encounter.note.restore"),
        "notYours": t("encounter.note.not_yours"),
    }
    return dict(named)


def _classes() -> dict[str, str]:
    return {
        "field": "flex flex-col gap-1.5 min-w-0",
        "head": "flex flex-wrap items-baseline gap-x-3 gap-y-0.5",
        "label": "font-bold text-16",
        "key": "text-12 font-semibold text-muted desk:inline tablet:hidden",
        "done": f"{STATUS} text-muted",
        "busy": f"{STATUS} text-muted",
        "wait": f"{STATUS} font-semibold text-wait-text",
        "danger": f"{STATUS} font-semibold text-danger-text",
        "box": f"{BOX} py-2 text-16 leading-text resize-none overflow-hidden",
        "button": f"{SHAPE} {COLOURS['secondary']}",
        "conflict": "flex flex-col gap-3 p-3 rounded-card border-2 border-danger bg-danger-soft",
        "conflictTitle": "m-0 font-semibold text-danger-text",
        "theirs": "m-0 p-3 max-h-60 overflow-auto whitespace-pre-wrap break-words font-sans rounded-control bg-surface",
        "actions": "flex flex-wrap gap-2",
        "mineTitle": "m-0 text-13 font-semibold",
        "why": "m-0 text-13 text-muted",
    }


def _place() -> dict[str, Any]:
    return {"encounter": EncounterState.view.id, "person": PersonState.username}


def note_fields() -> rx.Component:
    """S, O, A and P below each other."""
    return rx.el.div(
        *[
            NoteField.create(
                section=section.value,
                label=t(f"encounter.section.{section.value}"),
                number=number,
                rows=ROWS[section],
                locked=EncounterState.view.signed,
                words=_words(),
                classes=_classes(),
                test_id=f"encounter-note-{section.value}",
                **_place(),
            )
            for number, section in enumerate(Section, start=1)
        ],
        class_name="flex flex-col gap-5",
        custom_attrs={"data-note": "true"},
    )


def note_status() -> rx.Component:
    """Whether everything that was typed is saved, in words."""
    return NoteStatus.create(words=_words(), classes=_classes(), test_id="encounter-note-status", **_place())


def review_button(on_review: Any) -> rx.Component:
    """Opens the review for signing once every change is saved."""
    words = {"waiting": t("encounter.sign.waiting"), "unsaved": t("encounter.sign.unsaved")}
    return ReviewButton.create(
        label=t("encounter.sign.review"),
        words=words,
        class_name=f"{SHAPE} {COLOURS['primary']} w-full",
        warn_class="m-0 p-3 rounded-card bg-wait-soft text-wait-text font-semibold",
        test_id="encounter-sign-review",
        on_review=on_review,
        **_place(),
    )
