"""Holidays: what the list of a year shows, what a form and a file mean. Pure functions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from tht_app.domain.errors import ValidationFailed
from tht_app.domain.scheduling import Holiday, HolidayId, HolidayKind
from tht_app.i18n import date_text, text_of
from tht_app.state.feedback import problem_words
from tht_app.state.scheduling.setup.forms import Fields
from tht_app.use_cases.scheduling import HolidayImport, ListedHoliday, SaveHoliday

PREFIX = "holiday_"


@dataclass(frozen=True)
class HolidayView:
    """A holiday in both languages: the screen chooses."""

    id: str = ""
    day: str = ""
    date: str = ""
    weekday: str = ""
    name_id: str = ""
    name_en: str = ""
    kind: str = "clinic"
    closed: bool = True
    provisional: bool = False


@dataclass(frozen=True)
class LineView:
    """A line of a file and what is wrong with it."""

    line: int = 0
    words: str = ""


def holiday_views(found: Sequence[ListedHoliday], lang: str) -> list[HolidayView]:
    """Holidays by day."""
    return [
        HolidayView(
            id=str(one.id),
            day=one.holiday.day.isoformat(),
            date=date_text(one.holiday.day, lang),
            weekday=text_of(f"scheduling.weekday.{one.holiday.day.isoweekday()}", lang),
            name_id=one.holiday.name_id,
            name_en=one.holiday.name_en,
            kind=one.holiday.kind.value,
            closed=one.holiday.closed,
            provisional=one.holiday.provisional,
        )
        for one in found
    ]


def read_year(asked: str, today: date) -> int:
    """The year that the address names, this one for what is none."""
    return int(asked) if asked.isascii() and asked.isdigit() and 2000 <= int(asked[:6]) <= 2200 else today.year


def read_holiday(form: Mapping[str, str], holiday_id: str) -> SaveHoliday:
    """The typed holiday; raises `ValidationFailed` with the names of its fields (`holiday_…`)."""
    read = Fields(form, PREFIX)
    day = read.day("day", required=True)
    name_id, kind = read.text("name_id", required=True), read.text("kind", required=True)
    if kind and kind not in set(HolidayKind):
        read.refuse("kind", "choice")
    read.done()
    if day is None:
        raise ValidationFailed({})
    holiday = Holiday(
        day,
        name_id,
        read.text("name_en") or name_id,
        HolidayKind(kind),
        bool(read.text("closed")),
        bool(read.text("provisional")),
    )
    return SaveHoliday(holiday, HolidayId(UUID(holiday_id)) if holiday_id else None)


def holiday_form(view: HolidayView, *, closed: bool | None = None) -> dict[str, str]:
    """The form that would keep this holiday as it is, or open or closed."""
    shut = view.closed if closed is None else closed
    return {
        f"{PREFIX}day": view.day,
        f"{PREFIX}name_id": view.name_id,
        f"{PREFIX}name_en": view.name_en,
        f"{PREFIX}kind": view.kind,
        f"{PREFIX}closed": "on" if shut else "",
        f"{PREFIX}provisional": "on" if view.provisional else "",
    }


def line_views(report: HolidayImport, lang: str) -> list[LineView]:
    """Every line that stays out, with its reasons."""
    return [
        LineView(
            line.line, "; ".join(_words(name, problem_words(what, lang), lang) for name, what in line.problems.items())
        )
        for line in report.lines
        if line.holiday is None
    ]


def _words(name: str, words: str, lang: str) -> str:
    return f"{text_of(f'scheduling.setup.holidays.column.{name}', lang)}: {words}" if name else words
