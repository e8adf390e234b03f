"""Letters in a real browser: a sick note from the record, a consent signed by finger, the owner's own words."""

import io
import re

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.e2e.conftest import Desk, SeatsPeople

pytestmark = pytest.mark.e2e
expect.set_options(timeout=20_000)


def open_letters(desk: Desk) -> Page:
    """The letters of a visit of one's own that has begun."""
    page = desk.go("/")
    page.get_by_test_id("encounter-day-open").first.click()
    page.wait_for_url(re.compile("/encounters/[0-9a-f-]{36}"))
    page.get_by_test_id("encounter-note-subjective").wait_for(state="attached")
    start = page.get_by_test_id("encounter-visit-start")
    if start.count():
        start.click()
        expect(start).to_have_count(0)
    tools = page.get_by_test_id("encounter-panel-tools")
    if tools.is_visible():
        tools.click()
    page.get_by_test_id("encounter-tools").get_by_role("tab").filter(has_text="Surat").click()
    return page


def printed(desk: Desk) -> str:
    """The words of the newest letter."""
    href = desk.page.get_by_test_id("letter-print").first.get_attribute("href")
    answer = desk.context.request.get(f"{desk.origin}{href}")
    assert answer.status == 200
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.body())).pages)


def test_a_sick_note_is_issued_once_printed_and_reprinted_as_a_copy(seat: SeatsPeople) -> None:
    doctor = seat("dokter")
    page = open_letters(doctor)
    letters = page.get_by_test_id("letter-item")
    before = letters.count()
    page.get_by_test_id("letter-write-sick-note").click()
    page.get_by_test_id("letter-field-days").fill("99")
    page.get_by_test_id("letter-issue").click()
    expect(page.get_by_test_id("letter-field-days")).to_have_attribute("aria-invalid", "true")
    page.get_by_test_id("letter-field-days").fill("2")
    page.get_by_test_id("letter-issue").dblclick()
    expect(letters).to_have_count(before + 1)
    assert "SURAT KETERANGAN SAKIT" in printed(doctor)
    assert "SALINAN ke-1" in printed(doctor)


def test_a_consent_is_signed_on_the_tablet(seat: SeatsPeople) -> None:
    doctor = seat("dokter", tablet=True)
    page = open_letters(doctor)
    letters = page.get_by_test_id("letter-item")
    before = letters.count()
    page.get_by_test_id("letter-write-consent").click()
    for name in ("diagnosis", "procedure", "steps", "purpose", "risks", "alternatives", "prognosis"):
        page.get_by_test_id(f"letter-field-{name}").fill(f"isi {name}")
    page.get_by_test_id("decision-agree").check()
    page.get_by_test_id("giver-guardian").check()
    page.get_by_test_id("letter-field-giver-name").fill("Budi Santoso")
    page.get_by_test_id("letter-field-relation").fill("ayah")
    pad = page.get_by_test_id("letter-pad-giver-field")
    pad.scroll_into_view_if_needed()
    field = pad.bounding_box()
    assert field is not None
    page.mouse.move(field["x"] + 40, field["y"] + 40)
    page.mouse.down()
    for step in range(1, 20):
        page.mouse.move(field["x"] + 40 + 10 * step, field["y"] + 40 + (step % 4) * 12)
    page.mouse.up()
    expect(pad.locator("path")).to_have_count(1)
    page.get_by_test_id("letter-issue").click()
    expect(letters).to_have_count(before + 1)
    words = printed(doctor)
    assert "MENYETUJUI" in words
    assert "isi procedure" in words
    assert "Budi Santoso (ayah)" in " ".join(words.split())


def test_the_owner_words_letters_and_reads_them_before_they_are_kept(seat: SeatsPeople) -> None:
    page = seat("pemilik").go("/settings?tab=letters")
    closing = page.get_by_test_id("letter-wordings-closing")
    closing.fill("Salam dari {klinik} {nik}")
    page.get_by_test_id("letter-wordings-look").click()
    expect(closing).to_have_attribute("aria-invalid", "true")
    closing.fill("Salam dari {klinik}, untuk {nama} <b>.")
    page.get_by_test_id("letter-wordings-look").click()
    expect(page.get_by_test_id("letter-wordings-shown")).to_contain_text("untuk Siti Rahmawati <b>.")
    page.get_by_test_id("letter-wordings-save").click()
    expect(page.get_by_test_id("letter-wordings-reset")).to_be_visible()
    page.get_by_test_id("letter-wordings-reset").click()
    expect(page.get_by_test_id("letter-wordings-reset")).to_have_count(0)
