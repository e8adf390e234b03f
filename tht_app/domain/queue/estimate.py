"""How long somebody will wait: a range that the clinic's own past supports, or no range at all.

The expectation (clinical guide, module "hearing-friendly waiting room"):

    w         = n / (n + 10)                       n = cases of this service point and visit type
    t         = w * median(last 30) + (1 - w) * clinic_prior
    expected  = doctor's late start + (rest of who is inside + sum of t ahead) / who serves there now,
                for nobody before the time that they were given

The range around it is not assumed but measured: what past expectations missed by, divided by the square root of the
expectation (independent times add up in their variances), has a median and an 80th percentile; those two, put on
today's expectation, are P50 and P80 (split conformal prediction, Vovk et al. 2005). So the upper end holds in about
four of five cases whatever the shape of a clinic's days.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import sqrt
from uuid import UUID

SHRINK = 10
"""So many own cases count as much as the clinic's usual."""
ENOUGH_CASES = 10
"""With fewer finished cases at such service points nothing is said."""
ENOUGH_ERRORS = 30
"""With fewer measured errors the usual spread is taken."""
STEP_MINUTES = 5
OVERRUN = 2.0
"""Who is inside longer than this many times the usual is having something done that nobody can time from outside."""
LEAST_REST = 0.25
"""Of the usual time at least this share is still to come, however long somebody is inside already."""
GRACE = 5.0
"""Minutes that keep the scale of an error away from nothing when nobody is ahead."""


class Certainty(StrEnum):
    """What can be said about a wait; the words are `queue.estimate.<value>`."""

    RANGE = "range"
    BUSY = "busy"
    """Somebody is inside far longer than usual: no number would be honest."""
    UNKNOWN = "unknown"
    """Too few cases yet."""


@dataclass(frozen=True, slots=True)
class Cases:
    """Finished cases of one kind: how many, and the median of the last ones in minutes."""

    count: int
    median: float


@dataclass(frozen=True, slots=True)
class Spread:
    """Median and 80th percentile of past errors, each divided by `scale(expected)`."""

    p50: float
    p80: float


USUAL_SPREAD = Spread(0.0, 1.6)
"""Before enough errors are measured: 0.84 standard deviations of times of 15 minutes that vary by half (derived)."""


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How past estimates of a service point turned out; `within` is the share of waits not longer than P80."""

    count: int
    within: float
    mean_error: float
    spread: Spread


@dataclass(frozen=True, slots=True)
class History:
    """What is known of one service point.

    `own` is by visit type here, `clinic` by visit type at all such points, `usual` over everything at such points.
    """

    usual: Cases
    own: Mapping[UUID | None, Cases] = field(default_factory=dict[UUID | None, Cases])
    clinic: Mapping[UUID | None, Cases] = field(default_factory=dict[UUID | None, Cases])
    accuracy: Accuracy | None = None

    def minutes(self, visit_type_id: UUID | None) -> float:
        """What such a case takes here."""
        prior = self.clinic.get(visit_type_id, self.usual).median
        own = self.own.get(visit_type_id)
        return prior if own is None else service_minutes(own, prior)

    def spread(self) -> Spread:
        """What estimates here are wrong by."""
        measured = self.accuracy
        return USUAL_SPREAD if measured is None or measured.count < ENOUGH_ERRORS else measured.spread


@dataclass(frozen=True, slots=True)
class Inside:
    """Somebody who is being served, and for how many minutes already."""

    visit_type_id: UUID | None
    elapsed: float


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody who waits; `not_before` is in how many minutes the time comes for which they are booked."""

    visit_type_id: UUID | None
    not_before: float = 0.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """What is said to somebody who waits: minutes from now. `expected` is the unrounded middle, for measuring errors.

    `low` and `high` are P50 and P80; they mean something only where `certainty` is a range.
    """

    certainty: Certainty
    low: int = 0
    high: int = 0
    expected: float | None = None


def weight(count: int) -> float:
    """How far own cases are believed: none 0, ten a half, thirty three quarters."""
    return count / (count + SHRINK)


def service_minutes(own: Cases, prior: float) -> float:
    """What a case takes: the own median, drawn to the clinic's usual while own cases are few."""
    trust = weight(own.count)
    return trust * own.median + (1 - trust) * prior


def remaining(usual: float, elapsed: float) -> float:
    """What somebody inside will still take."""
    return max(usual - elapsed, LEAST_REST * usual)


def scale(expected: float) -> float:
    """By what errors of an expectation are measured."""
    return sqrt(expected + GRACE)


def rounded(minutes: float) -> int:
    """To the five minutes that people think in."""
    return STEP_MINUTES * int(max(0.0, minutes) / STEP_MINUTES + 0.5)


def published(expected: float, spread: Spread) -> Estimate:
    """The range around an expectation, never narrower than what it is rounded to."""
    low = rounded(expected + spread.p50 * scale(expected))
    high = rounded(expected + max(spread.p50, spread.p80) * scale(expected))
    return Estimate(Certainty.RANGE, low, max(high, low + STEP_MINUTES), expected)


def estimates(
    history: History | None, inside: Sequence[Inside], waiting: Sequence[Waiting], *, late: float = 0.0
) -> list[Estimate]:
    """An estimate for each who waits, in the order of their turn.

    `late` is how many minutes pass before the doctor begins at all.
    """
    if history is None or history.usual.count < ENOUGH_CASES:
        return [Estimate(Certainty.UNKNOWN) for _ in waiting]
    usual = [history.minutes(one.visit_type_id) for one in inside]
    overrun = any(one.elapsed > OVERRUN * minutes for one, minutes in zip(inside, usual, strict=True))
    servers, spread = max(1, len(inside)), history.spread()
    rest = sum(remaining(minutes, one.elapsed) for one, minutes in zip(inside, usual, strict=True))
    free = late + rest / servers
    found: list[Estimate] = []
    for one in waiting:
        free = max(free, one.not_before)
        said = published(free, spread)
        found.append(Estimate(Certainty.BUSY, expected=said.expected) if overrun else said)
        free += history.minutes(one.visit_type_id) / servers
    return found
