"""Numbers, dates, times and money as the clinic writes them; pure functions, no clock.

Dates are `21-Nov-2026` with the month in letters, times `14.03`, money `Rp 125.000`, in both languages: a day or a dose
must never depend on which locale a reader has in mind. Times are shown as they are given: convert to the clinic's zone
first.
"""

from datetime import date, datetime, time, tzinfo

MONTHS = {
    "id": ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}
LONG_MONTHS = {
    "id": (
        "Januari",
        "Februari",
        "Maret",
        "April",
        "Mei",
        "Juni",
        "Juli",
        "Agustus",
        "September",
        "Oktober",
        "November",
        "Desember",
    ),
    "en": (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
}
AGE_UNITS = {"id": ("th", "bl", "hr"), "en": ("y", "mo", "d")}
FIXED_SPACE = "\u00a0"


def date_text(day: date, lang: str = "id") -> str:
    """`21-Nov-2026`, for staff."""
    return f"{day.day:02d}-{MONTHS[lang][day.month - 1]}-{day.year:04d}"


def long_date_text(day: date, lang: str = "id") -> str:
    """`21 November 2026`, for patients."""
    return f"{day.day} {LONG_MONTHS[lang][day.month - 1]} {day.year}"


def time_text(moment: datetime | time) -> str:
    """`14.03`."""
    return f"{moment.hour:02d}.{moment.minute:02d}"


def clock_text(moment: datetime | time) -> str:
    """`14.03.21`, where seconds prove that something was saved."""
    return f"{time_text(moment)}.{moment.second:02d}"


def moment_text(moment: datetime, zone: tzinfo | None = None, lang: str = "id") -> str:
    """`21-Nov-2026 14.03` in the clinic's zone; without one as it is given."""
    here = moment.astimezone(zone) if zone else moment
    return f"{date_text(here.date(), lang)} {time_text(here)}"


def exact_text(moment: datetime, lang: str = "id") -> str:
    """`21-Nov-2026 14.03.21` as it is given, where the order of things counts."""
    return f"{date_text(moment.date(), lang)} {clock_text(moment)}"


def number_text(value: int) -> str:
    """`1.204`: a count. Never for doses, where `1.000` reads as one."""
    return f"{value:,}".replace(",", ".")


def money_text(rupiah: int) -> str:
    """`Rp 125.000`, with a space that does not break."""
    sign = "-" if rupiah < 0 else ""
    return f"{sign}Rp{FIXED_SPACE}{number_text(abs(rupiah))}"


def decimal_text(value: str) -> str:
    """A dose or measure, given as a plain decimal `2.50` or `1000`, becomes `2,5` or `1000`.

    No separator of thousands and no trailing zero; the leading zero stays.
    """
    whole, _, fraction = value.partition(".")
    fraction = fraction.rstrip("0")
    return f"{whole or '0'},{fraction}" if fraction else whole or "0"


def age_text(born: date, today: date, lang: str = "id") -> str:
    """`41 th`; below two years `14 bl`; below two months `20 hr`. A birth date ahead of today counts as zero."""
    years, months, days = AGE_UNITS[lang]
    elapsed = (today.year - born.year) * 12 + today.month - born.month - (today.day < born.day)
    if elapsed >= 24:
        return f"{elapsed // 12} {years}"
    if elapsed >= 2:
        return f"{elapsed} {months}"
    return f"{max((today - born).days, 0)} {days}"
