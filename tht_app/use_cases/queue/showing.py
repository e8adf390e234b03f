"""What a display of the waiting room is told: numbers, places and times, in the narrow session of a television."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from tht_app.database.queries import queue_display as queries
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.errors import SessionEnded
from tht_app.domain.identity import Permission
from tht_app.domain.queue import PointKind
from tht_app.domain.queue_display import Place, place_of
from tht_app.use_cases.door import use_case


@dataclass(frozen=True, slots=True)
class ReadDisplay:
    """How the display of this session looks."""


@dataclass(frozen=True, slots=True)
class DisplayLook:
    """Its points (none: all), language, theme, voice, the line of messages and the clinic's name."""

    points: tuple[UUID, ...]
    lang: str
    theme: str
    voice: bool
    message: str
    clinic: str


@dataclass(frozen=True, slots=True)
class BoardOf:
    """What is called and who comes next, on a day of the clinic, at these points (none: all)."""

    day: date
    points: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class BoardCall:
    """A call; `serving` says that the patient has come in. `calls` counts how often the number was called.

    `longer` is for somebody who cannot hear it: it stays large for longer, and says to nobody why.
    """

    label: str
    place: Place
    at: datetime
    calls: int
    serving: bool
    longer: bool = False


@dataclass(frozen=True, slots=True)
class Coming:
    """A number that waits, and where it will be called to."""

    label: str
    place: Place


@dataclass(frozen=True, slots=True)
class Board:
    """Calls, the newest first, and who comes next."""

    calls: tuple[BoardCall, ...]
    coming: tuple[Coming, ...]


@use_case(permission=Permission.QUEUE_DISPLAY, audit=AuditAction.READ, reads=True)
async def read_display(_request: ReadDisplay, work: UnitOfWork) -> DisplayLook:
    """Return the look; raises `SessionEnded` when the display was given up."""
    row = await queries.display_self(work)
    if row is None:
        raise SessionEnded
    message = row["message_en"] if row["lang"] == "en" and row["message_en"] else row["message_id"]
    return DisplayLook(tuple(row["points"]), row["lang"], row["theme"], row["voice"], message, row["clinic"])


@use_case(permission=Permission.QUEUE_DISPLAY, audit=AuditAction.READ, reads=True)
async def board_of(request: BoardOf, work: UnitOfWork) -> Board:
    """Return the board; which points a display shows is a matter of its place on the wall, not of secrecy."""
    rows = await queries.board(work, request.day, request.points)
    places = [place_of(PointKind(row["kind"]), row["letter"], row["sign"]) for row in rows]
    pairs = list(zip(rows, places, strict=True))
    calls = [
        BoardCall(row["label"], place, row["at"], row["calls"], row["serving"], row["longer"])
        for row, place in pairs
        if row["called"]
    ]
    return Board(tuple(calls), tuple(Coming(row["label"], place) for row, place in pairs if not row["called"]))
