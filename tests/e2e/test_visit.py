"""A whole visit through the real screens: registered, queued, examined, signed, prescribed, handed over."""

import io
import re

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.e2e.conftest import DEMO_PASSWORD, Desk, SeatsPeople

pytestmark = pytest.mark.e2e

NAME = "Siti O'Brien"
HOSTILE = "Siti <script>alert(1)</script>"
expect.set_options(timeout=20_000)
COMPLAINT = "Telinga kanan terasa penuh sejak tiga hari, tidak nyeri. 👂"


def pick(page: Page, test_id: str, typed: str, wanted: str) -> None:
    """Type into a search box and take the suggestion that holds these words."""
    box = page.get_by_test_id(test_id)
    box.fill(typed)
    page.get_by_role("option").filter(has_text=wanted).first.click()


def choose(page: Page, test_id: str, words: str) -> None:
    """Choose the option of a select whose text holds these words."""
    select = page.get_by_test_id(test_id)
    option = select.locator("option").filter(has_text=words).first
    option.wait_for(state="attached")
    select.select_option(value=option.get_attribute("value"))


def register(desk: Desk, patient: str = NAME, nik: str = "3174015708900001") -> str:
    """Register the patient at the front desk and return the address of the record."""
    page = desk.go("/patients")
    page.get_by_test_id("registration-patients-register").click()
    name = page.get_by_test_id("registration-field-name")
    name.fill(HOSTILE)
    page.get_by_test_id("registration-field-city").fill("Depok")
    page.get_by_test_id("registration-form-save").click()
    expect(name).to_have_attribute("aria-invalid", "true")
    expect(name).to_have_value(HOSTILE)
    expect(page.get_by_test_id("registration-field-city")).to_have_value("Depok")
    name.fill(patient)
    page.get_by_test_id("registration-field-birth-date").fill("17-08-1990")
    page.get_by_test_id("registration-field-sex").select_option("female")
    page.get_by_test_id("registration-field-nik").fill(nik)
    page.get_by_test_id("registration-field-phone").fill("0812 3456 7890")
    page.get_by_test_id("registration-field-street").fill("Jl. Melati 5")
    page.get_by_test_id("registration-form-save").click()
    page.wait_for_url(re.compile("/patients/[0-9a-f-]{36}"))
    expect(page.get_by_text(patient).first).to_be_visible()
    return page.url


def queue_walk_in(desk: Desk, doctor: str, typed: str = "siti obrien", patient: str = NAME) -> None:
    """Give the patient a ticket without an appointment, ahead of the others for a reason."""
    page = desk.go("/")
    page.get_by_test_id("queue-walk-in-open").click()
    pick(page, "queue-walk-in-patient", typed, patient)
    choose(page, "queue-walk-in-doctor", doctor)
    choose(page, "queue-walk-in-type", "Konsultasi")
    page.get_by_test_id("queue-walk-in-priority").select_option(index=1)
    page.get_by_test_id("queue-walk-in-submit").dblclick()
    expect(page.get_by_test_id("queue-walk-in")).to_be_hidden()


def call_the_patient(desk: Desk, patient: str = NAME) -> None:
    """Call until it is our patient, then open the visit."""
    page = desk.go("/queue")
    for _ in range(10):
        if page.get_by_text(patient).first.is_visible():
            current = page.get_by_test_id("queue-console-current")
            if current.count() and page.locator("section").filter(has=current).get_by_text(patient).count():
                break
        page.get_by_test_id("queue-console-next").click()
        page.wait_for_timeout(700)
    page.get_by_test_id("queue-console-start").click()
    desk.go("/")
    page.locator("main tbody tr").filter(has_text=patient).first.click()
    page.wait_for_url(re.compile("/encounters/[0-9a-f-]{36}"))
    page.get_by_test_id("encounter-note-subjective").wait_for()


def write_note(page: Page) -> None:
    """Fill the four sections; the status says saved only after the server has."""
    for section, words in (
        ("subjective", COMPLAINT),
        ("objective", "Liang telinga kanan tertutup serumen."),
        ("assessment", "Serumen obturans telinga kanan."),
        ("plan", "Ekstraksi serumen, tetes telinga, kontrol bila keluhan menetap."),
    ):
        page.get_by_test_id(f"encounter-note-{section}-text").fill(words)
    expect(page.get_by_test_id("encounter-note-status")).to_have_text(re.compile(r"Tersimpan \d\d\.\d\d\.\d\d"))


def open_tool(page: Page, name: str) -> None:
    """Show one of the tools beside the note."""
    page.get_by_test_id("encounter-tools").get_by_role("tab").filter(has_text=name).click()


