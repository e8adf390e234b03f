"""One note, several hands, in real browsers: writing together, without a network, from a word processor, and signed."""

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.conftest import DEMO_PASSWORD, Desk, OpenClinic, SeatsPeople, seating
from tests.e2e.test_letters import printed
from tests.e2e.test_visit import call_the_patient, open_tool, queue_walk_in, register

pytestmark = pytest.mark.e2e
expect.set_options(timeout=20_000)
SAVED = re.compile(r"Tersimpan \d\d\.\d\d\.\d\d|Semua tersimpan")
ITEM = "class=MsoListParagraph style='mso-list:l0 level1 lfo1'"
MARK = "<span style='mso-list:Ignore'>·<span>&nbsp;&nbsp;</span></span>"
WORD_HTML = (
    '<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p.MsoNormal {margin:0}</style></head><body>'
    "<!--StartFragment--><p class=MsoNormal><b><span style='color:red'>Keluhan utama</span></b><o:p></o:p></p>"
    f"<p {ITEM}>{MARK}nyeri telinga</p><p {ITEM}>{MARK}berdenging</p>"
    "<table><tr><td>AD</td><td>40 dB</td></tr></table><script>alert(1)</script><!--EndFragment--></body></html>"
)


def text_of(page: Page, section: str) -> Locator:
    """The editable text of a section."""
    return page.get_by_test_id(f"encounter-note-{section}-text")


def write(page: Page, section: str, words: str) -> None:
    """Type at the end of a section, key by key."""
    text_of(page, section).click()
    page.keyboard.press("Control+End")
    page.keyboard.type(words)


def status(page: Page) -> Locator:
    """What the note says about what was typed."""
    return page.get_by_test_id("encounter-note-status")


PATIENT, NIK = "Ratna Wijayanti", "3174015708900002"


@pytest.fixture(scope="module")
def address(open_clinic: OpenClinic, chromium: Browser) -> str:
    """A visit of our own with the doctor, whatever the hour is."""
    with seating(open_clinic, chromium) as seat:
        desk, doctor = seat("admin"), seat("dokter")
        register(desk, PATIENT, NIK)
        queue_walk_in(desk, "Sari", "ratna wijayanti", PATIENT)
        call_the_patient(doctor, PATIENT)
        return doctor.page.url.removeprefix(open_clinic.origin)


def opened(desk: Desk, address: str) -> Page:
    """Open the same visit as somebody else."""
    page = desk.go(address)
    text_of(page, "subjective").wait_for()
    expect(status(page)).to_have_text(SAVED)
    return page


def test_without_a_network_words_wait_sealed_and_come_back_in_a_new_tab(seat: SeatsPeople, address: str) -> None:
    doctor, nurse = seat("dokter"), seat("perawat", tablet=True)
    opened(doctor, address)
    page = opened(nurse, address)
    nurse.context.set_offline(True)
    write(page, "subjective", " sandi-luring")
    expect(status(page)).to_have_text(re.compile(r"Belum tersimpan – luring \(\d+ perubahan\)"))
    nurse.context.set_offline(False)
    expect(text_of(doctor.page, "subjective")).to_contain_text("sandi-luring")
    expect(status(page)).to_have_text(SAVED)

    nurse.context.set_offline(True)
    write(page, "subjective", " rahasia-perangkat")
    expect(status(page)).to_contain_text("luring")
    kept = page.evaluate(
        """async () => {
          const open = indexedDB.open("tht-drafts");
          const db = await new Promise((done) => (open.onsuccess = () => done(open.result)));
          const get = db.transaction("drafts").objectStore("drafts").getAll();
          const all = await new Promise((done) => (get.onsuccess = () => done(get.result)));
          return all.map((one) => new TextDecoder("latin1").decode(one.sealed) + one.scope);
        }"""
    )
    assert kept
    assert not any("rahasia" in one or "perawat" in one for one in kept)
    page.close(run_before_unload=False)
    nurse.context.set_offline(False)
    assert "rahasia-perangkat" not in text_of(doctor.page, "subjective").inner_text()
    again = nurse.context.new_page()
    again.goto(f"{nurse.origin}{address}")
    expect(text_of(again, "subjective")).to_contain_text("rahasia-perangkat")
    expect(text_of(doctor.page, "subjective")).to_contain_text("rahasia-perangkat")
    expect(status(again)).to_have_text(SAVED)


