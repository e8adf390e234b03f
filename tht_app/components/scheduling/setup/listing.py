"""How every list of the set-up looks: what it is for, its table, the sheet beside it."""

from collections.abc import Callable, Sequence
from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.components.ui import Column
from tht_app.i18n import t
from tht_app.state.scheduling.setup.listing import ENTRY

TINTS = range(1, 9)
ORDER = Column("order", "scheduling.setup.column.order", width="6.5rem")
STATE = Column("state", "scheduling.setup.column.state", width="12rem")


def in_use(entry: Any, state: Any) -> rx.Component:
    """Whether an entry can be chosen, and the button that changes it."""
    return rx.el.div(
        rx.cond(entry.active, ui.badge("scheduling.setup.active", "done"), ui.badge("scheduling.setup.inactive")),
        rx.cond(
            entry.active,
            ui.icon_button("circle-pause", "scheduling.setup.deactivate", on_click=state.set_active(entry.id, False)),
            ui.icon_button("circle-play", "scheduling.setup.activate", on_click=state.set_active(entry.id, True)),
        ),
        class_name="flex items-center justify-between gap-1",
    )


def order(entry: Any, state: Any) -> rx.Component:
    """Up and down."""
    return rx.el.div(
        ui.icon_button("arrow-up", "scheduling.setup.up", on_click=state.move(entry.id, True), disabled=entry.first),
        ui.icon_button(
            "arrow-down", "scheduling.setup.down", on_click=state.move(entry.id, False), disabled=entry.last
        ),
        class_name="flex items-center [&_:disabled]:opacity-35",
    )


def name_of(entry: Any, words: Any, *before: Any) -> rx.Component:
    """The name of an entry, fainter when it is out of use."""
    return rx.el.span(
        *before,
        rx.el.span(words, class_name="font-semibold break-words min-w-0"),
        class_name=rx.cond(entry.active, "flex items-center gap-2", "flex items-center gap-2 opacity-65"),
    )


def entry_list(
    state: Any, name: str, columns: Sequence[Column], cells: Callable[[Any], Sequence[Any]], *more: Any
) -> rx.Component:
    """A list with its purpose, the button that adds to it (`more` stands beside it), and its states.

    `name` is the last part of the catalogue keys `scheduling.setup.<name>.…`.
    """
    add = f"scheduling.setup.{name}.add"
    shown = ui.table(
        columns=(*columns, STATE, ORDER),
        rows=state.rows,
        row=lambda entry: [*cells(entry), in_use(entry, state), order(entry, state)],
        caption_key=f"scheduling.setup.tab.{name}",
        on_open=lambda entry: state.open_one(entry.id),
        empty=ui.empty(
            f"scheduling.setup.{name}.empty.title",
            f"scheduling.setup.{name}.empty.body",
            ui.button(
                add, icon="plus", kind="primary", on_click=state.open_new, test_id=f"scheduling-setup-{name}-first"
            ),
            icon_name="list-plus",
        ),
        key=lambda entry: entry.id,
        test_id=f"scheduling-setup-{name}",
    )
    return rx.el.div(
        rx.el.div(
            rx.el.p(t(f"scheduling.setup.{name}.hint"), class_name="text-muted m-0 max-w-prose"),
            rx.el.div(
                *more,
                ui.button(add, icon="plus", kind="primary", on_click=state.open_new),
                class_name="flex flex-wrap gap-3",
            ),
            class_name="flex flex-wrap items-start justify-between gap-4",
        ),
        rx.cond(state.loaded, shown, ui.skeleton(6)),
        class_name="flex flex-col gap-4",
    )


def entry_sheet(state: Any, name: str, *fields: Any) -> rx.Component:
    """The sheet in which an entry is added or corrected."""
    return setup_sheet(
        state,
        name,
        rx.el.input(type="hidden", name=ENTRY, value=state.chosen.id),
        *fields,
        title_key=rx.cond(state.chosen.id == "", t(f"scheduling.setup.{name}.add"), t(f"scheduling.setup.{name}.edit")),
        save=state.save,
        is_open=state.is_open,
        key=state.chosen.id,
    )


def setup_sheet(
    state: Any, name: str, *fields: Any, title_key: Any, save: Any, is_open: Any, **more: Any
) -> rx.Component:
    """A sheet of the set-up: what is wrong, the fields, keep or leave. `more` goes to the form."""
    return ui.side_sheet(
        ui.form(
            ui.error_summary(state.errors),
            *fields,
            ui.form_actions(
                ui.submit_button("common.save", icon="save", test_id=f"scheduling-setup-{name}-save"),
                ui.button("common.cancel", on_click=state.close, test_id=f"scheduling-setup-{name}-cancel"),
            ),
            on_submit=save,
            key_epoch=state.key_epoch,
            errors=state.errors,
            **more,
        ),
        open=is_open,
        title_key=title_key,
        on_close=state.close,
        test_id=f"scheduling-setup-{name}-sheet",
    )


def typed(state: Any, label: str, name: str, **more: Any) -> rx.Component:
    """A field of a list's form: `scheduling.setup.field.<label>`, with its test id and what is wrong with it."""
    return ui.field(
        f"scheduling.setup.field.{label}",
        name,
        error=state.errors[name],
        test_id=f"scheduling-setup-{name.replace('_', '-')}",
        **more,
    )


def tint_choice(state: Any, name: str) -> rx.Component:
    """One of the eight tints, each with its number: colour alone says nothing."""
    choices = [
        rx.el.label(
            rx.el.input(
                type="radio",
                name=name,
                value=str(tint),
                default_checked=state.chosen.tint == tint,
                class_name="size-5 accent-accent shrink-0",
                data_testid=f"scheduling-setup-{name.replace('_', '-')}-{tint}",
            ),
            ui.visit_type(t("scheduling.setup.tint", number=tint), tint),
            class_name="inline-flex items-center gap-1 min-h-control cursor-pointer",
        )
        for tint in TINTS
    ]
    return rx.el.fieldset(
        rx.el.legend(t("scheduling.setup.field.tint"), class_name="font-semibold text-14 p-0 mb-1"),
        rx.el.div(*choices, class_name="grid grid-cols-4 max-sm:grid-cols-2 gap-x-1"),
        id=name,
        class_name="border-0 p-0 m-0 min-w-0",
    )
