"""Beside the console: who waits, and what was done last."""

from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.components.queue.tickets import ticket_line, ticket_sharing_small
from tht_app.i18n import t
from tht_app.state.queue.console import QueueState
from tht_app.state.queue.ticket import TicketState


def _line_actions(ticket: Any) -> rx.Component:
    """Somebody can be called out of turn, and what is said about them changed."""
    return rx.cond(
        QueueState.shown.may_call,
        rx.el.span(
            ui.icon_button(
                "megaphone",
                "queue.console.call_out_of_turn",
                on_click=QueueState.call_again(ticket.id),
                test_id="queue-console-call-out-of-turn",
            ),
            ui.icon_button(
                "ellipsis",
                "queue.console.change",
                on_click=TicketState.open_ticket(ticket.id),
                test_id="queue-console-change-waiting",
            ),
            class_name="flex",
        ),
    )


def _line(ticket: Any) -> rx.Component:
    return ticket_line(ticket, _line_actions(ticket), below=ticket_sharing_small(ticket))


def waiting_list(shown: Any) -> rx.Component:
    """Who waits in the order of their turn, and how good the estimates beside them have been."""
    return ui.card(
        "queue.console.waiting",
        rx.cond(
            shown.waiting.length() > 0,
            rx.el.ol(
                rx.foreach(shown.waiting, _line),
                class_name="list-none m-0 p-0",
            ),
            ui.empty("queue.console.empty.title", "queue.console.empty.body", icon_name="armchair"),
        ),
        rx.el.p(shown.accuracy, class_name="m-0 text-13 text-muted", data_testid="queue-accuracy"),
        actions=ui.badge(shown.waiting.length().to(str)),
    )


def recent_steps(shown: Any) -> rx.Component:
    """The last five steps; each that can be undone says what undoing will do."""
    undo_button = (
        "inline-flex items-center gap-1 min-h-control px-3 rounded-control text-accent-text font-semibold text-14 "
        "text-left hover:bg-sunken border-0 bg-transparent"
    )

    def line(step: Any) -> rx.Component:
        return rx.el.li(
            rx.el.span(step.time, class_name="w-12 shrink-0 tabular-nums text-muted"),
            rx.el.span(step.words, class_name="flex-1 min-w-0"),
            rx.cond(
                step.undo & shown.may_call,
                rx.el.button(
                    ui.icon("undo-2", size=16),
                    step.undo,
                    type="button",
                    on_click=QueueState.undo(step.ticket_id),
                    class_name=undo_button,
                    data_testid="queue-console-undo",
                ),
            ),
            key=step.id,
            class_name="flex items-center gap-3 min-h-row border-b border-line last:border-b-0",
        )

    return ui.card(
        "queue.console.recent",
        rx.cond(
            shown.recent.length() > 0,
            rx.el.ol(rx.foreach(shown.recent, line), class_name="list-none m-0 p-0"),
            rx.el.p(t("queue.console.no_recent"), class_name="m-0 text-muted"),
        ),
    )
