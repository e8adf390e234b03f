"""Control visits that come again, inside the booking sheet."""

from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.components.ui.field import BOX
from tht_app.domain.scheduling import SeriesUnit
from tht_app.i18n import t
from tht_app.state.scheduling.booking import BookingState


def series_fields(errors: Any) -> rx.Component:
    """How often and how many times; folded away, because most visits come once."""
    return rx.el.details(
        rx.el.summary(t("scheduling.series.title"), class_name="font-semibold min-h-control flex items-center"),
        rx.el.div(
            ui.field("scheduling.series.every", "booking_every", kind="number", error=errors["booking_every"]),
            ui.field(
                "scheduling.series.unit",
                "booking_unit",
                kind="select",
                options=[(unit.value, f"scheduling.series_unit.{unit.value}") for unit in SeriesUnit],
                default_value=SeriesUnit.WEEK.value,
            ),
            ui.field("scheduling.series.count", "booking_count", kind="number", error=errors["booking_count"]),
            class_name="grid grid-cols-3 gap-3 items-end pt-1",
        ),
        data_testid="scheduling-series",
    )


def _date(one: Any) -> rx.Component:
    choice = rx.el.select(
        rx.foreach(one.choices, lambda choice: rx.el.option(choice.label, value=choice.value)),
        name=one.name,
        aria_label=one.label,
        class_name=BOX,
    )
    free = rx.el.span(ui.badge("scheduling.series.free", "done"), class_name="ml-auto")
    return rx.el.li(
        rx.el.div(
            rx.el.span(one.label, class_name="tabular-nums font-medium"),
            rx.cond(one.why, rx.fragment(), free),
            class_name="flex items-center gap-2",
        ),
        rx.cond(one.why, rx.fragment(rx.el.p(one.why, class_name="m-0 text-13 text-wait-text"), choice)),
        key=one.name,
        class_name="flex flex-col gap-1",
    )


def series_dates() -> rx.Component:
    """The dates of the series after one was refused: what is free, and what may be had instead."""
    dates: Any = BookingState.series
    return rx.cond(
        dates.length() > 0,
        rx.el.div(
            ui.alert(BookingState.refusal, "wait"),
            rx.el.ul(rx.foreach(dates, _date), class_name="list-none m-0 p-0 flex flex-col gap-2"),
            rx.el.div(ui.submit_button("scheduling.series.submit", icon="calendar-check")),
            class_name="flex flex-col gap-3",
            data_testid="scheduling-series-dates",
        ),
    )
