"""The panel of the waiting list: freed times to offer first, then who waits, and a form for the next."""

from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.components.layout.registry import allowed
from tht_app.components.registration.search_box import patient_picker
from tht_app.domain.scheduling import DayPart
from tht_app.i18n import t
from tht_app.state.scheduling.booking import BOOK
from tht_app.state.scheduling.waiting import WaitlistState


def waiting_button() -> rx.Component:
    """Opens the panel; says how many freed times wait to be offered."""
    offers: Any = WaitlistState.offers
    return ui.button(
        rx.cond(offers > 0, t("scheduling.waiting.open_offers", count=offers), t("scheduling.waiting.open")),
        on_click=WaitlistState.show_panel(True),
        icon="list-todo",
        test_id="scheduling-waiting-open",
    )


def _offer(entry: Any) -> rx.Component:
    buttons = rx.cond(
        allowed(BOOK),
        rx.el.div(
            ui.button(
                "scheduling.waiting.book", on_click=WaitlistState.book(entry.id), kind="primary", icon="calendar-check"
            ),
            ui.button("scheduling.waiting.decline", on_click=WaitlistState.decline(entry.id)),
            class_name="flex flex-wrap gap-2",
        ),
    )
    return rx.el.div(
        rx.el.p(t("scheduling.waiting.offered", time=entry.offered), class_name="m-0 font-semibold"),
        rx.el.p(entry.place, class_name="m-0 text-13"),
        buttons,
        class_name="flex flex-col gap-2 p-3 rounded-control bg-done-soft text-done-text",
    )


def _entry(entry: Any) -> rx.Component:
    withdraw = ui.icon_button(
        "x", "scheduling.waiting.withdraw", on_click=WaitlistState.withdraw(entry.id), class_name="-mr-2 -mt-1"
    )
    return rx.el.li(
        rx.el.div(
            rx.el.p(entry.name, class_name="m-0 font-bold break-words flex-1"),
            rx.cond(allowed(BOOK), withdraw),
            class_name="flex items-start gap-2",
        ),
        rx.el.p(entry.person, class_name="m-0 text-13 text-muted"),
        rx.el.p(entry.wish, class_name="m-0"),
        rx.el.p(entry.days, class_name="m-0 text-13 tabular-nums"),
        rx.cond(entry.note, rx.el.p(entry.note, class_name="m-0 text-13 text-muted break-words")),
        rx.cond(entry.offered, _offer(entry)),
        key=entry.id,
        class_name="flex flex-col gap-1 p-3 rounded-card border border-line bg-surface",
        data_testid="scheduling-waiting-entry",
    )


def _days() -> rx.Component:
    state: Any = WaitlistState
    return rx.el.div(
        ui.field(
            "scheduling.waiting.earliest",
            "wait_earliest",
            kind="date",
            required=True,
            default_value=state.draft.earliest,
            error=state.errors["wait_earliest"],
        ),
        ui.field(
            "scheduling.waiting.latest",
            "wait_latest",
            kind="date",
            required=True,
            default_value=state.draft.latest,
            error=state.errors["wait_latest"],
        ),
        ui.field(
            "scheduling.waiting.part",
            "wait_part",
            kind="select",
            options=[(part.value, f"scheduling.day_part.{part.value}") for part in DayPart],
            default_value=DayPart.ANY.value,
        ),
        class_name="grid grid-cols-3 max-sm:grid-cols-1 gap-3 items-end",
    )


def _form() -> rx.Component:
    state: Any = WaitlistState
    errors = state.errors
    return ui.form(
        ui.error_summary(errors),
        patient_picker(
            name="wait_patient",
            label_key="scheduling.waiting.patient",
            required=True,
            default_value=state.draft.patient,
            default_text=state.draft.name,
            error=errors["wait_patient"],
        ),
        ui.field(
            "scheduling.waiting.type",
            "wait_type",
            kind="select",
            required=True,
            options=state.types,
            default_value=state.draft.kind,
            error=errors["wait_type"],
        ),
        ui.field(
            "scheduling.waiting.doctor",
            "wait_doctor",
            kind="select",
            options=state.doctors,
            default_value=state.draft.doctor,
        ),
        _days(),
        ui.field("scheduling.waiting.note", "wait_note", kind="textarea", rows=2),
        ui.form_actions(
            ui.submit_button("scheduling.waiting.submit", icon="list-plus"),
            ui.button("common.back", on_click=WaitlistState.show_panel(True), test_id="scheduling-waiting-back"),
        ),
        on_submit=WaitlistState.add,
        key_epoch=state.key_epoch,
        errors=errors,
    )


def _list() -> rx.Component:
    entries: Any = WaitlistState.entries
    add = ui.button("scheduling.waiting.add", on_click=WaitlistState.open_adding({}), icon="plus")
    return rx.fragment(
        rx.cond(allowed(BOOK), rx.el.div(add)),
        rx.cond(
            entries.length() > 0,
            rx.el.ul(rx.foreach(entries, _entry), class_name="list-none m-0 p-0 flex flex-col gap-3"),
            ui.empty("scheduling.waiting.empty.title", "scheduling.waiting.empty.body", icon_name="list-todo"),
        ),
    )


def waiting_sheet() -> rx.Component:
    """Who waits for a time; freed times stand with those to whom they are offered."""
    return ui.side_sheet(
        rx.cond(WaitlistState.adding, _form(), _list()),
        open=WaitlistState.is_open,
        title_key="scheduling.waiting.title",
        on_close=WaitlistState.show_panel(False),
        test_id="scheduling-waiting",
    )
