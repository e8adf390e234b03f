"""`tht backup rehearse`: the newest backup is restored beside the clinic, proved, and thrown away again."""

import asyncio
import json
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import psycopg
import typer

from tht_app.cli.backup.listing import chosen_backup
from tht_app.cli.backup.making import tell_screens
from tht_app.cli.place import Place, choose_demo, clinic_place
from tht_app.cli.steps import StepFailed
from tht_app.database.backup.container import BackupRefused, opened
from tht_app.database.backup.create import check
from tht_app.database.backup.databases import Addresses, scratch_database
from tht_app.database.backup.restore import restore_database
from tht_app.database.backup.shelf import REHEARSAL, Shelf
from tht_app.database.crypto import MasterKeyMissing
from tht_app.domain.errors import DomainError

SCRATCH = "clinic_rehearsal"


def rehearse(
    file: Annotated[Path | None, typer.Argument(help="A backup; the newest when not named.")] = None,
    demo: Annotated[bool, typer.Option("--demo", help="The demo clinic instead of the configured one.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Answer for programs.")] = False,
) -> None:
    """Restore a backup into a scratch database, compare every count, verify the audit log, draw ten records."""
    if demo:
        choose_demo()
    with clinic_place() as place:
        figures = rehearsal(place, chosen_backup(file))
    told = (
        f"{figures['file']} came back in {figures['seconds']} s: {figures['rows']} rows, {figures['seals']} seals,"
        f" {figures['records']} records drawn, {figures['opened']} encrypted values opened."
    )
    typer.echo(json.dumps(figures) if as_json else told)


def rehearsal(place: Place, path: Path) -> dict[str, Any]:
    """Do it and note beside the backups how it ended; raises `BackupRefused`."""
    from tht_app.cli.backup.proving import prove

    shelf, at, started = Shelf(place.settings.backups), datetime.now(UTC), time.monotonic()
    try:
        with shelf.held(), opened(path, place.master_key) as reader:
            checked = check(reader)
            with scratch_database(addresses_of(place), SCRATCH) as scratch:
                restored = restore_database(path, place.master_key, scratch.target)
                proof = asyncio.run(prove(place.settings, scratch, path, place.master_key))
    except (BackupRefused, DomainError, MasterKeyMissing, psycopg.Error) as failure:
        reason = (str(failure).strip() or type(failure).__name__).splitlines()[0]
        shelf.failed(REHEARSAL, at, reason)
        tell_screens(REHEARSAL, well=False)
        raise BackupRefused(f"The rehearsal of {path.name} FAILED: {reason}") from failure
    figures = {
        "file": path.name,
        "seconds": round(time.monotonic() - started, 1),
        "rows": sum(checked.manifest.counts.values()),
        "files": checked.members - 1,
        "opened": restored.opened,
        **asdict(proof),
    }
    shelf.succeeded(REHEARSAL, at, **figures)
    tell_screens(REHEARSAL, well=True)
    return figures


def addresses_of(place: Place) -> Addresses:
    """The logins of the clinic's server; raises `StepFailed` where some are not named."""
    if not place.admin_url or not place.backup_url:
        raise StepFailed(
            "A restore needs THT_DATABASE_ADMIN_URL (with CREATEDB for a rehearsal) and THT_DATABASE_BACKUP_URL."
        )
    from tht_app.cli.place import passwords_of

    chosen = place.settings
    passwords = passwords_of(chosen) if place.server is None else None
    urls = (place.admin_url, chosen.database_url, chosen.database_gate_url, place.backup_url)
    return Addresses(*urls, passwords) if passwords else Addresses(*urls)
