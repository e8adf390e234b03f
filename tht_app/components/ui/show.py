"""What only shows: badge, card, states of a list, page header, figures."""

from typing import Any, Literal

import reflex as rx

from tht_app.components.ui.button import button, text_link
from tht_app.components.ui.icon import icon
from tht_app.components.ui.words import Words, joined, mark_of, marked, said
from tht_app.i18n import t

Tone = Literal["neutral", "done", "wait", "danger", "info", "right", "left"]

TONES: dict[Tone, str] = {
    "neutral": "bg-sunken text-text",
    "done": "bg-done-soft text-done-text",
    "wait": "bg-wait-soft text-wait-text",
    "danger": "bg-danger-soft text-danger-text",
    "info": "bg-info-soft text-info-text",
    "right": "bg-ear-right-soft text-ear-right-text",
    "left": "bg-ear-left-soft text-ear-left-text",
}
BADGE = "inline-flex items-center gap-1 px-2 py-0.5 rounded-control text-13 font-semibold whitespace-nowrap"


def badge(text: Words, tone: Tone | rx.Var = "neutral", *, icon_name: str | None = None) -> rx.Component:
    """A word with a colour. `text` is a key or a Var; `tone` may be a Var that holds one of the tones."""
    look = rx.match(tone, *TONES.items(), TONES["neutral"]) if isinstance(tone, rx.Var) else TONES[tone]
    face = [icon(icon_name, size=14)] if icon_name else []
    return rx.el.span(*face, said(text), class_name=[BADGE, look])


def ear(side: Literal["right", "left"]) -> rx.Component:
    """`Ka` in the right ear's red or `Ki` in the left ear's blue."""
    return badge(f"ui.ear.{side}", side)


def visit_type(text: Words, tint: int | rx.Var) -> rx.Component:
    """The name of a visit type on one of its eight tints (1 to 8)."""
    return rx.el.span(said(text), class_name=[BADGE, "text-text"], style={"background": f"var(--visit-{tint})"})


def card(title_key: Words | None, *children: Any, actions: Any = None, **props: Any) -> rx.Component:
    """A bordered part of a page with its heading; `actions` stand at the right of it."""
    head = []
    if title_key is not None:
        head.append(
            rx.el.div(
                rx.el.h2(said(title_key), class_name="text-16 font-bold m-0"),
                *([actions] if actions is not None else []),
                class_name="flex items-center justify-between gap-3 min-h-control",
            )
        )
    return rx.el.section(
        *head,
        *children,
        class_name=joined(
            "flex flex-col gap-3 p-4 rounded-card border border-line bg-surface min-w-0", props.pop("class_name", "")
        ),
        **marked(mark_of(title_key, props.pop("test_id", None)) if title_key is not None else None),
        **props,
    )


def page_header(title_key: Words, *actions: Any, hint: Any = None) -> rx.Component:
    """The one h1 of a screen, with its actions. It takes the focus when the screen is reached."""
    words: list[Any] = [rx.el.h1(said(title_key), class_name="text-28 font-bold m-0 focus:outline-none", tab_index=-1)]
    if hint is not None:
        words.append(rx.el.p(said(hint), class_name="text-muted m-0"))
    return rx.el.header(
        rx.el.div(*words, class_name="flex flex-col gap-1 min-w-0"),
        rx.el.div(*actions, class_name="flex flex-wrap items-center gap-3"),
        class_name="flex flex-wrap items-end justify-between gap-4",
    )


def _state(icon_name: str, title: Words, *body: Any, tone: str = "text-muted", **props: Any) -> rx.Component:
    return rx.el.div(
        icon(icon_name, size=28, class_name=joined("shrink-0", tone)),
        rx.el.p(said(title), class_name="text-16 font-semibold m-0"),
        *body,
        class_name=(
            "flex flex-col items-center justify-center gap-2 text-center px-6 py-8 min-h-48 rounded-card border "
            "border-dashed border-line-strong bg-surface"
        ),
        **props,
    )


def empty(title_key: Words, body_key: Words, action: Any = None, *, icon_name: str = "inbox") -> rx.Component:
    """Nothing here: what this place is, why it is empty, one thing to do."""
    body = rx.el.p(said(body_key), class_name="text-muted max-w-prose m-0")
    return _state(icon_name, title_key, body, *([action] if action is not None else []), **marked(mark_of(title_key)))


def error_state(
    title_key: Words, safe_key: Words = "ui.error_state.safe", *, on_retry: Any = None, incident: Any = None
) -> rx.Component:
    """It did not work: what happened, what is safe, try again, the number to quote (`incident` is a Var)."""
    body: list[Any] = [rx.el.p(said(safe_key), class_name="text-muted max-w-prose m-0")]
    if on_retry is not None:
        body.append(button("ui.retry", on_click=on_retry, icon="rotate-cw"))
    if incident is not None:
        body.append(
            rx.cond(incident, rx.el.p(t("ui.error_state.incident", incident=incident), class_name="text-13 text-muted"))
        )
    return _state("triangle-alert", title_key, *body, tone="text-danger", role="alert")


def skeleton(rows: int = 5) -> rx.Component:
    """Grey lines of the size that the content will have."""
    bar = "h-row rounded-control bg-sunken"
    return rx.el.div(
        rx.el.span(t("ui.loading"), class_name="sr-only"),
        *[rx.el.div(class_name=bar) for _ in range(rows)],
        class_name="flex flex-col gap-2",
        aria_busy="true",
        data_testid="ui-skeleton",
    )


def stat(label_key: Words, value: Any, *, to: Any = None, hint: Any = None) -> rx.Component:
    """One figure with its word; `to` leads to the list behind it."""
    label = (
        text_link(label_key, to) if to is not None else rx.el.span(said(label_key), class_name="text-muted font-medium")
    )
    parts = [rx.el.span(value, class_name="text-28 font-bold tabular-nums leading-heading"), label]
    if hint is not None:
        parts.append(rx.el.span(said(hint), class_name="text-13 text-muted"))
    return rx.el.div(*parts, class_name="flex flex-col gap-1 p-4 rounded-card border border-line bg-surface min-w-36")


def kbd(key: str) -> rx.Component:
    """The name of a key as it stands on the keyboard."""
    return rx.el.kbd(
        key, class_name="inline-block px-1.5 rounded-control border border-line-strong text-12 font-semibold text-muted"
    )


def definition(label_key: Words, value: Any) -> rx.Component:
    """A labelled value: the value is heavier than its label."""
    return rx.el.div(
        rx.el.dt(said(label_key), class_name="text-13 text-muted"),
        rx.el.dd(value, class_name="m-0 font-semibold break-words"),
        class_name="flex flex-col min-w-0",
    )


def alert(text: Words, tone: Literal["done", "wait", "danger", "info"] = "info", *children: Any) -> rx.Component:
    """A sentence that belongs to the page (not to a moment, that is a toast)."""
    names = {"done": "circle-check", "wait": "triangle-alert", "danger": "circle-alert", "info": "info"}
    return rx.el.div(
        icon(names[tone], class_name="shrink-0 mt-0.5"),
        rx.el.div(rx.el.p(said(text), class_name="m-0"), *children, class_name="flex flex-col gap-2 min-w-0"),
        class_name=joined("flex gap-2 p-3 rounded-card", TONES[tone]),
        role="status",
    )
