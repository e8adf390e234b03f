"""What a password may not be, with the real list of common ones."""

import pytest

from tht_app.use_cases.passwords import new_password_problem


def code(password: str, *names: str, username: str = "sri.wahyuni") -> str | None:
    problem = new_password_problem(password, username, names)
    return problem.code if problem else None


@pytest.mark.parametrize(
    "password",
    [
        "liverpool2024!",
        "!!Liverpool99!!",
        "butterfly1234",
        "supermansuperman",
        "sunshinedragon",
        "M1chelle1987",
        "basketball2023",
        "1qaz2wsx3edc",
    ],
)
def test_what_guessers_try_first_is_refused(password: str):
    assert code(password) in {"password_common", "password_guessable"}


@pytest.mark.parametrize(
    "password",
    [
        "tujuh-Sepeda-biru-9",
        "kursi hujan pelikan",
        "correct horse battery staple",
        "x" * 5 + "Rp?9kQ2mW4z",
        "éàü-перо-紙-gading",
    ],
)
def test_several_random_words_are_well_and_no_kind_of_character_is_asked_for(password: str):
    assert code(password) is None


@pytest.mark.parametrize("password", ["sri.wahyuni12345", "Wahyuni-Sehat-1", "KlinikSehatSelalu1"])
def test_the_own_name_and_the_clinics_do_not_make_a_password(password: str):
    assert code(password, "Sri Wahyuni", "Klinik Sehat Selalu") == "password_guessable"


def test_length_is_bounded_at_both_ends():
    assert code("x9!kQ2mW4zR") == "password_short"
    assert code("x9!kQ2mW4zRt" * 11) == "password_long"
    assert code("x9!kQ2mW4zRt" * 10) is None
