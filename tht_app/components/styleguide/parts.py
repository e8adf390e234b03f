"""The style guide, a section a function: every component in every state."""

from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.components.ui.tokens import COLOURS, TEXT_SIZES
from tht_app.i18n import t
from tht_app.state.styleguide import StyleguideState

TONES = ("neutral", "done", "wait", "danger", "info")


def section(name: str, *children: Any) -> rx.Component:
    """One part of the guide under its heading."""
    return ui.card(f"styleguide.section.{name}", *children)


def row(*children: Any) -> rx.Component:
    """Things beside each other."""
    return rx.el.div(*children, class_name="flex flex-wrap items-center gap-3")


def colours() -> rx.Component:
    """Every colour with its name."""
    swatches = [
        rx.el.div(
            rx.el.div(
                style={"background": f"var(--{colour.name})"}, class_name="h-10 rounded-control border border-line"
            ),
            rx.el.code(colour.name, class_name="text-12"),
            class_name="flex flex-col gap-1 w-26",
        )
        for colour in COLOURS
    ]
    return section("colours", row(*swatches))


def type_sizes() -> rx.Component:
    """The seven sizes, and letters that must not be mixed up."""
    lines = [
        rx.el.p(
            rx.el.span(f"{size}", class_name="text-muted text-12 inline-block w-8"),
            t("styleguide.sample.letters"),
            style={"fontSize": f"{size / 16}rem"},
            class_name="m-0 truncate",
        )
        for size in TEXT_SIZES
    ]
    return section("type", *lines)


def buttons() -> rx.Component:
    """Kinds, states, keys, links."""
    kinds = [
        ui.button(f"styleguide.button.{kind}", kind=kind, icon="check")
        for kind in ("primary", "secondary", "ghost", "danger")
    ]
    off = [
        ui.button(f"styleguide.button.{kind}", kind=kind, disabled=True, test_id=f"styleguide-off-{kind}")
        for kind in ("primary", "secondary", "danger")
    ]
    others = row(
        ui.icon_button("printer", "common.print"),
        ui.link_button("common.open", "/styleguide", icon="arrow-right"),
        ui.text_link("styleguide.sample.link", "/styleguide"),
        rx.el.span(ui.kbd("Ctrl"), " ", ui.kbd("K")),
        ui.menu(
            "styleguide.menu",
            ui.menu_item("common.edit", icon="pencil"),
            ui.menu_item("common.print", icon="printer"),
            ui.menu_item("common.delete", icon="trash-2", danger=True),
        ),
    )
    return section("buttons", row(*kinds), row(*off), others)


def badges() -> rx.Component:
    """Meanings, ears, visit types, sentences that stay."""
    return section(
        "badges",
        row(*[ui.badge(f"styleguide.tone.{tone}", tone) for tone in TONES], ui.ear("right"), ui.ear("left")),
        row(*[ui.visit_type("styleguide.visit_type", number) for number in range(1, 9)]),
        *[ui.alert(f"styleguide.tone.{tone}", tone) for tone in ("done", "wait", "danger", "info")],
    )


def form() -> rx.Component:
    """Every kind of field, a refusal beside its field, a save that says so."""
    return section(
        "form",
        ui.form(
            ui.error_summary(StyleguideState.errors),
            ui.field_group(
                "styleguide.form.person",
                ui.field(
                    "styleguide.form.name",
                    "sample_name",
                    required=True,
                    error=StyleguideState.errors["sample_name"],
                    help_key="styleguide.form.name_help",
                ),
                ui.field("styleguide.form.born", "sample_born", kind="date", help_key="styleguide.form.born_help"),
                ui.field("styleguide.form.phone", "sample_phone", kind="tel"),
                ui.field("styleguide.form.weight", "sample_weight", kind="number", default_value="52,5"),
                ui.field(
                    "styleguide.form.choice",
                    "sample_choice",
                    kind="select",
                    options=[("a", "common.male"), ("b", "common.female")],
                ),
                ui.combobox(
                    label_key="styleguide.form.search",
                    name="sample_person",
                    on_search=StyleguideState.search,
                    results=StyleguideState.options,
                    answers=StyleguideState.answers,
                    placeholder_key="styleguide.form.search_hint",
                ),
                columns=2,
            ),
            ui.radio_group(
                "styleguide.form.sex", "sample_sex", [("m", "common.male"), ("f", "common.female")], default_value="f"
            ),
            ui.checkbox("styleguide.form.agree", "sample_agree"),
            ui.field("styleguide.form.note", "sample_note", kind="textarea", rows=3),
            ui.form_actions(
                ui.submit_button("common.save", icon="save", test_id="styleguide-save"),
                ui.button("common.cancel", kind="ghost"),
            ),
            on_submit=StyleguideState.save,
            key_epoch=StyleguideState.key_epoch,
            errors=StyleguideState.errors,
        ),
    )


