"""From calls and signs to what a television shows; pure functions. Numbers, places, times, and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from tht_app.documents.ticket import place_words
from tht_app.domain.queue_display import spoken
from tht_app.settings import settings
from tht_app.use_cases.queue.showing import Board, BoardCall, DisplayLook


@dataclass(frozen=True)
class LookView:
    """How a display looks; `version` changes with what the board depends on."""

    version: str = ""
    lang: str = "id"
    theme: str = "dark"
    voice: bool = False
    message: str = ""
    clinic: str = ""
    zone: str = ""


@dataclass(frozen=True)
class CallView:
    """A call; `key` is new with each time that the number is called, `clips` is what the voice says."""

    key: str = ""
    label: str = ""
    place: str = ""
    at: str = ""
    serving: bool = False
    longer: bool = False
    clips: list[str] = field(default_factory=list[str])


@dataclass(frozen=True)
class ComingView:
    """A number that comes next."""

    label: str = ""
    place: str = ""


def look_vars(look: DisplayLook, _now: datetime, _lang: str) -> Mapping[str, Any]:
    """The vars of the display's look."""
    version = sha256(repr((look.points, look.lang)).encode()).hexdigest()[:12]
    zone = settings().time_zone
    return {"look": LookView(version, look.lang, look.theme, look.voice, look.message, look.clinic, zone)}


def board_vars(board: Board, _now: datetime, lang: str) -> Mapping[str, Any]:
    """The vars of the board."""
    return {
        "calls": [_call(call, lang) for call in board.calls],
        "coming": [ComingView(one.label, place_words(one.place, lang)) for one in board.coming],
        "ready": True,
    }


def _call(call: BoardCall, lang: str) -> CallView:
    return CallView(
        key=f"{call.label}/{call.calls}/{call.at.timestamp():.3f}",
        label=call.label,
        place=place_words(call.place, lang),
        at=call.at.isoformat(),
        serving=call.serving,
        longer=call.longer,
        clips=[] if call.serving else list(spoken(call.label, call.place)),
    )
