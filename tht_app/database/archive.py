"""Sealed entries of the audit log as a file that proves itself: one zip, checked by one program of plain Python.

Kept for 25 years it must not need this program or its database: `entries.jsonl` holds the canonical text of each
entry, `seals.jsonl` the seals, `public-key.txt` the key, `handovers.jsonl` the keys before it, `verify.py` the check.
What old and new values were stays encrypted in the database; of them an entry holds the SHA-256 alone.
"""

import json
import zipfile
from pathlib import Path

from tht_app.database.engine import Database
from tht_app.database.seal import StoredSeal, handovers, leaves, seals_after
from tht_app.database.signing import key_id_of
from tht_app.database.succession import Handover

VERIFIER = Path(__file__).with_name("archive_verifier.py")
README = """Audit log of a clinic, seals {first} to {last}, {entries} entries.

To check it: python3 verify.py [public key]
It needs Python 3.9 or newer; the package `cryptography` too if the signatures are to be checked.
Compare the public key with the one that the clinic has published or noted elsewhere ({key_id}).
"""


async def write_archive(database: Database, token: str, public: bytes, target: Path, *, after: int = 0) -> int:
    """Write the archive of every seal after `after`; returns how many entries it holds."""
    stored = [one for one in await seals_after(database, token) if one.seal.number > after]
    entries = 0
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("entries.jsonl", "w", force_zip64=True) as out:
            for epoch in sorted({one.seal.epoch for one in stored}):
                batch = [one for one in stored if one.seal.epoch == epoch]
                async for txid, canonical in leaves(database, token, epoch, batch[0].seal.lo, batch[-1].seal.hi):
                    out.write(f"{epoch}\t{txid}\t{canonical}\n".encode())
                    entries += 1
        changes = await handovers(database, token)
        archive.writestr("handovers.jsonl", "".join(f"{_statement(one)}\n" for one in changes))
        archive.writestr("seals.jsonl", "".join(f"{_line(one)}\n" for one in stored))
        archive.writestr("public-key.txt", f"{public.hex()}\n")
        archive.write(VERIFIER, "verify.py")
        first, last = (stored[0].seal.number, stored[-1].seal.number) if stored else (0, 0)
        said = README.format(first=first, last=last, entries=entries, key_id=key_id_of(public))
        archive.writestr("README.txt", said)
    return entries


def _line(one: StoredSeal) -> str:
    seal = one.seal
    values = [seal.number, seal.epoch, seal.lo, seal.hi, seal.count, seal.total]
    return json.dumps([*values, seal.root.hex(), seal.previous.hex(), seal.at, one.signature.hex()])


def _statement(one: Handover) -> str:
    values = [one.step, one.number, one.digest.hex(), one.old_public.hex(), one.new_public.hex(), one.at]
    return json.dumps([*values, one.old_signature.hex(), one.new_signature.hex()])
