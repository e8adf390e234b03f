"""Whether this process can serve: asked by probes without a session, so it tells states and no data."""

import asyncio
import shutil
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from tht_app.database.engine import current
from tht_app.database.migrate import head_revision

PATIENCE_SECONDS = 3.0
LEAST_FREE_BYTES = 200_000_000
"""Less free space than this, and the next busy day may fill the disk."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """Each check as a word; only `ok` everywhere is ready."""

    database: str
    migrations: str
    disk: str

    @property
    def ready(self) -> bool:
        """Whether people can work."""
        return {self.database, self.migrations, self.disk} == {"ok"}


async def readiness(data_dir: Path) -> Readiness:
    """Ask the database and look at the disk of the data folder; never raises, never waits longer than 3 s."""
    disk = await asyncio.to_thread(_disk, data_dir)
    try:
        revision = await asyncio.wait_for(_revision(), PATIENCE_SECONDS)
    except (SQLAlchemyError, OSError, TimeoutError, RuntimeError):
        return Readiness("unreachable", "unknown", disk)
    return Readiness("ok", "ok" if revision == _newest() else "pending", disk)


async def _revision() -> str | None:
    async with current().engine.connect() as connection:
        return (await connection.execute(text("select version_num from sec.alembic_version"))).scalar()


@lru_cache(maxsize=1)
def _newest() -> str:
    return head_revision()


def _disk(data_dir: Path) -> str:
    try:
        free = shutil.disk_usage(data_dir).free
    except OSError:
        return "unreachable"
    return "ok" if free >= LEAST_FREE_BYTES else "full"
