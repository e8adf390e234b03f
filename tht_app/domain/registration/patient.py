"""What we ask about a patient, and when an answer can be accepted.

A form arrives as text, from a screen, a CSV line or a program alike; `parse_patient` gives `PatientDetails` or names
every field that cannot be accepted at once.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from tht_app.domain.errors import Problem, ValidationFailed
from tht_app.domain.registration.dates import EARLIEST_BIRTH_YEAR, is_minor, parse_date
from tht_app.domain.registration.identifiers import (
    BadIdentifier,
    nik_doubts,
    parse_bpjs,
    parse_nik,
    parse_phone,
    shown_phone,
)
from tht_app.domain.registration.names import clean_name, name_problem
from tht_app.domain.registration.sex import Sex

Form = Mapping[str, str]
Choice = TypeVar("Choice", bound=StrEnum)

EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s.,;<>\"]{2,}")
SHORT, LONG = 100, 200
EMAIL_MAX = 254


class Payer(StrEnum):
    """Who pays: `registration.payer.<value>`."""

    SELF = "self"
    BPJS = "bpjs"
    INSURANCE = "insurance"


class NikMissing(StrEnum):
    """Why there is no NIK: `registration.nik_missing.<value>`."""

    NEWBORN = "newborn"
    FOREIGNER = "foreigner"
    NOT_BROUGHT = "not_brought"


class OtherId(StrEnum):
    """An identity document other than the NIK: `registration.other_id.<value>`."""

    PASSPORT = "passport"
    STAY_PERMIT = "stay_permit"
    MOTHER_NIK = "mother_nik"


class Relation(StrEnum):
    """How the guardian stands to the patient: `registration.relation.<value>`."""

    MOTHER = "mother"
    FATHER = "father"
    SPOUSE = "spouse"
    CHILD = "child"
    SIBLING = "sibling"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Address:
    """Where somebody lives; every part may be empty."""

    street: str = ""
    rt: str = ""
    rw: str = ""
    village: str = ""
    district: str = ""
    city: str = ""
    province: str = ""
    postal_code: str = ""

    @property
    def area(self) -> str:
        """The part that tells two people of one name apart in a list: village or district, and city."""
        return ", ".join(part for part in (self.village or self.district, self.city) if part)

    @property
    def line(self) -> str:
        """The whole address on one line, as it is printed."""
        block = f"RT {self.rt or '-'}/RW {self.rw or '-'}" if self.rt or self.rw else ""
        parts = (self.street, block, self.village, self.district, self.city, self.province, self.postal_code)
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Guardian:
    """Who answers for the patient; `phone` is E.164 or empty."""

    name: str
    relation: Relation
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Social:
    """Social identity of the medical record (PMK 24/2022 art. 14) and the place of birth; every part may be empty."""

    birth_place: str = ""
    religion: str = ""
    occupation: str = ""
    education: str = ""
    marital_status: str = ""


@dataclass(frozen=True, slots=True)
class PatientDetails:
    """A patient's accepted data; empty text and None mean unknown."""

    name: str
    birth_date: date
    birth_date_estimated: bool
    sex: Sex
    nik: str | None
    nik_missing: NikMissing | None
    other_id_kind: OtherId | None
    other_id: str | None
    bpjs: str | None
    phone: str | None
    email: str | None
    address: Address
    payer: Payer
    insurer: str
    payer_number: str
    guardian: Guardian | None
    social: Social
    deceased: bool

    def doubts(self) -> tuple[str, ...]:
        """Warnings that a person should look at before saving; none of them blocks."""
        return nik_doubts(self.nik, self.birth_date, self.sex) if self.nik else ()


