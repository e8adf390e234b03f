"""The clock of the law on requests about personal data."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from tht_app.domain.privacy import (
    Outcome,
    PrivacyRequest,
    RequestId,
    RequestKind,
    Standing,
    day_problem,
    due_at,
    received_at,
    standing,
)

ZONE = ZoneInfo("Asia/Jakarta")
FRIDAY = datetime(2026, 12, 25, 9, 30, tzinfo=ZONE)
"""Christmas, before a weekend."""


def asked(at: datetime, closed: datetime | None = None) -> PrivacyRequest:
    return PrivacyRequest(
        RequestId(uuid4()), RequestKind.COPY, at, due_at(at), "Rina", Outcome.DONE if closed else None, closed, ""
    )


def test_three_times_twenty_four_hours_run_through_holidays_and_weekends():
    assert due_at(FRIDAY) == datetime(2026, 12, 28, 9, 30, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("after", "stands"),
    [
        (timedelta(0), Standing.OPEN),
        (timedelta(hours=48), Standing.OPEN),
        (timedelta(hours=48, seconds=1), Standing.SOON),
        (timedelta(hours=72), Standing.SOON),
        (timedelta(hours=72, seconds=1), Standing.LATE),
    ],
)
def test_what_waits_turns_urgent_a_day_before_its_end(after: timedelta, stands: Standing):
    assert standing(asked(FRIDAY), FRIDAY + after) is stands


@pytest.mark.parametrize(("hours", "stands"), [(72, Standing.CLOSED), (73, Standing.CLOSED_LATE)])
def test_an_answer_is_judged_by_when_it_was_given(hours: int, stands: Standing):
    answered = asked(FRIDAY, FRIDAY + timedelta(hours=hours))
    assert standing(answered, FRIDAY + timedelta(days=400)) is stands


def test_what_came_today_counts_from_now_and_earlier_from_the_first_minute_of_its_day():
    now = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
    """01.00 of the 25th in Jakarta."""
    assert received_at(date(2026, 11, 25), now, ZONE) == now
    assert received_at(date(2026, 11, 24), now, ZONE) == datetime(2026, 11, 24, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (date(2026, 11, 26), "date_future"),
        (date(2026, 11, 25), None),
        (date(2025, 11, 25), None),
        (date(2025, 11, 1), "date_too_early"),
    ],
)
def test_a_day_that_cannot_be_meant_is_refused(day: date, code: str | None):
    problem = day_problem(day, datetime(2026, 11, 24, 18, 0, tzinfo=UTC), ZONE)
    assert (problem and problem.code) == code
