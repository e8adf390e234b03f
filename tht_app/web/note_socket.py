"""The line of an open note: `/notes/{encounter}/live`, a websocket beside the one of the screens.

The edge has asked for session and origin. Here the door is asked for the right to read this very note, and the room
follows from the encounter in the address, which proves nothing by itself. What the two sides say is in
`live/note_wire.py`; words for a refusal go ahead of the close.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket

from tht_app.domain.encounter.note import LARGEST_UPDATE, NoteTooLarge, UpdateBroken
from tht_app.domain.errors import DomainError, NotFound, RuleViolation, SessionEnded, Unavailable
from tht_app.i18n import as_language, clock_text
from tht_app.live import note_wire as wire
from tht_app.live.note_room import AGAIN, REFUSED, Room, Seat
from tht_app.live.note_rooms import Rooms
from tht_app.settings import settings
from tht_app.state.feedback import error_words
from tht_app.use_cases.door import Actor
from tht_app.web.acting import cookie_name
from tht_app.web.identity.sessions import BOOK
from tht_app.web.identity.visitor import Visitor

ROOMS = Rooms(Visitor("live", "service"))
"""The open notes of this process."""

WAITING_MESSAGES = 5_000
"""A device that is so far behind has to begin anew."""
MESSAGES_A_SECOND, MESSAGES_AT_ONCE = 60.0, 600.0
BYTES_A_SECOND, BYTES_AT_ONCE = 400_000.0, 8_000_000.0
ENVELOPE = 16


class TooFast(RuleViolation):
    """More messages or bytes than hands can type or paste."""

    code = "encounter.too_fast"


def routes() -> list[BaseRoute]:
    """The one line."""
    return [WebSocketRoute("/notes/{encounter}/live", live_note)]


class Pace:
    """How fast one line may send; `clock` counts seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Start with full allowances."""
        self._clock, self._at = clock, clock()
        self._messages, self._bytes = MESSAGES_AT_ONCE, BYTES_AT_ONCE

    def keeps(self, size: int) -> bool:
        """Count a message of so many bytes; False when it is one too many."""
        now = self._clock()
        passed, self._at = now - self._at, now
        self._messages = min(MESSAGES_AT_ONCE, self._messages + passed * MESSAGES_A_SECOND) - 1
        self._bytes = min(BYTES_AT_ONCE, self._bytes + passed * BYTES_A_SECOND) - size
        return self._messages >= 0 and self._bytes >= 0


class Line:
    """The outgoing side: messages wait here, so that a slow device holds up nobody else."""

    def __init__(self, websocket: WebSocket, lang: str) -> None:
        """`cut` of the edge ends the connection for both sides."""
        self._websocket, self._lang = websocket, lang
        self._cut: Callable[[int], Awaitable[None]] = websocket.scope["cut"]
        self._waiting: asyncio.Queue[bytes | int] = asyncio.Queue()
        self._closing = False
        self._writer = asyncio.create_task(self._write(), name="note line")

    def post(self, message: bytes) -> None:
        """Send when it is this message's turn."""
        if self._closing:
            return
        if self._waiting.qsize() > WAITING_MESSAGES:
            self.close(AGAIN)
            return
        self._waiting.put_nowait(message)

    def close(self, code: int, refusal: DomainError | None = None) -> None:
        """Say why, then end the connection."""
        if self._closing:
            return
        if refusal is not None:
            self._waiting.put_nowait(wire.refused(refusal.code, error_words(refusal, self._lang)))
        self._closing = True
        self._waiting.put_nowait(code)

    async def _write(self) -> None:
        with contextlib.suppress(RuntimeError, OSError):  # the device has gone
            while isinstance(message := await self._waiting.get(), bytes):
                await self._websocket.send_bytes(message)
            await self._cut(message)

    async def end(self) -> None:
        """Nothing more is sent; what was said before a close still goes out."""
        if not self._closing:
            self._writer.cancel()
        with contextlib.suppress(asyncio.CancelledError, TimeoutError):
            await asyncio.wait_for(self._writer, 5)


async def live_note(websocket: WebSocket) -> None:
    """One device at one note, from coming in to going away."""
    await websocket.accept()
    line = Line(websocket, as_language(websocket.cookies.get("lang")))
    try:
        actor = await _actor_of(websocket)
        encounter_id = _encounter(websocket)
        entry = await ROOMS.admit(actor, encounter_id)
        room = await ROOMS.enter(encounter_id)
    except DomainError as refusal:
        line.close(AGAIN if isinstance(refusal, Unavailable) else REFUSED, refusal)
        await _until_gone(websocket)
        await line.end()
        return
    seat = Seat(ROOMS.number(), actor, entry, line.post, line.close)
    line.post(_welcome(seat, room))
    room.sit(seat)
    try:
        await _listen(websocket, room, seat)
    finally:
        await ROOMS.leave(room, seat)
        await line.end()


async def _actor_of(websocket: WebSocket) -> Actor:
    address = websocket.client.host if websocket.client else None
    who = await BOOK.of(websocket.cookies.get(cookie_name(), ""), address)
    if who is None:
        raise SessionEnded
    return who.actor


def _encounter(websocket: WebSocket) -> UUID:
    try:
        return UUID(websocket.path_params["encounter"])
    except ValueError:
        raise NotFound from None


def _welcome(seat: Seat, room: Room) -> bytes:
    entry = seat.entry
    return wire.welcome(
        seat=seat.number,
        name=entry.name,
        nurse=entry.nurse,
        writable=[] if room.frozen else sorted(entry.writable),
        frozen=room.frozen,
        scope=entry.draft_scope,
        key=entry.draft_key.hex(),
        clock=clock_text(datetime.now(settings().zone)),
    )


async def _listen(websocket: WebSocket, room: Room, seat: Seat) -> None:
    """Hand on what the device says, for as long as it keeps to the rules."""
    pace = Pace()
    while True:
        message: Any = await websocket.receive()
        if message["type"] == "websocket.disconnect":
            return
        data = message.get("bytes")
        try:
            if data is None:
                raise UpdateBroken
            if len(data) > LARGEST_UPDATE + ENVELOPE:
                raise NoteTooLarge
            if not pace.keeps(len(data)):
                raise TooFast
            room.hear(seat, wire.heard(data))
        except DomainError as refusal:
            await room.refuse(seat, refusal)


async def _until_gone(websocket: WebSocket) -> None:
    while (await websocket.receive())["type"] != "websocket.disconnect":
        pass
