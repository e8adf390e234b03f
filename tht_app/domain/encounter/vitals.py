"""Vital signs: codes, units, which figures can be true, and which are usual at an age.

Usual pulse (awake) and blood pressure of children: American Heart Association, Pediatric Advanced Life Support Provider
Manual 2020, tables of normal heart rates and of normal blood pressures by age. Adults: pressure below 140/90 (consensus
of the Indonesian Society of Hypertension 2021), lower bounds and pulse as wide as a clinic needs to be made to look
again. Temperature: axillary, all ages. They mark a figure, they diagnose nothing: a crying child has a quick pulse.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from tht_app.domain.errors import Problem, ValidationFailed


@dataclass(frozen=True, slots=True)
class Vital:
    """One measurement: form field, LOINC code, UCUM unit, what is possible and what is usual in adults.

    `possible` refuses slips of the finger, `usual` only marks the value; both bounds belong to the range.
    """

    field: str
    code: str
    unit: str
    possible: tuple[Decimal, Decimal]
    usual: tuple[Decimal, Decimal]
    decimals: int


def _range(low: str, high: str) -> tuple[Decimal, Decimal]:
    return Decimal(low), Decimal(high)


# Codes and units: SATUSEHAT's table of vital signs. Bounds: plausibility, not diagnosis.
WEIGHT = Vital("weight_kg", "29463-7", "kg", _range("0.3", "400"), _range("2", "200"), 2)
HEIGHT = Vital("height_cm", "8302-2", "cm", _range("20", "260"), _range("40", "210"), 1)
TEMPERATURE = Vital("temperature_c", "8310-5", "Cel", _range("30", "44"), _range("36", "37.5"), 1)
SYSTOLIC = Vital("systolic", "8480-6", "mm[Hg]", _range("40", "300"), _range("90", "140"), 0)
DIASTOLIC = Vital("diastolic", "8462-4", "mm[Hg]", _range("20", "200"), _range("60", "90"), 0)
PULSE = Vital("pulse", "8867-4", "/min", _range("20", "300"), _range("50", "110"), 0)

Range = tuple[Decimal, Decimal]
USUAL_IN_CHILDREN: tuple[tuple[int, Mapping[str, Range]], ...] = (
    (1, {"pulse": _range("100", "205"), "systolic": _range("67", "84"), "diastolic": _range("35", "53")}),
    (12, {"pulse": _range("100", "180"), "systolic": _range("72", "104"), "diastolic": _range("37", "56")}),
    (36, {"pulse": _range("98", "140"), "systolic": _range("86", "106"), "diastolic": _range("42", "63")}),
    (72, {"pulse": _range("80", "120"), "systolic": _range("89", "112"), "diastolic": _range("46", "72")}),
    (120, {"pulse": _range("75", "118"), "systolic": _range("97", "115"), "diastolic": _range("57", "76")}),
    (144, {"pulse": _range("75", "118"), "systolic": _range("102", "120"), "diastolic": _range("61", "80")}),
    (192, {"pulse": _range("60", "100"), "systolic": _range("110", "131"), "diastolic": _range("64", "83")}),
)
"""Below so many completed months: newborn, infant, toddler, before school, at school (to 9, to 11), to 15 years."""
TOLD = ("temperature_c", "systolic", "diastolic", "pulse")
"""Vitals whose usual range is told; what is usual in weight and height is a curve, not a range."""

VITALS: tuple[Vital, ...] = (WEIGHT, HEIGHT, TEMPERATURE, SYSTOLIC, DIASTOLIC, PULSE)
BY_FIELD: dict[str, Vital] = {vital.field: vital for vital in VITALS}
BY_CODE: dict[str, Vital] = {vital.code: vital for vital in VITALS}

LARGEST_WEIGHT_CHANGE = Decimal("0.25")
"""A weight that differs from the last one by more than this share is asked about: doses hang on it."""


def parse_reading(vital: Vital, text: str) -> Decimal:
    """A figure as people type it, with comma or point; raises `ValidationFailed` naming the vital's field."""
    typed = text.strip().replace(",", ".")
    try:
        value = Decimal(typed)
    except InvalidOperation:
        raise ValidationFailed({vital.field: "encounter.not_a_number"}) from None
    if not value.is_finite() or "e" in typed.lower():
        raise ValidationFailed({vital.field: "encounter.not_a_number"})
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > vital.decimals:
        raise ValidationFailed({vital.field: Problem("encounter.too_precise", {"decimals": vital.decimals})})
    low, high = vital.possible
    if not low <= value <= high:
        raise ValidationFailed(
            {vital.field: Problem("encounter.not_plausible", {"low": spoken(low), "high": spoken(high)})}
        )
    return value


def parse_readings(typed: Mapping[str, str]) -> dict[str, Decimal]:
    """All figures that were filled in, by field; every bad field is named at once."""
    problems: dict[str, str | Problem] = {}
    readings: dict[str, Decimal] = {}
    for vital in VITALS:
        text = typed.get(vital.field, "").strip()
        if not text:
            continue
        try:
            readings[vital.field] = parse_reading(vital, text)
        except ValidationFailed as refused:
            problems |= refused.fields
    problems |= _pressure_problems(readings, problems)
    if problems:
        raise ValidationFailed(problems)
    if not readings:
        raise ValidationFailed({WEIGHT.field: "encounter.vitals_empty"})
    return readings


def _pressure_problems(readings: Mapping[str, Decimal], found: Mapping[str, object]) -> dict[str, str]:
    upper, lower = readings.get(SYSTOLIC.field), readings.get(DIASTOLIC.field)
    if found.keys() & {SYSTOLIC.field, DIASTOLIC.field}:
        return {}
    if (upper is None) != (lower is None):
        return {(SYSTOLIC if upper is None else DIASTOLIC).field: "encounter.pressure_needs_both"}
    if upper is not None and lower is not None and lower >= upper:
        return {DIASTOLIC.field: "encounter.pressure_reversed"}
    return {}


def completed_months(born: date, on: date) -> int:
    """Age in whole months; 0 for a newborn, and for a day before the birth."""
    months = (on.year - born.year) * 12 + on.month - born.month
    return max(months - (on.day < born.day), 0)


def usual_range(vital: Vital, months: int) -> Range:
    """What is usual at an age in completed months, both bounds included."""
    for below, ranges in USUAL_IN_CHILDREN:
        if months < below:
            return ranges.get(vital.field, vital.usual)
    return vital.usual


def is_unusual(vital: Vital, value: Decimal, months: int) -> bool:
    """Outside of what is usual at this age: shown with a word beside the figure."""
    low, high = usual_range(vital, months)
    return not low <= value <= high


def weight_jumps(previous: Decimal | None, now: Decimal) -> bool:
    """The weight moved by more than a quarter since it was last taken."""
    return previous is not None and abs(now - previous) > previous * LARGEST_WEIGHT_CHANGE


def spoken(value: Decimal) -> str:
    """A figure as people write it: `36,5`."""
    return plain(value).replace(".", ",")


def plain(value: Decimal) -> str:
    """A figure without trailing zeros or exponent, decimal point as in data: `36.5`, `70`."""
    return format(value.normalize(), "f")
