"""Two desks, two rooms and the pharmacy at once: each sees what the others do, and nobody presses reload."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Desk, SeatsPeople

pytestmark = pytest.mark.e2e
expect.set_options(timeout=20_000)


def console(desk: Desk, letter: str) -> Page:
    """The console of a service point."""
    page = desk.go(f"/queue?point={letter}")
    page.get_by_test_id("queue-console-stage").wait_for()
    return page


def current(page: Page) -> str:
    """The number that is called or served."""
    return page.get_by_test_id("queue-console-current").inner_text()


def line(page: Page, label: str) -> Locator:
    """The line of a number that waits."""
    return page.get_by_test_id("queue-ticket").filter(has_text=label)


def waiting(page: Page) -> list[str]:
    """The numbers that wait, in the order of their turn."""
    lines = page.locator("ol").get_by_test_id("queue-ticket")
    return [text.split("\n")[0] for text in lines.all_inner_texts()]


def press(page: Page, key: str) -> None:
    """A key, with the focus on nothing that takes it for itself."""
    page.locator("main h1").click()
    page.keyboard.press(key)


def test_every_desk_sees_a_call_a_skip_and_its_undo(seat: SeatsPeople) -> None:
    room, desk, nurse = console(seat("dokter"), "A"), console(seat("admin"), "A"), console(seat("perawat"), "A")
    inside = current(room)
    press(room, "n")
    # Whose turn it is depends on what others of this clinic were called or skipped before; all have to agree on it.
    expect(room.get_by_test_id("queue-console-current").filter(has_text=inside)).to_have_count(0)
    wanted = current(room)
    for page in (desk, nurse):
        expect(page.get_by_test_id("queue-console-current")).to_have_text(wanted)
    press(room, "l")
    for page in (desk, nurse):
        expect(line(page, wanted)).to_contain_text("Dilewati")
    press(nurse, "z")
    for page in (room, desk):
        expect(page.get_by_test_id("queue-console-current")).to_have_text(wanted)
    assert wanted not in waiting(room)


def test_a_number_goes_to_the_pharmacy_and_cannot_be_called_back_after_the_call_there(seat: SeatsPeople) -> None:
    room, pharmacy = console(seat("dokter2"), "B"), console(seat("apoteker"), "F")
    before, label = current(room), waiting(room)[0]
    press(room, "n")
    expect(room.get_by_test_id("queue-console-current")).to_have_text(label)
    assert before != label
    room.get_by_test_id("queue-console-send-to").select_option(label="Farmasi")
    press(room, "s")
    expect(line(pharmacy, label)).to_be_visible()
    room.get_by_test_id("queue-console-undo").first.click()
    expect(line(pharmacy, label)).to_have_count(0)
    expect(room.get_by_test_id("queue-console-current")).to_have_text(label)
    room.get_by_test_id("queue-console-send-to").select_option(label="Farmasi")
    press(room, "s")
    row = pharmacy.get_by_test_id("queue-ticket").filter(has_text=label)
    row.get_by_test_id("queue-console-call-out-of-turn").click()
    expect(pharmacy.get_by_test_id("queue-console-current")).to_have_text(label)
    room.get_by_test_id("queue-console-undo").filter(has_text=label).first.click()
    expect(room.get_by_text("sudah dipanggil di loket berikutnya")).to_be_visible()


def test_who_is_skipped_comes_back_by_themselves(seat: SeatsPeople) -> None:
    page = console(seat("admin"), "C")
    first, second = waiting(page)[:2]
    for key, wanted in (("n", first), ("l", None), ("n", second), ("n", first)):
        press(page, key)
        if wanted is None:
            expect(line(page, first)).to_contain_text("Dilewati")
        else:
            expect(page.get_by_test_id("queue-console-current")).to_have_text(wanted)


def test_two_desks_that_press_next_at_one_moment_finish_one_and_call_one(seat: SeatsPeople) -> None:
    """Both see the same patient inside: the slower press is told so, and calls nobody for a second time."""
    desks = [console(seat("admin"), "D"), console(seat("perawat"), "D")]
    inside, before = current(desks[0]), waiting(desks[0])
    for page in desks:
        page.get_by_test_id("queue-console-next").evaluate("button => setTimeout(() => button.click(), 300)")
    for page in desks:
        expect(page.get_by_test_id("queue-console-current")).to_have_text(before[0])
        expect(page.get_by_test_id("queue-ticket")).to_have_count(len(before) - 1)
    assert inside not in waiting(desks[1])


def test_a_walk_in_takes_a_key_a_name_and_one_press(seat: SeatsPeople) -> None:
    desk, other = seat("admin"), seat("perawat")
    page, home = desk.go("/queue"), other.go("/")
    home.get_by_test_id("queue-waiting-row").first.wait_for()
    for place in range(5):
        press(page, "t")
        page.get_by_test_id("queue-walk-in-patient").press_sequentially("putri", delay=30)
        page.locator("li[role=option]").nth(place).wait_for()
        for _ in range(place):
            page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")
        page.wait_for_timeout(1500)
        if page.get_by_test_id("queue-walk-in").is_hidden():
            break
        page.keyboard.press("Escape")
    said = page.get_by_test_id("ui-toast-done").last.inner_text()
    label = next(word for word in said.split() if "-" in word)
    expect(home.get_by_text(label).first).to_be_visible()


def test_the_keys_are_told_and_leave_typing_alone(seat: SeatsPeople) -> None:
    page = console(seat("admin"), "A")
    press(page, "?")
    expect(page.get_by_test_id("ui-shortcuts")).to_be_visible()
    page.keyboard.press("n")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("ui-shortcuts")).to_be_hidden()
    was = current(page)
    search = page.get_by_test_id("shell-search")
    search.press_sequentially("nlsz?", delay=20)
    assert search.input_value() == "nlsz?"
    assert current(page) == was
