"""One open note: who sits at it, what they write, and when what they wrote is safe.

A step goes through here one way: tried on a copy, stored in its author's name, and only then shown to the others and
acknowledged. What somebody sees of another's hand is in the database, and "saved" is said after the commit.
"""

import asyncio
import contextlib
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID

from tht_app.domain.encounter.note import Section, UpdateBroken
from tht_app.domain.encounter.record import NotePass, SharedNote
from tht_app.domain.encounter.visit import EncounterSigned
from tht_app.domain.errors import Busy, DomainError, PermissionDenied, Unavailable
from tht_app.domain.identity import Permission
from tht_app.i18n import clock_text
from tht_app.live import note_wire as wire
from tht_app.live.note_store import Grounds, Store
from tht_app.settings import settings
from tht_app.state.feedback import incident
from tht_app.use_cases.door import Actor, record_refusal
from tht_app.use_cases.encounter import AppendUpdate, CatchUp, SettleNote
from tht_app.use_cases.encounter.note_document import Shadow, document_of, since

SETTLE_SECONDS = 15.0
"""So long after the first new word the sections are written down; signing and leaving do it at once."""
REFUSED, AGAIN, BROKEN = 4403, 1013, 1011
"""How a line is closed: for good, to be opened again at once, after a bug."""
STEP = "encounter.shared_note.AppendUpdate"


class Keeper(Protocol):
    """The program in whose name the document is kept."""

    async def execute(self, request: Any) -> Any:
        """Do what is asked; raises DomainError."""
        ...

    async def proceed(self, request: Any, noted: frozenset[UUID]) -> Any:
        """The same for one step of many."""
        ...


@dataclass(eq=False, slots=True)
class Seat:
    """One person at one device. `post` and `close` never wait; after `close` the device hears nothing more."""

    number: int
    actor: Actor
    entry: NotePass
    post: Callable[[bytes], None]
    close: Callable[[int, DomainError | None], None]
    cursor: Any = None
    gone: bool = False
    grounds: Grounds = field(default_factory=Grounds)

    @property
    def shown(self) -> dict[str, Any]:
        """What the others see of this person; the name is the session's, whatever the device says."""
        return {"seat": self.number, "name": self.entry.name, "nurse": self.entry.nurse, "cursor": self.cursor}


@dataclass(frozen=True, slots=True)
class _Sent:
    seat: Seat
    number: int
    update: bytes


@dataclass(slots=True)
class _Tried:
    """What of one seat passed the trial and waits to be stored."""

    number: int = 0
    updates: list[bytes] = field(default_factory=list[bytes])
    sections: set[Section] = field(default_factory=set[Section])


