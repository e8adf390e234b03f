"""The own access: second factor and open sessions; and who needs a second factor, which the owner decides."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.queries import identity as queries
from tht_app.database.queries import settings as setting_queries
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.errors import NotFound, ValidationFailed
from tht_app.domain.identity import Permission, Role
from tht_app.domain.proof import PEOPLE, Demand, Sensitive, policy_of
from tht_app.settings import settings
from tht_app.use_cases.door import use_case

POLICY = "second_factor"


@dataclass(frozen=True, slots=True)
class OpenSession:
    """Where the own account is signed in."""

    id: UUID
    address: str
    user_agent: str
    since: datetime
    last_active: datetime
    awake: bool
    """Not locked by the pause."""
    present: bool
    """The session that asks."""


@dataclass(frozen=True, slots=True)
class OwnPasskey:
    """A passkey of the own account."""

    id: UUID
    name: str
    made: datetime
    used: datetime | None
    suspect: bool


@dataclass(frozen=True, slots=True)
class Access:
    """The own second factors and sessions."""

    totp_since: datetime | None
    recovery_left: int
    sessions: tuple[OpenSession, ...]
    passkeys: tuple[OwnPasskey, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadOwnAccess:
    """What the own account has."""


@dataclass(frozen=True, slots=True)
class EnterOwnAccess:
    """Go on to set up the own second factor or recovery codes: needs a fresh proof; answers the own id."""


@dataclass(frozen=True, slots=True)
class DropOwnFactor:
    """Sign in with the password alone again, where the role allows that."""


@dataclass(frozen=True, slots=True)
class DropOwnPasskey:
    """Forget a passkey whose device is gone."""

    passkey_id: UUID


@dataclass(frozen=True, slots=True)
class EndOwnSession:
    """Sign out elsewhere: one session, or without an id all but this one."""

    session_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class DropFactorOf:
    """Take away a colleague's second factor, whose telephone is gone; ends their sessions."""

    person_id: UUID


@dataclass(frozen=True, slots=True)
class ReadFactorPolicy:
    """Who needs a second factor."""


@dataclass(frozen=True, slots=True)
class SaveFactorPolicy:
    """Decide it: a demand for each role of people."""

    demands: Mapping[Role, Demand]


@use_case(permission=Permission.SIGNED_IN, audit=AuditAction.READ, reads=True)
async def read_own_access(_request: ReadOwnAccess, work: UnitOfWork) -> Access:
    """Return the own second factor and open sessions."""
    row = await queries.my_access(work)
    sessions = tuple(_session(each) for each in await queries.my_sessions(work))
    passkeys = tuple(
        OwnPasskey(each["id"], each["name"], each["made_at"], each["used_at"], each["suspect"])
        for each in await queries.my_passkeys(work)
    )
    return Access(row["totp_since"] if row else None, row["recovery_left"] if row else 0, sessions, passkeys)


def _session(row: RowMapping) -> OpenSession:
    return OpenSession(
        row["id"],
        row["address"] or "",
        row["user_agent"] or "",
        row["created_at"],
        row["last_active_at"],
        bool(row["awake"]),
        bool(row["present"]),
    )


@use_case(permission=Permission.SIGNED_IN, audit=AuditAction.READ, reads=True, fresh=Sensitive.OWN_ACCESS)
async def enter_own_access(_request: EnterOwnAccess, work: UnitOfWork) -> UUID:
    """Return the own id; raises ProofNeeded."""
    return work.person.id


@use_case(permission=Permission.SIGNED_IN, audit=AuditAction.FACTOR_REMOVED, fresh=Sensitive.OWN_ACCESS)
async def drop_own_factor(_request: DropOwnFactor, work: UnitOfWork) -> None:
    """Drop the own second factor with its recovery codes; raises NotFound, ProofNeeded."""
    if not await queries.drop_factor(work, work.person.id):
        raise NotFound
    work.changed("person", work.person.id, new={"second_factor": "removed"})


@use_case(permission=Permission.SIGNED_IN, audit=AuditAction.FACTOR_REMOVED, fresh=Sensitive.OWN_ACCESS)
async def drop_own_passkey(request: DropOwnPasskey, work: UnitOfWork) -> None:
    """Remove an own passkey; raises NotFound, ProofNeeded."""
    if not await queries.drop_my_passkey(work, request.passkey_id):
        raise NotFound
    work.changed("person", work.person.id, new={"passkey": "removed"})


@use_case(permission=Permission.SIGNED_IN, audit=AuditAction.SESSION_ENDED)
async def end_own_session(request: EndOwnSession, work: UnitOfWork) -> int:
    """End it; returns how many ended. Raises NotFound for a session that is not one's own, or over."""
    ended = await queries.close_my_session(work, request.session_id)
    if not ended and request.session_id is not None:
        raise NotFound
    work.changed("person", work.person.id, new={"sessions_ended": ended})
    return ended


@use_case(permission=Permission.IDENTITY_MANAGE, audit=AuditAction.FACTOR_REMOVED, fresh=Sensitive.ACCOUNTS)
async def drop_factor_of(request: DropFactorOf, work: UnitOfWork) -> None:
    """Drop a colleague's second factor and end their sessions; raises NotFound, ProofNeeded."""
    if not await queries.drop_factor(work, request.person_id):
        raise NotFound
    await queries.end_sessions(work, request.person_id)
    work.changed("person", request.person_id, new={"second_factor": "removed"})


@use_case(permission=Permission.IDENTITY_MANAGE, audit=AuditAction.READ, reads=True)
async def read_factor_policy(_request: ReadFactorPolicy, work: UnitOfWork) -> dict[Role, Demand]:
    """Return what holds for each role of people."""
    return policy_of(await setting_queries.read(work, POLICY), demo=settings().demo)


@use_case(permission=Permission.IDENTITY_MANAGE, audit=AuditAction.SETTINGS, fresh=Sensitive.ACCOUNTS)
async def save_factor_policy(request: SaveFactorPolicy, work: UnitOfWork) -> None:
    """Store it; holds from the next sign-in of each person on. Raises ValidationFailed, ProofNeeded."""
    if set(request.demands) != set(PEOPLE):
        raise ValidationFailed({"demands": "unknown_choice"})
    value = {role.value: demand.value for role, demand in request.demands.items()}
    await setting_queries.save(work, POLICY, value)
    work.changed("setting", work.new_id(), new={POLICY: value})
