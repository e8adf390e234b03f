"""Who waits where and for how long: for desk and nurse on the first screen."""

from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.components.layout.home import home_section
from tht_app.components.queue.tickets import ticket_line
from tht_app.domain.identity import Permission
from tht_app.i18n import t
from tht_app.state.queue.arrivals import WaitingState


def _ticket(ticket: Any) -> rx.Component:
    return ticket_line(ticket)


def _point(point: Any) -> rx.Component:
    tone: Any = rx.match(point.tone, ("long", "wait"), ("too_long", "danger"), "neutral")
    head = rx.el.div(
        rx.el.h3(
            ui.text_link(
                point.letter + " · " + point.name, "/queue?point=" + point.letter, test_id="queue-waiting-point"
            ),
            class_name="text-14 font-semibold m-0 min-w-0 truncate",
        ),
        rx.el.span(
            rx.cond(point.current, ui.badge(t("queue.waiting.called", ticket=point.current), "info")),
            rx.cond(
                point.longest, ui.badge(t("queue.waiting.longest", count=point.count, minutes=point.longest), tone)
            ),
            class_name="flex flex-wrap gap-1 justify-end",
        ),
        class_name="flex items-center justify-between gap-3",
    )
    return rx.el.li(
        head,
        rx.cond(
            point.count > 0,
            rx.el.ol(rx.foreach(point.waiting, _ticket), class_name="list-none m-0 p-0"),
            rx.el.p(t("queue.waiting.nobody"), class_name="m-0 text-13 text-muted"),
        ),
        rx.cond(
            point.more > 0, rx.el.p(t("queue.waiting.more", count=point.more), class_name="m-0 text-13 text-muted")
        ),
        key=point.letter,
        class_name="flex flex-col gap-1 pb-3 border-b border-line last:border-b-0",
        data_testid="queue-waiting-row",
    )


@home_section(order=20, needs=Permission.QUEUE_CHECK_IN, load=WaitingState.load)
def waiting() -> rx.Component:
    """The queue of each service point; who waits too long is marked in words and colour."""
    points: Any = WaitingState.points
    listed = rx.el.ul(rx.foreach(points, _point), class_name="list-none m-0 p-0 flex flex-col gap-3")
    nowhere = ui.empty("queue.console.no_point.title", "queue.console.no_point.body", icon_name="map-pin-off")
    return ui.card(
        "queue.waiting.title",
        rx.cond(WaitingState.loaded, rx.cond(points.length() > 0, listed, nowhere), ui.skeleton(6)),
        actions=ui.link_button("queue.waiting.open", "/queue", icon="list-ordered"),
    )
