"""Forms: one key a form, one send at a time, nothing typed is lost."""

from typing import Any

import reflex as rx

from tht_app.components.ui.icon import icon
from tht_app.components.ui.words import Words, joined, said
from tht_app.i18n import t
from tht_app.script import script

SCRIPT = script("form.jsx")


class ClinicForm(rx.Component):
    """See form.jsx; use `form`."""

    library = SCRIPT.importable_path
    tag = "ClinicForm"

    key_epoch: rx.Var[int]
    errors: rx.Var[dict[str, str]]
    clear_after: rx.Var[bool]
    on_submit: rx.EventHandler[rx.event.passthrough_event_spec(dict[str, str])]


def form(
    *children: Any,
    on_submit: Any,
    key_epoch: Any = 0,
    errors: Any = None,
    clear_after: bool = False,
    **props: Any,
) -> rx.Component:
    """A form that sends its fields as `dict[str, str]` with `_key`, the idempotency key.

    The key is renewed when `key_epoch` changes, which a State does after success; until then a repeat carries the same
    key. The form stays locked until the epoch changes, `errors` (`dict[str, str]`, words by field) changes, a notice
    appears, or eight seconds pass. Fields of the same name arrive joined by commas. `clear_after` empties it then.
    """
    if errors is not None:
        props["errors"] = errors
    return ClinicForm.create(
        *children,
        on_submit=on_submit,
        key_epoch=key_epoch,
        clear_after=clear_after,
        class_name=joined("group/form flex flex-col gap-4", props.pop("class_name", "")),
        **props,
    )


class ErrorSummary(rx.Component):
    """See form.jsx; use `error_summary`."""

    library = SCRIPT.importable_path
    tag = "ErrorSummary"

    errors: rx.Var[dict[str, str]]
    title: rx.Var[str]
    icon: rx.Var[Any]
    looks: rx.Var[dict[str, str]]


def error_summary(errors: Any, title: Words = "ui.error_summary.title") -> rx.Component:
    """What has to be changed, each line a link to its field; it takes the focus when a save was refused.

    `errors` is a Var `dict[str, str]`: field name (its id) -> words. The names of the fields come from their labels.
    """
    return ErrorSummary.create(
        errors=errors,
        title=said(title),
        icon=icon("circle-alert"),
        looks={
            "title": "flex items-center gap-2 font-semibold",
            "list": "list-disc pl-6 flex flex-col gap-1",
            "link": "underline underline-offset-3",
        },
        class_name=(
            "flex flex-col gap-2 p-3 rounded-card border border-danger bg-danger-soft text-danger-text "
            "focus:outline-2 focus:outline-danger"
        ),
        custom_attrs={"data-testid": "ui-error-summary"},
    )


def field_group(legend: Words, *children: Any, columns: int = 1) -> rx.Component:
    """Fields that belong together, under a legend; in two or three columns where there is room."""
    grid = {1: "", 2: "md:grid-cols-2", 3: "md:grid-cols-3"}[columns]
    return rx.el.fieldset(
        rx.el.legend(said(legend), class_name="text-16 font-semibold mb-3 p-0"),
        rx.el.div(*children, class_name=joined("grid grid-cols-1 gap-4 items-start", grid)),
        class_name="border-0 p-0 m-0 min-w-0",
    )


def form_actions(*children: Any) -> rx.Component:
    """The row of buttons at the foot of a form, with the word for what is being sent."""
    return rx.el.div(
        *children,
        rx.el.span(
            t("ui.form.saving"),
            class_name="text-muted hidden group-data-busy/form:inline",
            aria_live="polite",
        ),
        class_name="flex flex-wrap items-center gap-3 group-data-busy/form:[&_[type=submit]]:opacity-55",
    )
