"""What happens to people who write a note, and what must be true afterwards.

One run: doctor and nurse write the same note on two devices, word by word; at a random moment one thing goes wrong;
people go on as people do (open the tab again, sign in again, come back into the network). Then everything is delivered
and compared: what was acknowledged is there, once; what a device kept is there too; both devices and the database say
the same.
"""

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from uuid import UUID

from tests.collab.world import Hand, World
from tht_app.use_cases.encounter.note_document import clocks_of

WORDS = 16
HALF_AN_HOUR = 1800.0
AT_REST = 6
"""Words that are typed before anything can go wrong, so that there is something to lose."""


@dataclass
class Outcome:
    """What one run showed."""

    kind: str
    seed: int
    characters: int = 0
    acknowledged: int = 0
    lost: list[str] = field(default_factory=list)
    """Acknowledged words that are not in the database."""
    missing: list[str] = field(default_factory=list)
    """Words that a device had kept and that did not come back."""
    twice: list[str] = field(default_factory=list)
    diverged: bool = False

    @property
    def sound(self) -> bool:
        """Nothing to complain about."""
        return not (self.lost or self.missing or self.twice or self.diverged)


SECTIONS = {"doctor": ("objective", "plan", "subjective"), "nurse": ("subjective", "objective")}
ACCOUNTS = {"doctor": "dokter", "nurse": "perawat"}


@dataclass
class Scene:
    """Two people, one note, and the dice."""

    world: World
    visit: UUID
    doctor: Hand
    nurse: Hand
    dice: random.Random
    more: list[Hand] = field(default_factory=list)
    """Further devices of the same people."""

    @property
    def hands(self) -> tuple[Hand, ...]:
        return self.doctor, self.nurse, *self.more

    @property
    def somebody(self) -> Hand:
        return self.dice.choice(self.hands)

    async def reopen(self, hand: Hand) -> None:
        await hand.kill()
        await hand.open(self.world.shop, self.visit)

    async def write(self, count: int) -> None:
        """All type, at the same time, without waiting for anything."""

        async def one(place: int, hand: Hand) -> None:
            for _ in range(count):
                await hand.type(self.dice.choice(SECTIONS[hand.name]), f"{hand.name[0]}{place}x{len(hand.typed)}")
                await asyncio.sleep(self.dice.random() * 0.01)

        await asyncio.gather(*(one(place, hand) for place, hand in enumerate(self.hands)))

    async def come_back(self) -> None:
        """After a long absence: whose words do not get through has been signed out meanwhile."""
        for hand in self.hands:
            if not (await hand.do("flush", ms=4000))["flushed"]:
                await self.sign_in_again(hand)

    async def sign_in_again(self, hand: Hand) -> None:
        """Whose session has ended signs in on the same device and opens the note again."""
        with contextlib.suppress(Exception):
            await hand.browser.close()
        hand.browser = await self.world.signed_in(ACCOUNTS[hand.name])
        await self.reopen(hand)
        await hand.do("open")


Accident = Callable[[Scene], Awaitable[None]]


async def nothing(scene: Scene) -> None:
    """A good day."""
    await scene.write(WORDS)


