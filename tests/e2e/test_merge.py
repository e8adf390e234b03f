"""The front desk finds a patient registered twice, merges the records, and takes it back."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Desk, SeatsPeople

pytestmark = pytest.mark.e2e
BORN = "14-07-1985"
NAME = "Kartini Gabungsari"


def register(desk: Desk, name: str, phone: str) -> str:
    """Somebody new without a NIK; gives the id."""
    page = desk.go("/patients")
    page.get_by_test_id("registration-patients-search").press_sequentially(name, delay=20)
    page.get_by_test_id("registration-patients-register").first.click()
    page.get_by_test_id("registration-field-name").fill(name)
    page.get_by_test_id("registration-field-birth-date").fill(BORN)
    page.get_by_test_id("registration-field-sex").select_option("female")
    page.get_by_test_id("registration-field-nik-missing").select_option("not_brought")
    page.get_by_test_id("registration-field-phone").fill(phone)
    page.get_by_test_id("registration-form-save").click()
    page.wait_for_url(re.compile("/patients/[0-9a-f-]{36}$"))
    expect(page.get_by_test_id("registration-patient-facts")).to_contain_text(phone[-4:])
    return page.url.rsplit("/", 1)[1]


def number_on(page: Page) -> str:
    found = re.search(r"\d\d-\d\d-\d\d", page.title())
    assert found
    return found[0]


def test_two_records_become_one_and_two_again(seat: SeatsPeople):
    desk = seat("admin", tablet=True)
    page = desk.page
    first = register(desk, NAME, "081200001111")
    second = register(desk, f"{NAME} Putri", "081200002222")
    old_number = number_on(page)

    desk.go(f"/patients/{first}")
    page.get_by_test_id("registration-merge-open").click()
    box = page.get_by_test_id("registration-merge-other")
    box.press_sequentially(f"{NAME} Putri", delay=20)
    page.locator("li[role=option]").first.click()
    expect(page.get_by_test_id("registration-merge-table")).to_contain_text(old_number)
    page.get_by_test_id("registration-merge-pick_phone-left").check()
    page.get_by_test_id("registration-merge-review").click()
    question = page.get_by_test_id("registration-merge-question")
    expect(question).to_contain_text(old_number)
    expect(page.get_by_test_id("registration-merge-keep-apart")).to_be_focused()
    page.get_by_test_id("registration-merge-now").click()
    page.wait_for_url(re.compile(f"/patients/{first}$"))
    expect(page.get_by_test_id("registration-merged")).to_contain_text(old_number)
    expect(page.get_by_test_id("registration-patient-facts")).to_contain_text("0812-0000-1111")
    expect(page.locator("main")).to_contain_text(f"{NAME} Putri")

    desk.go("/patients")
    page.get_by_test_id("registration-patients-search").press_sequentially(old_number, delay=20)
    expect(page.get_by_test_id("registration-patients-results")).to_contain_text(f"dulu RM {old_number}")
    desk.go(f"/patients/{second}")
    page.wait_for_url(re.compile(f"/patients/{first}$"))

    page.get_by_test_id("registration-merge-part-ask").click()
    page.get_by_test_id("registration-merge-part-now").click()
    expect(page.get_by_test_id("registration-merge-part-question")).to_contain_text("lima huruf")
    page.locator("#reason").fill("Ternyata kakak beradik")
    page.get_by_test_id("registration-merge-part-now").click()
    page.wait_for_url(re.compile(f"/patients/{second}$"))
    expect(page.get_by_test_id("registration-merged")).to_have_count(0)
    expect(page.get_by_test_id("registration-patient-facts")).to_contain_text("0812-0000-2222")
