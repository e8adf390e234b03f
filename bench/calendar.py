"""A full day on the screen, and a free time in a full month.

    make bench NAME=calendar

The screen is the real one in Chromium, over a clinic whose day holds 300 appointments of four doctors in five rooms,
which it shows in nine columns. Time to grid runs from the navigation until each appointment stands there, in a fresh
browser and in one that has the files already. Then one appointment is taken by the mouse and led up and down through
the others, at 120 movements a second: the time from frame to frame, and what one movement costs the page.

The search is that of the booking sheet, through the door: any doctor, any room and a device that the visit needs, when
four weeks are taken but for their last afternoon. `free_full` begins at the first day, `free_near` at that afternoon.

Goals, p95: grid in 1 s from a browser that has the files, a frame in 34 ms, a search of four weeks in 150 ms.
"""

import asyncio
import json
import math
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from datetime import time as clock
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, CDPSession, Page, async_playwright

from bench._clinic import OPENS, ZONE, Practice, a_practice, open_clinic, own_folder, percentile, some_patients
from tests.conftest import Clinic
from tests.e2e.conftest import DESKTOP, FLAGS
from tests.factories.scheduling import EARLY, MONDAY, at, when
from tests.web.conftest import ROOT, free_port, server_environment
from tht_app.cli.frontend import ensure_build
from tht_app.cli.steps import Steps
from tht_app.domain.registration import PatientId
from tht_app.use_cases.door import Actor, execute
from tht_app.use_cases.scheduling import BookAppointment, FreeSlots

APPOINTMENTS, MINUTES = 300, 10
CLOSES = clock(21)
LOADS = 10
TOMORROW = datetime.now(ZONE).date() + timedelta(days=1)
MOVEMENTS, PER_SECOND = 480, 120
REACH = 400
"""Pixels that the appointment is led up."""
WEEKS = 4
VISIT = 30
SEARCHES = 100
START_SECONDS = 120

EVENTS = '[data-testid="scheduling-calendar-event"]'
WATCH = f"""
const look = () => {{
  const ids = new Set([...document.querySelectorAll('{EVENTS}')].map((el) => el.dataset.id));
  if (ids.size >= {APPOINTMENTS}) requestAnimationFrame(() => {{ window.gridAt = performance.now(); }});
  else requestAnimationFrame(look);
}};
requestAnimationFrame(look);
"""
FRAMES = """() => {
  window.frames = [];
  let last = 0;
  const frame = (now) => {
    if (last) window.frames.push(now - last);
    last = now;
    window.counting = requestAnimationFrame(frame);
  };
  window.counting = requestAnimationFrame(frame);
}"""
STOP = "() => { cancelAnimationFrame(window.counting); return window.frames; }"
PAINTED = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"


