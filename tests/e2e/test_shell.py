"""The frame of every screen: language, appearance, forms, notices, a lost connection, a session that fell asleep."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import psycopg
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import DEMO_PASSWORD, Desk, OpenClinic, SeatsPeople
from tht_app.database.server import borrowed_server

pytestmark = pytest.mark.e2e

NOTE = "sudah diketik, jangan hilang"
SAVED = re.compile(r"Tersimpan \d\d\.\d\d\.\d\d")


@pytest.fixture
def guide(seat: SeatsPeople) -> Desk:
    """The front desk, looking at the style guide."""
    desk = seat("admin")
    desk.go("/styleguide").wait_for_selector("[data-testid=styleguide-table]")
    return desk


def choose(page: Page, menu: str, item: str) -> None:
    """Open a menu of the top line and take one of its items."""
    page.get_by_test_id(menu).click()
    page.get_by_test_id(item).click()


def let_session_sleep(clinic: OpenClinic, username: str) -> None:
    """An hour passes without key or pointer."""
    with borrowed_server(clinic.data) as server, psycopg.connect(server.dsn(dbname="clinic")) as connection:
        connection.execute(
            "update sec.session set last_active_at = now() - interval '1 hour' where person_id ="
            " (select id from sec.person where username = %s)",
            (username,),
        )


class TestLanguage:
    def test_switches_in_the_middle_of_a_form_without_reload(self, guide: Desk):
        page = guide.page
        page.get_by_test_id("styleguide-form-note").fill(NOTE)
        choose(page, "shell-language-label", "shell-language-en")
        expect(page.locator("main h1")).to_have_text("Style guide")
        expect(page).to_have_title(re.compile("^Style guide"))
        expect(page.locator("html")).to_have_attribute("lang", "en")
        expect(page.get_by_test_id("styleguide-form-search")).to_have_attribute("placeholder", "Type two letters")
        expect(page.get_by_test_id("styleguide-form-note")).to_have_value(NOTE)
        page.reload()
        expect(page.locator("main h1")).to_have_text("Style guide")
        choose(page, "shell-language-label", "shell-language-id")
        expect(page.locator("main h1")).to_have_text("Contoh tampilan")

    def test_a_shown_notice_follows_the_switch(self, guide: Desk):
        page = guide.page
        page.get_by_test_id("styleguide-say-danger").click()
        notice = page.get_by_test_id("ui-toast-danger")
        expect(notice).to_contain_text("Belum tersimpan")
        choose(page, "shell-language-label", "shell-language-en")
        expect(notice).to_contain_text("Not saved")
        choose(page, "shell-language-label", "shell-language-id")


class TestForm:
    def test_says_what_is_wrong_and_keeps_the_rest(self, guide: Desk):
        page = guide.page
        page.get_by_test_id("styleguide-form-phone").fill("0812")
        for _ in range(2):
            page.get_by_test_id("styleguide-save").click()
            expect(page.get_by_test_id("ui-error-summary")).to_be_focused()
            expect(page.locator("form[data-busy]")).to_have_count(0)
        expect(page.get_by_test_id("ui-error-summary")).to_contain_text("Nama lengkap: Wajib diisi")
        expect(page.get_by_test_id("styleguide-form-name")).to_have_attribute("aria-invalid", "true")
        expect(page.get_by_test_id("styleguide-form-phone")).to_have_value("0812")
        expect(page.get_by_test_id("shell-connection")).to_contain_text("Belum tersimpan")

    def test_is_sent_once_by_a_double_click(self, guide: Desk):
        page = guide.page
        page.get_by_test_id("styleguide-form-name").fill("Siti")
        page.get_by_test_id("styleguide-save").dblclick()
        expect(page.get_by_test_id("shell-connection")).to_contain_text(SAVED)
        page.wait_for_timeout(1500)
        expect(page.get_by_test_id("ui-toast-done")).to_have_count(1)

    def test_tells_when_it_was_saved_in_the_clinics_time(self, seat: SeatsPeople):
        desk = seat("admin", zone="America/New_York")
        desk.page.clock.set_fixed_time(datetime(2026, 1, 1, 3, 0, tzinfo=ZoneInfo("Asia/Jakarta")))
        page = desk.go("/styleguide")
        page.get_by_test_id("styleguide-form-name").fill("Siti")
        page.get_by_test_id("styleguide-save").click()
        expect(page.get_by_test_id("shell-connection")).to_contain_text("Tersimpan 03.00.00")

    def test_what_was_done_can_be_undone(self, guide: Desk):
        page = guide.page
        page.get_by_test_id("styleguide-form-name").fill("Siti")
        page.get_by_test_id("styleguide-save").click()
        page.get_by_test_id("ui-toast-undo").click()
        expect(page.get_by_test_id("ui-toast-info")).to_be_visible()
        expect(page.get_by_test_id("ui-toast-done")).to_have_count(0)

    @pytest.mark.parametrize(
        "typed", ["14-7-1985", "14/07/1985", "14071985", "14 jul 1985", "14 Juli 1985", "1985-07-14"]
    )
    def test_takes_a_date_in_any_usual_form(self, guide: Desk, typed: str):
        page = guide.page
        born = page.get_by_test_id("styleguide-form-born")
        born.fill(typed)
        born.press("Tab")
        expect(born).to_have_value("14-Jul-1985")
        expect(page.locator("input[name=sample_born]")).to_have_value("1985-07-14")


class TestKeyboard:
    def test_a_dialog_takes_and_returns_the_focus(self, guide: Desk):
        page = guide.page
        page.get_by_test_id("styleguide-open-dialog").click()
        expect(page.get_by_test_id("styleguide-dialog-cancel")).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.get_by_test_id("styleguide-dialog-title")).to_be_hidden()
        expect(page.get_by_test_id("styleguide-open-dialog")).to_be_focused()

    def test_arrows_walk_through_rows_and_enter_opens(self, guide: Desk):
        page = guide.page
        rows = page.get_by_test_id("styleguide-table-row")
        rows.first.focus()
        page.keyboard.press("ArrowDown")
        expect(rows.nth(1)).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_test_id("styleguide-sheet-title")).to_be_visible()
        page.keyboard.press("Escape")
        expect(rows.nth(1)).to_be_focused()

    def test_the_search_box_is_one_key_away(self, guide: Desk):
        guide.page.keyboard.press("Control+k")
        expect(guide.page.get_by_test_id("shell-search")).to_be_focused()

    def test_a_new_screen_has_the_focus_on_its_heading(self, guide: Desk):
        guide.page.get_by_test_id("shell-nav-home").click()
        expect(guide.page.locator("main h1").first).to_be_focused()


class TestConnection:
    def test_a_lost_connection_is_said_within_five_seconds_and_costs_nothing(self, guide: Desk):
        page = guide.page
        page.get_by_test_id("styleguide-form-note").fill(NOTE)
        guide.context.set_offline(True)
        expect(page.get_by_test_id("shell-connection-lost")).to_be_visible(timeout=5_000)
        guide.context.set_offline(False)
        expect(page.get_by_test_id("shell-connection-again")).to_be_visible()
        expect(page.get_by_test_id("shell-connection-again")).to_have_count(0, timeout=10_000)
        expect(page.get_by_test_id("styleguide-form-note")).to_have_value(NOTE)

    def test_a_sleeping_session_locks_the_screen_and_wakes_in_place(self, open_clinic: OpenClinic, seat: SeatsPeople):
        desk = seat("auditor")
        page = desk.go("/styleguide")
        note = page.get_by_test_id("styleguide-form-note")
        note.fill(NOTE)
        let_session_sleep(open_clinic, "auditor")
        # Not a real click: the lock may come by itself first and stand before the button.
        page.get_by_test_id("styleguide-say-info").dispatch_event("click")
        lock = page.get_by_test_id("shell-lock")
        expect(lock).to_be_visible()
        password, unlock = page.get_by_test_id("shell-lock-password"), page.get_by_test_id("shell-lock-unlock")
        password.fill("salah sama sekali")
        unlock.click()
        expect(page.locator("#shell-lock-problem")).not_to_be_empty()
        password.fill(DEMO_PASSWORD)
        unlock.click()
        expect(lock).to_have_count(0)
        expect(page.get_by_test_id("shell-connection")).to_have_attribute("data-status", "online")
        expect(note).to_have_value(NOTE)

    def test_signing_out_leaves_nothing_in_the_tab(self, guide: Desk):
        page = guide.page
        choose(page, "shell-person-label", "shell-person-sign-out")
        page.wait_for_url(re.compile("/signin"))
        assert page.evaluate("sessionStorage.length") == 0


class TestDevices:
    def test_targets_are_large_for_fingers(self, seat: SeatsPeople):
        page = seat("perawat", tablet=True).go("/styleguide")
        small = page.evaluate(
            """() => [...document.querySelectorAll('main button, main select, nav a, header button, main input[id]')]
                .filter((element) => element.offsetParent && !['checkbox', 'radio'].includes(element.type))
                .filter((element) => element.getBoundingClientRect().height < 44)
                .map((element) => element.outerHTML.slice(0, 120))"""
        )
        assert small == []

    def test_dark_stays_dark_after_a_reload(self, guide: Desk):
        page = guide.page
        choose(page, "shell-theme-label", "shell-theme-dark")
        expect(page.locator("html")).to_have_class(re.compile("dark"))
        page.reload()
        expect(page.locator("html")).to_have_class(re.compile("dark"))

    @pytest.mark.parametrize("width", [720, 1280])
    def test_no_sideways_scrolling(self, guide: Desk, width: int):
        guide.page.set_viewport_size({"width": width, "height": 720})
        assert guide.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

    def test_a_screen_of_another_role_says_whom_to_ask(self, seat: SeatsPeople):
        page = seat("auditor").go("/queue")
        expect(page.get_by_test_id("shell-denied")).to_contain_text("Auditor")
        expect(page.get_by_test_id("shell-denied")).to_contain_text("pemilik klinik")

    def test_an_account_without_a_role_is_told_whom_to_ask(self, open_clinic: OpenClinic, seat: SeatsPeople):
        with borrowed_server(open_clinic.data) as server, psycopg.connect(server.dsn(dbname="clinic")) as connection:
            its = "person_id = (select id from sec.person where username = 'dokter2')"
            roles = connection.execute(f"delete from sec.person_role where {its} returning *").fetchall()
            connection.commit()
            try:
                page = seat("dokter2").go("/queue")
                expect(page.get_by_test_id("shell-roleless")).to_contain_text("belum punya peran")
                expect(page.get_by_test_id("shell-roleless")).to_contain_text("pemilik klinik")
            finally:
                connection.cursor().executemany("insert into sec.person_role values (%s, %s, %s)", roles)
