"""Holidays as a file brings them: `date, name_id, name_en, kind, closed, provisional`, in any order.

The joint decree of three ministers names them for each year, usually in September of the year before: for 2026 nos.
1497/2025, 2/2025 and 5/2025 of 19 September 2025, for 2027 nos. 1205/2026, 3/2026 and 2/2026 of 15 September 2026, both
under Keputusan Presiden 8/2024. Idulfitri and Iduladha stay provisional until the Minister of Religious Affairs has
declared them. Collective leave (cuti bersama) binds civil servants only: a private clinic is open then unless it says
otherwise.
"""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from tht_app.domain.errors import Problem
from tht_app.domain.registration.sheet import ColumnsMissing, FileNotReadable, FileTooLarge, decode

from .closing import HolidayKind

LONGEST_NAME = 120
LINES_MAX = 1000
DATE_SHAPES = ("%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y")

_ALIASES = {
    "date": "date",
    "tanggal": "date",
    "tgl": "date",
    "nameid": "name_id",
    "nama": "name_id",
    "namalibur": "name_id",
    "keterangan": "name_id",
    "name": "name_id",
    "nameen": "name_en",
    "namainggris": "name_en",
    "kind": "kind",
    "jenis": "kind",
    "closed": "closed",
    "tutup": "closed",
    "provisional": "provisional",
    "sementara": "provisional",
}
_KINDS = {
    "national": HolidayKind.NATIONAL,
    "nasional": HolidayKind.NATIONAL,
    "liburnasional": HolidayKind.NATIONAL,
    "": HolidayKind.NATIONAL,
    "collectiveleave": HolidayKind.COLLECTIVE_LEAVE,
    "cutibersama": HolidayKind.COLLECTIVE_LEAVE,
    "clinic": HolidayKind.CLINIC,
    "klinik": HolidayKind.CLINIC,
}
_YES: dict[str, bool] = dict.fromkeys(("yes", "ya", "y", "1", "true"), True)
_YES.update((word, False) for word in ("no", "tidak", "n", "0", "false"))


@dataclass(frozen=True, slots=True)
class Holiday:
    """A day, what it is called, who declared it, whether the clinic is closed; provisional until it is decreed."""

    day: date
    name_id: str
    name_en: str
    kind: HolidayKind = HolidayKind.NATIONAL
    closed: bool = True
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class HolidayLine:
    """A line of the file by its number: the holiday that it holds, or what is wrong with which field."""

    line: int
    holiday: Holiday | None
    problems: Mapping[str, Problem]


def read_holidays(content: bytes) -> list[HolidayLine]:
    """Every line with data; raises `FileNotReadable`, `FileTooLarge` or `ColumnsMissing` for the file as a whole."""
    text = decode(content)
    first = text.splitlines()[0] if text.strip() else ""
    delimiter = max(";,\t|", key=first.count)
    if not first.count(delimiter):
        raise FileNotReadable
    if text.count("\n") > LINES_MAX:
        raise FileTooLarge(megabytes=1, lines=LINES_MAX)
    columns = [_ALIASES.get(_plain(cell), "") for cell in next(csv.reader([first], delimiter=delimiter))]
    missing = [name for name in ("date", "name_id") if name not in columns]
    if missing:
        raise ColumnsMissing(columns=", ".join(missing))
    lines: list[HolidayLine] = []
    seen: dict[tuple[date, str], int] = {}
    for number, raw in enumerate(io.StringIO(text), start=1):
        if number > 1 and raw.strip(" \t\r\n;,|"):
            lines.append(_judged(number, raw, delimiter, columns, seen))
    return lines


def _judged(
    number: int, raw: str, delimiter: str, columns: list[str], seen: dict[tuple[date, str], int]
) -> HolidayLine:
    try:
        cells = next(csv.reader([raw], delimiter=delimiter, strict=True))
    except csv.Error:
        return HolidayLine(number, None, {"": Problem("line_quotes")})
    if len(cells) != len(columns):
        return HolidayLine(number, None, {"": Problem("line_cells")})
    form = {column: cell.strip() for column, cell in zip(columns, cells, strict=True) if column}
    line = _holiday(number, form)
    if line.holiday is not None:
        key = (line.holiday.day, line.holiday.name_id)
        if key in seen:
            return HolidayLine(number, None, {"date": Problem("scheduling.holiday_twice", {"line": seen[key]})})
        seen[key] = number
    return line


def _holiday(number: int, form: Mapping[str, str]) -> HolidayLine:
    problems: dict[str, Problem] = {}
    day = _date(form.get("date", ""))
    if day is None:
        problems["date"] = Problem("date_shape")
    name = form.get("name_id", "")
    if not 1 <= len(name) <= LONGEST_NAME:
        problems["name_id"] = Problem("scheduling.name_length" if name else "required")
    name_en = form.get("name_en", "") or name
    if len(name_en) > LONGEST_NAME:
        problems["name_en"] = Problem("scheduling.name_length")
    kind = _KINDS.get(_plain(form.get("kind", "")))
    if kind is None:
        problems["kind"] = Problem("choice")
    closed = _yes(form.get("closed", ""), kind is not HolidayKind.COLLECTIVE_LEAVE)
    provisional = _yes(form.get("provisional", ""), False)
    for field, value in (("closed", closed), ("provisional", provisional)):
        if value is None:
            problems[field] = Problem("choice")
    if problems or day is None or kind is None:
        return HolidayLine(number, None, problems)
    return HolidayLine(number, Holiday(day, name, name_en, kind, bool(closed), bool(provisional)), {})


def _plain(cell: str) -> str:
    return re.sub(r"[^a-z0-9]", "", cell.casefold())


def _yes(cell: str, default: bool) -> bool | None:
    return _YES.get(_plain(cell)) if cell else default


def _date(cell: str) -> date | None:
    for shape in DATE_SHAPES:
        try:
            return datetime.strptime(cell, shape).date()  # noqa: DTZ007  a day has no zone
        except ValueError:
            continue
    return None
