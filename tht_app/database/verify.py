"""Whether the audit log is what it was when it was sealed: every entry, every seal, every anchor.

Reads as somebody who may read the log and believes nothing else that lies in the database: leaves are computed anew
from the columns, by functions that PostgreSQL brings along, signatures are checked with the public key that the master
key gives.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tht_app.database.anchors import AnchorLine
from tht_app.database.engine import Database
from tht_app.database.seal import (
    StoredSeal,
    handovers,
    leaf_hashes,
    may_read,
    newest_seal,
    seals_after,
    strays,
    unsealed,
)
from tht_app.database.signing import signed_by
from tht_app.database.succession import Signers, signers_of
from tht_app.domain.audit.chain import (
    Anchor,
    Fault,
    Finding,
    Seal,
    anchor_faults,
    chain_faults,
    merkle_root,
    standing_anchors,
)
from tht_app.domain.errors import SessionEnded

SEALS_AT_ONCE = 2_000
LEAVES_AT_ONCE = 100_000
Progress = Callable[[int, int], None]
"""Entries checked, entries in all."""


@dataclass(slots=True)
class Report:
    """What was checked and what was found; all is well without findings."""

    seals: int = 0
    entries: int = 0
    unsealed: int = 0
    anchors: int = 0
    handovers: int = 0
    """How often the key that signs has changed."""
    last_digest: bytes = b""
    last_number: int = 0
    last_anchor_at: str = ""
    restores: list[Anchor] = field(default_factory=list[Anchor])
    """Each time a backup was put back: the seal from which the log went on. No fault, and never to be kept quiet."""
    findings: list[Finding] = field(default_factory=list[Finding])
    checked_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def well(self) -> bool:
        """Nothing was found."""
        return not self.findings


async def verify_log(
    database: Database,
    token: str,
    public: bytes,
    anchors: Sequence[AnchorLine],
    *,
    after: int = 0,
    progress: Progress = lambda _done, _all: None,
) -> Report:
    """Check everything after seal `after` (0 is everything), and every anchor; a part at a time, never all held.

    Raises `SessionEnded` when the session did not last to the end: what it could not see any more is no fault.
    """
    report = Report(anchors=len(anchors), last_anchor_at=anchors[-1].at if anchors else "")
    signers = signers_of(public, await handovers(database, token))
    report.handovers = len(signers.former)
    walk = _Walk(database, token, signers, report, {line.anchor.number for line in anchors} | signers.pinned().keys())
    newest = await newest_seal(database, token)
    everything = newest.seal.total if newest else 0
    while page := await seals_after(database, token, walk.number, most=SEALS_AT_ONCE):
        for part in _parts(page):
            await walk.over(part, after)
            progress(min(report.entries, everything), everything)
    _check_anchors(walk.digests, anchors, signers, report)
    await _check_strays(database, token, list(walk.ends.values()), report)
    report.unsealed = await unsealed(database, token, walk.last.seal if walk.last else None)
    if not await may_read(database, token):
        raise SessionEnded
    report.findings.sort(key=lambda finding: (finding.seal, finding.fault))
    return report


def _parts(page: Sequence[StoredSeal]) -> Iterator[list[StoredSeal]]:
    """Some seals at a time, of about a hundred thousand entries by what they say of themselves; one at least."""
    part: list[StoredSeal] = []
    held = 0
    for one in page:
        if part and held + one.seal.count > LEAVES_AT_ONCE:
            yield part
            part, held = [], 0
        part.append(one)
        held += one.seal.count
    if part:
        yield part


class _Walk:
    """From the first seal to the last, holding no more than the part at which it is."""

    def __init__(self, database: Database, token: str, signers: Signers, report: Report, wanted: set[int]) -> None:
        """`wanted` are the numbers of seals that anchors and changes of the key speak of."""
        self._database, self._token, self._signers, self._report = database, token, signers, report
        self._wanted = wanted
        self.last: StoredSeal | None = None
        self.digests: dict[int, bytes] = {}
        """Of the wanted seals."""
        self.ends: dict[int, Seal] = {}
        """The last seal of each epoch."""

    @property
    def number(self) -> int:
        """The seal up to which it has come."""
        return self.last.seal.number if self.last else 0

    async def over(self, part: Sequence[StoredSeal], after: int) -> None:
        """Check seals, and what lies under those behind seal `after`."""
        self._report.findings += chain_faults((one.seal for one in part), self.last.seal if self.last else None)
        for one in part:
            self._check(one)
        if wanted := [one for one in part if one.seal.number > after]:
            await self._check_entries(wanted)
        self.last = part[-1]
        report = self._report
        report.seals += len(part)
        report.last_number, report.last_digest = self.last.seal.number, self.last.digest

    def _check(self, one: StoredSeal) -> None:
        if one.digest != one.seal.digest():
            self._report.findings.append(Finding(Fault.SEAL_BROKEN, one.seal.number))
        elif not signed_by(self._signers.of_seal(one.seal.number), one.signature, one.digest):
            self._report.findings.append(Finding(Fault.SIGNATURE_WRONG, one.seal.number))
        if one.seal.number in self._wanted:
            self.digests[one.seal.number] = one.digest
        self.ends[one.seal.epoch] = one.seal

    async def _check_entries(self, part: Sequence[StoredSeal]) -> None:
        hashes = await leaf_hashes(self._database, self._token, part[0].seal.number, part[-1].seal.number)
        for one in part:
            found = hashes.get(one.seal.number, [])
            if len(found) != one.seal.count or merkle_root(found) != one.seal.root:
                self._report.findings.append(Finding(Fault.ENTRIES_DIFFER, one.seal.number))
            self._report.entries += len(found)


def _check_anchors(digests: dict[int, bytes], anchors: Sequence[AnchorLine], signers: Signers, report: Report) -> None:
    ours = [line.genuine or line.by in signers.of_anchor(line.anchor.number) for line in anchors]
    report.findings += [
        Finding(Fault.SIGNATURE_WRONG, line.anchor.number) for line, own in zip(anchors, ours, strict=True) if not own
    ]
    standing, report.restores, forged = standing_anchors(
        line.anchor for line, own in zip(anchors, ours, strict=True) if own
    )
    for number, digest in signers.pinned().items():
        if digests.get(number) != digest:
            report.findings.append(Finding(Fault.ANCHOR_DIFFERS, number))
    report.findings += [Finding(Fault.SIGNATURE_WRONG, anchor.number) for anchor in forged]
    report.findings += anchor_faults(digests, standing)


async def _check_strays(database: Database, token: str, seals: Sequence[Seal], report: Report) -> None:
    """An entry slipped in behind the last seal of an epoch that is over would never come under a seal.

    `seals` are the last of each epoch.
    """
    for epoch in await strays(database, token, seals):
        last = max((seal.number for seal in seals if seal.epoch <= epoch), default=0)
        report.findings.append(Finding(Fault.ENTRIES_DIFFER, last))
