"""Letters of the clinic: what each needs, how it is worded, and what its signatures are.

Elements after PMK 290/2008 art. 7(3) (informed consent: diagnosis and procedure, purpose, alternatives and their risks,
risks and complications, prognosis, cost), PMK 001/2012 (referral) and the code of ethics (a sick note follows an
examination, is never dated back, and tells the diagnosis only if the patient wants it told).
"""

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import cast
from uuid import UUID

from tht_app.domain.encounter.visit import EncounterClosed, EncounterStatus, NotYourEncounter, Visit, owns
from tht_app.domain.errors import Problem, RuleViolation, ValidationFailed
from tht_app.domain.identity import Role
from tht_app.domain.registration.dates import is_minor


class LetterKind(StrEnum):
    """What the clinic hands out with its name on it."""

    SICK_NOTE = "sick_note"
    REFERRAL = "referral"
    CONSENT = "consent"
    SUMMARY = "summary"


PREFIX: Mapping[LetterKind, str] = {
    LetterKind.SICK_NOTE: "SKS",
    LetterKind.REFERRAL: "RJK",
    LetterKind.CONSENT: "PTK",
    LetterKind.SUMMARY: "RSM",
}
MOST_SICK_DAYS = 14
LONGEST_FIELD = 1500
SHORT_FIELD = 150
LONGEST_PART = 2000
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
PARTS = ("title", "opening", "body", "closing")


class LetterBeforeExamination(RuleViolation):
    """The doctor has not begun with the patient: there is nothing yet to write a letter about."""

    code = "letter.before_examination"


class SummaryBeforeSigning(RuleViolation):
    """A summary tells what was signed."""

    code = "letter.before_signing"


class LetterWithdrawn(RuleViolation):
    """The letter was withdrawn: it is not printed any more."""

    code = "letter.withdrawn"


