"""Procedures: what was done to the patient in a visit, by ICD-9-CM volume 3, with side and a word on it.

Indonesia reports procedures by ICD-9-CM (edition of 2010). The list that ships is version 32 of the Centers for
Medicare & Medicaid Services, the last one there was (October 2014), a work of the United States government and so in
the public domain; what an ENT clinic does has Indonesian words beside it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from tht_app.domain.encounter.diagnosis import folded
from tht_app.domain.encounter.icd10 import Term
from tht_app.domain.errors import RuleViolation

LONGEST_NOTE = 500


class CodeSystem(StrEnum):
    """The two lists that a doctor chooses codes from."""

    ICD10 = "icd-10"
    ICD9CM = "icd-9-cm"


class UnknownProcedureCode(RuleViolation):
    """The code is not in the list of procedures."""

    code = "encounter.icd9cm_unknown"


class ProcedureTwice(RuleViolation):
    """The same procedure on the same side already stands in this encounter."""

    code = "encounter.procedure_twice"


SIDED = re.compile(r"^(18|19|20|22|26)\.|^21\.[036]|^28\.0$|^95\.48$|^96\.52$|^98\.1[12]$")
"""Ear, side of the nose, sinuses, salivary glands: the side is asked for, 'not stated' has to be chosen."""
KEY = re.compile(r"^\d{2}[.,]?\d{0,2}$")


@dataclass(frozen=True, slots=True)
class Icd9cmCode:
    """One row of the code list. `ent`: somebody wrote Indonesian words for it."""

    code: str
    title_en: str
    title_id: str
    synonyms: str
    ent: bool

    @property
    def key(self) -> str:
        """The code without its dot: `9652`."""
        return self.code.replace(".", "")

    @property
    def search_text(self) -> str:
        """Both titles and all synonyms, folded."""
        return folded(f"{self.title_id} {self.synonyms} {self.title_en}")


def build(titles: Mapping[str, str], terms: Iterable[Term]) -> list[Icd9cmCode]:
    """Combine the list (`{code: English title}`) and the Indonesian words."""
    words = {term.code: term for term in terms}
    return [
        Icd9cmCode(
            code,
            title,
            words[code].title_id if code in words else "",
            words[code].synonyms if code in words else "",
            code in words,
        )
        for code, title in sorted(titles.items())
    ]


def asks_for_side(code: str) -> bool:
    """Whether a procedure with this code has to say its side."""
    return SIDED.search(code) is not None


def code_key(text: str) -> str:
    """The beginning of a code in any spelling, for example `96.52` or `9652` as `9652`; empty if it is none."""
    typed = text.strip().replace(" ", "")
    return typed.replace(".", "").replace(",", "") if KEY.match(typed) else ""
