"""A new master key for a clinic that is at work, and a new index key for one that is closed.

The new master key is written beside the old one before anything changes. Then one transaction wraps every data key
under it and hands the signing of the audit log over; only afterwards does its file take the old one's place. Killed
before the commit, nothing has happened; killed after it, the next start finds the file that fits and puts it in place.
The old file stays beside it until somebody confirms: backups from before need it.
"""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from psycopg import sql

from tht_app.database.crypto import (
    Purpose,
    Vault,
    WrappedKey,
    create_master_key,
    fingerprint,
    read_master_key,
    rewrapped,
    unlocked,
)
from tht_app.database.keyring import next_file, settle
from tht_app.database.migrate import ADVISORY_LOCK
from tht_app.database.rotation import (
    Connection,
    NotRotated,
    Progress,
    StillOpen,
    add_version,
    alone,
    read_keys,
    tell,
)
from tht_app.database.seal import LOCK as SEALING_LOCK
from tht_app.database.seal import StoredSeal, stored
from tht_app.database.signing import AUDIT, signing_key
from tht_app.database.succession import Handover
from tht_app.domain.audit.chain import FIRST

LOOKED_UP = ("nik", "other_id", "bpjs", "phone")
"""Fields of a patient with a fingerprint for exact look-up."""
PAGE = 1000


@dataclass(frozen=True, slots=True)
class Rotated:
    """What a rotation of the master key has changed; `last` is the last seal under the old signing key."""

    old: str
    new: str
    keys: int
    last: StoredSeal | None


def rotate_master(connection: Connection, path: Path) -> Rotated:
    """Make a new master key in the file's place; raises `MasterKeyMissing` when the old one does not fit."""
    old = read_master_key(path)
    coming = next_file(path)
    coming.unlink(missing_ok=True)  # one that was in use would have been put in its place at the start
    new = create_master_key(coming)
    with connection.transaction():
        for lock in (ADVISORY_LOCK, SEALING_LOCK):
            connection.execute("select pg_advisory_xact_lock(%s)", (lock,))
        keys = read_keys(connection, lock=True)
        unlocked(old, keys)
        for key in keys:
            _rewrap(connection, rewrapped(key, old, new), new)
        last = _last_seal(connection)
        _hand_over(connection, old, new, last)
        tell(connection, "master", len(keys))
    settle(path, fingerprint(new))
    return Rotated(fingerprint(old), fingerprint(new), len(keys), last)


def _rewrap(connection: Connection, key: WrappedKey, new: bytes) -> None:
    connection.execute(
        "update sec.data_key set wrapped = %s, master = %s where purpose = %s and version = %s",
        (key.wrapped, fingerprint(new), key.purpose.value, key.version),
    )


def _last_seal(connection: Connection) -> StoredSeal | None:
    row = connection.execute("select * from audit.seal order by number desc limit 1").fetchone()
    return stored(row) if row else None


def _hand_over(connection: Connection, old: bytes, new: bytes, last: StoredSeal | None) -> None:
    before, after = signing_key(old, AUDIT), signing_key(new, AUDIT)
    row = connection.execute("select coalesce(max(step), 0) as step from audit.handover").fetchone()
    statement = Handover(
        step=(row["step"] if row else 0) + 1,
        number=last.seal.number if last else 0,
        digest=last.digest if last else FIRST,
        old_public=before.public,
        new_public=after.public,
        at=int(datetime.now(UTC).timestamp() * 1_000_000),
    ).signed(before, after)
    connection.execute(
        "insert into audit.handover (step, number, digest, old_public, new_public, at, old_signature, new_signature) "
        "values (%s, %s, %s, %s, %s, %s, %s, %s)",
        (
            statement.step,
            statement.number,
            statement.digest,
            statement.old_public,
            statement.new_public,
            statement.at,
            statement.old_signature,
            statement.new_signature,
        ),
    )


def old_files(path: Path) -> list[Path]:
    """Master keys that were replaced and not forgotten yet."""
    return sorted(path.parent.glob(f"{path.name}.old-*"))


def forget(path: Path, name: str) -> Path:
    """Overwrite and remove the old master key of this fingerprint; raises `NotRotated` when there is none."""
    found = next((one for one in old_files(path) if one.name.endswith(f".old-{name}")), None)
    if found is None:
        raise NotRotated(f"There is no old master key {name} beside {path}.")
    size = found.stat().st_size
    found.chmod(0o600)
    with found.open("r+b") as file:
        file.write(os.urandom(size))
        file.flush()
        os.fsync(file.fileno())
    found.unlink()
    return found


def rotate_index(connection: Connection, master: bytes, progress: Progress = lambda _done, _all: None) -> int:
    """Make a new index key and every fingerprint anew, in one transaction; returns its version.

    Fingerprints of two keys cannot be compared, so nobody may look anything up meanwhile: raises `StillOpen`.
    """
    _nobody_at_work(connection)
    with alone(connection, "clinic.patient"):
        _nobody_at_work(connection)
        version = add_version(connection, master, Purpose.INDEX)
        _fingerprint_anew(connection, Vault.unlock(master, read_keys(connection)), progress)
    return version


def _nobody_at_work(connection: Connection) -> None:
    row = connection.execute(
        "select count(*) as n from pg_stat_activity where datname = current_database() "
        "and usename in ('tht_app', 'tht_gate') and pid <> pg_backend_pid()"
    ).fetchone()
    if row and row["n"]:
        raise StillOpen("The clinic is open: stop it, change the index key, and open it again.")


def _fingerprint_anew(connection: Connection, vault: Vault, progress: Progress) -> None:
    counted = connection.execute("select count(*) as n from clinic.patient").fetchone()
    total, done, after = counted["n"] if counted else 0, 0, UUID(int=0)
    sealed = sql.SQL(", ").join(sql.Identifier(f"{field}_sealed") for field in LOOKED_UP)
    page = sql.SQL("select id, {} from clinic.patient where id > %s order by id limit %s").format(sealed)
    values = sql.SQL(", ").join(sql.SQL("{} = %s").format(sql.Identifier(f"{field}_index")) for field in LOOKED_UP)
    change = sql.SQL("update clinic.patient set {} where id = %s").format(values)
    while rows := connection.execute(page, (after, PAGE)).fetchall():
        written = [(*(_fingerprint(vault, row, field) for field in LOOKED_UP), row["id"]) for row in rows]
        connection.cursor().executemany(change, written)
        after, done = rows[-1]["id"], done + len(rows)
        progress(done, total)


def _fingerprint(vault: Vault, row: dict[str, Any], field: str) -> bytes | None:
    sealed = row[f"{field}_sealed"]
    words = vault.open(Purpose.IDENTITY, f"patient.{field}", row["id"], bytes(sealed)) if sealed else None
    return vault.blind(f"patient.{field}", words) if words else None
