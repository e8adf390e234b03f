"""The pool of `tht_gate`, which only its functions in the schema `sec` can be called through."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

from sqlalchemy import RowMapping, text
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from tht_app.domain.errors import Unavailable


class GatePool:
    """Calls one function at a time, each in a transaction of its own."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Wrap a pool; nothing connects yet."""
        self._engine = engine

    @asynccontextmanager
    async def _transaction(self) -> AsyncGenerator[AsyncConnection, None]:
        """Raises `Unavailable` when the server cannot be reached."""
        try:
            async with self._engine.begin() as connection:
                yield connection
        except (OperationalError, InterfaceError, PoolTimeout, OSError) as failure:
            raise Unavailable from failure

    async def _value(self, sql: str, **parameters: object) -> object:
        async with self._transaction() as connection:
            return (await connection.execute(text(sql), parameters)).scalar()

    async def _row(self, sql: str, **parameters: object) -> RowMapping | None:
        async with self._transaction() as connection:
            return (await connection.execute(text(sql), parameters)).mappings().first()

    async def _rows(self, sql: str, **parameters: object) -> Sequence[RowMapping]:
        async with self._transaction() as connection:
            return (await connection.execute(text(sql), parameters)).mappings().all()

    async def close(self) -> None:
        """Give every connection back."""
        await self._engine.dispose()
