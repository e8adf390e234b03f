"""The estimate of a wait: the formula by hand, its edges, and a month of a simulated clinic that it has to survive."""

from collections.abc import Iterator
from random import Random
from statistics import median, quantiles
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tht_app.domain.queue import Accuracy, Cases, Certainty, History, Inside, Spread, Waiting
from tht_app.domain.queue.estimate import (
    USUAL_SPREAD,
    estimates,
    published,
    remaining,
    rounded,
    scale,
    service_minutes,
    weight,
)

CONSULTATION, ENDOSCOPY = uuid4(), uuid4()
USUAL = History(Cases(100, 12.0))
ANYBODY = Waiting(None)


@pytest.mark.parametrize(("count", "expected"), [(0, 0.0), (10, 0.5), (30, 0.75), (90, 0.9)])
def test_own_cases_are_believed_as_far_as_there_are_any(count: int, expected: float) -> None:
    assert weight(count) == pytest.approx(expected)


@pytest.mark.parametrize(("count", "expected"), [(0, 20.0), (10, 15.0), (30, 12.5)])
def test_the_doctors_median_is_drawn_to_the_clinics(count: int, expected: float) -> None:
    assert service_minutes(Cases(count, 10.0), 20.0) == pytest.approx(expected)


@pytest.mark.parametrize(("elapsed", "rest"), [(0, 12.0), (5, 7.0), (9, 3.0), (11, 3.0), (40, 3.0)])
def test_who_is_inside_always_takes_a_little_longer(elapsed: float, rest: float) -> None:
    assert remaining(12.0, elapsed) == pytest.approx(rest)


@pytest.mark.parametrize(("minutes", "said"), [(-3, 0), (0, 0), (2.4, 0), (2.5, 5), (7.4, 5), (7.5, 10), (12.6, 15)])
def test_people_hear_steps_of_five_minutes(minutes: float, said: int) -> None:
    assert rounded(minutes) == said


def test_the_formula_by_hand() -> None:
    """Ten own consultations of 10 against 12 usual: 11 each; one inside for 4; two ahead: 7 + 22 = 29."""
    history = History(Cases(100, 12.0), {CONSULTATION: Cases(10, 10.0)}, {CONSULTATION: Cases(100, 12.0)})
    found = estimates(history, [Inside(CONSULTATION, 4.0)], [Waiting(CONSULTATION)] * 3)
    assert [each.expected for each in found] == pytest.approx([7.0, 18.0, 29.0])
    assert [(each.low, each.high) for each in found] == [(5, 15), (20, 25), (30, 40)]


def test_two_who_serve_halve_the_wait_and_a_late_doctor_adds_to_it() -> None:
    inside = [Inside(None, 0.0), Inside(None, 6.0)]
    assert estimates(USUAL, inside, [ANYBODY])[0].expected == pytest.approx((12 + 6) / 2)
    assert estimates(USUAL, [], [ANYBODY], late=25.0)[0].expected == pytest.approx(25.0)


def test_nobody_is_expected_before_their_time_and_who_follows_waits_for_them() -> None:
    found = estimates(USUAL, [], [ANYBODY, Waiting(None, 30.0), ANYBODY])
    assert [each.expected for each in found] == pytest.approx([0.0, 30.0, 42.0])


@pytest.mark.parametrize("history", [None, History(Cases(9, 12.0))])
def test_too_few_cases_say_nothing(history: History | None) -> None:
    assert [each.certainty for each in estimates(history, [], [ANYBODY, ANYBODY])] == [Certainty.UNKNOWN] * 2


def test_nobody_is_told_a_number_while_something_unusual_is_being_done() -> None:
    assert estimates(USUAL, [Inside(None, 24.0)], [ANYBODY])[0].certainty is Certainty.RANGE
    assert estimates(USUAL, [Inside(None, 24.5)], [ANYBODY])[0].certainty is Certainty.BUSY


