"""The order of things in an open note: tried, committed, shown, acknowledged. The database is played here."""

import asyncio
from dataclasses import dataclass, field
from types import SimpleNamespace
from uuid import uuid4

import pytest
from pycrdt import XmlFragment, XmlText

from tht_app.domain.encounter.note import NURSING_SECTIONS, Section
from tht_app.domain.encounter.record import NotePass, SharedNote, SharedUpdate
from tht_app.domain.errors import DomainError, PermissionDenied, Unavailable
from tht_app.live import note_room, note_store
from tht_app.live.note_room import AGAIN, REFUSED, Room, Seat
from tht_app.live.note_rooms import Rooms
from tht_app.live.note_store import Store
from tht_app.live.note_wire import Kind, Said
from tht_app.live.noted import NOTED_SECONDS, Noted
from tht_app.use_cases.door import Actor
from tht_app.use_cases.encounter import CatchUp, FrozenAmong, OpenSharedNote, SettleNote
from tht_app.use_cases.encounter.note_document import document_of, rewrite, seed, words_of

BEGINNING = seed({Section.PLAN: "awal"})


@dataclass
class Shelf:
    """Plays database and keeper: what is stored, and when a commit comes to its end."""

    stored: list = field(default_factory=list)
    asked: list = field(default_factory=list)
    may_commit: asyncio.Event = field(default_factory=asyncio.Event)
    failure: DomainError | None = None
    refusals: list = field(default_factory=list)
    foreign: tuple = ()
    together: list = field(default_factory=list)
    """What was asked of the database at once, and how much of it it takes."""
    takes: int = 100
    frozen: bool = False

    async def proceed(self, actor, request, *, noted):
        await self.may_commit.wait()
        if self.failure is not None:
            raise self.failure
        self.stored.append(request)
        return SimpleNamespace(result="ground")

    async def append(self, database, steps):
        await self.may_commit.wait()
        self.together.append(steps)
        return [place < self.takes for place in range(len(steps))]

    async def close(self):
        pass

    async def record_refusal(self, actor, name, reason):
        self.refusals.append(reason)


class Keeper:
    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf

    async def execute(self, request):
        self.shelf.asked.append(request)
        if isinstance(request, OpenSharedNote):
            await asyncio.sleep(0.01)
            return SharedNote((SharedUpdate(1, (BEGINNING,)),), False)
        return True

    async def proceed(self, request, noted):
        self.shelf.asked.append(request)
        if isinstance(request, FrozenAmong):
            return request.encounter_ids[:1]
        return SharedNote(self.shelf.foreign, self.shelf.frozen)


@dataclass
class Device:
    """Plays a browser: what it was sent, how it was closed."""

    seat: Seat | None = None
    sent: list[bytes] = field(default_factory=list)
    closed: list = field(default_factory=list)

    def kinds(self) -> list[Kind]:
        return [Kind(message[0]) for message in self.sent if message[0] != Kind.PRESENCE]


def device(room: Room, number: int, writable=frozenset(Section)) -> Device:
    one = Device()
    entry = NotePass(uuid4(), f"orang {number}", False, writable, False, b"", "")
    close = lambda code, refusal: one.closed.append((code, refusal and refusal.code))  # noqa: E731
    one.seat = Seat(number, Actor(f"token{number}"), entry, one.sent.append, close)
    room.sit(one.seat)
    return one


@pytest.fixture
async def shelf(monkeypatch):
    shelf = Shelf()
    monkeypatch.setattr(note_store, "proceed", shelf.proceed)
    monkeypatch.setattr(note_store, "current", lambda: None)
    monkeypatch.setattr(note_room, "record_refusal", shelf.record_refusal)
    return shelf


@pytest.fixture
async def room(shelf):
    room = Room(uuid4(), SharedNote((SharedUpdate(1, (BEGINNING,)),), False), Keeper(shelf), Store(Noted(), shelf))
    yield room
    room.close()


def step(section: Section = Section.PLAN, word: str = " kata") -> bytes:
    document = document_of((BEGINNING,))
    before = document.get_state()
    paragraph = document.get(section.value, type=XmlFragment).children[0]
    paragraph.children.append(XmlText(word))
    return document.get_update(before)


async def settled() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_nothing_is_shown_or_acknowledged_before_the_commit(room, shelf):
    writer, reader = device(room, 1), device(room, 2)
    room.hear(writer.seat, Said(Kind.UPDATE, 7, step()))
    await settled()
    assert (writer.kinds(), reader.kinds()) == ([], [])
    assert words_of(room.document)[Section.PLAN] == "awal"
    shelf.may_commit.set()
    await settled()
    assert (writer.kinds(), reader.kinds()) == ([Kind.ACK], [Kind.UPDATE])
    assert words_of(room.document)[Section.PLAN] == "awal kata"


