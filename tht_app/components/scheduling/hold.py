"""That a time is kept while the form is open, and for how long still."""

from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.i18n import t
from tht_app.i18n.words import template
from tht_app.script import script
from tht_app.state.scheduling.booking import BookingState

SCRIPT = script("hold_clock.jsx")
BOX = "m-0 flex items-start gap-2 p-3 rounded-card tabular-nums"


class HoldClock(rx.Component):
    """See hold_clock.jsx; use `hold_line`."""

    library = SCRIPT.importable_path
    tag = "HoldClock"

    until: rx.Var[str]
    now: rx.Var[str]
    kept: rx.Var[str]
    over: rx.Var[str]
    what: rx.Var[str]
    again: rx.Var[str]
    looks: rx.Var[dict[str, str]]
    icons: rx.Var[dict[str, Any]]
    on_again: rx.EventHandler[rx.event.no_args_event_spec]


def hold_line() -> rx.Component:
    """With which room and device the time is kept, and how long; when it is over, the way to keep it again."""
    return rx.cond(
        BookingState.hold_until,
        HoldClock.create(
            until=BookingState.hold_until,
            now=BookingState.hold_now,
            kept=template("scheduling.hold.kept"),
            over=t("scheduling.hold.over"),
            what=BookingState.held,
            again=t("scheduling.hold.again"),
            looks={
                "kept": f"{BOX} bg-info-soft text-info-text",
                "over": f"{BOX} bg-wait-soft text-wait-text",
                "again": "shrink-0 bg-transparent border-0 p-0 font-semibold underline underline-offset-3",
            },
            icons={"kept": ui.icon("hourglass", size=16, class_name="shrink-0 mt-0.5")},
            on_again=BookingState.keep_again,
        ),
    )
