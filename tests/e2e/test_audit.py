"""An auditor's walk: home, the log, one entry, a patient's report as paper, the log verified."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import DEMO_PASSWORD, SeatsPeople

pytestmark = pytest.mark.e2e
RECORD = re.compile(r"/audit/patients/[0-9a-f-]{36}")


def opened_by_the_front_desk(seat: SeatsPeople) -> str:
    """The front desk opens a patient's page; gives the name."""
    desk = seat("admin")
    page = desk.go("/patients")
    page.get_by_test_id("registration-patients-search").press_sequentially("putri", delay=20)
    page.get_by_test_id("registration-patients-results-row").first.click()
    page.wait_for_url(re.compile("/patients/[0-9a-f-]{36}"))
    page.get_by_test_id("registration-patient-facts").wait_for()
    return page.title().split(",", maxsplit=1)[0]


def verify(page: Page) -> None:
    """Have the log verified and wait for the result."""
    page.get_by_test_id("audit-chain-verify").click()
    expect(page.get_by_test_id("audit-chain-state")).to_contain_text("Utuh", timeout=60_000)


def test_an_auditor_sees_who_did_what_and_that_the_log_is_whole(seat: SeatsPeople):
    name = opened_by_the_front_desk(seat)
    desk = seat("auditor")
    page = desk.page
    expect(page.get_by_test_id("audit-home-chain")).to_contain_text("Segel")
    expect(page.get_by_test_id("shell-nav-patients")).to_have_count(0)

    desk.go("/audit")
    verify(page)
    rows = page.get_by_test_id("audit-entries-row")
    expect(rows.first).to_be_visible()
    page.get_by_test_id("audit-filter-action").select_option("read")
    page.get_by_test_id("audit-filter-area").select_option("registration")
    page.get_by_test_id("audit-filter-apply").click()
    page.wait_for_url(re.compile("action=read"))
    said = rows.filter(has_text=re.compile("membuka data diri", re.IGNORECASE)).filter(has_text=name).first
    expect(said).to_contain_text(re.compile(r"\w+ membuka data diri .*, \d\d-\w{3}-\d{4} \d\d\.\d\d\.\d\d, dari "))
    said.click()
    sheet = page.get_by_test_id("audit-entry")
    expect(sheet).to_contain_text("registration.patients.GetPatient")
    sheet.get_by_test_id("audit-entry-patient").first.click()
    page.wait_for_url(RECORD)
    expect(page.get_by_test_id("audit-report")).to_contain_text(name, ignore_case=True)
    expect(page.get_by_test_id("audit-accesses-row").first).to_be_visible()
    paper = desk.context.request.get(f"{desk.origin}{page.get_by_test_id('audit-report-print').get_attribute('href')}")
    assert paper.status == 200
    assert paper.body().startswith(b"%PDF")


def test_a_patient_is_found_in_one_box_and_the_table_is_what_was_filtered(seat: SeatsPeople):
    opened_by_the_front_desk(seat)
    desk = seat("auditor", tablet=True)
    page = desk.go("/audit")
    box = page.get_by_test_id("audit-report-patient")
    box.press_sequentially("putri", delay=20)
    page.locator("li[role=option]").first.click()
    page.wait_for_url(RECORD)
    desk.go("/audit?outcome=denied")
    with desk.context.expect_page() as opened:
        page.get_by_test_id("audit-export").click()
    opened.value.locator("input[name=proof]").fill(DEMO_PASSWORD)
    with opened.value.expect_download():
        opened.value.get_by_test_id("identity-proof-submit").click()
    exported = desk.context.request.get(f"{desk.origin}{page.get_by_test_id('audit-export').get_attribute('href')}")
    assert exported.status == 200
    assert exported.text().lstrip("\ufeff").startswith("tanggal;jam;siapa;kejadian;hasil")
    shown = page.get_by_test_id("audit-entries-row").count()
    assert exported.text().count("\r\n") - 1 >= shown


def test_nobody_else_sees_the_page(seat: SeatsPeople):
    desk = seat("pemilik")
    page = desk.go("/audit")
    expect(page.get_by_test_id("shell-denied")).to_be_visible()
    expect(page.get_by_test_id("audit-entries")).to_have_count(0)
