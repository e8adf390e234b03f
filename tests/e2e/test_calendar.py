"""The front desk's calendar in a browser: by mouse, by keys, by finger, and what happens when the server says no.

Each test has a day of its own, far enough ahead to be empty: nothing here depends on the hour or the weekday.
"""

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Desk, SeatsPeople, undo

pytestmark = pytest.mark.e2e
expect.set_options(timeout=20_000)

ZONE = ZoneInfo("Asia/Jakarta")
SARI, BAMBANG, MARIA, AHMAD = range(4)
FIRST_ROOM = 4
SPOT = """([column, minute]) => {
  const main = document.querySelector(".ec-main");
  const cell = document.querySelectorAll(".ec-body .ec-grid .ec-day")[column];
  const [hour, rest] = document.querySelector(".ec-sidebar time").getAttribute("datetime").slice(11, 16).split(":");
  const top = ((minute - hour * 60 - rest) / 15) * 34;
  main.scrollTop = top - 120;
  const box = cell.getBoundingClientRect();
  return [box.left + box.width / 2, box.top + top + 3];
}"""
BURST = """([times, key]) => {
  for (let press = 0; press < times; press += 1)
    document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { ...key, bubbles: true, cancelable: true }));
}"""
"""Keys pressed faster than anything is drawn: each goes to whatever has the focus at that moment."""


def ahead(days: int) -> date:
    """A day on which the demo clinic has no visits."""
    return datetime.now(ZONE).date() + timedelta(days=days)


def calendar(desk: Desk, day: date, **more: str) -> Page:
    """The columns of a day."""
    asked = "".join(f"&{name}={value}" for name, value in more.items())
    page = desk.go(f"/calendar?date={day.isoformat()}&doctor=all{asked}")
    page.locator(".ec-body .ec-day").first.wait_for()
    return page


