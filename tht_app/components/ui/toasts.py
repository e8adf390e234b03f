"""Our own toast region: what the server wants to say, bound in the page, never evaluated."""

from typing import Any

import reflex as rx

from tht_app.components.ui.icon import icon
from tht_app.i18n import t
from tht_app.script import script

SCRIPT = script("toasts.jsx")
LOOKS = {
    "region": (
        "fixed inset-auto right-4 bottom-4 max-lg:bottom-20 m-0 p-0 border-0 bg-transparent overflow-visible "
        "max-w-[28rem] w-[calc(100vw-2rem)]"
    ),
    "list": "flex flex-col gap-2 list-none p-0 m-0",
    "item": (
        "flex items-start gap-2 pl-3 pr-1 py-1 rounded-card border bg-surface text-text shadow-float text-14 "
        "[&>svg]:mt-2.5"
    ),
    "done": "border-done [&>svg]:text-done",
    "info": "border-info [&>svg]:text-info",
    "warn": "border-wait [&>svg]:text-wait",
    "danger": "border-danger [&>svg]:text-danger",
    "undo": "min-h-control px-3 rounded-control font-semibold text-accent-text hover:bg-sunken",
    "link": (
        "inline-flex items-center min-h-control px-3 rounded-control font-semibold text-accent-text no-underline "
        "hover:bg-sunken"
    ),
    "close": "inline-flex items-center justify-center size-control shrink-0 rounded-control text-muted hover:bg-sunken",
}


class ToastRegion(rx.Component):
    """See toasts.jsx; use `toasts`."""

    library = SCRIPT.importable_path
    tag = "Toasts"

    notices: rx.Var[Any]
    answers: rx.Var[int]
    words: rx.Var[dict[str, str]]
    looks: rx.Var[dict[str, str]]
    icons: rx.Var[dict[str, Any]]
    on_dismiss: rx.EventHandler[rx.event.passthrough_event_spec(str)]
    on_undo: rx.EventHandler[rx.event.passthrough_event_spec(str)]


def toasts(notices: Any, *, on_dismiss: Any, on_undo: Any, answers: Any = 0) -> rx.Component:
    """Notices (see `state.feedback.Notice`; `kind` is done|info|warn|danger) with their two handlers (`id`).

    Each stays nine seconds, longer while looked at; danger stays until it is closed. `answers` is a count that rises
    with each answered form; forms on the page unlock by it.
    """
    return ToastRegion.create(
        notices=notices,
        answers=answers,
        words={"close": t("ui.close"), "undo": t("common.undo"), "region": t("ui.toasts.region")},
        looks=LOOKS,
        icons={
            "done": icon("circle-check"),
            "info": icon("info"),
            "warn": icon("triangle-alert"),
            "danger": icon("circle-alert"),
            "close": icon("x"),
        },
        on_dismiss=on_dismiss,
        on_undo=on_undo,
    )
