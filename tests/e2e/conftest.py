"""The demo clinic as `make run` opens it, small, with real browsers in front of it."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
DEMO_PASSWORD = "demo-THT-2026"
START_SECONDS = 300
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESKTOP = {"width": 1440, "height": 900}
TABLET = {"width": 1024, "height": 768}
HARMLESS = ("favicon", "WebSocket connection", "net::ERR_", "status of 401", "status of 409", "status of 503")
"""What a browser may write to its console while a server is being stopped, or when a refusal is part of the test."""


def free_port() -> int:
    """A port nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class OpenClinic:
    """A running demo clinic."""

    origin: str
    data: Path
    process: subprocess.Popen[bytes]
    log: Path


def start_clinic(data: Path, *, small: bool = True, port: int | None = None) -> OpenClinic:
    """Start `tht run --demo` and wait until people can work."""
    port = port or free_port()
    log = data.parent / f"run-{port}.log"
    command = [sys.executable, "-m", "tht_app.cli", "run", "--demo", "--port", str(port)]
    command += ["--small"] if small else []
    environment = {name: value for name, value in os.environ.items() if not name.startswith("THT_D")}
    with log.open("wb") as sink:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**environment, "THT_DATA_DIR": str(data), "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    clinic = OpenClinic(f"http://127.0.0.1:{port}", data, process, log)
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise AssertionError(f"the clinic did not open:\n{log.read_text()[-4000:]}")
        with suppress(httpx.TransportError):
            if httpx.get(f"{clinic.origin}/ready", timeout=5).status_code == 200:
                return clinic
        time.sleep(0.3)
    stop_clinic(clinic)
    raise AssertionError(f"the clinic did not open in time:\n{log.read_text()[-4000:]}")


def stop_clinic(clinic: OpenClinic) -> None:
    """As Ctrl-C would; whatever does not end is killed."""
    with suppress(ProcessLookupError):
        clinic.process.send_signal(signal.SIGTERM)
    try:
        clinic.process.wait(40)
    except subprocess.TimeoutExpired:
        os.killpg(clinic.process.pid, signal.SIGKILL)
        clinic.process.wait(10)


@pytest.fixture(scope="session")
def open_clinic() -> Iterator[OpenClinic]:
    """A small demo clinic: 200 patients, three days of visits."""
    folder = Path(tempfile.mkdtemp(prefix="tht-e2e-"))
    folder.chmod(0o755)
    clinic = start_clinic(folder / "data")
    try:
        yield clinic
    finally:
        stop_clinic(clinic)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Playwright's driver."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """One headless browser; each person gets a context of their own."""
    browser = playwright.chromium.launch(executable_path=os.environ.get("THT_CHROMIUM") or None, args=list(FLAGS))
    yield browser
    browser.close()


@dataclass
class Desk:
    """A person at a device: a page that is signed in, and what the browser complained about."""

    page: Page
    context: BrowserContext
    complaints: list[str]
    origin: str

    def go(self, path: str) -> Page:
        """Open a page and wait until it has its heading."""
        self.page.goto(f"{self.origin}{path}")
        self.page.wait_for_selector("main h1")
        return self.page


SeatsPeople = Callable[..., Desk]


@contextmanager
def seating(open_clinic: OpenClinic, chromium: Browser) -> Iterator[SeatsPeople]:
    """Seat people: `seat("dokter", tablet=True)`; at the end no browser may have complained."""
    desks: list[Desk] = []

    def seated(username: str, *, tablet: bool = False, dark: bool = False, zone: str = "Asia/Jakarta") -> Desk:
        context = chromium.new_context(
            viewport=TABLET if tablet else DESKTOP,  # type: ignore[arg-type]
            has_touch=tablet,
            color_scheme="dark" if dark else "light",
            locale="id-ID",
            timezone_id=zone,
            accept_downloads=True,
        )
        complaints: list[str] = []

        def heard(message: ConsoleMessage) -> None:
            if message.type == "error" and not any(word in message.text for word in HARMLESS):
                complaints.append(message.text)

        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("console", heard)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{open_clinic.origin}/signin")
        page.get_by_test_id("identity-signin-username").fill(username)
        page.get_by_test_id("identity-signin-password").fill(DEMO_PASSWORD)
        page.get_by_test_id("identity-signin-submit").click()
        page.wait_for_url(f"{open_clinic.origin}/")
        desk = Desk(page, context, complaints, open_clinic.origin)
        desks.append(desk)
        return desk

    yield seated
    for desk in desks:
        desk.context.close()
    assert [complaint for desk in desks for complaint in desk.complaints] == []


def undo(page: Page, told: str) -> None:
    """Take back what this notice tells of; others may stand beside it, or come a moment later than their effect."""
    page.get_by_test_id("ui-toast-done").filter(has_text=told).last.get_by_test_id("ui-toast-undo").click()


@pytest.fixture
def seat(open_clinic: OpenClinic, chromium: Browser) -> Iterator[SeatsPeople]:
    """Seat people for one test."""
    with seating(open_clinic, chromium) as seated:
        yield seated
