"""A television that nobody touches: its lamp, its picture, its nights. Only its clock is pushed on."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.conftest import Desk, SeatsPeople
from tests.e2e.test_calendar import ZONE
from tests.e2e.test_display import TELEVISION

pytestmark = pytest.mark.e2e

WATCHED = """
  window.lamps = [];
  Object.defineProperty(navigator, "wakeLock", { value: { request: async (kind) => {
    const lamp = { kind, released: false, release: async () => { lamp.released = true; } };
    window.lamps.push(lamp);
    return lamp;
  } } });
  window.motions = 0;
  const animate = Element.prototype.animate;
  Element.prototype.animate = function (...given) { window.motions += 1; return animate.apply(this, given); };
"""
SOUND_BY_ITSELF = """
  window.AudioContext = class extends EventTarget { state = "running"; currentTime = 0; async resume() {} };
"""
SOUND_AFTER_A_TAP = """
  window.AudioContext = class extends EventTarget { state = "suspended"; resume() { return new Promise(() => {}); } };
"""
SHIFT = "() => document.querySelector('[data-testid=display-screen] > div').style.transform"
SHIFTS = 6
THREE_MINUTES = 3 * 60 * 1000
ALL_HURRY = 5 * 60 * 1000 + 1000
"""Televisions begin anew one after the other, within five minutes."""

OpensTelevision = Callable[..., Page]


@pytest.fixture
def television(chromium: Browser) -> Iterator[OpensTelevision]:
    """Open a display's address on a television of its own, with a clock that a test pushes on."""
    contexts: list[BrowserContext] = []

    def open_one(address: str, *scripts: str, **settings: Any) -> Page:
        context = chromium.new_context(viewport=TELEVISION, **settings)  # type: ignore[arg-type]
        contexts.append(context)
        for script in (WATCHED, *scripts):
            context.add_init_script(script)
        page = context.new_page()
        page.clock.install()
        page.goto(address)
        expect(page.get_by_test_id("display-connection")).to_have_attribute("data-status", "online")
        return page

    yield open_one
    for context in contexts:
        context.close()


def new_display(desk: Desk) -> str:
    """The address of a fresh display."""
    desk.go("/queue/displays")
    desk.page.get_by_test_id("display-setup-add").first.click()
    desk.page.get_by_test_id("display-setup-name").fill("Lorong")
    desk.page.get_by_test_id("display-setup-submit").click()
    address = desk.page.get_by_test_id("display-setup-pair-address").input_value()
    desk.page.get_by_test_id("display-setup-pair-done").click()
    return address


def push_to(page: Page, hour: int, minute: int) -> None:
    """Push the clock on to the next such time of the clinic."""
    now = datetime.now(ZONE)
    then = now.replace(hour=hour, minute=minute, second=5, microsecond=0)
    page.clock.fast_forward(int(((then - now) % timedelta(days=1)).total_seconds() * 1000))


def test_the_lamp_stays_lit_and_the_picture_wanders_within_the_screen(
    seat: SeatsPeople, television: OpensTelevision
) -> None:
    # An hour is pushed on: the night in which a television begins anew has been, whatever the hour is.
    been = f"sessionStorage.setItem('display.night', '{datetime.now(ZONE).date()}')"
    page = television(new_display(seat("admin")), been)
    page.wait_for_function("() => window.lamps.length === 1")
    assert page.evaluate("() => window.lamps[0].kind") == "screen"
    shifts = [page.evaluate(SHIFT)]
    for _ in range(20):
        # The line takes three minutes in one go for a break, and comes back.
        expect(page.get_by_test_id("display-connection")).to_have_attribute("data-status", "online")
        page.clock.fast_forward(THREE_MINUTES)
        page.wait_for_function(f"(was) => ({SHIFT})() !== was", arg=shifts[-1])
        shifts.append(page.evaluate(SHIFT))
        assert page.evaluate("() => document.documentElement.scrollHeight <= innerHeight")
        if len(set(shifts)) == SHIFTS:
            break
    assert len(set(shifts)) == SHIFTS, "round and round, never longer in one place"
    assert page.evaluate("() => window.lamps.length") == 1, "one lamp is enough while it is lit"
    page.evaluate("() => { window.lamps[0].released = true; }")
    page.clock.fast_forward(THREE_MINUTES)
    page.wait_for_function("() => window.lamps.length === 2")


def test_at_night_it_begins_anew_once_and_one_that_needs_a_tap_for_its_sound_keeps_its_page(
    seat: SeatsPeople, television: OpensTelevision
) -> None:
    address = new_display(seat("admin"))
    free, needs_tap = television(address, SOUND_BY_ITSELF), television(address, SOUND_AFTER_A_TAP)
    expect(needs_tap.get_by_test_id("display-tap")).to_be_visible()
    expect(free.get_by_test_id("display-tap")).to_be_hidden()
    for page in (free, needs_tap):
        page.evaluate("() => { window.sameSince = 'evening'; }")
        push_to(page, 3, 35)
        page.wait_for_function("() => sessionStorage.getItem('display.night')")
    with needs_tap.expect_response("**/health"):
        needs_tap.clock.fast_forward(ALL_HURRY)
    free.clock.fast_forward(ALL_HURRY)
    free.wait_for_function("() => window.sameSince === undefined")
    expect(free.get_by_test_id("display-connection")).to_have_attribute("data-status", "online")
    assert free.evaluate("() => sessionStorage.getItem('display.night')"), "once a night"
    expect(needs_tap.get_by_test_id("display-connection")).to_have_attribute("data-status", "online")
    assert needs_tap.evaluate("() => window.sameSince") == "evening"


def test_who_wants_no_motion_sees_a_call_without_any(seat: SeatsPeople, television: OpensTelevision) -> None:
    desk = seat("admin")
    address = new_display(desk)
    moving, still = television(address), television(address, reduced_motion="reduce")
    desk.go("/queue")
    desk.page.get_by_test_id("queue-console-next").click()
    for page in (moving, still):
        page.wait_for_selector("[data-testid=display-call][data-fresh=true]")
    moving.wait_for_function("() => window.motions > 0")
    assert still.evaluate("() => window.motions") == 0
    style = "() => getComputedStyle(document.querySelector('[data-testid=display-call]'))"
    assert still.evaluate(f"() => [({style})().transitionDuration, ({style})().animationName]") == ["0s", "none"]
