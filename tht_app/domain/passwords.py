"""What a user name and a password have to be. Length counts, not kinds of characters; nothing ever expires."""

import re
from collections.abc import Callable, Iterable

from tht_app.domain.errors import Problem, ValidationFailed

SHORTEST = 12
LONGEST = 128
USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,59}")
MAILBOX = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
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


SHORTEST_WORD = 4
"""Shorter names and words stand by chance in any password."""
LOOKALIKES = str.maketrans("0134578@$!", "oleastbasi")
"""What people write instead of letters, so that `P@ssw0rd` is the word it is."""


def password_problem(
    password: str, username: str, *, is_common: Callable[[str], bool] | None = None, names: Iterable[str] = ()
) -> Problem | None:
    """What is wrong with a new password, if anything.

    `is_common` knows what guessing lists hold; `names` are those that a guesser would try first: the person's, the
    clinic's.
    """
    if len(password) < SHORTEST:
        return Problem("password_short", {"least": SHORTEST})
    if len(password) > LONGEST:
        return Problem("password_long", {"most": LONGEST})
    plain = password.lower()
    if len(set(plain)) < 5:
        return Problem("password_guessable")
    if is_common is not None and any(_made_of_common(form, is_common) for form in _forms(plain)):
        return Problem("password_common")
    rest = plain.replace(username.lower(), "") if username else plain
    for word in (*_words(names), *GUESSED_FIRST):
        rest = rest.replace(word, "")
    if len(rest) < 8:
        return Problem("password_guessable")
    return None


def _forms(plain: str) -> set[str]:
    """The password, and the word in it without what people put before and behind or instead of letters."""
    core = re.sub(r"^[^a-z]+|[^a-z]+$", "", plain)
    read = re.sub(r"^[^a-z]+|[^a-z]+$", "", plain.translate(LOOKALIKES))
    return {form for form in (plain, core, core.translate(LOOKALIKES), read) if form}


def _made_of_common(form: str, is_common: Callable[[str], bool]) -> bool:
    """One common password, or two side by side."""
    return is_common(form) or any(
        is_common(form[:cut]) and is_common(form[cut:]) for cut in range(SHORTEST_WORD, len(form) - SHORTEST_WORD + 1)
    )


def _words(names: Iterable[str]) -> list[str]:
    """The words of names, the longest first."""
    words = {word for name in names for word in re.split(r"[^a-z]+", name.lower()) if len(word) >= SHORTEST_WORD}
    return sorted(words, key=len, reverse=True)


def username_problem(username: str) -> Problem | None:
    """What is wrong with a user name, if anything."""
    return None if USERNAME.fullmatch(username) else Problem("username_form")


def display_name_problem(name: str) -> Problem | None:
    """What is wrong with the name that colleagues and documents show."""
    if not name.strip():
        return Problem("required")
    return Problem("too_long", {"max": 200}) if len(name) > 200 else None


def mailbox_problem(address: str) -> Problem | None:
    """What is wrong with the address that links are sent to; none at all is well."""
    return None if not address or (len(address) <= 254 and MAILBOX.fullmatch(address)) else Problem("mailbox_shape")


def ensure(**problems: Problem | None) -> None:
    """Raise ValidationFailed naming every field that has a problem."""
    if found := {field: problem for field, problem in problems.items() if problem is not None}:
        raise ValidationFailed(found)
