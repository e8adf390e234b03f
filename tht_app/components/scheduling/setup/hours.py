"""A doctor's weeks, and the sheet in which another week is typed."""

from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.components.layout.registry import allowed
from tht_app.components.scheduling.setup.listing import setup_sheet
from tht_app.components.ui.field import BOX, error_line
from tht_app.components.ui.words import said
from tht_app.domain.identity import Permission
from tht_app.i18n import t
from tht_app.state.scheduling.setup.hours import HoursState

State: Any = HoursState
EVERYONE = (Permission.SCHEDULE_WRITE,)


def _chooser() -> rx.Component:
    """Which doctor; who sets only the own week has nothing to choose."""
    return rx.el.label(
        rx.el.span(t("scheduling.setup.hours.doctor"), class_name="font-semibold text-14"),
        rx.el.select(
            rx.foreach(State.doctors, lambda one: rx.el.option(one.label, value=one.value)),
            value=State.doctor,
            on_change=State.choose_doctor,
            class_name=f"{BOX} max-w-80",
            data_testid="scheduling-setup-hours-doctor",
        ),
        class_name="flex flex-col gap-1",
    )


def _block(block: Any) -> rx.Component:
    return rx.el.span(
        rx.el.span(block.text, class_name="font-semibold tabular-nums"),
        rx.cond(block.room, rx.el.span(block.room, class_name="text-muted truncate max-w-48")),
        class_name="inline-flex items-baseline gap-2 px-2 py-0.5 rounded-control bg-sunken min-w-0",
    )


def _break(block: Any) -> rx.Component:
    return rx.el.span(
        ui.icon("coffee", size=14),
        t("scheduling.setup.hours.break_at", time=block.text),
        class_name="inline-flex items-center gap-1 px-2 py-0.5 rounded-control border border-dashed "
        "border-line-strong text-muted tabular-nums",
    )


def _weekday(day: Any) -> rx.Component:
    return rx.el.tr(
        rx.el.th(day.weekday, scope="row", class_name="text-left font-medium px-3 h-row w-28 border-b border-line"),
        rx.el.td(
            rx.cond(
                day.blocks.length() > 0,
                rx.el.div(
                    rx.foreach(day.blocks, _block),
                    rx.foreach(day.breaks, _break),
                    class_name="flex flex-wrap gap-2",
                ),
                rx.el.span(t("scheduling.day.not_working"), class_name="text-muted"),
            ),
            class_name="px-3 py-1 h-row border-b border-line",
        ),
    )


def _week(week: Any) -> rx.Component:
    until = rx.cond(week.until, t("scheduling.setup.hours.until", day=week.until), "")
    return rx.el.section(
        rx.el.h2(
            rx.cond(
                week.now,
                ui.badge("scheduling.setup.hours.now", "done"),
                ui.badge("scheduling.setup.hours.planned", "info"),
            ),
            rx.el.span(t("scheduling.setup.hours.since", day=week.since), " ", until),
            class_name="flex flex-wrap items-center gap-2 text-16 font-bold m-0",
        ),
        rx.cond(
            week.closed,
            rx.el.p(t("scheduling.setup.hours.closed"), class_name="m-0 text-muted"),
            rx.el.table(
                rx.el.tbody(rx.foreach(week.days, _weekday)),
                class_name="w-full border-separate border-spacing-0 text-14",
            ),
        ),
        class_name="flex flex-col gap-3 p-4 rounded-card border border-line bg-surface min-w-0",
        data_testid="scheduling-setup-hours-week",
        key=week.id,
    )


def _weeks() -> rx.Component:
    edit = ui.button(
        "scheduling.setup.hours.edit",
        icon="calendar-clock",
        kind="primary",
        on_click=State.edit,
        test_id="scheduling-setup-hours-first",
    )
    none = ui.empty(
        "scheduling.setup.hours.empty.title", "scheduling.setup.hours.empty.body", edit, icon_name="calendar-clock"
    )
    nobody = ui.empty("scheduling.day.empty.title", "scheduling.setup.hours.nobody", icon_name="calendar-x")
    shown = rx.el.div(
        rx.foreach(State.weeks, _week),
        class_name="grid gap-4 items-start grid-cols-[repeat(auto-fit,minmax(min(28rem,100%),1fr))]",
    )
    return rx.cond(State.doctor == "", nobody, rx.cond(State.weeks.length() > 0, shown, none))


