"""The demo's people and calendar: same day, same demo; nobody in two places; numbers shaped like real ones."""

import itertools
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tht_app.cli.demo.people import REGIONS, NikMaker, PatientMaker
from tht_app.cli.demo.plan import FULL, SMALL, Outcome, Plan, Planner, Visit
from tht_app.domain.registration.identifiers import nik_doubts, parse_nik
from tht_app.domain.registration.patient import parse_patient
from tht_app.domain.registration.sex import Sex

ZONE = ZoneInfo("Asia/Jakarta")
MONDAY = datetime(2026, 7, 20, 3, 10, tzinfo=UTC)


def plan(now: datetime = MONDAY, size=SMALL) -> Plan:
    return Planner(size, now, ZONE).plan()


@pytest.fixture(scope="module")
def full() -> Plan:
    return plan(size=FULL)


@given(
    region=st.sampled_from(REGIONS),
    district=st.integers(1, 30),
    birth_date=st.dates(date(1930, 1, 1), date(2026, 7, 20)),
    female=st.booleans(),
)
def test_a_made_nik_is_one_that_registration_believes(region, district, birth_date, female):
    maker = NikMaker()
    first, second = (maker.make(region, district, birth_date, female=female) for _ in range(2))
    sex = Sex.FEMALE if female else Sex.MALE
    assert parse_nik(first) == first
    assert nik_doubts(first, birth_date, sex) == ()
    assert first != second
    assert nik_doubts(first, birth_date, Sex.MALE if female else Sex.FEMALE) == ("nik_sex_differs",)


def test_every_patient_can_be_registered_and_no_number_is_given_twice():
    maker = PatientMaker(Random(5), MONDAY.date())
    people = [maker.make() for _ in range(800)]
    for one in people:
        assert parse_patient(one.form, MONDAY.date()).doubts() == ()
    for number in ("nik", "bpjs", "phone", "guardian_phone"):
        given_numbers = [one.form[number] for one in people if number in one.form]
        assert len(given_numbers) == len(set(given_numbers))


def test_names_are_as_unevenly_spread_as_real_ones():
    maker = PatientMaker(Random(5), MONDAY.date())
    firsts = Counter(maker.make().form["name"].split()[0] for _ in range(2000))
    assert 0.02 < firsts.most_common(1)[0][1] / 2000 < 0.06
    assert any(len(name) > 2 for name in firsts)


def test_the_same_moment_gives_the_same_demo():
    assert plan() == plan()
    assert plan() != plan(MONDAY + timedelta(days=1))


def test_the_demo_is_as_large_as_promised(full: Plan):
    assert len(full.patients) == 2000
    assert {visit.doctor for visit in full.visits} == {0, 1, 2, 3}
    assert {visit.room for visit in full.visits} == {0, 1, 2, 3, 4}
    assert (full.days[-1][0] - full.days[0][0]).days >= 19
    assert len([one for one in full.visits if one.outcome is Outcome.SIGNED]) > 200


@pytest.mark.parametrize("hour", range(24))
def test_somebody_waits_and_somebody_is_inside_at_every_hour(hour: int):
    for minute in (0, 29, 59):
        shown = plan(MONDAY.replace(hour=hour, minute=minute))
        today = Counter((visit.doctor, visit.outcome) for visit in dict(shown.days)[shown.today])
        for doctor in range(4):
            assert today[doctor, Outcome.IN_SERVICE] == 1
            assert today[doctor, Outcome.WAITING] >= 2
        for visit in dict(shown.days)[shown.today]:
            assert visit.arrived.astimezone(ZONE).date() == shown.today or visit.outcome is Outcome.BOOKED
            if visit.outcome in {Outcome.SIGNED, Outcome.UNSIGNED}:
                assert visit.ended < shown.now


def overlapping(visits: list[Visit]) -> list[tuple[Visit, Visit]]:
    ordered = sorted(visits, key=lambda visit: visit.start)
    return [
        (one, other)
        for one, other in itertools.pairwise(ordered)
        if one.start + timedelta(minutes=one.minutes) > other.start
    ]


@pytest.mark.parametrize("hour", [0, 3, 9, 16, 17])
def test_nobody_and_nothing_is_in_two_places(hour: int):
    taken: dict[object, list[Visit]] = defaultdict(list)
    for visit in plan(MONDAY.replace(hour=hour), FULL).visits:
        if visit.walk_in:
            continue
        for resource in (("d", visit.doctor), ("r", visit.room), ("p", visit.patient), *visit.devices):
            taken[resource].append(visit)
    assert {resource: overlapping(visits) for resource, visits in taken.items() if overlapping(visits)} == {}


def test_who_has_a_visit_is_known_before(full: Plan):
    for visit in full.visits:
        assert full.patients[visit.patient].at < min(visit.booked, visit.arrived)
        assert visit.patient not in full.imported


def test_a_story_fits_the_age_and_sex(full: Plan):
    for visit in full.visits:
        who = full.patients[visit.patient].who
        low, high = visit.story.scenario.ages
        assert low <= who.age(visit.start.astimezone(ZONE).date()) <= high + 1
        assert ("P" if who.sex is Sex.FEMALE else "L") in visit.story.scenario.sexes


def test_who_is_better_comes_back(full: Plan):
    again = [visit for visit in full.visits if visit.story.control]
    assert len(again) > 20
    for visit in again:
        first = next(one for one in full.visits if one.patient == visit.patient)
        assert first.start < visit.start
        assert first.doctor == visit.doctor
        assert visit.story.diagnoses == first.story.diagnoses
