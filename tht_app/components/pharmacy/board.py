"""The counter's board: three columns, and the open prescription beside them."""

from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.components.pharmacy.lines import line_sentence, person_head, print_links, state_badge
from tht_app.i18n import t
from tht_app.state.pharmacy.board import BoardState

State: Any = BoardState

WAIT_TONES = (("too_long", "danger"), ("long", "wait"))


def _waited(card: Any) -> rx.Component:
    tone: Any = rx.match(card.tone, *WAIT_TONES, "neutral")
    return ui.badge(card.waited, tone, icon_name="clock")


def card_button(card: Any) -> rx.Component:
    """A card as one big button."""
    return rx.el.li(
        rx.el.button(
            rx.el.span(card.patient, class_name="font-bold break-words"),
            rx.el.span(card.number, " · ", card.lines, class_name="text-13 text-muted tabular-nums"),
            rx.el.span(card.doctor, class_name="text-13 text-muted break-words"),
            rx.el.span(
                _waited(card),
                rx.cond(card.partly, ui.badge("pharmacy.board.partly", "wait")),
                class_name="flex flex-wrap items-center gap-2",
            ),
            rx.cond(
                card.claimed_by != "",
                rx.el.span(t("pharmacy.board.by", person=card.claimed_by, time=card.since), class_name="text-13"),
            ),
            type="button",
            on_click=State.open_card(card.id),
            aria_pressed=rx.cond(State.opened.id == card.id, "true", "false"),
            class_name=(
                "flex flex-col items-start gap-1 w-full text-left p-3 rounded-card border border-line bg-surface "
                "hover:bg-sunken aria-pressed:border-accent aria-pressed:border-2"
            ),
            data_testid="pharmacy-board-card",
        ),
    )


def column(name: str, cards: Any) -> rx.Component:
    """One column with its count; says so when it is empty."""
    return rx.el.section(
        rx.el.h2(
            t(f"pharmacy.board.{name}"),
            " ",
            rx.el.span(cards.length(), class_name="text-muted tabular-nums"),
            class_name="text-16 font-bold m-0 min-h-control flex items-center gap-2",
        ),
        rx.cond(
            cards.length() > 0,
            rx.el.ul(rx.foreach(cards, card_button), class_name="list-none m-0 p-0 flex flex-col gap-2"),
            rx.el.p(
                t(f"pharmacy.board.{name}_none"),
                class_name="m-0 p-4 text-muted rounded-card border border-dashed border-line-strong",
            ),
        ),
        class_name="flex flex-col gap-2 min-w-0",
        data_testid=f"pharmacy-board-{name}",
    )


def _quantity(line: Any) -> rx.Component:
    name = "quantity_" + line.id.to(str)
    error = State.errors[name]
    return rx.el.div(
        rx.el.label(t("pharmacy.card.hand_over"), html_for=name, class_name="text-13 text-muted"),
        rx.el.input(
            type="text",
            name=name,
            id=name,
            default_value=line.left,
            input_mode="numeric",
            aria_label=t("pharmacy.card.hand_over_of", item=line.item),
            aria_invalid=rx.cond(error, "true", "false"),
            class_name=(
                "w-20 min-h-control px-2 rounded-control border border-line-strong bg-surface text-right tabular-nums "
                "aria-[invalid=true]:border-danger aria-[invalid=true]:border-2"
            ),
            data_testid="pharmacy-card-quantity",
        ),
        rx.cond(error, rx.el.p(error, class_name="m-0 text-13 text-danger-text")),
        class_name="flex flex-col gap-1 w-24 shrink-0",
    )


def _line(line: Any, *, handing_over: bool) -> rx.Component:
    owed = _quantity(line) if handing_over else rx.fragment()
    return rx.el.li(
        rx.el.div(
            line_sentence(line),
            rx.cond(
                line.lots != "",
                rx.el.p(t("pharmacy.card.take", lots=line.lots), class_name="m-0 text-13 font-semibold break-words"),
            ),
            class_name="flex flex-col gap-1 min-w-0 flex-1",
        ),
        rx.cond(line.done, ui.badge("pharmacy.card.line_done", "done", icon_name="check"), owed),
        class_name="flex items-start gap-3 py-2 border-b border-line",
    )