def test_signing_out_says_what_has_not_arrived(seat: SeatsPeople, address: str) -> None:
    doctor, nurse = seat("dokter"), seat("perawat")
    opened(doctor, address)
    page = opened(nurse, address)
    nurse.context.set_offline(True)
    write(page, "objective", " belum-sampai")
    expect(status(page)).to_contain_text("luring")
    page.get_by_test_id("shell-person-label").click()
    page.get_by_test_id("shell-person-sign-out").click()
    expect(page.get_by_test_id("shell-person-leaving")).to_contain_text("perubahan belum sampai")
    page.get_by_test_id("shell-person-stay").click()
    nurse.context.set_offline(False)
    expect(status(page)).to_have_text(SAVED)
    page.get_by_test_id("shell-person-label").click()
    page.get_by_test_id("shell-person-sign-out").click()
    page.wait_for_url(re.compile("/signin"))
    expect(text_of(doctor.page, "objective")).to_contain_text("belum-sampai")


def test_what_a_word_processor_puts_on_the_clipboard_becomes_text_and_lists(seat: SeatsPeople, address: str) -> None:
    doctor = seat("dokter")
    page = opened(doctor, address)
    body = text_of(page, "assessment")
    body.click()
    page.keyboard.press("Control+End")
    page.keyboard.press("Enter")
    body.evaluate(
        """(node, html) => {
          const data = new DataTransfer();
          data.setData("text/html", html);
          data.setData("text/plain", "x");
          node.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }""",
        WORD_HTML,
    )
    expect(body).to_contain_text("Keluhan utama")
    expect(body.locator("ul li")).to_have_text(["nyeri telinga", "berdenging"])
    expect(body).to_contain_text("AD | 40 dB")
    assert body.locator("b, strong, span[style], table, script, style").count() == 0
    expect(status(page)).to_have_text(SAVED)
    page.reload()
    expect(text_of(page, "assessment").locator("ul li")).to_have_text(["nyeri telinga", "berdenging"])


def test_a_short_name_writes_its_text_and_adds_the_rest_after_a_look(seat: SeatsPeople, address: str) -> None:
    doctor = seat("dokter")
    page = doctor.go("/templates")
    page.get_by_test_id("template-shelf-new").click()
    for field, words in (("name", ".uji-coba"), ("title", "Uji coba"), ("subjective", "<b>{nama}</b> ***\nbaris dua")):
        page.get_by_test_id(f"template-form-{field}").fill(words)
    page.get_by_test_id("template-form-plan").fill("<script>alert(1)</script> *** hari, {pasien}")
    page.get_by_test_id("template-form-normal-nose").check()
    page.get_by_test_id("template-form-save").click()
    expect(page.locator("#plan-error")).to_contain_text("pasien")
    page.get_by_test_id("template-form-plan").fill("<script>alert(1)</script> *** hari")
    page.get_by_test_id("template-form-save").click()
    expect(page.get_by_test_id("template-shelf")).to_contain_text(".uji-coba")

    page = opened(doctor, address)
    write(page, "subjective", " sebelum .uji-c")
    expect(page.get_by_test_id("encounter-note-phrase")).to_contain_text("Uji coba")
    page.keyboard.press("Enter")
    mine, plan = text_of(page, "subjective"), text_of(page, "plan")
    expect(mine).to_contain_text(f"sebelum <b>{PATIENT}</b> ***")
    expect(plan).to_contain_text("<script>alert(1)</script> *** hari")
    assert page.locator("[data-note] :is(script, b)").count() == 0
    dialog = page.get_by_test_id("template-placing-title")
    expect(dialog).to_contain_text("Septum nasi: normal")
    page.get_by_test_id("template-placing-add").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_test_id("encounter-note-findings")).to_contain_text("Septum nasi: normal")
    page.get_by_test_id("ui-toast-undo").last.click()
    expect(page.get_by_test_id("encounter-note-findings")).to_be_hidden()

    mine.click()
    page.keyboard.press("Control+Home")
    page.keyboard.press("F2")
    page.keyboard.type("tiga")
    expect(mine).to_contain_text(f"<b>{PATIENT}</b> tiga")
    page.keyboard.press("F2")
    page.keyboard.type("lima")
    expect(plan).to_contain_text("lima hari")
    for section in (plan, mine):
        section.click()
        page.keyboard.press("Control+z")  # the words that filled the gap
        page.keyboard.press("Control+z")  # and at once all that the template had written here
        expect(section).not_to_contain_text("alert")
        expect(section).not_to_contain_text(PATIENT)
    expect(mine).to_contain_text("sebelum .uji-c")
    page.keyboard.press("Control+End")
    for _ in " sebelum .uji-c":
        page.keyboard.press("Backspace")
    expect(status(page)).to_have_text(SAVED)


