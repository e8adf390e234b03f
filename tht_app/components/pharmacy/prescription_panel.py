"""The prescription writer in the tools column of a visit: search, one line at a time, sign."""

from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.components.layout.registry import allowed
from tht_app.components.pharmacy.lines import (
    allergy_line,
    line_sentence,
    print_links,
    state_badge,
    total_foot,
    watched_mark,
)
from tht_app.domain.identity import Permission
from tht_app.domain.pharmacy.signa import DoseUnit, Route, Timing
from tht_app.i18n import t
from tht_app.state.pharmacy.prescribing import PrescribingState

State: Any = PrescribingState

UNITS = [(unit.value, f"pharmacy.unit.{unit.value}") for unit in DoseUnit]
ROUTES = [(route.value, f"pharmacy.route.{route.value}") for route in Route]
SIDES = [(side, f"pharmacy.side.{side or 'none'}") for side in ("", "right", "left", "both")]
TIMINGS = [(timing.value, f"pharmacy.timing.{timing.value or 'any'}") for timing in Timing]
READERS = (Permission.PRESCRIPTION_READ,)
WRITERS = (Permission.PRESCRIPTION_WRITE,)


def _picked() -> rx.Component:
    product = State.product
    return rx.el.div(
        rx.el.div(
            rx.el.p(product.item, class_name="m-0 font-bold break-words"),
            rx.el.div(
                rx.cond(
                    product.short,
                    ui.badge(product.stock, "danger", icon_name="package-x"),
                    rx.el.span(product.stock, class_name="text-13 text-muted"),
                ),
                watched_mark(product.watched),
                class_name="flex flex-wrap items-center gap-2",
            ),
            class_name="flex flex-col gap-1 min-w-0",
        ),
        ui.icon_button("x", "pharmacy.prescribing.drop", on_click=State.drop),
        class_name="flex items-start justify-between gap-2",
    )


def _dose_fields() -> list[rx.Component]:
    product, errors = State.product, State.errors
    return [
        ui.field("pharmacy.prescribing.amount", "amount", default_value=product.amount, required=True,
                 error=errors["amount"], max_length=10),
        ui.field("pharmacy.prescribing.unit", "unit", kind="select", options=UNITS, default_value=product.dose_unit,
                 error=errors["unit"]),
        ui.field("pharmacy.prescribing.times", "times_per_day", kind="number", default_value=product.times,
                 required=True, error=errors["times_per_day"], max_length=2),
        ui.field("pharmacy.prescribing.days", "days", kind="number", error=errors["days"], max_length=3),
        ui.field("pharmacy.prescribing.route", "route", kind="select", options=ROUTES, default_value=product.route,
                 error=errors["route"]),
        ui.field("pharmacy.prescribing.side", "side", kind="select", options=SIDES, default_value=product.side,
                 error=errors["side"]),
        ui.field("pharmacy.prescribing.timing", "timing", kind="select", options=TIMINGS,
                 default_value=product.timing, error=errors["timing"]),
        ui.field("pharmacy.prescribing.quantity", "quantity", kind="number", error=errors["quantity"], max_length=4,
                 placeholder_key="pharmacy.prescribing.quantity_hint"),
    ]  # fmt: skip


def _line_form() -> rx.Component:
    return ui.form(
        ui.error_summary(State.errors),
        _picked(),
        rx.el.div(*_dose_fields(), class_name="grid grid-cols-2 gap-3 items-start"),
        ui.checkbox("pharmacy.prescribing.as_needed", "as_needed", checked=State.product.as_needed),
        ui.field("pharmacy.prescribing.note", "note", error=State.errors["note"], max_length=300),
        ui.form_actions(ui.submit_button("pharmacy.prescribing.add", icon="plus")),
        on_submit=State.add,
        key_epoch=State.key_epoch,
        errors=State.errors,
    )


def _search() -> rx.Component:
    return ui.combobox(
        label_key="pharmacy.prescribing.search",
        on_search=State.search,
        results=State.options,
        answers=State.answers,
        on_pick=State.pick,
        placeholder_key="pharmacy.prescribing.search_hint",
    )


def _draft_line(line: Any) -> rx.Component:
    return rx.el.li(
        line_sentence(line),
        ui.icon_button("trash-2", "pharmacy.prescribing.remove", on_click=State.remove(line.id)),
        class_name="flex items-start gap-2 py-2 border-b border-line",
        data_testid="pharmacy-prescribing-line",
    )


