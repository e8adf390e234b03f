"""When a backup is due and which ones stay: at midnight, on the leap day, in every zone of the country."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tht_app.domain.backup import (
    Health,
    Kind,
    Policy,
    Run,
    Stored,
    health,
    last_due,
    name_of,
    next_due,
    parsed_name,
    to_remove,
)

JAKARTA, JAYAPURA = ZoneInfo("Asia/Jakarta"), ZoneInfo("Asia/Jayapura")
ZONES = st.sampled_from([JAKARTA, ZoneInfo("Asia/Makassar"), JAYAPURA])
MOMENTS = st.integers(1_704_067_200, 1_956_528_000).map(lambda second: datetime.fromtimestamp(second, UTC))


def at(text: str, zone: ZoneInfo = JAKARTA) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("now", "hour", "due"),
    [
        ("2026-11-25T01:59", 2, "2026-11-24T02:00"),
        ("2026-11-25T02:00", 2, "2026-11-25T02:00"),
        ("2026-11-25T00:00", 0, "2026-11-25T00:00"),
        ("2026-11-24T23:59", 0, "2026-11-24T00:00"),
        ("2028-03-01T01:00", 2, "2028-02-29T02:00"),
        ("2027-03-01T01:00", 2, "2027-02-28T02:00"),
        ("2027-01-01T00:30", 23, "2026-12-31T23:00"),
    ],
)
def test_the_hour_is_that_of_the_clinics_own_day(now: str, hour: int, due: str):
    assert last_due(at(now), hour, JAKARTA) == at(due)
    assert last_due(at(now).astimezone(UTC), hour, JAKARTA) == at(due)


def test_the_day_begins_earlier_in_the_east():
    now = datetime(2026, 11, 24, 17, 30, tzinfo=UTC)
    assert last_due(now, 2, JAYAPURA) == at("2026-11-25T02:00", JAYAPURA)
    assert last_due(now, 2, JAKARTA) == at("2026-11-24T02:00", JAKARTA)


@given(MOMENTS, st.integers(0, 23), ZONES)
def test_exactly_one_backup_is_due_in_a_day(now: datetime, hour: int, zone: ZoneInfo):
    before, after = last_due(now, hour, zone), next_due(now, hour, zone)
    assert before <= now < after
    assert after - before == timedelta(days=1)
    assert before.astimezone(zone).hour == hour


def test_health_says_the_worst_first():
    now = at("2026-11-25T08:00")
    fresh, old = now - timedelta(hours=6), now - timedelta(hours=26, seconds=1)
    assert health(Run(), now) is Health.NEVER
    assert health(Run(good_at=fresh), now) is Health.WELL
    assert health(Run(good_at=old), now) is Health.LATE
    assert health(Run(good_at=now - timedelta(hours=26)), now) is Health.WELL
    assert health(Run(good_at=old, failed_at=fresh, reason="disk"), now) is Health.FAILED
    assert health(Run(good_at=fresh, failed_at=old, reason="disk"), now) is Health.WELL


def test_a_name_says_when_and_why_and_other_files_are_left_alone():
    name = name_of(at("2026-11-25T02:00"), Kind.DAILY)
    assert name == "klinik-20261124T190000Z-daily.thtb"
    assert parsed_name(name) == Stored(at("2026-11-25T02:00"), Kind.DAILY, name)
    for other in ("foto.jpg", f".{name}.partial", f"{name}.bak", "klinik-20261324T190000Z-daily.thtb", "status.json"):
        assert parsed_name(other) is None


def days(count: int, last: str = "2028-03-05T02:00") -> list[Stored]:
    moments = [at(last) - timedelta(days=back) for back in range(count)]
    return sorted(Stored(moment, Kind.DAILY, name_of(moment, Kind.DAILY)) for moment in moments)


def test_days_weeks_and_months_are_kept_each_with_its_newest():
    stored = days(800)
    kept = set(stored) - set(to_remove(stored, Policy(daily=7, weekly=4, monthly=12), JAKARTA))
    dates = sorted(one.at.date().isoformat() for one in kept)
    assert dates[-7:] == [f"2028-0{day}" for day in ("2-28", "2-29", "3-01", "3-02", "3-03", "3-04", "3-05")]
    assert {"2028-02-13", "2028-02-20", "2028-02-27"} <= set(dates)
    assert {"2027-04-30", "2027-12-31", "2028-01-31", "2028-02-29"} <= set(dates)
    assert len(kept) == 7 + 3 + 10


@given(st.lists(MOMENTS, max_size=40, unique=True), st.builds(Policy, st.integers(0, 5), st.integers(0, 5)), ZONES)
def test_the_newest_stays_and_what_was_asked_for_is_never_removed(
    moments: list[datetime], policy: Policy, zone: ZoneInfo
):
    daily = [Stored(moment, Kind.DAILY, name_of(moment, Kind.DAILY)) for moment in moments]
    asked = [Stored(moment, Kind.MANUAL, name_of(moment, Kind.MANUAL)) for moment in moments]
    removed = to_remove([*asked, *daily], policy, zone)
    assert not set(removed) & set(asked)
    if daily:
        assert max(daily) not in removed
    rest = [one for one in daily if one not in removed]
    assert to_remove(rest, policy, zone) == [], "a second look removes nothing more"
