"""Who the running event belongs to. The gate says it before a handler starts; nothing a browser sends can."""

from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from tht_app.domain.errors import SessionEnded
from tht_app.domain.identity import Permission, Role
from tht_app.use_cases.door import Actor


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A live session and the person behind it."""

    actor: Actor
    session_id: UUID
    kind: str
    person_id: UUID
    username: str
    display_name: str
    lang: str
    roles: frozenset[Role]
    permissions: frozenset[Permission]
    awake_until: datetime
    """When the session ends if nobody touches it."""

    def may(self, wanted: frozenset[Permission]) -> bool:
        """Whether any one of the wanted permissions is held."""
        return not wanted.isdisjoint(self.permissions)


class Sessions(Protocol):
    """What the gate asks of the database; `web.identity` answers it."""

    async def of(self, token: str, address: str | None) -> SignedIn | None:
        """The live session of a cookie's token, not older than two seconds; nothing for a dead or forged one."""
        ...

    async def touched(self, token: str) -> None:
        """Somebody used key or pointer: the idle end moves."""
        ...

    async def refused(self, who: SignedIn, name: str, reason: str) -> None:
        """Write one audit entry about a refusal."""
        ...


_current: ContextVar[SignedIn | None] = ContextVar("tht_signed_in", default=None)


def bind(who: SignedIn | None) -> None:
    """Say for whom the running task works."""
    _current.set(who)


def current() -> SignedIn:
    """The session of the running event; raises SessionEnded where there is none."""
    who = _current.get()
    if who is None:
        raise SessionEnded
    return who


def signed_in() -> SignedIn | None:
    """The session of the running event, if there is one."""
    return _current.get()
