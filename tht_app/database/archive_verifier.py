"""Checks an exported audit log: `python3 verify.py` in the unpacked archive. Needs nothing of the program it came from.

Exit status 0 only when every entry lies under its seal, the seals are chained, and (where the package `cryptography` is
at hand) each is signed with the key in public-key.txt, or the one named on the command line. Python 3.9 or newer.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Optional

Check = Callable[[int, bytes, bytes], bool]
Entry = tuple[int, int, bytes]


def root_of(leaves: list[bytes]) -> bytes:
    """Merkle root of RFC 6962 over leaf hashes."""
    level = leaves or [hashlib.sha256(b"").digest()]
    while len(level) > 1:
        last = level[-1:] if len(level) % 2 else []
        pairs = zip(level[::2], level[1::2])  # noqa: B905  the odd last one is added behind
        level = [hashlib.sha256(b"\x01" + left + right).digest() for left, right in pairs] + last
    return level[0]


def entries_of(folder: Path) -> Iterator[Entry]:
    """Epoch, transaction and leaf of each entry, in the order of the file."""
    with (folder / "entries.jsonl").open(encoding="utf-8", newline="\n") as file:
        for line in file:
            epoch, txid, canonical = line.rstrip("\n").split("\t", 2)
            yield int(epoch), int(txid), hashlib.sha256(b"\x00" + canonical.encode()).digest()


def signature_check(public: str, folder: Path) -> Optional[Check]:  # noqa: UP045  read by old Pythons
    """A function (seal, signature, digest) -> bool; nothing where signatures cannot be checked."""
    try:
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415
    except ImportError:
        return None

    def signed(key: str, signature: str, said: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(signature), said)
        except (InvalidSignature, ValueError):
            return False
        return True

    former = former_keys(public, folder, signed)

    def check(number: int, signature: bytes, digest: bytes) -> bool:
        key = public
        for last, older in former:
            if number <= last:
                key = older
        return signed(key, signature.hex(), digest)

    return check


def former_keys(public: str, folder: Path, signed: Callable[[str, str, bytes], bool]) -> list[tuple[int, str]]:
    """Keys before the present one with the last seal of each, the newest first: as far as statements lead back."""
    path = folder / "handovers.jsonl"
    found: list[tuple[int, str]] = []
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    for values in sorted((json.loads(line) for line in lines), reverse=True):
        number, old, new = values[1], values[3], values[4]
        said = json.dumps(["tht-audit-handover-1", *values[:6]]).encode()
        rises = not found or number <= found[-1][0]
        if new == public and rises and signed(old, values[6], said) and signed(new, values[7], said):
            found.append((number, old))
            public = old
    return found


class Reader:
    """Takes the entries of one seal after the other out of the file."""

    def __init__(self, folder: Path) -> None:
        """Begin at the first entry."""
        self._entries = entries_of(folder)
        self.waiting = next(self._entries, None)
        self.count = 0

    def leaves(self, epoch: int, lo: int, hi: int) -> list[bytes]:
        """The leaves of the next seal."""
        found: list[bytes] = []
        while self.waiting is not None and self.waiting[0] == epoch and lo <= self.waiting[1] < hi:
            found.append(self.waiting[2])
            self.waiting = next(self._entries, None)
        self.count += len(found)
        return found


def faults_of(folder: Path, check: Optional[Check], reader: Reader) -> Iterator[str]:  # noqa: UP045
    """What is wrong, in words."""
    former: tuple[int, str] | None = None
    for line in (folder / "seals.jsonl").read_text(encoding="utf-8").splitlines():
        values: list[Any] = json.loads(line)
        number, epoch, lo, hi, size, _total, root, before, _at = values[:9]
        digest = hashlib.sha256(json.dumps(["tht-audit-seal-1", *values[:9]]).encode()).digest()
        leaves = reader.leaves(epoch, lo, hi)
        if len(leaves) != size or root_of(leaves).hex() != root:
            yield f"entries under seal {number} are not what was sealed"
        if former is not None and (number, before) != (former[0] + 1, former[1]):
            yield f"seal {number} does not follow from the one before"
        if check is not None and not check(number, bytes.fromhex(values[9]), digest):
            yield f"seal {number} was not signed with this key"
        former = (number, digest.hex())
    if reader.waiting is not None:
        yield "there are entries under no seal"


def main(folder: Path, public: str) -> int:
    """Print what was found; returns the exit status."""
    check, reader = signature_check(public, folder), Reader(folder)
    faults = list(faults_of(folder, check, reader))
    lines = [f"FAULT: {fault}" for fault in faults]
    lines.append(f"{reader.count} entries; signatures {'checked' if check else 'not checked: install cryptography'}")
    lines.append("The log is NOT what it was." if faults else "The log is whole.")
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if faults else 0


if __name__ == "__main__":
    here = Path(__file__).resolve().parent
    named = sys.argv[1] if len(sys.argv) > 1 else (here / "public-key.txt").read_text(encoding="ascii").strip()
    raise SystemExit(main(here, named))
