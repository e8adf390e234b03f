"""Files of a visit in a real browser: several at once, a broken line, a refusal beside its file, looking at them."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import Desk, SeatsPeople
from tests.factories import files

pytestmark = pytest.mark.e2e
expect.set_options(timeout=20_000)


def file(name: str, content: bytes, kind: str = "image/jpeg") -> Any:
    """A file as Playwright hands it to an input."""
    return {"name": name, "mimeType": kind, "buffer": content}


def open_files(desk: Desk) -> Page:
    """The files of a visit of one's own that is not signed."""
    page = desk.go("/")
    page.get_by_test_id("encounter-day-open").first.click()
    page.wait_for_url(re.compile("/encounters/[0-9a-f-]{36}"))
    return show_files(page)


def show_files(page: Page) -> Page:
    """Choose the part of the screen where files are."""
    page.get_by_test_id("encounter-note-subjective").wait_for(state="attached")
    tools = page.get_by_test_id("encounter-panel-tools")
    if tools.is_visible():
        tools.click()
    page.get_by_test_id("encounter-tools").get_by_role("tab").filter(has_text="Lampiran").click()
    page.get_by_test_id("attachment-upload").wait_for()
    return page


def line_of(page: Page, name: str):
    return page.get_by_test_id("attachment-upload-item").filter(has_text=name)


def test_files_are_attached_looked_at_and_taken_back(seat: SeatsPeople) -> None:
    desk = seat("dokter")
    page = open_files(desk)
    before = page.get_by_test_id("attachment-files-item").count()
    page.get_by_test_id("attachment-upload-kind").select_option("endoscopy")
    page.get_by_test_id("attachment-upload-side").select_option("right")
    lost = {"pieces": 0}

    def once(route: Route) -> None:
        """The line breaks in the middle of the first piece."""
        lost["pieces"] += 1
        route.abort("connectionreset") if lost["pieces"] == 1 else route.continue_()

    page.route(re.compile(r"/uploads/[0-9a-f-]{36}/\d+$"), once)
    page.get_by_test_id("attachment-upload-files").set_input_files(
        [
            file("telinga kanan.jpg", files.photo_with_place()),
            file("skrip.pdf", files.scripted_pdf(), "application/pdf"),
            file("hasil lab.pdf", files.pdf(3), "application/pdf"),
            file("kosong.jpg", b""),
            file("gambar.jpg", b"<svg><script>alert(1)</script></svg>"),
        ]
    )
    for name, words in (
        ("telinga kanan.jpg", "Terlampir dan tersimpan"),
        ("hasil lab.pdf", "Terlampir dan tersimpan"),
        ("skrip.pdf", "memuat skrip"),
        ("kosong.jpg", "kosong (0 byte)"),
        ("gambar.jpg", "Jenis berkas ini tidak diterima"),
    ):
        expect(line_of(page, name)).to_contain_text(words)
    assert lost["pieces"] > 1
    cards = page.get_by_test_id("attachment-files-item")
    expect(cards).to_have_count(before + 2)
    photo = cards.filter(has_text="telinga kanan.jpg")
    expect(photo).to_contain_text("Endoskopi · Telinga")
    expect(photo).to_contain_text("Ka")
    look_through(page)
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("attachment-files-viewer")).to_have_count(0)
    photo.get_by_test_id("attachment-files-ask").click()
    page.get_by_test_id("attachment-remove-confirm").click()
    expect(cards).to_have_count(before + 1)
    page.reload()
    show_files(page)
    expect(cards).to_have_count(before + 1)


def look_through(page: Page) -> None:
    """Open the document, turn its pages by keys, and see that each is a picture that arrived."""
    page.get_by_test_id("attachment-files-item").filter(has_text="hasil lab.pdf").get_by_test_id(
        "attachment-files-open"
    ).click()
    viewer = page.get_by_test_id("attachment-files-viewer")
    expect(viewer).to_contain_text("halaman 1 dari 3")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(viewer).to_contain_text("halaman 3 dari 3")
    picture = viewer.locator("img")
    expect(picture).to_have_attribute("src", re.compile(r"/pages/3$"))
    page.wait_for_function("image => image.complete && image.naturalWidth > 800", arg=picture.element_handle())


def test_a_photo_from_the_tablet_appears_on_the_doctors_desk_by_itself(seat: SeatsPeople) -> None:
    doctor, nurse = seat("dokter"), seat("perawat", tablet=True)
    desk = open_files(doctor)
    before = desk.get_by_test_id("attachment-files-item").count()
    tablet = nurse.page
    tablet.goto(desk.url)
    show_files(tablet)
    with tablet.expect_file_chooser() as chooser:
        tablet.get_by_role("button", name="Ambil foto").tap()
    assert chooser.value.element.get_attribute("capture") == "environment"
    chooser.value.set_files([file("dari tablet.jpg", files.picture())])
    expect(line_of(tablet, "dari tablet.jpg")).to_contain_text("Terlampir dan tersimpan")
    card = desk.get_by_test_id("attachment-files-item").filter(has_text="dari tablet.jpg")
    expect(card).to_have_count(1)
    expect(desk.get_by_test_id("attachment-files-item")).to_have_count(before + 1)
    expect(card.get_by_test_id("attachment-files-ask")).to_have_text("Tandai keliru")