def spot(page: Page, column: int, clock: str) -> tuple[float, float]:
    """Where a time lies in a column, scrolled into sight."""
    hour, minute = clock.split(".")
    x, y = page.evaluate(SPOT, [column, int(hour) * 60 + int(minute)])
    return x, y


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Press, move in steps as a hand does, let go."""
    page.mouse.move(*start)
    page.mouse.down()
    for step in range(1, 9):
        page.mouse.move(start[0] + (end[0] - start[0]) * step / 8, start[1] + (end[1] - start[1]) * step / 8)
    page.mouse.move(*end)
    page.mouse.up()


def fill_in(page: Page, typed: str) -> str:
    """Choose the first patient that the name brings and save; returns the whole name."""
    sheet = page.get_by_test_id("scheduling-booking")
    expect(sheet).to_be_visible()
    page.get_by_test_id("scheduling-booking-patient").fill(typed)
    page.locator("li[role=option]").first.click()
    name = page.get_by_test_id("scheduling-booking-patient").input_value()
    page.get_by_test_id("scheduling-booking-submit").click()
    expect(sheet).to_be_hidden()
    return name


def book(page: Page, column: int, clock: str, typed: str) -> str:
    """Click on a free time and book it."""
    page.mouse.click(*spot(page, column, clock))
    expect(page.get_by_test_id("scheduling-booking-time")).to_have_value(clock)
    return fill_in(page, typed)


def event(page: Page, name: str, column: int = SARI) -> Locator:
    """An appointment as it stands in one column."""
    found = page.get_by_test_id("scheduling-calendar-event").filter(has_text=name)
    return found.and_(page.locator(f'[data-column="{column + 1}"]'))


def stands_at(page: Page, name: str, clock: str, column: int = SARI) -> None:
    """The appointment begins at that time in that column."""
    expect(event(page, name, column).locator("time")).to_have_text(clock)


def grip(page: Page, name: str, column: int = SARI, *, scroll: bool = True) -> tuple[float, float]:
    """Where a hand takes an appointment; `scroll` not where the target was measured already."""
    found = event(page, name, column)
    if scroll:
        found.evaluate("(el) => el.scrollIntoView({ block: 'center' })")
    box = found.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + 4


def test_a_stretch_is_drawn_booked_moved_by_mouse_and_the_move_undone(seat: SeatsPeople) -> None:
    page = calendar(seat("admin"), ahead(5))
    drag(page, spot(page, SARI, "09.00"), (spot(page, SARI, "09.00")[0], spot(page, SARI, "09.00")[1] + 64))
    expect(page.get_by_test_id("scheduling-booking-time")).to_have_value("09.00")
    expect(page.get_by_test_id("scheduling-booking-minutes")).to_have_value("30")
    name = fill_in(page, "Siti")
    stands_at(page, name, "09.00")
    stands_at(page, name, "09.00", FIRST_ROOM)

    drag(page, grip(page, name), (grip(page, name)[0], grip(page, name)[1] + 34 * 4))
    stands_at(page, name, "10.00")
    page.get_by_test_id("ui-toast-done").filter(has_text="Janji dipindahkan").get_by_test_id("ui-toast-undo").click()
    stands_at(page, name, "09.00")

    x, y = spot(page, BAMBANG, "09.15")
    drag(page, grip(page, name, scroll=False), (x, y + 4))
    stands_at(page, name, "09.15", BAMBANG)
    stands_at(page, name, "09.15", FIRST_ROOM + 1)
    page.reload()
    stands_at(page, name, "09.15", BAMBANG)


def test_an_appointment_is_made_longer_by_its_edge(seat: SeatsPeople) -> None:
    page = calendar(seat("admin"), ahead(6))
    name = book(page, SARI, "09.00", "Agus")
    grip(page, name)
    box = event(page, name).bounding_box()
    assert box is not None
    edge = (box["x"] + 30, box["y"] + box["height"] - 3)
    drag(page, edge, (edge[0], edge[1] + 34))
    expect(page.get_by_test_id("ui-toast-done").last).to_contain_text("Janji dipindahkan")
    event(page, name).click()
    expect(page.get_by_test_id("scheduling-appointment")).to_contain_text("09.00–09.30")


def test_a_hand_is_stopped_at_what_is_taken_and_told_why(seat: SeatsPeople) -> None:
    page = calendar(seat("admin"), ahead(7))
    first = book(page, SARI, "09.00", "Siti")
    book(page, SARI, "10.00", "Budi")
    drag(page, grip(page, first), (grip(page, first)[0], grip(page, first)[1] + 34 * 4))
    refused = page.get_by_test_id("scheduling-calendar-refused")
    expect(refused).to_contain_text("Dokter sudah ada janji: 10.00")
    stands_at(page, first, "09.00")
    offers = page.get_by_test_id("scheduling-calendar-offer")
    expect(offers).to_have_count(3)
    wanted = offers.first.inner_text()[:5]
    offers.first.click()
    stands_at(page, first, wanted)


def test_what_only_the_server_knows_goes_back_with_the_reason_and_three_other_times(seat: SeatsPeople) -> None:
    page = calendar(seat("admin"), ahead(8))
    name = book(page, SARI, "09.00", "Siti")
    assert book(page, BAMBANG, "10.00", "Siti") == name
    x, y = spot(page, BAMBANG, "09.05")
    drag(page, grip(page, name, BAMBANG), (x, y))
    refused = page.get_by_test_id("scheduling-calendar-refused")
    expect(refused).to_contain_text("Pasien sudah punya janji lain")
    stands_at(page, name, "10.00", BAMBANG)
    expect(page.get_by_test_id("scheduling-calendar-offer")).to_have_count(3)
    page.get_by_test_id("scheduling-calendar-other").click()
    expect(page.get_by_test_id("scheduling-move-date")).to_be_visible()


def test_a_drop_without_connection_goes_back_and_says_so(seat: SeatsPeople) -> None:
    desk = seat("admin")
    page = calendar(desk, ahead(9))
    name = book(page, SARI, "09.00", "Agus")
    desk.context.set_offline(True)
    expect(page.get_by_test_id("shell-connection")).to_have_attribute("data-status", "lost")
    drag(page, grip(page, name), (grip(page, name)[0], grip(page, name)[1] + 34 * 4))
    expect(page.get_by_test_id("scheduling-calendar-refused")).to_contain_text("Koneksi terputus")
    stands_at(page, name, "09.00")
    desk.context.set_offline(False)
    page.reload()
    stands_at(page, name, "09.00")


def test_everything_by_keys(seat: SeatsPeople) -> None:
    page = calendar(seat("admin"), ahead(10))
    cursor = page.get_by_test_id("scheduling-calendar-cursor")
    cursor.focus()
    expect(cursor).to_have_attribute("aria-label", re.compile("Sari.*kosong"))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    clock = page.get_by_test_id("scheduling-booking-time").input_value()
    name = fill_in(page, "Siti")
    said = page.get_by_test_id("scheduling-calendar-said")
    event(page, name).focus()
    page.evaluate(BURST, [6, {"key": "ArrowDown", "altKey": True}])
    page.evaluate(BURST, [2, {"key": "ArrowDown", "altKey": True, "ctrlKey": True}])
    later = datetime.strptime(clock, "%H.%M") + timedelta(minutes=30)  # noqa: DTZ007  a time of day
    expect(event(page, name)).to_be_focused()
    expect(said).to_contain_text(f"{name}: {later:%H.%M}–")
    stands_at(page, name, f"{later:%H.%M}")
    page.keyboard.press("Alt+ArrowRight")
    stands_at(page, name, f"{later:%H.%M}", BAMBANG)
    expect(said).to_contain_text(f"{name}: {later:%H.%M}")
    expect(event(page, name, BAMBANG)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("scheduling-appointment")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("scheduling-appointment")).to_be_hidden()
    page.reload()
    stands_at(page, name, f"{later:%H.%M}", BAMBANG)


def test_letters_change_the_view_but_never_while_typing(seat: SeatsPeople) -> None:
    page = calendar(seat("admin"), ahead(11))
    page.keyboard.press("w")
    expect(page.get_by_test_id("scheduling-view-week")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".ec-col-group")).to_have_count(7)
    page.keyboard.press("d")
    expect(page.get_by_test_id("scheduling-view-day")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("n")
    expect(page.get_by_test_id("scheduling-booking")).to_be_visible()
    page.get_by_test_id("scheduling-booking-note").press_sequentially("wtd?")
    expect(page.get_by_test_id("scheduling-view-day")).to_have_attribute("aria-pressed", "true")
    page.get_by_test_id("scheduling-booking-cancel").click()
    page.keyboard.press("t")
    expect(page.get_by_test_id("scheduling-day-title")).to_contain_text("Hari ini")
    page.keyboard.press("?")
    expect(page.get_by_test_id("scheduling-keys-list")).to_be_visible()
    page.get_by_test_id("scheduling-keys-letters").uncheck()
    page.get_by_test_id("scheduling-keys-close").click()
    page.keyboard.press("w")
    expect(page.get_by_test_id("scheduling-view-day")).to_have_attribute("aria-pressed", "true")


def test_the_screen_shows_clinic_time_in_a_browser_of_another_zone_with_a_wrong_clock(seat: SeatsPeople) -> None:
    desk = seat("admin", zone="America/New_York")
    desk.page.clock.set_fixed_time(datetime(2020, 1, 1, 3, 0, tzinfo=ZONE))
    page = calendar(desk, ahead(12))
    name = book(page, SARI, "09.00", "Budi")
    stands_at(page, name, "09.00")
    drag(page, grip(page, name), (grip(page, name)[0], grip(page, name)[1] + 34 * 2))
    stands_at(page, name, "09.30")
    event(page, name).click()
    expect(page.get_by_test_id("scheduling-appointment")).to_contain_text("09.30–09.45")

    page = calendar(desk, ahead(0))
    now = datetime.now(ZONE)
    line = page.locator(".cal").evaluate("(cal) => parseFloat(cal.style.getPropertyValue('--cal-now'))")
    first = page.locator(".ec-sidebar time").first.get_attribute("datetime")
    assert first is not None
    minutes = now.hour * 60 + now.minute - int(first[11:13]) * 60
    closed = line == pytest.approx(-99)
    assert closed or line == pytest.approx(minutes / 15 * 34, abs=5)


def test_a_finger_taps_to_book_holds_to_move_and_scrolls_otherwise(seat: SeatsPeople) -> None:
    desk = seat("admin", tablet=True)
    page = calendar(desk, ahead(13))
    x, y = spot(page, SARI, "09.00")
    page.touchscreen.tap(x, y)
    expect(page.get_by_test_id("scheduling-booking-time")).to_have_value("09.00")
    name = fill_in(page, "Siti")
    finger = desk.context.new_cdp_session(page)

    def touch(kind: str, x: float, y: float) -> None:
        points = [] if kind == "touchEnd" else [{"x": x, "y": y}]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    x, y = grip(page, name)
    touch("touchStart", x, y)
    for step in range(1, 6):
        touch("touchMove", x, y + step * 20)
    touch("touchEnd", x, y)
    page.wait_for_timeout(500)
    stands_at(page, name, "09.00")

    spot(page, SARI, "09.00")
    x, y = grip(page, name)
    touch("touchStart", x, y)
    page.wait_for_timeout(500)
    for step in range(1, 9):
        touch("touchMove", x, y + step * 17)
    touch("touchEnd", x, y)
    stands_at(page, name, "10.00")


def test_the_list_offers_free_times_prints_and_brings_back_what_was_cancelled(seat: SeatsPeople) -> None:
    page = seat("admin").go(f"/calendar?date={ahead(14).isoformat()}&doctor=all&view=list")
    page.get_by_test_id("scheduling-day-free").first.click()
    name = fill_in(page, "Agus")
    visit = page.get_by_test_id("scheduling-day-column").first.get_by_test_id("scheduling-day-visit")
    expect(visit).to_contain_text(name)
    page.emulate_media(media="print")
    expect(page.get_by_text("dicetak oleh Rina Wulandari")).to_be_visible()
    expect(page.get_by_test_id("scheduling-day-free").first).to_be_hidden()
    expect(page.get_by_test_id("scheduling-booking-open")).to_be_hidden()
    expect(page.get_by_test_id("shell-search")).to_be_hidden()
    paper = page.pdf(prefer_css_page_size=True)
    assert set(re.findall(rb"/MediaBox \[0 0 (\d+)", paper)) == {b"594"}, "every page is A4"
    page.emulate_media(media="screen")
    visit.click()
    page.get_by_test_id("scheduling-appointment-cancel").click()
    page.get_by_test_id("cancel-reason-patient").check()
    page.get_by_test_id("scheduling-cancel-submit").click()
    expect(visit).to_contain_text("Dibatalkan")
    undo(page, "Janji dibatalkan")
    expect(visit).to_contain_text("Terjadwal")


def test_a_taken_time_is_explained_and_an_offer_taken(seat: SeatsPeople) -> None:
    page = calendar(seat("admin"), ahead(15))
    book(page, SARI, "09.00", "Siti")
    page.mouse.click(*spot(page, SARI, "10.00"))
    page.get_by_test_id("scheduling-booking-patient").fill("Budi")
    page.locator("li[role=option]").first.click()
    page.get_by_test_id("scheduling-booking-time").fill("09.00")
    page.get_by_test_id("scheduling-booking-submit").dblclick()
    expect(page.get_by_test_id("scheduling-refused")).to_be_visible()
    expect(page.get_by_test_id("scheduling-booking-time")).to_have_value("09.00")
    offers = page.get_by_test_id("scheduling-refused-offer")
    expect(offers).to_have_count(3)
    offers.first.click()
    expect(page.get_by_test_id("scheduling-booking")).to_be_hidden()
    expect(page.get_by_test_id("scheduling-calendar-event").filter(has_text="Budi").first).to_be_visible()


def test_a_doctor_sees_the_own_day_and_the_nurse_only_looks(seat: SeatsPeople) -> None:
    admin = calendar(seat("admin"), ahead(16))
    name = book(admin, SARI, "09.00", "Agus")
    doctor = seat("dokter").go("/calendar")
    expect(doctor.locator(".ec-col-head")).to_have_count(1)
    expect(doctor.get_by_test_id("scheduling-booking-open")).to_be_visible()
    nurse = calendar(seat("perawat", tablet=True), ahead(16))
    expect(nurse.get_by_test_id("scheduling-booking-open")).to_have_count(0)
    drag(nurse, grip(nurse, name), (grip(nurse, name)[0], grip(nurse, name)[1] + 68))
    nurse.mouse.click(*spot(nurse, SARI, "11.00"))
    expect(nurse.get_by_test_id("scheduling-booking")).to_be_hidden()
    stands_at(nurse, name, "09.00")


def test_two_desks_see_each_other_and_nothing_is_torn_from_a_hand(seat: SeatsPeople) -> None:
    one, two = calendar(seat("admin"), ahead(17)), calendar(seat("admin"), ahead(17))
    name = book(one, SARI, "09.00", "Siti")
    stands_at(two, name, "09.00")
    other = book(two, BAMBANG, "09.00", "Agus")
    stands_at(one, other, "09.00", BAMBANG)

    x, y = grip(two, other, BAMBANG)
    two.mouse.move(x, y)
    two.mouse.down()
    two.mouse.move(x, y + 68)
    two.mouse.move(x, y + 136)
    drag(one, grip(one, name), (grip(one, name)[0], grip(one, name)[1] + 34 * 4))
    stands_at(one, name, "10.00")
    two.wait_for_timeout(1500)
    stands_at(two, name, "09.00")
    two.mouse.up()
    stands_at(two, other, "10.00", BAMBANG)
    stands_at(two, name, "10.00")
    stands_at(one, other, "10.00", BAMBANG)


def test_a_time_is_kept_while_its_form_is_open_and_the_other_desk_sees_it(seat: SeatsPeople) -> None:
    one, two = calendar(seat("admin"), ahead(18)), calendar(seat("dokter"), ahead(18))
    one.mouse.click(*spot(one, SARI, "09.00"))
    expect(one.get_by_test_id("scheduling-hold")).to_contain_text(re.compile(r"\d\.\d\d menit lagi · Ruang 1"))
    held = event(two, "Ditahan oleh Rina")
    expect(held).to_be_visible()
    two.mouse.click(*spot(two, SARI, "09.15"))
    expect(two.get_by_test_id("scheduling-hold")).to_be_visible()
    two.get_by_test_id("scheduling-booking-cancel").click()
    one.get_by_test_id("scheduling-booking-cancel").click()
    expect(held).to_have_count(0)


def test_who_waits_gets_the_time_that_another_gives_back(seat: SeatsPeople) -> None:
    page = calendar(seat("admin"), ahead(19))
    name = book(page, SARI, "09.00", "Siti")
    page.mouse.click(*spot(page, SARI, "09.00")[:1], spot(page, SARI, "10.00")[1])
    page.get_by_test_id("scheduling-booking-patient").fill("Agus")
    page.locator("li[role=option]").first.click()
    page.get_by_test_id("scheduling-booking-wait").click()
    waits = page.locator("#wait_patient").input_value()
    assert "Agus" in waits
    page.get_by_test_id("scheduling-waiting-submit").click()
    entry = page.get_by_test_id("scheduling-waiting-entry").filter(has_text=waits)
    expect(entry).to_be_visible()
    page.get_by_test_id("scheduling-waiting-close").click()
    event(page, name).click()
    page.get_by_test_id("scheduling-appointment-cancel").click()
    page.get_by_test_id("cancel-reason-patient").check()
    page.get_by_test_id("scheduling-cancel-submit").click()
    expect(page.get_by_test_id("scheduling-waiting-open")).to_contain_text("1 waktu kosong")
    page.get_by_test_id("scheduling-waiting-open").click()
    entry.get_by_test_id("scheduling-waiting-book").click()
    stands_at(page, waits, "09.00")
