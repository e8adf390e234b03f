"""How a ticket, its waiting time, its reasons and its patient look."""

from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.components.layout.registry import allowed
from tht_app.components.scheduling.marks import payer_badge
from tht_app.domain.identity import Permission
from tht_app.domain.queue import LIMIT_MINUTES, PATIENCE_MINUTES
from tht_app.i18n import t


def waited_badge(ticket: Any) -> rx.Component:
    """How long somebody waits, ticking, or has waited until called: neutral, long, too long, each in words."""
    tone: Any = rx.match(ticket.tone, ("long", "wait"), ("too_long", "danger"), "neutral")
    return rx.cond(
        (ticket.status == "waiting") | (ticket.status == "skipped"),
        ui.elapsed(ticket.since, now=ticket.read_at, long=PATIENCE_MINUTES, too_long=LIMIT_MINUTES),
        ui.badge(ticket.waited, tone),
    )


def ticket_marks(ticket: Any) -> rx.Component:
    """Why somebody goes first, how they have to be reached, and that they were skipped."""
    return rx.fragment(
        rx.cond(ticket.priority, ui.badge(ticket.priority, "info", icon_name="star")),
        rx.cond(ticket.visual, ui.badge("queue.need.visual", "info", icon_name="ear-off")),
        rx.cond(ticket.sign, ui.badge("queue.need.sign_language", "info", icon_name="hand")),
        rx.cond(ticket.wheelchair, ui.badge("queue.need.wheelchair", "info", icon_name="accessibility")),
        rx.cond(ticket.status == "skipped", ui.badge("queue.mark.skipped", "wait", icon_name="rotate-ccw")),
        rx.cond(ticket.unseen, ui.badge("display.ticket.unseen", "wait", icon_name="smartphone")),
    )


def ticket_sharing(ticket: Any) -> rx.Component:
    """The ticket on paper or in a message, for who checks patients in."""
    address = "/files/tickets/" + ticket.id
    return rx.cond(
        allowed((Permission.QUEUE_CHECK_IN,)),
        rx.fragment(
            ui.link_button("display.ticket.print_button", address + ".pdf", icon="printer", new_tab=True),
            ui.link_button("display.ticket.send_button", address + "/whatsapp", icon="message-circle", new_tab=True),
        ),
    )


def ticket_sharing_small(ticket: Any) -> rx.Component:
    """The same on a line of a list: two icons with their words for whoever asks."""

    def link(symbol: str, words: str, address: Any) -> rx.Component:
        return rx.el.a(
            ui.icon(symbol),
            href=address,
            target="_blank",
            rel="noopener",
            aria_label=t("display.ticket.of", what=t(words), ticket=ticket.label),
            title=t(words),
            class_name=(
                "inline-flex items-center justify-center size-control rounded-control text-muted hover:bg-sunken "
                "hover:text-text"
            ),
            data_testid=f"{words.replace('.', '-').replace('_', '-')}-small",
        )

    address = "/files/tickets/" + ticket.id
    return rx.cond(
        allowed((Permission.QUEUE_CHECK_IN,)),
        rx.el.span(
            link("printer", "display.ticket.print_button", address + ".pdf"),
            link("message-circle", "display.ticket.send_button", address + "/whatsapp"),
            class_name="inline-flex",
        ),
    )


def visit_marks(ticket: Any) -> rx.Component:
    """Who pays, and whether it is the first visit or a control."""
    return rx.fragment(
        payer_badge(ticket.payer),
        rx.cond(ticket.first_visit, ui.badge("queue.mark.first_visit"), ui.badge("queue.mark.control")),
    )


def estimate_line(ticket: Any) -> rx.Component:
    """How long it will take from now."""
    return rx.cond(
        ticket.estimate,
        rx.el.span(
            ui.icon("hourglass", size=14),
            ticket.estimate,
            class_name="inline-flex items-center gap-1 text-13 text-muted text-right tabular-nums",
            data_testid="queue-estimate",
        ),
    )


def ticket_line(ticket: Any, *actions: Any, below: Any = None) -> rx.Component:
    """Number, person, waiting time and what is left to wait on one line; marks and what is done more rarely below."""
    head = rx.el.span(
        rx.el.span(ticket.label, class_name="w-16 shrink-0 font-bold text-16 tabular-nums"),
        rx.el.span(
            rx.el.span(ticket.name, class_name="block font-semibold truncate"),
            rx.el.span(ticket.person, class_name="block text-13 text-muted truncate"),
            rx.el.span(
                ticket.visit_type,
                rx.cond(ticket.booked, " · " + ticket.booked, ""),
                class_name="block text-13 text-muted truncate",
            ),
            class_name="flex-1 min-w-0",
        ),
        rx.el.span(
            waited_badge(ticket), estimate_line(ticket), class_name="flex flex-col items-end gap-1 shrink-0 max-w-44"
        ),
        *actions,
        class_name="flex items-center gap-3",
    )
    return rx.el.li(
        head,
        rx.el.span(
            rx.el.span(
                ticket_marks(ticket), visit_marks(ticket), class_name="flex flex-wrap items-center gap-1 flex-1"
            ),
            *([below] if below is not None else []),
            class_name="flex items-center gap-2 pl-19 tablet:pl-0",
        ),
        key=ticket.id,
        class_name="flex flex-col gap-1 py-2 min-h-row border-b border-line last:border-b-0",
        data_testid="queue-ticket",
    )
