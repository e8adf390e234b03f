"""Putting a backup into a database, and proving that all of it arrived.

Everything happens in a database that nobody uses yet: the clinic's own is exchanged for it only when every check has
passed, and what it was is kept aside under another name.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import psycopg
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from psycopg import sql
from psycopg.conninfo import make_conninfo

from tht_app.database.anchors import read_anchors, write_anchor
from tht_app.database.backup.container import BackupRefused, Damaged, Head, Manifest, opened
from tht_app.database.backup.create import ANCHORS, DUMP, FILES
from tht_app.database.backup.programs import feed, program
from tht_app.database.backup.snapshot import PATIENT, table_counts
from tht_app.database.crypto import Purpose, SealBroken, Vault, WrappedKey
from tht_app.database.epoch import begin_epoch
from tht_app.database.migrate import Passwords, alembic_config, head_revision, migrate, prepare_database
from tht_app.database.seal import StoredSeal, stored
from tht_app.database.signing import AUDIT, signing_key

MADE_BEFORE = ("SCHEMA", "EXTENSION")
"""What `prepare_database` makes, so that an administrator who is no superuser can restore the rest."""
SEALED = (
    ("clinic.patient", "nik_sealed", Purpose.IDENTITY, "patient.nik"),
    ("clinic.patient", "phone_sealed", Purpose.IDENTITY, "patient.phone"),
    ("clinic.note_section_version", "body_sealed", Purpose.CLINICAL, "note_section_version.body"),
    ("audit.event", "details_sealed", Purpose.AUDIT, "event.details"),
)
SAMPLES = 25
SAMPLE = sql.SQL("select id, {column} from {table} where {column} is not null order by id desc limit %s")
LAST_SEAL = "select * from audit.seal order by number desc limit 1"


@dataclass(frozen=True, slots=True)
class Target:
    """A database that is empty, and the logins to it."""

    admin_url: str
    backup_url: str
    passwords: Passwords


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back."""

    head: Head
    manifest: Manifest
    opened: int
    """How many encrypted values were opened as a sample."""


def ensure_known(head: Head) -> None:
    """Refuse a backup with a schema that this program does not know. Raises `BackupRefused`."""
    try:
        ScriptDirectory.from_config(alembic_config()).get_revision(head.revision)
    except CommandError:
        raise BackupRefused(
            f"This backup was made by a newer program ({head.program}, schema {head.revision}), and this one knows"
            f" schemas up to {head_revision()}: upgrade the program first."
        ) from None


def restore_database(path: Path, master: bytes, target: Target) -> Restored:
    """Fill the empty database from a backup, bring it to this program's schema and check it; raises `BackupRefused`."""
    with opened(path, master) as reader:
        ensure_known(reader.head)
        head, manifest = reader.head, reader.manifest
        contents = feed([program("pg_restore", head.server), "--list"], _member(reader.members()), stops_early=True)
    prepare_database(target.admin_url, target.passwords)
    with tempfile.NamedTemporaryFile("w", prefix="tht-restore-", encoding="utf-8") as chosen:
        chosen.write("".join(f"{line}\n" for line in contents.decode().splitlines() if _is_wanted(line)))
        chosen.flush()
        command = [
            program("pg_restore", head.server),
            f"--dbname={make_conninfo(target.admin_url, options=PATIENT)}",
            f"--use-list={chosen.name}",
            "--exit-on-error",
            "--single-transaction",
            "--no-password",
        ]
        with opened(path, master) as reader:
            feed(command, _member(reader.members()))
    _compare(manifest.counts, target.backup_url)
    migrate(target.admin_url, master, target.passwords)
    return Restored(head, manifest, _open_samples(target.backup_url, master))


def _member(members: Iterator[tuple[str, Iterator[bytes]]]) -> Iterator[bytes]:
    for name, content in members:
        if name == DUMP:
            yield from content
            return
    raise Damaged("there is no database in it")


def _is_wanted(line: str) -> bool:
    words = line.split()
    if line.startswith(";") or len(words) < 4:
        return False
    return words[3] not in MADE_BEFORE and not (words[3] == "COMMENT" and words[5] in MADE_BEFORE)


