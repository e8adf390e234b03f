"""Diagnoses: side, certainty, and how a search text is read."""

import re
import unicodedata
from enum import StrEnum

from tht_app.domain.errors import RuleViolation


class Laterality(StrEnum):
    """The side of a diagnosis or finding, always the patient's own."""

    RIGHT = "right"
    LEFT = "left"
    BOTH = "both"
    NONE = "none"


class Certainty(StrEnum):
    """FHIR `Condition.verificationStatus`, as far as a doctor chooses it."""

    CONFIRMED = "confirmed"
    PROVISIONAL = "provisional"
    DIFFERENTIAL = "differential"


class UnknownDiagnosisCode(RuleViolation):
    """The code is not in the edition of ICD-10 that Indonesia reports in, or is a heading above finer codes."""

    code = "encounter.icd10_unknown"


class DiagnosisTwice(RuleViolation):
    """The same code with the same side already stands in this encounter."""

    code = "encounter.diagnosis_twice"


SIDED = re.compile(r"^(H6\d|H7\d|H8[013]|H9[0-5]|S00\.4|S01\.3|S09\.2|T16|G51\.0)")
"""Ear, hearing and facial nerve: the side is asked for, 'not stated' has to be chosen."""

CODE = re.compile(r"^[A-Z]\d\d(\.\d{1,2})?$")


def asks_for_side(code: str) -> bool:
    """Whether a diagnosis with this ICD-10 code has to say its side."""
    return SIDED.match(code) is not None


def is_icd10_code(text: str) -> bool:
    """Letter, two digits, and after a dot at most two more: `H66`, `H66.1`."""
    return CODE.match(text) is not None


def folded(text: str) -> str:
    """Text as the search sees it: lower case, without accents, words separated by one blank."""
    plain = unicodedata.normalize("NFKD", text)
    letters = "".join(ch if ch.isalnum() else " " for ch in plain if not unicodedata.combining(ch))
    return " ".join(letters.lower().split())


def code_key(text: str) -> str:
    """The beginning of a code in any spelling, for example `h66.1` or `H661` as `h661`; empty if it is none."""
    key = text.strip().lower().replace(".", "").replace(" ", "")
    return key if re.match(r"^[a-z]\d{1,4}$", key) else ""
