"""When a new registration looks like somebody we already know."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum

from tht_app.domain.registration.names import alikeness

LIKELY_ALIKE = 0.99
"""Every word of the shorter name is in the longer one, give or take one typing mistake a word."""
POSSIBLY_ALIKE = 0.5


class Likeness(IntEnum):
    """How sure we are; words are `registration.likeness.<name in lower case>`."""

    POSSIBLE = 1
    LIKELY = 2
    CERTAIN = 3


@dataclass(frozen=True, slots=True)
class Traits:
    """What two registrations are compared by; numbers as keyed fingerprints or as they are."""

    words: tuple[str, ...]
    birth_date: date | None
    nik: bytes | None = None
    bpjs: bytes | None = None
    phone: bytes | None = None


def birth_dates_to_compare(birth_date: date) -> tuple[date, ...]:
    """The day itself and what a slip makes of it: day and month swapped, one day or one year off."""
    days = {birth_date, birth_date - timedelta(days=1), birth_date + timedelta(days=1)}
    swaps = (
        (birth_date.year, birth_date.day, birth_date.month),
        (birth_date.year - 1, birth_date.month, birth_date.day),
        (birth_date.year + 1, birth_date.month, birth_date.day),
    )
    for year, month, day in swaps:
        try:
            days.add(date(year, month, day))
        except ValueError:
            continue
    return tuple(sorted(days))


def likeness(new: Traits, known: Traits) -> Likeness | None:
    """Compare two registrations; None when they are plainly two people."""
    if new.nik and new.nik == known.nik:
        return Likeness.CERTAIN
    if new.bpjs and new.bpjs == known.bpjs:
        return Likeness.LIKELY
    alike = alikeness(new.words, known.words)
    same_phone = bool(new.phone) and new.phone == known.phone
    if new.birth_date and new.birth_date == known.birth_date and alike >= LIKELY_ALIKE:
        return Likeness.LIKELY
    near_day = bool(new.birth_date and known.birth_date in birth_dates_to_compare(new.birth_date))
    if alike >= LIKELY_ALIKE and (near_day or same_phone):
        return Likeness.POSSIBLE
    if alike >= POSSIBLY_ALIKE and near_day and (same_phone or new.birth_date == known.birth_date):
        return Likeness.POSSIBLE
    return None
