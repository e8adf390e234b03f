"""The note: an editor for several hands (see note_editor.jsx) and what stands around it (see note.jsx)."""

from typing import Any

import reflex as rx

from tht_app.components.encounter import phrases
from tht_app.components.layout.nav import LEAVING
from tht_app.components.ui.button import COLOURS, SHAPE
from tht_app.components.ui.icon import icon
from tht_app.domain.encounter.note import Section
from tht_app.i18n import t
from tht_app.script import script
from tht_app.state.encounter.visit import EncounterState
from tht_app.state.person import PersonState
from tht_app.state.template.placing import PlacingState

STATE = script("note_state.js")
SCRIPT = script("note.jsx")
EDITOR = script("note_editor.jsx")
PARTS = [
    LEAVING,
    *(
        script(name)
        for name in (
            "note.css",
            "note_copy.js",
            "note_drafts.js",
            "note_history.jsx",
            "note_link.js",
            "note_paste.js",
            "note_phrases.js",
            "note_phrases.jsx",
            "note_section.js",
            "note_wire.js",
        )
    ),
]
"""What note_editor.jsx imports."""

TIPTAP = "3.31.3"
"""One version for every package of it: with two there would be two editors' cores, and neither would know the other."""
PACKAGES = (
    *(
        f"@tiptap/{name}@{TIPTAP}"
        for name in (
            "core",
            "pm",
            "extension-collaboration",
            "extension-collaboration-caret",
            "extension-document",
            "extension-hard-break",
            "extension-list",
            "extension-paragraph",
            "extension-text",
        )
    ),
    "@tiptap/y-tiptap@3.0.9",
    "yjs@13.6.33",
    "y-protocols@1.0.7",
)
STATUS = "m-0 text-13 tabular-nums"


class NoteEditor(rx.NoSSRComponent):
    """See note_editor.jsx; use `note_fields`. It is a chunk of its own, fetched when a visit is opened."""

    library = EDITOR.importable_path
    tag = "NoteEditor"
    is_default = False
    lib_dependencies: list[str] = list(PACKAGES)  # noqa: RUF012  Reflex reads it as a field

    encounter: rx.Var[str]
    person: rx.Var[str]
    locked: rx.Var[bool]
    labels: rx.Var[dict[str, str]]
    words: rx.Var[dict[str, str]]
    looks: rx.Var[dict[str, str]]
    icons: rx.Var[dict[str, Any]]
    on_place: rx.EventHandler[rx.event.passthrough_event_spec(str, str)]
    addendum: rx.Var[str]
    on_signed: rx.EventHandler[rx.event.no_args_event_spec]


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


def _editor_words() -> dict[str, Any]:
    """What the editor says; `{number}` is filled in the browser."""
    return {
        "notYours": t("encounter.note.not_yours"),
        "people": t("encounter.note.people"),
        "doctor": t("encounter.note.doctor"),
        "nurse": t("encounter.note.nurse"),
        "memory": t("encounter.note.memory"),
        "leftover": t("encounter.note.leftover"),
        "copy": t("encounter.note.copy"),
        "addendum": t("encounter.note.as_addendum"),
        "putAway": t("encounter.note.put_away"),
        "undo": t("encounter.note.undo"),
        "redo": t("encounter.note.redo"),
        "bullets": t("encounter.note.bullets"),
        "numbers": t("encounter.note.numbers"),
        "history": t("encounter.note.history"),
        "version": t("encounter.note.version", number="{number}"),
        "noVersions": t("encounter.note.no_versions"),
        "unreachable": t("encounter.note.unreachable"),
        "copiedFrom": t("encounter.note.copied_from", days="{days}"),
        "close": t("ui.close"),
        **phrases.phrase_words(),
    }


def _status_words() -> dict[str, Any]:
    """What the status says; `{clock}` and `{count}` are filled in the browser."""
    return {
        "loading": t("encounter.note.loading"),
        "unreachable": t("encounter.note.unreachable"),
        "saving": t("encounter.note.saving"),
        "saved": t("encounter.note.saved", clock="{clock}"),
        "allSaved": t("encounter.note.all_saved"),
        "offline": t("encounter.note.offline", count="{count}"),
        "stuck": t("encounter.note.stuck"),
    }


