"""From the commit of a change to every screen that shows it: 50 calendars and 20 displays, 500 displays, a flood.

    make bench NAME=fanout

Real sessions of the clinic's server, each with its own socket at its own page. The clock starts when COMMIT is sent and
stops for each screen when the whole update is there, with the change in it. So it holds what a person at another desk
waits for: NOTIFY, the reading anew through the door with row-level security, encoding, sending. A bare Socket.IO server
on Node then sends the very same updates to as many sockets, without having to read anything; the ratio is ours to its.

The flood is 10,000 changed rows within about a second, while somebody goes on clicking: how long clicks take, how many
updates a screen was sent, and how long after the last row every screen shows what was changed last.

Goals: p95 under 1 s for 50 calendars and 20 displays, for 500 displays, and for a click during the flood.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import event

from bench._clinic import open_clinic, own_folder, percentile
from bench._day import Change, Day, a_busy_day
from bench._socketio import BareServer, bare_server
from bench._sockets import Crowd
from tests.conftest import Clinic
from tests.web.browser import STATE, Tab
from tests.web.conftest import RunningServer, start_server, stop_server

CALENDARS, DISPLAYS, STRESS = 50, 20, 500
CHANGES = 40
PAUSE = 0.15
FLOOD = 10_000
CLICK_PAUSE = 0.05
EVENTS = ("/_event", "/_event,")
BOARD = f"{STATE}.tht_app___state___queue___display____board_state.load"
BOX = "tht_app___state___registration___picker____search_box_state"
WORDS = ("siti", "budi", "rahma", "wati")
APPOINTMENTS = 100


@dataclass
class Scene:
    """The clinic, its server, and the moment of the last commit."""

    clinic: Clinic
    running: RunningServer
    day: Day
    admin: UUID
    committed: float = 0
    texts: dict[str, list[bytes]] = field(default_factory=dict)
    """The updates that the screens were sent, to be sent once more by the server that ours is compared with."""

    def listen(self) -> None:
        """Note when a COMMIT of this process is about to be sent."""

        def note(_: Any) -> None:
            self.committed = time.perf_counter()

        event.listen(self.clinic.database.engine.sync_engine, "commit", note)

    async def timed(self, crowd: Crowd, change: Callable[[], Awaitable[Any]], mark: str) -> list[float]:
        """Make a change and return for each screen of the crowd after how many ms it was there."""
        crowd.await_mark(mark)
        await change()
        return [(moment - self.committed) * 1000 for moment in await crowd.all_heard()]


async def calendars(scene: Scene, count: int) -> Crowd:
    """So many people at the calendar of today."""
    crowd = Crowd(*EVENTS)
    for _ in range(count):
        token = await scene.clinic.gate.open_session(scene.admin)
        await crowd.join_page(scene.running.origin, "/calendar", f"sid={token}")
    await crowd.quiet()
    return crowd


async def displays(scene: Scene, count: int) -> Crowd:
    """So many televisions."""
    crowd = Crowd(*EVENTS)
    for number in range(count):
        token = scene.day.displays[number % len(scene.day.displays)]
        opened = await scene.clinic.gate.open_display(token, None, "bench")
        assert opened is not None
        await crowd.join_page(scene.running.origin, "/display", f"sid={opened[0]}", BOARD)
    await crowd.quiet()
    return crowd


async def changes(scene: Scene, crowd: Crowd, name: str, change_of: Callable[[int], Change]) -> list[float]:
    """One change after the other, each when every screen has shown the last; keeps what the screens were sent."""
    times: list[float] = []
    texts = scene.texts.setdefault(name, [])
    for number in range(CHANGES):
        times += await scene.timed(crowd, *change_of(number))
        texts.append(crowd.sockets[0].last)
        await asyncio.sleep(PAUSE)
    return times


async def bare(server: BareServer, rooms: dict[str, int], texts: dict[str, list[bytes]]) -> list[float]:
    """What the bare server needs to send the same updates to as many screens."""
    crowds = {room: Crowd("/socket.io", "") for room in rooms}
    for room, count in rooms.items():
        for _ in range(count):
            await crowds[room].join(server.origin, room=room)
    times: list[float] = []
    for room, crowd in crowds.items():
        for number, text in enumerate(texts[room]):
            data = {"mark": f"mark-{number:04}", **json.loads(text[text.index(b"[") :])[1]}
            crowd.await_mark(data["mark"])
            sent = time.perf_counter()
            server.send(room, data)
            times += [(moment - sent) * 1000 for moment in await crowd.all_heard()]
            await asyncio.sleep(PAUSE)
        crowd.leave()
    return times


async def clicking(tab: Tab, times: list[float], stop: asyncio.Event) -> None:
    """Search for patients as long as the flood lasts; answers are told from pushes by their chain's end."""
    while not stop.is_set():
        started = time.perf_counter()
        before = len(tab.updates)
        await tab.send(
            f"{STATE}.{BOX}.search", "/", {"text": WORDS[len(times) % len(WORDS)], "question": str(len(times))}
        )
        while not any(name.endswith(BOX) for update in tab.updates[before:] for name in update.get("delta") or ()):
            await asyncio.wait_for(tab.news(), 30)
        times.append((time.perf_counter() - started) * 1000)
        await asyncio.sleep(CLICK_PAUSE)


