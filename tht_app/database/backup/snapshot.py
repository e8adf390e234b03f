"""One moment of the database, as the backup role sees it: what is in it, and a dump of exactly that.

The role has no right to pass by row-level security; its policies let it read everything. A table whose migration has
forgotten that would be dumped empty without a word, so the rows are counted twice: by this role, and, where the server
is ours, by one that no policy stops.
"""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import LiteralString

import psycopg
from psycopg import sql

from tht_app.database.backup.container import BackupRefused, Manifest
from tht_app.database.backup.programs import output_of, program

SCHEMAS = ["clinic", "sec", "audit"]
PATIENT = "-c statement_timeout=0 -c idle_in_transaction_session_timeout=0 -c lock_timeout=60000"
TABLES = """
select n.nspname as schema, c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'r' and n.nspname = any (%s) order by 1, 2
"""
SEAL = "select number, digest from audit.seal order by number desc limit 1"
KEYS = "select purpose, version, wrapped from sec.data_key order by purpose, version"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A moment that stays as it is while this is open."""

    name: str
    server: int
    revision: str
    manifest: Manifest


@contextmanager
def snapshot(backup_url: str, all_seeing_url: str = "") -> Generator[Snapshot, None, None]:
    """Hold a moment still; `all_seeing_url` is a superuser's address where there is one.

    Raises `BackupRefused` when the backup role does not see everything.
    """
    with psycopg.connect(backup_url, options=PATIENT) as connection:
        connection.execute("set transaction isolation level repeatable read, read only")
        name = _value(connection, "select pg_export_snapshot()")
        counts = table_counts(connection)
        if all_seeing_url:
            _ensure_complete(counts, name, all_seeing_url)
        seal = connection.execute(SEAL).fetchone()
        clinic = connection.execute("select value ->> 'name' from clinic.setting where key = 'clinic'").fetchone()
        keys = connection.execute(KEYS).fetchall()
        manifest = Manifest(
            clinic=str(clinic[0]) if clinic and clinic[0] else "",
            database=str(connection.info.dbname),
            counts=counts,
            seal=int(seal[0]) if seal else 0,
            seal_digest=bytes(seal[1]).hex() if seal else "",
            data_keys=tuple(f"{key[0]} {key[1]} {sha256(bytes(key[2])).hexdigest()[:16]}" for key in keys),
        )
        server = int(_value(connection, "show server_version_num")) // 10000
        revision = _value(connection, "select version_num from sec.alembic_version")
        yield Snapshot(name, server, revision, manifest)


def dump(moment: Snapshot, backup_url: str) -> Iterator[bytes]:
    """Schema and rows of the moment as pg_dump's own archive, piece by piece."""
    command = [
        program("pg_dump", moment.server),
        f"--dbname={backup_url}",
        f"--snapshot={moment.name}",
        "--format=custom",
        "--compress=gzip:1",
        "--enable-row-security",
        "--no-password",
        "--lock-wait-timeout=60000",
    ]
    return output_of(command)


def let_backup_read(admin_url: str) -> None:
    """Let the backup role read every sequence, also where the schema is older than the migration that grants it."""
    with psycopg.connect(admin_url) as connection:
        connection.execute("set local role tht_owner")
        for schema in SCHEMAS:
            connection.execute(
                sql.SQL("grant select on all sequences in schema {} to tht_backup").format(sql.Identifier(schema))
            )


def table_counts(connection: psycopg.Connection) -> dict[str, int]:
    """Rows of every table of the clinic, as this connection sees them."""
    tables = connection.execute(TABLES, (SCHEMAS,)).fetchall()
    counts: dict[str, int] = {}
    for schema, name in tables:
        counted = connection.execute(sql.SQL("select count(*) from {}").format(sql.Identifier(schema, name))).fetchone()
        counts[f"{schema}.{name}"] = int(counted[0]) if counted else 0
    return counts


def _ensure_complete(counts: dict[str, int], name: str, url: str) -> None:
    with psycopg.connect(url, options=PATIENT) as connection:
        connection.execute("set transaction isolation level repeatable read, read only")
        connection.execute(sql.SQL("set transaction snapshot {}").format(sql.Literal(name)))
        there = table_counts(connection)
    hidden = sorted(table for table, rows in there.items() if counts.get(table) != rows)
    if hidden:
        raise BackupRefused(
            f"The role tht_backup does not see every row of {', '.join(hidden)}: no backup was made,"
            " because it would lack them."
        )


def _value(connection: psycopg.Connection, statement: LiteralString) -> str:
    row = connection.execute(statement).fetchone()
    if row is None:
        raise BackupRefused("This database holds no clinic yet: run tht migrate first.")
    return str(row[0])
