"""Whether the audit log is what it was when it was sealed: every entry, every seal, every anchor.

Reads as somebody who may read the log and believes nothing else that lies in the database: leaves are computed here
from the columns themselves, signatures are checked with the public key that the master key gives.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tht_app.database.anchors import AnchorLine
from tht_app.database.engine import Database
from tht_app.database.seal import StoredSeal, handovers, leaves, may_read, seals_after, strays, unsealed
from tht_app.database.signing import signed_by
from tht_app.database.succession import Signers, signers_of
from tht_app.domain.audit.chain import (
    Anchor,
    Fault,
    Finding,
    anchor_faults,
    chain_faults,
    leaf_hash,
    merkle_root,
    standing_anchors,
)
from tht_app.domain.errors import SessionEnded

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
    """Check everything after seal `after` (0 is everything), and every anchor; entries are streamed, never all held.

    Raises `SessionEnded` when the session did not last to the end: what it could not see any more is no fault.
    """
    stored = await seals_after(database, token)
    report = Report(anchors=len(anchors), last_anchor_at=anchors[-1].at if anchors else "")
    signers = signers_of(public, await handovers(database, token))
    report.handovers = len(signers.former)
    _check_seals(stored, signers, report)
    _check_anchors(stored, anchors, signers, report)
    wanted = [one for one in stored if one.seal.number > after]
    await _check_entries(database, token, wanted, report, progress)
    if stored:
        last = stored[-1]
        report.seals, report.last_number, report.last_digest = len(stored), last.seal.number, last.digest
    await _check_strays(database, token, stored, report)
    report.unsealed = await unsealed(database, token, stored[-1].seal if stored else None)
    if not await may_read(database, token):
        raise SessionEnded
    report.findings.sort(key=lambda finding: (finding.seal, finding.fault))
    return report


def _check_seals(stored: Sequence[StoredSeal], signers: Signers, report: Report) -> None:
    report.findings += chain_faults(one.seal for one in stored)
    for one in stored:
        if one.digest != one.seal.digest():
            report.findings.append(Finding(Fault.SEAL_BROKEN, one.seal.number))
        elif not signed_by(signers.of_seal(one.seal.number), one.signature, one.digest):
            report.findings.append(Finding(Fault.SIGNATURE_WRONG, one.seal.number))


def _check_anchors(
    stored: Sequence[StoredSeal], anchors: Sequence[AnchorLine], signers: Signers, report: Report
) -> None:
    digests = {one.seal.number: one.digest for one in stored}
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


async def _check_entries(
    database: Database, token: str, wanted: Sequence[StoredSeal], report: Report, progress: Progress
) -> None:
    """One pass over the entries for all seals: they lie in the same order."""
    if not wanted:
        return
    everything = sum(one.seal.count for one in wanted)
    for epoch in sorted({one.seal.epoch for one in wanted}):
        batch = [one for one in wanted if one.seal.epoch == epoch]
        stream = leaves(database, token, epoch, batch[0].seal.lo, batch[-1].seal.hi)
        waiting = await anext(stream, None)
        for one in batch:
            hashes: list[bytes] = []
            while waiting is not None and waiting[0] < one.seal.hi:
                hashes.append(leaf_hash(waiting[1]))
                waiting = await anext(stream, None)
            if len(hashes) != one.seal.count or merkle_root(hashes) != one.seal.root:
                report.findings.append(Finding(Fault.ENTRIES_DIFFER, one.seal.number))
            report.entries += len(hashes)
            progress(report.entries, everything)
        await stream.aclose()


async def _check_strays(database: Database, token: str, stored: Sequence[StoredSeal], report: Report) -> None:
    """An entry slipped in behind the last seal of an epoch that is over would never come under a seal."""
    seals = [one.seal for one in stored]
    for epoch in await strays(database, token, seals):
        last = max((seal.number for seal in seals if seal.epoch <= epoch), default=0)
        report.findings.append(Finding(Fault.ENTRIES_DIFFER, last))
