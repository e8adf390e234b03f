"""The television: sizes in parts of the screen's height, so that every 16:9 screen is read from five metres."""

from typing import Any

import reflex as rx

from tht_app.i18n.catalog import LANGUAGES, template_of
from tht_app.live.watching import FeedState
from tht_app.script import script
from tht_app.state.person import PersonState
from tht_app.state.queue.display import BoardState, DisplayState

SCRIPT = script("display.jsx")
WORDS = ("number", "go", "nobody", "also", "coming", "none", "gone", "denied", "tap", "lost", "online")

LOOKS = {
    "screen": "fixed inset-0 overflow-hidden bg-ground text-text cursor-none select-none",
    "frame": "h-full flex flex-col px-[2vw] py-[2vh]",
    "head": "flex items-center justify-between gap-[2vw] h-[9vh] shrink-0",
    "clinic": "m-0 text-[4vh] font-semibold truncate",
    "clock": "text-[7vh] font-bold leading-none tabular-nums",
    "body": "flex-1 min-h-0 grid grid-cols-[2fr_1fr] gap-[2vw] py-[1.5vh]",
    "left": "flex flex-col min-w-0 min-h-0 gap-[1.5vh]",
    "call": (
        "relative overflow-hidden flex-1 min-h-0 flex flex-col items-center justify-center text-center rounded-card "
        "border border-line bg-surface px-[2vw]"
    ),
    "fresh": "border-accent",
    "field": "absolute inset-0 bg-accent-soft border-[1vh] border-accent",
    "lead": "relative m-0 text-[4vh] leading-heading",
    "number": "relative m-0 text-[22vh] leading-none font-bold tabular-nums whitespace-nowrap",
    "place": "relative m-0 text-[12vh] leading-heading font-bold whitespace-nowrap",
    "nobody": "m-0 text-[6vh]",
    # What does not fit goes to a second line that is not seen: a number is shown whole or not at all.
    "others": "flex flex-wrap content-start gap-x-[1.5vw] gap-y-[4vh] h-[6vh] shrink-0 overflow-hidden text-[4vh] "
    "whitespace-nowrap",
    "also": "shrink-0",
    "other": "px-[1vw] rounded-card border border-line-strong tabular-nums",
    "coming": "flex flex-col min-w-0 min-h-0 rounded-card border border-line bg-surface px-[1.5vw] py-[1.5vh]",
    "title": "m-0 text-[4vh] font-semibold leading-heading",
    "none": "m-0 mt-[2vh] text-[3.5vh]",
    "list": "list-none m-0 p-0 flex-1 min-h-0 flex flex-col",
    "row": (
        "flex-1 max-h-[12vh] min-h-0 flex items-center justify-between gap-[1vw] border-t border-line first:border-t-0"
    ),
    "next": "text-[6vh] font-bold tabular-nums whitespace-nowrap",
    "where": "text-[4vh] truncate",
    "gone": "flex-1 flex items-center justify-center text-center text-[10vh] leading-heading font-bold px-[4vw]",
    "foot": "flex items-center justify-between gap-[2vw] h-[8vh] shrink-0 text-[3vh]",
    "message": "m-0 flex-1 min-w-0 line-clamp-2 leading-heading",
    "tap": "m-0 shrink-0 px-[1.5vw] py-[1vh] rounded-card bg-wait-soft text-wait-text font-semibold",
    "link": "m-0 shrink-0 flex items-center gap-[0.5vw] text-[2vh] text-muted",
    "dot": "size-[1.4vh] rounded-full",
    "dot_online": "bg-done",
    "dot_lost": "bg-wait",
}


class DisplayScreen(rx.Component):
    """See display.jsx; use `display_screen`."""

    library = SCRIPT.importable_path
    tag = "DisplayScreen"

    calls: rx.Var[Any]
    coming: rx.Var[Any]
    look: rx.Var[Any]
    ready: rx.Var[bool]
    now: rx.Var[str]
    cut_off: rx.Var[bool]
    denied: rx.Var[bool]
    words: rx.Var[dict[str, dict[str, str]]]
    looks: rx.Var[dict[str, str]]
    on_alive: rx.EventHandler[rx.event.no_args_event_spec]
    on_look: rx.EventHandler[rx.event.no_args_event_spec]
    on_board: rx.EventHandler[rx.event.no_args_event_spec]


def display_screen() -> rx.Component:
    """The whole screen. Its words are in the display's language, not in the browser's."""
    known = PersonState.permissions.length() > 0
    return DisplayScreen.create(
        calls=BoardState.calls,
        coming=BoardState.coming,
        look=DisplayState.look,
        ready=BoardState.ready,
        now=DisplayState.now,
        cut_off=FeedState.cut_off,
        denied=known & ~PersonState.roles.contains("display"),
        words={lang: {word: template_of(f"display.screen.{word}", lang) for word in WORDS} for lang in LANGUAGES},
        looks=LOOKS,
        on_alive=DisplayState.alive,
        on_look=DisplayState.load,
        on_board=BoardState.load,
    )
