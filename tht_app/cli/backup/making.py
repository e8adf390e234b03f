"""Making a backup of a clinic whose server answers: also before an upgrade, and when the schedule says so."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from sqlalchemy.exc import SQLAlchemyError

from tht_app.cli.place import Place
from tht_app.cli.steps import StepFailed
from tht_app.database.backup.container import BackupRefused
from tht_app.database.backup.create import Source, create_backup, create_base
from tht_app.database.backup.shelf import BACKUP, COPY, Shelf
from tht_app.database.backup.wal import remove_before
from tht_app.domain.backup import Kind, Policy, to_remove
from tht_app.integrations.storage import Storage, StorageProblem, storage_of

if TYPE_CHECKING:
    from tht_app.settings import Settings

Progress = Callable[[str], None]
SERVICE = "tht"
BASES = 2
"""So many base backups are kept, with the write-ahead log since the older one."""


def shelf_of(place: Place) -> Shelf:
    """The folder of backups of a clinic."""
    return Shelf(place.settings.backups)


def source_of(place: Place) -> Source:
    """What is backed up; raises `StepFailed` where the login for it is not named."""
    if not place.backup_url:
        raise StepFailed(
            "Nobody is named who may read everything: set THT_DATABASE_BACKUP_URL to the login tht_backup,"
            " with a password that tht migrate then gives it."
        )
    chosen = place.settings
    return Source(
        backup_url=place.backup_url,
        all_seeing_url=place.admin_url if place.server else "",
        files=chosen.files,
        anchors=chosen.anchors,
        master=place.master_key,
    )


def back_up(place: Place, kind: Kind, progress: Progress = lambda _said: None, *, noted: bool = True) -> Path:
    """Make a backup, read it back, remove what no rule keeps, copy it elsewhere; how it ended is noted beside it.

    Raises `BackupRefused`; a copy that fails is noted and raised too, the backup itself then lies on the shelf.
    """
    shelf, at, started = shelf_of(place), datetime.now(UTC).replace(microsecond=0), time.monotonic()
    try:
        with shelf.held():
            path = create_backup(source_of(place), shelf, kind, at, progress)
            size = path.stat().st_size
            shelf.succeeded(BACKUP, at, file=path.name, bytes=size, seconds=round(time.monotonic() - started, 1))
            tidy(place, shelf)
    except (BackupRefused, psycopg.Error, StepFailed) as failure:
        reason = str(failure).strip().splitlines()[0]
        shelf.failed(BACKUP, at, reason)
        tell_screens(BACKUP, well=False)
        raise BackupRefused(reason) from failure
    if noted:
        asyncio.run(note(path.name, kind))
    copy_elsewhere(place.settings, shelf, path)
    return path


def back_up_files(place: Place) -> Path:
    """Make a base backup of the embedded server, keep the two newest and the log that they need."""
    if place.server is None:
        raise StepFailed("A server of your own is copied with its own tools: see docs/runbooks/pemulihan.md.")
    shelf, at = shelf_of(place), datetime.now(UTC).replace(microsecond=0)
    with shelf.held():
        path = create_base(source_of(place), shelf, at)
        bases = [one for one in shelf.stored() if one.kind is Kind.BASE]
        for old in bases[:-BASES]:
            shelf.remove(old)
        remove_before(shelf.wal, bases[-BASES:][0].at)
    copy_elsewhere(place.settings, shelf, path)
    return path


def tidy(place: Place, shelf: Shelf) -> None:
    """Remove what no rule keeps; the newest whole backup is there already."""
    for one in to_remove(shelf.stored(), policy_of(place.settings), place.settings.zone):
        shelf.remove(one)


def policy_of(chosen: "Settings") -> Policy:
    """How long backups are kept."""
    return Policy(chosen.backup_daily, chosen.backup_weekly, chosen.backup_monthly)


def copy_elsewhere(chosen: "Settings", shelf: Shelf, path: Path) -> None:
    """Send a backup to the storage elsewhere, where there is one; raises `BackupRefused` when that fails."""
    storage = storage_of(chosen)
    if storage is None:
        return
    at = datetime.now(UTC)
    try:
        storage.put(path.name, path)
        _tidy_elsewhere(storage, chosen)
    except StorageProblem as failure:
        shelf.failed(COPY, at, str(failure))
        raise BackupRefused(f"The backup {path.name} is whole, yet its copy elsewhere failed: {failure}") from failure
    shelf.succeeded(COPY, at, file=path.name)


def _tidy_elsewhere(storage: Storage, chosen: "Settings") -> None:
    from tht_app.domain.backup import parsed_name

    there = [one for one in (parsed_name(name) for name in storage.names()) if one is not None]
    for one in to_remove(there, policy_of(chosen), chosen.zone):
        storage.remove(one.name)


async def note(name: str, kind: Kind) -> None:
    """A backup is an export of everything: the audit log has to know."""
    from tht_app.use_cases.backup import NoteBackup

    await _execute(NoteBackup(name, kind.value))


def tell_screens(what: str, *, well: bool) -> None:
    """Let the owner's screens look again; where the database is what failed, they see it in another way."""
    from tht_app.domain.errors import DomainError
    from tht_app.use_cases.backup import NoteRun

    with contextlib.suppress(DomainError, SQLAlchemyError, OSError):
        asyncio.run(_execute(NoteRun(what, well)))


async def _execute(request: object) -> None:
    from tht_app.database.gate import current_gate
    from tht_app.database.opening import opened_clinic
    from tht_app.use_cases.door import Actor, execute

    async with opened_clinic():
        token = await current_gate().open_service(SERVICE)
        try:
            await execute(Actor(token), request)
        finally:
            await current_gate().close_session(token)
