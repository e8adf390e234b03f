"""How a prescription looks everywhere: one sentence a line, the dose bold, what the shelf says beside it."""

from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.components.layout.registry import allowed
from tht_app.domain.identity import Permission
from tht_app.i18n import t

STATES = ("draft", "active", "completed", "cancelled", "entered-in-error")
TONES = {"draft": "wait", "active": "info", "completed": "done"}


def state_badge(state: Any) -> rx.Component:
    """The status of a prescription as a word."""
    words: Any = rx.match(state, *[(name, t(f"pharmacy.status.{name.replace('-', '_')}")) for name in STATES], "")
    tone: Any = rx.match(state, *TONES.items(), "danger")
    return ui.badge(words, tone)


def watched_mark(word: Any) -> rx.Component:
    """The class of a medicine that asks for care; nothing for the others."""
    return rx.cond(word != "", ui.badge(word, "danger", icon_name="shield-alert"))


def stock_mark(line: Any) -> rx.Component:
    """What may be handed out, loud when it is not enough."""
    return rx.cond(
        line.short,
        ui.badge(line.stock, "danger", icon_name="package-x"),
        rx.el.span(line.stock, class_name="text-13 text-muted"),
    )


def line_sentence(line: Any) -> rx.Component:
    """Item, quantity, dose in bold, direction, note."""
    return rx.el.div(
        rx.el.p(
            rx.el.span(line.item, class_name="font-bold"),
            " – ",
            rx.el.span(line.quantity, class_name="font-semibold tabular-nums"),
            class_name="m-0 break-words",
        ),
        rx.el.p(
            rx.el.span(t("pharmacy.line.dose"), class_name="text-12 text-muted"),
            " ",
            rx.el.strong(line.dose, class_name="tabular-nums"),
            " – ",
            line.rest,
            class_name="m-0 break-words",
        ),
        rx.cond(line.note != "", rx.el.p(line.note, class_name="m-0 text-13 text-muted break-words")),
        rx.el.div(
            watched_mark(line.watched),
            rx.cond(line.external, ui.badge("pharmacy.line.external", "left")),
            stock_mark(line),
            rx.el.span(line.price, class_name="text-13 text-muted tabular-nums"),
            class_name="flex flex-wrap items-center gap-2",
        ),
        class_name="flex flex-col gap-1 min-w-0 flex-1",
    )


def total_foot(view: Any) -> rx.Component:
    """The whole effect of a prescription: price and what the shelf cannot fill."""
    return rx.el.div(
        rx.el.span(t("pharmacy.line.total"), class_name="text-muted"),
        rx.el.strong(view.total, class_name="tabular-nums"),
        rx.cond(
            view.shortages > 0,
            ui.badge(t("pharmacy.line.shortages", count=view.shortages), "danger", icon_name="package-x"),
        ),
        class_name="flex flex-wrap items-center gap-3 pt-2 border-t border-line",
        data_testid="pharmacy-line-total",
    )


ALLERGY_LOOK = (
    ("present", "bg-danger-soft text-danger-text border-2 border-danger"),
    ("none_known", "bg-done-soft text-done-text"),
    ("unasked", "bg-wait-soft text-wait-text border-2 border-dashed border-wait"),
)


def allergy_line(view: Any) -> rx.Component:
    """The allergy sentence for whoever may see it, in the look of the banner's four states."""
    look = rx.match(view.allergy_state, *ALLERGY_LOOK, "bg-sunken border-2 border-dotted border-line-strong")
    return rx.cond(
        view.allergy != "",
        rx.el.p(
            ui.icon("octagon-alert", class_name="shrink-0"),
            rx.el.span(view.allergy, class_name="font-bold break-words"),
            class_name=["flex items-start gap-2 m-0 p-2 rounded-control", look],
            data_testid="pharmacy-allergy",
        ),
    )


def print_links(view: Any) -> rx.Component:
    """The documents of a prescription, each in a tab of its own."""
    return rx.el.div(
        ui.link_button("pharmacy.print.action", view.print_url, icon="printer", new_tab=True),
        rx.cond(
            (view.labels_url != "") & ((view.state == "active") | (view.state == "completed")),
            ui.link_button("pharmacy.label.action", view.labels_url, icon="tag", new_tab=True),
        ),
        class_name="flex flex-wrap gap-2",
    )


def person_head(view: Any) -> rx.Component:
    """Whose prescription it is, in one line each."""
    return rx.el.div(
        rx.el.p(view.patient, class_name="text-16 font-bold m-0 break-words"),
        rx.el.p(view.person, class_name="m-0 text-13"),
        rx.el.p(t("pharmacy.card.record", record=view.record_number), " · ", view.weight, class_name="m-0 text-13"),
        allergy_line(view),
        class_name="flex flex-col gap-1",
    )


def prescription_body(view: Any) -> rx.Component:
    """A prescription to look at."""
    return rx.el.div(
        rx.el.div(
            rx.el.span(view.number, class_name="font-bold tabular-nums"),
            state_badge(view.state),
            class_name="flex flex-wrap items-center gap-2",
        ),
        rx.el.p(view.doctor, " · ", view.signed, class_name="m-0 text-13 text-muted"),
        person_head(view),
        rx.el.ul(
            rx.foreach(view.lines, lambda line: rx.el.li(line_sentence(line), class_name="py-2 border-b border-line")),
            class_name="list-none m-0 p-0",
        ),
        rx.cond(view.repeats != "", rx.el.p(view.repeats, class_name="m-0 font-semibold")),
        total_foot(view),
        print_links(view),
        rx.cond(
            (view.state == "active") & allowed((Permission.PRESCRIPTION_DISPENSE,)),
            rx.el.div(ui.link_button("pharmacy.list.to_counter", "/pharmacy?open=" + view.id.to(str), icon="pill")),
        ),
        class_name="flex flex-col gap-3",
    )
