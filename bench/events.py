"""How long a click takes: 50 people signed in, each with a real socket, each clicking about once a second.

    make bench NAME=events

A round trip is from sending a Reflex event to having its answer. `light` changes a little state (a notice is
dismissed); `door` is a patient search through use case, row-level security and audit, in a clinic of 500 patients.
Goal: p95 under 100 ms for both together.
"""

import asyncio
import json
import random
import secrets
import shutil
import statistics
import tempfile
import time
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg
from faker import Faker

from tests.conftest import Clinic
from tests.factories.registration import a_patient
from tests.web.browser import STATE, Browser, Tab
from tests.web.conftest import RunningServer, start_server, stop_server
from tht_app.database.engine import hold, open_database
from tht_app.database.gate import make_gate
from tht_app.database.migrate import migrate
from tht_app.database.server import EmbeddedServer
from tht_app.domain.identity import Role
from tht_app.use_cases.door import Actor, execute
from tht_app.use_cases.identity import CreatePerson

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
        payload = {"notice_id": "none"} if kind == "light" else {"text": dice.choice(WORDS)}
        before, started = len(tab.updates), time.perf_counter()
        await tab.send(LIGHT if kind == "light" else DOOR, "/nowhere", payload)
        while len(tab.updates) == before:
            await asyncio.wait_for(tab.news(), 30)
        figures[kind].append((time.perf_counter() - started) * 1000)
        await asyncio.sleep(0.5 + dice.random())


def p95(values: list[float]) -> float:
    """The 95th percentile."""
    return round(statistics.quantiles(values, n=20)[18], 1)


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


async def prepared(server: EmbeddedServer, name: str) -> Clinic:
    """A clinic with one person who may search, and patients to find."""
    key = secrets.token_bytes(32)
    migrate(server.dsn(dbname=name), key)
    database = await open_database(server.dsn(user="tht_app", dbname=name), key, ZoneInfo("Asia/Jakarta"))
    gate = make_gate(server.dsn(user="tht_gate", dbname=name))
    hold(database)
    demo = Actor(await gate.open_service("demo"))
    person = CreatePerson("admin", "Rina Wulandari", frozenset({Role.ADMIN}), secrets.token_hex(12))
    await execute(demo, person)
    names = Faker("id_ID")
    names.seed_instance(2026)
    for _ in range(PATIENTS // 8):
        await asyncio.gather(*(a_patient(demo, name=names.name()[:100]) for _ in range(8)))
    return Clinic(server, name, key, database, gate)


async def run(folder: Path) -> dict[str, list[float]]:
    """Build a clinic, serve it, click."""
    with EmbeddedServer(folder / "database") as server:
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            connection.execute("create database bench template template0")
        clinic = await prepared(server, "bench")
        print(f"{PATIENTS} patients registered; {SESSIONS} people click for about {ROUNDS} s", flush=True)
        running = start_server(clinic, folder)
        try:
            return await measure(clinic, running)
        finally:
            stop_server(running)
            await clinic.database.close()
            await clinic.gate.close()


def main() -> None:
    """Measure in a folder of its own and print."""
    folder = Path(tempfile.mkdtemp(prefix="tht-bench-"))
    folder.chmod(0o755)
    try:
        figures = asyncio.run(run(folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    every = [*figures["light"], *figures["door"]]
    for kind, values in figures.items():
        print(f"{kind:6} p50 {statistics.median(values):7.1f} ms   p95 {p95(values):7.1f} ms   {len(values)} events")
    print(
        json.dumps(
            {
                "sessions": SESSIONS,
                "events": len(every),
                "p50_ms": round(statistics.median(every), 1),
                "p95_ms": p95(every),
                "light_p95_ms": p95(figures["light"]),
                "door_p95_ms": p95(figures["door"]),
                "goal_ms": GOAL_MS,
            }
        )
    )


if __name__ == "__main__":
    main()