class Room:
    """The document of one encounter in this process and everybody who has it open here."""

    def __init__(self, encounter_id: UUID, note: SharedNote, keeper: Keeper, store: Store) -> None:
        """Build the document from what is stored; `start` begins to take steps."""
        self.encounter_id, self.frozen, self.closed = encounter_id, note.frozen, False
        self.origin = secrets.token_hex(6)
        """What came through this room it need not read back."""
        self.document = document_of(update for step in note.steps for update in step.updates)
        self.seats: set[Seat] = set()
        self._keeper, self._store = keeper, store
        self._base = max((step.seq for step in note.steps), default=0)
        self._known: set[int] = set()
        self._shadow: Shadow | None = None
        self._inbox: asyncio.Queue[_Sent] = asyncio.Queue()
        self._unsettled = False
        self._settling: asyncio.Task[None] | None = None
        self._worker = asyncio.create_task(self._work(), name="note")

    def sit(self, seat: Seat) -> None:
        """Let somebody in: they see who is there, and the others see them."""
        for other in self.seats:
            seat.post(wire.presence(**other.shown))
        self._tell(wire.presence(**seat.shown), but=seat)
        self.seats.add(seat)

    def leave(self, seat: Seat) -> None:
        """Let somebody go."""
        seat.gone = True
        if seat in self.seats:
            self.seats.remove(seat)
            self._tell(wire.presence(seat=seat.number, left=True), but=seat)

    def hear(self, seat: Seat, said: wire.Said) -> None:
        """Take a message of a seat; raises UpdateBroken."""
        if seat.gone:
            return
        if said.kind is wire.Kind.PING:
            seat.post(wire.PONG)
        elif said.kind is wire.Kind.UPDATE:
            self._inbox.put_nowait(_Sent(seat, said.number, said.data))
        elif said.kind is wire.Kind.PRESENCE:
            seat.cursor = wire.cursor_of(said.data)
            self._tell(wire.presence(**seat.shown), but=seat)
        else:
            seat.post(wire.state(self.document.get_state(), since(self.document, said.data)))

    def _tell(self, message: bytes, *, but: Seat) -> None:
        for seat in self.seats:
            if seat is not but:
                seat.post(message)

    async def _work(self) -> None:
        while True:
            batch = [await self._inbox.get()]
            while not self._inbox.empty():
                batch.append(self._inbox.get_nowait())
            try:
                await self._take(batch)
            except Exception as error:  # noqa: BLE001  a bug with one step must not make the note deaf for all
                incident(error, "note")
                self.give_up(BROKEN)

    async def _take(self, batch: Iterable[_Sent]) -> None:
        """Try each step, then store those of each author at the same time."""
        tried: dict[Seat, _Tried] = {}
        for sent in batch:
            if sent.seat.gone:
                continue
            try:
                sections = await self._try_again_when_behind(sent, tried.values())
            except DomainError as refusal:
                self._shadow = None
                await self.refuse(sent.seat, refusal)
                continue
            one = tried.setdefault(sent.seat, _Tried())
            one.number = sent.number
            one.updates.append(sent.update)
            one.sections |= sections
        await asyncio.gather(*(self._commit(seat, one) for seat, one in tried.items()))

    async def _try_again_when_behind(self, sent: _Sent, ahead: Iterable[_Tried]) -> frozenset[Section]:
        """A device that comes from another process may build on what that one stored and we have not read yet."""
        try:
            return self._try(sent, ahead)
        except UpdateBroken:
            self._shadow = None
            await self.look()
            return self._try(sent, ahead)

    def _try(self, sent: _Sent, ahead: Iterable[_Tried]) -> frozenset[Section]:
        """The sections that a step changes, after those `ahead` of it; raises what forbids it."""
        if self.frozen:
            raise EncounterSigned
        writable = sent.seat.entry.writable
        if not writable:
            raise PermissionDenied(permission=Permission.RECORD_WRITE.value)
        if self._shadow is None:
            self._shadow = Shadow(self.document, [update for one in ahead for update in one.updates])
        sections = self._shadow.take(sent.update)
        if not sections <= writable:
            raise PermissionDenied(permission=Permission.RECORD_WRITE.value)
        return sections

    async def _commit(self, seat: Seat, tried: _Tried) -> None:
        """Commit, then show and acknowledge; a refusal ends the seat, an absent database only its line."""
        request = AppendUpdate(self.encounter_id, tuple(tried.updates), frozenset(tried.sections), self.origin)
        try:
            await self._store.put(seat.actor, seat.grounds, request, seat.entry.patient_id)
        except (Unavailable, Busy) as absence:
            self.give_up(AGAIN, absence)
            return
        except DomainError as refusal:
            self._shadow = None
            await self.refuse(seat, refusal, audited=isinstance(refusal, PermissionDenied))
            return
        for update in tried.updates:
            self._tell(wire.step(update), but=seat)
            self.document.apply_update(update)
        seat.post(wire.ack(tried.number, clock_text(datetime.now(UTC).astimezone(settings().zone))))
        self._changed()

    async def refuse(self, seat: Seat, refusal: DomainError, *, audited: bool = False) -> None:
        """Let the log and the device know, in this order, and end the line."""
        if seat.gone:
            return
        self.leave(seat)
        try:
            if not audited:
                with contextlib.suppress(DomainError):
                    await record_refusal(seat.actor, STEP, refusal.code)
        finally:
            seat.close(REFUSED, refusal)

    def give_up(self, code: int, reason: DomainError | None = None) -> None:
        """It is not certain any more that this is what the database holds: everybody comes back, into a new room.

        What they have not heard of they send again; those who wait for it are told the reason.
        """
        self.closed = True
        for seat in list(self.seats):
            self.leave(seat)
            seat.close(code, reason)

    async def look(self) -> None:
        """Somebody wrote or signed through another process, or we were deaf for a while: read what we have not got."""
        patient = frozenset({seat.entry.patient_id for seat in self.seats})
        try:
            note: SharedNote = await self._keeper.proceed(CatchUp(self.encounter_id, self._base, self.origin), patient)
        except DomainError:
            self.give_up(AGAIN)
            return
        for step in note.steps:
            if step.seq in self._known:
                continue
            self._known.add(step.seq)  # `_base` stays: a lower number may still be on its way
            self._shadow = None
            for update in step.updates:
                self.document.apply_update(update)
                for seat in self.seats:
                    seat.post(wire.step(update))
        if note.frozen and not self.frozen:
            self.frozen = True
            for seat in self.seats:
                seat.post(wire.FROZEN)

    def _changed(self) -> None:
        self._unsettled = True
        if self._settling is None or self._settling.done():
            self._settling = asyncio.create_task(self._settle_later(), name="note settles")

    async def _settle_later(self) -> None:
        while self._unsettled:
            await asyncio.sleep(SETTLE_SECONDS)
            await self.settle()

    async def settle(self) -> None:
        """Have the sections written down, if anything is new; what cannot be done now is done later or when signing."""
        if not self._unsettled:
            return
        self._unsettled = False
        try:
            await self._keeper.execute(SettleNote(self.encounter_id))
        except (Unavailable, Busy):
            self._unsettled = True
        except DomainError:
            return  # signed meanwhile, which wrote it down, or gone

    def close(self) -> None:
        """Nobody is here any more."""
        self.closed = True
        self._worker.cancel()
        if self._settling is not None:
            self._settling.cancel()
