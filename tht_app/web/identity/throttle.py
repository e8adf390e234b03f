"""Slowing down whoever guesses: by account, by address, and neither tells which part was wrong.

Strangers who guess at a doctor's account slow down strangers only: from an address where that account has signed in
before, its failures are counted apart. The account is counted under a fingerprint: people type passwords into the wrong
field, and what was typed is not kept.
"""

from tht_app.database.engine import current
from tht_app.database.gate import Gate

FREE_OF_AN_ADDRESS = 30
"""A clinic's desks share one address, so it takes more failures to slow an address than an account."""


async def subjects_of(gate: Gate, username: str, address: str | None) -> tuple[str, str]:
    """What failures are counted under: the account as seen from there, and the address."""
    where = address or "unknown"
    known = await gate.known_address(username, where)
    account = f"account:{fingerprint_of(username)}"
    return (f"{account}@{where}" if known else account), f"address:{where}"


def fingerprint_of(username: str) -> str:
    """What stands for a user name where failures are counted."""
    return current().vault.blind("throttle.username", username).hex()[:24]


async def note_failure(gate: Gate, subjects: tuple[str, str]) -> None:
    """Count one failed try."""
    account, address = subjects
    await gate.note_failure(account)
    await gate.note_failure(address, FREE_OF_AN_ADDRESS)
