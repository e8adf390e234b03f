"""Weeks of a waiting-room display in minutes: it does not grow, it comes back, it shows the truth.

    make bench NAME=display_soak

A real browser shows `/display` of a demo clinic behind a proxy that can be cut. Thousands of calls reach it; between
the rounds the network is lost for seconds, once for more than a minute ("Hubungi petugas"), and once the server is
started anew. Heap and nodes are counted after each round, garbage collected first. Goals: no growth beyond 2 MB over
the soak, back within 30 s, never a wrong number after a round. THT_CHROMIUM names the browser.
"""

import asyncio
import contextlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import CDPSession, Page, async_playwright

from bench._clinic import percentile
from tests.e2e.conftest import DEMO_PASSWORD, FLAGS, OpenClinic, free_port, start_clinic, stop_clinic
from tests.web.browser import STATE, Browser, Tab

ROUNDS, CALLS = 24, 250
PAUSE = 0.03
CUT_SECONDS = (1, 3, 6)
LONG_CUT_SECONDS = 66
LONG_CUT_ROUND, RESTART_ROUND, WARM_ROUNDS = 8, 14, 4
GROWTH_GOAL_MB, BACK_GOAL_S = 2.0, 30.0
QUEUE = f"{STATE}.tht_app___state___queue___console____queue_state"
DISPLAYS = f"{STATE}.tht_app___state___queue___displays____displays_state"


