"""Two kinds of editors for `bench/collab.py`, for our line and for Hocuspocus's: without screens, and in Chromium."""

import asyncio
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Browser as Chromium
from playwright.async_api import Page, async_playwright

from tests.collab.world import NODE, PARTS, free_port
from tests.e2e.conftest import FLAGS
from tests.web.browser import Browser
from tht_app.components.encounter.note_field import PACKAGES

HERE = Path(__file__).parent
BESIDE = Path(sys.executable).parent
COMPARED = ("@hocuspocus/server@4.7.0", "@hocuspocus/provider@4.8.0", "esbuild@0.28.1")
LETTERS = ("x", "z")
PATIENCE = 30


def workshop(folder: Path) -> Path:
    """A folder in which Node and a page find both kinds of line and the editor."""
    folder.mkdir()
    (folder / "package.json").write_text('{"type": "module"}')
    environment = {**os.environ, "PATH": f"{BESIDE}{os.pathsep}{os.environ['PATH']}"}
    options = ("--no-save", "--no-audit", "--no-fund", "--silent", "--prefix", str(folder))
    command = [str(BESIDE / "npm"), "install", *options, *COMPARED, *PACKAGES]
    if subprocess.run(command, env=environment, check=False).returncode:
        raise SystemExit("Hocuspocus, which this bench compares with, could not be installed.")
    for source in (*PARTS.glob("note_*.js"), *HERE.glob("_collab*.mjs"), HERE / "_hocuspocus.mjs"):
        shutil.copy(source, folder)
    bundle = ("_collab_page.mjs", "--bundle", "--format=iife", "--outfile=page.js", "--log-level=warning")
    subprocess.run([str(folder / "node_modules/.bin/esbuild"), *bundle], cwd=folder, env=environment, check=True)
    return folder


@contextmanager
def hocuspocus(shop: Path) -> Generator[str, None, None]:
    """The other server, for a while."""
    port = free_port()
    with subprocess.Popen(
        [str(NODE), "_hocuspocus.mjs", str(port)], cwd=shop, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield f"ws://127.0.0.1:{port}"
        finally:
            process.kill()


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two kinds of line: where its notes are, and who is signed in."""

    kind: str
    server: str
    addresses: Sequence[str] = ()
    people: Sequence[Browser] = ()
    """Doctor and nurse in turns."""

    @property
    def origin(self) -> str:
        return self.server.replace("ws", "http", 1)


@asynccontextmanager
async def hands(shop: Path, side: Side, counts: Sequence[int], **about: Any) -> AsyncGenerator[asyncio.Task[Any], None]:
    """Editors without screens that type while the block runs; the task is what they measured."""
    asked = {
        "kind": side.kind,
        "counts": counts,
        "origin": side.origin,
        "server": side.server,
        "addresses": side.addresses,
        "cookies": [one.cookie_header() for one in side.people],
        "section": "subjective",
        **about,
    }
    process = await asyncio.create_subprocess_exec(
        str(NODE), "_collab.mjs", json.dumps(asked), cwd=shop, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    if not await process.stdout.readline():
        raise SystemExit(f"the editors of {side.kind} did not come in")

    async def measured() -> Any:
        answer, _ = await process.communicate()
        return json.loads(answer)

    ending = asyncio.create_task(measured())
    try:
        yield ending
        await ending
    finally:
        ending.cancel()
        if process.returncode is None:
            process.kill()


@asynccontextmanager
async def chromium() -> AsyncGenerator[Chromium, None]:
    """One headless browser."""
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=os.environ.get("THT_CHROMIUM") or None, args=list(FLAGS))
        yield browser
        await browser.close()


async def a_page(browser: Chromium, shop: Path, side: Side, place: int) -> Page:
    """A page with the first note open; its own letter is the one at this place."""
    context = await browser.new_context(bypass_csp=True)
    if side.people:
        pairs = [pair.partition("=") for pair in side.people[place].cookie_header().split("; ")]
        await context.add_cookies([{"name": name, "value": value, "url": side.origin} for name, _, value in pairs])
    page = await context.new_page()
    await page.goto(f"{side.origin}/session")  # any page of that server: a browser asks who opens the line
    await page.add_script_tag(path=shop / "page.js")
    about = {
        "kind": side.kind,
        "server": side.server,
        "room": "room0",
        "address": side.addresses[0] if side.addresses else "",
        "mine": LETTERS[place],
        "theirs": LETTERS[1 - place],
    }
    async with asyncio.timeout(PATIENCE):
        await page.evaluate("about => openNote(about)", about)
    await page.click("#subjective")
    return page


async def typed_in_pages(pages: Sequence[Page], seconds: float, rate: float) -> list[float]:
    """Press a key in each page so often; returns milliseconds from a press in one to the paint in the other."""

    async def typing(page: Page, letter: str) -> None:
        for _ in range(int(seconds * rate)):
            await page.keyboard.press(letter)
            await asyncio.sleep(random.uniform(0.8, 1.2) / rate)  # not always on the same part of a frame

    await asyncio.gather(*(typing(page, letter) for page, letter in zip(pages, LETTERS, strict=True)))
    await asyncio.sleep(1)
    took: list[float] = []
    for here, there in ((pages[0], pages[1]), (pages[1], pages[0])):
        pressed, painted = await here.evaluate("pressed"), await there.evaluate("painted")
        if len(pressed) != len(painted):
            raise SystemExit(f"{len(pressed)} keys were pressed, {len(painted)} painted")
        took += [seen - sent for sent, seen in zip(pressed, painted, strict=True)]
    return sorted(took)
