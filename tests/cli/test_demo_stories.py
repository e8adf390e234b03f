"""The demo's visits: complaint, findings, code and medicine agree, and nobody gets what would harm them."""

import csv
import re
from dataclasses import replace
from datetime import date
from fractions import Fraction
from importlib import resources
from random import Random

import pytest

from tht_app.cli.demo.content import ADULT, ALLERGIES, GROWTH, SCENARIOS, allergy_of, fitting, vitals
from tht_app.cli.demo.people import InventedPatient
from tht_app.cli.demo.plan import MINUTES
from tht_app.cli.demo.scenario import Medicine, Scenario, Where, read_signa
from tht_app.cli.demo.shelf import SHELF
from tht_app.cli.demo.story import story_again, story_of
from tht_app.database.icd9cm import shipped_codes
from tht_app.domain.encounter import procedure
from tht_app.domain.encounter.diagnosis import asks_for_side
from tht_app.domain.encounter.history import checked_answer
from tht_app.domain.encounter.vitals import parse_readings
from tht_app.domain.ent.findings import parse_key
from tht_app.domain.pharmacy.quantity import bottles, days_of_drops, days_of_spray, tablets
from tht_app.domain.pharmacy.signa import Dosage, DoseUnit, Route, Side, Timing, check_dosage, parse_amount
from tht_app.domain.registration.sex import Sex
from tht_app.use_cases.scheduling import STANDARD_VISIT_TYPES

DAY = date(2026, 7, 20)
EACH = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.key)
LINES = [(scenario, medicine) for scenario in SCENARIOS for medicine in scenario.medicines]
CODES = {one.code for one in shipped_codes()}
EACH_LINE = pytest.mark.parametrize(
    ("scenario", "medicine"), LINES, ids=[f"{scenario.key}:{medicine.code}" for scenario, medicine in LINES]
)


def somebody(scenario: Scenario) -> InventedPatient:
    sex = Sex.FEMALE if "P" in scenario.sexes else Sex.MALE
    return InventedPatient({}, date(DAY.year - scenario.ages[0] - 1, 8, 1), sex)


def dosage(medicine: Medicine) -> Dosage:
    signa = read_signa(medicine.signa)
    side = {Where.NONE: Side.NONE, Where.BOTH: Side.BOTH}.get(medicine.where, Side.RIGHT)
    return Dosage(
        parse_amount(signa.amount), DoseUnit(signa.unit), signa.times, Route(SHELF[medicine.code].route), side,
        Timing(signa.timing), signa.as_needed, medicine.days,
    )  # fmt: skip


def test_there_are_at_least_forty_stories_and_no_key_twice():
    assert len({scenario.key for scenario in SCENARIOS}) == len(SCENARIOS) >= 40


@EACH
def test_what_was_done_and_answered_can_be_written_down(scenario: Scenario):
    first = story_of(scenario, somebody(scenario), DAY, Random(1))
    for code, laterality in (*first.procedures, *story_again(first, 7, "36.5").procedures):
        assert code in CODES
        assert laterality or not procedure.asks_for_side(code)
    for question, value, words in scenario.answers:
        checked_answer(question, value, words)


@EACH
def test_a_story_can_be_written_down(scenario: Scenario):
    for seed in range(4):
        story = story_of(scenario, somebody(scenario), DAY, Random(seed))
        assert all(len(text) > 15 and "{" not in text for text in story.sections.values())
        for key in story.findings:
            parse_key(key)
        for code, laterality, _ in story.diagnoses:
            assert laterality is not None or not asks_for_side(code)
        assert len(parse_readings(story.vitals)) >= 4
        if scenario.control:
            assert "{" not in story_again(story, 7, "36.5").sections["objective"]


@EACH
def test_text_and_codes_name_the_same_side(scenario: Scenario):
    right, left = (
        next(s for s in stories if s.side == side)
        for stories in [[story_of(scenario, somebody(scenario), DAY, Random(seed)) for seed in range(40)]]
        for side in ("right", "left")
    )
    sided = any(one.where is Where.AFFECTED for one in (*scenario.diagnoses, *scenario.findings))
    if sided:
        assert "kanan" in str(right.sections), scenario.key
        assert "kiri" in str(left.sections), scenario.key
        assert right.findings != left.findings or right.diagnoses != left.diagnoses


@EACH
def test_the_visit_type_exists_and_its_length_is_known(scenario: Scenario):
    assert scenario.visit_type in MINUTES
    assert {one.code: one.minutes for one in STANDARD_VISIT_TYPES if one.code in MINUTES} == MINUTES


@EACH
def test_the_main_diagnosis_has_an_indonesian_term(scenario: Scenario):
    text = resources.files("tht_app.database.reference").joinpath("icd10_id.csv").read_text(encoding="utf-8")
    known = {row["code"] for row in csv.DictReader(text.splitlines())}
    assert {diagnosis.code for diagnosis in scenario.diagnoses} <= known