async def test_a_commit_that_fails_is_not_acknowledged_and_everybody_comes_again_into_a_new_room(room, shelf):
    writer, reader = device(room, 1), device(room, 2)
    shelf.failure = Unavailable()
    shelf.may_commit.set()
    room.hear(writer.seat, Said(Kind.UPDATE, 1, step()))
    await settled()
    away = [(AGAIN, Unavailable.code)]
    assert (writer.kinds(), reader.kinds()) == ([], [])
    assert (writer.closed, reader.closed) == (away, away)
    assert room.closed


@pytest.mark.parametrize("section", [Section.ASSESSMENT, Section.PLAN])
async def test_the_room_itself_holds_a_nurse_to_s_and_o(room, shelf, section):
    nurse, doctor = device(room, 1, NURSING_SECTIONS), device(room, 2)
    shelf.may_commit.set()
    room.hear(nurse.seat, Said(Kind.UPDATE, 1, step(section)))
    await settled()
    assert nurse.closed == [(REFUSED, PermissionDenied.code)]
    assert (shelf.stored, shelf.refusals, doctor.kinds()) == ([], [PermissionDenied.code], [])
    room.hear(nurse.seat, Said(Kind.UPDATE, 2, step(Section.SUBJECTIVE)))
    await settled()
    assert shelf.stored == []


async def test_a_refusal_by_the_database_does_not_stay_on_the_copy(room, shelf):
    """What was tried and not stored must not make a later step of somebody else look as if it changed more."""
    doctor, nurse = device(room, 1), device(room, 2, NURSING_SECTIONS)
    shelf.failure = PermissionDenied(permission="x")
    shelf.may_commit.set()
    room.hear(doctor.seat, Said(Kind.UPDATE, 1, step(Section.PLAN)))
    await settled()
    shelf.failure = None
    room.hear(nurse.seat, Said(Kind.UPDATE, 1, step(Section.SUBJECTIVE)))
    await settled()
    assert [request.sections for request in shelf.stored] == [frozenset({Section.SUBJECTIVE})]
    assert words_of(room.document)[Section.PLAN] == "awal"


async def test_steps_of_several_people_wait_for_no_other_commit(room, shelf):
    people = [device(room, number) for number in range(5)]
    for number, one in enumerate(people):
        room.hear(one.seat, Said(Kind.UPDATE, 1, step(word=f" kata{number}")))
    shelf.may_commit.set()
    await settled()
    assert len(shelf.stored) == 5
    assert {one.kinds()[-1] for one in people} <= {Kind.ACK, Kind.UPDATE}
    assert all(f"kata{number}" in words_of(room.document)[Section.PLAN] for number in range(5))


async def typed_before(room, shelf, *people):
    """They have gone through the door once."""
    shelf.may_commit.set()
    for number, one in enumerate(people):
        room.hear(one.seat, Said(Kind.UPDATE, 1, step(word=f" awal{number}")))
        await settled()
    shelf.stored.clear()
    shelf.may_commit.clear()


async def test_later_steps_of_several_go_together_and_none_is_shown_before_that_commit(room, shelf):
    people = [device(room, number) for number in range(3)]
    await typed_before(room, shelf, *people)
    for one in people:
        one.sent.clear()
    for number, one in enumerate(people):
        room.hear(one.seat, Said(Kind.UPDATE, 2, step(word=f" kata{number}")))
    await settled()
    assert [one.kinds() for one in people] == [[], [], []]
    shelf.may_commit.set()
    await settled()
    assert ([len(steps) for steps in shelf.together], shelf.stored) == ([3], [])
    assert [one.kinds().count(Kind.ACK) for one in people] == [1, 1, 1]
    assert all(f"kata{number}" in words_of(room.document)[Section.PLAN] for number in range(3))


async def test_what_the_database_leaves_out_goes_through_the_door(room, shelf):
    people = [device(room, number) for number in range(3)]
    await typed_before(room, shelf, *people)
    shelf.takes = 2
    for number, one in enumerate(people):
        room.hear(one.seat, Said(Kind.UPDATE, 2, step(word=f" kata{number}")))
    shelf.may_commit.set()
    await settled()
    assert len(shelf.stored) == 1
    shelf.takes, shelf.failure = 0, PermissionDenied(permission="x")
    room.hear(people[0].seat, Said(Kind.UPDATE, 3, step(word=" tidak")))
    await settled()
    assert people[0].closed == [(REFUSED, PermissionDenied.code)]
    assert "tidak" not in words_of(room.document)[Section.PLAN]


