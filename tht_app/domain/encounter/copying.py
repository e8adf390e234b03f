"""Copying from an earlier visit: what is copied says so, in the note itself.

A note that repeats last month's words as if they had been found today misleads whoever reads it next. So a copied
text stands between two lines that name the visit it came from. These lines are words of the record, not of a screen:
they are stored, signed and printed with it, and are read again in whichever language they were written. Their wording
stays.
"""

import re
from collections import Counter
from datetime import date

OPENINGS = {"id": "Disalin dari kunjungan", "en": "Copied from the visit of"}
CLOSINGS = {"id": "Akhir salinan", "en": "End of copy"}
ITEM = r"^\s*(?:- |\d+\. )?"
"""Somebody may have made a list of it since."""
OPENING = re.compile(rf"{ITEM}\[(?:{'|'.join(OPENINGS.values())}) (\d\d)-(\d\d)-(\d{{4}})[,\]]", re.MULTILINE)


def marked(text: str, day: date, doctor: str, lang: str) -> str:
    """The text between the lines that say where it comes from; `day` is the clinic's day of that visit."""
    language = lang if lang in OPENINGS else "id"
    name = doctor.replace("[", "(").replace("]", ")")
    return f"[{OPENINGS[language]} {day:%d-%m-%Y}, {name}]\n{text.strip()}\n[{CLOSINGS[language]}]"


def copies_in(text: str) -> tuple[date, ...]:
    """The days of the visits from which a text says it was copied, in reading order."""
    return tuple(day for found in OPENING.finditer(text) if (day := _day(*found.groups())) is not None)


def _day(day: str, month: str, year: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def new_copies(before: str, after: str) -> tuple[date, ...]:
    """What one version of a text copied that the version before had not, each as often as it came, earliest first."""
    return tuple(sorted((Counter(copies_in(after)) - Counter(copies_in(before))).elements()))
