"""The open notes of this process: loaded once, told what other processes did, put away when all have left."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncGenerator
from uuid import UUID

from tht_app.domain.encounter.record import NotePass, SharedNote
from tht_app.domain.errors import DomainError, SessionEnded
from tht_app.live import topics
from tht_app.live.feed import FEED, Feed
from tht_app.live.note_room import AGAIN, Keeper, Room, Seat
from tht_app.live.note_store import Store
from tht_app.live.noted import Noted
from tht_app.state.feedback import incident
from tht_app.use_cases.door import Actor, Viewer, read, reread
from tht_app.use_cases.encounter import FrozenAmong, JoinNote, OpenSharedNote, StillReads

WATCH_SECONDS = 1.0
LOST = 4401


class Rooms:
    """Rooms by encounter; the server alone says which one somebody gets."""

    def __init__(self, keeper: Keeper) -> None:
        """No note is open."""
        self._keeper = keeper
        self._noted = Noted()
        self._store = Store(self._noted)
        self._rooms: dict[UUID, asyncio.Task[Room]] = {}
        self._numbers = itertools.count(1)
        self._looking: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Event()
        """A visit has changed: somebody may have signed it."""

    async def admit(self, actor: Actor, encounter_id: UUID) -> NotePass:
        """Ask the door whether this person may come in; raises DomainError. Coming back soon is no second reading."""
        key = (actor.token, encounter_id, "read")
        reading = await read(actor, JoinNote(encounter_id), seen=self._noted.lately(*key))
        self._noted.now(*key, patients=reading.patient_ids)
        return reading.result

    def number(self) -> int:
        """A number for a seat."""
        return next(self._numbers)

    async def enter(self, encounter_id: UUID) -> Room:
        """The room of an encounter, loaded once however many ask at the same moment; raises DomainError."""
        while True:
            opening = self._rooms.get(encounter_id)
            if opening is None:
                opening = self._rooms[encounter_id] = asyncio.create_task(self._open(encounter_id))
            try:
                room = await asyncio.shield(opening)
            except DomainError:
                self._forget(encounter_id, opening)
                raise
            if not room.closed:
                return room
            self._forget(encounter_id, opening)

    async def _open(self, encounter_id: UUID) -> Room:
        note: SharedNote = await self._keeper.execute(OpenSharedNote(encounter_id))
        return Room(encounter_id, note, self._keeper, self._store)

    def _forget(self, encounter_id: UUID, opening: asyncio.Task[Room]) -> None:
        if self._rooms.get(encounter_id) is opening:
            del self._rooms[encounter_id]

    async def leave(self, room: Room, seat: Seat) -> None:
        """Somebody goes; the last one out has the sections written down."""
        room.leave(seat)
        if not room.seats:
            await room.settle()
        if not room.seats:
            room.close()
            if room in self._open_rooms:
                del self._rooms[room.encounter_id]

    @property
    def _open_rooms(self) -> list[Room]:
        return [
            task.result()
            for task in self._rooms.values()
            if task.done() and not task.cancelled() and task.exception() is None
        ]

    def heard(self, topic: str) -> None:
        """The database says that something changed: look where it may concern an open note."""
        kind, _, rest = topic.partition(":")
        encounter_id, _, origin = rest.partition(":")
        if kind == topics.ENCOUNTERS:
            self._changed.set()
        if kind not in {"note", topics.EVERYTHING}:
            return
        for room in self._open_rooms:
            if kind != "note" or (str(room.encounter_id) == encounter_id and room.origin != origin):
                task = asyncio.create_task(room.look())
                self._looking.add(task)
                task.add_done_callback(self._looking.discard)

    async def watch_visits(self) -> None:
        """Whenever visits have changed: one question for all open notes, and a look at those that were signed."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            rooms = {room.encounter_id: room for room in self._open_rooms if not room.frozen}
            if not rooms:
                continue
            try:
                frozen = await self._keeper.proceed(FrozenAmong(tuple(rooms)), frozenset())
            except DomainError:
                await asyncio.sleep(WATCH_SECONDS)
                self._changed.set()
                continue
            await asyncio.gather(*(rooms[encounter_id].look() for encounter_id in frozen))

    async def watch(self) -> None:
        """Every second: whoever has signed out or lost the right to read gets up."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            try:
                await self.check()
            except DomainError:
                continue
            except Exception as error:  # noqa: BLE001  a bug once must not end the watch
                incident(error, "note watch")

    async def check(self) -> None:
        """One question for all seats; raises Unavailable."""
        seats = [seat for room in self._open_rooms for seat in room.seats]
        if not seats:
            return
        try:
            admitted = (await reread(StillReads(), [Viewer(seat.actor) for seat in seats])).admitted
        except SessionEnded:
            admitted = frozenset[str]()
        for room in self._open_rooms:
            for seat in [one for one in room.seats if one in seats and one.actor.token not in admitted]:
                room.leave(seat)
                seat.close(LOST, None)

    async def close(self) -> None:
        """The process ends: devices come back to the next one, sections are written down."""
        for room in self._open_rooms:
            room.give_up(AGAIN)
            await room.settle()
            room.close()
        self._rooms.clear()
        await self._store.close()


@contextlib.asynccontextmanager
async def keeping_notes(rooms: Rooms, feed: Feed = FEED) -> AsyncGenerator[Rooms, None]:
    """Notes can be open for as long as the block runs."""
    watchers = [asyncio.create_task(watch(), name="notes watch") for watch in (rooms.watch, rooms.watch_visits)]
    try:
        with feed.hearing(rooms.heard):
            yield rooms
    finally:
        for watcher in watchers:
            watcher.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watcher
        await rooms.close()
