"""Short names in the editor of a note (see note_phrases.jsx): words, looks and icons."""

from typing import Any

from tht_app.domain.template import SIDES_TO_ASK
from tht_app.i18n import t

LOOKS = {
    "popup": (
        "fixed z-40 w-88 max-w-[calc(100vw-1rem)] max-h-80 overflow-y-auto p-1 rounded-card border border-line "
        "bg-surface text-text shadow-float"
    ),
    "popupHead": "m-0 px-3 py-1 text-13 font-semibold text-muted",
    "popupNone": "m-0 px-3 py-2",
    "options": "list-none m-0 p-0",
    "option": (
        "flex flex-wrap items-baseline content-center gap-x-2 min-h-control px-3 py-1 rounded-control "
        "cursor-pointer hover:bg-sunken aria-selected:bg-accent-soft"
    ),
    "optionName": "font-semibold text-accent-text",
    "optionTitle": "min-w-0 break-words",
    "optionHint": "w-full text-12 text-muted",
}
ICONS = {"gap": "text-cursor-input", "phrases": "text-quote"}


def phrase_words() -> dict[str, Any]:
    """What the list says."""
    return {
        "phrases": t("template.editor.phrases"),
        "gap": t("template.editor.gap"),
        "noPhrases": t("template.editor.none"),
        "whichSide": t("template.editor.which_side"),
        "places": t("template.editor.places"),
        "shared": t("template.shelf.shared"),
        "own": t("template.shelf.own"),
        **{side.value: t(f"template.affected.{side.value}") for side in SIDES_TO_ASK},
    }
