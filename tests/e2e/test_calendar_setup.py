"""A clinic sets itself up in a browser: a room, a doctor's week with a break, leave, a service point, holidays."""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import SeatsPeople, undo

pytestmark = pytest.mark.e2e

SETUP = "/calendar/setup"


def rows(page: Page, name: str) -> Locator:
    return page.get_by_test_id(f"scheduling-setup-{name}-row")


def test_the_front_desk_sets_up_a_room_a_week_leave_and_a_service_point(seat: SeatsPeople) -> None:
    page = seat("admin").go("/calendar")
    page.get_by_test_id("scheduling-setup-open").click()
    page.get_by_test_id("scheduling-setup-tab-rooms").click()
    expect(page).to_have_url(re.compile("tab=rooms"))
    expect(rows(page, "rooms").first).to_be_visible()
    known = rows(page, "rooms").count()
    page.get_by_test_id("scheduling-setup-rooms-add").click()
    page.get_by_test_id("scheduling-setup-rooms-save").click()
    expect(page.get_by_test_id("ui-error-summary")).to_be_focused()
    page.get_by_test_id("scheduling-setup-room-name").fill("Ruang Tindakan")
    page.get_by_test_id("scheduling-setup-rooms-save").dblclick()
    expect(page.get_by_test_id("scheduling-setup-rooms-sheet")).to_be_hidden()
    expect(rows(page, "rooms")).to_have_count(known + 1)
    rows(page, "rooms").last.get_by_test_id("scheduling-setup-up").click()
    expect(rows(page, "rooms").nth(known - 1)).to_contain_text("Ruang Tindakan")
    expect(rows(page, "rooms").nth(known - 1).get_by_test_id("scheduling-setup-up")).to_be_focused()

    page.get_by_test_id("scheduling-setup-tab-hours").click()
    page.get_by_test_id("scheduling-setup-hours-edit").click()
    sheet = page.get_by_test_id("scheduling-setup-hours-sheet")
    sheet.get_by_test_id("scheduling-setup-hours-add-break").first.click()
    starts = sheet.get_by_test_id("scheduling-setup-hours-starts")
    fresh = sheet.locator("fieldset").filter(has_text="Istirahat").first
    fresh.get_by_test_id("scheduling-setup-hours-starts").fill("10.00")
    fresh.get_by_test_id("scheduling-setup-hours-ends").fill("9.00")
    starts.first.fill("07.30")
    page.get_by_test_id("scheduling-setup-hours-save").click()
    expect(page.get_by_test_id("ui-error-summary")).to_be_visible()
    expect(starts.first).to_have_value("07.30")
    fresh.get_by_test_id("scheduling-setup-hours-ends").fill("10.15")
    page.get_by_test_id("scheduling-setup-hours-save").click()
    expect(sheet).to_be_hidden()
    planned = page.get_by_test_id("scheduling-setup-hours-week").last
    expect(planned).to_contain_text("07.30–")
    expect(planned).to_contain_text("Istirahat 10.00–10.15")

    page.get_by_test_id("scheduling-setup-tab-points").click()
    page.get_by_test_id("scheduling-setup-points-add").click()
    page.get_by_test_id("scheduling-setup-point-letter").fill("v")
    page.get_by_test_id("scheduling-setup-point-name-id").fill("Vestibuler")
    page.get_by_test_id("scheduling-setup-point-name-en").fill("Vestibular")
    doctor = page.get_by_test_id("scheduling-setup-point-practitioner-id")
    expect(doctor).to_be_visible()
    page.get_by_test_id("scheduling-setup-point-kind").select_option("audiology")
    expect(doctor).to_be_hidden()
    page.get_by_test_id("scheduling-setup-points-save").click()
    expect(rows(page, "points").last).to_contain_text("Vestibuler")


def test_leave_names_who_is_booked_and_leads_to_the_day(seat: SeatsPeople) -> None:
    page = seat("admin").go(f"{SETUP}?tab=absence")
    today, last = date.today(), date.today() + timedelta(days=3)  # noqa: DTZ011  the demo clinic is where the test is
    page.get_by_test_id("scheduling-setup-absence-add-leave").click()
    page.get_by_test_id("scheduling-setup-closing-resource").select_option(index=1)
    page.get_by_test_id("closing-kind-training").check()
    page.get_by_test_id("scheduling-setup-closing-first").fill(f"{today:%d-%m-%Y}")
    page.get_by_test_id("scheduling-setup-closing-last").fill(f"{last:%d-%m-%Y}")
    page.get_by_test_id("scheduling-setup-closing-note").fill("Kuliah tamu")
    page.get_by_test_id("scheduling-setup-leave-save").click()
    row = rows(page, "absence").filter(has_text="Kuliah tamu")
    expect(row).to_contain_text("janji terjadwal")
    other = seat("dokter").go(f"{SETUP}?tab=absence")
    expect(rows(other, "absence").filter(has_text="Kuliah tamu")).to_be_visible()
    row.get_by_test_id("scheduling-setup-absence-withdraw").click()
    expect(row).to_have_count(0)
    expect(rows(other, "absence").filter(has_text="Kuliah tamu")).to_have_count(0)
    undo(page, "Cuti dicabut")
    expect(row).to_be_visible()
    row.get_by_test_id("scheduling-setup-absence-day").first.click()
    expect(page).to_have_url(re.compile(r"/calendar\?date="))


def test_holidays_come_from_a_file_that_can_be_corrected_on_the_screen(seat: SeatsPeople) -> None:
    page = seat("admin").go(f"{SETUP}?tab=holidays&year=2031")
    page.get_by_test_id("scheduling-setup-holidays-import").click()
    content = "tanggal;nama\n01-01-2031;Tahun Baru – Masehi\n31-02-2031;Salah\n".encode("cp1252")
    page.get_by_test_id("scheduling-setup-holidays-file").set_input_files(
        {"name": "libur.csv", "mimeType": "text/csv", "buffer": content}
    )
    text = page.get_by_test_id("scheduling-setup-holidays-text")
    expect(text).to_have_value(re.compile("Tahun Baru – Masehi"))
    page.get_by_test_id("scheduling-setup-holidays-check").click()
    expect(page.get_by_test_id("scheduling-setup-holidays-problems")).to_contain_text("3")
    text.fill("tanggal;nama\n01-01-2031;Tahun Baru\n28-02-2031;Benar\n")
    page.get_by_test_id("scheduling-setup-holidays-check").click()
    expect(page.get_by_test_id("scheduling-setup-holidays-problems")).to_have_count(0)
    page.get_by_test_id("scheduling-setup-holidays-write").click()
    expect(rows(page, "holidays")).to_have_count(2)


def test_a_doctor_sets_up_the_own_calendar_only(seat: SeatsPeople) -> None:
    page = seat("dokter", tablet=True).go(f"{SETUP}?tab=rooms")
    expect(page.get_by_test_id("scheduling-setup-hours-edit")).to_be_visible()
    expect(page.get_by_test_id("scheduling-setup-tab-absence")).to_be_visible()
    expect(page.get_by_test_id("scheduling-setup-tab-rooms")).to_have_count(0)
    expect(page.get_by_test_id("scheduling-setup-hours-doctor")).to_have_count(0)
