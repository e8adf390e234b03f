"""A scenario as it happens to one patient, and how it goes on when the patient comes back."""

from dataclasses import dataclass
from datetime import date
from random import Random

from tht_app.cli.demo.content import KnownAllergy, allergy_of, vitals
from tht_app.cli.demo.people import InventedPatient
from tht_app.cli.demo.scenario import SIDE_WORDS, Medicine, Scenario, Where, side_of, tell
from tht_app.cli.demo.shelf import SHELF
from tht_app.domain.ent.findings import SITES

PART_OF = {site: part for part, site in SITES}


@dataclass(frozen=True, slots=True)
class Story:
    """What was said, found, decided and prescribed; `side` is the affected one, right or left."""

    scenario: Scenario
    side: str
    sections: dict[str, str]
    findings: tuple[str, ...]
    """Keys of `domain.ent.findings`."""
    diagnoses: tuple[tuple[str, str | None, str], ...]
    """Code, laterality, certainty."""
    medicines: tuple[tuple[Medicine, str], ...]
    """Medicine and side: right, left, both or empty."""
    procedures: tuple[tuple[str, str | None], ...]
    """Code and laterality."""
    vitals: dict[str, str]
    allergy: KnownAllergy | None
    asked: bool
    """Whether somebody asked about allergies."""
    control: bool = False


def story_of(scenario: Scenario, who: InventedPatient, day: date, rng: Random) -> Story:
    """Draw side, days, figures and allergy for this patient on this day."""
    told = tell(scenario, rng)
    ingredients = frozenset(part for one in scenario.medicines for part in SHELF[one.code].ingredients)
    return Story(
        scenario=scenario,
        side=told.side,
        sections=told.sections,
        findings=tuple(
            key for one in scenario.findings for key in _finding_keys(one.site, one.finding, one.where, told.side)
        ),
        diagnoses=tuple(
            (one.code, _laterality(one.where, told.side), "provisional" if one.provisional else "confirmed")
            for one in scenario.diagnoses
        ),
        medicines=tuple((one, _medicine_side(one.where, told.side)) for one in scenario.medicines),
        procedures=_done(scenario, told.side, again=False),
        vitals=vitals(rng, scenario, who.age(day), who.sex),
        allergy=allergy_of(rng, scenario, ingredients),
        asked=bool(scenario.allergy) or rng.random() < 0.93,
    )


def story_again(first: Story, days: int, temperature: str) -> Story:
    """The same patient comes back after so many days, better."""
    complaint, found = first.scenario.control or ("", "")
    sections = {
        "subjective": f"Kontrol hari ke-{max(days, 1)}. {complaint}",
        "objective": found.format(sisi=SIDE_WORDS[first.side]),
        "assessment": first.sections["assessment"].rstrip(".") + ", perbaikan.",
        "plan": "Obat dihabiskan sesuai anjuran. Kontrol lagi bila ada keluhan.",
    }
    calmer = {**first.vitals, "temperature_c": temperature}
    done = _done(first.scenario, first.side, again=True)
    return Story(
        first.scenario, first.side, sections, (), first.diagnoses, (), done, calmer, None, asked=False, control=True
    )


def _done(scenario: Scenario, side: str, *, again: bool) -> tuple[tuple[str, str | None], ...]:
    return tuple((one.code, _laterality(one.where, side)) for one in scenario.procedures if one.again is again)


def _finding_keys(site: str, finding: str, where: Where, side: str) -> list[str]:
    chosen = side_of(where, side)
    sides = ("right", "left") if chosen == "both" else (chosen,)
    return [f"{PART_OF[site]}.{one}.{site}.{finding}" for one in sides]


def _laterality(where: Where, side: str) -> str | None:
    """What the diagnosis form sends; nothing where nobody chose a side."""
    chosen = side_of(where, side)
    return None if chosen == "none" else chosen


def _medicine_side(where: Where, side: str) -> str:
    chosen = side_of(where, side)
    return "" if chosen == "none" else chosen
