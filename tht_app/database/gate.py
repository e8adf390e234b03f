"""Sessions: the only thing that the login role `tht_gate` may open, look up, keep alive and close.

Held by sign-in, unlock, display, ticket, mail link and `/verify`, by the start of worker and live feed, and by the
command line. The application's own pool cannot do any of this.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy import text

from tht_app.database.audit import AuditEntry, write_audit
from tht_app.database.crypto import Vault
from tht_app.database.engine import make_engine
from tht_app.database.gate_passkeys import PasskeyGate
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
    awake_until: datetime
    """When it ends unless somebody touches it."""


class Gate(PasskeyGate):
    """The pool of `tht_gate`, with one method for each thing it may do."""

    async def open_session(self, person_id: UUID, *, address: str | None = None, user_agent: str | None = None) -> str:
        """Open a person's session and return its token (256 bits, hexadecimal); only its hash is stored."""
        return await self._open(person_id, "person", address, user_agent, IDLE_SECONDS)

    async def open_service(self, username: str, kind: str = "service") -> str:
        """Open a session for a program of the house, for example `worker`; raises `LookupError` if there is none."""
        person_id = await self._value("select sec.service_person(:name)", name=username)
        if not isinstance(person_id, UUID):
            raise LookupError(username)  # noqa: TRY004  the answer is a uuid or null
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

    async def open_display(self, device_token: str, address: str | None, user_agent: str) -> tuple[str, UUID] | None:
        """Open a display's own narrow session: its token and person; nothing for a token that no display has."""
        token = secrets.token_hex(32)
        person_id = await self._value(
            "select sec.display_open(:device, :id, :hash, :address, :agent)",
            device=device_token,
            id=new_id(),
            hash=sha256(token.encode()).digest(),
            address=address,
            agent=user_agent,
        )
        return (token, person_id) if isinstance(person_id, UUID) else None

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
            row["awake_until"],
        )

    async def touch(self, token: str) -> bool:
        """Note a key or pointer of the person (written at most once a minute); False when the session is over."""
        return bool(await self._value("select sec.session_touch(:token)", token=token))

    async def close_session(self, token: str) -> None:
        """Revoke the session."""
        await self._value("select sec.session_close(:token)", token=token)

    async def owner_of(self, token: str) -> str | None:
        """Username behind a session that is alive, slept in or has run its time; nothing after a sign-out."""
        username = await self._value("select sec.session_owner(:token)", token=token)
        return str(username) if username is not None else None

    async def wake(self, token: str, person_id: UUID) -> str | None:
        """Let a session that only slept go on under a new token, which is returned; nothing if it is over."""
        fresh = secrets.token_hex(32)
        woken = await self._value(
            "select sec.session_wake(:token, :person, :hash)",
            token=token,
            person=person_id,
            hash=sha256(fresh.encode()).digest(),
        )
        return fresh if woken else None

    async def dead_among(self, tokens: Sequence[str]) -> frozenset[str]:
        """Which of these tokens have no live session (any more)."""
        async with self._transaction() as connection:
            rows = await connection.execute(text("select sec.sessions_dead(:tokens)"), {"tokens": list(tokens)})
            return frozenset(rows.scalars())

    async def known_address(self, username: str, address: str) -> bool:
        """Whether this account was signed in from there in the last 30 days."""
        return bool(await self._value("select sec.known_address(:name, :address)", name=username, address=address))

    async def setup_needed(self) -> bool:
        """Whether the clinic has no active owner yet."""
        return bool(await self._value("select sec.setup_needed()"))

    async def offer_setup(self, code: str, lifetime_seconds: int) -> bool:
        """Keep the one-time code (as a hash) for the first owner; False when there is an owner already."""
        return bool(await self._value("select sec.setup_offer(:code, :seconds)", code=code, seconds=lifetime_seconds))

    async def make_owner(self, code: str, username: str, display_name: str, password_hash: str) -> UUID | None:
        """Use up the one-time code and make the first owner; nothing if the code is wrong, used or too old."""
        person_id = new_id()
        made = await self._value(
            "select sec.setup_owner(:code, :id, :username, :name, :hash)",
            code=code,
            id=person_id,
            username=username,
            name=display_name,
            hash=password_hash,
        )
        return person_id if made else None

    async def credential_of(self, username: str) -> tuple[UUID, str] | None:
        """Person and password hash of an active account, or nothing."""
        row = await self._row("select * from sec.credential_of(:name)", name=username)
        return (row["person_id"], row["password_hash"]) if row else None

    async def rehash(self, person_id: UUID, present: str, stronger: str) -> None:
        """Replace a hash that was just proved right by one of the same password with today's parameters."""
        await self._value(
            "select sec.credential_rehash(:person, :present, :stronger)",
            person=person_id,
            present=present,
            stronger=stronger,
        )

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
        async with self._transaction() as connection:
            await write_audit(connection, entry, vault)


def make_gate(conninfo: str) -> Gate:
    """The gate for the libpq URL or `key=value` string of `tht_gate`."""
    return Gate(make_engine(conninfo, pool_size=4, application="tht_gate"))


class _Held:
    """The gate of this process."""

    gate: Gate | None = None


def current_gate() -> Gate:
    """Return the open gate; raises `RuntimeError` when the process has not opened one."""
    if _Held.gate is None:
        raise RuntimeError("the gate of this process is not open")
    return _Held.gate


def hold_gate(gate: Gate | None) -> None:
    """Make this the gate of the process."""
    _Held.gate = gate
