"""Two desks, a doctor's tablet and a television at once: each shows what the others do, and nobody presses reload."""

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import SeatsPeople
from tests.e2e.test_calendar import SARI, ZONE, ahead, book, calendar, drag, event, grip, spot, stands_at
from tests.e2e.test_display import TELEVISION, paired
from tests.e2e.test_queue import console, current, line, press

pytestmark = pytest.mark.e2e


def refused_then_overridden(page: Page) -> str:
    """Ask for a time that is taken, in another room, and book it all the same with a reason."""
    page.mouse.click(*spot(page, SARI, "11.00"))
    page.get_by_test_id("scheduling-booking-patient").fill("Agus")
    page.locator("li[role=option]").first.click()
    name = page.get_by_test_id("scheduling-booking-patient").input_value()
    page.get_by_test_id("scheduling-booking-time").fill("10.05")
    page.get_by_test_id("scheduling-booking-room").select_option(label="Ruang 4")
    page.get_by_test_id("scheduling-booking-submit").click()
    expect(page.get_by_test_id("scheduling-refused")).to_be_visible()
    page.get_by_test_id("scheduling-refused-override").fill("Nyeri hebat, dokter setuju")
    page.get_by_test_id("scheduling-refused-insist").click()
    expect(page.get_by_test_id("scheduling-booking")).to_be_hidden()
    return name


def booked_for_now(page: Page) -> str:
    """Somebody of today, at whatever hour this runs: outside of hours the desk gives a reason."""
    now = datetime.now(ZONE) - timedelta(minutes=5)
    page.get_by_test_id("scheduling-booking-open").click()
    page.get_by_test_id("scheduling-booking-patient").fill("Budi")
    page.locator("li[role=option]").first.click()
    name = page.get_by_test_id("scheduling-booking-patient").input_value()
    doctor = page.get_by_test_id("scheduling-booking-doctor")
    doctor.select_option(doctor.locator("option").filter(has_text="Ahmad").get_attribute("value"))
    page.get_by_test_id("scheduling-booking-time").fill(f"{now.hour:02d}.{now.minute // 5 * 5:02d}")
    page.get_by_test_id("scheduling-booking-minutes").fill("5")
    page.get_by_test_id("scheduling-booking-room").select_option(label="Ruang Audiologi")
    page.get_by_test_id("scheduling-booking-submit").click()
    refused, sheet = page.get_by_test_id("scheduling-refused"), page.get_by_test_id("scheduling-booking")
    expect(refused.or_(page.get_by_test_id("ui-toast-done")).first).to_be_visible()
    if refused.is_visible():
        page.get_by_test_id("scheduling-refused-override").fill("Datang tanpa janji, dokter setuju")
        page.get_by_test_id("scheduling-refused-insist").click()
    expect(sheet).to_be_hidden()
    return name


def test_the_calendar_of_two_desks_and_a_tablet(seat: SeatsPeople) -> None:
    day = ahead(24)
    one, two = calendar(seat("admin"), day), calendar(seat("admin"), day)
    tablet = calendar(seat("dokter", tablet=True), day)
    name = book(one, SARI, "09.00", "Siti")
    for page in (two, tablet):
        stands_at(page, name, "09.00")
    start = grip(one, name)
    drag(one, start, (start[0], start[1] + 34 * 4))
    for page in (one, two, tablet):
        stands_at(page, name, "10.00")
    event(two, name).focus()
    two.keyboard.press("Alt+ArrowDown")
    for page in (one, two, tablet):
        stands_at(page, name, "10.05")
    marked = refused_then_overridden(two)
    for page in (one, tablet):
        stands_at(page, marked, "10.05")


def test_the_queue_from_the_door_to_the_television(seat: SeatsPeople, chromium: Browser) -> None:
    context = chromium.new_context(viewport=TELEVISION)  # type: ignore[arg-type]
    desk, nurse, doctor = seat("admin"), seat("perawat"), seat("dokter", tablet=True)
    screen = paired(desk, context)
    name = booked_for_now(calendar(desk, ahead(0)))
    page = desk.go("/")
    arrival = page.get_by_test_id("queue-arrivals-row").filter(has=page.get_by_text(name, exact=True)).first
    arrival.get_by_test_id("queue-arrivals-check-in").click()
    expect(page.get_by_test_id("ui-toast-done")).to_be_visible()
    waiting = nurse.go("/")
    expect(waiting.get_by_text(name).first).to_be_visible()

    room, other = console(doctor, "A"), console(nurse, "A")
    inside = current(room)
    press(room, "n")
    expect(room.get_by_test_id("queue-console-current").filter(has_text=inside)).to_have_count(0)
    called = current(room)
    expect(other.get_by_test_id("queue-console-current")).to_have_text(called)
    expect(screen.get_by_test_id("display-number")).to_have_text(called)
    press(room, "l")
    expect(line(other, called)).to_contain_text("Dilewati")
    press(other, "z")
    expect(room.get_by_test_id("queue-console-current")).to_have_text(called)
    assert name not in screen.content()
    context.close()
