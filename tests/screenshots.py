"""Pictures of every page in docs/screenshots: desktop and tablet, light and dark, from a fresh small demo clinic.

`make screenshots`. Names are `<page>-<device>-<theme>.png`; the README shows some of them.
"""

import os
import re
import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.e2e.conftest import DEMO_PASSWORD, DESKTOP, FLAGS, TABLET, start_clinic, stop_clinic

TARGET = Path(__file__).resolve().parents[1] / "docs" / "screenshots"
SHOTS = (
    ("home-front-desk", "admin", "/"),
    ("patients", "admin", "found patients"),
    ("patient", "admin", "first patient"),
    ("patient-merge", "admin", "two records"),
    ("patients-import", "admin", "/patients/import"),
    ("calendar", "admin", "/calendar"),
    ("calendar-week", "dokter", "/calendar?view=week"),
    ("calendar-list", "admin", "/calendar?view=list"),
    ("calendar-setup-hours", "admin", "/calendar/setup?tab=hours"),
    ("calendar-setup-absence", "admin", "/calendar/setup?tab=absence"),
    ("calendar-setup-holidays", "admin", "/calendar/setup?tab=holidays"),
    ("calendar-setup-types", "admin", "/calendar/setup?tab=types"),
    ("privacy", "admin", "/privacy"),
    ("queue", "admin", "/queue"),
    ("queue-displays", "admin", "/queue/displays"),
    ("templates", "dokter", "/templates"),
    ("home-doctor", "dokter", "/"),
    ("encounter", "dokter", "first visit"),
    ("patient-timeline", "dokter", "timeline"),
    ("prescriptions", "dokter", "/prescriptions"),
    ("home-nurse", "perawat", "/"),
    ("home-pharmacist", "apoteker", "/"),
    ("pharmacy", "apoteker", "/pharmacy"),
    ("inventory", "apoteker", "/inventory"),
    ("home-cashier", "kasir", "/"),
    ("home-auditor", "auditor", "/"),
    ("audit", "auditor", "/audit"),
    ("integrations", "pemilik", "/integrations"),
    ("settings", "dokter", "/settings"),
    ("settings-people", "pemilik", "/settings?tab=people"),
    ("settings-rules", "pemilik", "/settings?tab=rules"),
    ("settings-backup", "pemilik", "/settings?tab=backup"),
    ("styleguide", "admin", "/styleguide"),
    ("register", "admin", "register"),
    ("display", "admin", "television"),
)
"""Picture, account, address or what to open.

The form of registration stays open, so it comes late. The television is last: the browser is nobody's afterwards.
"""
LOOKS = (
    ("desktop", "light"),
    ("desktop", "dark"),
    ("tablet", "light"),
    ("tablet", "dark"),
)


def _open(page: Page, origin: str, place: str) -> None:
    if place in {"found patients", "first patient"}:
        page.goto(f"{origin}/patients")
        page.get_by_test_id("registration-patients-search").press_sequentially("putri", delay=40)
        row = page.get_by_test_id("registration-patients-results").locator("tbody tr").first
        row.wait_for()
        if place == "first patient":
            row.click()
            page.wait_for_url(re.compile("/patients/[0-9a-f-]{36}"))
    elif place == "two records":
        _open(page, origin, "first patient")
        page.get_by_test_id("registration-merge-open").click()
        page.get_by_test_id("registration-merge-other").press_sequentially("siti", delay=40)
        page.get_by_role("option").filter(has_text="Siti").first.click()
        page.get_by_test_id("registration-merge-table").wait_for()
    elif place == "television":
        _television(page, origin)
        return
    elif place == "register":
        page.goto(f"{origin}/patients")
        page.get_by_test_id("registration-patients-register").click()
        page.get_by_test_id("registration-field-name").wait_for()
    elif place == "first visit":
        page.goto(f"{origin}/")
        page.get_by_test_id("encounter-day-open").first.click()
        page.wait_for_url(re.compile("/encounters/[0-9a-f-]{36}"))
        page.get_by_test_id("encounter-note-subjective").wait_for()
    elif place == "timeline":
        _open(page, origin, "first visit")
        page.goto(f"{origin}{page.get_by_test_id('encounter-summary-timeline').get_attribute('href')}")
        page.get_by_test_id("encounter-timeline").wait_for()
    else:
        page.goto(f"{origin}{place}")
    page.wait_for_selector("main h1")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(1200)


def _television(page: Page, origin: str) -> None:
    """A display in the colours of the picture; the browser that made it becomes the television."""
    page.goto(f"{origin}/queue/displays")
    page.get_by_test_id("display-setup-add").first.click()
    page.get_by_test_id("display-setup-name").fill("Ruang tunggu")
    dark = page.evaluate("() => matchMedia('(prefers-color-scheme: dark)').matches")
    page.get_by_test_id("theme-dark" if dark else "theme-light").click()
    page.get_by_test_id("display-setup-submit").click()
    address = page.get_by_test_id("display-setup-pair-address").input_value()
    page.context.clear_cookies()
    page.goto(address)
    page.get_by_test_id("display-number").wait_for()
    page.wait_for_timeout(1200)


def _sign_in(page: Page, origin: str, username: str) -> None:
    page.goto(f"{origin}/signin")
    page.get_by_test_id("identity-signin-username").fill(username)
    page.get_by_test_id("identity-signin-password").fill(DEMO_PASSWORD)
    page.get_by_test_id("identity-signin-submit").click()
    page.wait_for_url(f"{origin}/")


def _take(browser: Browser, origin: str, device: str, theme: str) -> None:
    tablet = device == "tablet"
    size = TABLET if tablet else DESKTOP
    for username in dict.fromkeys(shot[1] for shot in SHOTS):
        context = browser.new_context(
            viewport=size,  # type: ignore[arg-type]
            has_touch=tablet,
            color_scheme="dark" if theme == "dark" else "light",
            locale="id-ID",
            timezone_id="Asia/Jakarta",
        )
        page = context.new_page()
        if username == "admin":
            page.goto(f"{origin}/signin")
            page.screenshot(path=TARGET / f"signin-{device}-{theme}.png")
        _sign_in(page, origin, username)
        for name, who, place in SHOTS:
            if who == username:
                _open(page, origin, place)
                page.screenshot(path=TARGET / f"{name}-{device}-{theme}.png")
                print(f"{name}-{device}-{theme}.png", flush=True)
        context.close()


def main() -> None:
    """Open a clinic, take all pictures, close it."""
    TARGET.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="tht-shots-"))
    folder.chmod(0o755)
    clinic = start_clinic(folder / "data")
    try:
        with sync_playwright() as driver:
            browser = driver.chromium.launch(
                executable_path=os.environ.get("THT_CHROMIUM") or shutil.which("chromium"), args=list(FLAGS)
            )
            for device, theme in LOOKS:
                _take(browser, clinic.origin, device, theme)
            browser.close()
    finally:
        stop_clinic(clinic)


if __name__ == "__main__":
    main()
