"""From a key press of one editor to the same letter at the others, with every step stored, sealed, before it is shown.

    make bench NAME=collab

Editors without screens (Yjs under Node, the line that the browser uses) type three keys a second each, in one note with
2, 10 and 50 editors and in 100 notes with two; the same Node program then types through Hocuspocus, which asks nothing
and stores nothing, in the same run on the same machine. Memory is what the server's process grew by for each open note.

Figures: milliseconds at the editors; `ratio_to_hocuspocus_n` is our p50 by theirs.
"""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import psutil

from tests.collab.world import NODE, World, a_world, free_port

HERE = Path(__file__).parent
BESIDE = Path(sys.executable).parent
PACKAGES = ("@hocuspocus/server@4.7.0", "@hocuspocus/provider@4.8.0", "yjs@13.6.33")
SETTINGS = ((1, 2), (1, 10), (1, 50), (100, 2))
SECONDS, RATE = 8, 3


def workshop(folder: Path, modules: Path) -> Path:
    """A folder in which Node finds both kinds of line."""
    folder.mkdir()
    (folder / "package.json").write_text('{"type": "module"}')
    environment = {**os.environ, "PATH": f"{BESIDE}{os.pathsep}{os.environ['PATH']}"}
    options = ("--no-save", "--no-audit", "--no-fund", "--silent", "--prefix", str(folder))
    command = [str(BESIDE / "npm"), "install", *options, *PACKAGES]
    if subprocess.run(command, env=environment, check=False).returncode:
        raise SystemExit("Hocuspocus, which this bench compares with, could not be installed.")
    for source in (*modules.glob("note_*.js"), HERE / "_collab.mjs", HERE / "_hocuspocus.mjs"):
        shutil.copy(source, folder)
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


async def typed(shop: Path, **about: Any) -> dict[str, Any]:
    """Let the editors type and return what they measured."""
    asked = json.dumps({"seconds": SECONDS, "rate": RATE, **about})
    process = await asyncio.create_subprocess_exec(
        str(NODE), "_collab.mjs", asked, cwd=shop, stdout=asyncio.subprocess.PIPE
    )
    answer, _ = await process.communicate()
    if process.returncode:
        raise SystemExit(f"the editors ended with {process.returncode}")
    return json.loads(answer)


def memory(world: World) -> int:
    """Bytes of the server with its worker processes."""
    process = psutil.Process(world.server.process.pid)
    return sum(one.memory_info().rss for one in (process, *process.children(recursive=True)))


async def ours(world: World, shop: Path, rooms: int, editors: int) -> dict[str, Any]:
    """One setting against our server."""
    visits: list[UUID] = [await world.visit() for _ in range(rooms)]
    browsers = [await world.signed_in(who) for who in ("dokter", "perawat") for _ in range(1 + rooms * editors // 60)]
    before = memory(world)
    figures = await typed(
        shop,
        kind="ours",
        rooms=rooms,
        editors=editors,
        origin=world.server.origin,
        cookies=[browser.cookie_header() for browser in browsers],
        addresses=[f"{world.server.origin.replace('http', 'ws')}/notes/{visit}/live" for visit in visits],
    )
    figures["kb_a_note"] = round((memory(world) - before) / rooms / 1024)
    for browser in browsers:
        await browser.close()
    return figures


async def measure() -> dict[str, Any]:
    """Every setting against both servers."""
    figures: dict[str, Any] = {}
    async with a_world() as world:
        shop = workshop(world.folder / "bench", world.shop)
        for rooms, editors in SETTINGS:
            name = f"{editors}" if rooms == 1 else f"{rooms}x{editors}"
            mine = await ours(world, shop, rooms, editors)
            with hocuspocus(shop) as address:
                theirs = await typed(shop, kind="hocuspocus", rooms=rooms, editors=editors, server=address)
            print(f"{rooms} notes x {editors}: ours {mine}, hocuspocus {theirs}", flush=True)
            figures |= {
                f"p50_ms_{name}": mine["p50"],
                f"p95_ms_{name}": mine["p95"],
                f"hocuspocus_p50_ms_{name}": theirs["p50"],
                f"ratio_to_hocuspocus_{name}": round(mine["p50"] / theirs["p50"], 2),
            }
            if rooms > 1:
                figures["kb_a_note"] = mine["kb_a_note"]
    return figures


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure())))
