"""The list of templates, the history of one, and the way to the examples."""

from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.components.encounter.words import word_of
from tht_app.components.layout.registry import allowed
from tht_app.components.ui import Column
from tht_app.domain.identity import Permission
from tht_app.i18n import t
from tht_app.state.template.form import TemplateFormState
from tht_app.state.template.shelf import ShelfState

State: Any = ShelfState
Form: Any = TemplateFormState
SHARERS = (Permission.TEMPLATE_SHARE,)
WHAT = ("made", "changed", "retired", "restored")

COLUMNS = (
    Column("name", "template.shelf.name"),
    Column("title", "template.shelf.title_column"),
    Column("shelf", "template.shelf.whose"),
    Column("parts", "template.shelf.parts", narrow=False),
    Column("changed", "template.shelf.changed", narrow=False),
    Column("actions", "template.shelf.actions"),
)


def _menu(one: Any) -> rx.Component:
    may = allowed(SHARERS) | ~one.shared
    return ui.menu(
        "template.shelf.actions",
        rx.cond(
            State.retired,
            rx.cond(may, ui.menu_item("template.shelf.restore", icon="undo-2", on_click=State.restore(one.id))),
            rx.fragment(
                rx.cond(may, ui.menu_item("template.shelf.edit", icon="pencil", on_click=Form.edit(one.id))),
                ui.menu_item("template.shelf.duplicate", icon="copy", on_click=Form.duplicate(one.id)),
                rx.cond(may, ui.menu_item("template.shelf.retire", icon="archive", on_click=State.retire(one.id))),
            ),
        ),
        ui.menu_item("template.shelf.history", icon="history", on_click=State.open_history(one.id)),
        test_id="template-shelf-menu",
    )


def _row(one: Any) -> list[Any]:
    return [
        rx.el.span(one.name, class_name="font-semibold text-accent-text whitespace-nowrap"),
        one.title,
        rx.cond(one.shared, ui.badge("template.shelf.shared", "info"), ui.badge("template.shelf.own", "neutral")),
        rx.el.span(one.parts, class_name="text-13 text-muted"),
        rx.el.span(one.changed, class_name="text-13 text-muted"),
        _menu(one),
    ]


def _nothing() -> rx.Component:
    install = rx.cond(
        allowed(SHARERS),
        ui.button(
            "template.shelf.install", icon="download", on_click=State.install, test_id="template-shelf-install-empty"
        ),
    )
    none = ui.empty("template.shelf.none.title", "template.shelf.none.body", install, icon_name="text-quote")
    return rx.cond(
        State.retired,
        ui.empty("template.shelf.none_retired.title", "template.shelf.none_retired.body", icon_name="archive"),
        none,
    )


def shelf_actions() -> list[rx.Component]:
    """New, examples, and which shelf is seen."""
    return [
        rx.cond(
            State.retired,
            ui.button("template.shelf.show_active", icon="text-quote", on_click=State.show_retired(False)),
            ui.button("template.shelf.show_retired", icon="archive", on_click=State.show_retired(True)),
        ),
        rx.cond(allowed(SHARERS), ui.button("template.shelf.install", icon="download", on_click=State.install)),
        ui.button("template.shelf.new", kind="primary", icon="plus", on_click=Form.begin),
    ]


def shelf() -> rx.Component:
    """Every template that this person may use; a row opens what it says."""
    return rx.el.div(
        rx.el.p(t("template.shelf.hint"), class_name="m-0 text-muted max-w-prose"),
        rx.cond(
            State.loaded,
            ui.table(
                columns=COLUMNS,
                rows=State.templates,
                row=_row,
                caption_key="template.page.title",
                on_open=lambda one: State.open_history(one.id),
                empty=_nothing(),
                key=lambda one: one.id,
                test_id="template-shelf",
            ),
            ui.skeleton(6),
        ),
        class_name="flex flex-col gap-4",
    )


def _version(one: Any) -> rx.Component:
    return rx.el.li(
        rx.el.button(
            rx.el.span(
                t("template.history.version", number=one.version),
                " · ",
                word_of("template.history", WHAT, one.what),
                class_name="font-semibold",
            ),
            rx.el.span(one.by, class_name="text-13 text-muted tabular-nums"),
            type="button",
            on_click=State.choose_version(one.version),
            aria_pressed=rx.cond(State.chosen == one.version, "true", "false"),
            class_name=(
                "w-full flex flex-col items-start gap-0.5 px-3 py-2 rounded-control border border-line bg-surface "
                "text-left aria-pressed:border-accent aria-pressed:bg-accent-soft"
            ),
            data_testid="template-history-version",
        )
    )


def _piece(one: Any) -> rx.Component:
    new = "bg-done-soft text-done-text underline underline-offset-3"
    old = "bg-danger-soft text-danger-text line-through"
    return rx.match(
        one.kind,
        ("new", rx.el.ins(one.text, class_name=new)),
        ("old", rx.el.del_(one.text, class_name=old)),
        rx.el.span(one.text),
    )


def history_dialog() -> rx.Component:
    """Who changed a template when, and what each version changed."""
    return ui.dialog(
        rx.el.p(
            rx.el.span(State.history_of.name, class_name="font-semibold text-accent-text"),
            " ",
            State.history_of.title,
            class_name="m-0",
        ),
        rx.el.div(
            rx.el.ul(
                rx.foreach(State.versions, _version),
                class_name="list-none m-0 p-0 flex flex-col gap-1 max-h-[60dvh] max-md:max-h-[30dvh] overflow-y-auto",
            ),
            rx.el.div(
                rx.foreach(State.pieces, _piece),
                tab_index=0,
                class_name=(
                    "p-3 min-h-40 max-h-[60dvh] overflow-y-auto rounded-card border border-line bg-ground "
                    "whitespace-pre-wrap break-words leading-text"
                ),
                data_testid="template-history-changes",
            ),
            class_name="grid md:grid-cols-[18rem_minmax(0,1fr)] gap-4",
        ),
        open=State.history_of.id != "",
        title_key="template.history.title",
        on_close=State.close_history,
        size="large",
    )
