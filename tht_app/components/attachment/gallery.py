"""Showing attached files (see gallery.jsx): cards with a small picture, and a look at one."""

from typing import Any

import reflex as rx

from tht_app.components.ui.button import COLOURS, SHAPE
from tht_app.components.ui.show import BADGE, TONES
from tht_app.components.ui.words import joined
from tht_app.i18n import t
from tht_app.script import script

SCRIPT = script("gallery.jsx")


class GalleryBox(rx.Component):
    """See gallery.jsx; use `gallery`."""

    library = SCRIPT.importable_path
    tag = "Gallery"

    files: rx.Var[list[dict[str, Any]]]
    kind: rx.Var[str]
    visit_link: rx.Var[bool]
    words: rx.Var[dict[str, str]]
    classes: rx.Var[dict[str, str]]
    test_id: rx.Var[str]
    on_ask: rx.EventHandler[rx.event.passthrough_event_spec(str)]


WORDS = ("save", "visit", "remove", "none", "mismatch", "close", "previous", "next", "unreadable")
SMALL = "block w-full h-full object-cover"


def _words() -> dict[str, Any]:
    """What it says; `{name}` and its like are filled in the browser."""
    named = {name: t(f"attachment.gallery.{name}") for name in WORDS}
    return {
        **named,
        "markWrong": t("attachment.gallery.mark_wrong"),
        "noPicture": t("attachment.gallery.no_picture"),
        "open": t("attachment.gallery.open", name="{name}"),
        "picture": t("attachment.gallery.picture", name="{name}"),
        "wrong": t("attachment.gallery.wrong", reason="{reason}"),
        "place": t("attachment.gallery.place", number="{number}", count="{count}"),
        "page": t("attachment.gallery.page", page="{page}", pages="{pages}"),
        "right": t("ui.ear.right"),
        "left": t("ui.ear.left"),
    }


def _classes() -> dict[str, str]:
    card = "flex gap-3 p-3 rounded-card border bg-surface min-w-0"
    return {
        "grid": "list-none m-0 p-0 grid grid-cols-[repeat(auto-fill,minmax(min(100%,20rem),1fr))] gap-3",
        "card": joined(card, "border-line"),
        "cardWrong": joined(card, "border-danger border-dashed"),
        "look": "shrink-0 size-24 p-0 rounded-control border border-line bg-sunken overflow-hidden cursor-zoom-in",
        "small": SMALL,
        "smallPage": f"{SMALL} object-top",
        "noPicture": "font-bold text-13 text-muted",
        "about": "flex flex-col gap-0.5 min-w-0 flex-1",
        "name": "m-0 font-semibold text-14 [overflow-wrap:anywhere]",
        "kind": "m-0 text-13",
        "quiet": "m-0 text-13 text-muted tabular-nums break-words",
        "warn": joined("m-0 p-2 rounded-control text-13 font-semibold", TONES["wait"]),
        "wrong": joined("m-0 p-2 rounded-control text-13 font-semibold", TONES["danger"]),
        "right": joined(BADGE, TONES["right"]),
        "left": joined(BADGE, TONES["left"]),
        "actions": "flex flex-wrap gap-x-4",
        "link": (
            "inline-flex items-center min-h-8 tablet:min-h-control p-0 border-0 bg-transparent text-13 font-semibold "
            "text-accent-text underline underline-offset-3 cursor-pointer"
        ),
        "button": joined(SHAPE, COLOURS["secondary"]),
        "viewer": (
            "w-[min(96vw,80rem)] max-w-none h-[94dvh] max-h-none m-auto p-0 rounded-card border border-line "
            "bg-surface text-text open:flex flex-col"
        ),
        "viewerHead": "flex items-start justify-between gap-4 p-4 border-b border-line",
        "viewerFoot": "flex flex-wrap items-center justify-center gap-4 p-3 border-t border-line",
        "stage": "flex-1 min-h-0 p-2 bg-sunken flex items-center justify-center overflow-auto",
        "large": "max-w-full max-h-full object-contain",
    }


def gallery(files: Any, *, test_id: str, kind: Any = "", visit_link: bool = False, on_ask: Any = None) -> rx.Component:
    """Cards of `files` (Var of `FileView`s as dicts), of one `kind` only if one is named.

    `visit_link` adds the way to the visit; `on_ask(id)` is the event of taking a file back or marking it as wrong.
    """
    props = {"on_ask": on_ask} if on_ask is not None else {}
    return GalleryBox.create(
        files=files,
        kind=kind,
        visit_link=visit_link,
        words=_words(),
        classes=_classes(),
        test_id=test_id,
        **props,
    )
