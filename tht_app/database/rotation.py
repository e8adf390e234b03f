"""New keys for a clinic that is at work: a data key, everything under it sealed again, the index key, the master key.

Acts as the database's administrator, who owns the tables, because no program that serves people may change a key or
what is signed. Every step is one transaction, and where it stands can be read from the data themselves: whatever is
killed in the middle is simply started again.

Sealing again goes through a table in batches. For the moment of a batch the table belongs to us alone (its triggers
rest: what they guard is what people write, and the words do not change), so the lock is asked for with little patience
and given back at once.
"""

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.rows import dict_row

from tht_app.database.crypto import Purpose, Vault, WrappedKey, fingerprint, new_data_key, unlocked, version_of
from tht_app.database.keyring import NOTICE
from tht_app.database.migrate import ADVISORY_LOCK
from tht_app.database.sealed import SealedTable, tables_of

MOST_VERSIONS = 65_535
BATCH = 200
LOCK_PATIENCE = "400ms"
PAUSE_SECONDS = 0.05
BUSY_PAUSE_SECONDS = 0.5

Connection = psycopg.Connection[dict[str, Any]]
Progress = Callable[[int, int], None]
"""Rows done, rows in all."""


class StillOpen(Exception):
    """The clinic is at work; the index key can only be changed while nobody looks anything up."""


class NotRotated(Exception):
    """This key is not rotated; the text says why, in one sentence."""


@dataclass(frozen=True, slots=True)
class KeyState:
    """One data key, and how many values are under it (None where they were not counted)."""

    purpose: Purpose
    version: int
    made: str
    master: str | None
    values: int | None = None


@contextmanager
def administrator(conninfo: str) -> Generator[Connection, None, None]:
    """A connection that acts as the owner of the tables."""
    named = make_conninfo(conninfo, application_name="tht_keys", connect_timeout=5)
    with Connection.connect(named, autocommit=True, row_factory=dict_row) as connection:
        connection.execute("set role tht_owner")
        connection.execute("set search_path = clinic, ext")
        connection.execute("set timezone = 'UTC'")
        yield connection


def read_keys(connection: Connection, *, lock: bool = False) -> list[WrappedKey]:
    """Every wrapped data key; `lock` keeps others from changing one until the transaction ends."""
    hold = " for update" if lock else ""
    rows = connection.execute(f"select purpose, version, wrapped from sec.data_key order by 1, 2{hold}")  # noqa: S608
    return [WrappedKey(Purpose(row["purpose"]), row["version"], bytes(row["wrapped"])) for row in rows]


def states(connection: Connection, *, count: bool = False) -> list[KeyState]:
    """Every data key, with how much lies under it if that is asked for."""
    rows = connection.execute(
        "select purpose, version, to_char(created_at, 'YYYY-MM-DD HH24:MI') as made, master from sec.data_key "
        "order by purpose, version"
    ).fetchall()
    found: list[KeyState] = []
    for row in rows:
        purpose = Purpose(row["purpose"])
        values = values_under(connection, purpose).get(row["version"], 0) if count else None
        found.append(KeyState(purpose, row["version"], row["made"], row["master"], values))
    return found


def values_under(connection: Connection, purpose: Purpose) -> dict[int, int]:
    """How many values lie under each version of a key, in the columns that are sealed again."""
    counted: dict[int, int] = {}
    with _reading(connection):
        for table in tables_of(purpose):
            for name in table.columns:
                for row in connection.execute(_counting(table, name)):
                    counted[row["version"]] = counted.get(row["version"], 0) + row["values"]
    return counted


@contextmanager
def _reading(connection: Connection) -> Generator[None, None, None]:
    """See every row: the owner is held by row-level security like everybody, `tht_sec` is not."""
    with connection.transaction():
        connection.execute("set local role tht_sec")
        yield


def _counting(table: SealedTable, name: str) -> sql.Composed:
    column = sql.Identifier(table.column(name))
    return sql.SQL(
        "select get_byte({0}, 1) * 256 + get_byte({0}, 2) as version, count(*) as values from {1} "
        "where {0} is not null group by 1"
    ).format(column, _named(table))


def _named(table: SealedTable) -> sql.Identifier:
    return sql.Identifier(*table.table.split("."))


def rotate(connection: Connection, master: bytes, purpose: Purpose) -> int:
    """Make the next version of a data key, which every process seals with from the commit on; returns it."""
    if purpose is Purpose.INDEX:
        raise NotRotated("The index key is changed with the clinic closed: tht keys rotate-index.")
    with connection.transaction():
        connection.execute("select pg_advisory_xact_lock(%s)", (ADVISORY_LOCK,))
        return add_version(connection, master, purpose)


