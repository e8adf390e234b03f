"""The last visit beside the present one (see note_last.jsx)."""

from typing import Any

import reflex as rx

from tht_app.components.encounter.note_field import STATE
from tht_app.components.ui.button import COLOURS, SHAPE
from tht_app.domain.encounter.note import Section
from tht_app.i18n import t
from tht_app.state.encounter.visit import EncounterState
from tht_app.state.person import PersonState

SCRIPT = rx.asset("note_last.jsx", shared=True)
PARTS = [STATE]
"""What note_last.jsx imports: the same file as the note itself, so that both speak of the same open note."""
QUIET = "m-0 text-13 text-muted"
LOOKS = {
    "visit": "flex flex-col gap-4",
    "head": "m-0 text-14 break-words",
    "link": "text-accent-text font-semibold underline decoration-1 underline-offset-3",
    "part": "flex flex-col gap-1 min-w-0",
    "partHead": "flex flex-wrap items-center justify-between gap-2 min-h-8",
    "title": "m-0 text-14 font-bold",
    "text": "m-0 whitespace-pre-wrap break-words leading-text",
    "list": "m-0 pl-5 list-disc break-words",
    "quiet": QUIET,
    "said": "m-0 text-13 font-semibold text-done-text",
    "silent": "sr-only",
    "button": f"{SHAPE} {COLOURS['secondary']}",
}
WORDS = (
    ("copy", "encounter.last.copy"),
    ("hint", "encounter.last.hint"),
    ("empty", "encounter.review.empty"),
    ("none", "encounter.last.none"),
    ("loading", "encounter.note.loading"),
    ("unreachable", "encounter.note.unreachable"),
    ("retry", "ui.retry"),
    ("diagnoses", "encounter.review.diagnoses"),
    ("procedures", "encounter.review.procedures"),
    ("vitals", "encounter.review.vitals"),
    ("prescriptions", "encounter.last.prescriptions"),
)


class LastVisit(rx.Component):
    """See note_last.jsx; use `last_visit`."""

    library = SCRIPT.importable_path
    tag = "LastVisit"

    encounter: rx.Var[str]
    person: rx.Var[str]
    shown: rx.Var[bool]
    locked: rx.Var[bool]
    labels: rx.Var[dict[str, str]]
    words: rx.Var[dict[str, str]]
    looks: rx.Var[dict[str, str]]


def last_visit() -> rx.Component:
    """What was found, decided and done at the last signed visit; its text can be copied, and then says so."""
    words: dict[str, Any] = {name: t(key) for name, key in WORDS}
    words["copied"] = t("encounter.last.copied", section="{section}")
    words["copyInto"] = t("encounter.last.copy_into", section="{section}")
    return LastVisit.create(
        encounter=EncounterState.view.id,
        person=PersonState.username,
        shown=EncounterState.tool == "last",
        locked=EncounterState.view.signed,
        labels={section.value: t(f"encounter.section.{section.value}") for section in Section},
        words=words,
        looks=LOOKS,
    )
