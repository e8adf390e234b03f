"""How the log's proof stands: seals, anchor, last verification; and having it verified now."""

import asyncio
import contextlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tht_app.database.anchors import AnchorLine, newest_anchor
from tht_app.database.apart import as_values, run_apart
from tht_app.database.engine import current
from tht_app.database.queries import audit as queries
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.database.verify import Report
from tht_app.domain.audit import AuditAction
from tht_app.domain.audit.log import Chain, LastAnchor, LastSeal, Progress, Verified
from tht_app.domain.errors import DomainError
from tht_app.domain.identity import Permission
from tht_app.settings import settings
from tht_app.use_cases.audit.reading import local, opened
from tht_app.use_cases.door import Actor, execute, use_case

log = logging.getLogger("tht.audit")


@dataclass(frozen=True, slots=True)
class ReadChain:
    """How the proof stands."""


@dataclass(frozen=True, slots=True)
class KeepVerification:
    """Note in the log itself what a verification found; `faults` are fault and seal."""

    entries: int
    seals: int
    faults: tuple[tuple[str, int], ...] = ()
    fault_count: int = 0
    restores: tuple[tuple[int, int], ...] = ()
    """Epoch that began when a backup was put back, and the seal it went on from."""


@use_case(permission=Permission.AUDIT_READ, audit=AuditAction.READ, reads=True)
async def read_chain(_request: ReadChain, work: UnitOfWork) -> Chain:
    """Seals and the last verification from the log, the anchor from its file outside the database."""
    return await chain_of(work)


async def chain_of(work: UnitOfWork) -> Chain:
    """How the proof stands, for a use case that shows it among other things."""
    sealed = await queries.last_seal(work)
    anchor = await asyncio.to_thread(newest_anchor, settings().anchors, work.audit_public)
    behind = await queries.sealed_since(work, anchor.anchor.number if anchor else 0)
    waiting, since = await queries.waiting(work, *((sealed["epoch"], sealed["hi"]) if sealed else (0, 0)))
    return Chain(
        unsealed=waiting,
        oldest_unsealed=local(since, work) if since else None,
        seal=LastSeal(sealed["number"], _moment(sealed["at"], work), sealed["total"]) if sealed else None,
        anchor=await _last_anchor(anchor, work),
        verified=await _last_verification(work),
        running=VERIFICATION.progress,
        oldest_unanchored=_moment(behind, work) if behind is not None else None,
    )


async def _last_anchor(line: AnchorLine | None, work: UnitOfWork) -> LastAnchor | None:
    if line is None or not line.at:
        return None
    number = line.anchor.number
    genuine = line.genuine or line.by in (await queries.signers(work)).of_anchor(number)
    return LastAnchor(number, local(datetime.fromisoformat(line.at), work), genuine)


def _moment(microseconds: int, work: UnitOfWork) -> datetime:
    return datetime.fromtimestamp(microseconds / 1_000_000, UTC).astimezone(work.zone)


async def _last_verification(work: UnitOfWork) -> Verified | None:
    row = await queries.last_verification(work)
    if row is None:
        return None
    details, _ = opened(row, work)
    said: Mapping[str, Any] = details[0]["new"] if details else {}
    return Verified(
        at=local(row["at"], work),
        who=row["display_name"] or "",
        well=row["outcome"] == "done",
        entries=int(said.get("entries", 0)),
        seals=int(said.get("seals", 0)),
        faults=tuple((str(fault), int(seal)) for fault, seal in said.get("faults", ())),
        restores=tuple((int(epoch), int(seal)) for epoch, seal in said.get("restores", ())),
    )


@use_case(permission=Permission.AUDIT_READ, audit=AuditAction.VERIFY)
async def keep_verification(request: KeepVerification, work: UnitOfWork) -> None:
    """Write it down in the name of whoever had it done; a log that is not what it was counts as failed."""
    work.changed(
        "verification",
        work.new_id(),
        new={
            "entries": request.entries,
            "seals": request.seals,
            "fault_count": request.fault_count,
            "faults": [list(fault) for fault in request.faults],
            "restores": [list(restore) for restore in request.restores],
        },
    )
    if request.fault_count:
        work.failed()


def _kept(found: Mapping[str, Any]) -> KeepVerification:
    return KeepVerification(
        found["entries"],
        found["seals"],
        tuple((str(fault), int(seal)) for fault, seal in found["faults"]),
        found["fault_count"],
        tuple((int(epoch), int(seal)) for epoch, seal in found["restores"]),
    )


async def keep_report(actor: Actor, report: Report) -> None:
    """Note what a verification by the command line found, so that the screen knows of it too."""
    await execute(actor, _kept(as_values(report)))


class Verification:
    """The verification that runs in this process; whoever asks meanwhile watches the same one."""

    def __init__(self) -> None:
        """Nothing runs."""
        self.progress: Progress | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self, actor: Actor) -> None:
        """Begin in the actor's name unless one runs; raises `PermissionDenied`."""
        await execute(actor, ReadChain())
        if self.progress is None:
            self.progress = Progress(0, 0)
            self._task = asyncio.create_task(self._run(actor), name="verify_audit_log")

    async def finished(self) -> None:
        """Wait until nothing runs."""
        if self._task is not None:
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.shield(self._task)

    async def _run(self, actor: Actor) -> None:
        try:
            found: dict[str, Any] = {}
            async for report in run_apart(current(), "verify", actor.token, anchors=str(settings().anchors)):
                if "result" in report:
                    found = report["result"]
                else:
                    self.progress = Progress(report["done"], report["everything"])
            await execute(actor, _kept(found))
        except DomainError as refusal:
            # Without a result nothing is written down, so the screen goes on showing the verification before.
            log.warning("a verification of the audit log did not come to its end: %s", refusal.code)
        finally:
            self.progress = None


VERIFICATION = Verification()
"""Of this process."""
