"""A search box that suggests while one types."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from tht_app.components.ui.field import BOX, error_line, label_line
from tht_app.components.ui.words import Words, joined, mark_of, said
from tht_app.i18n import t
from tht_app.script import script

SCRIPT = script("combobox.jsx")
LIST = (
    "absolute z-[25] left-0 right-0 mt-1 p-1 max-h-80 overflow-y-auto list-none m-0 rounded-card border border-line "
    "bg-surface shadow-float [[hidden]]:hidden"
)
ITEM = joined(
    "relative flex flex-col justify-center min-h-control px-3 py-1 rounded-control cursor-pointer",
    "hover:bg-sunken aria-selected:bg-accent-soft",
)
STAR = (
    "absolute right-1 top-1/2 -translate-y-1/2 size-control border-0 rounded-control bg-transparent text-20 "
    "text-accent-text hover:bg-surface"
)
WORDS = ("results", "none", "searching", "own", "star", "unstar")


@dataclass(frozen=True)
class Option:
    """One suggestion: what is sent, what is shown, and a second line that tells two of the same name apart."""

    value: str
    label: str
    hint: str = ""


class ComboboxBox(rx.Component):
    """See combobox.jsx; use `combobox`."""

    library = SCRIPT.importable_path
    tag = "Combobox"

    name: rx.Var[str]
    initial: rx.Var[str]
    initial_text: rx.Var[str]
    least: rx.Var[int]
    results: rx.Var[Any]
    answers: rx.Var[str]
    words: rx.Var[dict[str, str]]
    box_props: rx.Var[dict[str, Any]]
    list_class: rx.Var[str]
    item_class: rx.Var[str]
    star_class: rx.Var[str]
    on_search: rx.EventHandler[rx.event.passthrough_event_spec(str, str)]
    on_pick: rx.EventHandler[rx.event.passthrough_event_spec(str)]
    on_star: rx.EventHandler[rx.event.passthrough_event_spec(str, bool)]


def combobox(
    *,
    label_key: Words,
    on_search: Any,
    results: Any,
    answers: Any,
    on_pick: Any = None,
    on_star: Any = None,
    name: str = "",
    default_value: Any = "",
    default_text: Any = "",
    placeholder_key: Words | None = None,
    least: int = 2,
    required: bool = False,
    error: Any = None,
    hide_label: bool = False,
    auto_focus: bool = False,
    test_id: str | None = None,
) -> rx.Component:
    """Suggestions for a typed text.

    `on_search(text, question)` is sent 180 ms after the last key, from the `least`-th character; it fills `results`, a
    Var of `list[Option]` (or any object with value, label, hint), and `answers` with the question that it was given:
    what was found for another is never shown nor taken. `on_pick(value)` is sent for the chosen one. With `name` it is
    a field of a form: the chosen text stays and its value is sent; without, the box empties for the next search.
    `on_star(value, on)` gives each suggestion a star; they need an attribute `starred` then. With `least=0` a box that
    is entered empty asks too: for what this person uses most. `auto_focus` is for the box of a sheet or dialog in which
    one begins.
    """
    mark = mark_of(label_key, test_id)
    identity = name or mark or "combobox"
    described = label_key if hide_label else None
    suggest = ComboboxBox.create(
        on_search=on_search,
        results=results,
        answers=answers,
        name=name,
        initial=default_value,
        initial_text=default_text,
        least=least,
        words={word: t(f"ui.combobox.{word}") for word in WORDS},
        box_props=_box(identity, mark, placeholder_key, described, error, auto_focus=auto_focus),
        list_class=LIST,
        item_class=ITEM if on_star is None else f"{ITEM} pr-14",
        star_class=STAR,
        class_name="relative",
        **({} if on_pick is None else {"on_pick": on_pick}),
        **({} if on_star is None else {"on_star": on_star}),
    )
    label = [] if hide_label else [label_line(label_key, identity, required=required)]
    below = [] if error is None else [error_line(error, identity)]
    return rx.el.div(*label, suggest, *below, class_name="flex flex-col gap-1 min-w-0")


def _box(
    identity: str, mark: str | None, placeholder: Words | None, label: Words | None, error: Any, *, auto_focus: bool
) -> dict[str, Any]:
    """What the input itself carries."""
    box: dict[str, Any] = {
        "id": identity,
        "className": BOX,
        "data-testid": mark,
        "aria-describedby": f"{identity}-error",
    }
    if auto_focus:
        box["data-autofocus"] = "true"
    if placeholder is not None:
        box["placeholder"] = said(placeholder)
    if label is not None:
        box["aria-label"] = said(label)
    if error is not None:
        box["aria-invalid"] = rx.cond(error, "true", "false")
    return box
