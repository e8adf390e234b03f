"""The database goes away in the middle of a form: people are told, keep what they typed, and save exactly once."""

import os
import re
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import DEMO_PASSWORD, DESKTOP, OpenClinic, start_clinic, stop_clinic
from tht_app.database.server_process import recorded_pid

pytestmark = pytest.mark.e2e

AWAY_SECONDS = 10
PATIENCE_MS = 70_000


@pytest.fixture(scope="module")
def lonely_clinic() -> Iterator[OpenClinic]:
    """A clinic of its own, because its database is going to be stopped and killed."""
    folder = Path(tempfile.mkdtemp(prefix="tht-outage-"))
    folder.chmod(0o755)
    clinic = start_clinic(folder / "data")
    try:
        yield clinic
    finally:
        stop_clinic(clinic)


@pytest.fixture
def page(lonely_clinic: OpenClinic, chromium: Browser) -> Iterator[Page]:
    """The front desk with an empty registration form open."""
    context = chromium.new_context(viewport=DESKTOP, locale="id-ID", timezone_id="Asia/Jakarta")  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{lonely_clinic.origin}/signin")
    page.get_by_test_id("identity-signin-username").fill("admin")
    page.get_by_test_id("identity-signin-password").fill(DEMO_PASSWORD)
    page.get_by_test_id("identity-signin-submit").click()
    page.wait_for_url(f"{lonely_clinic.origin}/")
    page.goto(f"{lonely_clinic.origin}/patients")
    page.get_by_test_id("registration-patients-register").click()
    page.get_by_test_id("registration-field-name").wait_for()
    yield page
    context.close()


def server_of(clinic: OpenClinic) -> list[psutil.Process]:
    """The database server with all its processes."""
    pid = recorded_pid(clinic.data / "postgres")
    assert pid is not None
    server = psutil.Process(pid)
    return [server, *server.children(recursive=True)]


def fill(page: Page, name: str, nik: str) -> None:
    page.get_by_test_id("registration-field-name").fill(name)
    page.get_by_test_id("registration-field-birth-date").fill("29-02-1988")
    page.get_by_test_id("registration-field-sex").select_option("female")
    page.get_by_test_id("registration-field-nik").fill(nik)
    page.get_by_test_id("registration-field-street").fill("Jl. Padam 10")


def saved(page: Page) -> bool:
    return re.search("/patients/[0-9a-f-]{36}", page.url) is not None


def how_often(page: Page, clinic: OpenClinic, name: str) -> int:
    """So many patients of this name are found."""
    page.goto(f"{clinic.origin}/patients")
    page.get_by_test_id("registration-patients-search").press_sequentially(name, delay=30)
    rows = page.get_by_test_id("registration-patients-results").locator("tbody tr").filter(has_text=name)
    rows.first.wait_for()
    return rows.count()


def test_a_database_that_stands_still_for_ten_seconds_costs_nothing(lonely_clinic: OpenClinic, page: Page):
    fill(page, "Mati Lampu", "3174016902880001")
    still = server_of(lonely_clinic)
    for process in still:
        process.send_signal(signal.SIGSTOP)

    def go_on() -> None:
        for process in still:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGCONT)

    timer = threading.Timer(AWAY_SECONDS, go_on)
    timer.start()
    try:
        page.get_by_test_id("registration-form-save").click()
        expect(page.get_by_test_id("shell-connection")).to_contain_text(re.compile("Menyimpan|Belum"))
        expect(page.get_by_test_id("registration-field-name")).to_have_value("Mati Lampu")
        assert not saved(page)
    finally:
        timer.join()
        go_on()
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while not saved(page) and time.monotonic() < deadline:
        button = page.get_by_test_id("registration-form-save")
        if button.is_visible() and button.is_enabled():
            with suppress(Exception):
                button.click(timeout=2000)
        page.wait_for_timeout(1000)
    assert saved(page)
    assert how_often(page, lonely_clinic, "Mati Lampu") == 1


def test_a_killed_database_comes_back_by_itself_and_the_form_is_still_there(lonely_clinic: OpenClinic, page: Page):
    fill(page, "Listrik Kembali", "3174016902880002")
    pid = recorded_pid(lonely_clinic.data / "postgres")
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    page.get_by_test_id("registration-form-save").click()
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while not saved(page) and time.monotonic() < deadline:
        page.wait_for_timeout(1000)
        name = page.get_by_test_id("registration-field-name")
        if saved(page) or not name.is_visible():
            continue
        expect(name).to_have_value("Listrik Kembali")
        with suppress(Exception):
            page.get_by_test_id("registration-form-save").click(timeout=2000)
    assert saved(page)
    assert how_often(page, lonely_clinic, "Listrik Kembali") == 1
