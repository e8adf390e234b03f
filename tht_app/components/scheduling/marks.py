"""Words with a colour that calendar and queue share: status, payer, first visit, override."""

from collections.abc import Sequence
from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.components.ui.field import BOX
from tht_app.components.ui.words import Words, said
from tht_app.domain.scheduling import AppointmentStatus
from tht_app.i18n import t

TONE = {
    AppointmentStatus.ARRIVED: "wait",
    AppointmentStatus.FULFILLED: "done",
    AppointmentStatus.CANCELLED: "danger",
    AppointmentStatus.NOSHOW: "danger",
}


def status_badge(status: Any) -> rx.Component:
    """Where an appointment stands."""
    words = [(each.value, t(f"scheduling.status.{each.value.replace('-', '_')}")) for each in AppointmentStatus]
    tones = [(status.value, tone) for status, tone in TONE.items()]
    said_words: Any = rx.match(status, *words, "")
    tone: Any = rx.match(status, *tones, "neutral")
    return ui.badge(said_words, tone)


def payer_badge(payer: Any) -> rx.Component:
    """Who pays, where it is not the patient."""
    return rx.cond(
        payer == "bpjs",
        ui.badge("scheduling.flag.bpjs", "info"),
        rx.cond(payer == "insurance", ui.badge("scheduling.flag.insurance", "info")),
    )


def flags(view: Any) -> rx.Component:
    """Payer, first visit, and that the patient has said they will come."""
    return rx.fragment(
        payer_badge(view.payer),
        rx.cond(view.first_visit, ui.badge("scheduling.flag.first_visit")),
        rx.cond(view.confirmed, ui.badge("scheduling.flag.confirmed", "done", icon_name="mail-check")),
    )


def overrides(view: Any) -> rx.Component:
    """That a rule was overridden, as words and icon."""
    return rx.fragment(
        rx.cond(view.overbooked, ui.badge("scheduling.flag.overbooked", "wait", icon_name="triangle-alert")),
        rx.cond(view.outside_hours, ui.badge("scheduling.flag.outside_hours", "wait", icon_name="clock-alert")),
    )


def chooser(
    label: Words,
    name: str,
    *,
    value: Any,
    options: Any,
    on_change: Any,
    first: Words,
    others: Sequence[tuple[str, Words]] = (),
) -> rx.Component:
    """A select that acts at once; `first` is the choice that means all, `others` come after it."""
    return rx.el.label(
        rx.el.span(said(label), class_name="sr-only"),
        rx.el.select(
            rx.el.option(said(first), value="all"),
            *[rx.el.option(said(words), value=key) for key, words in others],
            rx.foreach(options, lambda option: rx.el.option(option.label, value=option.value)),
            value=value,
            on_change=on_change,
            id=name,
            class_name=f"{BOX} w-auto max-w-80 tablet:max-w-44",
            data_testid=name,
        ),
    )