def printed_summary(desk: Desk) -> str:
    """The words of the summary of the visit that is open, on paper."""
    open_tool(desk.page, "Surat")
    desk.page.get_by_test_id("letter-write-summary").click()
    desk.page.get_by_test_id("letter-field-diagnosis").fill("Otitis media akut kanan")
    desk.page.get_by_test_id("letter-issue").click()
    expect(desk.page.get_by_test_id("letter-item")).to_have_count(1)
    return printed(desk)


def verified_by_a_stranger(desk: Desk, chromium: Browser) -> None:
    """The address of the code says that the note is genuine and whose it is, and nothing of the patient."""
    href = desk.page.get_by_test_id("encounter-signed-code").get_attribute("href")
    context = chromium.new_context(locale="id-ID")
    stranger = context.new_page()
    stranger.goto(f"{desk.origin}{href}")
    expect(stranger.locator("main")).to_contain_text("Sari Kusuma")
    assert PATIENT.split(maxsplit=1)[0] not in stranger.content()
    context.close()


def test_a_nurse_on_the_tablet_and_a_doctor_write_one_note_and_sign_it(
    seat: SeatsPeople, address: str, chromium: Browser
) -> None:
    doctor, nurse = seat("dokter"), seat("perawat", tablet=True)
    mine, theirs = opened(doctor, address), opened(nurse, address)
    expect(mine.get_by_test_id("encounter-note-people")).to_contain_text("Dewi")
    expect(text_of(theirs, "plan")).to_have_attribute("contenteditable", "false")
    write(theirs, "subjective", " Sejak kemarin.")
    for section, words in (("objective", " MT utuh."), ("assessment", " Otitis."), ("plan", " Kontrol.")):
        write(mine, section, words)
    expect(mine.get_by_text("Dewi Lestari").first).to_be_visible()
    expect(text_of(mine, "subjective")).to_contain_text("Sejak kemarin.")
    expect(text_of(theirs, "plan")).to_contain_text("Kontrol.")
    for page in (mine, theirs):
        expect(status(page)).to_have_text(SAVED)
    open_tool(theirs, "Vital")
    theirs.get_by_test_id("encounter-vitals-weight-kg").fill("61,5")
    theirs.get_by_test_id("encounter-vitals-save").click()
    expect(theirs.get_by_test_id("encounter-tools")).to_contain_text("61,5")

    text_of(mine, "plan").focus()
    mine.keyboard.press("Control+z")  # undo belongs to the section, and to one's own words
    expect(text_of(mine, "plan")).not_to_contain_text("Kontrol.")
    expect(text_of(mine, "subjective")).to_contain_text("Sejak kemarin.")
    mine.get_by_test_id("encounter-note-plan-redo").click()
    expect(text_of(theirs, "plan")).to_contain_text("Kontrol.")

    away = opened(
        seat("dokter", tablet=True), address
    )  # the same doctor's tablet, forgotten in a corner without a network
    away.context.set_offline(True)
    write(away, "plan", " Rujuk bila demam.")
    expect(status(away)).to_contain_text("luring")

    mine.get_by_test_id("encounter-sign-review").click()
    expect(mine.get_by_test_id("encounter-review-shown")).to_contain_text("Sejak kemarin.")
    expect(mine.get_by_test_id("encounter-review-shown")).to_contain_text("Kontrol.")
    mine.get_by_test_id("encounter-sign-password").fill(DEMO_PASSWORD)
    mine.get_by_test_id("encounter-sign-submit").click()
    expect(mine.get_by_test_id("encounter-signed-hash")).to_be_visible()
    for page in (mine, theirs):
        expect(page.locator("[data-note] [contenteditable=true]")).to_have_count(0)
    away.context.set_offline(False)
    expect(away.get_by_test_id("encounter-note-leftover")).to_contain_text("Rujuk bila demam.")
    away.get_by_test_id("encounter-note-leftover-addendum").click()
    expect(away.get_by_test_id("encounter-addendum-text")).to_have_value(re.compile("Rujuk bila demam."))
    expect(away.get_by_test_id("encounter-addendum-item")).to_have_count(0)
    away.get_by_test_id("encounter-addendum-password").fill(DEMO_PASSWORD)
    away.get_by_test_id("encounter-addendum-submit").click()
    expect(away.get_by_test_id("encounter-addendum-item")).to_contain_text("Rujuk bila demam.")
    away.get_by_test_id("encounter-note-leftover-done").click()
    expect(away.get_by_test_id("encounter-note-leftover")).to_have_count(0)

    mine.get_by_test_id("encounter-note-history").click()
    expect(mine.get_by_test_id("encounter-note-version").first).to_be_visible()
    expect(mine.get_by_test_id("encounter-note-changes")).not_to_be_empty()
    mine.keyboard.press("Escape")
    assert "Otitis media akut kanan" in printed_summary(doctor)
    verified_by_a_stranger(doctor, chromium)


