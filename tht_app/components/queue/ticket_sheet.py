"""What can be put right about one ticket: priority, how the patient is reached, another point, leaving."""

from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.components.layout.registry import allowed
from tht_app.domain.identity import Permission
from tht_app.domain.queue import PriorityReason
from tht_app.i18n import t
from tht_app.state.queue.console import QueueState
from tht_app.state.queue.ticket import TicketState

CHECK_IN = (Permission.QUEUE_CHECK_IN,)


def ticket_sheet() -> rx.Component:
    """One ticket, beside the console."""
    state: Any = TicketState
    ticket = state.shown
    return ui.side_sheet(
        rx.el.div(
            rx.el.p(ticket.label, class_name="m-0 text-28 font-bold tabular-nums"),
            rx.el.p(ticket.name, class_name="m-0 font-semibold"),
            rx.el.p(ticket.person, class_name="m-0 text-13 text-muted"),
            class_name="flex flex-col",
        ),
        rx.cond(allowed(CHECK_IN), _details(state, ticket)),
        rx.cond(
            (ticket.status == "waiting") | (ticket.status == "called") | (ticket.status == "skipped"),
            _elsewhere(ticket),
        ),
        open=state.is_open,
        title_key="queue.ticket.title",
        on_close=TicketState.close_ticket,
        test_id="queue-ticket-sheet",
    )


def _details(state: Any, ticket: Any) -> rx.Component:
    reasons = [("", "queue.walk_in.in_order")]
    reasons += [(reason.value, f"queue.priority.{reason.value}") for reason in PriorityReason]
    return ui.form(
        rx.cond(
            (ticket.status == "waiting") | (ticket.status == "skipped"),
            ui.field(
                "queue.walk_in.priority",
                "ticket_priority",
                kind="select",
                options=reasons,
                default_value=ticket.reason,
                error=state.errors["ticket_priority"],
            ),
        ),
        rx.el.fieldset(
            rx.el.legend(t("queue.ticket.needs"), class_name="font-semibold text-14 p-0 mb-1"),
            rx.el.div(
                ui.checkbox("queue.need.visual", "ticket_visual", checked=ticket.visual),
                ui.checkbox("queue.need.sign_language", "ticket_sign_language", checked=ticket.sign),
                ui.checkbox("queue.need.wheelchair", "ticket_wheelchair", checked=ticket.wheelchair),
                class_name="flex flex-col",
            ),
            rx.el.p(t("queue.ticket.needs_stay"), class_name="m-0 text-13 text-muted"),
            class_name="border-0 p-0 m-0",
        ),
        ui.form_actions(ui.submit_button("queue.ticket.save", icon="check")),
        on_submit=TicketState.save,
        key_epoch=state.key_epoch,
        errors=state.errors,
    )


def _elsewhere(ticket: Any) -> rx.Component:
    """Move or leave: each says what it does with this number."""
    targets: Any = QueueState.shown.targets
    return rx.el.section(
        rx.el.h3(t("queue.ticket.move"), class_name="text-14 font-semibold m-0"),
        rx.el.p(t("queue.ticket.move_help", ticket=ticket.label), class_name="m-0 text-13 text-muted"),
        rx.el.div(
            rx.foreach(
                targets,
                lambda target: ui.button(
                    target.label, on_click=TicketState.move(target.value), test_id="queue-ticket-move-to"
                ),
            ),
            class_name="flex flex-wrap gap-2",
        ),
        rx.cond(
            allowed(CHECK_IN),
            rx.el.div(
                ui.button(
                    t("queue.ticket.leave", ticket=ticket.label),
                    on_click=TicketState.leave,
                    icon="log-out",
                    test_id="queue-ticket-leave",
                ),
                class_name="pt-3",
            ),
        ),
        class_name="flex flex-col gap-2 pt-3 border-t border-line",
    )
