"""What encryption costs: values sealed, opened and fingerprinted in a second, and what that makes of a list.

    make bench NAME=crypto

Goal: a list of fifty rows with four sealed columns costs less than 2 ms.
"""

import json
import secrets
import time
from collections.abc import Callable
from uuid import uuid4

from tht_app.database.crypto import Purpose, Vault, new_data_key

VALUES = 50_000
NOTE = "Telinga kanan berdenging sejak tiga hari, tidak nyeri, pendengaran menurun. " * 20
LIST_FIELDS = 50 * 4
MOST_MS = 2.0


def per_second(act: Callable[[int], object], count: int = VALUES) -> int:
    """How often in a second."""
    started = time.perf_counter()
    for number in range(count):
        act(number)
    return round(count / (time.perf_counter() - started))


def main() -> None:
    """Print the figures; the exit status is not 0 when the promise is broken."""
    master, row = secrets.token_bytes(32), uuid4()
    vault = Vault.unlock(master, [new_data_key(master, purpose, 1) for purpose in Purpose])
    nik = vault.seal(Purpose.IDENTITY, "patient.nik", row, "3174012345678901")
    note = vault.seal(Purpose.CLINICAL, "note.body", row, NOTE)
    opened = per_second(lambda _: vault.open(Purpose.IDENTITY, "patient.nik", row, nik))
    figures = {
        "bench": "crypto",
        "seal_per_s": per_second(lambda _: vault.seal(Purpose.IDENTITY, "patient.nik", row, "3174012345678901")),
        "open_per_s": opened,
        "open_note_per_s": per_second(lambda _: vault.open(Purpose.CLINICAL, "note.body", row, note)),
        "reseal_per_s": per_second(lambda _: vault.reseal(Purpose.IDENTITY, "patient.nik", row, nik)),
        "blind_per_s": per_second(lambda number: vault.blind("patient.nik", str(number))),
        "list_ms": round(LIST_FIELDS / opened * 1000, 3),
    }
    print(json.dumps(figures))
    if figures["list_ms"] > MOST_MS:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
