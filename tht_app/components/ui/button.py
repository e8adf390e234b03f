"""Buttons and links that look like buttons."""

from typing import Any, Literal

import reflex as rx
from reflex_components_core.react_router import link as route_link

from tht_app.components.ui.icon import icon as draw_icon
from tht_app.components.ui.words import Words, joined, mark_of, marked, said

Kind = Literal["primary", "secondary", "ghost", "danger"]

SHAPE = (
    "inline-flex items-center justify-center gap-2 min-h-control px-4 rounded-control border font-semibold "
    "text-14 whitespace-nowrap no-underline select-none transition-colors "
    "disabled:opacity-55 aria-disabled:opacity-55"
)
COLOURS: dict[Kind, str] = {
    "primary": "bg-accent border-accent text-on-accent hover:bg-accent-strong hover:border-accent-strong",
    "secondary": "bg-surface border-line-strong text-text hover:bg-sunken",
    "ghost": "bg-transparent border-transparent text-accent-text hover:bg-sunken px-3",
    "danger": "bg-danger border-danger text-on-danger hover:brightness-92",
}


def _face(label: Words, icon: str | None) -> list[Any]:
    return [*([draw_icon(icon)] if icon else []), rx.el.span(said(label))]


def button(
    label: Words,
    *,
    on_click: Any = None,
    kind: Kind = "secondary",
    icon: str | None = None,
    test_id: str | None = None,
    disabled: Any = False,
    type: Literal["button", "submit", "reset"] = "button",
    auto_focus: bool = False,
    **props: Any,
) -> rx.Component:
    """A button with words. `label` is a catalogue key or a Var; `test_id` defaults to the key with dashes.

    `auto_focus` is for the safe button of a dialog.
    """
    if auto_focus:
        props["custom_attrs"] = {**props.get("custom_attrs", {}), "data-autofocus": "true"}
    if on_click is not None:
        props["on_click"] = on_click
    return rx.el.button(
        *_face(label, icon),
        type=type,
        disabled=disabled,
        class_name=joined(SHAPE, COLOURS[kind], props.pop("class_name", "")),
        **marked(mark_of(label, test_id)),
        **props,
    )


def reload_page() -> Any:
    """For `on_click`: the browser fetches the page anew."""
    return rx.call_function(rx.Var("(() => location.reload())"))


def submit_button(label: Words, *, icon: str | None = None, kind: Kind = "primary", **props: Any) -> rx.Component:
    """The button that sends the form around it."""
    return button(label, icon=icon, kind=kind, type="submit", **props)


def link_button(
    label: Words,
    to: Any,
    *,
    kind: Kind = "secondary",
    icon: str | None = None,
    test_id: str | None = None,
    new_tab: bool = False,
    leaves: bool = False,
    **props: Any,
) -> rx.Component:
    """A link to a screen that looks like a button; `new_tab` loads a document (PDF, label) beside the screen.

    `leaves` is for a page outside React, in the same tab.
    """
    look = joined(SHAPE, COLOURS[kind], props.pop("class_name", ""))
    marks = marked(mark_of(label, test_id))
    if new_tab:
        return rx.el.a(*_face(label, icon), href=to, target="_blank", rel="noopener", class_name=look, **marks, **props)
    if leaves:
        props["reload_document"] = True
    return route_link(*_face(label, icon), to=to, class_name=look, **marks, **props)


def icon_button(
    icon: str, label: Words, *, on_click: Any = None, test_id: str | None = None, **props: Any
) -> rx.Component:
    """A button for the few best-known icons; its words are its name and its tooltip."""
    if on_click is not None:
        props["on_click"] = on_click
    return rx.el.button(
        draw_icon(icon),
        type="button",
        aria_label=said(label),
        title=said(label),
        class_name=joined(
            "inline-flex items-center justify-center size-control rounded-control border border-transparent "
            "text-muted hover:bg-sunken hover:text-text transition-colors",
            props.pop("class_name", ""),
        ),
        **marked(mark_of(label, test_id)),
        **props,
    )


def text_link(words: Words, to: Any, **props: Any) -> rx.Component:
    """A link inside text or a table cell."""
    look = joined(
        "text-accent-text font-semibold underline decoration-1 underline-offset-3 hover:decoration-2",
        props.pop("class_name", ""),
    )
    return route_link(
        said(words), to=to, class_name=look, **marked(mark_of(words, props.pop("test_id", None))), **props
    )
