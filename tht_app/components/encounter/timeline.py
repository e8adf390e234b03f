"""The timeline of a patient: filters as links, events by day, the newest first."""

from typing import Any

import reflex as rx
from reflex_components_core.react_router import link as route_link

from tht_app.components.encounter.words import side_badge, word_of
from tht_app.components.ui.button import link_button, text_link
from tht_app.components.ui.icon import icon
from tht_app.components.ui.show import badge, empty
from tht_app.domain.encounter.timeline import TimelineKind
from tht_app.i18n import t
from tht_app.state.encounter.timeline import ChoiceView, EventView, TimelineState

SYMBOLS = {
    TimelineKind.VISIT: "stethoscope",
    TimelineKind.DIAGNOSIS: "tag",
    TimelineKind.PROCEDURE: "scissors",
    TimelineKind.PRESCRIPTION: "pill",
    TimelineKind.LETTER: "mail",
    TimelineKind.ATTACHMENT: "paperclip",
    TimelineKind.ALLERGY: "triangle-alert",
}
CHOICE = (
    "inline-flex items-center min-h-control px-3 rounded-control border no-underline font-semibold text-14 "
    "border-line-strong bg-surface text-text hover:bg-sunken aria-[current=true]:border-accent "
    "aria-[current=true]:bg-accent-soft aria-[current=true]:text-accent-text"
)


def _choice(choice: rx.Var[ChoiceView]) -> rx.Component:
    return route_link(
        choice.label,
        to=choice.address,
        aria_current=rx.cond(choice.chosen, "true", "false"),
        class_name=CHOICE,
        data_testid="encounter-timeline-choice",
    )


def _choices(label_key: str, choices: Any) -> rx.Component:
    return rx.el.nav(rx.foreach(choices, _choice), aria_label=t(label_key), class_name="flex flex-wrap gap-2")


def _symbol(kind: Any) -> rx.Component:
    return rx.match(kind, *[(each.value, icon(name)) for each, name in SYMBOLS.items()], rx.fragment())


def _what(event: rx.Var[EventView]) -> rx.Component:
    return rx.el.div(
        rx.el.p(
            rx.el.span(event.words, class_name="font-semibold break-words"),
            side_badge(event.side),
            rx.cond(event.withdrawn, badge("encounter.timeline.withdrawn", "neutral"), rx.fragment()),
            class_name="m-0 flex flex-wrap items-center gap-2",
        ),
        rx.cond(event.detail != "", rx.el.p(event.detail, class_name="m-0 text-13 break-words")),
        rx.el.p(
            word_of("encounter.timeline.kind_one", TimelineKind, event.kind),
            " · ",
            event.time,
            " · ",
            event.by,
            class_name="m-0 text-13 text-muted",
        ),
        class_name="flex flex-col gap-0.5 min-w-0 flex-1",
    )


def _event(event: rx.Var[EventView]) -> rx.Component:
    return rx.el.li(
        rx.el.div(event.day, class_name="w-28 max-sm:w-full shrink-0 font-semibold tabular-nums"),
        rx.el.div(_symbol(event.kind), class_name="text-muted shrink-0 pt-0.5"),
        _what(event),
        rx.el.div(
            rx.cond(
                event.document != "",
                rx.el.a(
                    t("encounter.timeline.open_letter"),
                    href=event.document,
                    target="_blank",
                    rel="noopener",
                    class_name="text-accent-text font-semibold underline underline-offset-3",
                ),
            ),
            rx.cond(event.visit != "", text_link("encounter.timeline.open_visit", event.visit)),
            class_name="flex flex-wrap gap-4 shrink-0",
        ),
        class_name="flex flex-wrap sm:flex-nowrap gap-x-4 gap-y-1 py-3 border-b border-line last:border-b-0",
        data_testid="encounter-timeline-event",
    )


def _steps() -> rx.Component:
    return rx.el.nav(
        rx.cond(
            TimelineState.behind,
            link_button("encounter.timeline.newest", TimelineState.newest_address, icon="chevrons-left"),
        ),
        rx.cond(
            TimelineState.next_address != "",
            link_button("encounter.timeline.older", TimelineState.next_address, icon="chevron-right"),
        ),
        aria_label=t("encounter.timeline.pages"),
        class_name="flex flex-wrap gap-3",
    )


def timeline() -> rx.Component:
    """Filters, the events of this page, and the way to older ones."""
    return rx.el.div(
        _choices("encounter.timeline.kinds", TimelineState.kinds),
        _choices("encounter.timeline.years", TimelineState.years),
        rx.cond(
            TimelineState.events.length() > 0,
            rx.el.ol(
                rx.foreach(TimelineState.events, _event),
                class_name="list-none m-0 px-4 rounded-card border border-line bg-surface",
                data_testid="encounter-timeline",
            ),
            empty("encounter.timeline.none", "encounter.timeline.none_hint"),
        ),
        _steps(),
        class_name="flex flex-col gap-4",
    )
