"""The data keys of a running process: read at start, and read again when somebody has rotated one.

A rotation tells every process by NOTIFY. Whoever missed that (its line was cut) reads again when the line is back, and
at the latest when it meets a value that a newer key has sealed; until then it seals with the key before, which opens as
long as the clinic exists. The master key is found in its file, or, in the moment in which a new one takes its place, in
the file beside it.
"""

import logging
import os
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import psycopg
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from tht_app.database.crypto import (
    MasterKeyMissing,
    Purpose,
    Vault,
    WrappedKey,
    fingerprint,
    read_master_key,
    unlocked,
)
from tht_app.database.engine import Database, connect_arguments, current, hold, is_current, read_wrapped_keys
from tht_app.database.listen import LISTENING
from tht_app.database.signing import AUDIT, signing_key
from tht_app.domain.errors import Unavailable
from tht_app.settings import Settings, settings

log = logging.getLogger("tht.keys")

NOTICE = "keys "
"""How a notice about a rotation begins; purpose and version follow."""
KEYS = "select purpose, version, wrapped from sec.data_key"
PATIENCE_SECONDS = 1.0
"""A value that is damaged names a key that nobody has; that key is not looked for more often than this."""

Keys = Mapping[Purpose, Mapping[int, bytes]]


def next_file(path: Path) -> Path:
    """Where a new master key waits until it takes its place."""
    return path.with_name(f"{path.name}.new")


def settle(path: Path, wrapping: str) -> bool:
    """Put the waiting master key in its place when it is the one of this fingerprint; the one before stays beside it.

    At every moment there is a whole key under the configured name: a second name for the old one first, then the new
    one over the first name.
    """
    coming = next_file(path)
    if not coming.is_file() or fingerprint(read_master_key(coming)) != wrapping:
        return False
    old = path.with_name(f"{path.name}.old-{fingerprint(read_master_key(path))}")
    with suppress(FileExistsError):
        os.link(path, old)
    coming.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return True


def wrapping_key(conninfo: str) -> str:
    """The fingerprint of the master key that wraps the data keys, "" where that is not written down."""
    try:
        with psycopg.connect(**connect_arguments(conninfo, connect_timeout=5)) as connection:
            row = connection.execute("select max(master) from sec.data_key").fetchone()
    except psycopg.errors.DatabaseError:
        return ""
    return str(row[0]) if row and row[0] else ""


def master_keys(chosen: Settings) -> list[bytes]:
    """The master keys that may fit, the configured one first; raises `MasterKeyMissing` when there is none."""
    found = [read_master_key(chosen.master_key_file, chosen.master_key)]
    if chosen.master_key_file is not None and not chosen.master_key:
        coming = next_file(chosen.master_key_file)
        if coming.is_file():
            found.append(read_master_key(coming))
    return found


def fitting_master_key(chosen: Settings, wrapped: list[WrappedKey]) -> bytes:
    """The one that opens these data keys; raises `MasterKeyMissing` naming what was tried."""
    tried = master_keys(chosen)
    for master in tried[:-1]:
        with suppress(MasterKeyMissing):
            unlocked(master, wrapped)
            return master
    unlocked(tried[-1], wrapped)
    return tried[-1]


async def reload_keys(database: Database, chosen: Settings) -> None:
    """Read the data keys again and seal with the newest from now on; verify with the key that signs now."""
    wrapped = await read_wrapped_keys(database.engine)
    master = fitting_master_key(chosen, wrapped)
    database.vault.renew(unlocked(master, wrapped))
    public = signing_key(master, AUDIT).public
    if is_current(database) and public != database.audit_public:
        hold(replace(database, audit_public=public))


async def hear(notice: str) -> None:
    """What a listener of this process was told: a rotation, or that it may have missed one. Raises Unavailable."""
    if notice == LISTENING or notice.startswith(NOTICE):
        try:
            await reload_keys(current(), settings())
        except (OperationalError, InterfaceError, PoolTimeout, OSError) as failure:
            raise Unavailable from failure  # the listener begins anew, and so will this
        except MasterKeyMissing:
            log.exception("the data keys were changed and cannot be read: check the master key")


def look_again(vault: Vault, chosen: Settings) -> None:
    """Let the vault fetch the keys itself when it meets a version that it does not have.

    Opening a value is no place to wait for others, so the vault asks on a connection of its own, for a few
    milliseconds, once after a rotation.
    """
    absent: dict[tuple[Purpose, int], float] = {}

    def keys(purpose: Purpose, version: int) -> Keys | None:
        # Each key for itself: a damaged value must not hide the key of a rotation for a second.
        if time.monotonic() - absent.get((purpose, version), -PATIENCE_SECONDS) < PATIENCE_SECONDS:
            return None
        try:
            with psycopg.connect(**connect_arguments(chosen.database_url, connect_timeout=2)) as connection:
                rows = connection.execute(KEYS).fetchall()
            wrapped = [WrappedKey(Purpose(purpose), version, bytes(key)) for purpose, version, key in rows]
            found = unlocked(fitting_master_key(chosen, wrapped), wrapped)
        except (psycopg.Error, MasterKeyMissing):
            return None
        if version not in found.get(purpose, {}):
            absent[purpose, version] = time.monotonic()
        return found

    vault.look_again = keys