class _Reader:
    """Reads one form and collects what is wrong with it, field by field."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.problems: dict[str, Problem] = {}

    def text(self, field: str, longest: int = SHORT) -> str:
        typed = " ".join(unicodedata.normalize("NFC", self.form.get(field, "")).split())
        if len(typed) > longest:
            self.problems[field] = Problem("too_long", {"max": longest, "count": len(typed)})
            return ""
        if any(unicodedata.category(sign) in ("Cc", "Cs") for sign in typed):
            self.problems[field] = Problem("control_sign")
            return ""
        return typed

    def flag(self, field: str) -> bool:
        return self.form.get(field, "").strip().casefold() in {"on", "true", "1", "ya", "yes"}

    def number(self, field: str, parse: Callable[[str], str]) -> str | None:
        typed = self.text(field)
        if not typed or field in self.problems:
            return None
        try:
            return parse(typed)
        except BadIdentifier as bad:
            self.problems[field] = bad.problem
            return None

    def choice(self, field: str, kind: type[Choice]) -> Choice | None:
        typed = self.text(field)
        if not typed or field in self.problems:
            return None
        try:
            return kind(typed)
        except ValueError:
            self.problems[field] = Problem("choice")
            return None

    def require(self, field: str, value: object, code: str = "required") -> None:
        if not value and field not in self.problems:
            self.problems[field] = Problem(code)

    def name(self, field: str) -> str:
        name = clean_name(self.form.get(field, ""))
        if problem := name_problem(name):
            self.problems[field] = problem
        return name

    def pattern(self, field: str, shape: str, code: str, longest: int = SHORT) -> str:
        typed = self.text(field, longest)
        if typed and not re.fullmatch(shape, typed):
            self.problems[field] = Problem(code)
        return typed


def parse_patient(form: Form, today: date) -> PatientDetails:
    """Accept a filled-in form, or raise `ValidationFailed` naming every bad field."""
    read = _Reader(form)
    name = read.name("name")
    birth_date = _birth_date(read, today)
    sex = read.choice("sex", Sex)
    read.require("sex", sex)
    nik = read.number("nik", parse_nik)
    nik_missing = None if nik else read.choice("nik_missing", NikMissing)
    if not form.get("nik", "").strip():
        read.require("nik_missing", nik_missing, "nik_or_reason")
    other_id_kind, other_id = _other_id(read)
    phone = read.number("phone", parse_phone)
    bpjs = read.number("bpjs", parse_bpjs)
    payer, insurer, payer_number = _coverage(read, bpjs)
    guardian = _guardian(read, minor=birth_date is not None and is_minor(birth_date, today), phone=phone)
    address, social = _address(read), _social(read)
    email = read.pattern("email", EMAIL.pattern, "email_shape", EMAIL_MAX)
    if read.problems or birth_date is None or sex is None:
        raise ValidationFailed(read.problems)
    return PatientDetails(
        name=name,
        birth_date=birth_date,
        birth_date_estimated=read.flag("birth_date_estimated"),
        sex=sex,
        nik=nik,
        nik_missing=nik_missing,
        other_id_kind=other_id_kind,
        other_id=other_id,
        bpjs=bpjs,
        phone=phone,
        email=email or None,
        address=address,
        payer=payer,
        insurer=insurer,
        payer_number=payer_number,
        guardian=guardian,
        social=social,
        deceased=read.flag("deceased"),
    )


def _birth_date(read: _Reader, today: date) -> date | None:
    typed = read.text("birth_date")
    read.require("birth_date", typed)
    if "birth_date" in read.problems:
        return None
    found = parse_date(typed, today)
    if found is None:
        read.problems["birth_date"] = Problem("date_shape")
    elif found > today:
        read.problems["birth_date"] = Problem("date_future")
    elif found.year < EARLIEST_BIRTH_YEAR:
        read.problems["birth_date"] = Problem("date_too_early", {"year": EARLIEST_BIRTH_YEAR})
    else:
        return found
    return None


def _other_id(read: _Reader) -> tuple[OtherId | None, str | None]:
    kind = read.choice("other_id_kind", OtherId)
    if kind is OtherId.MOTHER_NIK:
        number = read.number("other_id", parse_nik)
    else:
        number = read.pattern("other_id", r"[A-Za-z0-9 ./-]{4,30}", "other_id_shape").upper() or None
    if kind is None and number:
        read.require("other_id_kind", kind)
    if kind is not None:
        read.require("other_id", number)
    return kind, number


def _coverage(read: _Reader, bpjs: str | None) -> tuple[Payer, str, str]:
    payer = read.choice("payer", Payer) or Payer.SELF
    insurer = read.text("insurer")
    if payer is Payer.BPJS:
        read.require("bpjs", bpjs, "bpjs_for_payer")
    if payer is Payer.INSURANCE:
        read.require("insurer", insurer)
    return payer, insurer, read.text("payer_number")


def _guardian(read: _Reader, *, minor: bool, phone: str | None) -> Guardian | None:
    given = any(read.form.get(field, "").strip() for field in ("guardian_name", "guardian_relation", "guardian_phone"))
    if not given:
        if minor:
            read.problems["guardian_name"] = Problem("guardian_for_minor")
        return None
    name = read.name("guardian_name")
    relation = read.choice("guardian_relation", Relation)
    read.require("guardian_relation", relation)
    guardian_phone = read.number("guardian_phone", parse_phone) or ""
    if minor and not phone:
        read.require("guardian_phone", guardian_phone)
    return Guardian(name, relation or Relation.OTHER, guardian_phone)


def _address(read: _Reader) -> Address:
    return Address(
        street=read.text("street", LONG),
        rt=read.pattern("rt", r"\d{1,3}", "three_digits"),
        rw=read.pattern("rw", r"\d{1,3}", "three_digits"),
        village=read.text("village"),
        district=read.text("district"),
        city=read.text("city"),
        province=read.text("province"),
        postal_code=read.pattern("postal_code", r"\d{5}", "postal_code_shape"),
    )


def _social(read: _Reader) -> Social:
    return Social(
        birth_place=read.text("birth_place"),
        religion=read.text("religion"),
        occupation=read.text("occupation"),
        education=read.text("education"),
        marital_status=read.text("marital_status"),
    )


def form_of(details: PatientDetails) -> dict[str, str]:
    """The form that gives these details again: fills the correction sheet and the export."""
    guardian = details.guardian
    filled = {
        "name": details.name,
        "birth_date": details.birth_date.isoformat(),
        "birth_date_estimated": "on" if details.birth_date_estimated else "",
        "sex": details.sex.value,
        "nik": details.nik,
        "nik_missing": details.nik_missing,
        "other_id_kind": details.other_id_kind,
        "other_id": details.other_id,
        "bpjs": details.bpjs,
        "phone": shown_phone(details.phone) if details.phone else "",
        "email": details.email,
        **asdict(details.address),
        "payer": details.payer.value,
        "insurer": details.insurer,
        "payer_number": details.payer_number,
        "guardian_name": guardian.name if guardian else "",
        "guardian_relation": guardian.relation.value if guardian else "",
        "guardian_phone": shown_phone(guardian.phone) if guardian and guardian.phone else "",
        **asdict(details.social),
        "deceased": "on" if details.deceased else "",
    }
    return {field: str(value or "") for field, value in filled.items()}
