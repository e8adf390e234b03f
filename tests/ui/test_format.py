"""How the clinic writes days, times, numbers and money."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from tht_app.i18n import (
    age_text,
    clock_text,
    date_text,
    decimal_text,
    exact_text,
    long_date_text,
    moment_text,
    money_text,
    number_text,
    time_text,
)


def test_a_day_has_its_month_in_letters():
    assert date_text(date(2026, 11, 21)) == "21-Nov-2026"
    assert date_text(date(2026, 5, 1)) == "01-Mei-2026"
    assert date_text(date(2026, 5, 1), "en") == "01-May-2026"


def test_patients_read_the_long_form():
    assert long_date_text(date(2026, 8, 3)) == "3 Agustus 2026"
    assert long_date_text(date(2026, 8, 3), "en") == "3 August 2026"


def test_times_have_a_point_and_24_hours():
    assert time_text(time(14, 3)) == "14.03"
    assert clock_text(datetime(2026, 1, 1, 0, 0, 9)) == "00.00.09"  # noqa: DTZ001  only its clock is read


def test_a_moment_is_told_in_the_clinic_or_as_it_is_given():
    moment = datetime(2026, 12, 31, 17, 5, 9, tzinfo=UTC)
    assert moment_text(moment, ZoneInfo("Asia/Jakarta")) == "01-Jan-2027 00.05"
    assert moment_text(moment, None, "en") == "31-Dec-2026 17.05"
    assert exact_text(moment) == "31-Des-2026 17.05.09"


@pytest.mark.parametrize(
    ("rupiah", "text"),
    [(0, "Rp\u00a00"), (999, "Rp\u00a0999"), (125_000, "Rp\u00a0125.000"), (-1_250_000, "-Rp\u00a01.250.000")],
)
def test_money_has_points_and_does_not_break(rupiah, text):
    assert money_text(rupiah) == text


def test_counts_have_points():
    assert number_text(1_204) == "1.204"


@pytest.mark.parametrize(
    ("given", "text"),
    [("500", "500"), ("1000", "1000"), ("2.50", "2,5"), ("0.125", "0,125"), ("5.0", "5"), ("10", "10"), (".5", "0,5")],
)
def test_doses_have_no_points_and_no_trailing_zero(given, text):
    assert decimal_text(given) == text


@pytest.mark.parametrize(
    ("born", "text"),
    [
        (date(1985, 7, 14), "41 th"),
        (date(1985, 11, 22), "40 th"),
        (date(2024, 11, 21), "2 th"),
        (date(2024, 11, 22), "23 bl"),
        (date(2026, 9, 21), "2 bl"),
        (date(2026, 9, 22), "60 hr"),
        (date(2026, 11, 21), "0 hr"),
        (date(2027, 1, 1), "0 hr"),
    ],
)
def test_small_children_are_counted_in_months_and_days(born, text):
    assert age_text(born, date(2026, 11, 21)) == text
