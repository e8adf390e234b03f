"""One transaction in somebody's name: the only way to the tables.

Opening it hands the session token to PostgreSQL for this transaction alone. The database looks up person and roles
itself, in a table that this role cannot read; without a live session every policy answers "no rows".
"""

import json
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Executable, RowMapping, insert, text
from sqlalchemy.engine import CursorResult
from sqlalchemy.ext.asyncio import AsyncConnection

from tht_app.database.audit import AuditEntry
from tht_app.database.crypto import Vault
from tht_app.database.engine import Database
from tht_app.database.ids import new_id
from tht_app.database.tables.base import ClinicTable
from tht_app.domain.errors import SessionEnded
from tht_app.domain.identity import Permission, Role, permissions_of
from tht_app.domain.interop import CHANNELS_OF

# The order matters: the setting is made by the inner select, before `whoami` runs on what it returned.
ENTER = text(
    "select w.* from (select set_config('app.session', :token, true) as token offset 0) c, "
    "lateral sec.whoami(c.token) w"
)

OUTBOX = text(
    "insert into clinic.outbox (id, at, event, channel, aggregate_id, payload, next_attempt_at) "
    "values (:id, :at, :event, :channel, :aggregate_id, cast(:payload as jsonb), :at)"
)


def utc_now() -> datetime:
    """The real clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever asks: a session token, where it comes from, and which clock counts (real, but for the demo seeder)."""

    token: str = field(repr=False)
    address: str | None = None
    clock: Callable[[], datetime] = utc_now


@dataclass(frozen=True, slots=True)
class Person:
    """The person behind a live session, as PostgreSQL knows them."""

    id: UUID
    session_id: UUID
    username: str
    display_name: str
    lang: str
    roles: frozenset[Role]
    permissions: frozenset[Permission]