def record_findings(page: Page) -> None:
    """Allergies asked, ear examined, diagnosis coded, weight taken."""
    open_tool(page, "Riwayat")
    page.get_by_test_id("encounter-allergies-substance").fill("penisilin")
    page.get_by_test_id("encounter-allergies-save").click()
    expect(page.get_by_test_id("encounter-allergies-item")).to_contain_text("penisilin")
    open_tool(page, "Vital")
    page.get_by_test_id("encounter-vitals-weight-kg").fill("58,5")
    page.get_by_test_id("encounter-vitals-save").click()
    expect(page.get_by_test_id("encounter-tools")).to_contain_text("58,5")
    open_tool(page, "Diagnosis")
    pick(page, "encounter-diagnosis-search", "serumen", "H61.2")
    page.get_by_role("radio", name="Kanan").check()
    page.get_by_test_id("encounter-diagnosis-add").click()
    expect(page.get_by_test_id("encounter-diagnosis-item")).to_contain_text("H61.2")


def prescribe(page: Page) -> str:
    """Write and sign one line; returns the prescription's number."""
    open_tool(page, "Resep")
    pick(page, "pharmacy-prescribing-search", "parasetamol", "500 mg")
    page.get_by_test_id("pharmacy-prescribing-days").fill("3")
    page.get_by_test_id("pharmacy-prescribing-add").click()
    line = page.get_by_test_id("pharmacy-prescribing-line")
    expect(line).to_have_count(1)
    expect(page.get_by_test_id("pharmacy-allergy").first).to_contain_text("penisilin")
    page.get_by_test_id("pharmacy-prescribing-sign").click()
    page.get_by_test_id("pharmacy-sign-confirm").dblclick()
    signed = page.get_by_test_id("pharmacy-prescribing-signed-one")
    expect(signed).to_have_count(1)
    number = re.search(r"\S*\d{4}\S*\d+", signed.inner_text())
    assert number, signed.inner_text()
    return number.group(0)


def printed_words(desk: Desk) -> str:
    """The text of the printed prescription."""
    href = desk.page.get_by_test_id("pharmacy-print-action").first.get_attribute("href")
    answer = desk.context.request.get(f"{desk.origin}{href}")
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("application/pdf")
    assert "no-store" in answer.headers["cache-control"]
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.body())).pages)


def sign_the_visit(page: Page) -> None:
    """Wrong password first, then the right one; afterwards nothing can be typed."""
    page.get_by_test_id("encounter-sign-review").click()
    expect(page.get_by_test_id("encounter-review-shown")).to_contain_text("Serumen obturans")
    page.get_by_test_id("encounter-sign-password").fill("salah-sekali-ini")
    page.get_by_test_id("encounter-sign-submit").click()
    expect(page.get_by_test_id("encounter-sign-password")).to_have_attribute("aria-invalid", "true")
    page.get_by_test_id("encounter-sign-password").fill(DEMO_PASSWORD)
    page.get_by_test_id("encounter-sign-submit").click()
    expect(page.get_by_test_id("encounter-signed-hash")).to_be_visible()
    expect(page.locator("[data-note] [contenteditable=true]")).to_have_count(0)


def on_the_shelf(desk: Desk) -> int:
    """How many tablets of paracetamol the inventory shows."""
    page = desk.go("/inventory?q=parasetamol")
    row = page.get_by_role("row").filter(has_text="500 mg").first
    expect(row).to_be_visible()
    numbers = re.findall(r"(\d[\d.]*)\s*tablet", row.inner_text())
    assert numbers, row.inner_text()
    return int(numbers[0].replace(".", ""))


def hand_over(desk: Desk, number: str) -> None:
    """Claim, prepare, hand over at the pharmacy's counter."""
    page = desk.go("/pharmacy")
    page.get_by_test_id("pharmacy-board-card").filter(has_text=number).click()
    card = page.get_by_test_id("pharmacy-card")
    expect(card).to_contain_text("penisilin")
    page.get_by_test_id("pharmacy-card-claim").click()
    page.get_by_test_id("pharmacy-card-ready").click()
    page.get_by_test_id("pharmacy-card-dispense").click()
    page.get_by_test_id("pharmacy-card-dispense-confirm").dblclick()
    expect(page.get_by_test_id("pharmacy-board-card").filter(has_text=number)).to_have_count(0)


def test_a_visit_from_registration_to_a_lower_stock(seat: SeatsPeople) -> None:
    desk, doctor, pharmacist = seat("admin"), seat("dokter", tablet=True), seat("apoteker")
    register(desk)
    queue_walk_in(desk, "Sari")
    call_the_patient(doctor)
    write_note(doctor.page)
    record_findings(doctor.page)
    before = on_the_shelf(pharmacist)
    number = prescribe(doctor.page)
    words = printed_words(doctor)
    for expected in ("R/", "Siti O'Brien", "parasetamol", "penisilin", number):
        assert expected in words, words
    sign_the_visit(doctor.page)
    hand_over(pharmacist, number)
    assert any(on_the_shelf(pharmacist) < before for _ in range(5))
