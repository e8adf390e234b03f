"""One key for what one does all day; the keys press the buttons that are there anyway."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import reflex as rx

from tht_app.components.ui.button import COLOURS, SHAPE
from tht_app.components.ui.words import Words, joined, said
from tht_app.i18n import t
from tht_app.script import script

SCRIPT = script("shortcuts.jsx")


@dataclass(frozen=True)
class Shortcut:
    """A key, the test id of its button, and what it does in words; `focus` only goes there, Enter then presses."""

    key: str
    target: str
    words: Words
    focus: bool = False


class ShortcutsBox(rx.Component):
    """See shortcuts.jsx; use `shortcuts`."""

    library = SCRIPT.importable_path
    tag = "Shortcuts"

    keys: rx.Var[list[dict[str, Any]]]
    words: rx.Var[dict[str, str]]
    looks: rx.Var[dict[str, str]]


def shortcuts(keys: Sequence[Shortcut]) -> rx.Component:
    """Listen for these keys on this screen, except while somebody types or a dialog is open; `?` lists them."""
    return ShortcutsBox.create(
        keys=[{"key": key.key, "target": key.target, "words": said(key.words), "focus": key.focus} for key in keys],
        words={"title": t("ui.shortcuts.title"), "close": t("ui.close")},
        looks={
            "dialog": (
                "w-[26rem] max-w-[calc(100vw-2rem)] m-auto p-6 rounded-card border border-line bg-surface text-text "
                "shadow-float"
            ),
            "title": "text-20 font-bold m-0 mb-3",
            "list": "m-0 mb-4 flex flex-col",
            "line": "flex items-center gap-4 min-h-row border-b border-line",
            "kbd": (
                "inline-flex items-center justify-center min-w-8 min-h-8 px-2 rounded-control border "
                "border-line-strong bg-sunken text-14 font-semibold"
            ),
            "words": "m-0",
            "close": joined(SHAPE, COLOURS["secondary"]),
        },
    )


def shortcuts_hint() -> rx.Component:
    """That `?` tells the keys."""
    return rx.el.p(t("ui.shortcuts.hint"), class_name="m-0 text-13 text-muted tablet:hidden")