def _lines(*, handing_over: bool) -> rx.Component:
    return rx.el.ul(
        rx.foreach(State.opened.lines, lambda line: _line(line, handing_over=handing_over)),
        class_name="list-none m-0 p-0",
    )


def _release() -> rx.Component:
    return ui.button("pharmacy.card.release", kind="ghost", icon="undo-2", on_click=State.release)


def _question() -> rx.Component:
    """Handing over cannot be taken back: names the patient and what happens; the safe button has the focus."""
    return ui.dialog(
        rx.el.p(t("pharmacy.card.question", patient=State.opened.patient), class_name="m-0"),
        ui.dialog_actions(
            ui.button("pharmacy.card.not_yet", on_click=State.confirm(False), auto_focus=True),
            ui.submit_button("pharmacy.card.dispense_confirm", icon="check-check"),
        ),
        open=State.confirming,
        title_key="pharmacy.card.question_title",
        on_close=State.confirm(False),
        urgent=True,
    )


def _hand_over() -> rx.Component:
    """Quantities and the button. A disabled first submit button keeps Enter in a quantity from handing over."""
    return ui.form(
        rx.el.button(type="submit", disabled=True, hidden=True),
        _lines(handing_over=True),
        ui.form_actions(
            ui.button("pharmacy.card.dispense", kind="primary", icon="check-check", on_click=State.confirm(True)),
            _release(),
        ),
        _question(),
        on_submit=State.dispense,
        key_epoch=State.key_epoch,
        errors=State.errors,
    )


def _steps() -> Any:
    """What comes next, by the column."""
    return rx.match(
        State.opened.counter,
        ("ready", _hand_over()),
        (
            "waiting",
            rx.el.div(
                _lines(handing_over=False),
                ui.button("pharmacy.card.claim", kind="primary", icon="hand", on_click=State.claim),
                class_name="flex flex-col items-stretch gap-3",
            ),
        ),
        (
            "preparing",
            rx.el.div(
                ui.alert(t("pharmacy.board.prepared_by", person=State.opened.claimed_by), "info"),
                _lines(handing_over=False),
                rx.el.div(
                    ui.button("pharmacy.card.ready", kind="primary", icon="bell", on_click=State.mark_ready),
                    _release(),
                    class_name="flex flex-wrap gap-2",
                ),
                class_name="flex flex-col gap-3",
            ),
        ),
        _lines(handing_over=False),
    )


def open_card() -> rx.Component:
    """The open prescription: who, allergies, lines with the lots to take, the next step."""
    opened = State.opened
    return rx.el.aside(
        rx.el.div(
            rx.el.div(
                rx.el.h2(opened.number, class_name="text-20 font-bold m-0 tabular-nums"),
                state_badge(opened.state),
                class_name="flex flex-wrap items-center gap-2",
            ),
            ui.icon_button("x", "ui.close", on_click=State.close_card, test_id="pharmacy-card-close"),
            class_name="flex items-start justify-between gap-2",
        ),
        rx.el.p(opened.doctor, " · ", opened.signed, class_name="m-0 text-13 text-muted"),
        person_head(opened),
        _steps(),
        print_links(opened),
        aria_label=t("pharmacy.card.label"),
        class_name="flex flex-col gap-3 p-4 rounded-card border border-line bg-surface min-w-0 xl:sticky xl:top-18",
        data_testid="pharmacy-card",
    )


def board() -> rx.Component:
    """The three columns, with the open card beside them where there is room and above them where there is not."""
    columns = rx.el.div(
        column("waiting", State.waiting),
        column("preparing", State.preparing),
        column("ready", State.ready),
        class_name="grid grid-cols-1 md:grid-cols-3 gap-4 items-start min-w-0",
    )
    layout = rx.el.div(
        columns,
        rx.cond(State.opened.id != "", rx.el.div(open_card(), key=State.opened.id, class_name="max-xl:order-first")),
        class_name=rx.cond(
            State.opened.id != "",
            "grid grid-cols-1 xl:grid-cols-[minmax(0,1fr)_28rem] gap-6 items-start",
            "grid grid-cols-1 gap-6",
        ),
    )
    return rx.cond(State.loaded, layout, ui.skeleton(6))
