"""What a user name and a password have to be. Length counts, not kinds of characters; nothing ever expires."""

import re

from tht_app.domain.errors import Problem, ValidationFailed

SHORTEST = 12
LONGEST = 128
USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,59}")
GUESSED_FIRST = (
    "password",
    "passw0rd",
    "katasandi",
    "rahasia",
    "qwerty",
    "asdfgh",
    "iloveyou",
    "sayang",
    "bismillah",
    "indonesia",
    "jakarta",
    "welcome",
    "selamatdatang",
    "letmein",
    "administrator",
    "klinik",
    "dokter",
    "perawat",
    "apoteker",
    "123456",
    "111111",
    "000000",
    "abc123",
)
"""Words that guessing lists begin with: a password may hold one, but has to hold at least eight other characters."""


def password_problem(password: str, username: str) -> Problem | None:
    """What is wrong with a new password, if anything."""
    if len(password) < SHORTEST:
        return Problem("password_short", {"least": SHORTEST})
    if len(password) > LONGEST:
        return Problem("password_long", {"most": LONGEST})
    plain = password.lower()
    if len(set(plain)) < 5:
        return Problem("password_guessable")
    rest = plain.replace(username.lower(), "") if username else plain
    for word in GUESSED_FIRST:
        rest = rest.replace(word, "")
    if len(rest) < 8:
        return Problem("password_guessable")
    return None


def username_problem(username: str) -> Problem | None:
    """What is wrong with a user name, if anything."""
    return None if USERNAME.fullmatch(username) else Problem("username_form")


def display_name_problem(name: str) -> Problem | None:
    """What is wrong with the name that colleagues and documents show."""
    if not name.strip():
        return Problem("required")
    return Problem("too_long", {"max": 200}) if len(name) > 200 else None


def ensure(**problems: Problem | None) -> None:
    """Raise ValidationFailed naming every field that has a problem."""
    if found := {field: problem for field, problem in problems.items() if problem is not None}:
        raise ValidationFailed(found)
