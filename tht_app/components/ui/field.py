"""One field: label above, help below, what is wrong beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import Any, Literal

import reflex as rx

from tht_app.components.ui.form import SCRIPT as FORM_SCRIPT
from tht_app.components.ui.icon import icon
from tht_app.components.ui.words import Words, joined, mark_of, marked, said
from tht_app.i18n import t
from tht_app.script import script

FieldKind = Literal["text", "number", "date", "time", "password", "search", "tel", "email", "textarea", "select"]
Options = Sequence[tuple[str, Words]] | rx.Var

BOX = (
    "w-full min-h-control px-3 rounded-control border border-line-strong bg-surface text-text text-14 "
    "aria-[invalid=true]:border-danger aria-[invalid=true]:border-2 disabled:bg-sunken [&[readonly]]:bg-sunken"
)
INPUT_MODES = {"number": "decimal", "tel": "tel", "email": "email", "search": "search"}
DATE_SCRIPT = script("date_input.jsx")


class KeptInput(rx.Component):
    """See form.jsx; use `field`."""

    library = FORM_SCRIPT.importable_path
    tag = "KeptInput"

    initial: rx.Var[str]
    grow: rx.Var[bool]


class DateInput(rx.Component):
    """See date_input.jsx; use `field(kind="date")`."""

    library = DATE_SCRIPT.importable_path
    tag = "DateInput"

    name: rx.Var[str]
    initial: rx.Var[str]
    on_change: rx.EventHandler[rx.event.passthrough_event_spec(str)]


@dataclass(frozen=True, slots=True)
class FieldOptions:
    """Everything about one field that is not its value."""

    name: str
    kind: FieldKind = "text"
    required: bool = False
    options: Options = ()
    autofocus: bool = False
    max_length: int | None = None
    placeholder: Words | None = None
    rows: int = 4
    extra: dict[str, Any] = dataclass_field(default_factory=dict)


def _attributes(options: FieldOptions, error: Any, described: str) -> dict[str, Any]:
    attributes: dict[str, Any] = {
        "id": options.name,
        "aria-describedby": described,
        "aria-required": "true" if options.required else None,
        "maxLength": options.max_length,
        "autoFocus": options.autofocus or None,
        "data-autofocus": "true" if options.autofocus else None,
        "inputMode": INPUT_MODES.get(options.kind),
        "placeholder": said(options.placeholder) if options.placeholder is not None else None,
    }
    if error is not None:
        attributes["aria-invalid"] = rx.cond(error, "true", "false")
    return {name: value for name, value in attributes.items() if value is not None}


def option_list(options: Options) -> list[Any]:
    """`<option>`s from `(value, key)` pairs or from a Var of objects with `value` and `label`."""
    if isinstance(options, rx.Var):
        return [rx.foreach(options, lambda option: rx.el.option(option.label, value=option.value))]
    return [rx.el.option(said(label), value=value) for value, label in options]


def _control(options: FieldOptions, initial: Any, attributes: dict[str, Any], marks: dict[str, Any]) -> rx.Component:
    custom = {**attributes, **{name.replace("_", "-"): value for name, value in marks.items()}}
    extra = dict(options.extra)
    look = joined(BOX, extra.pop("class_name", ""))
    if options.kind == "date":
        return DateInput.create(
            name=options.name,
            initial=initial,
            class_name=joined(look, "tabular-nums"),
            custom_attrs={"autoComplete": "off", **custom},
            **extra,
        )
    custom["name"] = options.name
    if options.kind == "select":
        return KeptInput.create(
            *option_list(options.options),
            initial=initial,
            class_name=look,
            custom_attrs={"as": "select", **custom},
            **extra,
        )
    if options.kind == "textarea":
        custom |= {"as": "textarea", "rows": options.rows}
        return KeptInput.create(
            initial=initial,
            grow=True,
            class_name=joined(look, "py-2 leading-text resize-y"),
            custom_attrs=custom,
            **extra,
        )
    kind = options.kind if options.kind in {"password", "search", "tel", "email", "time"} else "text"
    numeric = "tabular-nums" if options.kind in {"number", "tel", "time"} else ""
    return KeptInput.create(
        initial=initial, class_name=joined(look, numeric), custom_attrs={"type": kind, **custom}, **extra
    )


def label_line(label: Words, name: str, *, required: bool) -> rx.Component:
    """The visible label, with the word for what must not stay empty."""
    words: list[Any] = [said(label)]
    if required:
        words.append(rx.el.span(t("ui.field.required"), class_name="font-normal text-muted ml-1"))
    return rx.el.label(*words, html_for=name, class_name="font-semibold text-14")


def error_line(error: Any, name: str) -> rx.Component:
    """What is wrong with a field, in words, or nothing."""
    return rx.cond(
        error,
        rx.el.p(
            icon("circle-alert", size=16),
            error,
            id=f"{name}-error",
            class_name="flex items-start gap-1 text-danger-text font-medium text-13",
        ),
    )


def field(
    label: Words,
    name: str,
    *,
    kind: FieldKind = "text",
    required: bool = False,
    help_key: Words | None = None,
    error: Any = None,
    default_value: Any = "",
    options: Options = (),
    autofocus: bool = False,
    max_length: int | None = None,
    placeholder_key: Words | None = None,
    rows: int = 4,
    test_id: str | None = None,
    class_name: str = "",
    **extra: Any,
) -> rx.Component:
    """A labelled field of a form. It is uncontrolled: what is typed stays, whatever happens to the State.

    `default_value` may be a Var; a later value replaces the content only while nobody has typed. `kind="date"` takes
    any usual way of writing a date and sends ISO. `kind="number"` is a text box with a number keyboard: parse on the
    server.
    `name` is also the id, so it must be unique on the screen. `error` is a Var with words (`State.errors["nik"]`).
    """
    what = FieldOptions(name, kind, required, options, autofocus, max_length, placeholder_key, rows, extra)
    marks = marked(mark_of(label, test_id))
    parts = [label_line(label, name, required=required)]
    if help_key is not None:
        parts.append(rx.el.p(said(help_key), id=f"{name}-help", class_name="text-13 text-muted"))
    parts.append(_control(what, default_value, _attributes(what, error, f"{name}-help {name}-error"), marks))
    if error is not None:
        parts.append(error_line(error, name))
    return rx.el.div(*parts, class_name=joined("flex flex-col gap-1 min-w-0", class_name))


def checkbox(
    label: Words, name: str, *, checked: Any = False, test_id: str | None = None, **props: Any
) -> rx.Component:
    """A box to tick; sends `on` under `name` when ticked, nothing otherwise."""
    return rx.el.label(
        rx.el.input(
            type="checkbox",
            name=name,
            id=name,
            default_checked=checked,
            class_name="size-5 accent-accent shrink-0",
            **marked(mark_of(label, test_id)),
            **props,
        ),
        rx.el.span(said(label)),
        class_name="inline-flex items-center gap-2 min-h-control cursor-pointer",
    )


def _radio(name: str, value: str, label: Words, chosen: Any) -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="radio",
            name=name,
            value=value,
            default_checked=chosen == value,
            class_name="size-5 accent-accent shrink-0",
            **marked(f"{name}-{value}".replace("_", "-")),
        ),
        rx.el.span(said(label)),
        class_name="inline-flex items-center gap-2 min-h-control pr-3 cursor-pointer",
    )


def radio_group(
    legend: Words,
    name: str,
    options: Sequence[tuple[str, Words]],
    *,
    default_value: Any = "",
    required: bool = False,
    error: Any = None,
) -> rx.Component:
    """A choice of few, all visible; sends the chosen value under `name`; test ids are `<name>-<value>`."""
    parts: list[Any] = [said(legend)]
    if required:
        parts.append(rx.el.span(t("ui.field.required"), class_name="font-normal text-muted ml-1"))
    body = [
        rx.el.legend(*parts, class_name="font-semibold text-14 p-0 mb-1"),
        rx.el.div(
            *[_radio(name, value, label, default_value) for value, label in options],
            class_name="flex flex-wrap gap-x-4",
        ),
    ]
    if error is not None:
        body.append(error_line(error, name))
    return rx.el.fieldset(*body, id=name, class_name="border-0 p-0 m-0 min-w-0")
