"""The front desk's day in a browser: a free time is booked, a taken one is explained, a slip is undone."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Desk, SeatsPeople

pytestmark = pytest.mark.e2e
expect.set_options(timeout=20_000)


def tomorrow() -> str:
    """A day that is not over yet, whatever the hour of the test."""
    return (datetime.now(ZoneInfo("Asia/Jakarta")).date() + timedelta(days=1)).isoformat()


def day_of(desk: Desk) -> Page:
    """Tomorrow's day list of all doctors."""
    page = desk.go(f"/calendar?date={tomorrow()}&doctor=all")
    page.get_by_test_id("scheduling-day-free").first.wait_for()
    return page


def pick_patient(page: Page, typed: str) -> str:
    """Take the first suggestion and return its name."""
    page.get_by_test_id("scheduling-booking-patient").fill(typed)
    page.locator("li[role=option]").first.click()
    return page.get_by_test_id("scheduling-booking-patient").input_value()


def test_a_free_time_is_booked_a_taken_one_explained_and_an_offer_taken(seat: SeatsPeople) -> None:
    desk = seat("admin")
    page = day_of(desk)
    free = page.get_by_test_id("scheduling-day-free").last
    column = page.get_by_test_id("scheduling-day-column").last
    free.click()
    clock = page.get_by_test_id("scheduling-booking-time")
    expect(clock).to_have_value(re.compile(r"\d\d\.\d\d"))
    start = clock.input_value()
    name = pick_patient(page, "Siti")
    page.get_by_test_id("scheduling-booking-submit").dblclick()
    expect(page.get_by_test_id("scheduling-booking")).to_be_hidden()
    visit = column.get_by_test_id("scheduling-day-visit").filter(has_text=start)
    expect(visit).to_have_count(1)
    expect(visit).to_contain_text(name)

    page.get_by_test_id("scheduling-booking-open").click()
    pick_patient(page, "Budi")
    doctor = page.get_by_test_id("scheduling-booking-doctor")
    doctor.select_option(index=doctor.locator("option").count() - 1)
    page.get_by_test_id("scheduling-booking-time").fill(start)
    page.get_by_test_id("scheduling-booking-submit").click()
    expect(page.get_by_test_id("scheduling-refused")).to_be_visible()
    expect(page.get_by_test_id("scheduling-booking-time")).to_have_value(start)
    offers = page.get_by_test_id("scheduling-refused-offer")
    expect(offers).to_have_count(3)
    offers.first.click()
    expect(page.get_by_test_id("scheduling-booking")).to_be_hidden()


def test_a_cancelled_visit_is_brought_back_from_the_notice(seat: SeatsPeople) -> None:
    desk = seat("admin")
    page = day_of(desk)
    page.get_by_test_id("scheduling-day-free").first.click()
    pick_patient(page, "Agus")
    start = page.get_by_test_id("scheduling-booking-time").input_value()
    page.get_by_test_id("scheduling-booking-submit").click()
    expect(page.get_by_test_id("scheduling-booking")).to_be_hidden()
    column = page.get_by_test_id("scheduling-day-column").first
    visit = column.get_by_test_id("scheduling-day-visit").filter(has_text=start)
    visit.click()
    page.get_by_test_id("scheduling-appointment-cancel").click()
    page.get_by_test_id("cancel-reason-patient").check()
    page.get_by_test_id("scheduling-cancel-submit").click()
    expect(visit).to_contain_text("Dibatalkan")
    page.get_by_role("button", name="Urungkan").last.click()
    expect(visit).to_contain_text("Terjadwal")


def test_a_doctor_sees_the_own_day_and_the_nurse_cannot_book(seat: SeatsPeople) -> None:
    doctor = seat("dokter").go("/calendar")
    expect(doctor.get_by_test_id("scheduling-day-column")).to_have_count(1)
    expect(doctor.get_by_test_id("scheduling-booking-open")).to_be_visible()
    nurse = seat("perawat", tablet=True).go("/calendar?doctor=all")
    expect(nurse.get_by_test_id("scheduling-day-column").first).to_be_visible()
    expect(nurse.get_by_test_id("scheduling-booking-open")).to_have_count(0)
