"""The master key on paper: lines that a person can type, each with its own check, whole or as two of three shares.

A share alone says nothing about the key (Shamir's scheme over GF(256): a line through the key and a random slope, byte
by byte; any two of its points give the line). A line of paper holds eight bytes and two signs of check, so a typing
mistake is found in the line in which it was made.
"""

import re
import secrets
from collections.abc import Sequence
from hashlib import sha256

from tht_app.database.crypto import KEY_BYTES

SHARES = 3
PART_BYTES = 8
POLYNOMIAL = 0x11B
WHOLE = 0
"""The number of what is no share but the key itself."""
HEAD = re.compile(r"^THT-KEY ([0-3])$")


class NotReadable(Exception):
    """What was typed is no key; the text says which line, for the person who typed it."""


def _times(left: int, right: int) -> int:
    """Product in GF(256)."""
    product = 0
    while right:
        product ^= left if right & 1 else 0
        left = (left << 1) ^ (POLYNOMIAL if left & 0x80 else 0)
        right >>= 1
    return product


def _inverse(number: int) -> int:
    """The number that gives 1 when multiplied with this one: its 254th power."""
    power = 1
    for _ in range(254):
        power = _times(power, number)
    return power


def shares_of(key: bytes) -> list[bytes]:
    """Three shares of which any two give the key; a new set each time, not to be mixed with another."""
    slope = secrets.token_bytes(len(key))
    return [
        bytes(byte ^ _times(rise, number) for byte, rise in zip(key, slope, strict=True))
        for number in range(1, SHARES + 1)
    ]


def key_from(first: tuple[int, bytes], second: tuple[int, bytes]) -> bytes:
    """The key from two shares with their numbers."""
    (left, left_bytes), (right, right_bytes) = first, second
    if left == right or len(left_bytes) != len(right_bytes):
        raise NotReadable("Two different shares of the same set are needed.")
    # The value at 0 of the line through both points; subtraction is addition here.
    weight_left = _times(right, _inverse(left ^ right))
    weight_right = _times(left, _inverse(left ^ right))
    return bytes(
        _times(one, weight_left) ^ _times(other, weight_right)
        for one, other in zip(left_bytes, right_bytes, strict=True)
    )


def lines_of(number: int, content: bytes) -> list[str]:
    """What stands on the paper: a head with the number of the share, then four lines with their checks."""
    parts = [content[start : start + PART_BYTES] for start in range(0, len(content), PART_BYTES)]
    return [f"THT-KEY {number}", *(_line(number, place, part) for place, part in enumerate(parts, 1))]


def _line(number: int, place: int, part: bytes) -> str:
    digits = part.hex().upper()
    groups = " ".join(digits[start : start + 4] for start in range(0, len(digits), 4))
    return f"{place}: {groups} /{_check(number, place, part)}"


def _check(number: int, place: int, part: bytes) -> str:
    return sha256(bytes([number, place]) + part).hexdigest()[:2].upper()


def read_lines(lines: Sequence[str]) -> list[tuple[int, bytes]]:
    """The key or shares as they were typed, with their numbers; raises `NotReadable`."""
    found: list[tuple[int, bytes]] = []
    number: int | None = None
    content = b""
    for line in [" ".join(line.upper().split()) for line in lines if line.strip()]:
        head = HEAD.match(line)
        if head:
            number, content = int(head[1]), b""
            continue
        if number is None:
            raise NotReadable("The first line has to be THT-KEY and the number that stands behind it.")
        content += _part(number, len(content) // PART_BYTES + 1, line)
        if len(content) == KEY_BYTES:
            found.append((number, content))
            number = None
    if number is not None:
        raise NotReadable(f"Lines are missing behind THT-KEY {number}.")
    return found


def _part(number: int, place: int, line: str) -> bytes:
    digits, _, check = line.partition("/")
    digits = re.sub(r"^\d+\s*:", "", digits).replace(" ", "")
    try:
        part = bytes.fromhex(digits)
    except ValueError:
        part = b""
    if len(part) != PART_BYTES or check.strip() != _check(number, place, part):
        raise NotReadable(f"Line {place} of THT-KEY {number} is mistyped.")
    return part


def assembled(found: Sequence[tuple[int, bytes]]) -> bytes:
    """The key from what was read: the whole of it, or two shares; raises `NotReadable`."""
    for number, content in found:
        if number == WHOLE:
            return content
    if len(found) < 2:
        raise NotReadable("One share alone is not enough: type a second one.")
    return key_from(found[0], found[1])
