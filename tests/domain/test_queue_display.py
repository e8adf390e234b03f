"""Places that say nothing of their purpose, numbers as they are spoken, and a sound for each word."""

from pathlib import Path

import pytest

from tht_app.domain.queue import PointKind
from tht_app.domain.queue_display import (
    CLIPS,
    CODE_LENGTH,
    CODE_LETTERS,
    NoPhone,
    Place,
    number_clips,
    place_of,
    sign_clips,
    spoken,
    whatsapp_number,
)

SOUNDS = Path(__file__).resolve().parents[2] / "assets" / "sounds"


@pytest.mark.parametrize(
    ("number", "clips"),
    [
        (0, ("0",)),
        (7, ("7",)),
        (10, ("10",)),
        (11, ("11",)),
        (12, ("2", "belas")),
        (19, ("9", "belas")),
        (20, ("2", "puluh")),
        (21, ("2", "puluh", "1")),
        (99, ("9", "puluh", "9")),
    ],
)
def test_numbers_are_said_as_indonesian_says_them(number: int, clips: tuple[str, ...]) -> None:
    assert number_clips(number) == clips


def test_a_call_is_spelt_out_and_leads_to_the_door() -> None:
    said = spoken("A-012", Place("room", "2"))
    assert said == ("nomor-antrean", "a", "0", "1", "2", "silakan-ke", "ruang", "2")
    assert spoken("BC-1004", Place("cashier")) == (
        *("nomor-antrean", "b", "c", "1", "0", "0", "4"),
        *("silakan-ke", "kasir"),
    )


@pytest.mark.parametrize(
    ("sign", "clips"), [("12", ("2", "belas")), ("2A", ("2", "a")), ("A", ("a",)), ("05", ("0", "5"))]
)
def test_a_sign_is_read_as_people_read_it(sign: str, clips: tuple[str, ...]) -> None:
    assert sign_clips(sign) == clips


@pytest.mark.parametrize("kind", list(PointKind))
@pytest.mark.parametrize("sign", ["2", None])
def test_a_place_names_a_door_and_never_what_is_done_behind_it(kind: PointKind, sign: str | None) -> None:
    place = place_of(kind, "C", sign)
    assert place.word in {"room", "counter", "cashier", "pharmacy", "registration"}
    assert place.sign in {"2", "C", ""}
    assert (place.word == "counter") == (sign is None and kind in {PointKind.PRACTITIONER, PointKind.AUDIOLOGY})


def test_every_word_has_its_sound_and_all_of_them_are_small() -> None:
    files = {path.stem: path.stat().st_size for path in SOUNDS.glob("*.mp3")}
    assert files.keys() == CLIPS
    assert min(files.values()) > 500
    assert sum(files.values()) < 400_000


@pytest.mark.parametrize("word", ["room", "counter", "cashier", "pharmacy", "registration"])
@pytest.mark.parametrize("label", ["A-001", "ZZ-12345"])
def test_whatever_is_called_has_sounds(label: str, word: str) -> None:
    for sign in ("", "7", "99", "100", "X1Y"):
        assert set(spoken(label, Place(word, sign))) <= CLIPS


def test_a_code_cannot_be_guessed() -> None:
    assert len(set(CODE_LETTERS)) ** CODE_LENGTH > 2**78
    assert not set(CODE_LETTERS) & set("01ilo")


def test_the_number_for_a_message_has_the_country() -> None:
    assert whatsapp_number("+6281234567890") == "6281234567890"
    for wrong in ("", "081234567890", "+62 812"):
        with pytest.raises(NoPhone):
            whatsapp_number(wrong)
