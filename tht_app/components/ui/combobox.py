"""A search box that suggests while one types."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from tht_app.components.ui.field import BOX, error_line, label_line
from tht_app.components.ui.words import Words, joined, mark_of, said
from tht_app.i18n import t

SCRIPT = rx.asset("combobox.jsx", shared=True)


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
    words: rx.Var[dict[str, str]]
    box_props: rx.Var[dict[str, Any]]
    list_class: rx.Var[str]
    item_class: rx.Var[str]
    on_search: rx.EventHandler[rx.event.passthrough_event_spec(str)]
    on_pick: rx.EventHandler[rx.event.passthrough_event_spec(str)]


def combobox(
    *,
    label_key: Words,
    on_search: Any,
    results: Any,
    on_pick: Any = None,
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

    `on_search(text)` is sent 180 ms after the last key, from the `least`-th character; it fills `results`, a Var of
    `list[Option]` (or any object with value, label, hint). `on_pick(value)` is sent for the chosen one. With `name` it
    is a field of a form: the chosen text stays and its value is sent; without, the box empties for the next search.
    `auto_focus` is for the box of a sheet or dialog in which one begins.
    """
    mark = mark_of(label_key, test_id)
    identity = name or mark or "combobox"
    box: dict[str, Any] = {
        "id": identity,
        "className": BOX,
        "data-testid": mark,
        "aria-describedby": f"{identity}-error",
    }
    if auto_focus:
        box["data-autofocus"] = "true"
    if placeholder_key is not None:
        box["placeholder"] = said(placeholder_key)
    if hide_label:
        box["aria-label"] = said(label_key)
    if error is not None:
        box["aria-invalid"] = rx.cond(error, "true", "false")
    props: dict[str, Any] = {} if on_pick is None else {"on_pick": on_pick}
    suggest = ComboboxBox.create(
        on_search=on_search,
        results=results,
        name=name,
        initial=default_value,
        initial_text=default_text,
        least=least,
        words={"results": t("ui.combobox.results"), "none": t("ui.combobox.none")},
        box_props=box,
        list_class=(
            "absolute z-[25] left-0 right-0 mt-1 p-1 max-h-80 overflow-y-auto list-none m-0 rounded-card "
            "border border-line "
            "bg-surface shadow-float [[hidden]]:hidden"
        ),
        item_class=joined(
            "flex flex-col justify-center min-h-control px-3 py-1 rounded-control cursor-pointer",
            "hover:bg-sunken aria-selected:bg-accent-soft",
        ),
        class_name="relative",
        **props,
    )
    parts = [] if hide_label else [label_line(label_key, identity, required=required)]
    parts.append(suggest)
    if error is not None:
        parts.append(error_line(error, identity))
    return rx.el.div(*parts, class_name="flex flex-col gap-1 min-w-0")
