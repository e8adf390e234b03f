"""How long a click takes: 50 people signed in, each with a real socket, each clicking about once a second.

    make bench NAME=events

A round trip is from sending a Reflex event to having its answer. `light` changes a little state (a notice is
dismissed); `door` is a patient search through use case, row-level security and audit, in a clinic of 500 patients.
Goal: p95 under 100 ms for both together.
"""

import asyncio
import json
import random
import statistics
import time
from pathlib import Path

from bench._clinic import open_clinic, own_folder, percentile, some_patients
from tests.conftest import Clinic
from tests.web.browser import STATE, Browser, Tab
from tests.web.conftest import RunningServer, start_server, stop_server

SESSIONS = 50
ROUNDS = 12
PATIENTS = 500
GOAL_MS = 100
LIGHT = f"{STATE}.tht_app___state___feedback____notice_state.dismiss"
DOOR = f"{STATE}.tht_app___state___registration___picker____search_box_state.search"
WORDS = ("siti", "budi", "rahma", "wati", "agus", "dewi", "putra", "sari", "eko", "nur")
"""Fragments of frequent names."""


async def one_person(tab: Tab, number: int, figures: dict[str, list[float]]) -> None:
    """Click about once a second, alternately lightly and through the door."""
    dice = random.Random(number)
    await asyncio.sleep(dice.random())
    for turn in range(ROUNDS):
        kind = "light" if turn % 2 else "door"
        payload = {"notice_id": "none"} if kind == "light" else {"text": dice.choice(WORDS), "question": "1"}
        before, started = len(tab.updates), time.perf_counter()
        await tab.send(LIGHT if kind == "light" else DOOR, "/nowhere", payload)
        while len(tab.updates) == before:
            await asyncio.wait_for(tab.news(), 30)
        figures[kind].append((time.perf_counter() - started) * 1000)
        await asyncio.sleep(0.5 + dice.random())


async def measure(clinic: Clinic, running: RunningServer) -> dict[str, list[float]]:
    """Open every socket first, then let everybody click."""
    person = clinic.person_id("admin")
    browsers: list[Browser] = []
    tabs: list[Tab] = []
    for _ in range(SESSIONS):
        browser = running.browser()
        browser.http.cookies.set("sid", await clinic.gate.open_session(person))
        browsers.append(browser)
        tabs.append(browser.tab())
    await asyncio.gather(*(tab.open("/nowhere") for tab in tabs))
    figures: dict[str, list[float]] = {"light": [], "door": []}
    await asyncio.gather(*(one_person(tab, number, figures) for number, tab in enumerate(tabs)))
    for browser in browsers:
        await browser.close()
    return figures


async def run(folder: Path) -> dict[str, list[float]]:
    """Build a clinic, serve it, click."""
    async with open_clinic(folder) as clinic:
        await some_patients(await clinic.actor("demo"), PATIENTS)
        print(f"{PATIENTS} patients registered; {SESSIONS} people click for about {ROUNDS} s", flush=True)
        running = start_server(clinic, folder)
        try:
            return await measure(clinic, running)
        finally:
            stop_server(running)


def main() -> None:
    """Measure in a folder of its own and print."""
    with own_folder() as folder:
        figures = asyncio.run(run(folder))
    every = [*figures["light"], *figures["door"]]
    for kind, values in figures.items():
        p50, p95 = statistics.median(values), percentile(values, 95)
        print(f"{kind:6} p50 {p50:7.1f} ms   p95 {p95:7.1f} ms   {len(values)} events")
    print(
        json.dumps(
            {
                "sessions": SESSIONS,
                "events": len(every),
                "p50_ms": round(statistics.median(every), 1),
                "p95_ms": percentile(every, 95),
                "light_p95_ms": percentile(figures["light"], 95),
                "door_p95_ms": percentile(figures["door"], 95),
                "goal_ms": GOAL_MS,
            }
        )
    )


if __name__ == "__main__":
    main()