async def full_day(clinic: Clinic, practice: Practice, patients: Sequence[PatientId]) -> str:
    """Tomorrow, one visit after the other with every doctor; returns the id of the last one, which has room below."""
    admin = Actor(await clinic.gate.open_session(clinic.person_id("admin")))
    opening = datetime.combine(TOMORROW, OPENS, ZONE)
    kinds = [practice.visit_types[name] for name in ("consultation", "check-up", "post-op", "ear-cleaning")]
    doctors = len(practice.doctors)
    last = None
    for number in range(APPOINTMENTS):
        start = opening + timedelta(minutes=MINUTES * (number // doctors))
        doctor = practice.doctors[number % doctors]
        kind = kinds[number % 3]
        last = await execute(admin, BookAppointment(patients[number], doctor, kind, start, minutes=MINUTES))
    return str(last)


async def full_month(clinic: Clinic, practice: Practice, patients: Sequence[PatientId]) -> Actor:
    """Four weeks without a gap but for the last afternoon; returns who looks for one."""
    admin = when(Actor(await clinic.gate.open_session(clinic.person_id("admin"))), EARLY)
    turn = 0
    for day in range(7 * WEEKS):
        hours = 4 if day == 7 * WEEKS - 1 else CLOSES.hour - OPENS.hour
        for slot in range(hours * 60 // VISIT):
            start = at(8, day=MONDAY + timedelta(days=day)) + timedelta(minutes=VISIT * slot)
            for doctor in practice.doctors:
                kind, turn = practice.visit_types["consultation"], turn + 1
                patient = patients[turn % len(patients)]
                await execute(admin, BookAppointment(patient, doctor, kind, start, minutes=VISIT))
    return admin


async def searches(admin: Actor, practice: Practice, patients: Sequence[PatientId]) -> dict[str, float]:
    """Look for three free times from the first day on, and from the afternoon where they are."""
    dice, times = random.Random(MONDAY.toordinal()), {"free_full": list[float](), "free_near": list[float]()}
    last = MONDAY + timedelta(days=7 * WEEKS - 1)
    for number in range(SEARCHES):
        for name, near in (("free_full", at(8)), ("free_near", at(13, day=last))):
            request = FreeSlots(
                practitioner_id=None,
                minutes=dice.choice((10, 15, 30)),
                near=near + timedelta(minutes=5 * dice.randrange(24)),
                patient_id=patients[number % len(patients)],
                visit_type_id=practice.visit_types["endoscopy"],
                any_room=True,
            )
            started = time.perf_counter()
            found = await execute(admin, request)
            times[name].append((time.perf_counter() - started) * 1000)
            assert len(found) == 3
            assert all(slot.start >= at(12, day=last) for slot in found)
    return {f"{name}_p{nth}_ms": percentile(values, nth) for name, values in times.items() for nth in (50, 95)}


@contextmanager
def served(clinic: Clinic, folder: Path) -> Generator[str, None, None]:
    """The clinic as `tht run` serves it, on a database of ours; gives its address."""
    port = free_port()
    (folder / "data").mkdir()
    environment = server_environment(clinic, port, folder / "data")
    for name in ("__REFLEX_SKIP_COMPILE", "REFLEX_BACKEND_ONLY", "REFLEX_WEB_WORKDIR", "THT_PROXY_HOPS"):
        environment.pop(name)
    command = [sys.executable, "-m", "tht_app.cli", "run", "--port", str(port)]
    with (folder / "run.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        wait_until_open(process, port, folder / "run.log")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(60)


def wait_until_open(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Until people can work; raises SystemExit with what the server said."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        connection = HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("GET", "/ready")
            if connection.getresponse().status == HTTPStatus.OK:
                return
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise SystemExit(f"The clinic did not open:\n{log.read_text(encoding='utf-8')[-2000:]}")


async def context_of(browser: Browser, clinic: Clinic, origin: str) -> BrowserContext:
    """A browser that has nothing yet but a session."""
    token = await clinic.gate.open_session(clinic.person_id("admin"))
    context = await browser.new_context(viewport=DESKTOP, locale="id-ID", timezone_id="Asia/Jakarta")  # type: ignore[arg-type]
    await context.add_cookies([{"name": "sid", "value": token, "url": origin}])
    await context.add_init_script(WATCH)
    return context


async def load(context: BrowserContext, origin: str) -> tuple[Page, float, float]:
    """Open the day; the page, ms to the first paint, ms until every appointment stands there."""
    page = await context.new_page()
    await page.goto(f"{origin}/calendar?date={TOMORROW.isoformat()}&doctor=all")
    await page.wait_for_function("() => window.gridAt", timeout=60_000)
    return page, await page.evaluate(PAINTED), await page.evaluate("() => window.gridAt")


async def loads(browser: Browser, clinic: Clinic, origin: str) -> dict[str, float]:
    """Once with a browser that has never been here in each round, once more with the same."""
    times: dict[str, list[float]] = {"cold_paint": [], "cold_grid": [], "paint": [], "grid": []}
    for _ in range(LOADS):
        context = await context_of(browser, clinic, origin)
        for prefix in ("cold_", ""):
            page, paint, grid = await load(context, origin)
            times[f"{prefix}paint"].append(paint)
            times[f"{prefix}grid"].append(grid)
            await page.close()
        await context.close()
    return {f"{name}_p{nth}_ms": percentile(values, nth) for name, values in times.items() for nth in (50, 95)}


async def tasks(session: CDPSession) -> float:
    """Seconds that the page's main thread has worked."""
    answer = await session.send("Performance.getMetrics")
    return next(metric["value"] for metric in answer["metrics"] if metric["name"] == "TaskDuration")


async def dragging(page: Page, appointment: str) -> dict[str, float]:
    """Take an appointment, lead it up and down through the others, let it go where it was."""
    card = page.locator(f'{EVENTS}[data-id="{appointment}"]').first
    await card.evaluate("(el) => el.scrollIntoView({ block: 'center' })")
    box = await card.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + 4
    session = await page.context.new_cdp_session(page)
    await session.send("Performance.enable")
    await page.mouse.move(x, y)
    await page.mouse.down()
    await page.mouse.move(x, y - 20)
    worked = await tasks(session)
    await page.evaluate(FRAMES)
    started = time.perf_counter()
    for number in range(MOVEMENTS):
        await page.mouse.move(x, y - REACH / 2 + REACH / 2 * math.cos(number / 20))
        await asyncio.sleep(max(0.0, started + number / PER_SECOND - time.perf_counter()))
    seconds = time.perf_counter() - started
    frames = await page.evaluate(STOP)
    worked = await tasks(session) - worked
    await page.mouse.move(x, y)
    await page.mouse.up()
    return {
        "drag_frame_p50_ms": percentile(frames, 50),
        "drag_frame_p95_ms": percentile(frames, 95),
        "drag_work_per_move_ms": round(worked * 1000 / MOVEMENTS, 2),
        "drag_moves_per_s": round(MOVEMENTS / seconds, 1),
    }


async def on_screen(clinic: Clinic, origin: str, appointment: str) -> dict[str, float]:
    """All that needs a browser."""
    async with async_playwright() as driver:
        path = os.environ.get("THT_CHROMIUM") or shutil.which("chromium")
        browser = await driver.chromium.launch(executable_path=path, args=list(FLAGS))
        figures = await loads(browser, clinic, origin)
        page, _, _ = await load(await context_of(browser, clinic, origin), origin)
        return figures | await dragging(page, appointment)


async def run(folder: Path) -> dict[str, Any]:
    """A clinic of its own, searched, then served."""
    async with open_clinic(folder) as clinic:
        practice = await a_practice(clinic, closes=CLOSES)
        patients = await some_patients(await clinic.actor("demo"), APPOINTMENTS)
        last = await full_day(clinic, practice, patients)
        admin = await full_month(clinic, practice, patients)
        print(f"{APPOINTMENTS} appointments tomorrow; {WEEKS} weeks are taken", flush=True)
        figures: dict[str, Any] = await searches(admin, practice, patients)
        with served(clinic, folder) as origin:
            figures |= await on_screen(clinic, origin, last)
    return {"bench": "calendar", "appointments": APPOINTMENTS, **figures}


def main() -> None:
    """Compile the screens, measure, print."""
    with Steps(total=1).step("Screens") as step:
        ensure_build(step)
    with own_folder() as folder:
        figures = asyncio.run(run(folder))
    for name, value in figures.items():
        print(f"{name:24} {value}")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
