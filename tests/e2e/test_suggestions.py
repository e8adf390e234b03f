"""A box that suggests: what was found for another text is neither shown for a moment nor taken by a fast hand."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import SeatsPeople
from tests.e2e.test_calendar import ahead, calendar

pytestmark = pytest.mark.e2e

WATCH = """(box) => {
  const list = document.getElementById(box.getAttribute("aria-controls"));
  window.shownRows = [];
  const rows = () => [...list.querySelectorAll("[role=option]")].map(row => row.innerText);
  const look = () => !list.hidden && window.shownRows.push(...rows());
  new MutationObserver(look).observe(list, { subtree: true, childList: true, attributes: true, characterData: true });
}"""


def rows(page: Page) -> list[str]:
    """The suggestions that are there now."""
    page.locator("li[role=option]").first.wait_for()
    return page.locator("li[role=option]").all_inner_texts()


def test_only_the_answer_to_what_stands_in_the_box_is_shown_or_taken(seat: SeatsPeople) -> None:
    page = calendar(seat("admin"), ahead(25))
    page.keyboard.press("n")
    box = page.get_by_test_id("scheduling-booking-patient")
    box.fill("Siti")
    former = rows(page)
    box.evaluate(WATCH)
    box.fill("Budi")
    box.press("Enter")
    expect(box).to_have_value("Budi")
    expect(page.get_by_test_id("scheduling-booking")).to_be_visible()
    found = rows(page)
    assert not set(former) & set(found)
    assert set(page.evaluate("window.shownRows")) <= set(found)
    box.press("Enter")
    expect(box).to_have_value(found[0].split("\n")[0])

    page.get_by_test_id("scheduling-booking-cancel").click()
    expect(page.get_by_test_id("scheduling-booking")).to_be_hidden()
    page.keyboard.press("n")
    box.fill("Siti")
    box.evaluate(WATCH)
    assert rows(page) == former, "asked again, answered again"
    page.keyboard.press("Escape")
    expect(page.locator("li[role=option]")).to_have_count(0)
    box.press("ArrowDown")
    assert rows(page) == former
    assert set(page.evaluate("window.shownRows")) <= set(former)
