"""Directions for use: structured, and in the Latin that a prescription is written in.

The plain Indonesian sentence beside it is made from the catalogue in `documents/signa.py`; here is what does not
change with the reader. Abbreviations as Indonesian ENT prescriptions use them (Kepmenkes 1027/2004 practice).
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from tht_app.domain.errors import Problem, ValidationFailed
from tht_app.domain.pharmacy.quantity import bottles, bottles_of_syrup, days_of_drops, days_of_spray, tablets


class Route(StrEnum):
    """Where the medicine goes."""

    ORAL = "oral"
    SUBLINGUAL = "sublingual"
    OTIC = "otic"
    NASAL = "nasal"
    GARGLE = "gargle"
    TOPICAL = "topical"
    INHALATION = "inhalation"
    OPHTHALMIC = "ophthalmic"
    RECTAL = "rectal"
    INJECTION = "injection"


EXTERNAL_ROUTES = frozenset(
    {Route.OTIC, Route.NASAL, Route.GARGLE, Route.TOPICAL, Route.INHALATION, Route.OPHTHALMIC, Route.RECTAL}
)
"""Routes whose label is blue (etiket biru); what is swallowed or dissolved in the mouth has a white one."""


class DoseUnit(StrEnum):
    """What one dose is counted in."""

    TABLET = "tablet"
    CAPSULE = "capsule"
    LOZENGE = "lozenge"
    SACHET = "sachet"
    MILLILITRE = "ml"
    DROP = "drop"
    SPRAY = "spray"
    PUFF = "puff"
    APPLICATION = "application"
    AMPOULE = "ampoule"
    SUPPOSITORY = "suppository"


class Side(StrEnum):
    """Which ear, nostril or eye; empty where the route has no sides."""

    NONE = ""
    RIGHT = "right"
    LEFT = "left"
    BOTH = "both"


class Timing(StrEnum):
    """When in relation to meals and sleep; the values are the Latin abbreviations without dots."""

    ANY = ""
    BEFORE_MEAL = "ac"
    AFTER_MEAL = "pc"
    WITH_MEAL = "dc"
    BEDTIME = "hs"
    MORNING = "mane"


SIDED_ROUTES = frozenset({Route.OTIC, Route.NASAL, Route.OPHTHALMIC})
LATIN_UNIT = {
    DoseUnit.TABLET: "tab",
    DoseUnit.CAPSULE: "caps",
    DoseUnit.LOZENGE: "tab hisap",
    DoseUnit.SACHET: "sach",
    DoseUnit.DROP: "gtt",
    DoseUnit.SPRAY: "spray",
    DoseUnit.PUFF: "puff",
    DoseUnit.AMPOULE: "amp",
    DoseUnit.SUPPOSITORY: "supp",
}
LATIN_TIMING = {
    Timing.BEFORE_MEAL: "a.c.",
    Timing.AFTER_MEAL: "p.c.",
    Timing.WITH_MEAL: "d.c.",
    Timing.BEDTIME: "h.s.",
    Timing.MORNING: "mane",
}
LATIN_SIDE = {Side.RIGHT: "dext.", Side.LEFT: "sin.", Side.BOTH: "utr."}
LATIN_PLACE = {Route.OTIC: "auric.", Route.NASAL: "nasal", Route.OPHTHALMIC: "ocul."}
LATIN_ROUTE = {
    Route.GARGLE: "garg.",
    Route.TOPICAL: "u.e.",
    Route.SUBLINGUAL: "subling.",
    Route.INHALATION: "inhal.",
    Route.RECTAL: "per rect.",
    Route.INJECTION: "inj.",
}
COUNTED = frozenset(
    {
        DoseUnit.TABLET,
        DoseUnit.CAPSULE,
        DoseUnit.LOZENGE,
        DoseUnit.SACHET,
        DoseUnit.SUPPOSITORY,
        DoseUnit.AMPOULE,
    }
)
"""Dose units that are also what stock is counted in."""
HALVES = {Fraction(1, 2): "½", Fraction(1, 4): "¼", Fraction(3, 4): "¾"}
ROMAN = ((100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))
MAX_TIMES = 12
MAX_DAYS = 180
MAX_AMOUNT = 100


@dataclass(frozen=True, slots=True)
class Dosage:
    """One direction: this much, this often, there, for so long.

    `amount` per time in `unit`, for each side; `days` 0 means until finished or as long as needed.
    """

    amount: Fraction
    unit: DoseUnit
    times_per_day: int
    route: Route
    side: Side = Side.NONE
    timing: Timing = Timing.ANY
    as_needed: bool = False
    days: int = 0

    @property
    def sites(self) -> int:
        """How many ears, nostrils or eyes get a dose."""
        return 2 if self.side is Side.BOTH else 1


@dataclass(frozen=True, slots=True)
class Pack:
    """What one unit of stock holds: `content` tablets, millilitres or puffs in one tablet, bottle or spray."""

    content: Fraction
    unit: DoseUnit


def check_dosage(dosage: Dosage) -> dict[str, str | Problem]:
    """Name every field of a dosage that nobody could follow; empty when all is well."""
    problems: dict[str, str | Problem] = {}
    if not 0 < dosage.amount <= MAX_AMOUNT:
        problems["amount"] = Problem("pharmacy.amount_range", {"max": MAX_AMOUNT})
    if not 1 <= dosage.times_per_day <= MAX_TIMES:
        problems["times_per_day"] = Problem("pharmacy.times_range", {"max": MAX_TIMES})
    if not 0 <= dosage.days <= MAX_DAYS:
        problems["days"] = Problem("pharmacy.days_range", {"max": MAX_DAYS})
    if dosage.route in SIDED_ROUTES and dosage.side is Side.NONE:
        problems["side"] = "pharmacy.side_needed"
    if dosage.route not in SIDED_ROUTES and dosage.side is not Side.NONE:
        problems["side"] = "pharmacy.side_unknown"
    return problems


def parse_amount(text: str) -> Fraction:
    """Read `1`, `2,5`, `0.5`, `½`, `1½` or `1/2`; raise `ValidationFailed` on `amount` otherwise."""
    plain = text.strip().replace(",", ".")
    whole, half = plain, Fraction(0)
    for value, sign in HALVES.items():
        if plain.endswith(sign):
            whole, half = plain[: -len(sign)] or "0", value
    if not re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,2})?|[0-9]{1,2}/[1-9][0-9]?", whole):
        raise ValidationFailed({"amount": "pharmacy.amount_number"})
    return Fraction(whole) + half


def amount_text(amount: Fraction) -> str:
    """The amount for people: `1`, `½`, `1½`, `2,5`; no trailing zero, no thousands separator."""
    whole, rest = divmod(amount, 1)
    if rest in HALVES:
        return f"{whole or ''}{HALVES[rest]}"
    return f"{float(amount):g}".replace(".", ",")


def dose_figure(amount: Fraction, unit: DoseUnit) -> str:
    """The amount as it belongs to its unit: millilitres as decimals, things that are broken as halves."""
    if unit is DoseUnit.MILLILITRE:
        return f"{float(amount):g}".replace(".", ",")
    return amount_text(amount)


def roman(number: int) -> str:
    """A quantity as the Roman numeral that closes an R/ line; figures beyond 399, where nobody reads it safely."""
    if not 0 < number < 400:
        return str(number)
    text, left = "", number
    for value, letters in ROMAN:
        text += letters * (left // value)
        left %= value
    return text


def _latin_amount(dosage: Dosage) -> str:
    if dosage.unit is DoseUnit.MILLILITRE:
        return f"{dose_figure(dosage.amount, dosage.unit)} mL"
    figure = roman(int(dosage.amount)) if dosage.amount.denominator == 1 else amount_text(dosage.amount)
    return f"{LATIN_UNIT[dosage.unit]} {figure}"


def latin(dosage: Dosage) -> str:
    """The signa line: `S 3 dd tab I p.c.`, `S 2 dd gtt IV auric. dext.`, `S p.r.n. 2 dd u.e.`."""
    words = ["S"]
    if dosage.as_needed:
        words.append("p.r.n.")
    words.append(f"{dosage.times_per_day} dd")
    if dosage.unit is not DoseUnit.APPLICATION:
        words.append(_latin_amount(dosage))
    words.append(LATIN_PLACE.get(dosage.route, LATIN_ROUTE.get(dosage.route, "")))
    words.append(LATIN_SIDE.get(dosage.side, ""))
    words.append(LATIN_TIMING.get(dosage.timing, ""))
    return " ".join(word for word in words if word)


def quantity_of(dosage: Dosage, pack: Pack | None) -> int | None:
    """Units of stock that the dosage needs, or None where days or the content of a pack are unknown."""
    if dosage.days == 0:
        return None
    if dosage.unit in COUNTED:
        return tablets(dosage.amount, dosage.times_per_day, dosage.days)
    if pack is None:
        return None
    if dosage.unit is DoseUnit.DROP and pack.unit is DoseUnit.MILLILITRE:
        lasts = days_of_drops(pack.content, dosage.amount, dosage.times_per_day, dosage.sites)
        return bottles(dosage.days, lasts)
    if dosage.unit in {DoseUnit.SPRAY, DoseUnit.PUFF} and pack.unit in {DoseUnit.SPRAY, DoseUnit.PUFF}:
        lasts = days_of_spray(int(pack.content), dosage.amount, dosage.times_per_day, dosage.sites)
        return bottles(dosage.days, lasts)
    if dosage.unit is DoseUnit.MILLILITRE and pack.unit is DoseUnit.MILLILITRE:
        return bottles_of_syrup(dosage.amount, dosage.times_per_day, dosage.days, pack.content)
    return None


SIGNA = re.compile(
    r"^(?P<prn>prn )?(?P<times>\d{1,2}) x (?P<amount>\S+) (?P<unit>[a-z]+)(?: (?P<timing>ac|pc|dc|hs|mane))?$"
)


def parse_signa(text: str, route: Route, days: int = 0) -> Dosage | None:
    """Read a catalogue's usual direction, `[prn] 3 x 1 tablet [pc]`; None when there is none or it makes no sense.

    Where a route has sides, both are assumed: the prescriber changes it.
    """
    found = SIGNA.match(text.strip())
    if found is None or found["unit"] not in set(DoseUnit):
        return None
    return Dosage(
        amount=parse_amount(found["amount"]),
        unit=DoseUnit(found["unit"]),
        times_per_day=int(found["times"]),
        route=route,
        side=Side.BOTH if route in SIDED_ROUTES else Side.NONE,
        timing=Timing(found["timing"] or ""),
        as_needed=bool(found["prn"]),
        days=days,
    )


def label_is_blue(route: Route) -> bool:
    """Whether the label is the blue one for external use."""
    return route in EXTERNAL_ROUTES
