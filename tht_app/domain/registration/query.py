"""What somebody may mean by the text in the one search box."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from tht_app.domain.registration.dates import EARLIEST_BIRTH_YEAR, parse_date
from tht_app.domain.registration.identifiers import (
    BadIdentifier,
    parse_bpjs,
    parse_nik,
    parse_phone,
    parse_record_number,
)
from tht_app.domain.registration.names import plain_words

SHORTEST = 2
LONGEST = 200
NAME_WORDS_MAX = 4
_DATE_PARTS = 3


@dataclass(frozen=True, slots=True)
class SearchPlan:
    """Every reading that fits; numbers are normalised, `words` are plain name words in typing order.

    With both `words` and `birth_date` somebody of that name born on that day is meant.
    """

    nik: str | None = None
    bpjs: str | None = None
    phone: str | None = None
    record_number: int | None = None
    birth_date: date | None = None
    words: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Nothing to look for."""
        return self == SearchPlan()


def read_search(text: str, today: date) -> SearchPlan:
    """Work out what was typed; an empty plan when it is too short to mean anything."""
    typed = " ".join(text[:LONGEST].split())
    if len(typed) < SHORTEST:
        return SearchPlan()
    whole_date = _birth_date(typed, today)
    if not any(sign.isalpha() for sign in re.sub(r"^(no\.?\s*)?rm\b", "", typed, flags=re.IGNORECASE)):
        return SearchPlan(
            nik=_parsed(parse_nik, typed),
            bpjs=_parsed(parse_bpjs, typed),
            phone=_parsed(parse_phone, typed),
            record_number=parse_record_number(typed),
            birth_date=whole_date,
        )
    if whole_date:
        return SearchPlan(birth_date=whole_date)
    return _name_and_date(typed.split(), today)


def _name_and_date(parts: list[str], today: date) -> SearchPlan:
    """Take a date out of the words wherever it stands: `siti 14-07-1985`, `14 juli 1985 siti`."""
    for length in range(_DATE_PARTS, 0, -1):
        for start in range(len(parts) - length + 1):
            found = _birth_date(" ".join(parts[start : start + length]), today)
            if found:
                rest = parts[:start] + parts[start + length :]
                return SearchPlan(birth_date=found, words=_name_words(rest))
    return SearchPlan(words=_name_words(parts))


def _name_words(parts: list[str]) -> tuple[str, ...]:
    """The longest words tell most; more than four add nothing but work."""
    words = plain_words(" ".join(parts))
    longest = sorted(words, key=len, reverse=True)[:NAME_WORDS_MAX]
    return tuple(word for word in words if word in longest)


def _birth_date(text: str, today: date) -> date | None:
    found = parse_date(text, today)
    return found if found and found.year >= EARLIEST_BIRTH_YEAR and found <= today else None


def _parsed(parse: Callable[[str], str], text: str) -> str | None:
    try:
        return parse(text)
    except BadIdentifier:
        return None


def highlight(name: str, words: tuple[str, ...]) -> tuple[tuple[str, bool], ...]:
    """Cut a name into pieces, each with whether it is what was typed (letters compared without accents and case)."""
    marks = [False] * len(name)
    lowered = name.casefold()
    if len(lowered) == len(name):
        for word in words:
            for match in re.finditer(rf"(?<!\w){re.escape(word)}", lowered):
                marks[match.start() : match.end()] = [True] * (match.end() - match.start())
    cuts = [0, *(at for at, (left, right) in enumerate(pairwise(marks), start=1) if left != right), len(name)]
    return tuple((name[start:end], marks[start]) for start, end in pairwise(cuts) if start < end)