def _clock(part: str, block_id: Any, value: Any) -> rx.Component:
    """A narrow field whose label is only spoken: the row says what it is about."""
    return ui.field(
        f"scheduling.setup.hours.{part}",
        f"hours_{part}_" + block_id,
        default_value=value,
        placeholder_key=f"scheduling.setup.hours.{part}_example",
        class_name="w-20 shrink-0 [&>label]:sr-only",
    )


def _room(block_id: Any, value: Any) -> rx.Component:
    return ui.field(
        "scheduling.setup.hours.room",
        "hours_room_" + block_id,
        kind="select",
        options=State.rooms,
        default_value=value,
        class_name="flex-1 [&>label]:sr-only",
    )


def _rest_word() -> rx.Component:
    return rx.el.span(
        ui.icon("coffee", size=16),
        t("scheduling.setup.hours.break"),
        class_name="flex-1 inline-flex items-center gap-2 text-muted",
    )


def _typed_block(block: Any) -> rx.Component:
    block_id = block.id.to(str)
    name = "hours_" + block_id
    return rx.el.fieldset(
        rx.el.legend(t("scheduling.setup.hours.block"), class_name="sr-only"),
        rx.el.div(
            _clock("starts", block_id, block.starts),
            rx.el.span("–", aria_hidden="true"),
            _clock("ends", block_id, block.ends),
            rx.cond(block.rest, _rest_word(), _room(block_id, block.room)),
            ui.icon_button("trash-2", "scheduling.setup.hours.drop", on_click=State.drop_block(block.id)),
            class_name="flex items-center gap-2",
        ),
        error_line(State.errors[name], name),
        id=name,
        class_name="border-0 p-0 m-0 min-w-0 flex flex-col gap-1",
        key=block.id,
    )


def _more(day: Any, key: str, *, rest: bool) -> rx.Component:
    return ui.button(
        f"scheduling.setup.hours.{key}",
        kind="ghost",
        icon="plus",
        on_click=State.add_block(day.number, rest),
        aria_label=t(f"scheduling.setup.hours.{key}_on", day=day.weekday),
    )


def _typed_day(day: Any) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.h3(day.weekday, class_name="text-14 font-semibold m-0"),
            rx.el.div(_more(day, "add_block", rest=False), _more(day, "add_break", rest=True), class_name="flex"),
            class_name="flex items-center justify-between gap-2",
        ),
        rx.cond(
            day.blocks.length() > 0,
            rx.foreach(day.blocks, _typed_block),
            rx.el.p(t("scheduling.day.not_working"), class_name="m-0 text-muted text-13"),
        ),
        class_name="flex flex-col gap-2 pb-3 border-b border-line",
        key=day.number.to_string(),
    )


def _sheet() -> rx.Component:
    since = ui.field(
        "scheduling.setup.hours.valid_from",
        "hours_valid_from",
        kind="date",
        required=True,
        default_value=State.valid_from,
        help_key="scheduling.setup.hours.valid_from_help",
        error=State.errors["hours_valid_from"],
    )
    return setup_sheet(
        State,
        "hours",
        since,
        rx.foreach(State.days, _typed_day),
        title_key="scheduling.setup.hours.edit",
        save=State.save,
        is_open=State.is_open,
        key=State.doctor,
    )


def hours_tab() -> rx.Component:
    """The weeks of one doctor."""
    return rx.fragment(
        rx.el.div(
            rx.el.div(
                rx.el.p(said("scheduling.setup.hours.hint"), class_name="text-muted m-0 max-w-prose"),
                rx.el.div(
                    rx.cond(allowed(EVERYONE), _chooser()),
                    rx.cond(
                        State.doctor != "",
                        ui.button(
                            "scheduling.setup.hours.edit", icon="calendar-clock", kind="primary", on_click=State.edit
                        ),
                    ),
                    class_name="flex flex-wrap items-end justify-between gap-3",
                ),
                class_name="flex flex-col gap-4",
            ),
            rx.cond(State.loaded, _weeks(), ui.skeleton(8)),
            class_name="flex flex-col gap-4",
        ),
        _sheet(),
    )
