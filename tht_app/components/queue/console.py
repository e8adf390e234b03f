"""The console of a service point: the called number, one big button, who waits, the last five steps."""

from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.components.layout.registry import allowed
from tht_app.components.queue.tickets import (
    ticket_line,
    ticket_marks,
    ticket_sharing,
    ticket_sharing_small,
    waited_badge,
)
from tht_app.components.ui.words import joined
from tht_app.domain.identity import Permission
from tht_app.i18n import t
from tht_app.state.queue.console import QueueState

BIG = "min-h-16! text-20! px-6 w-full whitespace-normal!"
TAB = (
    "inline-flex items-center gap-2 min-h-control px-3 rounded-control border text-14 font-medium "
    "aria-pressed:bg-accent-soft aria-pressed:border-accent aria-pressed:text-accent-text aria-pressed:font-semibold"
)


def point_tabs() -> rx.Component:
    """The service points, each with the number of people who wait there."""
    return rx.el.div(
        rx.foreach(
            QueueState.tabs,
            lambda tab: rx.el.button(
                rx.el.span(tab.letter, class_name="font-bold"),
                rx.el.span(tab.name),
                rx.el.span(
                    tab.waiting,
                    class_name="px-1.5 rounded-control bg-sunken text-text text-13 font-semibold tabular-nums",
                ),
                type="button",
                on_click=QueueState.choose_point(tab.letter),
                aria_pressed=rx.cond(tab.chosen, "true", "false"),
                class_name=f"{TAB} border-line-strong bg-surface hover:bg-sunken",
                data_testid="queue-console-point",
            ),
        ),
        role="group",
        aria_label=t("queue.console.points"),
        class_name="flex flex-wrap gap-2",
    )


def _next_button(shown: Any) -> rx.Component:
    """One press: who is here is done, the next is called. The form's key makes a double press one."""
    nobody = shown.waiting.length() == 0
    label = rx.cond(
        shown.has_current,
        rx.cond(nobody, t("queue.console.finish_last"), t("queue.console.finish_and_next")),
        t("queue.console.next"),
    )
    return ui.form(
        rx.el.input(type="hidden", name="point", value=shown.id, read_only=True),
        rx.el.input(type="hidden", name="finish", value=shown.current.id, read_only=True),
        ui.submit_button(
            label,
            icon="megaphone",
            class_name=BIG,
            disabled=nobody & ~shown.has_current,
            test_id="queue-console-next",
            auto_focus=True,
        ),
        rx.cond(
            nobody,
            rx.el.p(t("queue.console.nobody"), class_name="m-0 text-muted"),
            rx.el.p(t("queue.console.coming", ticket=shown.waiting[0].label), class_name="m-0 text-muted tabular-nums"),
        ),
        on_submit=QueueState.call_next,
        key_epoch=QueueState.key_epoch,
    )


def _current_actions(ticket: Any) -> rx.Component:
    called = ticket.status == "called"
    return rx.el.div(
        rx.cond(called, ui.button("queue.console.again", on_click=QueueState.call_again(ticket.id), icon="bell-ring")),
        rx.cond(called, ui.button("queue.console.start", on_click=QueueState.start(ticket.id), icon="door-open")),
        rx.cond(called, ui.button("queue.console.skip", on_click=QueueState.skip(ticket.id), icon="skip-forward")),
        ui.button("queue.console.finish", on_click=QueueState.finish(ticket.id), icon="check"),
        rx.cond(
            ticket.encounter_id & allowed((Permission.RECORD_READ,)),
            ui.link_button("queue.console.open_visit", "/encounters/" + ticket.encounter_id, icon="stethoscope"),
        ),
        ticket_sharing(ticket),
        class_name="flex flex-wrap gap-2",
    )