def test_the_measured_spread_counts_once_there_is_enough_of_it() -> None:
    wide = Spread(1.0, 4.0)
    assert History(Cases(50, 12.0), accuracy=Accuracy(29, 0.5, 9.0, wide)).spread() == USUAL_SPREAD
    assert History(Cases(50, 12.0), accuracy=Accuracy(30, 0.5, 9.0, wide)).spread() == wide


minutes = st.floats(0, 600, allow_nan=False)


@given(minutes, st.floats(-5, 5), st.floats(-5, 5))
def test_a_range_is_a_range_in_steps_of_five(expected: float, p50: float, p80: float) -> None:
    said = published(expected, Spread(p50, p80))
    assert 0 <= said.low < said.high
    assert said.low % 5 == said.high % 5 == 0


@given(st.lists(st.sampled_from([CONSULTATION, ENDOSCOPY, None]), max_size=12), st.lists(minutes, max_size=3))
def test_nobody_further_back_waits_less(waiting: list[UUID | None], elapsed: list[float]) -> None:
    found = estimates(USUAL, [Inside(None, one) for one in elapsed], [Waiting(kind) for kind in waiting])
    expected = [each.expected or 0.0 for each in found]
    assert len(found) == len(waiting)
    assert expected == sorted(expected)


class SimulatedDoctor:
    """One doctor, thirty days, patients who come as they like and take as long as they take (log-normal)."""

    TYPES = ((CONSULTATION, 9.0, 0.45, 0.75), (ENDOSCOPY, 22.0, 0.35, 0.25))

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.cases: list[tuple[UUID, float]] = []
        self.errors: list[float] = []
        self.told: list[tuple[float, float, int]] = []

    def history(self) -> History:
        by_type = {
            kind: Cases(len(own), median(own[-30:]))
            for kind, *_ in self.TYPES
            if (own := [took for which, took in self.cases if which == kind])
        }
        recent = self.errors[-600:]
        spread = Spread(median(recent), quantiles(recent, n=5)[3]) if len(recent) > 1 else Spread(0.0, 0.0)
        accuracy = Accuracy(len(recent), 0.0, 0.0, spread)
        usual = Cases(len(self.cases), median(took for _, took in self.cases) if self.cases else 0.0)
        return History(usual, by_type, by_type, accuracy)

    def patients(self) -> Iterator[tuple[float, UUID, float]]:
        """Arrival, visit type, minutes; on average the doctor is busy nine tenths of the time."""
        at = 0.0
        while at < 420:
            at += self.random.expovariate(1 / 14.0)
            kind, middle, spread, _ = self.random.choices(self.TYPES, [share for *_, share in self.TYPES])[0]
            yield at, kind, middle * self.random.lognormvariate(0.0, spread)

    def day(self) -> None:
        history, free = self.history(), self.random.uniform(0, 25)  # some mornings begin late
        served: list[tuple[float, float, UUID]] = []
        told: list[tuple[float, float, int]] = []
        errors: list[float] = []
        for at, kind, took in self.patients():
            start = max(at, free)
            inside = [Inside(which, at - begun) for begun, ended, which in served if begun <= at < ended]
            ahead = [which for begun, _, which in served if begun > at]
            said = estimates(history, inside, [Waiting(which) for which in (*ahead, kind)])[-1]
            if said.certainty is Certainty.RANGE and said.expected is not None:
                told.append((start - at, said.low, said.high))
                errors.append((start - at - said.expected) / scale(said.expected))
            served.append((start, start + took, kind))
            free = start + took
        self.cases += [(kind, ended - begun) for begun, ended, kind in served]
        self.errors += errors
        self.told += told


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_a_simulated_month_keeps_its_promise_in_four_of_five_cases(seed: int) -> None:
    doctor = SimulatedDoctor(seed)
    for _ in range(30):
        doctor.day()
    kept = [wait <= high for wait, _, high in doctor.told]
    assert len(kept) > 500
    assert 0.75 <= sum(kept) / len(kept) <= 0.85
