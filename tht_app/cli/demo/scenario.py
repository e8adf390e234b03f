"""What one ENT visit consists of: complaint, findings, diagnosis, plan and medicines that belong together."""

import re
from dataclasses import dataclass
from enum import StrEnum
from random import Random


class Where(StrEnum):
    """The side of something in a scenario whose affected side is drawn for each patient."""

    AFFECTED = "affected"
    OTHER = "other"
    BOTH = "both"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Finding:
    """One coded finding: site and finding as in `domain.ent`, on a side of the scenario."""

    site: str
    finding: str
    where: Where = Where.NONE
    text: str = ""


@dataclass(frozen=True, slots=True)
class Medicine:
    """One line of the prescription: a product of `medicines.csv`, its direction, units and days."""

    code: str
    signa: str
    quantity: int
    days: int
    where: Where = Where.NONE


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """ICD-10 code of edition 2010 and its side; the first of a scenario is the main one."""

    code: str
    where: Where = Where.NONE
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Procedure:
    """ICD-9-CM code of what was done and its side; `again`: not at the first visit, when the patient comes back."""

    code: str
    where: Where = Where.NONE
    again: bool = False


@dataclass(frozen=True, slots=True)
class Scenario:
    """A visit as a doctor writes it.

    Texts may hold `{sisi}` and `{lain}` (kanan or kiri: affected and other side) and `{hari}` (days of the complaint).
    `ages` are years, both included; `sexes` is a subset of `LP`; `share` weighs how often it is seen; `follow_up` days.
    """

    key: str
    ages: tuple[int, int]
    subjective: str
    objective: str
    assessment: str
    plan: str
    diagnoses: tuple[Diagnosis, ...]
    findings: tuple[Finding, ...] = ()
    medicines: tuple[Medicine, ...] = ()
    procedures: tuple[Procedure, ...] = ()
    sexes: str = "LP"
    share: int = 3
    lasts: tuple[int, int] = (2, 7)
    temperature: tuple[float, float] = (36.2, 37.1)
    pressure: int = 0
    """Added to the systolic pressure that belongs to the age, mmHg."""
    follow_up: int = 7
    visit_type: str = "consultation"
    allergy: str = ""
    """The substance this story turns on; empty when any that does not clash may be recorded."""
    problem: str = ""
    """What goes on the problem list."""
    takes: tuple[tuple[str, str], ...] = ()
    """Medicines the patient takes already, with the dosage in own words."""
    answers: tuple[tuple[str, str, str], ...] = ()
    """What was answered about habits and family: question, value, words (see `domain.encounter.history`)."""
    control: tuple[str, str] | None = None
    """Complaint and findings when the patient comes back; None when nobody does."""


@dataclass(frozen=True, slots=True)
class Signa:
    """A direction of `medicines.csv`, taken apart: `prn 3 x 1 tablet pc`."""

    as_needed: bool
    times: int
    amount: str
    unit: str
    timing: str


SIGNA = re.compile(r"(prn )?(\d) x (\d+(?:,\d+)?) ([a-z]+)(?: (ac|pc|dc|hs|mane))?")


def read_signa(text: str) -> Signa:
    """Take a direction apart; raises ValueError when it is none."""
    match = SIGNA.fullmatch(text)
    if match is None:
        raise ValueError(text)
    return Signa(bool(match[1]), int(match[2]), match[3], match[4], match[5] or "")


@dataclass(frozen=True, slots=True)
class Told:
    """A scenario told for one patient: the four sections filled in, and the affected side."""

    side: str
    sections: dict[str, str]


SIDE_WORDS = {"right": "kanan", "left": "kiri"}


def tell(scenario: Scenario, rng: Random) -> Told:
    """Draw the side and the days, and fill in the texts."""
    side, other = ("right", "left") if rng.random() < 0.5 else ("left", "right")
    words = {
        "sisi": SIDE_WORDS[side],
        "lain": SIDE_WORDS[other],
        "hari": str(rng.randint(*scenario.lasts)),
    }
    texts = {
        "subjective": scenario.subjective,
        "objective": scenario.objective,
        "assessment": scenario.assessment,
        "plan": scenario.plan,
    }
    return Told(side, {name: text.format(**words) for name, text in texts.items()})


def side_of(where: Where, side: str) -> str:
    """`right`, `left`, `both` or `none` for a place of the scenario when the affected side is `side`."""
    if where is Where.AFFECTED:
        return side
    if where is Where.OTHER:
        return "left" if side == "right" else "right"
    return where.value


A, O, B = Where.AFFECTED, Where.OTHER, Where.BOTH  # noqa: E741 - the stories below are read like a chart
