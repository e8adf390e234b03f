"""The front desk's first screen: today's arrivals by time, one press to check in."""

from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.components.layout.home import home_section
from tht_app.components.queue.walk_in import walk_in_button, walk_in_sheet
from tht_app.components.scheduling.marks import flags, status_badge
from tht_app.domain.identity import Permission
from tht_app.i18n import t
from tht_app.state.queue.arrivals import ArrivalsState


def _arrival(arrival: Any) -> rx.Component:
    check_in = ui.button(
        "queue.arrivals.check_in",
        on_click=ArrivalsState.check_in(arrival.id),
        kind="primary",
        icon="user-check",
        custom_attrs={"aria-label": t("queue.arrivals.check_in_name", name=arrival.name)},
    )
    here = rx.el.span(
        rx.cond(arrival.ticket, rx.el.span(arrival.ticket, class_name="font-bold tabular-nums mr-2")),
        status_badge(arrival.status),
        class_name="whitespace-nowrap",
    )
    return rx.el.li(
        rx.el.span(arrival.time, class_name="w-12 shrink-0 font-bold tabular-nums"),
        rx.el.span(
            rx.el.span(
                ui.text_link(arrival.name, "/patients/" + arrival.patient_id, test_id="queue-arrivals-patient"),
                class_name="block truncate",
            ),
            rx.el.span(arrival.person, class_name="block text-13 text-muted truncate"),
            rx.el.span(arrival.doctor, class_name="block text-13 text-muted truncate"),
            class_name="flex-1 min-w-0",
        ),
        rx.el.span(
            ui.visit_type(arrival.visit_type, arrival.tint),
            flags(arrival),
            rx.cond(arrival.late, ui.badge(arrival.late, "wait", icon_name="clock-alert")),
            class_name="flex flex-wrap gap-1 justify-end max-md:hidden",
        ),
        rx.cond(arrival.status == "booked", check_in, here),
        key=arrival.id,
        class_name="flex items-center gap-3 py-2 border-b border-line last:border-b-0",
        data_testid="queue-arrivals-row",
    )


@home_section(order=10, needs=Permission.APPOINTMENT_WRITE, load=ArrivalsState.load)
def arrivals() -> rx.Component:
    """Who is to come, who is here; those still expected stand first."""
    rows: Any = ArrivalsState.arrivals
    listed = rx.el.ol(rx.foreach(rows, _arrival), class_name="list-none m-0 p-0")
    nobody = ui.empty(
        "queue.arrivals.empty.title",
        "queue.arrivals.empty.body",
        ui.link_button("queue.arrivals.calendar", "/calendar", icon="calendar-days"),
        icon_name="calendar-check",
    )
    return ui.card(
        "queue.arrivals.title",
        rx.el.p(t("queue.arrivals.expected", count=ArrivalsState.expected), class_name="m-0 text-muted"),
        rx.cond(
            ArrivalsState.loaded,
            rx.cond(rows.length() > 0, listed, nobody),
            ui.skeleton(6),
        ),
        walk_in_sheet(),
        ui.shortcuts(
            [
                ui.Shortcut("h", "queue-arrivals-check-in", "queue.keys.arrived", focus=True),
                ui.Shortcut("t", "queue-walk-in-open", "queue.walk_in.open"),
            ]
        ),
        ui.shortcuts_hint(),
        actions=walk_in_button(),
    )