class NotYourLetter(RuleViolation):
    """Only the doctor who wrote a letter withdraws it."""

    code = "letter.not_yours"


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that the doctor says on the form; `longest` in characters."""

    name: str
    required: bool = False
    longest: int = LONGEST_FIELD


FIELDS: Mapping[LetterKind, tuple[Field, ...]] = {
    LetterKind.SICK_NOTE: (),
    LetterKind.REFERRAL: (
        Field("facility", required=True, longest=SHORT_FIELD),
        Field("department", longest=SHORT_FIELD),
        Field("diagnosis", required=True),
        Field("findings", required=True),
        Field("procedures"),
        Field("therapy"),
        Field("reason", required=True),
    ),
    LetterKind.CONSENT: (
        Field("diagnosis", required=True),
        Field("procedure", required=True, longest=SHORT_FIELD),
        Field("steps", required=True),
        Field("purpose", required=True),
        Field("risks", required=True),
        Field("alternatives", required=True),
        Field("prognosis", required=True),
        Field("cost", longest=SHORT_FIELD),
        Field("witness", longest=SHORT_FIELD),
    ),
    LetterKind.SUMMARY: (
        Field("complaint", required=True),
        Field("findings", required=True),
        Field("diagnosis", required=True),
        Field("procedures"),
        Field("therapy"),
        Field("advice"),
    ),
}

COMMON_WORDS = frozenset(
    {
        "nama",
        "umur",
        "jenis_kelamin",
        "tanggal_lahir",
        "no_rm",
        "alamat",
        "dokter",
        "klinik",
        "tanggal",
        "tanggal_periksa",
    }
)
PLACEHOLDERS: Mapping[LetterKind, frozenset[str]] = {
    LetterKind.SICK_NOTE: COMMON_WORDS | {"hari", "dari", "sampai"},
    LetterKind.REFERRAL: COMMON_WORDS | {"tujuan", "bagian"},
    LetterKind.CONSENT: COMMON_WORDS | {"tindakan", "keputusan", "pemberi", "hubungan"},
    LetterKind.SUMMARY: COMMON_WORDS,
}
NEEDED: Mapping[LetterKind, frozenset[str]] = {
    LetterKind.SICK_NOTE: frozenset({"hari", "dari", "sampai"}),
    LetterKind.REFERRAL: frozenset(),
    LetterKind.CONSENT: frozenset({"tindakan", "keputusan", "pemberi"}),
    LetterKind.SUMMARY: frozenset(),
}
"""Without these a letter would not say what it is for."""


@dataclass(frozen=True, slots=True)
class Wording:
    """The sentences of a letter, with named placeholders such as `{nama}`."""

    title: str
    opening: str
    body: str
    closing: str

    def filled(self, values: Mapping[str, str]) -> "Wording":
        """With every placeholder in place of its value, once: what a value holds is never a placeholder."""

        def fill(text: str) -> str:
            return PLACEHOLDER.sub(lambda match: values.get(match[1], ""), text).strip()

        return Wording(fill(self.title), fill(self.opening), fill(self.body), fill(self.closing))


def checked_wording(kind: LetterKind, parts: Mapping[str, str]) -> Wording:
    """The wording that the clinic wrote for a kind of letter; raises ValidationFailed naming each bad part."""
    texts = {name: _tidy(parts.get(name, "")) for name in PARTS}
    problems: dict[str, str | Problem] = {}
    for name, text in texts.items():
        used = set(PLACEHOLDER.findall(text))
        strange = sorted(used - PLACEHOLDERS[kind])
        if len(text) > LONGEST_PART:
            problems[name] = Problem("too_long", {"max": LONGEST_PART})
        elif strange or "{" in PLACEHOLDER.sub("", text) or "}" in PLACEHOLDER.sub("", text):
            problems[name] = Problem(
                "letter.placeholder", {"names": ", ".join(f"{{{one}}}" for one in strange) or "{ }"}
            )
    if not texts["title"]:
        problems["title"] = "required"
    missing = sorted(NEEDED[kind] - set(PLACEHOLDER.findall(" ".join(texts.values()))))
    if missing and "body" not in problems:
        problems["body"] = Problem("letter.missing", {"names": ", ".join(f"{{{one}}}" for one in missing)})
    if problems:
        raise ValidationFailed(problems)
    return Wording(**texts)


def letter_number(kind: LetterKind, year: int, drawn: int) -> str:
    """`SKS/2026/000123`: without gaps for each kind and year."""
    return f"{PREFIX[kind]}/{year}/{drawn:06d}"


def ensure_may_issue(kind: LetterKind, visit: Visit, person_id: object, roles: frozenset[Role]) -> None:
    """The treating doctor writes letters, from the examination on; a summary after the signature."""
    if visit.status is EncounterStatus.CANCELLED:
        raise EncounterClosed
    if not owns(visit, person_id, roles):  # type: ignore[arg-type]
        raise NotYourEncounter
    if visit.status not in {EncounterStatus.IN_PROGRESS, EncounterStatus.FINISHED}:
        raise LetterBeforeExamination
    if kind is LetterKind.SUMMARY and visit.signed_at is None:
        raise SummaryBeforeSigning


def checked_fields(kind: LetterKind, form: Mapping[str, str]) -> dict[str, str]:
    """What was written on the form, tidied; raises ValidationFailed naming each bad field."""
    values: dict[str, str] = {}
    problems: dict[str, str | Problem] = {}
    for field in FIELDS[kind]:
        text = values[field.name] = _tidy(form.get(field.name, ""))
        if field.required and not text:
            problems[field.name] = "required"
        elif len(text) > field.longest:
            problems[field.name] = Problem("too_long", {"max": field.longest})
    if problems:
        raise ValidationFailed(problems)
    return values


@dataclass(frozen=True, slots=True)
class SickLeave:
    """From when, for how many days, and whether the diagnosis is told."""

    start: date
    days: int
    tells_diagnosis: bool

    @property
    def end(self) -> date:
        """The last day of rest."""
        return self.start + timedelta(days=self.days - 1)


def checked_leave(form: Mapping[str, str], examined_on: date) -> SickLeave:
    """The days of rest; raises ValidationFailed for a day before the examination, or far from it."""
    problems: dict[str, str | Problem] = {}
    start = _day(form.get("start", ""))
    typed = form.get("days", "").strip()
    days = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 4 else 0
    if start is None:
        problems["start"] = "required"
    elif not examined_on <= start <= examined_on + timedelta(days=7):
        problems["start"] = "letter.start"
    if not 1 <= days <= MOST_SICK_DAYS:
        problems["days"] = Problem("letter.days", {"max": MOST_SICK_DAYS})
    if problems or start is None:
        raise ValidationFailed(problems)
    return SickLeave(start, days, form.get("tells_diagnosis") == "on")


@dataclass(frozen=True, slots=True)
class Decision:
    """Who agrees to a procedure or refuses it, for whom."""

    agrees: bool
    name: str
    relation: str
    """Empty for the patient themselves."""


def checked_decision(form: Mapping[str, str], patient_name: str, born: date, today: date) -> Decision:
    """Raises ValidationFailed; for a minor somebody else decides."""
    problems: dict[str, str | Problem] = {}
    answer, giver = form.get("decision", ""), form.get("giver", "")
    name, relation = _tidy(form.get("giver_name", "")), _tidy(form.get("relation", ""))
    if answer not in {"agree", "refuse"}:
        problems["decision"] = "choice"
    if giver not in {"patient", "guardian"}:
        problems["giver"] = "choice"
    elif giver == "patient" and is_minor(born, today):
        problems["giver"] = "letter.minor"
    elif giver == "guardian":
        problems |= {
            field: "required" if not text else Problem("too_long", {"max": SHORT_FIELD})
            for field, text in (("giver_name", name), ("relation", relation))
            if not 0 < len(text) <= SHORT_FIELD
        }
    if problems:
        raise ValidationFailed(problems)
    own = giver == "patient"
    return Decision(answer == "agree", patient_name if own else name, "" if own else relation)


Strokes = tuple[tuple[tuple[int, int], ...], ...]
PAD_WIDTH, PAD_HEIGHT = 1000, 360
MOST_STROKES, MOST_POINTS = 80, 4000


def checked_strokes(text: str) -> Strokes:
    """A signature as the pad sends it: `[[x, y, x, y, …], …]` in whole units of a field of 1000 by 360.

    Empty text is no signature, which leaves a line to sign on paper. Raises ValidationFailed for anything else.
    """
    if not text:
        return ()
    try:
        given: object = json.loads(text)
    except ValueError:
        raise ValidationFailed({"signature": "letter.signature"}) from None
    lines = cast("list[object]", given) if isinstance(given, list) else []
    strokes = tuple(_stroke(line) for line in lines)
    if not 0 < len(strokes) <= MOST_STROKES or sum(map(len, strokes)) > MOST_POINTS:
        raise ValidationFailed({"signature": "letter.signature"})
    return strokes


def _stroke(line: object) -> tuple[tuple[int, int], ...]:
    numbers = cast("list[object]", line) if isinstance(line, list) else []
    whole = [number for number in numbers if isinstance(number, int) and not isinstance(number, bool)]
    points = tuple(zip(whole[::2], whole[1::2], strict=False))
    inside = all(0 <= x <= PAD_WIDTH and 0 <= y <= PAD_HEIGHT for x, y in points)
    if len(whole) != len(numbers) or len(whole) % 2 or not points or not inside:
        raise ValidationFailed({"signature": "letter.signature"})
    return points


def _tidy(text: str) -> str:
    """Lines as they were typed, without blanks at their ends and without what nobody sees."""
    composed = unicodedata.normalize("NFC", text).replace("\r\n", "\n")
    seen = "".join(sign for sign in composed if sign == "\n" or unicodedata.category(sign) not in {"Cc", "Cf", "Cs"})
    return "\n".join(line.rstrip() for line in seen.split("\n")).strip()


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs below a letter: what they are, their name, and their signature (empty: on paper)."""

    role: str
    name: str
    strokes: Strokes = ()


@dataclass(frozen=True, slots=True)
class LetterContent:
    """Everything that a letter says, in its language, as it was when it was issued: a copy says the same."""

    lang: str
    clinic: str
    address: str
    phone: str
    clinic_licence: str
    city: str
    day: date
    doctor: str
    licence: str
    wording: Wording
    identity: tuple[tuple[str, str], ...]
    facts: tuple[tuple[str, str], ...]
    signers: tuple[Signer, ...] = ()


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter in a list; `reason` says why it was withdrawn."""

    id: UUID
    encounter_id: UUID
    patient_id: UUID
    kind: LetterKind
    number: str
    verify_code: str
    issued_at: datetime
    issued_by: str
    prints: int
    withdrawn: bool
    reason: str
    mine: bool
