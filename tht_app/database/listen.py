"""LISTEN: one connection of a process on which PostgreSQL says which rows have changed. Ids and days, never values."""

from collections.abc import AsyncGenerator

import psycopg

from tht_app.database.engine import connect_arguments
from tht_app.domain.errors import Unavailable

CHANNEL = "clinic"
LISTENING = ""
"""What comes first: from here on nothing is missed."""

# A line that died without a word is noticed within half a minute, not after the two hours of the system's default.
ALIVE = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "connect_timeout": 5}


async def notifications(conninfo: str, application: str = "tht_live") -> AsyncGenerator[str, None]:
    """`LISTENING`, then each payload as it comes; raises Unavailable when the connection is or goes away.

    The login role reads nothing here: hearing that a row changed needs no session, reading it does. It has to be a
    direct connection, because a pooler that lends connections by transaction does not pass notifications on.
    """
    arguments = connect_arguments(conninfo, application_name=application, **ALIVE)
    try:
        async with await psycopg.AsyncConnection.connect(autocommit=True, **arguments) as connection:
            await connection.execute(f"listen {CHANNEL}")
            yield LISTENING
            async for notification in connection.notifies():
                yield notification.payload
    except (psycopg.OperationalError, OSError) as failure:
        raise Unavailable from failure
