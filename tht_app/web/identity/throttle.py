"""Slowing down whoever guesses: by account, by address, and neither tells which part was wrong.

Strangers who guess at a doctor's account slow down strangers only. A device on which somebody signed in before has a
cookie of its own: its failures are counted apart, and what others do to the account or to the clinic's address does not
stop it. From an address where the account has signed in before, failures are counted apart as well. The account is
counted under a fingerprint: people type passwords into the wrong field, and what was typed is not kept.
"""

from hashlib import sha256

from tht_app.database.engine import current
from tht_app.database.gate import Gate

FREE_OF_AN_ADDRESS = 30
"""A clinic's desks share one address, so it takes more failures to slow an address than an account."""


async def subjects_of(gate: Gate, username: str, address: str | None, device: str | None = None) -> tuple[str, ...]:
    """What failures are counted under, the account first: apart for a known device, else with the address."""
    account = f"account:{fingerprint_of(username)}"
    if device and await gate.device_known(username, device):
        return (f"{account}#{sha256(device.encode()).hexdigest()[:16]}",)
    where = address or "unknown"
    known = await gate.known_address(username, where)
    return (f"{account}@{where}" if known else account), f"address:{where}"


def fingerprint_of(username: str) -> str:
    """What stands for a user name where failures are counted."""
    return current().vault.blind("throttle.username", username).hex()[:24]


async def note_failure(gate: Gate, subjects: tuple[str, ...]) -> None:
    """Count one failed try."""
    account, *address = subjects
    await gate.note_failure(account)
    for where in address:
        await gate.note_failure(where, FREE_OF_AN_ADDRESS)
