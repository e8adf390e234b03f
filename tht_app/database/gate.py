"""Sessions: the only thing that the login role `tht_gate` may open, look up, keep alive and close.

Held by sign-in, unlock, display, ticket, mail link and `/verify`, by the start of worker and live feed, and by the
command line. The application's own pool cannot do any of this.
"""

import secrets
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncEngine

from tht_app.database.audit import AuditEntry, write_audit
from tht_app.database.crypto import Vault
from tht_app.database.engine import make_engine
from tht_app.database.ids import new_id
from tht_app.domain.identity import Role

IDLE_SECONDS = 15 * 60
LIFETIME_SECONDS = 12 * 3600
FREE_TRIES = 5


@dataclass(frozen=True, slots=True)
class LiveSession:
    """A session that PostgreSQL says is alive."""

    session_id: UUID
    kind: str
    person_id: UUID
    username: str
    display_name: str
    lang: str
    roles: frozenset[Role]


class Gate:
    """The pool of `tht_gate`, with one method for each thing it may do."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Wrap a pool; nothing connects yet."""
        self._engine = engine

    async def _value(self, sql: str, **parameters: object) -> object:
        async with self._engine.begin() as connection:
            return (await connection.execute(text(sql), parameters)).scalar()

    async def _row(self, sql: str, **parameters: object) -> RowMapping | None:
        async with self._engine.begin() as connection:
            return (await connection.execute(text(sql), parameters)).mappings().first()

    async def open_session(
        self, person_id: UUID, *, address: str | None = None, user_agent: str | None = None
    ) -> str:
        """Open a person's session and return its token (256 bits, hexadecimal); only its hash is stored."""
        return await self._open(person_id, "person", address, user_agent, IDLE_SECONDS)

    async def open_service(self, username: str, kind: str = "service") -> str:
        """Open a session for a program of the house, for example `worker`; raises `LookupError` if there is none."""
        person_id = await self._value("select sec.service_person(:name)", name=username)
        if not isinstance(person_id, UUID):
            raise LookupError(username)
        return await self._open(person_id, kind, None, username, None)

    async def _open(
        self, person_id: UUID, kind: str, address: str | None, user_agent: str | None, idle: int | None
    ) -> str:
        token = secrets.token_hex(32)
        opened = await self._value(
            "select sec.session_open(:id, :hash, :person, :kind, :address, :agent, :idle, :lifetime)",
            id=new_id(),
            hash=sha256(token.encode()).digest(),
            person=person_id,
            kind=kind,
            address=address,
            agent=user_agent,
            idle=idle,
            lifetime=LIFETIME_SECONDS,
        )
        if not opened:
            raise LookupError(str(person_id))
        return token

    async def look_up(self, token: str) -> LiveSession | None:
        """Who this token belongs to, or nothing when the session is unknown, expired or revoked."""
        row = await self._row("select * from sec.whoami(:token)", token=token)
        if row is None:
            return None
        return LiveSession(
            row["session_id"],
            row["kind"],
            row["person_id"],
            row["username"],
            row["display_name"],
            row["lang"],
            frozenset(Role(role) for role in row["roles"]),
        )

    async def touch(self, token: str) -> bool:
        """Note a key or pointer of the person (written at most once a minute); False when the session is over."""
        return bool(await self._value("select sec.session_touch(:token)", token=token))

    async def close_session(self, token: str) -> None:
        """Revoke the session."""
        await self._value("select sec.session_close(:token)", token=token)

    async def credential_of(self, username: str) -> tuple[UUID, str] | None:
        """Person and password hash of an active account, or nothing."""
        row = await self._row("select * from sec.credential_of(:name)", name=username)
        return (row["person_id"], row["password_hash"]) if row else None

    async def seconds_blocked(self, *subjects: str) -> int:
        """For how long none of these (`account:…`, `address:…`) may try again."""
        seconds = await self._value("select sec.attempt_blocked(:subjects)", subjects=list(subjects))
        return int(str(seconds or 0))

    async def note_failure(self, subject: str, free_tries: int = FREE_TRIES) -> None:
        """Count a failed try; the delay grows after the free ones."""
        await self._value("select sec.attempt_failed(:subject, :free)", subject=subject, free=free_tries)

    async def note_success(self, subject: str) -> None:
        """Forget the failures of this subject."""
        await self._value("select sec.attempt_succeeded(:subject)", subject=subject)

    async def record(self, entry: AuditEntry, vault: Vault) -> None:
        """Write an audit entry about a sign-in, a failed one or a sign-out."""
        async with self._engine.begin() as connection:
            await write_audit(connection, entry, vault)

    async def close(self) -> None:
        """Give every connection back."""
        await self._engine.dispose()


def make_gate(url: str) -> Gate:
    """The gate for a libpq URL of `tht_gate`."""
    return Gate(make_engine(url, pool_size=4, application="tht_gate"))
