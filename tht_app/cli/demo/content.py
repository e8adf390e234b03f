"""All stories of the demo clinic, the vital signs that belong to an age, and allergies that do not clash."""

from dataclasses import dataclass
from decimal import Decimal
from random import Random

from tht_app.cli.demo.scenario import Scenario
from tht_app.cli.demo.stories_ear import EAR
from tht_app.cli.demo.stories_hearing import HEARING
from tht_app.cli.demo.stories_nose import NOSE
from tht_app.cli.demo.stories_throat import THROAT
from tht_app.domain.registration.sex import Sex

SCENARIOS: tuple[Scenario, ...] = (*EAR, *HEARING, *NOSE, *THROAT)

# Median weight (kg) and height (cm) by completed years, girls and boys together, after the national growth charts
# (Permenkes 2/2020 up to 5 years, CDC beyond), rounded; adults by sex.
GROWTH = {
    0: (7, 66),
    1: (10, 79),
    2: (12, 88),
    3: (14, 96),
    4: (16, 103),
    5: (18, 110),
    6: (20, 116),
    7: (23, 122),
    8: (26, 128),
    9: (29, 133),
    10: (32, 138),
    11: (36, 144),
    12: (41, 150),
    13: (45, 155),
    14: (49, 159),
    15: (52, 162),
    16: (55, 164),
    17: (57, 165),
}
ADULT = {Sex.MALE: (67, 166), Sex.FEMALE: (58, 155)}
ADULT_FROM = 18


@dataclass(frozen=True, slots=True)
class KnownAllergy:
    """A substance somebody may react to, how, and the ingredients that would then be wrong to prescribe."""

    substance: str
    category: str
    reaction: str
    severity: str
    clashes: frozenset[str] = frozenset()


PENICILLINS = frozenset({"amoksisilin", "sefadroksil"})
ALLERGIES = (
    KnownAllergy("penisilin", "medication", "biduran dan bengkak bibir", "severe", PENICILLINS),
    KnownAllergy("udang dan kepiting", "food", "gatal, biduran", "mild"),
    KnownAllergy("debu rumah", "environment", "bersin, hidung mampet", "mild"),
    KnownAllergy("kacang tanah", "food", "biduran", "moderate"),
    KnownAllergy(
        "asam mefenamat",
        "medication",
        "sesak dan biduran",
        "severe",
        frozenset({"asam mefenamat", "ibuprofen", "natrium diklofenak", "ketorolak"}),
    ),
    KnownAllergy("kotrimoksazol", "medication", "ruam seluruh badan", "moderate", frozenset({"sulfametoksazol"})),
    KnownAllergy("lateks", "environment", "ruam kontak", "mild"),
    KnownAllergy("putih telur", "food", "gatal, ruam", "mild"),
)


def fitting(age: int, sex: Sex) -> list[Scenario]:
    """The stories that somebody of this age (years) and sex can have."""
    letter = "P" if sex is Sex.FEMALE else "L"
    return [one for one in SCENARIOS if one.ages[0] <= age <= one.ages[1] and letter in one.sexes]


def vitals(rng: Random, scenario: Scenario, age: int, sex: Sex) -> dict[str, str]:
    """Figures as a nurse types them, by field of `domain.encounter.vitals`; no pressure in small children."""
    weight, height = GROWTH[age] if age < ADULT_FROM else ADULT[sex]
    low, high = scenario.temperature
    figures = {
        "weight_kg": _figure(max(3.0, rng.gauss(weight, weight * 0.09)), 1),
        "height_cm": _figure(rng.gauss(height, height * 0.025), 0),
        "temperature_c": _figure(rng.uniform(low, high), 1),
        "pulse": _figure(rng.gauss(118 - min(age, 18) * 2.1 + (high - 37) * 9, 5), 0),
    }
    if age >= 5:
        systolic = min(100 + age * 0.55, 138) - (8 if age < ADULT_FROM else 0) + scenario.pressure + rng.gauss(0, 6)
        figures["systolic"] = _figure(systolic, 0)
        figures["diastolic"] = _figure(systolic * 0.62 + rng.gauss(0, 3), 0)
    return figures


def _figure(value: float, decimals: int) -> str:
    return str(Decimal(value).quantize(Decimal(1).scaleb(-decimals)))


def allergy_of(rng: Random, scenario: Scenario, ingredients: frozenset[str]) -> KnownAllergy | None:
    """The allergy this story turns on, or sometimes any that does not clash with what will be prescribed."""
    if scenario.allergy:
        return next(one for one in ALLERGIES if one.substance == scenario.allergy)
    safe = [one for one in ALLERGIES if not one.clashes & ingredients]
    return rng.choice(safe) if rng.random() < 0.14 else None
