"""The pools of one process and the keys that go with them; opened once at start, closed at the end."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from tht_app.database.crypto import Purpose, Vault, WrappedKey
from tht_app.database.signing import AUDIT, signing_key

DRIVER = "postgresql+psycopg://"
OPTIONS = (
    "-c search_path=clinic,ext -c statement_timeout=15000 -c idle_in_transaction_session_timeout=15000 "
    "-c lock_timeout=10000 -c timezone=UTC"
)


@dataclass(frozen=True, slots=True)
class Database:
    """What use cases stand on: the application's pool, the vault and the clinic's zone."""

    engine: AsyncEngine
    vault: Vault
    zone: ZoneInfo
    conninfo: str = field(default="", repr=False)
    """How a program of its own reaches the same database (`database.apart`)."""
    audit_public: bytes = b""
    """Public half of the key under which the audit log is sealed."""

    async def close(self) -> None:
        """Give every connection back."""
        await self.engine.dispose()


def connect_arguments(conninfo: str, **more: Any) -> dict[str, Any]:
    """What psycopg needs to connect, from a libpq URL or a `key=value` string."""
    return {**conninfo_to_dict(conninfo), **more}


def make_engine(conninfo: str, *, pool_size: int, application: str) -> AsyncEngine:
    """Build a pool for a libpq URL or `key=value` string; nothing connects yet."""
    return create_async_engine(
        DRIVER,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=10,
        pool_pre_ping=True,
        pool_recycle=1800,
        hide_parameters=True,  # a failed statement's message must not quote whom it was about
        connect_args=connect_arguments(conninfo, options=OPTIONS, application_name=application, connect_timeout=5),
    )


async def read_wrapped_keys(engine: AsyncEngine) -> list[WrappedKey]:
    """Fetch the wrapped data keys; without the master key they are noise."""
    async with engine.connect() as connection:
        rows = await connection.execute(text("select purpose, version, wrapped from sec.data_key"))
        return [WrappedKey(Purpose(row.purpose), row.version, bytes(row.wrapped)) for row in rows]


async def open_database(conninfo: str, master_key: bytes, zone: ZoneInfo, *, pool_size: int = 12) -> Database:
    """Connect as `tht_app` and unlock the vault; raises `MasterKeyMissing` when the keys do not fit."""
    engine = make_engine(conninfo, pool_size=pool_size, application="tht_app")
    try:
        vault = Vault.unlock(master_key, await read_wrapped_keys(engine))
    except BaseException:
        await engine.dispose()
        raise
    return Database(engine, vault, zone, conninfo, signing_key(master_key, AUDIT).public)


class _Held:
    """The database of this process; one, because a process serves one clinic."""

    database: Database | None = None


def current() -> Database:
    """Return the open database; raises `RuntimeError` when the process has not opened one."""
    if _Held.database is None:
        raise RuntimeError("the database of this process is not open")
    return _Held.database


def hold(database: Database | None) -> None:
    """Make this the database of the process."""
    _Held.database = database


def is_current(database: Database) -> bool:
    """Whether this is the database of the process."""
    return _Held.database is database


@asynccontextmanager
async def holding(database: Database) -> AsyncGenerator[Database, None]:
    """Hold a database for a while and close it afterwards."""
    hold(database)
    try:
        yield database
    finally:
        hold(None)
        await asyncio.shield(database.close())