async def flood(scene: Scene, crowd: Crowd) -> dict[str, float]:
    """Change 10,000 rows within about a second, then one more that every screen has to show."""
    browser = scene.running.browser()
    browser.http.cookies.set("sid", await scene.clinic.gate.open_session(scene.admin))
    tab = await browser.tab().open("/")
    times: list[float] = []
    stop, before = asyncio.Event(), crowd.updates
    clicks = asyncio.create_task(clicking(tab, times, stop))
    started = time.perf_counter()
    rows = await asyncio.to_thread(change_rows, scene.clinic.server.dsn(dbname=scene.clinic.name))
    seconds = time.perf_counter() - started
    settled = max(await scene.timed(crowd, *scene.day.move(CHANGES)))
    stop.set()
    await clicks
    await browser.close()
    return {
        "flood_changes": rows,
        "flood_s": round(seconds, 2),
        "flood_updates_per_screen": round((crowd.updates - before) / len(crowd.sockets), 1),
        "flood_click_p95_ms": percentile(times, 95),
        "flood_settled_ms": round(settled, 1),
    }


def change_rows(conninfo: str) -> int:
    """Touch every appointment over and over, each round a transaction, until it was 10,000 rows."""
    touched = 0
    with psycopg.connect(conninfo, autocommit=True) as connection:
        while touched < FLOOD:
            touched += connection.execute("update clinic.appointment set version = version + 1").rowcount
    return touched


async def measure(scene: Scene, bare_server: BareServer) -> dict[str, Any]:
    """Everything, one after the other."""
    desks, televisions = await calendars(scene, CALENDARS), await displays(scene, DISPLAYS)
    moved = await changes(scene, desks, "calendar", scene.day.move)
    called = await changes(scene, televisions, "display", scene.day.call)
    print(f"{CALENDARS} calendars p95 {percentile(moved, 95)} ms, {DISPLAYS} displays p95 {percentile(called, 95)} ms")
    flooded = await flood(scene, desks)
    desks.leave()
    televisions.leave()
    crowd = await displays(scene, STRESS)
    stressed = await changes(scene, crowd, "stress", scene.day.call)
    crowd.leave()
    theirs = await bare(bare_server, {"calendar": CALENDARS, "display": DISPLAYS}, scene.texts)
    theirs_stressed = await bare(bare_server, {"stress": STRESS}, scene.texts)
    figures = {"calendar": moved, "display": called, "stress": stressed, "socketio": theirs}
    figures |= {"socketio_stress": theirs_stressed}
    every = [*moved, *called]
    lost = sum(socket.lost for one in (desks, televisions, crowd) for socket in one.sockets)
    return {
        "bench": "fanout",
        "calendars": CALENDARS,
        "displays": DISPLAYS,
        "stress_clients": STRESS,
        "p50_ms": percentile(every, 50),
        "p95_ms": percentile(every, 95),
        **{f"{name}_p{nth}_ms": percentile(times, nth) for name, times in figures.items() for nth in (50, 95)},
        "ratio_to_socketio": round(percentile(stressed, 95) / percentile(theirs_stressed, 95), 2),
        "ratio_to_socketio_small": round(percentile(every, 95) / percentile(theirs, 95), 2),
        "update_kb": {name: round(len(texts[-1]) / 1000, 1) for name, texts in scene.texts.items()},
        "lost": lost,
        **flooded,
    }


async def run(folder: Path, server: BareServer) -> dict[str, Any]:
    """Build a clinic with a busy day, serve it, measure."""
    async with open_clinic(folder) as clinic:
        day = await a_busy_day(clinic, appointments=APPOINTMENTS, waiting=2 * CHANGES)
        print(f"{APPOINTMENTS} appointments today, {2 * CHANGES} people wait", flush=True)
        running = start_server(clinic, folder)
        try:
            scene = Scene(clinic, running, day, clinic.person_id("admin"))
            scene.listen()
            return await measure(scene, server)
        finally:
            stop_server(running)


def main() -> None:
    """Measure in a folder of its own and print."""
    with own_folder() as folder, bare_server(folder / "socketio") as server:
        figures = asyncio.run(run(folder, server))
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
