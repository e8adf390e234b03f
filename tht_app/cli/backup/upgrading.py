"""The schema is changed only behind a backup: what `tht migrate` and `tht run` do to a clinic that has data."""

import asyncio
from pathlib import Path

from tht_app.cli.backup.making import back_up, note
from tht_app.cli.place import Place, demo_mark
from tht_app.database.backup.snapshot import let_backup_read
from tht_app.database.migrate import head_revision, revision_of
from tht_app.domain.backup import Kind


def upgrade(place: Place, *, without_backup: bool = False) -> tuple[str, Path | None]:
    """Bring the schema to the newest revision; returns it and the backup that was made before, where one was needed.

    Raises `BackupRefused` when it could not be made: then nothing was changed.
    """
    made = None
    if not without_backup and _changes_a_real_clinic(place):
        let_backup_read(place.admin_url)
        made = back_up(place, Kind.UPGRADE, noted=False)
    revision = place.migrate()
    if made is not None:
        asyncio.run(note(made.name, Kind.UPGRADE))
    return revision, made


def _changes_a_real_clinic(place: Place) -> bool:
    if not place.admin_url or place.settings.demo:
        return False
    present = revision_of(place.admin_url)
    return present not in {"", head_revision()} and demo_mark(place).real
