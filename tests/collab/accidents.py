"""What happens to people who write a note, and what must be true afterwards.

One run: doctor and nurse write the same note on two devices, word by word; at a random moment one thing goes wrong;
people go on as people do (open the tab again, sign in again, come back into the network). Then everything is delivered
and compared: what was acknowledged is there, once; what a device kept is there too; both devices and the database say
the same.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from uuid import UUID

from tests.collab.world import Hand, World

WORDS = 16
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


@dataclass
class Scene:
    """Two people, one note, and the dice."""

    world: World
    visit: UUID
    doctor: Hand
    nurse: Hand
    dice: random.Random

    @property
    def hands(self) -> tuple[Hand, Hand]:
        return self.doctor, self.nurse

    @property
    def somebody(self) -> Hand:
        return self.dice.choice(self.hands)

    async def reopen(self, hand: Hand) -> None:
        await hand.kill()
        await hand.open(self.world.shop, self.visit)

    async def write(self, count: int) -> None:
        """Both type, at the same time, without waiting for anything."""
        sections = {self.doctor: ("objective", "plan", "subjective"), self.nurse: ("subjective", "objective")}

        async def one(hand: Hand) -> None:
            for _ in range(count):
                await hand.type(self.dice.choice(sections[hand]), f"{hand.name[0]}{len(hand.typed)}")
                await asyncio.sleep(self.dice.random() * 0.01)

        await asyncio.gather(*(one(hand) for hand in self.hands))


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
    victim.browser = await scene.world.signed_in({"doctor": "dokter", "nurse": "perawat"}[victim.name])
    await scene.reopen(victim)
    await victim.do("open")


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


LIGHT: tuple[Accident, ...] = (nothing, tab_killed, network_cut, offline_then_killed, signed_out, flapping)
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
        outcome.diverged = said[0]["words"] != said[1]["words"]
        if not outcome.diverged:
            break
        await asyncio.sleep(0.05)
    stored = await scene.world.words(scene.visit)
    outcome.diverged = outcome.diverged or said[0]["words"] != stored
    there = Counter(word for text in stored.values() for word in text.split())
    acknowledged = [word for hand in scene.hands for word in hand.acknowledged]
    typed = [word.partition("/")[2] for hand in scene.hands for word in hand.typed]
    outcome.acknowledged = len(acknowledged)
    outcome.characters = sum(len(word) + 1 for word in typed)
    outcome.lost = [word for word in acknowledged if there[word] == 0]
    outcome.missing += [word for word in typed if there[word] == 0]
    outcome.twice = [word for word in typed if there[word] > 1]
    return outcome
