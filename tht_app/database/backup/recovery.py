"""Back to a moment: the files of a base backup, and the write-ahead log played over them up to that second.

The former cluster is kept aside. PostgreSQL reads the log from a folder into which it was opened for this, because its
account must not hold the master key.
"""

import shutil
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, cast

import psycopg
from psycopg import sql

from tht_app.database.backup import wal
from tht_app.database.backup.container import BackupRefused, Damaged, opened
from tht_app.database.backup.create import BASE
from tht_app.database.backup.shelf import Shelf
from tht_app.database.server import EmbeddedServer, ServerProblem
from tht_app.database.server_account import Account
from tht_app.domain.backup import Kind, Stored

SETTINGS = ("restore_command", "recovery_target_time", "recovery_target_action")


def base_for(shelf: Shelf, moment: datetime) -> Stored:
    """The newest base backup from before a moment; raises `BackupRefused`."""
    before = [one for one in shelf.stored() if one.kind is Kind.BASE and one.at <= moment]
    if not before:
        raise BackupRefused(
            f"There is no base backup from before {moment.isoformat(timespec='seconds')}: restore the newest daily"
            " backup from before it instead. Base backups are made where THT_BACKUP_WAL is on."
        )
    return before[-1]


def recover(server: EmbeddedServer, shelf: Shelf, moment: datetime, master: bytes, suffix: str) -> Path | None:
    """Exchange the server's files for those of a moment and start it; returns where the former ones are.

    The server must not run; it runs afterwards. Raises `BackupRefused`, and then the former files are back.
    """
    base = base_for(shelf, moment)
    with server.closed() as account:
        fresh, log = server.cluster.with_name("postgres.restoring"), server.cluster.with_name("wal.restoring")
        for folder in (fresh, log):
            shutil.rmtree(folder, ignore_errors=True)
            account.give(folder)
        _unpack(shelf.path_of(base), master, fresh)
        wal.seal_spool(server.spool, shelf.wal)
        for path in wal.segments(shelf.wal, base.at):
            (log / path.name.removesuffix(wal.SUFFIX)).write_bytes(wal.open_segment(path, master))
        _aim(fresh, log, moment)
        _hand_over(account, fresh, log)
        former = server.cluster.with_name(f"postgres.before_{suffix}") if server.cluster.exists() else None
        if former is not None:
            server.cluster.rename(former)
        fresh.rename(server.cluster)
    try:
        server.start()
        _wait_for_end(server)
    except (ServerProblem, psycopg.Error) as failure:
        server.stop()
        _take_back(server, former)
        raise BackupRefused(
            f"The moment {moment.isoformat(timespec='seconds')} cannot be reached: the kept log ends at"
            f" {_last_moment(shelf)}. Nothing was changed. ({failure})"
        ) from failure
    shutil.rmtree(log, ignore_errors=True)
    return former


def _unpack(path: Path, master: bytes, target: Path) -> None:
    with opened(path, master) as reader:
        for name, content in reader.members():
            if name == BASE:
                stream = cast("IO[bytes]", _Stream(content))
                with tarfile.open(fileobj=stream, mode="r|gz") as archive:
                    archive.extractall(target, filter="data")
                return
    raise Damaged("there are no files of a database in it")


class _Stream:
    """Pieces as a file that can be read once."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._rest = pieces, bytearray()

    def read(self, size: int) -> bytes:
        while len(self._rest) < size and (piece := next(self._pieces, b"")):
            self._rest += piece
        taken = bytes(self._rest[:size])
        del self._rest[:size]
        return taken


def _aim(cluster: Path, log: Path, moment: datetime) -> None:
    target = moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f+00")
    lines = {
        "restore_command": f'cp "{log}/%f" "%p"',
        "recovery_target_time": target,
        "recovery_target_action": "promote",
    }
    with (cluster / "postgresql.auto.conf").open("a", encoding="utf-8") as file:
        file.writelines(f"{name} = '{value}'\n" for name, value in lines.items())
    (cluster / "recovery.signal").touch()


def _hand_over(account: Account, *folders: Path) -> None:
    """PostgreSQL insists on files of its own that nobody else can read."""
    for folder in folders:
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o700 if path.is_dir() else 0o600)
            if account.uid is not None and account.gid is not None:
                shutil.chown(path, account.uid, account.gid)


def _wait_for_end(server: EmbeddedServer) -> None:
    """Until the log is played and the server takes writes; then forget where it was told to go."""
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        while (row := connection.execute("select pg_is_in_recovery()").fetchone()) and row[0]:
            connection.execute("select pg_sleep(0.1)")
        for name in SETTINGS:
            connection.execute(sql.SQL("alter system reset {}").format(sql.Identifier(name)))


def _take_back(server: EmbeddedServer, former: Path | None) -> None:
    shutil.rmtree(server.cluster, ignore_errors=True)
    if former is not None:
        former.rename(server.cluster)


def _last_moment(shelf: Shelf) -> str:
    last = wal.newest(shelf.wal)
    return last.isoformat(timespec="seconds") if last else "its beginning"