class Wire:
    """A TCP proxy that can be cut: connections end, new ones are refused."""

    def __init__(self, port: int, target: int) -> None:
        """Listen on `port`, lead to `target`."""
        self.port, self._target = port, target
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    async def join(self) -> None:
        """Let connections through."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)

    async def cut(self) -> None:
        """Lose the network."""
        if self._server:
            self._server.close()
        for writer in list(self._open):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.transport.abort()
            return
        pair = {writer, far}
        self._open |= pair
        await asyncio.gather(self._copy(reader, far), self._copy(far_reader, writer))
        self._open -= pair

    @staticmethod
    async def _copy(source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(65536):
                to.write(data)
                await to.drain()
        to.close()


def port_of(clinic: OpenClinic) -> int:
    """Where the clinic listens."""
    return int(clinic.origin.rsplit(":", 1)[1])


@dataclass
class Figures:
    """What was counted."""

    heap_mb: list[float] = field(default_factory=list)
    nodes: list[int] = field(default_factory=list)
    listeners: list[int] = field(default_factory=list)
    back_s: list[float] = field(default_factory=list)
    wrong: int = 0
    calls: int = 0
    asked_staff: bool = False


@dataclass
class Soak:
    """The parts of one soak."""

    clinic: OpenClinic
    wire: Wire
    page: Page
    devtools: CDPSession
    figures: Figures


async def desk_of(clinic: OpenClinic) -> tuple[Browser, Tab]:
    """The front desk, past the proxy."""
    browser = Browser(clinic.origin)
    answer = await browser.sign_in("admin", DEMO_PASSWORD)
    assert answer.status_code == 303, answer.status_code
    tab = await browser.tab().open("/queue")
    await tab.fire(f"{QUEUE}.load", "/queue")
    return browser, tab


async def pair(soak: Soak) -> None:
    """Make a display and open its address."""
    browser, tab = await desk_of(soak.clinic)
    await tab.fire(f"{DISPLAYS}.open_new", "/queue/displays")
    form = {"name": "Soak", "lang": "id", "theme": "dark", "voice": "on"}
    await tab.fire(f"{DISPLAYS}.save", "/queue/displays", form=form)
    address = tab.value("displays_state", "pairing")["address"]
    await soak.page.goto(address.replace("127.0.0.1", "localhost"))
    await soak.page.get_by_test_id("display-screen").wait_for()
    await online(soak.page)
    await browser.close()


async def online(page: Page) -> float:
    """Wait until the display is connected; seconds that it took."""
    started = time.monotonic()
    await page.wait_for_selector("[data-testid=display-connection][data-status=online]", timeout=120_000)
    return time.monotonic() - started


async def call_often(soak: Soak, count: int) -> None:
    """Call one patient again and again: each call is announced as a new one."""
    browser, tab = await desk_of(soak.clinic)
    shown = tab.value("queue_state", "shown")
    if shown["current"]["status"] != "called":
        await tab.fire(f"{QUEUE}.call_next", "/queue", form={"point": shown["id"], "finish": shown["current"]["id"]})
        shown = tab.value("queue_state", "shown")
    before, label = shown["current"]["calls"], shown["current"]["label"]
    for _ in range(count):
        await tab.send(f"{QUEUE}.call_again", "/queue", {"ticket_id": shown["current"]["id"]})
        await asyncio.sleep(PAUSE)
    await tab.settle(5)
    # What came faster than a session may send was refused, and does not count.
    soak.figures.calls += tab.value("queue_state", "shown")["current"]["calls"] - before
    await asyncio.sleep(1)
    soak.figures.wrong += await soak.page.get_by_test_id("display-number").inner_text() != label
    await browser.close()


async def count(soak: Soak) -> None:
    """Heap and nodes after garbage collection."""
    await soak.devtools.send("HeapProfiler.collectGarbage")
    answer = await soak.devtools.send("Performance.getMetrics")
    values = {metric["name"]: metric["value"] for metric in answer["metrics"]}
    soak.figures.heap_mb.append(round(values["JSHeapUsedSize"] / 1e6, 2))
    soak.figures.nodes.append(int(values["Nodes"]))
    soak.figures.listeners.append(int(values["JSEventListeners"]))


async def disturb(soak: Soak, number: int) -> None:
    """Lose the network, or the server, and find it again."""
    long = number == LONG_CUT_ROUND
    await soak.wire.cut()
    if number == RESTART_ROUND:
        await asyncio.to_thread(stop_clinic, soak.clinic)
        soak.clinic = await asyncio.to_thread(start_clinic, soak.clinic.data, port=port_of(soak.clinic))
    else:
        await asyncio.sleep(LONG_CUT_SECONDS if long else CUT_SECONDS[number % len(CUT_SECONDS)])
    if long:
        soak.figures.asked_staff = await soak.page.get_by_test_id("display-gone").is_visible()
    await soak.wire.join()
    soak.figures.back_s.append(round(await online(soak.page), 2))


@asynccontextmanager
async def television(folder: Path) -> AsyncGenerator[Soak, None]:
    """A demo clinic, the proxy, and a browser the size of a television."""
    clinic = await asyncio.to_thread(start_clinic, folder / "data")
    wire = Wire(free_port(), port_of(clinic))
    await wire.join()
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(
            executable_path=os.environ.get("THT_CHROMIUM") or None,
            args=[
                *FLAGS,
                "--autoplay-policy=no-user-gesture-required",
                f"--host-resolver-rules=MAP localhost 127.0.0.1:{wire.port}",
            ],
        )
        page = await (await browser.new_context(viewport={"width": 1920, "height": 1080})).new_page()
        devtools = await page.context.new_cdp_session(page)
        await devtools.send("Performance.enable")
        soak = Soak(clinic, wire, page, devtools, Figures())
        try:
            yield soak
        finally:
            await browser.close()
            await soak.wire.cut()
            await asyncio.to_thread(stop_clinic, soak.clinic)


async def run(folder: Path) -> dict[str, object]:
    """All rounds; the figures."""
    started = time.monotonic()
    async with television(folder) as soak:
        await pair(soak)
        for number in range(ROUNDS):
            await call_often(soak, CALLS)
            await disturb(soak, number)
            await asyncio.sleep(1)
            await count(soak)
            figures = soak.figures
            heap, nodes, back = figures.heap_mb[-1], figures.nodes[-1], figures.back_s[-1]
            print(f"round {number + 1}: {heap} MB, {nodes} nodes, back in {back} s", flush=True)
    growth = round(min(figures.heap_mb[-3:]) - min(figures.heap_mb[WARM_ROUNDS : WARM_ROUNDS + 3]), 2)
    return {
        "calls": figures.calls,
        "disturbances": len(figures.back_s),
        "minutes": round((time.monotonic() - started) / 60, 1),
        "heap_mb_warm": min(figures.heap_mb[WARM_ROUNDS : WARM_ROUNDS + 3]),
        "heap_mb_end": min(figures.heap_mb[-3:]),
        "growth_mb": growth,
        "nodes_warm": figures.nodes[WARM_ROUNDS],
        "nodes_end": figures.nodes[-1],
        "listeners_warm": figures.listeners[WARM_ROUNDS],
        "listeners_end": figures.listeners[-1],
        "back_p50_s": percentile(figures.back_s, 50),
        "back_max_s": max(figures.back_s),
        "asked_staff_after_a_minute": figures.asked_staff,
        "wrong_numbers": figures.wrong,
        "met": growth <= GROWTH_GOAL_MB
        and max(figures.back_s) <= BACK_GOAL_S
        and figures.wrong == 0
        and figures.calls >= 0.9 * ROUNDS * CALLS
        and figures.asked_staff,
    }


def main() -> None:
    """Print one line of JSON."""
    folder = Path(tempfile.mkdtemp(prefix="tht-soak-"))
    folder.chmod(0o755)
    try:
        print(json.dumps(asyncio.run(run(folder))))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
