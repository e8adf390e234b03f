"""The console of a service point: the called number, one big button, who waits, the last five steps."""

from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.components.layout.registry import allowed
from tht_app.components.queue.tickets import ticket_line, ticket_marks, ticket_sharing, visit_marks, waited_badge
from tht_app.components.queue.waiting import recent_steps, waiting_list
from tht_app.components.ui.field import BOX
from tht_app.components.ui.words import joined
from tht_app.domain.identity import Permission
from tht_app.i18n import t
from tht_app.state.queue.console import HOME, QueueState
from tht_app.state.queue.ticket import TicketState

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
        rx.el.input(type="hidden", name="send_to", value=_chosen_next(shown), read_only=True),
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


def _chosen_next(shown: Any) -> Any:
    return rx.cond(QueueState.send_to, QueueState.send_to, rx.cond(shown.usual_next, shown.usual_next, HOME))


def _next_point(shown: Any) -> rx.Component:
    """Where the patient goes from here; the usual way is chosen already."""
    return rx.el.label(
        rx.el.span(t("queue.console.send_to"), class_name="font-semibold text-14"),
        rx.el.select(
            rx.el.option(t("queue.console.home"), value=HOME),
            rx.foreach(shown.targets, lambda target: rx.el.option(target.label, value=target.value)),
            value=_chosen_next(shown),
            on_change=QueueState.choose_next,
            class_name=f"{BOX} w-auto! max-w-72",
            data_testid="queue-console-send-to",
        ),
        class_name="flex flex-wrap items-center gap-3",
    )


def _current_actions(ticket: Any) -> rx.Component:
    called = ticket.status == "called"
    return rx.el.div(
        rx.cond(called, ui.button("queue.console.again", on_click=QueueState.call_again(ticket.id), icon="bell-ring")),
        rx.cond(called, ui.button("queue.console.start", on_click=QueueState.start(ticket.id), icon="door-open")),
        rx.cond(called, ui.button("queue.console.skip", on_click=QueueState.skip(ticket.id), icon="skip-forward")),
        ui.button("queue.console.finish", on_click=QueueState.finish(ticket.id), icon="check"),
        ui.button("queue.console.change", on_click=TicketState.open_ticket(ticket.id), icon="ellipsis"),
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
                visit_marks(ticket),
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
            rx.fragment(
                rx.cond(
                    shown.has_current,
                    rx.fragment(_current_actions(shown.current), _next_point(shown)),
                ),
                _next_button(shown),
            ),
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


def console() -> rx.Component:
    """One service point at work."""
    shown = QueueState.shown
    board = rx.el.div(
        rx.el.div(_stage(shown), recent_steps(shown), class_name="flex flex-col gap-4 min-w-0"),
        waiting_list(shown),
        class_name="grid gap-4 items-start grid-cols-1 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]",
    )
    nowhere = ui.empty("queue.console.no_point.title", "queue.console.no_point.body", icon_name="map-pin-off")
    return rx.cond(
        QueueState.loaded,
        rx.cond(shown.id, rx.fragment(point_tabs(), board), nowhere),
        ui.skeleton(8),
    )


def console_keys() -> rx.Component:
    """One key for each step of the console."""
    return ui.shortcuts(
        [
            ui.Shortcut("n", "queue-console-next", "queue.keys.next"),
            ui.Shortcut("u", "queue-console-again", "queue.console.again"),
            ui.Shortcut("m", "queue-console-start", "queue.console.start"),
            ui.Shortcut("l", "queue-console-skip", "queue.console.skip"),
            ui.Shortcut("s", "queue-console-finish", "queue.console.finish"),
            ui.Shortcut("p", "queue-console-change", "queue.keys.move"),
            ui.Shortcut("z", "queue-console-undo", "queue.keys.undo"),
            ui.Shortcut("t", "queue-walk-in-open", "queue.walk_in.open"),
        ]
    )