def _current(shown: Any) -> rx.Component:
    ticket = shown.current
    return rx.el.div(
        rx.el.div(
            rx.el.p(
                rx.cond(ticket.status == "called", t("queue.console.now_called"), t("queue.console.now_served")),
                class_name="m-0 text-muted font-medium",
            ),
            rx.el.p(
                ticket.label,
                class_name="m-0 text-[clamp(4rem,9vw,7rem)] leading-none font-bold tabular-nums text-accent-text",
                data_testid="queue-console-current",
                aria_live="polite",
            ),
            class_name="flex flex-col",
        ),
        rx.el.div(
            rx.el.p(ticket.name, class_name="m-0 text-20 font-bold break-words"),
            rx.el.p(ticket.person, class_name="m-0 text-muted"),
            rx.el.p(
                ticket.visit_type,
                rx.cond(ticket.room, " · " + ticket.room, ""),
                class_name="m-0",
            ),
            rx.el.div(
                ui.badge(t("queue.console.called_at", time=ticket.called, count=ticket.calls)),
                waited_badge(ticket),
                ticket_marks(ticket),
                class_name="flex flex-wrap gap-1 pt-1",
            ),
            class_name="flex flex-col gap-0.5 min-w-0",
        ),
        class_name="flex flex-wrap items-end gap-x-8 gap-y-3",
    )


def _stage(shown: Any) -> rx.Component:
    """Left: who is here now and the big button."""
    nobody = rx.el.p(t("queue.console.nobody_called"), class_name="m-0 text-20 text-muted min-h-24 flex items-center")
    return rx.el.section(
        rx.el.div(
            rx.el.h2(shown.letter, " · ", shown.name, class_name="text-16 font-bold m-0"),
            rx.el.p(
                rx.cond(shown.room, shown.room + " · ", ""),
                t("queue.console.done_today", count=shown.done),
                class_name="m-0 text-13 text-muted",
            ),
            class_name="flex flex-wrap items-baseline justify-between gap-2",
        ),
        rx.cond(shown.has_current, _current(shown), nobody),
        rx.cond(
            shown.may_call,
            rx.fragment(rx.cond(shown.has_current, _current_actions(shown.current)), _next_button(shown)),
            ui.alert("queue.console.look_only", "info"),
        ),
        rx.cond(
            shown.others.length() > 0,
            rx.el.div(
                rx.el.h3(t("queue.console.others"), class_name="text-14 font-semibold m-0"),
                rx.el.ul(
                    rx.foreach(
                        shown.others,
                        lambda ticket: ticket_line(ticket, rx.cond(shown.may_call, _finish_other(ticket))),
                    ),
                    class_name="list-none m-0 p-0",
                ),
                class_name="flex flex-col gap-1",
            ),
        ),
        class_name=joined("flex flex-col gap-5 p-6 rounded-card border border-line bg-surface min-w-0"),
        data_testid="queue-console-stage",
    )


def _finish_other(ticket: Any) -> rx.Component:
    return ui.button(
        "queue.console.finish",
        on_click=QueueState.finish(ticket.id),
        icon="check",
        test_id="queue-console-finish-other",
    )


def _call_line(ticket: Any) -> rx.Component:
    """A skipped patient who is back can be called out of turn."""
    return rx.cond(
        (ticket.status == "skipped") & QueueState.shown.may_call,
        ui.button("queue.console.call_skipped", on_click=QueueState.call_again(ticket.id), icon="megaphone"),
    )


def _waiting(shown: Any) -> rx.Component:
    return ui.card(
        "queue.console.waiting",
        rx.cond(
            shown.waiting.length() > 0,
            rx.el.ol(
                rx.foreach(
                    shown.waiting, lambda ticket: ticket_line(ticket, _call_line(ticket), ticket_sharing_small(ticket))
                ),
                class_name="list-none m-0 p-0",
            ),
            ui.empty("queue.console.empty.title", "queue.console.empty.body", icon_name="armchair"),
        ),
        actions=ui.badge(shown.waiting.length().to(str)),
    )


def _recent(shown: Any) -> rx.Component:
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


def console() -> rx.Component:
    """One service point at work."""
    shown = QueueState.shown
    board = rx.el.div(
        rx.el.div(_stage(shown), _recent(shown), class_name="flex flex-col gap-4 min-w-0"),
        _waiting(shown),
        class_name="grid gap-4 items-start grid-cols-1 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]",
    )
    nowhere = ui.empty("queue.console.no_point.title", "queue.console.no_point.body", icon_name="map-pin-off")
    return rx.cond(
        QueueState.loaded,
        rx.cond(shown.id, rx.fragment(point_tabs(), board), nowhere),
        ui.skeleton(8),
    )
