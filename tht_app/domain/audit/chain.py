"""How the audit log is made provable: batches of entries under a Merkle root, each batch chained to the one before.

An entry's leaf is SHA-256(0x00 || canonical text); inner nodes are SHA-256(0x01 || left || right), the tree has the
shape of RFC 6962 section 2.1, so that an inclusion can be proved with a few hashes. A batch ("seal") names the
transaction ids it covers: whatever is later added, removed, changed or moved within them gives another root.
No clock, no I/O.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

LEAF, NODE = b"\x00", b"\x01"
FIRST = bytes(32)
"""What the first seal is chained to."""


def leaf_hash(canonical: str) -> bytes:
    """The leaf of one entry (32 bytes) from its canonical text."""
    return sha256(LEAF + canonical.encode()).digest()


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """The root (32 bytes) over leaf hashes in their order; of no leaves it is the hash of nothing (RFC 6962).

    Pairing neighbours level by level, an odd last one moving up as it is, gives the same tree as the RFC's recursion
    over the largest power of two.
    """
    if not leaves:
        return sha256(b"").digest()
    level = list(leaves)
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        last = level[-1:] if len(level) % 2 else []
        level = [sha256(NODE + left + right).digest() for left, right in pairs] + last
    return level[0]


@dataclass(frozen=True, slots=True)
class Seal:
    """One batch: all entries of the transactions `lo <= txid < hi`, `count` of them, `total` with all before.

    `at` is the microsecond (Unix) at which it was made; `epoch` rises when a backup was restored, because transaction
    ids then begin anew.
    """

    number: int
    epoch: int
    lo: int
    hi: int
    count: int
    total: int
    root: bytes
    previous: bytes
    at: int

    def canonical(self) -> str:
        """The text that is hashed and signed."""
        values = [self.number, self.epoch, self.lo, self.hi, self.count, self.total]
        return json.dumps(["tht-audit-seal-1", *values, self.root.hex(), self.previous.hex(), self.at])

    def digest(self) -> bytes:
        """What the next seal is chained to, and what the clinic signs (32 bytes)."""
        return sha256(self.canonical().encode()).digest()


class Fault(StrEnum):
    """What a verification can find; the words are `audit.fault.<value>`."""

    ENTRIES_DIFFER = "entries-differ"
    """Entries of a sealed batch were changed, removed, added or moved."""
    SEAL_BROKEN = "seal-broken"
    """A seal is not chained to the one before, or its figures do not add up."""
    SIGNATURE_WRONG = "signature-wrong"
    """A seal or anchor was not signed with the clinic's key."""
    SEAL_MISSING = "seal-missing"
    """The anchor names a seal that the log no longer has: the end was cut off, or an older database was put back."""
    ANCHOR_DIFFERS = "anchor-differs"
    """The log has another seal under the number that the anchor names: history was written anew."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault and the seal at which it shows."""

    fault: Fault
    seal: int


@dataclass(frozen=True, slots=True)
class Anchor:
    """What stands outside the database about a seal; without it a cut-off end could not be noticed.

    `begins` is the epoch that begins behind this seal because a backup was put back, 0 for any other anchor.
    """

    number: int
    digest: bytes
    total: int
    begins: int = 0


def chain_faults(seals: Iterable[Seal], previous: Seal | None = None) -> list[Finding]:
    """Faults in the chain itself, from the seal after `previous` on; the entries are not looked at."""
    found: list[Finding] = []
    for seal in seals:
        if not _follows(seal, previous):
            found.append(Finding(Fault.SEAL_BROKEN, seal.number))
        previous = seal
    return found


def _follows(seal: Seal, previous: Seal | None) -> bool:
    if previous is None:
        return (seal.number, seal.previous, seal.total) == (1, FIRST, seal.count)
    same = seal.epoch == previous.epoch
    goes_on = seal.lo == previous.hi if same else seal.epoch > previous.epoch and seal.lo == 0
    return (
        goes_on
        and seal.number == previous.number + 1
        and seal.previous == previous.digest()
        and seal.total == previous.total + seal.count
        and seal.lo <= seal.hi
    )


def anchor_faults(digests: dict[int, bytes], anchors: Iterable[Anchor]) -> list[Finding]:
    """Faults between what stands outside (`anchors`) and the log's seals (`digests` by number)."""
    found: list[Finding] = []
    for anchor in anchors:
        digest = digests.get(anchor.number)
        if digest is None:
            found.append(Finding(Fault.SEAL_MISSING, anchor.number))
        elif digest != anchor.digest:
            found.append(Finding(Fault.ANCHOR_DIFFERS, anchor.number))
    return found


def standing_anchors(anchors: Iterable[Anchor]) -> tuple[list[Anchor], list[Anchor], list[Anchor]]:
    """Anchors that the log must still agree with, those at which a backup was put back, and those that are forged.

    What was anchored before a restore and lies behind the seal that was restored is of a history that ended there. Each
    epoch begins once, so a restore's line that is repeated to excuse a later loss is no excuse.
    """
    standing: list[Anchor] = []
    restores: list[Anchor] = []
    forged: list[Anchor] = []
    for anchor in anchors:
        if anchor.begins and anchor.begins <= max((one.begins for one in restores), default=1):
            forged.append(anchor)
            continue
        if anchor.begins:
            restores.append(anchor)
            standing = [one for one in standing if one.number <= anchor.number]
        if anchor.number:
            standing.append(anchor)
    return standing, restores, forged