class UnitOfWork:
    """What a use case gets: the person, the clock, the tables behind row-level security, the vault."""

    def __init__(self, connection: AsyncConnection, database: Database, actor: Actor, entry: AuditEntry) -> None:
        """Wrap an open transaction; `entry` collects what the audit log will say about it."""
        self._connection = connection
        self._database = database
        self._clock = actor.clock
        self._entry = entry
        self._person: Person | None = None
        self._events: list[dict[str, Any]] = []

    @property
    def person(self) -> Person:
        """Who asks; `SessionEnded` if nobody does."""
        if self._person is None:
            raise SessionEnded
        return self._person

    @property
    def vault(self) -> Vault:
        """Seals and opens encrypted values."""
        return self._database.vault

    @property
    def audit_public(self) -> bytes:
        """Public half of the key under which the audit log is sealed."""
        return self._database.audit_public

    @property
    def zone(self) -> ZoneInfo:
        """The clinic's time zone."""
        return self._database.zone

    def now(self) -> datetime:
        """This moment, UTC."""
        return self._clock()

    def today(self) -> date:
        """The clinic's day, which is not UTC's."""
        return self.now().astimezone(self.zone).date()

    @staticmethod
    def new_id() -> UUID:
        """An id for a row that is about to be written."""
        return new_id()

    async def enter(self, actor: Actor) -> Person:
        """Let PostgreSQL look up who the token belongs to; raises `SessionEnded` for a dead or forged one."""
        row = (await self._connection.execute(ENTER, {"token": actor.token})).mappings().one_or_none()
        if row is None:
            raise SessionEnded
        roles = frozenset(Role(role) for role in row["roles"])
        self._person = Person(
            row["person_id"],
            row["session_id"],
            row["username"],
            row["display_name"],
            row["lang"],
            roles,
            permissions_of(roles),
        )
        self._entry.person_id = self._person.id
        self._entry.session_id = self._person.session_id
        return self._person

    async def _execute(self, statement: str | Executable, parameters: Mapping[str, Any]) -> CursorResult[Any]:
        executable = text(statement) if isinstance(statement, str) else statement
        return await self._connection.execute(executable, dict(parameters))  # type: ignore[return-value]

    async def fetch(self, statement: str | Executable, **parameters: Any) -> Sequence[RowMapping]:
        """All rows; `statement` has `:named` binds."""
        return (await self._execute(statement, parameters)).mappings().all()

    async def fetch_one(self, statement: str | Executable, **parameters: Any) -> RowMapping | None:
        """The first row, or nothing."""
        return (await self._execute(statement, parameters)).mappings().first()

    async def fetch_value(self, statement: str | Executable, **parameters: Any) -> Any:
        """The first column of the first row, or nothing."""
        return (await self._execute(statement, parameters)).scalar()

    async def run(self, statement: str | Executable, **parameters: Any) -> int:
        """Execute and return how many rows it touched."""
        return (await self._execute(statement, parameters)).rowcount

    async def add(self, *rows: ClinicTable | Sequence[ClinicTable]) -> None:
        """Insert rows, one statement for each table (and set of columns), in the order in which they first appear."""
        groups: dict[tuple[type[ClinicTable], frozenset[str]], list[dict[str, Any]]] = {}
        for given in rows:
            for row in given if isinstance(given, Sequence) else (given,):
                values = _columns(row)
                groups.setdefault((type(row), frozenset(values)), []).append(values)
        for (table, _), values in groups.items():
            await self._connection.execute(insert(table), values)

    def saw(self, *patient_ids: UUID) -> None:
        """Name the patients whose data this call read or wrote."""
        self._entry.patient_ids.update(patient_ids)

    def changed(
        self,
        object_type: str,
        object_id: UUID,
        *,
        patient_id: UUID | None = None,
        old: Mapping[str, Any] | None = None,
        new: Mapping[str, Any] | None = None,
    ) -> None:
        """Say what was changed; the values are encrypted in the audit entry."""
        if self._entry.object_id is None:
            self._entry.object_type, self._entry.object_id = object_type, object_id
        if patient_id is not None:
            self._entry.patient_ids.add(patient_id)
        self._entry.details.append(
            {"type": object_type, "id": object_id, "old": dict(old or {}), "new": dict(new or {})}
        )

    def because(self, reason: str) -> None:
        """Keep the reason somebody gave, in clear, for the auditor."""
        self._entry.reason = reason

    def failed(self) -> None:
        """Let the log say that what was asked for came out badly, although the call itself went through."""
        self._entry.outcome = "failed"

    def publish(self, event: str, aggregate_id: UUID, payload: Mapping[str, Any] | None = None) -> None:
        """Leave an event in the outbox, once for each channel; it exists exactly if this transaction commits."""
        self._events.extend(
            {
                "id": new_id(),
                "at": self.now(),
                "event": event,
                "channel": channel,
                "aggregate_id": aggregate_id,
                "payload": json.dumps(payload or {}, default=str),
            }
            for channel in CHANNELS_OF.get(event, (None,))
        )

    async def flush_events(self) -> None:
        """Write the published events; the door calls it before the audit entry."""
        if self._events:
            await self._connection.execute(OUTBOX, self._events)
            self._events = []

    async def draw(self, counter: str) -> int:
        """Draw the next number without gaps; call it last, because others wait until this transaction ends."""
        return await self.fetch_value(
            "insert into clinic.counter as c (name, value) values (:name, 1) "
            "on conflict (name) do update set value = c.value + 1 returning value",
            name=counter,
        )

    @asynccontextmanager
    async def read_only(self) -> AsyncGenerator[None, None]:
        """Run the block where PostgreSQL itself refuses a write, and undo whatever it may have done."""
        # Two statements in one round trip; SQLAlchemy's own savepoint would cost another.
        await self._connection.exec_driver_sql("savepoint reading; set transaction read only")
        try:
            yield
        finally:
            if not self._connection.invalidated:
                await self._connection.exec_driver_sql("rollback to savepoint reading")


def _columns(row: ClinicTable) -> dict[str, Any]:
    """The values that were given: what was left out gets the column's default."""
    return {name: getattr(row, name) for name in row.model_fields_set}
