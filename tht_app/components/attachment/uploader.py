"""Attaching files to a visit (see uploader.jsx): they go by plain HTTP in pieces, never over the socket."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

import reflex as rx

from tht_app.components.ui.button import COLOURS, SHAPE
from tht_app.components.ui.field import BOX
from tht_app.components.ui.words import joined
from tht_app.domain.attachment import AttachmentKind, Site
from tht_app.domain.encounter.diagnosis import Laterality
from tht_app.i18n import t
from tht_app.script import script

QUEUE = script("upload_queue.js")
SCRIPT = script("uploader.jsx")

SAYING = "text-13 break-words"


class UploaderBox(rx.Component):
    """See uploader.jsx; use `uploader`."""

    library = SCRIPT.importable_path
    tag = "Uploader"

    encounter: rx.Var[str]
    options: rx.Var[dict[str, list[list[str]]]]
    words: rx.Var[dict[str, str]]
    classes: rx.Var[dict[str, str]]
    test_id: rx.Var[str]


WORDS = (
    "kind",
    "site",
    "side",
    "pick",
    "photo",
    "hint",
    "list",
    "waiting",
    "checking",
    "resting",
    "done",
    "refused",
    "unreadable",
    "retry",
    "dismiss",
    "cancel",
)


def _words() -> dict[str, Any]:
    """What it says; `{percent}` is filled in the browser."""
    named = {name: t(f"attachment.upload.{name}") for name in WORDS}
    return {
        **named,
        "goesOn": t("attachment.upload.goes_on"),
        "sending": t("attachment.upload.sending", percent="{percent}"),
    }


def _choices(prefix: str, values: Iterable[StrEnum]) -> list[list[Any]]:
    return [[value.value, t(f"{prefix}.{value.value}")] for value in values]


def _options() -> dict[str, Any]:
    return {
        "kind": _choices("attachment.kind", AttachmentKind),
        "site": _choices("attachment.site", Site),
        "side": _choices("attachment.side", (Laterality.NONE, Laterality.RIGHT, Laterality.LEFT, Laterality.BOTH)),
    }


def _classes() -> dict[str, str]:
    drop = "flex flex-col gap-2 p-4 rounded-card border-2 border-dashed"
    return {
        "whole": "flex flex-col gap-3",
        "choices": "grid grid-cols-1 sm:grid-cols-3 gap-3",
        "choice": "flex flex-col gap-1 min-w-0",
        "label": "font-semibold text-14",
        "select": BOX,
        "drop": joined(drop, "border-line-strong bg-ground"),
        "dropOver": joined(drop, "border-accent bg-accent-soft"),
        "buttons": "flex flex-wrap gap-3",
        "primary": joined(SHAPE, COLOURS["primary"]),
        "camera": joined(SHAPE, COLOURS["secondary"]),
        "button": joined(SHAPE, COLOURS["ghost"]),
        "hint": "m-0 text-13 text-muted",
        "list": "list-none m-0 p-0 flex flex-col gap-2",
        "line": "flex flex-wrap items-center justify-between gap-x-3 p-3 rounded-card border border-line",
        "lineText": "flex flex-col gap-1 min-w-0 flex-1 basis-48",
        "name": "font-semibold text-14 [overflow-wrap:anywhere]",
        "actions": "flex flex-wrap",
        "bar": "w-full h-2 accent-accent",
        "busy": joined(SAYING, "text-muted tabular-nums"),
        "done": joined(SAYING, "text-done-text font-semibold"),
        "danger": joined(SAYING, "text-danger-text font-semibold"),
        "wait": joined(SAYING, "text-wait-text font-semibold"),
    }


def uploader(encounter: Any) -> rx.Component:
    """Pick, drop or photograph files for the visit with this id."""
    return UploaderBox.create(
        encounter=encounter, options=_options(), words=_words(), classes=_classes(), test_id="attachment-upload"
    )