TOOL = (
    "inline-flex items-center justify-center min-w-control min-h-control rounded-control border border-transparent "
    "bg-transparent text-muted hover:bg-sunken disabled:opacity-40 aria-pressed:bg-accent-soft "
    "aria-pressed:text-accent-text"
)
LOOKS = {
    **phrases.LOOKS,
    "note": "flex flex-col gap-4 min-w-0",
    "top": "flex flex-wrap items-center gap-x-4 gap-y-1 min-h-8 -mt-2",
    "people": "flex flex-wrap gap-x-4 gap-y-1 list-none m-0 p-0 text-13",
    "person": "inline-flex items-center gap-1.5 font-semibold",
    "role": "font-normal text-muted",
    "quiet": (
        "ml-auto inline-flex items-center gap-1.5 px-1 min-h-control bg-transparent border-0 font-semibold text-13 "
        "text-accent-text underline underline-offset-3"
    ),
    "field": "flex flex-col gap-1 min-w-0",
    "head": "flex flex-wrap items-center gap-x-3 min-h-control",
    "label": "m-0 font-bold text-16 cursor-pointer",
    "key": "text-12 font-semibold text-muted desk:inline tablet:hidden",
    "tools": "ml-auto flex",
    "tool": TOOL,
    "box": (
        "min-w-0 rounded-control border border-line-strong bg-surface text-text focus-within:border-accent "
        "focus-within:outline-2 focus-within:outline-accent"
    ),
    "readOnly": "bg-sunken border-line",
    "why": "m-0 text-13 text-muted",
    "warn": "m-0 p-3 rounded-card bg-wait-soft text-wait-text font-semibold",
    "leftover": "flex flex-col gap-3 p-3 rounded-card border-2 border-danger bg-danger-soft",
    "leftoverTitle": "m-0 font-semibold text-danger-text",
    "theirs": "m-0 p-3 max-h-60 overflow-auto whitespace-pre-wrap break-words font-sans rounded-control bg-surface",
    "actions": "flex flex-wrap gap-2",
    "button": f"{SHAPE} {COLOURS['secondary']}",
    "main": f"{SHAPE} {COLOURS['primary']}",
    "dialog": (
        "m-auto p-0 w-[64rem] max-w-[calc(100vw-2rem)] max-h-[calc(100dvh-2rem)] rounded-card border border-line "
        "bg-surface text-text shadow-float"
    ),
    "dialogHead": "flex items-center justify-between gap-4 px-6 pt-4",
    "dialogTitle": "m-0 text-20 font-bold",
    "columns": "grid md:grid-cols-[20rem_minmax(0,1fr)] gap-4 p-6 pt-3",
    "versions": "list-none m-0 p-0 flex flex-col gap-1 max-h-[60dvh] max-md:max-h-[30dvh] overflow-y-auto",
    "version": (
        "w-full flex flex-col items-start gap-0.5 px-3 py-2 rounded-control border border-line bg-surface text-left "
        "aria-pressed:border-accent aria-pressed:bg-accent-soft"
    ),
    "versionLabel": "font-semibold",
    "versionBy": "text-13 text-muted tabular-nums",
    "versionCopied": "px-2 py-0.5 rounded-control bg-info-soft text-info-text text-13 font-semibold",
    "changes": (
        "p-3 min-h-40 max-h-[60dvh] overflow-y-auto rounded-card border border-line bg-ground whitespace-pre-wrap "
        "break-words text-16 leading-text"
    ),
}
ADDENDUM_FIELD = "encounter-addendum-text"
"""The field of `signing.py` that takes what came after the signature."""
ICONS = {
    **phrases.ICONS,
    "undo": "undo-2",
    "redo": "redo-2",
    "bullets": "list",
    "numbers": "list-ordered",
    "history": "history",
    "close": "x",
}


def _place() -> dict[str, Any]:
    return {"encounter": EncounterState.view.id, "person": PersonState.username}


def note_fields() -> rx.Component:
    """S, O, A and P below each other."""
    return NoteEditor.create(
        locked=EncounterState.view.signed,
        addendum=rx.cond(EncounterState.view.signed & EncounterState.view.mine, ADDENDUM_FIELD, ""),
        on_signed=EncounterState.load,
        labels={section.value: t(f"encounter.section.{section.value}") for section in Section},
        words=_editor_words(),
        looks=LOOKS,
        icons={name: icon(symbol) for name, symbol in ICONS.items()},
        on_place=PlacingState.look,
        **_place(),
    )


def note_status() -> rx.Component:
    """Whether everything that was typed is saved, in words."""
    classes = {
        "done": f"{STATUS} text-muted",
        "busy": f"{STATUS} text-muted",
        "wait": f"{STATUS} font-semibold text-wait-text",
        "danger": f"{STATUS} font-semibold text-danger-text",
    }
    return NoteStatus.create(words=_status_words(), classes=classes, test_id="encounter-note-status", **_place())


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
