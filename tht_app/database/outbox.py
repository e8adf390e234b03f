"""The lease of the outbox: which rows this worker may deliver now, and when the next is due.

A row is leased for a while by one worker; a worker that dies lets go of its rows by the clock alone. Of a stream (a
patient, else an aggregate) only the oldest row of a channel is ever handed out, so what happened in order leaves in
order. Stands outside the door because it reads no one's data: ids, names of events and times.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection

from tht_app.database.engine import Database
from tht_app.domain.errors import SessionEnded, Unavailable

NOTICE = "outbox "
"""How a notice begins that a row of the outbox is new or changed."""

OPEN = "o.delivered_at is null and o.dead_at is null"

LEASE = text(f"""
    with ready as (
        select o.id from clinic.outbox o
        where o.channel = any (:channels) and {OPEN} and o.next_attempt_at <= :now
          and (o.leased_until is null or o.leased_until <= :now)
          and not exists (
            select 1 from clinic.outbox e
            where e.stream = o.stream and e.channel = o.channel and (e.at, e.id) < (o.at, o.id)
              and e.delivered_at is null and e.dead_at is null)
        order by o.next_attempt_at, o.id limit :most
        for update of o skip locked)
    update clinic.outbox o set lease = :lease, leased_until = :until, attempts = o.attempts + 1
    from ready where o.id = ready.id
    returning o.id, o.event, o.channel, o.attempts
""")  # noqa: S608  the condition is a constant above

# What is held back behind an older row of its stream becomes due with that row, not before.
NEXT_DUE = text(f"""
    select min(greatest(o.next_attempt_at, coalesce(o.leased_until, o.next_attempt_at))) from clinic.outbox o
    where o.channel = any (:channels) and {OPEN}
      and not exists (
        select 1 from clinic.outbox e
        where e.stream = o.stream and e.channel = o.channel and (e.at, e.id) < (o.at, o.id)
          and e.delivered_at is null and e.dead_at is null)
""")  # noqa: S608  the condition is a constant above

CLOSE_UNSENT = text(f"""
    update clinic.outbox o set delivered_at = :now, not_sent = :reason, lease = null, leased_until = null
    where o.channel = any (:channels) and {OPEN} and o.next_attempt_at <= :now
""")  # noqa: S608  the condition is a constant above


@dataclass(frozen=True, slots=True)
class Leased:
    """A row that is this worker's until its lease ends; `attempts` counts this try."""

    id: UUID
    event: str
    channel: str
    attempts: int
    lease: UUID


@asynccontextmanager
async def _as(database: Database, token: str) -> AsyncGenerator[AsyncConnection, None]:
    """A transaction in the name of a session; raises `SessionEnded` and `Unavailable`."""
    try:
        async with database.engine.begin() as connection:
            enter = text("select set_config('app.session', :token, true), (select count(*) from sec.whoami(:token))")
            row = (await connection.execute(enter, {"token": token})).one()
            if not row[1]:
                raise SessionEnded
            yield connection
    except (DBAPIError, PoolTimeout, OSError) as failure:
        raise Unavailable from failure


async def lease(
    database: Database, token: str, channels: Sequence[str], *, now: datetime, lasting: timedelta, most: int
) -> list[Leased]:
    """Take at most so many rows that are due, at most one of each stream; nobody else gets them until then."""
    mark = uuid4()
    given = {"channels": list(channels), "now": now, "until": now + lasting, "most": most, "lease": mark}
    async with _as(database, token) as connection:
        rows = (await connection.execute(LEASE, given)).mappings().all()
    return [Leased(row["id"], row["event"], row["channel"], row["attempts"], mark) for row in rows]


async def next_due(database: Database, token: str, channels: Sequence[str]) -> datetime | None:
    """When a row becomes due or a lease runs out; nothing when nothing waits."""
    async with _as(database, token) as connection:
        return (await connection.execute(NEXT_DUE, {"channels": list(channels)})).scalar()


async def close_unsent(database: Database, token: str, channels: Sequence[str], reason: str, now: datetime) -> int:
    """Close what is due on channels that are not set up, so that nothing old leaves when they are one day."""
    given = {"channels": list(channels), "reason": reason, "now": now}
    async with _as(database, token) as connection:
        return (await connection.execute(CLOSE_UNSENT, given)).rowcount
