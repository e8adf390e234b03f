"""What a note's editor and its room say to each other: one byte that names the message, then its content.

To the room:   STATE state-vector · UPDATE number update · PRESENCE json · PING
To the editor: WELCOME json · STATE length state-vector update · UPDATE update · ACK number json · PRESENCE json ·
               REFUSED json · FROZEN · PONG
Numbers are four bytes, big-endian. An editor numbers its updates upwards; ACK n says that all up to n are stored.
"""

import json
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from tht_app.domain.encounter.note import UpdateBroken

LONGEST_PRESENCE = 2_000
NUMBER = 4


class Kind(IntEnum):
    """The first byte of a message."""

    WELCOME = 0
    STATE = 1
    UPDATE = 2
    PRESENCE = 3
    PING = 4
    ACK = 5
    REFUSED = 6
    FROZEN = 7


@dataclass(frozen=True, slots=True)
class Said:
    """A message of an editor."""

    kind: Kind
    number: int = 0
    data: bytes = b""


def heard(message: bytes) -> Said:
    """Take a message of an editor apart; raises UpdateBroken for what is none."""
    head, rest = message[:1], message[1:]
    if head == bytes([Kind.STATE]):
        return Said(Kind.STATE, data=rest)
    if head == bytes([Kind.UPDATE]) and len(rest) > NUMBER:
        return Said(Kind.UPDATE, int.from_bytes(rest[:NUMBER], "big"), rest[NUMBER:])
    if head == bytes([Kind.PRESENCE]) and len(rest) <= LONGEST_PRESENCE:
        return Said(Kind.PRESENCE, data=rest)
    if message == bytes([Kind.PING]):
        return Said(Kind.PING)
    raise UpdateBroken


def cursor_of(data: bytes) -> Any:
    """Where an editor says that its caret is: an object that the others' editors understand, or nothing."""
    try:
        cursor = json.loads(data)
    except ValueError:
        raise UpdateBroken from None
    if cursor is not None and not isinstance(cursor, dict):
        raise UpdateBroken
    return cursor


def _json(kind: Kind, content: dict[str, Any]) -> bytes:
    return bytes([kind]) + json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def welcome(**content: Any) -> bytes:
    """Who you are, what you may write, how to keep what is not delivered."""
    return _json(Kind.WELCOME, content)


def state(vector: bytes, update: bytes) -> bytes:
    """What the room has that the editor has not, and how far the room is."""
    return bytes([Kind.STATE]) + len(vector).to_bytes(NUMBER, "big") + vector + update


def step(update: bytes) -> bytes:
    """What somebody else wrote."""
    return bytes([Kind.UPDATE]) + update


def ack(number: int, clock: str) -> bytes:
    """Everything up to this number is committed."""
    return bytes([Kind.ACK]) + number.to_bytes(NUMBER, "big") + json.dumps({"clock": clock}).encode()


def presence(**content: Any) -> bytes:
    """Somebody came, moved or (`left`) went."""
    return _json(Kind.PRESENCE, content)


def refused(code: str, words: str) -> bytes:
    """Why the line is about to be closed."""
    return _json(Kind.REFUSED, {"code": code, "words": words})


FROZEN = bytes([Kind.FROZEN])
PONG = bytes([Kind.PING])