def _draft() -> rx.Component:
    draft = State.draft
    return rx.cond(
        draft.lines.length() > 0,
        rx.el.div(
            allergy_line(draft),
            rx.el.ul(rx.foreach(draft.lines, _draft_line), class_name="list-none m-0 p-0"),
            total_foot(draft),
            rx.el.div(
                ui.button("pharmacy.prescribing.sign", kind="primary", icon="pen-line", on_click=State.ask("sign")),
                ui.link_button("pharmacy.prescribing.preview", draft.print_url, icon="eye", new_tab=True),
                class_name="flex flex-wrap gap-2",
            ),
            class_name="flex flex-col gap-3",
        ),
    )


def _signed_one(view: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(view.number, class_name="font-bold tabular-nums"),
            state_badge(view.state),
            class_name="flex flex-wrap items-center gap-2",
        ),
        rx.el.p(view.signed, class_name="m-0 text-13 text-muted"),
        rx.foreach(view.lines, lambda line: rx.el.p(line.item, " – ", line.rest, class_name="m-0 break-words")),
        print_links(view),
        rx.cond(
            (view.state == "active") & allowed((Permission.PRESCRIPTION_SIGN,)),
            ui.button("pharmacy.prescribing.cancel", kind="ghost", icon="ban", on_click=State.ask(view.id)),
        ),
        class_name="flex flex-col gap-2 py-3 border-b border-line",
        data_testid="pharmacy-prescribing-signed-one",
    )


def _sign_question() -> rx.Component:
    return ui.dialog(
        rx.el.p(t("pharmacy.sign.question", patient=State.draft.patient), class_name="m-0"),
        allergy_line(State.draft),
        rx.el.ul(
            rx.foreach(
                State.draft.lines,
                lambda line: rx.el.li(rx.el.strong(line.item), " – ", line.quantity, " – ", line.rest),
            ),
            class_name="m-0 pl-5 flex flex-col gap-1",
        ),
        ui.form(
            ui.dialog_actions(
                ui.button("pharmacy.sign.back", on_click=State.ask(""), auto_focus=True),
                ui.submit_button("pharmacy.sign.confirm", icon="pen-line"),
            ),
            on_submit=State.sign,
            key_epoch=State.key_epoch,
        ),
        open=State.asking == "sign",
        title_key="pharmacy.sign.title",
        on_close=State.ask(""),
        urgent=True,
        size="medium",
    )


def _cancel_question() -> rx.Component:
    return ui.dialog(
        rx.el.p(t("pharmacy.cancel.question", number=State.asking_number), class_name="m-0"),
        ui.form(
            ui.field("pharmacy.cancel.reason", "reason", kind="textarea", rows=2, required=True,
                     error=State.errors["reason"], max_length=500),
            ui.dialog_actions(
                ui.button("pharmacy.cancel.back", on_click=State.ask("")),
                ui.submit_button("pharmacy.cancel.confirm", kind="danger", icon="ban"),
            ),
            on_submit=State.cancel,
            key_epoch=State.key_epoch,
            errors=State.errors,
        ),
        open=(State.asking != "") & (State.asking != "sign"),
        title_key="pharmacy.cancel.title",
        on_close=State.ask(""),
        urgent=True,
    )  # fmt: skip


def prescription_panel(encounter_id: Any) -> rx.Component:
    """The prescriptions of a visit; `encounter_id` is a Var with its id, empty while the visit is loading."""
    writer = rx.cond(State.product.id != "", _line_form(), _search())
    panel = rx.el.div(
        rx.cond(allowed(WRITERS), rx.el.div(writer, _draft(), class_name="flex flex-col gap-4")),
        rx.cond(
            State.signed.length() > 0,
            rx.el.ul(rx.foreach(State.signed, _signed_one), class_name="list-none m-0 p-0"),
            rx.cond(
                State.draft.lines.length() == 0,
                ui.empty("pharmacy.prescribing.none.title", "pharmacy.prescribing.none.body", icon_name="pill"),
            ),
        ),
        _sign_question(),
        _cancel_question(),
        key=encounter_id,
        class_name="flex flex-col gap-4",
        on_mount=State.load(encounter_id),
        data_testid="pharmacy-prescribing",
    )
    nobody = rx.el.p(t("pharmacy.prescribing.not_for_you"), class_name="m-0 text-muted")
    return rx.cond(allowed(READERS), rx.cond(encounter_id != "", panel, ui.skeleton(4)), nobody)
