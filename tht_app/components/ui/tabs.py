"""Tabs: several parts of one thing, one seen at a time, all kept."""

from collections.abc import Callable, Sequence
from typing import Any

import reflex as rx

from tht_app.components.ui.words import Words, mark_of, marked, said
from tht_app.script import script

SCRIPT = script("tabs.jsx")


class TabList(rx.Component):
    """See tabs.jsx; use `tabs`."""

    library = SCRIPT.importable_path
    tag = "TabList"


def _tab(name: str, key: str, label: Words, *, chosen: Any, on_change: Callable[[str], Any]) -> rx.Component:
    return rx.el.button(
        said(label),
        type="button",
        role="tab",
        id=f"{name}-{key}-tab",
        tab_index=rx.cond(chosen, 0, -1),
        on_click=on_change(key),
        aria_selected=rx.cond(chosen, "true", "false"),
        aria_controls=f"{name}-{key}-panel",
        class_name=(
            "min-h-control px-3 border-0 border-b-2 border-transparent bg-transparent font-semibold text-muted "
            "whitespace-nowrap hover:text-text aria-selected:text-accent-text aria-selected:border-accent "
            "focus-visible:-outline-offset-2"
        ),
        **marked(mark_of(label)),
    )


def tabs(
    items: Sequence[tuple[str, Words, Any]], *, value: Any, on_change: Callable[[str], Any], name: str = "tabs"
) -> rx.Component:
    """`items` are `(key, label, content)`; `value` is a Var with the key of the one that is seen.

    Every part stays in the page, so that what was typed in a hidden one is kept. `name` keeps ids apart when a screen
    has several sets of tabs.
    """
    return rx.el.div(
        TabList.create(
            *[_tab(name, key, label, chosen=value == key, on_change=on_change) for key, label, _ in items],
            class_name="flex flex-wrap border-b border-line",
        ),
        *[
            rx.el.div(
                content,
                role="tabpanel",
                id=f"{name}-{key}-panel",
                aria_labelledby=f"{name}-{key}-tab",
                hidden=value != key,
                class_name="pt-4",
            )
            for key, _, content in items
        ],
    )