async def tab_killed(scene: Scene) -> None:
    """The tab goes away in the middle of a word."""
    victim = scene.somebody
    await scene.write(scene.dice.randint(1, WORDS))
    await scene.reopen(victim)
    await victim.do("open")
    await scene.write(WORDS // 2)


async def network_cut(scene: Scene) -> None:
    """Somebody writes on without a network and comes back."""
    victim = scene.somebody
    await victim.do("offline")
    await scene.write(WORDS)
    await asyncio.sleep(scene.dice.random() * 0.2)
    await victim.do("online")
    await scene.write(WORDS // 2)


async def offline_then_killed(scene: Scene) -> None:
    """Without a network, and then the tab goes away too: only the device knows."""
    victim = scene.somebody
    await victim.do("offline")
    await scene.write(WORDS)
    await scene.reopen(victim)
    await victim.do("open")


async def signed_out(scene: Scene) -> None:
    """Somebody signs out while words are on their way, and signs in again on the same device."""
    victim = scene.somebody
    writing = asyncio.create_task(scene.write(WORDS))
    await asyncio.sleep(scene.dice.random() * 0.1)
    await victim.browser.http.post("/signout")
    await writing
    await scene.sign_in_again(victim)


async def two_devices(scene: Scene) -> None:
    """Somebody goes on at a second device while the first one is without a network, and the second one's tab dies."""
    first = scene.somebody
    second = scene.world.hand(first.name, first.browser)
    scene.more.append(second)
    await first.do("offline")
    await second.open(scene.world.shop, scene.visit)
    await second.do("open")
    await scene.write(WORDS)
    await scene.reopen(second)
    await first.do("online")
    await second.do("open")
    await scene.write(WORDS // 2)


async def half_an_hour_compressed(scene: Scene) -> None:
    """Everybody is cut off for thirty minutes and writes on; the clock of the sessions is moved instead of waiting."""
    for hand in scene.hands:
        await hand.do("offline")
    await scene.write(WORDS)
    scene.world.pass_time(minutes=30)
    for hand in scene.hands:
        await hand.do("online")
    await scene.come_back()
    await scene.write(WORDS // 2)


async def half_an_hour(scene: Scene) -> None:
    """The same with a real half hour."""
    for hand in scene.hands:
        await hand.do("offline")
    for _ in range(6):
        await scene.write(WORDS // 4)
        await asyncio.sleep(HALF_AN_HOUR / 6)
    for hand in scene.hands:
        await hand.do("online")
    await scene.come_back()
    await scene.write(WORDS // 2)


async def disk_full(scene: Scene) -> None:
    """The database's disk fills up while both write, and somebody makes room again."""
    await scene.world.fill_disk()
    try:
        await scene.write(WORDS)
        await asyncio.sleep(1 + scene.dice.random())
        views = [(await hand.do("say"))["view"] for hand in scene.hands]
        assert any(view["unsaved"] for view in views), "the disk was not full"
    finally:
        scene.world.free_disk()
    await scene.write(WORDS // 2)


async def flapping(scene: Scene) -> None:
    """A network that comes and goes."""
    writing = asyncio.create_task(scene.write(WORDS * 2))
    for _ in range(4):
        victim = scene.somebody
        await victim.do("offline")
        await asyncio.sleep(scene.dice.random() * 0.1)
        await victim.do("online")
    await writing


async def server_killed(scene: Scene) -> None:
    """The server's process dies while both write."""
    writing = asyncio.create_task(scene.write(WORDS))
    await asyncio.sleep(scene.dice.random() * 0.15)
    await scene.world.kill_server()
    await writing


async def database_killed(scene: Scene) -> None:
    """The database dies while both write."""
    writing = asyncio.create_task(scene.write(WORDS))
    await asyncio.sleep(scene.dice.random() * 0.15)
    await scene.world.kill_database()
    await writing


LIGHT: tuple[Accident, ...] = (
    *(nothing, tab_killed, network_cut, offline_then_killed, signed_out, flapping),
    *(two_devices, half_an_hour_compressed),
)
HEAVY: tuple[Accident, ...] = (server_killed, database_killed)


async def run(world: World, accident: Accident, seed: int) -> Outcome:
    """Let it happen once, from a note that nobody has written in."""
    dice = random.Random(seed)
    people = await asyncio.gather(world.signed_in("dokter"), world.signed_in("perawat"))
    doctor, nurse = world.hand("doctor", people[0]), world.hand("nurse", people[1])
    scene = Scene(world, await world.visit(), doctor, nurse, dice)
    try:
        for hand in scene.hands:
            await hand.open(world.shop, scene.visit)
        for hand in scene.hands:
            assert (await hand.do("open"))["ready"], hand.name
        await scene.write(AT_REST)
        await accident(scene)
        return await _judged(scene, Outcome(accident.__name__, seed))
    finally:
        for hand in scene.hands:
            await hand.kill()
            await hand.browser.close()


async def _judged(scene: Scene, outcome: Outcome) -> Outcome:
    for hand in scene.hands:
        flushed = await hand.do("flush", ms=60000)
        outcome.missing += [] if flushed["flushed"] else [f"{hand.name}: {flushed['waiting']} not delivered"]
    for _ in range(100):
        said = [await hand.do("say") for hand in scene.hands]
        outcome.diverged = any(one["words"] != said[0]["words"] for one in said)
        if not outcome.diverged:
            break
        await asyncio.sleep(0.05)
    stored = await scene.world.words(scene.visit)
    clocks = [await scene.world.clocks(scene.visit), *(clocks_of(bytes.fromhex(one["vector"])) for one in said)]
    outcome.diverged |= said[0]["words"] != stored or any(one != clocks[0] for one in clocks)
    there = Counter(word for text in stored.values() for word in text.split())
    acknowledged = [word for hand in scene.hands for word in hand.acknowledged]
    typed = [word.partition("/")[2] for hand in scene.hands for word in hand.typed]
    outcome.acknowledged = len(acknowledged)
    outcome.characters = sum(len(word) + 1 for word in typed)
    outcome.lost = [word for word in acknowledged if there[word] == 0]
    outcome.missing += [word for word in typed if there[word] == 0]
    outcome.twice = [word for word in typed if there[word] > 1]
    return outcome
