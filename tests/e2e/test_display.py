"""A television and a phone in the waiting room, while the front desk calls."""

import re
from collections.abc import Iterator
from io import BytesIO
from urllib.parse import unquote

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pypdf import PdfReader

from tests.e2e.conftest import Desk, OpenClinic, SeatsPeople

pytestmark = pytest.mark.e2e

TELEVISION = {"width": 1920, "height": 1080}
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def television(chromium: Browser) -> Iterator[BrowserContext]:
    """A browser the size of a television, in another time zone than the clinic."""
    context = chromium.new_context(viewport=TELEVISION, timezone_id="America/New_York")  # type: ignore[arg-type]
    yield context
    context.close()


@pytest.fixture
def phone(chromium: Browser) -> Iterator[BrowserContext]:
    """A patient's phone, which says whether it was made to shake."""
    context = chromium.new_context(viewport=PHONE, has_touch=True, is_mobile=True, locale="id-ID")  # type: ignore[arg-type]
    context.add_init_script("window.shaken = 0; navigator.vibrate = () => { window.shaken += 1; return true; };")
    yield context
    context.close()


def paired(desk: Desk, context: BrowserContext) -> Page:
    """Make a display at the desk and open its address on the television."""
    desk.go("/queue/displays")
    desk.page.get_by_test_id("display-setup-add").first.click()
    desk.page.get_by_test_id("display-setup-name").fill("Ruang tunggu")
    desk.page.get_by_test_id("display-setup-submit").click()
    address = desk.page.get_by_test_id("display-setup-pair-address").input_value()
    desk.page.get_by_test_id("display-setup-pair-done").click()
    screen = context.new_page()
    screen.goto(address)
    expect(screen.get_by_test_id("display-connection")).to_have_attribute("data-status", "online")
    return screen


def test_a_call_is_on_the_television_by_itself_and_readable_from_afar(
    seat: SeatsPeople, television: BrowserContext
) -> None:
    desk = seat("admin")
    screen = paired(desk, television)
    assert screen.url.rstrip("/").endswith("/display"), "the address with the token is left at once"
    desk.go("/queue")
    desk.page.get_by_test_id("queue-console-next").click()
    screen.wait_for_selector("[data-testid=display-call][data-fresh=true]")
    label = screen.get_by_test_id("display-number").inner_text()
    expect(desk.page.get_by_test_id("queue-console-current")).to_have_text(label)
    sizes = screen.evaluate(
        "() => ['display-number', 'display-place'].map(id => parseFloat(getComputedStyle("
        "document.querySelector(`[data-testid=${id}]`)).fontSize) / innerHeight)"
    )
    assert sizes[0] >= 0.20
    assert sizes[1] >= 0.08
    assert screen.get_by_test_id("display-coming").count() <= 6
    assert screen.evaluate("() => document.documentElement.scrollHeight <= innerHeight")
    assert screen.evaluate("() => getComputedStyle(document.querySelector('main')).cursor") == "none"
    clock = screen.get_by_test_id("display-clock").inner_text()
    assert re.fullmatch(r"\d{2}\.\d{2}", clock)
    in_jakarta = screen.evaluate(
        "() => new Intl.DateTimeFormat('en-GB', {timeZone: 'Asia/Jakarta', hour: '2-digit', minute: '2-digit'})"
        ".format(new Date(Date.now() - 30000))"
    )
    now = screen.evaluate(
        "() => new Intl.DateTimeFormat('en-GB', {timeZone: 'Asia/Jakarta', hour: '2-digit', minute: '2-digit'})"
        ".format(new Date())"
    )
    assert clock.replace(".", ":") in {in_jakarta, now}
    names = desk.page.locator("[data-testid=queue-ticket] span.block.font-semibold").all_inner_texts()
    body = screen.locator("body").inner_text().lower()
    assert names
    assert not [name for name in names if len(name) > 4 and name.lower() in body]


def test_a_display_that_is_given_up_goes_dark_and_stays_out(seat: SeatsPeople, television: BrowserContext) -> None:
    desk = seat("admin")
    screen = paired(desk, television)
    desk.go("/queue/displays")
    desk.page.get_by_text("Ruang tunggu", exact=True).last.click()
    desk.page.get_by_test_id("display-setup-revoke").click()
    desk.page.get_by_test_id("display-setup-revoke-confirm").click()
    screen.get_by_test_id("display-pairing-unknown").wait_for(timeout=15_000)


def reachable(desk: Desk, origin: str) -> tuple[str, str]:
    """Number and page of the first who waits for a doctor and has a telephone; on the way, their ticket on paper."""
    for letter in "ABCD":
        desk.go(f"/queue?point={letter}")
        desk.page.get_by_test_id("queue-ticket").first.wait_for()
        for waiting in desk.page.get_by_test_id("queue-ticket").all():
            label = waiting.locator(".tabular-nums").first.inner_text()
            sheet = str(waiting.get_by_test_id("display-ticket-print-button-small").get_attribute("href"))
            answer = desk.context.request.get(f"{origin}{sheet}")
            assert label in PdfReader(BytesIO(answer.body())).pages[0].extract_text()
            message = desk.context.request.get(f"{origin}{sheet.removesuffix('.pdf')}/whatsapp", max_redirects=0)
            if message.status == 303:
                address = re.search(r"http\S+/ticket/\w{16}", unquote(message.headers["location"]))
                assert address is not None
                return label, address[0]
            assert message.status == 409, "no telephone"
    raise AssertionError("nobody who waits has a telephone")


def test_a_phone_lights_up_shakes_and_answers(
    seat: SeatsPeople, phone: BrowserContext, open_clinic: OpenClinic
) -> None:
    desk = seat("admin")
    label, address = reachable(desk, open_clinic.origin)
    page = phone.new_page()
    page.goto(address)
    expect(page.get_by_test_id("display-ticket-number")).to_have_text(label)
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    for _ in range(12):
        desk.page.get_by_test_id("queue-console-next").click()
        desk.page.wait_for_timeout(700)
        if desk.page.get_by_test_id("queue-console-current").inner_text() == label:
            break
    page.wait_for_selector("body.ticket-called")
    assert page.evaluate("() => window.shaken") >= 1
    expect(desk.page.get_by_text("Belum melihat panggilan")).to_be_visible()
    page.get_by_test_id("display-ticket-seen").click()
    page.get_by_test_id("display-ticket-thanks").wait_for()
    desk.page.reload()
    expect(desk.page.get_by_test_id("queue-console-current")).to_have_text(label)
    expect(desk.page.get_by_text("Belum melihat panggilan")).to_have_count(0)
