"""Leave and blocked time: the list, and the sheet that adds to it."""

from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.components.scheduling.setup.listing import setup_sheet
from tht_app.components.ui import Column
from tht_app.domain.scheduling import LeaveKind
from tht_app.i18n import t
from tht_app.state.scheduling.setup.absence import AbsenceState
from tht_app.state.scheduling.setup.closings import RESOURCE_KINDS

State: Any = AbsenceState
WORDS = "scheduling.setup.absence"
LEAVE_KINDS = [(kind.value, f"scheduling.leave_kind.{kind.value}") for kind in LeaveKind]
COLUMNS = (
    Column("who", "scheduling.setup.absence.column.who"),
    Column("when", "scheduling.setup.absence.column.when"),
    Column("why", "scheduling.setup.absence.column.why"),
    Column("booked", "scheduling.setup.absence.column.booked"),
    Column("withdraw", "scheduling.setup.absence.column.withdraw", width="4rem"),
)


def _word(value: Any, words: list[tuple[str, str]]) -> Any:
    return rx.match(value, *[(code, t(key)) for code, key in words], "")


def _who(row: Any) -> rx.Component:
    kinds = [(kind.value, f"scheduling.resource.{kind.value}") for kind in RESOURCE_KINDS]
    return rx.el.span(
        rx.el.span(row.name, class_name="font-semibold break-words"),
        rx.el.span(_word(row.resource_kind, kinds), class_name="text-13 text-muted"),
        class_name="flex flex-col min-w-0",
    )


def _why(row: Any) -> rx.Component:
    kind = rx.cond(
        row.what == "leave",
        ui.badge(_word(row.kind, LEAVE_KINDS), "info"),
        ui.badge("scheduling.setup.absence.blocked", "neutral"),
    )
    return rx.el.span(
        kind,
        rx.el.span(row.note, class_name="break-words min-w-0"),
        class_name="flex flex-wrap items-center gap-2 min-w-0",
    )


def _day_link(day: Any) -> rx.Component:
    return ui.text_link(
        day.text, day.href, class_name="whitespace-nowrap tabular-nums", test_id="scheduling-setup-absence-day"
    )


def _booked(row: Any) -> rx.Component:
    """How many booked visits lie in it and where: nobody moves them by itself."""
    some = rx.el.span(
        ui.badge(t("scheduling.setup.absence.booked", count=row.booked), "wait", icon_name="triangle-alert"),
        rx.foreach(row.days, _day_link),
        rx.cond(
            row.more_days > 0,
            rx.el.span(t("scheduling.setup.absence.more_days", count=row.more_days), class_name="text-muted text-13"),
        ),
        class_name="flex flex-wrap items-center gap-2",
    )
    return rx.cond(row.booked > 0, some, rx.el.span(t("scheduling.setup.absence.nobody"), class_name="text-muted"))


def _cells(row: Any) -> list[Any]:
    withdraw = ui.icon_button("undo-2", "scheduling.setup.absence.withdraw", on_click=State.withdraw(row.what, row.id))
    return [
        _who(row),
        rx.el.span(row.when, class_name="tabular-nums"),
        _why(row),
        _booked(row),
        rx.cond(State.past, rx.fragment(), withdraw),
    ]


def _head() -> rx.Component:
    def look(past: bool) -> rx.Component:
        key = "past" if past else "ahead"
        return ui.button(
            f"scheduling.setup.absence.{key}",
            on_click=State.show_past(past),
            aria_pressed=rx.cond(State.past == past, "true", "false"),
            class_name="aria-pressed:bg-accent-soft aria-pressed:text-accent-text aria-pressed:border-accent",
        )

    return rx.el.div(
        rx.el.p(t("scheduling.setup.absence.hint"), class_name="text-muted m-0 max-w-prose"),
        rx.el.div(
            rx.el.div(look(False), look(True), class_name="flex gap-2"),
            rx.el.div(
                ui.button("scheduling.setup.absence.add_block", icon="ban", on_click=State.open_block),
                ui.button("scheduling.setup.absence.add_leave", icon="plus", kind="primary", on_click=State.open_leave),
                class_name="flex flex-wrap gap-3",
            ),
            class_name="flex flex-wrap items-center justify-between gap-3",
        ),
        class_name="flex flex-col gap-4",
    )


def _field(name: str, **more: Any) -> rx.Component:
    return ui.field(
        f"scheduling.setup.absence.field.{name}",
        f"closing_{name}",
        error=State.errors[f"closing_{name}"],
        test_id=f"scheduling-setup-closing-{name}",
        **more,
    )


def _resource(label: str, options: Any) -> rx.Component:
    return ui.field(
        label,
        "closing_resource",
        kind="select",
        required=True,
        options=options,
        default_value=options[0].value,
        error=State.errors["closing_resource"],
        test_id="scheduling-setup-closing-resource",
    )


def _period_fields() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            _field("first", kind="date", required=True),
            _field("last", kind="date"),
            _field("starts", placeholder_key="scheduling.setup.hours.starts_example"),
            _field("ends", placeholder_key="scheduling.setup.hours.ends_example"),
            class_name="grid grid-cols-2 gap-3 items-end",
        ),
        rx.el.p(t("scheduling.setup.absence.period_help"), class_name="m-0 text-13 text-muted"),
        class_name="flex flex-col gap-2",
    )


def _sheet(what: str, save: Any, *fields: Any) -> rx.Component:
    return setup_sheet(
        State,
        what,
        rx.cond(State.refusal, ui.alert(State.refusal, "wait")),
        *fields,
        title_key=f"{WORDS}.add_{what}",
        save=save,
        is_open=State.mode == what,
    )


def _leave_sheet() -> rx.Component:
    return _sheet(
        "leave",
        State.save_leave,
        _resource("scheduling.setup.field.doctor", State.doctors),
        ui.radio_group(
            "scheduling.setup.absence.field.kind",
            "closing_kind",
            LEAVE_KINDS,
            default_value=LeaveKind.LEAVE.value,
            required=True,
            error=State.errors["closing_kind"],
        ),
        _period_fields(),
        _field("note", max_length=1000, help_key="scheduling.setup.absence.note_help"),
    )


def _block_sheet() -> rx.Component:
    reason = ui.field(
        "scheduling.setup.absence.field.reason",
        "closing_note",
        required=True,
        max_length=200,
        help_key="scheduling.setup.absence.reason_help",
        error=State.errors["closing_note"],
        test_id="scheduling-setup-closing-reason",
    )
    return _sheet(
        "block",
        State.save_block,
        _resource("scheduling.setup.absence.field.resource", State.resources),
        _period_fields(),
        reason,
    )


def absence_tab() -> rx.Component:
    """What is closed, and how many booked visits lie in it."""
    nothing = ui.empty(
        "scheduling.setup.absence.empty.title", "scheduling.setup.absence.empty.body", icon_name="calendar-check"
    )
    listed = ui.table(
        columns=COLUMNS,
        rows=State.rows,
        row=_cells,
        caption_key="scheduling.setup.tab.absence",
        empty=nothing,
        key=lambda row: row.id,
        test_id="scheduling-setup-absence",
    )
    return rx.fragment(
        rx.el.div(_head(), rx.cond(State.loaded, listed, ui.skeleton(6)), class_name="flex flex-col gap-4"),
        _leave_sheet(),
        _block_sheet(),
    )
