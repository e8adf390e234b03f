"""Steps of shared notes, of many people in one round trip and one commit, on a connection of their own.

The door decided on each of these people a moment ago; the statement writes a step only while what that decision stood
on is still so, under the same locks, policies and triggers as the door's own. What it leaves out goes through the door.
"""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import psycopg

from tht_app.database.crypto import Purpose
from tht_app.database.engine import OPTIONS, Database, connect_arguments
from tht_app.database.ids import new_id
from tht_app.database.listen import ALIVE
from tht_app.database.queries.encounter.shared import BODY, packed
from tht_app.domain.encounter.note import Section

APPEND = (
    "select clinic.append_note_steps(%s::text[], %s::uuid[], %s::text[], %s::uuid[], %s::text[], %b::bytea[], "
    "%s::timestamptz[], %s::text[])"
)


@dataclass(frozen=True, slots=True)
class QuickStep:
    """What one person wrote at once, and what the door's decision to let them stood on (`shared.ground`)."""

    token: str = field(repr=False)
    encounter_id: UUID
    ground: str
    sections: frozenset[Section]
    updates: tuple[bytes, ...] = field(repr=False)
    origin: str
    at: datetime


class StepWriter:
    """The one connection on which a process stores quick steps."""

    def __init__(self) -> None:
        """Connect when there is something to write."""
        self._connection: psycopg.AsyncConnection | None = None
        self._database: Database | None = None

    async def append(self, database: Database, steps: Sequence[QuickStep]) -> list[bool]:
        """Store them in one transaction and say which were; none where the database did not answer."""
        try:
            connection = await self._connected(database)
            cursor = await connection.execute(APPEND, self._values(database, steps), prepare=True)
            row = await cursor.fetchone()
        except (psycopg.Error, OSError):
            await self.close()
            return [False] * len(steps)
        return [number is not None for number in row[0]] if row else [False] * len(steps)

    async def _connected(self, database: Database) -> psycopg.AsyncConnection:
        if self._connection is None or self._connection.closed or self._database is not database:
            await self.close()
            arguments = connect_arguments(database.conninfo, options=OPTIONS, application_name="tht_notes", **ALIVE)
            self._connection = await psycopg.AsyncConnection.connect(autocommit=True, **arguments)
            self._database = database
        return self._connection

    @staticmethod
    def _values(database: Database, steps: Sequence[QuickStep]) -> tuple[list[object], ...]:
        ids = [new_id() for _ in steps]
        seal = database.vault.seal_bytes
        return (
            [step.token for step in steps],
            [step.encounter_id for step in steps],
            [step.ground for step in steps],
            list(ids),
            [",".join(sorted(section.value for section in step.sections)) for step in steps],
            [seal(Purpose.CLINICAL, BODY, row, packed(step.updates)) for row, step in zip(ids, steps, strict=True)],
            [step.at for step in steps],
            [step.origin for step in steps],
        )

    async def close(self) -> None:
        """Give the connection back."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(psycopg.Error, OSError):
                await connection.close()
