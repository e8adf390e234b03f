"""The write-ahead log is kept sealed, is never overwritten, and brings back any moment."""

import os
import random
import subprocess
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from tests.conftest import FAST
from tht_app.database.backup import wal
from tht_app.database.backup.container import BackupRefused, Damaged
from tht_app.database.backup.create import Source, create_base
from tht_app.database.backup.recovery import recover
from tht_app.database.backup.shelf import Shelf
from tht_app.database.migrate import migrate
from tht_app.database.server import EmbeddedServer

MASTER = bytes(range(32))
SEGMENT = "00000001000000000000000A"


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    wal.write_recipient(tmp_path / "backups" / "wal", MASTER)
    return tmp_path / "backups" / "wal"


def push(archive: Path, source: Path, name: str = SEGMENT) -> subprocess.CompletedProcess[str]:
    """As PostgreSQL would, through a shell."""
    command = wal.push_command(archive, str(source), name)
    return subprocess.run(command, shell=True, capture_output=True, text=True, check=False, cwd="/")


def test_a_segment_comes_out_as_it_went_in_and_cannot_be_read_without_the_master_key(archive: Path, tmp_path: Path):
    source = tmp_path / "segment one"
    source.write_bytes(b"Siti Rahmawati" * 1000 + bytes(100_000))
    assert push(archive, source).returncode == 0
    stored = archive / f"{SEGMENT}.wal"
    assert b"Siti" not in stored.read_bytes()
    assert wal.open_segment(stored, MASTER) == source.read_bytes()
    with pytest.raises(Damaged):
        wal.open_segment(stored, bytes(32))


def test_a_segment_that_is_there_is_not_overwritten(archive: Path, tmp_path: Path):
    source = tmp_path / "segment"
    source.write_bytes(b"first")
    assert push(archive, source).returncode == 0
    assert push(archive, source).returncode == 0, "after a crash PostgreSQL asks again: it is safe already"
    source.write_bytes(b"second")
    refused = push(archive, source)
    assert refused.returncode == 1
    assert "other content" in refused.stderr
    assert wal.open_segment(archive / f"{SEGMENT}.wal", MASTER) == b"first"
    assert push(archive, source, "../../etc/passwd").returncode == 1


def test_a_touched_or_renamed_segment_is_refused(archive: Path, tmp_path: Path):
    source = tmp_path / "segment"
    source.write_bytes(random.Random(3).randbytes(300))
    push(archive, source)
    stored = archive / f"{SEGMENT}.wal"
    whole = stored.read_bytes()
    for place in range(len(whole)):
        touched = bytearray(whole)
        touched[place] ^= 1
        stored.write_bytes(bytes(touched))
        with pytest.raises(Damaged):
            wal.open_segment(stored, MASTER)
    stored.write_bytes(whole)
    other = stored.with_name("00000001000000000000000B.wal")
    stored.rename(other)
    with pytest.raises(Damaged):
        wal.open_segment(other, MASTER)


@pytest.fixture(scope="module")
def clinic() -> Iterator[tuple[EmbeddedServer, Shelf, Source]]:
    """A server that keeps its log, with a clinic in it and a base backup behind it."""
    with tempfile.TemporaryDirectory(prefix="tht-wal-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        shelf = Shelf(Path(folder) / "backups")
        wal.write_recipient(shelf.wal, MASTER)
        with EmbeddedServer(Path(folder) / "data", options=FAST, archive=shelf.wal) as server:
            migrate(server.dsn(), MASTER)
            urls = (server.dsn("tht_backup"), server.dsn())
            source = Source(*urls, Path(folder) / "files", Path(folder) / "anchors.log", MASTER)
            with shelf.held():
                create_base(source, shelf, datetime.now(UTC))
            yield server, shelf, source


def run(server: EmbeddedServer, *statements: str) -> list[tuple]:
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        for statement in statements:
            cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


@pytest.mark.integration
def test_the_second_before_a_deed_is_reached_and_what_came_later_is_gone(
    clinic: tuple[EmbeddedServer, Shelf, Source],
):
    server, shelf, _ = clinic
    run(server, "create table clinic.probe as select generate_series(1, 1000) as n")
    time.sleep(0.2)
    moment = datetime.now(UTC)
    time.sleep(0.2)
    run(server, "delete from clinic.probe", "insert into clinic.probe values (666)")
    run(server, "select pg_switch_wal()", "insert into clinic.probe values (667)", "select pg_switch_wal()")
    deadline = time.monotonic() + 20
    while run(server, "select archived_count from pg_stat_archiver")[0][0] < 3 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert run(server, "select failed_count from pg_stat_archiver") == [(0,)]
    server.stop()
    with pytest.raises(BackupRefused, match="cannot be reached"):
        recover(server, shelf, datetime.now(UTC), MASTER, "late")
    server.start()
    assert run(server, "select count(*) from clinic.probe") == [(2,)], "a moment out of reach changes nothing"
    server.stop()
    former = recover(server, shelf, moment, MASTER, "before")
    assert run(server, "select count(*), min(n), max(n) from clinic.probe") == [(1000, 1, 1000)]
    assert former is not None
    assert (former / "PG_VERSION").exists()
    run(server, "insert into clinic.probe values (2)")
    with pytest.raises(BackupRefused, match="base backup from before"):
        recover(server, shelf, datetime(2020, 1, 1, tzinfo=UTC), MASTER, "never")


def test_old_segments_go_with_the_base_that_needed_them(archive: Path):
    for age, name in ((40, "00000001000000000000000A"), (1, "00000001000000000000000B")):
        path = archive / f"{name}.wal"
        path.write_bytes(b"x")
        moment = time.time() - age * 86_400
        os.utime(path, (moment, moment))
    assert wal.remove_before(archive, datetime.fromtimestamp(time.time() - 7 * 86_400, UTC)) == 1
    assert [path.name for path in archive.glob("*.wal")] == ["00000001000000000000000B.wal"]