def tables() -> rx.Component:
    """A list, the same without rows, its pager."""
    columns = [
        ui.Column("name", "styleguide.table.name"),
        ui.Column("record", "styleguide.table.record", width="8rem"),
        ui.Column("amount", "styleguide.table.amount", numeric=True, width="8rem"),
    ]
    nothing = ui.empty(
        "styleguide.empty.title", "styleguide.empty.body", ui.button("common.add", icon="plus", kind="primary")
    )
    listed = ui.table(
        columns=columns,
        rows=StyleguideState.rows,
        row=lambda view: [rx.el.span(view.name, class_name="font-semibold"), view.record_number, view.amount],
        on_open=lambda view: StyleguideState.open_row(view.id),
        caption_key="styleguide.section.tables",
        test_id="styleguide-table",
    )
    unlisted = ui.table(
        columns=columns,
        rows=StyleguideState.no_rows,
        row=lambda view: [view.name, view.record_number, view.amount],
        caption_key="styleguide.section.tables",
        empty=nothing,
    )
    return section(
        "tables",
        listed,
        ui.pager(
            page=rx.Var.create(2),
            pages=rx.Var.create(25),
            summary=t("ui.pager.summary", first=51, last=100, total="1.204"),
        ),
        unlisted,
    )


def states() -> rx.Component:
    """Loading, failed, figures, definitions."""
    return section(
        "states",
        rx.el.div(
            ui.skeleton(3),
            ui.error_state(
                "styleguide.error.title", on_retry=StyleguideState.say("info"), incident=rx.Var.create("7f3a91c2")
            ),
            class_name="grid grid-cols-1 lg:grid-cols-2 gap-4",
        ),
        row(
            ui.stat("styleguide.stat.waiting", "12", to="/queue"),
            ui.stat("styleguide.stat.seen", "1.204", hint="styleguide.stat.hint"),
        ),
        rx.el.dl(
            ui.definition("styleguide.form.name", "Siti Rahmawati"),
            ui.definition("styleguide.form.born", "14-Jul-1985"),
            class_name="grid grid-cols-2 gap-4 m-0",
        ),
    )


def _dialogs() -> list[rx.Component]:
    close = StyleguideState.show("dialog", False)
    stop = StyleguideState.show("urgent", False)
    return [
        ui.dialog(
            rx.el.p(t("styleguide.dialog.body"), class_name="m-0"),
            ui.dialog_actions(
                ui.button("common.cancel", on_click=close, test_id="styleguide-dialog-cancel", auto_focus=True),
                ui.button("common.save", kind="primary", on_click=close, test_id="styleguide-dialog-save"),
            ),
            open=StyleguideState.dialog_open,
            title_key="styleguide.dialog.title",
            on_close=close,
        ),
        ui.dialog(
            rx.el.p(t("styleguide.urgent.body"), class_name="m-0"),
            ui.dialog_actions(
                ui.button("styleguide.urgent.safe", on_click=stop, auto_focus=True),
                ui.button("styleguide.urgent.do", kind="danger", on_click=stop),
            ),
            open=StyleguideState.urgent_open,
            title_key="styleguide.urgent.title",
            on_close=stop,
            urgent=True,
        ),
        ui.side_sheet(
            rx.el.p(t("styleguide.sheet.body"), class_name="m-0"),
            open=StyleguideState.sheet_open,
            title_key="styleguide.sheet.title",
            on_close=StyleguideState.show("sheet", False),
        ),
    ]


def overlays() -> rx.Component:
    """What opens: dialogs, side sheet, notices."""
    openers = [
        ui.button(f"styleguide.open.{what}", on_click=StyleguideState.show(what, True))
        for what in ("dialog", "urgent", "sheet")
    ]
    notices = [
        ui.button(f"styleguide.say.{kind}", on_click=StyleguideState.say(kind))
        for kind in ("done", "info", "warn", "danger")
    ]
    return section("overlays", row(*openers), row(*notices), *_dialogs())


def tabs() -> rx.Component:
    """Three tabs."""
    parts = [
        (key, f"styleguide.tab.{key}", rx.el.p(t(f"styleguide.tab.{key}"), class_name="m-0"))
        for key in ("ear", "nose", "throat")
    ]
    return section("tabs", ui.tabs(parts, value=StyleguideState.tab, on_change=StyleguideState.choose_tab))


def banners() -> rx.Component:
    """The four allergy states of the patient banner."""
    views = (StyleguideState.known, StyleguideState.none, StyleguideState.not_asked, StyleguideState.unavailable)
    return section("banner", *[rx.el.div(ui.patient_banner(view), class_name="[&>section]:static") for view in views])


def guide() -> rx.Component:
    """All of it."""
    return rx.fragment(
        banners(), buttons(), badges(), form(), tables(), states(), overlays(), tabs(), type_sizes(), colours()
    )
