"""Words of coded values, chosen in the browser."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

import reflex as rx

from tht_app.components.ui.show import Tone, badge
from tht_app.domain.encounter.visit import EncounterStatus
from tht_app.i18n import t

STATUS_TONES: dict[str, Tone] = {
    EncounterStatus.PLANNED.value: "neutral",
    EncounterStatus.ARRIVED.value: "wait",
    EncounterStatus.IN_PROGRESS.value: "info",
    EncounterStatus.FINISHED.value: "done",
    EncounterStatus.CANCELLED.value: "neutral",
}


def word_of(prefix: str, values: Iterable[str] | type[StrEnum], var: Any) -> rx.Var:
    """The text of `prefix.<value>` for the value that a Var holds."""
    return rx.match(var, *[(str(value), t(f"{prefix}.{value}")) for value in values], "")


def status_badge(status: Any) -> rx.Component:
    """The status of a visit with its colour."""
    return rx.match(
        status,
        *[(value, badge(f"encounter.status.{value}", tone)) for value, tone in STATUS_TONES.items()],
        rx.fragment(),
    )


def side_badge(side: Any) -> rx.Component:
    """Ka in red, Ki in blue, both; nothing where no side is said."""
    return rx.match(
        side,
        ("right", badge("encounter.side.right", "right")),
        ("left", badge("encounter.side.left", "left")),
        ("both", rx.el.span(badge("encounter.side.right", "right"), badge("encounter.side.left", "left"))),
        rx.fragment(),
    )
