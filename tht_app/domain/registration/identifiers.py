"""Numbers that name a patient: NIK, BPJS card, telephone, medical-record number.

Every `parse_*` takes what a person typed and gives the one form we store, or raises `BadIdentifier` with a problem
code. The shape of a number is an error when it is wrong; what a NIK says about birth date and sex is only ever a doubt,
because regions split, people move and old cards deviate.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from tht_app.domain.errors import Problem
from tht_app.domain.registration.sex import Sex

NIK_LENGTH = 16
BPJS_LENGTH = 13
FEMALE_DAY_OFFSET = 40
PROVINCES = range(11, 98)
REGENCIES = range(1, 80)
MOBILE_DIGITS = range(10, 14)
"""Digits of an Indonesian number with its leading 0."""
FOREIGN_DIGITS = range(8, 16)
RECORD_NUMBER_MAX = 99_999_999
SHOWN_LONG = 999_999

_SEPARATORS = re.compile(r"[\s.\-()/]+")


class BadIdentifier(ValueError):
    """The text is no such number; `problem` holds the words' code for the field."""

    def __init__(self, code: str, **params: str | int) -> None:
        """Keep code and data of the message."""
        super().__init__(code)
        self.problem = Problem(code, params)


def only_digits(text: str) -> str:
    """Drop the separators people write between digits; anything else stays and is judged by the caller."""
    return _SEPARATORS.sub("", text.strip())


def _is_ascii_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def parse_nik(text: str) -> str:
    """Give the 16 digits of a NIK (nomor induk kependudukan)."""
    digits = only_digits(text)
    if not _is_ascii_digits(digits):
        raise BadIdentifier("nik_digits_only")
    if len(digits) != NIK_LENGTH:
        raise BadIdentifier("nik_length", count=len(digits))
    if len(set(digits)) == 1 or digits.endswith("0000") or digits.startswith("0"):
        raise BadIdentifier("nik_impossible")
    return digits


@dataclass(frozen=True, slots=True)
class NikSays:
    """What a NIK tells about its holder: sex, day and month of birth, last two digits of the year."""

    sex: Sex
    day: int
    month: int
    year_of_century: int

    def agrees_with(self, birth_date: date) -> bool:
        """Whether the holder can be born on that day."""
        return (self.day, self.month, self.year_of_century) == (
            birth_date.day,
            birth_date.month,
            birth_date.year % 100,
        )


def read_nik(nik: str) -> NikSays | None:
    """Read birth date and sex out of a well-formed NIK; None when those digits are no day or no region."""
    province, regency, day, month, year = (int(nik[at : at + 2]) for at in (0, 2, 6, 8, 10))
    sex = Sex.FEMALE if day > FEMALE_DAY_OFFSET else Sex.MALE
    day -= FEMALE_DAY_OFFSET if sex is Sex.FEMALE else 0
    if province not in PROVINCES or regency not in REGENCIES or not 1 <= month <= 12:
        return None
    leap_tolerant_year = 2000 + year
    if not 1 <= day <= monthrange(leap_tolerant_year, month)[1]:
        return None
    return NikSays(sex, day, month, year)


def nik_doubts(nik: str, birth_date: date, sex: Sex) -> tuple[str, ...]:
    """Say where NIK and form disagree, as warning codes; a doubt never blocks."""
    says = read_nik(nik)
    if says is None:
        return ("nik_unusual",)
    doubts: list[str] = []
    if not says.agrees_with(birth_date):
        doubts.append("nik_birth_date_differs")
    if sex in (Sex.MALE, Sex.FEMALE) and says.sex is not sex:
        doubts.append("nik_sex_differs")
    return tuple(doubts)


def shown_nik(nik: str) -> str:
    """Group for reading: `3174 0154 0785 0001`."""
    return " ".join(nik[at : at + 4] for at in range(0, len(nik), 4))


def masked_nik(nik: str) -> str:
    """Hide the middle, for lists and prints: `3174********0001`."""
    return f"{nik[:4]}{'*' * (len(nik) - 8)}{nik[-4:]}"


def parse_bpjs(text: str) -> str:
    """Give the 13 digits of a BPJS card, leading zeros kept."""
    digits = only_digits(text)
    if not _is_ascii_digits(digits):
        raise BadIdentifier("bpjs_digits_only")
    if len(digits) != BPJS_LENGTH:
        raise BadIdentifier("bpjs_length", count=len(digits))
    return digits


def parse_phone(text: str) -> str:
    """Give E.164 (`+6281234567890`) of `0812-3456-7890`, `62812...`, `+62 812...`, a landline or a foreign number."""
    typed = only_digits(text)
    # No country has a code that begins with 0: "000…" is a card number, not a call abroad.
    international = typed.startswith("+") or (typed.startswith("00") and not typed.startswith("000"))
    digits = typed.removeprefix("+").removeprefix("00") if international else typed
    if not _is_ascii_digits(digits):
        raise BadIdentifier("phone_digits_only")
    if digits.startswith("62") and (international or len(digits) > min(MOBILE_DIGITS)):
        national = "0" + digits.removeprefix("62").removeprefix("0")
    elif international:
        if len(digits) not in FOREIGN_DIGITS:
            raise BadIdentifier("phone_length", count=len(digits))
        return f"+{digits}"
    elif digits.startswith("8"):
        national = "0" + digits
    else:
        national = digits
    return _indonesian(national)


def _indonesian(national: str) -> str:
    if not national.startswith("0"):
        raise BadIdentifier("phone_prefix")
    shortest = min(MOBILE_DIGITS) if national.startswith("08") else 9
    if not shortest <= len(national) <= max(MOBILE_DIGITS):
        raise BadIdentifier("phone_length", count=len(national))
    if national[1] == "0":
        raise BadIdentifier("phone_prefix")
    return "+62" + national[1:]


def shown_phone(e164: str) -> str:
    """As people read it: `0812-3456-7890`; foreign numbers stay international."""
    if not e164.startswith("+62"):
        return e164
    national = "0" + e164[3:]
    return "-".join(part for part in (national[:4], national[4:8], national[8:]) if part)


def parse_record_number(text: str) -> int | None:
    """Read `00-12-34`, `RM 001234` or `1234`; None when it is no medical-record number."""
    digits = only_digits(re.sub(r"^\s*(no\.?\s*)?rm\b[\s.:]*", "", text, flags=re.IGNORECASE))
    if not _is_ascii_digits(digits) or len(digits) > len(str(RECORD_NUMBER_MAX)):
        return None
    return int(digits) or None


def shown_record_number(number: int) -> str:
    """Pairs of digits as printed on the card: 1234 -> `00-12-34`, 1234567 -> `01-23-45-67`."""
    digits = f"{number:0{6 if number <= SHOWN_LONG else 8}d}"
    return "-".join(digits[at : at + 2] for at in range(0, len(digits), 2))