@EACH
def test_an_asterisk_code_is_never_the_main_diagnosis(scenario: Scenario):
    assert scenario.diagnoses[0].code not in {"H62.2", "H67.0", "H82", "H94.0"}


@EACH_LINE
def test_a_line_can_be_followed(scenario: Scenario, medicine: Medicine):
    assert check_dosage(dosage(medicine)) == {}
    assert SHELF[medicine.code].dose_unit == read_signa(medicine.signa).unit


@EACH_LINE
def test_the_quantity_lasts_for_the_days(scenario: Scenario, medicine: Medicine):
    told, content = dosage(medicine), SHELF[medicine.code].content
    if told.as_needed or told.unit is DoseUnit.APPLICATION:
        assert medicine.quantity <= 15
        return
    if told.unit in {DoseUnit.TABLET, DoseUnit.CAPSULE, DoseUnit.LOZENGE, DoseUnit.SACHET}:
        assert medicine.quantity == tablets(told.amount, told.times_per_day, told.days)
        return
    pack = Fraction(content.replace(",", "."))
    if told.unit is DoseUnit.DROP:
        lasts = days_of_drops(pack, told.amount, told.times_per_day, told.sites)
    elif told.unit is DoseUnit.SPRAY:
        lasts = days_of_spray(int(pack), told.amount, told.times_per_day, told.sites)
    else:
        lasts = pack / (told.amount * told.times_per_day)
    assert medicine.quantity == bottles(told.days, lasts), float(lasts)


ADULTS_ONLY = frozenset({"siprofloksasin", "levofloksasin", "doksisiklin", "kodein", "tramadol", "asam mefenamat"})


@EACH_LINE
def test_children_get_nothing_that_is_for_adults(scenario: Scenario, medicine: Medicine):
    product = SHELF[medicine.code]
    if scenario.ages[0] < 15 and product.route == "oral":
        assert not ADULTS_ONLY & set(product.ingredients)
        assert scenario.ages[0] >= 12 or product.dose_unit == "ml"


MG_PER_ML = re.compile(r"(\d+(?:,\d+)?) mg(?:/[\d,]+ mg)?/(5 )?mL")
DAILY_MG_PER_KG = {"amoksisilin": (20, 90), "parasetamol": (20, 60)}


@EACH_LINE
def test_syrups_for_children_are_dosed_by_weight(scenario: Scenario, medicine: Medicine):
    product = SHELF[medicine.code]
    limits = DAILY_MG_PER_KG.get(product.ingredients[0])
    if limits is None or product.dose_unit != "ml" or scenario.ages[1] > 17:
        return
    strength = MG_PER_ML.search(product.strength)
    assert strength, product.strength
    per_ml = Fraction(strength[1].replace(",", ".")) / (5 if strength[2] else 1)
    told = dosage(medicine)
    for age in range(scenario.ages[0], scenario.ages[1] + 1):
        daily = float(told.amount * told.times_per_day * per_ml) / GROWTH[age][0]
        assert limits[0] <= daily <= limits[1], (age, daily)


@EACH
def test_nobody_is_given_what_they_are_allergic_to(scenario: Scenario):
    ingredients = frozenset(part for one in scenario.medicines for part in SHELF[one.code].ingredients)
    for seed in range(60):
        known = allergy_of(Random(seed), scenario, ingredients)
        assert known is None or not known.clashes & ingredients


def test_an_allergy_that_clashes_would_be_left_out():
    scenario = replace(SCENARIOS[0], allergy="")
    drawn = {allergy_of(Random(seed), scenario, frozenset({"amoksisilin"})) for seed in range(300)}
    assert ALLERGIES[0] not in drawn
    assert len(drawn) > 4


@EACH
def test_no_decongestant_with_high_pressure_and_no_aminoglycoside_drops_into_a_hole(scenario: Scenario):
    ingredients = {part for one in scenario.medicines for part in SHELF[one.code].ingredients}
    if scenario.pressure > 20:
        assert not {"pseudoefedrin", "oksimetazolin"} & ingredients
    into_ear = {
        part for one in scenario.medicines if SHELF[one.code].route == "otic" for part in SHELF[one.code].ingredients
    }
    if any(one.finding.startswith("perforation") for one in scenario.findings):
        assert not {"neomisin", "polimiksin B", "gentamisin", "asam asetat"} & into_ear


@pytest.mark.parametrize("age", range(90))
@pytest.mark.parametrize("sex", [Sex.MALE, Sex.FEMALE])
def test_vital_signs_can_be_true_at_every_age(age: int, sex: Sex):
    for scenario in fitting(age, sex):
        for seed in range(5):
            parse_readings(vitals(Random(seed), scenario, age, sex))


def test_children_grow():
    weights = [GROWTH[age][0] for age in sorted(GROWTH)]
    assert weights == sorted(weights)
    assert weights[-1] <= max(weight for weight, _ in ADULT.values())
