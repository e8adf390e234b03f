"""A field to sign in (see signature_pad.jsx)."""

import reflex as rx

from tht_app.components.ui.button import COLOURS, SHAPE
from tht_app.components.ui.words import joined
from tht_app.i18n import t
from tht_app.script import script

SCRIPT = script("signature_pad.jsx")


class SignaturePad(rx.Component):
    """See signature_pad.jsx; use `signature_pad`."""

    library = SCRIPT.importable_path
    tag = "SignaturePad"

    name: rx.Var[str]
    label: rx.Var[str]
    hint: rx.Var[str]
    clear: rx.Var[str]
    classes: rx.Var[dict[str, str]]
    test_id: rx.Var[str]


CLASSES = {
    "whole": "flex flex-col gap-1 min-w-0",
    "head": "flex items-center justify-between gap-3",
    "label": "font-semibold text-14",
    "button": joined(SHAPE, COLOURS["ghost"]),
    "pad": "w-full rounded-card border-2 border-line-strong bg-surface cursor-crosshair select-none",
    "line": "stroke-line stroke-2",
    "ink": "stroke-text stroke-[7] [stroke-linecap:round] [stroke-linejoin:round]",
    "hint": "m-0 text-13 text-muted",
}


def signature_pad(label: str, name: str) -> rx.Component:
    """Sends the strokes under `name` with the form around it, empty where nobody signed."""
    return SignaturePad.create(
        name=name,
        label=t(label),
        hint=t("letter.pad.hint"),
        clear=t("letter.pad.clear"),
        classes=CLASSES,
        test_id=label.replace(".", "-").replace("_", "-"),
    )
