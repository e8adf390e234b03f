"""The ICD-10 code list: which codes belong to the edition of 2010, and what the search looks at.

Indonesia reports in the edition of 2010; the list that ships with the program is edition 2019, corrected by a hand-kept
difference. An official list may be imported over it.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tht_app.domain.encounter.diagnosis import folded, is_icd10_code
from tht_app.domain.errors import Problem, ValidationFailed

LONGEST_TITLE = 500


@dataclass(frozen=True, slots=True)
class Icd10Code:
    """One row of the code table. `selectable`: a diagnosis may carry it, because no finer code stands below it."""

    code: str
    title_en: str
    title_id: str
    synonyms: str
    edition_2010: bool
    edition_2019: bool
    selectable: bool
    ent: bool

    @property
    def key(self) -> str:
        """The code without its dot, lower case: `h661`."""
        return self.code.replace(".", "").lower()

    @property
    def search_text(self) -> str:
        """Both titles and all synonyms, folded."""
        return folded(f"{self.title_id} {self.synonyms} {self.title_en}")


@dataclass(frozen=True, slots=True)
class Difference:
    """One line of the hand-kept difference between the editions: `add` to or `drop` from 2010."""

    code: str
    action: str
    title_en: str


@dataclass(frozen=True, slots=True)
class Term:
    """The Indonesian title of a code and what people also call it (separated by `;`)."""

    code: str
    title_id: str
    synonyms: str


def rows_of(csv_text: str) -> list[dict[str, str]]:
    """Lines of a CSV with a head line, comma or semicolon separated, with or without byte order mark."""
    text = csv_text.removeprefix("\ufeff")
    head = text.split("\n", 1)[0]
    delimiter = ";" if head.count(";") > head.count(",") else ","
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    return [{key.strip().lower(): (value or "").strip() for key, value in row.items() if key} for row in reader]


def build(edition_2019: Mapping[str, str], differences: Iterable[Difference], terms: Iterable[Term]) -> list[Icd10Code]:
    """Combine edition 2019 (`{code: title}`), the difference and the Indonesian terms into the code table."""
    titles = dict(edition_2019)
    in_2010 = set(edition_2019)
    for difference in differences:
        if difference.action == "add":
            titles.setdefault(difference.code, difference.title_en)
            in_2010.add(difference.code)
        else:
            in_2010.discard(difference.code)
    words = {term.code: term for term in terms}
    parents = _parents(in_2010)
    return [
        Icd10Code(
            code=code,
            title_en=title,
            title_id=words[code].title_id if code in words else "",
            synonyms=words[code].synonyms if code in words else "",
            edition_2010=code in in_2010,
            edition_2019=code in edition_2019,
            selectable=code not in parents,
            ent=code in words,
        )
        for code, title in sorted(titles.items())
    ]


def _parents(codes: Iterable[str]) -> set[str]:
    """Codes that have a finer code below them: `H66` because of `H66.1`, `B18.0` because of `B18.00`."""
    parents: set[str] = set()
    for code in codes:
        if "." in code:
            parents.add(code.split(".")[0])
            if len(code) > 5:
                parents.add(code[:5])
    return parents


@dataclass(frozen=True, slots=True)
class OfficialLine:
    """One line of an official list: code, English title, Indonesian title (may be empty)."""

    code: str
    title_en: str
    title_id: str


def parse_official(csv_text: str) -> list[OfficialLine]:
    """Read an official list with the columns `code`, `title_en` and optionally `title_id`.

    Raises `ValidationFailed` for the field `file` that names the first bad line and how many there are.
    """
    rows = rows_of(csv_text)
    if not rows or not {"code", "title_en"} <= rows[0].keys():
        raise ValidationFailed({"file": "encounter.icd10_columns"})
    lines, bad = _official_lines(rows)
    if bad:
        raise ValidationFailed({"file": Problem("encounter.icd10_lines", {"count": len(bad), "line": bad[0]})})
    return lines


def _official_lines(rows: Sequence[Mapping[str, str]]) -> tuple[list[OfficialLine], list[int]]:
    lines: dict[str, OfficialLine] = {}
    bad: list[int] = []
    for number, row in enumerate(rows, start=2):
        code = row["code"].upper()
        title, title_id = row["title_en"], row.get("title_id", "")
        if not is_icd10_code(code) or not title or len(title) > LONGEST_TITLE or len(title_id) > LONGEST_TITLE:
            bad.append(number)
            continue
        lines[code] = OfficialLine(code, title, title_id)
    return list(lines.values()), bad
