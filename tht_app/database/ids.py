"""Row ids: UUID version 7 (RFC 9562), made by us because a value is sealed for its row before the row exists."""

import secrets
import time
from uuid import UUID


def new_id() -> UUID:
    """Return a new UUIDv7: 48 bits of milliseconds, then 74 random bits, so ids are unguessable yet index well."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & ((1 << 48) - 1)) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)
