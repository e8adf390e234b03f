"""A real server process over a real database, and browsers that are only sockets and HTTP."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from passlib.hash import argon2

from tests.conftest import PEOPLE, Clinic
from tests.web.browser import Browser

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "tujuh-Sepeda-biru-9"
HASH = argon2.using(type="ID", memory_cost=65536, rounds=3, parallelism=1).hash(PASSWORD)


@dataclass
class RunningServer:
    """The clinic's server as its own process."""

    clinic: Clinic
    port: int
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def browser(self, **options) -> Browser:
        """A browser that has not signed in."""
        return Browser(self.origin, **options)

    async def signed_in(self, username: str, **options) -> Browser:
        """A browser in which this person has signed in."""
        browser = self.browser(**options)
        answer = await browser.sign_in(username, PASSWORD)
        assert answer.status_code == 303, answer.text
        return browser

    async def proved(self, username: str, **options) -> Browser:
        """A browser in which this person has signed in and proved themselves for everything."""
        browser = await self.signed_in(username, **options)
        self.clinic.prove(browser.session)
        return browser

    def denials(self, since: str | None = None) -> list[dict]:
        """Audit entries about refusals, oldest first."""
        return self.clinic.admin_fetch(
            "select e.*, p.username from audit.event e left join sec.person p on p.id = e.person_id "
            "where e.action = 'deny' order by e.at, e.id"
        )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def server_environment(clinic: Clinic, port: int, folder: Path, **extra: str) -> dict[str, str]:
    """What the server's process is told: where the database is, which port, and that no screens are compiled."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(("THT_", "REFLEX_"))},
        "THT_DATABASE_URL": clinic.server.dsn(user="tht_app", dbname=clinic.name),
        "THT_DATABASE_GATE_URL": clinic.server.dsn(user="tht_gate", dbname=clinic.name),
        "THT_MASTER_KEY": clinic.master_key.hex(),
        "THT_DATA_DIR": str(folder),
        "THT_PORT": str(port),
        "THT_PROXY_HOPS": "1",
        "THT_MOST_SESSIONS": "50",
        "REFLEX_ENV_MODE": "prod",
        "REFLEX_WEB_WORKDIR": str(folder / "web"),
        "__REFLEX_SKIP_COMPILE": "true",
        "REFLEX_BACKEND_ONLY": "true",
        "REFLEX_DIR": str(folder / "reflex"),
        "REFLEX_UPLOADED_FILES_DIR": str(folder / "uploads"),
        "REFLEX_TELEMETRY_ENABLED": "false",
        "REFLEX_CHECK_LATEST_VERSION": "false",
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        **extra,
    }


COMMAND = (
    *("-m", "granian", "--interface", "asgi", "--factory", "--host", "127.0.0.1", "--no-access-log"),
    *("--log-level", "warning", "--workers", "1"),
)


def start_server(clinic: Clinic, folder: Path, *, port: int | None = None, **extra: str) -> RunningServer:
    """Start the process and wait until it answers."""
    port = port or free_port()
    log = folder / "server.log"
    # No page makes a State while it is drawn, so the server need not draw any.
    (folder / "web" / "backend").mkdir(parents=True, exist_ok=True)
    (folder / "web" / "backend" / "stateful_pages.json").write_text("[]")
    with log.open("wb") as sink:
        process = subprocess.Popen(
            [sys.executable, *COMMAND, "--port", str(port), "tht_app.tht_app:app"],
            cwd=ROOT,
            env=server_environment(clinic, port, folder, **extra),
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    running = RunningServer(clinic, port, process, log)
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise AssertionError(f"the server ended:\n{log.read_text()[-4000:]}")
        try:
            if httpx.get(f"{running.origin}/session", timeout=2).status_code == 401:
                return running
        except httpx.TransportError:
            time.sleep(0.1)
    stop_server(running)
    raise AssertionError(f"the server did not answer:\n{log.read_text()[-4000:]}")


def stop_server(running: RunningServer) -> None:
    """End the process group and wait for it."""
    if running.process.poll() is None:
        os.killpg(running.process.pid, signal.SIGTERM)
        try:
            running.process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(running.process.pid, signal.SIGKILL)
            running.process.wait(5)


def give_passwords(clinic: Clinic) -> None:
    """Every person of the test clinic gets the same password."""
    for username in PEOPLE:
        clinic.admin_fetch(
            "insert into sec.credential (person_id, password_hash) values (%s, %s) on conflict do nothing",
            clinic.person_id(username),
            HASH,
        )


@pytest.fixture(scope="module")
def server(clinic: Clinic, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """The clinic's server over this module's database."""
    give_passwords(clinic)
    running = start_server(clinic, tmp_path_factory.mktemp("server"))
    try:
        yield running
    finally:
        stop_server(running)


@pytest.fixture
async def browser(server: RunningServer) -> AsyncIterator[Browser]:
    """A browser that has not signed in."""
    one = server.browser()
    try:
        yield one
    finally:
        await one.close()
        await asyncio.sleep(0)