def add_version(connection: Connection, master: bytes, purpose: Purpose) -> int:
    """Add the next version within the transaction that is open."""
    keys = read_keys(connection, lock=True)
    unlocked(master, keys)  # a key that nobody could open must never be added
    version = max(key.version for key in keys if key.purpose is purpose) + 1
    if version > MOST_VERSIONS:
        raise NotRotated(f"There are {MOST_VERSIONS} versions of this key already.")
    key = new_data_key(master, purpose, version)
    connection.execute(
        "insert into sec.data_key (purpose, version, wrapped, master) values (%s, %s, %s, %s)",
        (purpose.value, version, key.wrapped, fingerprint(master)),
    )
    tell(connection, purpose.value, version)
    return version


def tell(connection: Connection, what: str, version: int) -> None:
    """Let every process know, once this transaction is committed."""
    connection.execute("select pg_notify('clinic', %s)", (f"{NOTICE}{what} {version}",))


def seal_again(
    connection: Connection, vault: Vault, purpose: Purpose, progress: Progress = lambda _done, _all: None
) -> int:
    """Bring every value of a purpose under the newest key; returns how many rows were written.

    Goes on where an earlier run ended, because a value tells its version. Goes round until a round finds nothing: a
    process that had not heard of the new key yet may have written behind our back.
    """
    newest, written = vault.newest(purpose), 0
    waiting = sum(count for version, count in values_under(connection, purpose).items() if version != newest)
    while True:
        before = written
        for table in tables_of(purpose):
            for rows in _batches(connection, vault, table, newest):
                written += rows
                progress(min(written, waiting), waiting)
        if written == before:
            return written


def _batches(connection: Connection, vault: Vault, table: SealedTable, newest: int) -> Iterator[int]:
    """Seal a table again, batch by batch in the order of its ids."""
    after = UUID(int=0)
    while True:
        ids = _outdated(connection, table, newest, after)
        if not ids:
            return
        yield _write(connection, vault, table, ids, newest)
        after = ids[-1]
        time.sleep(PAUSE_SECONDS)


def _outdated(connection: Connection, table: SealedTable, newest: int, after: UUID) -> list[UUID]:
    marks = sql.SQL(" or ").join(
        sql.SQL("substring({} from 2 for 2) <> {}").format(
            sql.Identifier(table.column(name)), sql.Literal(newest.to_bytes(2, "big"))
        )
        for name in table.columns
    )
    asked = sql.SQL("select {0} as key from {1} where {0} > {2} and ({3}) order by 1 limit {4}").format(
        sql.Identifier(table.key), _named(table), sql.Literal(after), marks, sql.Literal(BATCH)
    )
    with _reading(connection):
        return [row["key"] for row in connection.execute(asked)]


def _write(connection: Connection, vault: Vault, table: SealedTable, ids: Sequence[UUID], newest: int) -> int:
    while True:
        try:
            with alone(connection, table.table):
                return _reseal(connection, vault, table, ids, newest)
        except psycopg.errors.LockNotAvailable:
            time.sleep(BUSY_PAUSE_SECONDS)


@contextmanager
def alone(connection: Connection, table: str) -> Generator[None, None, None]:
    """One transaction with a table for ourselves and its rules at rest; they are back when it ends, however it ends."""
    name = sql.Identifier(*table.split("."))
    with connection.transaction():
        connection.execute(sql.SQL("set local lock_timeout = {}").format(sql.Literal(LOCK_PATIENCE)))
        connection.execute(sql.SQL("lock table {} in access exclusive mode").format(name))
        held = connection.execute(
            "select relforcerowsecurity as forced from pg_class where oid = %s::regclass", (table,)
        ).fetchone()
        forced = bool(held and held["forced"])
        changes: list[LiteralString] = ["disable trigger user", *(["no force row level security"] if forced else [])]
        for change in changes:
            connection.execute(sql.SQL("alter table {} ").format(name) + sql.SQL(change))
        yield
        back: list[LiteralString] = ["enable trigger user", *(["force row level security"] if forced else [])]
        for change in back:
            connection.execute(sql.SQL("alter table {} ").format(name) + sql.SQL(change))


def _reseal(connection: Connection, vault: Vault, table: SealedTable, ids: Sequence[UUID], newest: int) -> int:
    columns = sql.SQL(", ").join(sql.Identifier(table.column(name)) for name in table.columns)
    rows = connection.execute(
        sql.SQL("select {0} as key, {1} from {2} where {0} = any(%s)").format(
            sql.Identifier(table.key), columns, _named(table)
        ),
        (list(ids),),
    ).fetchall()
    values = sql.SQL(", ").join(sql.SQL("{} = %s").format(sql.Identifier(table.column(name))) for name in table.columns)
    change = sql.SQL("update {} set {} where {} = %s").format(_named(table), values, sql.Identifier(table.key))
    connection.cursor().executemany(change, [(*_renewed(vault, table, row, newest), row["key"]) for row in rows])
    return len(rows)


def _renewed(vault: Vault, table: SealedTable, row: dict[str, Any], newest: int) -> list[bytes | None]:
    found: list[bytes | None] = []
    for name in table.columns:
        sealed: bytes | None = row[table.column(name)]
        if sealed is not None and version_of(sealed) != newest:
            sealed = vault.reseal(table.purpose, table.label(name), row["key"], sealed)
        found.append(sealed)
    return found
