"""What user names and passwords have to be."""

import pytest

from tht_app.domain.errors import Problem, ValidationFailed
from tht_app.domain.passwords import display_name_problem, ensure, password_problem, username_problem


@pytest.mark.parametrize(
    "password",
    ["tujuh-Sepeda-biru-9", "demo-THT-2026", "kuda terbang di sawah", "é" * 6 + "abcdefgh", "x9" * 60 + "abcd"],
)
def test_length_counts_not_kinds_of_characters(password: str):
    assert password_problem(password, "dokter") is None


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("", "password_short"),
        ("elevenchars", "password_short"),
        ("a" * 12, "password_guessable"),
        ("ababababababab", "password_guessable"),
        ("password1234", "password_guessable"),
        ("KATASANDI123456", "password_guessable"),
        ("sri.wahyuni-sri.wahyuni-1", "password_guessable"),
        ("z" * 100 + "abcdefghijklmnopqrstuvwxyzabcdef", "password_long"),
    ],
)
def test_what_guessers_try_first_is_refused(password: str, code: str):
    problem = password_problem(password, "sri.wahyuni")
    assert problem is not None
    assert problem.code == code


@pytest.mark.parametrize("username", ["ab", "dr.sari", "perawat_2", "a-b", "x" * 60, "0815"])
def test_plain_user_names_are_taken(username: str):
    assert username_problem(username) is None


@pytest.mark.parametrize("username", ["", "a", "Dokter", "dr sari", "-x", ".x", "x" * 61, "naïf", "a\nb", "admin\n"])
def test_other_user_names_are_refused(username: str):
    assert username_problem(username) == Problem("username_form")


def test_a_name_is_needed_and_has_an_end():
    assert display_name_problem("dr. Sari Kusuma, Sp.THT-KL") is None
    assert display_name_problem("  ") == Problem("required")
    assert display_name_problem("x" * 201) == Problem("too_long", {"max": 200})


def test_every_bad_field_is_named_at_once():
    with pytest.raises(ValidationFailed) as refusal:
        ensure(a=Problem("required"), b=None, c=Problem("too_long", {"max": 1}))
    assert set(refusal.value.fields) == {"a", "c"}
