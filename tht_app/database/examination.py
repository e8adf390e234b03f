"""What `tht doctor` asks the database about itself, as the application's own role: nothing of any patient."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import text

from tht_app.database.engine import Database
from tht_app.database.migrate import head_revision

FACTS = text(
    "select current_setting('server_version') as version, current_setting('server_version_num')::integer as number, "
    "current_setting('fsync') as fsync, current_setting('synchronous_commit') as synchronous_commit, "
    "current_setting('full_page_writes') as full_page_writes, current_setting('data_checksums') as data_checksums, "
    "inet_server_addr() is not null as by_network, clock_timestamp() as clock, "
    "(select version_num from sec.alembic_version) as revision, "
    "(select rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication from pg_roles "
    "where rolname = current_user) as powerful, "
    "coalesce((select s.ssl from pg_stat_ssl s where s.pid = pg_backend_pid()), false) as encrypted, "
    "coalesce((select s.version from pg_stat_ssl s where s.pid = pg_backend_pid()), '') as protocol"
)


@dataclass(frozen=True, slots=True)
class DatabaseFacts:
    """What the server says; `clock_apart` in seconds, positive when the server's clock is ahead of ours."""

    version: str
    number: int
    durable: bool
    checksums: bool
    by_network: bool
    encrypted: bool
    protocol: str
    powerful: bool
    revision: str
    newest: str
    clock_apart: float


async def examine(database: Database) -> DatabaseFacts:
    """Ask once."""
    async with database.engine.connect() as connection:
        asked = datetime.now(UTC)
        row = (await connection.execute(FACTS)).mappings().one()
        answered = datetime.now(UTC)
    middle = asked + (answered - asked) / 2
    return DatabaseFacts(
        version=row["version"],
        number=row["number"],
        durable=(row["fsync"], row["full_page_writes"]) == ("on", "on") and row["synchronous_commit"] != "off",
        checksums=row["data_checksums"] == "on",
        by_network=row["by_network"],
        encrypted=row["encrypted"],
        protocol=row["protocol"],
        powerful=row["powerful"],
        revision=row["revision"],
        newest=head_revision(),
        clock_apart=(row["clock"] - middle).total_seconds(),
    )
