"""A slow line must not show one patient's record at the address of another."""

import re

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.e2e.conftest import SeatsPeople

pytestmark = pytest.mark.e2e


class Line:
    """What the server says reaches the page at once, or when `let_through` is called."""

    def __init__(self, page: Page) -> None:
        self._held: list[tuple[WebSocketRoute, str | bytes]] = []
        self.slow = False
        page.route_web_socket(re.compile("_event"), self._carry)

    def _carry(self, here: WebSocketRoute) -> None:
        def arrives(message: str | bytes) -> None:
            if self.slow:
                self._held.append((here, message))
            else:
                here.send(message)

        here.connect_to_server().on_message(arrives)

    def let_through(self) -> None:
        """All that waited, in its order."""
        self.slow = False
        for here, message in self._held:
            here.send(message)


def open_found(page: Page, place: int) -> str:
    """Open the one at `place` among those found; gives the address."""
    page.get_by_test_id("registration-patients-search").press_sequentially("sari", delay=20)
    page.get_by_test_id("registration-patients-results").locator("tbody tr").nth(place).click()
    page.wait_for_url(re.compile("/patients/[0-9a-f-]{36}$"))
    expect(page.get_by_test_id("registration-patient-facts")).to_be_visible()
    return page.url


def test_the_former_patient_is_gone_before_the_next_one_comes(seat: SeatsPeople):
    desk = seat("admin")
    page = desk.page
    line = Line(page)
    first = open_found(desk.go("/patients"), 0)
    page.get_by_role("navigation").get_by_role("link", name="Pasien").first.click()
    page.wait_for_url(re.compile("/patients$"))
    assert open_found(page, 1) != first

    line.slow = True
    page.evaluate("history.go(-2)")
    page.wait_for_url(first)
    expect(page.get_by_test_id("registration-patient-facts")).to_have_count(0)
    line.let_through()
    expect(page.get_by_test_id("registration-patient-facts")).to_be_visible()
