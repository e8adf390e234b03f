"""Two hundred people sign in at the same moment, and somebody tries to find out which accounts there are.

    make bench NAME=signin
    python -m bench.signin --people 40 --tries 30     a short look

argon2id takes 64 MiB a try. A semaphore of four lets the server's memory grow by what four need, however many come; the
others wait their turn, and screens that are open go on meanwhile (`session_p95_ms`). Then known and unknown user names
are tried in turn with a wrong password: the medians of both must not tell them apart.
"""

import argparse
import asyncio
import json
import statistics
import time
from pathlib import Path

from bench._clinic import open_clinic, own_folder, percentile
from tests.conftest import Clinic
from tests.web.browser import Browser
from tests.web.conftest import PASSWORD, RunningServer, start_server, stop_server
from tht_app.domain.identity import Role
from tht_app.use_cases.door import execute
from tht_app.use_cases.identity import CreatePerson

PEOPLE = 200
TRIES = 150
PATIENCE = 300
"""Seconds that the last of them may wait on a slow machine before the bench gives up."""
GOAL_GROWTH_MIB = 256 + 128
"""What four hashes at once need, and some air for two hundred requests."""
GOAL_DIFFERENCE_MS = 5


def resident_mib(group: int) -> float:
    """Memory of the server's process group, in MiB."""
    total = 0
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rsplit(") ", 1)[1].split()
        except OSError:
            continue
        if int(fields[2]) == group:
            total += int(fields[21]) * 4096
    return total / 2**20


async def watched(running: RunningServer, peaks: list[float]) -> None:
    """Note the memory until cancelled."""
    while True:
        peaks.append(resident_mib(running.process.pid))
        await asyncio.sleep(0.02)


async def at_work(running: RunningServer, clinic: Clinic, waits: list[float]) -> None:
    """Somebody who is signed in already goes on working."""
    browser = running.browser(address="203.0.113.1")
    browser.http.cookies.set("sid", await clinic.gate.open_session(clinic.person_id("kasir")))
    try:
        while True:
            started = time.perf_counter()
            await browser.http.get("/session")
            waits.append((time.perf_counter() - started) * 1000)
            await asyncio.sleep(0.05)
    finally:
        await browser.close()


async def one_sign_in(browser: Browser) -> tuple[int, float]:
    """Status and milliseconds."""
    started = time.perf_counter()
    answer = await browser.sign_in("meja", PASSWORD)
    return answer.status_code, (time.perf_counter() - started) * 1000


async def crowd(clinic: Clinic, running: RunningServer, people: int) -> dict[str, object]:
    """Everybody at once."""
    browsers = [running.browser(address=f"10.1.{number // 250}.{number % 250 + 1}") for number in range(people)]
    for browser in browsers:
        browser.http.timeout = PATIENCE
    await one_sign_in(browsers[0])
    before, peaks, waits = resident_mib(running.process.pid), list[float](), list[float]()
    beside = [asyncio.create_task(watched(running, peaks)), asyncio.create_task(at_work(running, clinic, waits))]
    started = time.perf_counter()
    results = await asyncio.gather(*(one_sign_in(browser) for browser in browsers))
    seconds = time.perf_counter() - started
    for task in beside:
        task.cancel()
    await asyncio.gather(*beside, return_exceptions=True)
    for browser in browsers:
        await browser.close()
    return {
        "people": people,
        "signed_in": sum(status == 303 for status, _ in results),
        "seconds": round(seconds, 1),
        "p95_ms": percentile([wait for _, wait in results], 95),
        "session_p95_ms": percentile(waits, 95),
        "grown_mib": round(max(peaks) - before),
        "goal_grown_mib": GOAL_GROWTH_MIB,
    }


async def guessing(clinic: Clinic, running: RunningServer, tries: int) -> dict[str, object]:
    """Known and unknown names in turn; the throttle forgets before each, or it would answer instead.

    Each pair is compared with itself, begun by the one and the other by turns: a busy machine slows both.
    """
    browser = running.browser(address="10.2.0.1")
    taken: dict[str, list[float]] = {"kasir": [], "tidak.ada": []}
    for turn in range(tries):
        for name, times in sorted(taken.items(), reverse=bool(turn % 2)):
            clinic.admin_fetch("delete from sec.sign_in_attempt")
            started = time.perf_counter()
            await browser.sign_in(name, "bukan-kata-sandi-ini")
            times.append((time.perf_counter() - started) * 1000)
    await browser.close()
    known, unknown = (statistics.median(times) for times in taken.values())
    pairs = [one - other for one, other in zip(*taken.values(), strict=True)]
    return {
        "tries": tries,
        "known_ms": round(known, 1),
        "unknown_ms": round(unknown, 1),
        "difference_ms": round(abs(statistics.median(pairs)), 2),
        "goal_difference_ms": GOAL_DIFFERENCE_MS,
    }


async def run(folder: Path, people: int, tries: int) -> dict[str, object]:
    """Serve a clinic and let them come."""
    async with open_clinic(folder) as clinic:
        demo = await clinic.actor("demo")
        for username in ("meja", "kasir"):
            await execute(demo, CreatePerson(username, username.title(), frozenset({Role.CASHIER}), PASSWORD))
        running = start_server(clinic, folder, THT_MOST_SESSIONS="100")
        try:
            figures = await crowd(clinic, running, people)
            print(f"{figures['signed_in']} of {people} are in after {figures['seconds']} s", flush=True)
            return figures | await guessing(clinic, running, tries)
        finally:
            stop_server(running)


def main() -> None:
    """Measure in a folder of its own and print."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--people", type=int, default=PEOPLE)
    asked.add_argument("--tries", type=int, default=TRIES)
    chosen = asked.parse_args()
    with own_folder() as folder:
        print(json.dumps(asyncio.run(run(folder, chosen.people, chosen.tries))))


if __name__ == "__main__":
    main()
