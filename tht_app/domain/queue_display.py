"""What a waiting room sees and hears of the queue: places without their purpose, numbers as they are spoken. Pure.

A display never says a name, and never what a room is for: `Ruang 2`, not `Ruang Audiometri` (PMK 24/2022 on medical
records: that somebody is treated, and for what, is confidential).
"""

import re
from dataclasses import dataclass
from typing import NewType
from uuid import UUID

from tht_app.domain.errors import RuleViolation
from tht_app.domain.queue import PointKind

DisplayId = NewType("DisplayId", UUID)

SIGN = re.compile("[A-Z0-9]{1,3}")
"""What stands at a door."""
LONGEST_MESSAGE = 200
TICKET_WIDTHS = (58, 80)
"""Millimetres of the paper in a ticket printer."""
THEMES = ("dark", "light")
CODE_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
CODE_LENGTH = 16
"""31 letters to the power of 16 are 79 bits: nobody guesses a ticket of today by trying."""

CALLED_AGAIN_WITHIN_SECONDS = 120
"""A call that a display missed is still announced when it is not older than this."""

NUMBERS = frozenset(str(number) for number in range(12))
CLIPS = (
    NUMBERS
    | frozenset("abcdefghijklmnopqrstuvwxyz")
    | {"chime", "nomor-antrean", "silakan-ke", "ruang", "loket", "kasir", "farmasi", "pendaftaran", "belas", "puluh"}
)
"""The sounds in `assets/sounds`, each a file of that name."""


class NoPhone(RuleViolation):
    """The patient has no telephone to which a message could go."""

    code = "display.no_phone"


@dataclass(frozen=True, slots=True)
class Place:
    """Where to go: `word` is room, counter, cashier, pharmacy or registration; `sign` what stands at the door."""

    word: str
    sign: str = ""


def place_of(kind: PointKind, letter: str, sign: str | None) -> Place:
    """The place of a call. A room without a sign is called by the letter of its service point."""
    alone = {PointKind.CASHIER: "cashier", PointKind.PHARMACY: "pharmacy", PointKind.REGISTRATION: "registration"}
    if kind in alone:
        return Place(alone[kind], sign or "")
    return Place("room", sign) if sign else Place("counter", letter)


def number_clips(number: int) -> tuple[str, ...]:
    """0 to 99 as Indonesian says them: 12 is `dua belas`, 20 `dua puluh`."""
    tens, units = divmod(number, 10)
    if number < 12:
        return (str(number),)
    if tens == 1:
        return (str(units), "belas")
    return (str(tens), "puluh", *((str(units),) if units else ()))


def sign_clips(sign: str) -> tuple[str, ...]:
    """A sign as it is read: `12` as a number, `2A` and `A` letter by letter."""
    if sign.isdigit() and not sign.startswith("0") and int(sign) < 100:
        return number_clips(int(sign))
    return tuple(sign.lower())


def spoken(label: str, place: Place) -> tuple[str, ...]:
    """The clips of one announcement: "Nomor antrean A, kosong satu dua, silakan ke Ruang dua"."""
    word = {
        "room": "ruang",
        "counter": "loket",
        "cashier": "kasir",
        "pharmacy": "farmasi",
        "registration": "pendaftaran",
    }[place.word]
    number = tuple(sign for sign in label.lower() if sign in CLIPS)
    return ("nomor-antrean", *number, "silakan-ke", word, *sign_clips(place.sign))


def whatsapp_number(e164: str) -> str:
    """The number as `wa.me` wants it: with the country, without plus sign. Raises NoPhone."""
    digits = e164.removeprefix("+")
    if not (e164.startswith("+") and digits.isdigit()):
        raise NoPhone
    return digits
