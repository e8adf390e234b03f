"""Birth dates as people type them, and ages as they are shown."""

import re
from dataclasses import dataclass
from datetime import date

EARLIEST_BIRTH_YEAR = 1900
ADULT_AT = 18
"""Years; below that a guardian answers for the patient (UU 35/2014 art. 1)."""

_MONTHS = {
    name: month
    for month, names in enumerate(
        (
            "jan januari january",
            "feb februari february pebruari peb",
            "mar maret march mrt",
            "apr april",
            "mei may",
            "jun juni june",
            "jul juli july",
            "agu agustus agt ags aug august",
            "sep september sept",
            "okt oktober oct october",
            "nov november nopember nop",
            "des desember dec december",
        ),
        start=1,
    )
    for name in names.split()
}
_YEAR_FIRST = re.compile(r"(\d{4})[-/. ](\d{1,2})[-/. ](\d{1,2})")
_DAY_FIRST = re.compile(r"(\d{1,2})[-/. ]+(\d{1,2}|[a-z]+)[-/., ]+(\d{4}|\d{2})")
_PACKED = re.compile(r"(\d{2})(\d{2})(\d{4}|\d{2})")
_PACKED_YEAR_FIRST = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})")


def parse_date(text: str, today: date) -> date | None:
    """Read `14-07-1985`, `14/7/85`, `14 Juli 1985`, `1985-07-14`, `14071985`, `140785`; day before month.

    Two-digit years lie in the hundred years up to today. None when it is no date.
    """
    typed = text.strip().casefold()
    for pattern, order in (
        (_YEAR_FIRST, (0, 1, 2)),
        (_DAY_FIRST, (2, 1, 0)),
        (_PACKED_YEAR_FIRST, (0, 1, 2)),
        (_PACKED, (2, 1, 0)),
    ):
        match = pattern.fullmatch(typed)
        if match and (found := _date(*(match.groups()[at] for at in order), today=today)):
            return found
    return None


def _date(year: str, month: str, day: str, *, today: date) -> date | None:
    number = _MONTHS.get(month) if month.isalpha() else int(month)
    full_year = int(year)
    if len(year) == 2:
        full_year += today.year // 100 * 100
        full_year -= 100 if full_year > today.year else 0
    try:
        return date(full_year, number or 0, int(day))
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Age:
    """Completed years, and months and days beyond them."""

    years: int
    months: int
    days: int


def age_on(birth_date: date, day: date) -> Age:
    """Age at the end of `day`; somebody born on 29 February has the birthday on 1 March in common years."""
    months = (day.year - birth_date.year) * 12 + day.month - birth_date.month
    months -= day.day < birth_date.day
    last_turn = _months_after(birth_date, months)
    return Age(months // 12, months % 12, (day - last_turn).days)


def _months_after(start: date, months: int) -> date:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    try:
        return date(year, month + 1, start.day)
    except ValueError:
        return date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)


def is_minor(birth_date: date, day: date) -> bool:
    """Whether a guardian is needed on that day."""
    return age_on(birth_date, day).years < ADULT_AT
