"""From a key pressed in one browser to the letter painted in the other, each step stored, sealed, before it is shown.

    make bench NAME=collab
    python -m bench.collab --quick

Two Chromium pages press keys in one note, alone and with 8 and 48 editors without screens beside them (Yjs under Node,
the line that the browser uses, three words a second each), and with 99 more notes of two editors each. The same keys
then go through Hocuspocus, which asks nothing and stores nothing, in the same run on the same machine. Without the
pages the same is measured at the line, where no frame of the screen is waited for.

Figures: milliseconds; `ratio_to_hocuspocus_n` is our p50 by theirs, `line_…` without screens; memory is what the
server's process grew by for each open note; `acknowledged_a_second` counts steps of 20 notes that were stored and
acknowledged when nobody waits; `open_20000_ms` is opening a note of that many steps, `whole` before a snapshot stands
for them.
"""

import argparse
import asyncio
import json
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from uuid import UUID

import psutil
from playwright.async_api import Browser as Chromium

from bench import _collab as editors
from bench._clinic import percentile
from bench._collab import Side
from bench._collab_history import opening
from tests.collab.world import World, a_world

SETTINGS = ((1, 2), (1, 10), (1, 50), (100, 2))
"""Notes, and editors of each."""
AT_THE_LINE = ((1, 2), (1, 10))
RATE, KEYS_A_SECOND = 3, 4
FEW, TURNS = 10, 2
"""With so few editors, where the goal is set, both sides take so many turns."""
PER_SESSION = 40
"""So many lines share one sign-in."""


def named(notes: int, people: int) -> str:
    """What a setting is called in the figures."""
    return f"{people}" if notes == 1 else f"{notes}x{people}"


def memory(world: World) -> int:
    """Bytes of the server with its worker processes."""
    process = psutil.Process(world.server.process.pid)
    return sum(one.memory_info().rss for one in (process, *process.children(recursive=True)))


async def ours(world: World, stack: AsyncExitStack, notes: int, people: int) -> Side:
    """Fresh notes of ours, and enough people signed in."""
    origin = world.server.origin.replace("http", "ws")
    visits: list[UUID] = [await world.visit() for _ in range(notes)]
    pairs = 1 + notes * people // (2 * PER_SESSION)
    browsers = [await world.signed_in(who) for _ in range(pairs) for who in ("dokter", "perawat")]
    for browser in browsers:
        stack.push_async_callback(browser.close)
    return Side("ours", origin, [f"{origin}/notes/{visit}/live" for visit in visits], browsers)


async def painted(browser: Chromium, shop: Path, side: Side, counts: Sequence[int], seconds: float) -> list[float]:
    """Let two pages type beside so many others; how long each key took."""
    pages = [await editors.a_page(browser, shop, side, place) for place in range(2)]
    try:
        if not sum(counts):
            took = await editors.typed_in_pages(pages, seconds, KEYS_A_SECOND)
        else:
            about = {"section": "objective", "seconds": seconds + 1, "rate": RATE}
            async with editors.hands(shop, side, counts, **about):
                await asyncio.sleep(1)
                took = await editors.typed_in_pages(pages, seconds, KEYS_A_SECOND)
    finally:
        for page in pages:
            await page.context.close()
    return took


def summed(took: Sequence[float]) -> dict[str, Any]:
    """What is told of one side."""
    return {"keys": len(took), "p50": percentile(took, 50), "p95": percentile(took, 95)}


async def compare(world: World, browser: Chromium, shop: Path, setting: tuple[int, int], seconds: float) -> Any:
    """One setting on both sides, in turns: what else the machine does meets both."""
    notes, people = setting
    name, figures = named(notes, people), dict[str, Any]()
    counts = [people - 2, *[people] * (notes - 1)]
    rounds = TURNS if people <= FEW and notes == 1 else 1
    here, there = list[float](), list[float]()
    for _ in range(rounds):
        async with AsyncExitStack() as stack:
            before = memory(world)
            here += await painted(browser, shop, await ours(world, stack, notes, people), counts, seconds / rounds)
            if notes > 1:
                figures["kb_a_note"] = round((memory(world) - before) / notes / 1024)
            side = Side("hocuspocus", stack.enter_context(editors.hocuspocus(shop)))
            there += await painted(browser, shop, side, counts, seconds / rounds)
    mine, theirs = summed(here), summed(there)
    print(f"{notes} notes x {people}, painted: ours {mine}, hocuspocus {theirs}", flush=True)
    return figures | {
        f"p50_ms_{name}": mine["p50"],
        f"p95_ms_{name}": mine["p95"],
        f"hocuspocus_p50_ms_{name}": theirs["p50"],
        f"hocuspocus_p95_ms_{name}": theirs["p95"],
        f"ratio_to_hocuspocus_{name}": round(mine["p50"] / theirs["p50"], 2),
    }


async def at_the_line(world: World, shop: Path, setting: tuple[int, int], seconds: float) -> dict[str, Any]:
    """The same without screens."""
    notes, people = setting
    about = {"seconds": seconds, "rate": RATE}
    async with AsyncExitStack() as stack:
        side = await ours(world, stack, notes, people)
        async with editors.hands(shop, side, [people] * notes, **about) as ending:
            mine = await ending
        other = Side("hocuspocus", stack.enter_context(editors.hocuspocus(shop)))
        async with editors.hands(shop, other, [people] * notes, **about) as ending:
            theirs = await ending
    print(f"{notes} notes x {people}, at the line: ours {mine}, hocuspocus {theirs}", flush=True)
    name = named(notes, people)
    return {
        f"line_p50_ms_{name}": mine["p50"],
        f"line_hocuspocus_p50_ms_{name}": theirs["p50"],
        f"line_ratio_to_hocuspocus_{name}": round(mine["p50"] / theirs["p50"], 2),
    }


async def flood(world: World, shop: Path, seconds: float) -> dict[str, Any]:
    """How many steps a second are stored and acknowledged when nobody waits longer than for that."""
    async with AsyncExitStack() as stack:
        side = await ours(world, stack, 20, 2)
        about = {"seconds": seconds, "rate": RATE, "flood": True}
        async with editors.hands(shop, side, [2] * 20, **about) as ending:
            measured = await ending
    print(f"20 notes x 2, without a pause: {measured}", flush=True)
    return {"acknowledged_a_second": measured["a_second"]}


async def measure(*, quick: bool) -> dict[str, Any]:
    """Every setting against both servers."""
    figures: dict[str, Any] = {}
    seconds = 6 if quick else 8
    async with a_world() as world, editors.chromium() as browser:
        shop = editors.workshop(world.folder / "bench")
        for setting in AT_THE_LINE:
            figures |= await at_the_line(world, shop, setting, min(seconds, 4))
        for setting in SETTINGS[:2] if quick else SETTINGS:
            figures |= await compare(world, browser, shop, setting, seconds)
        figures |= await flood(world, shop, 2 if quick else 4)
        figures |= await opening(world, 2_000 if quick else 20_000)
    return figures


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="from one browser's key to the other's screen")
    parser.add_argument("--quick", action="store_true", help="two settings, few keys, a tenth of the history")
    start = time.monotonic()
    result = asyncio.run(measure(quick=parser.parse_args().quick))
    print(json.dumps(result | {"seconds": round(time.monotonic() - start)}))
