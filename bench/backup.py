"""How fast a clinic is backed up, read, put back and brought to a moment, beside pg_dump and pg_restore alone.

    make bench NAME=backup

A clinic of its own with 1,000,000 audit entries (about what a year brings), on a server with durable writes. `ratio` is
a backup (counted, dumped, encrypted, forced to disk, read back, parsed) against pg_dump to a file, compressed alike;
`restore_ratio` a restore (counted, migrated, samples opened) against pg_restore of that file. Goals: 3 and 2.
"""

import json
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from tht_app.database.backup import wal
from tht_app.database.backup.container import opened
from tht_app.database.backup.create import Source, check, create_backup, create_base
from tht_app.database.backup.databases import Addresses, drop_database, scratch_database
from tht_app.database.backup.programs import ENVIRONMENT, program
from tht_app.database.backup.recovery import recover
from tht_app.database.backup.restore import restore_database
from tht_app.database.backup.shelf import Shelf
from tht_app.database.migrate import migrate
from tht_app.database.server import EmbeddedServer
from tht_app.domain.backup import Kind

ENTRIES = 1_000_000
GOAL, RESTORE_GOAL = 3.0, 2.0
FILL = """
insert into audit.event (id, person_id, action, request, outcome, patient_ids, address, reason)
select gen_random_uuid(), gen_random_uuid(), 'read', 'encounter.visits.ReadEncounter', 'done', array[gen_random_uuid()],
       '10.0.0.' || n %% 250, case when n %% 5 = 0 then md5(n::text) || md5((n + 1)::text) end
from generate_series(1, %s) n
"""


def timed(what: Callable[[], Any]) -> float:
    """Seconds that something takes."""
    started = time.perf_counter()
    what()
    return time.perf_counter() - started


def plain_restore(file: Path, server: EmbeddedServer) -> None:
    """pg_restore alone, into a database that is there."""
    command = [program("pg_restore", 18), f"--dbname={server.dsn(dbname='plain')}", "--exit-on-error", str(file)]
    subprocess.run(command, check=True, env=ENVIRONMENT, stderr=subprocess.DEVNULL)


def measure(folder: Path) -> dict[str, Any]:
    """All figures of one clinic."""
    master, shelf = secrets.token_bytes(32), Shelf(folder / "backups")
    wal.write_recipient(shelf.wal, master)
    server = EmbeddedServer(folder / "data", archive=shelf.wal)
    with server:
        migrate(server.dsn(), master)
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            connection.execute(FILL, (ENTRIES,))
        source = Source(server.dsn("tht_backup"), server.dsn(), folder / "files", folder / "anchors.log", master)
        at, made = datetime.now(UTC), list[Path]()
        with shelf.held():
            backup_s = timed(lambda: made.append(create_backup(source, shelf, Kind.DAILY, at)))
        verify_s = timed(lambda: verify(made[0], master))
        dump = folder / "plain.dump"
        command = [program("pg_dump", 18), f"--dbname={server.dsn()}", "-Fc", "--compress=gzip:1", f"--file={dump}"]
        plain_s = timed(lambda: subprocess.run(command, check=True, env=ENVIRONMENT))
        app, gate, backup = (server.dsn(user) for user in ("tht_app", "tht_gate", "tht_backup"))
        addresses = Addresses(server.dsn(dbname="template1"), app, gate, backup)
        with scratch_database(addresses, "restored") as scratch:
            restore_s = timed(lambda: restore_database(made[0], master, scratch.target))
        with scratch_database(addresses, "plain"):
            plain_restore_s = timed(lambda: plain_restore(dump, server))
        drop_database(addresses, "plain")
        with shelf.held():
            base_s = timed(lambda: create_base(source, shelf, at + timedelta(seconds=1)))
        wait_for_segment(server, shelf)  # behind what filling the clinic has written
        lost = wait_for_segment(server, shelf)
        moment = datetime.now(UTC)
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            time.sleep(0.1)
            connection.execute("insert into clinic.counter values ('bench', 1)")
        wait_for_segment(server, shelf)
    recover_s = timed(lambda: recover(server, shelf, moment, master, "bench"))
    server.stop()
    size = made[0].stat().st_size
    return {
        "entries": ENTRIES,
        "mb": round(size / 1e6, 1),
        "backup_s": round(backup_s, 1),
        "mb_per_s": round(size / 1e6 / backup_s, 1),
        "rows_per_s": round(ENTRIES / backup_s),
        "pg_dump_s": round(plain_s, 1),
        "ratio": round(backup_s / plain_s, 2),
        "verify_s": round(verify_s, 1),
        "restore_s": round(restore_s, 1),
        "pg_restore_s": round(plain_restore_s, 1),
        "restore_ratio": round(restore_s / plain_restore_s, 2),
        "base_s": round(base_s, 1),
        "recover_s": round(recover_s, 1),
        "segment_sealed_s": round(lost, 2),
        "rpo_s": wal.TIMEOUT_SECONDS,
        "met": backup_s / plain_s <= GOAL and restore_s / plain_restore_s <= RESTORE_GOAL,
    }


def verify(path: Path, master: bytes) -> None:
    """Read and authenticate a whole backup."""
    with opened(path, master) as reader:
        check(reader)


def wait_for_segment(server: EmbeddedServer, shelf: Shelf) -> float:
    """End the present segment; seconds until it lies sealed in the archive."""
    started = time.perf_counter()
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute("select pg_logical_emit_message(true, 'bench', 'so that the segment is not empty')")
        connection.commit()
        row = connection.execute("select pg_walfile_name(pg_switch_wal())").fetchone()
    wanted = shelf.wal / f"{row[0] if row else ''}{wal.SUFFIX}"
    while not wanted.exists():
        wal.seal_spool(server.spool, shelf.wal)
        time.sleep(0.02)
    return time.perf_counter() - started


def main() -> None:
    """Print one line of JSON."""
    folder = Path(tempfile.mkdtemp(prefix="tht-bench-"))
    folder.chmod(0o755)
    try:
        print(json.dumps(measure(folder)))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