def _compare(counts: Mapping[str, int], url: str) -> None:
    with psycopg.connect(url, options=PATIENT) as connection:
        there = table_counts(connection)
    if lost := sorted(table for table, rows in counts.items() if there.get(table) != rows):
        named = ", ".join(f"{table} {there.get(table, 0)} of {counts[table]}" for table in lost)
        raise BackupRefused(f"Not every row came back ({named}): this backup cannot be relied on.")


def _open_samples(url: str, master: bytes) -> int:
    """Open the newest encrypted values of each kind; raises `BackupRefused` when one does not open."""
    opened_values = 0
    with psycopg.connect(url, options=PATIENT) as connection:
        rows = connection.execute("select purpose, version, wrapped from sec.data_key").fetchall()
        vault = Vault.unlock(master, [WrappedKey(Purpose(row[0]), row[1], bytes(row[2])) for row in rows])
        for table, column, purpose, label in SEALED:
            schema, _, name = table.partition(".")
            asked = SAMPLE.format(column=sql.Identifier(column), table=sql.Identifier(schema, name))
            for row_id, sealed in connection.execute(asked, (SAMPLES,)).fetchall():
                try:
                    vault.open(purpose, label, row_id, bytes(sealed))
                except SealBroken:
                    raise BackupRefused(f"An encrypted value of {table} does not open: try an older backup.") from None
                opened_values += 1
    return opened_values


def begin_again(admin_url: str, master: bytes, anchors: Path) -> int:
    """End all sessions and begin a new epoch of the audit log, higher than any that the anchor file knows; returns it.

    What was signed in when the backup was made must not be signed in after it was put back.
    """
    known = read_anchors(anchors, signing_key(master, AUDIT).public)
    above = max((line.anchor.begins for line in known if line.genuine or line.by), default=0)
    with psycopg.connect(admin_url) as connection:
        epoch = begin_epoch(connection, above=above)
        connection.execute("set local role tht_owner")
        connection.execute("update sec.session set revoked_at = now() where revoked_at is null")
    return epoch


def say_restored(anchors: Path, last: StoredSeal | None, master: bytes, epoch: int) -> None:
    """Write down outside the database that a backup was put back. Once it is in use, and not before."""
    write_anchor(anchors, last, signing_key(master, AUDIT), begins=epoch)


def last_seal(url: str) -> StoredSeal | None:
    """The newest seal of the log."""
    with psycopg.connect(url) as connection:
        cursor = connection.execute(LAST_SEAL)
        row, names = cursor.fetchone(), [column.name for column in cursor.description or ()]
    return stored(dict(zip(names, row, strict=True))) if row else None


def restore_files(path: Path, master: bytes, files: Path, anchors: Path) -> int:
    """Write attached files to an empty folder, and the anchor file where there is none; returns how many files.

    The anchor file that is there knows more than the backup's: it is what tells a rolled-back log.
    """
    count = 0
    with opened(path, master) as reader:
        for name, content in reader.members():
            if name == ANCHORS and not anchors.exists():
                _write(anchors, content)
            elif name.startswith(FILES):
                target = (files / name.removeprefix(FILES)).resolve()
                if not target.is_relative_to(files.resolve()):
                    raise Damaged(f"in {name}")
                _write(target, content)
                count += 1
    return count


def _write(target: Path, content: Iterator[bytes]) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        for piece in content:
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())


def set_aside(folder: Path, suffix: str) -> Path | None:
    """Rename a folder that is there; returns its new name."""
    if not folder.exists():
        return None
    aside = folder.with_name(f"{folder.name}.{suffix}")
    shutil.move(folder, aside)
    return aside


def newest_ids(url: str, table: str, count: int) -> Iterator[UUID]:
    """The newest ids of one of the clinic's tables; they rise with time."""
    with psycopg.connect(url) as connection:
        statement = sql.SQL("select id from {} order by id desc limit %s").format(sql.Identifier("clinic", table))
        yield from [row[0] for row in connection.execute(statement, (count,)).fetchall()]