async def test_what_the_door_decided_for_s_and_o_covers_no_plan(room, shelf):
    doctor = device(room, 1)
    await typed_before(room, shelf)
    shelf.may_commit.set()
    for number, (section, doors) in enumerate(((Section.SUBJECTIVE, 1), (Section.PLAN, 2), (Section.PLAN, 2)), start=1):
        room.hear(doctor.seat, Said(Kind.UPDATE, number, step(section, f" kata{number}")))
        await settled()
        assert len(shelf.stored) == doors


async def test_what_another_process_stored_is_shown_and_what_was_signed_there_freezes(room, shelf):
    reader = device(room, 1)
    other = document_of((BEGINNING,))
    shelf.foreign = (SharedUpdate(9, (rewrite(other, Section.PLAN, "dari proses lain"),)),)
    await room.look()
    assert words_of(room.document)[Section.PLAN] == "dari proses lain"
    await room.look()
    assert reader.kinds() == [Kind.UPDATE]
    shelf.frozen = True
    await room.look()
    assert reader.kinds() == [Kind.UPDATE, Kind.FROZEN]
    room.hear(reader.seat, Said(Kind.UPDATE, 1, step()))
    await settled()
    assert reader.closed == [(REFUSED, "encounter.signed")]


async def test_the_cursor_of_others_carries_the_name_of_the_session(room, shelf):
    one, other = device(room, 1), device(room, 2)
    room.hear(one.seat, Said(Kind.PRESENCE, data=b'{"anchor": 1, "name": "orang lain"}'))
    told = other.sent[-1]
    assert b'"name":"orang 1"' in told
    assert b'"seat":1' in told


async def test_a_room_is_opened_once_however_many_come_at_once(shelf):
    rooms = Rooms(Keeper(shelf))
    visit = uuid4()
    opened = await asyncio.gather(*(rooms.enter(visit) for _ in range(20)))
    assert len(set(opened)) == 1
    assert len([one for one in shelf.asked if isinstance(one, OpenSharedNote)]) == 1
    seat = device(opened[0], 1).seat
    await rooms.leave(opened[0], seat)
    assert opened[0].closed
    assert await rooms.enter(visit) is not opened[0]
    await rooms.close()


async def test_a_notice_of_our_own_step_is_not_read_back(shelf):
    rooms = Rooms(Keeper(shelf))
    visit = uuid4()
    room = await rooms.enter(visit)
    for topic, asks in (
        (f"note:{visit}:{room.origin}", 0),
        (f"note:{uuid4()}:x", 0),
        ("queue:x", 0),
        (f"note:{visit}:x", 1),
    ):
        shelf.asked.clear()
        rooms.heard(topic)
        await settled()
        assert len([one for one in shelf.asked if isinstance(one, CatchUp)]) == asks, topic
    await rooms.close()


async def test_when_visits_change_one_question_tells_which_of_many_notes_to_look_at(shelf):
    rooms = Rooms(Keeper(shelf))
    opened = [await rooms.enter(uuid4()) for _ in range(20)]
    shelf.asked.clear()
    shelf.frozen = True
    watching = asyncio.create_task(rooms.watch_visits())
    rooms.heard("encounters")
    rooms.heard("encounters")
    await settled()
    assert [type(one) for one in shelf.asked] == [FrozenAmong, CatchUp]
    assert [room.frozen for room in opened] == [True] + [False] * 19
    watching.cancel()
    await rooms.close()


async def test_the_last_one_out_has_the_sections_written_down(room, shelf):
    writer = device(room, 1)
    shelf.may_commit.set()
    room.hear(writer.seat, Said(Kind.UPDATE, 1, step()))
    await settled()
    await room.settle()
    await room.settle()
    assert [type(one) for one in shelf.asked] == [SettleNote]


def test_the_log_is_told_again_after_five_minutes():
    now = [100.0]
    noted = Noted(clock=lambda: now[0])
    patient = frozenset({uuid4()})
    assert noted.lately("a") == frozenset()
    noted.now("a", patients=patient)
    now[0] += NOTED_SECONDS - 1
    noted.now("a", patients=patient)
    assert noted.lately("a") == patient
    now[0] += 2
    assert noted.lately("a") == frozenset()