def test_what_is_copied_from_the_last_visit_says_so_in_the_note_and_in_its_history(seat: SeatsPeople) -> None:
    desk, doctor = seat("admin"), seat("dokter")
    page = doctor.go("/queue")
    page.get_by_test_id("queue-console-send-to").select_option(label="Pulang")
    page.get_by_test_id("queue-console-finish").first.click()
    queue_walk_in(desk, "Sari", "ratna wijayanti", PATIENT)
    call_the_patient(doctor, PATIENT)
    doctor.go("/queue").get_by_test_id("queue-console-open-visit").first.click()
    page.wait_for_url(re.compile("/encounters/[0-9a-f-]{36}"))
    text_of(page, "plan").wait_for()
    expect(status(page)).to_have_text(SAVED)
    write(page, "plan", "Obat diteruskan.")
    page.get_by_test_id("encounter-tool-last").click()
    expect(page.get_by_test_id("encounter-last")).to_contain_text("Otitis.")
    page.get_by_test_id("encounter-last-copy-plan").click()
    blocks = text_of(page, "plan").locator(".note-copied")
    expect(blocks.first).to_have_text(re.compile(r"^\[Disalin dari kunjungan \d\d-\d\d-\d{4}, dr\. Sari"))
    expect(blocks.last).to_have_text("[Akhir salinan]")
    expect(text_of(page, "plan").locator("p").first).to_have_text("Obat diteruskan.")
    expect(status(page)).to_have_text(SAVED)
    page.get_by_test_id("encounter-sign-review").click()
    expect(page.get_by_test_id("encounter-review-shown")).to_contain_text("[Disalin dari kunjungan")
    page.get_by_test_id("encounter-sign-cancel").click()
    page.get_by_test_id("encounter-note-history").click()
    expect(page.get_by_test_id("encounter-note-version-copied").first).to_contain_text("Menyalin dari kunjungan")
    page.get_by_test_id("encounter-note-history-close").click()
    page.get_by_test_id("encounter-summary-timeline").click()
    visits = page.get_by_test_id("encounter-timeline-event").filter(has_text=re.compile("Kunjungan · "))
    expect(visits).to_have_count(2)
    page.get_by_test_id("encounter-timeline-choice").filter(has_text="Alergi").click()
    page.wait_for_url(re.compile(r"/timeline\?kind=allergy$"))
    expect(visits).to_have_count(0)
    page.go_back()
    expect(visits).to_have_count(2)
