"""What the owner sees of the backups, and what the audit log knows of them. Making one is the machine's work."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from tht_app.database.backup.shelf import BACKUP, COPY, REHEARSAL, Shelf, Told
from tht_app.database.queries import backup as queries
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.backup import LATE, REHEARSAL_LATE, Health, health, next_due
from tht_app.domain.identity import Permission
from tht_app.domain.proof import Sensitive
from tht_app.settings import settings
from tht_app.use_cases.door import use_case


@dataclass(frozen=True, slots=True)
class ReadBackups:
    """How the backups stand."""


@dataclass(frozen=True, slots=True)
class AskForBackup:
    """Make one now, and rehearse it."""


@dataclass(frozen=True, slots=True)
class NoteBackup:
    """A backup was made: everything the clinic knows left the database, encrypted."""

    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class NoteRestore:
    """A backup was put back; `epoch` is the one that began in the audit log."""

    name: str
    epoch: int


@dataclass(frozen=True, slots=True)
class NoteRun:
    """A backup failed, or a rehearsal ended either way: the screens look again."""

    what: str
    well: bool


@dataclass(frozen=True, slots=True)
class RunStatus:
    """One kind of run: how worried one has to be, since when, why."""

    health: Health
    good_at: datetime | None
    failed_at: datetime | None
    reason: str
    file: str = ""
    size: int = 0
    seconds: float = 0
    rows: int = 0


@dataclass(frozen=True, slots=True)
class Backups:
    """How everything about backups stands."""

    backup: RunStatus
    rehearsal: RunStatus
    copy: RunStatus | None
    """None where no copy leaves the machine."""
    next_at: datetime | None
    stored: int
    folder: str
    busy: bool


@use_case(permission=Permission.BACKUP_MANAGE, audit=AuditAction.READ, reads=True)
async def read_backups(_request: ReadBackups, work: UnitOfWork) -> Backups:
    """Look at the folder."""
    return await asyncio.to_thread(_look, work.now())


@use_case(permission=Permission.BACKUP_MANAGE, audit=AuditAction.EXPORT, fresh=Sensitive.BACKUP)
async def ask_for_backup(_request: AskForBackup, work: UnitOfWork) -> None:
    """Leave the wish where the worker looks for it; raises ProofNeeded."""
    work.changed("backup", work.new_id(), new={"asked": True})
    await asyncio.to_thread(Shelf(settings().backups).wish)


@use_case(permission=Permission.BACKUP_MANAGE, audit=AuditAction.EXPORT)
async def note_backup(request: NoteBackup, work: UnitOfWork) -> None:
    """Write the audit entry and let the screens look again."""
    work.changed("backup", work.new_id(), new={"name": request.name, "kind": request.kind})
    await queries.tell_screens(work)


@use_case(permission=Permission.BACKUP_MANAGE, audit=AuditAction.IMPORT)
async def note_restore(request: NoteRestore, work: UnitOfWork) -> None:
    """Write the audit entry, the first of the new epoch."""
    work.changed("backup", work.new_id(), new={"name": request.name, "epoch": request.epoch})


@use_case(permission=Permission.BACKUP_MANAGE, audit=AuditAction.READ)
async def note_run(request: NoteRun, work: UnitOfWork) -> None:
    """Write the audit entry and let the screens look again."""
    work.changed("backup", work.new_id(), new={"what": request.what, "well": request.well})
    await queries.tell_screens(work)


def _look(now: datetime) -> Backups:
    chosen, shelf = settings(), Shelf(settings().backups)
    scheduled = chosen.backup_hour >= 0 and not chosen.demo
    return Backups(
        backup=_status(shelf.told(BACKUP), health(shelf.told(BACKUP).run, now, LATE)),
        rehearsal=_status(shelf.told(REHEARSAL), health(shelf.told(REHEARSAL).run, now, REHEARSAL_LATE)),
        copy=_status(shelf.told(COPY), health(shelf.told(COPY).run, now, LATE)) if chosen.backup_s3_endpoint else None,
        next_at=next_due(now, chosen.backup_hour, chosen.zone) if scheduled else None,
        stored=len(shelf.stored()),
        folder=str(shelf.folder),
        busy=shelf.busy(),
    )


def _status(told: Told, state: Health) -> RunStatus:
    run, figures = told.run, told.figures
    return RunStatus(
        health=state,
        good_at=run.good_at,
        failed_at=run.failed_at,
        reason=run.reason if run.failing else "",
        file=str(figures.get("file", "")),
        size=int(figures.get("bytes", 0)),
        seconds=float(figures.get("seconds", 0)),
        rows=int(figures.get("rows", 0)),
    )
