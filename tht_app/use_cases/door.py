"""The one door: nothing reaches the database but through `execute(actor, request)`.

A use case is registered for the type of its request together with the permission it needs and what the audit log calls
it; both are required, so forgetting one fails at import. Data, audit entry and outbox rows commit together or not at
all. A reading use case runs where PostgreSQL refuses writes, its entry is committed first, and only then is the data
handed out: no entry, no data.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, get_type_hints
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from tht_app.database.audit import AuditEntry, admit_viewers, write_audit
from tht_app.database.engine import Database, current
from tht_app.database.queries import care
from tht_app.database.unit_of_work import Actor, Person, UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.care import CHART, asks_for_care, safety_only
from tht_app.domain.errors import Busy, Conflict, NotFound, PermissionDenied, SessionEnded, Unavailable
from tht_app.domain.identity import Permission
from tht_app.domain.proof import Sensitive
from tht_app.domain.registration.merging import PatientIsMerged
from tht_app.use_cases.proof import ensure_proved

RETRIES = 3
TRY_AGAIN = {"40001", "40P01"}
"""SQLSTATE of a serialization failure and of a deadlock: the same request may simply run again."""
INSUFFICIENT_PRIVILEGE = "42501"
RECORD_MERGED = "TM001"
"""SQLSTATE of our own triggers: the patient's record was merged into another one meanwhile."""
WAITED_TOO_LONG = {"55P03", "57014"}
"""SQLSTATE of a lock that was not to be had in time, and of a statement that took too long."""
SHUTTING_DOWN = {"57P01", "57P02", "57P03", "08006", "08003", "08001"}
"""SQLSTATE of a server that stops, starts or has closed the connection."""
OUT_OF_ROOM = {"53100", "53200", "53300"}
"""SQLSTATE of a full disk, of no memory and of no connection left: nothing was stored, and it may be better soon."""

Handler = Callable[[Any, UnitOfWork], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class UseCase:
    """What the door knows about one kind of request."""

    handler: Handler
    request: type
    permissions: frozenset[Permission]
    audit: AuditAction
    reads: bool
    fresh: Sensitive | None
    result: TypeAdapter[Any]
    steps: bool = False
    """One of many steps of a piece of work, such as a key press; see `proceed`."""

    @property
    def name(self) -> str:
        """Context and function, for example `registration.register_patient`."""
        return f"{self.request.__module__.removeprefix('tht_app.use_cases.')}.{self.request.__name__}"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reading use case found, and whose data are in it."""

    result: Any
    patient_ids: frozenset[UUID]
    admitted: frozenset[str] = frozenset()
    """Tokens of the sessions that may be shown it (of a re-read; see `reread`)."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """A screen that is open in somebody's name, and the patients that the audit log says were shown on it."""

    actor: Actor
    seen: frozenset[UUID] = field(default_factory=frozenset[UUID])


REGISTRY: dict[type, UseCase] = {}


def use_case(
    *,
    permission: Permission | tuple[Permission, ...],
    audit: AuditAction,
    reads: bool = False,
    fresh: Sensitive | None = None,
    steps: bool = False,
) -> Callable[[Callable[..., Awaitable[Any]]], Callable[..., Awaitable[Any]]]:
    """Register a coroutine `(request, work)` for the type of its first argument.

    Any one of several permissions is enough. `reads=True` means that it may not write; `fresh` that the person has to
    have proved themselves for this kind of deed a moment ago. There is no default: default is deny.
    """
    permissions = frozenset((permission,) if isinstance(permission, Permission) else permission)
    if not permissions:
        raise TypeError("a use case needs a permission")

    def register(handler: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        hints = get_type_hints(handler)
        request = next(kind for name, kind in hints.items() if name != "return")
        if request in REGISTRY:
            raise TypeError(f"{request.__name__} already has a use case")
        result = TypeAdapter[Any](hints["return"])
        REGISTRY[request] = UseCase(handler, request, permissions, audit, reads, fresh, result, steps)
        return handler

    return register


async def execute(actor: Actor, request: Any, *, key: str | None = None) -> Any:
    """Do what `request` asks in the name of the actor's session.

    `key` is the idempotency key of a saving form: the same person and key have one effect, a repeat gets the stored
    result. Raises a `DomainError` for every refusal; `Unavailable` when the database cannot be reached.
    """
    case = REGISTRY[type(request)]

    async def once(database: Database) -> Any:
        return (await _attempt(database, actor, case, request, key)).result

    return await _persistently(actor, case, once)


async def read(actor: Actor, request: Any, *, seen: frozenset[UUID] | None = None) -> Reading:
    """Like `execute` for a reading use case, and say whose data the result holds.

    With `seen`, a screen reads again what it already shows: an entry is written only for patients that are not among
    them. Raises as `execute` does.
    """
    case = REGISTRY[type(request)]

    async def once(database: Database) -> Reading:
        return await _attempt(database, actor, case, request, None, seen=seen)

    return await _persistently(actor, case, once)


async def proceed(actor: Actor, request: Any, *, noted: frozenset[UUID]) -> Reading:
    """Like `execute` for one step of a piece of work that the audit log has begun to tell of, such as typing in a note.

    An entry is written only for patients that are not among `noted`; the caller forgets them after five minutes, so
    that the log says who wrote when without a line for every key press. Raises as `execute` does.
    """
    case = REGISTRY[type(request)]
    if not case.steps:
        raise TypeError(f"{case.name} is no step of something: each one is told")

    async def once(database: Database) -> Reading:
        return await _attempt(database, actor, case, request, None, seen=noted)

    return await _persistently(actor, case, once)


async def reread(request: Any, viewers: Sequence[Viewer]) -> Reading:
    """Read once for all screens that show the same, in the name of the first whose session lives.

    Each viewer gets an audit entry of their own for the patients that are new to their screen, in the same transaction;
    `admitted` are those whose session lives and who hold the permission. Nobody else may be handed the result. Raises
    `SessionEnded` when nobody is left, `Unavailable` when the database cannot be reached.
    """
    case = REGISTRY[type(request)]
    if not case.reads or case.fresh is not None:
        raise TypeError(f"{case.name} writes, or asks for a proof: a screen cannot follow it")

    async def once(database: Database) -> Reading:
        async with database.engine.begin() as connection:
            for viewer in viewers:
                entry = AuditEntry(action=case.audit, request=case.name)
                work = UnitOfWork(connection, database, viewer.actor, entry)
                try:
                    _ensure_permitted(await work.enter(viewer.actor), case)
                except (SessionEnded, PermissionDenied):
                    continue
                async with work.read_only():
                    result = await case.handler(request, work)
                await _ensure_treated(work, case, entry.patient_ids)
                new_to = {seen: entry.patient_ids - seen for seen in {one.seen for one in viewers}}
                news = [(one.actor.token, one.actor.address, new_to[one.seen]) for one in viewers]
                admitted = await admit_viewers(connection, entry, case.permissions, news)
                return Reading(result, frozenset(entry.patient_ids), admitted)
        raise SessionEnded

    return await _persistently(viewers[0].actor, case, once)


async def _persistently(actor: Actor, case: UseCase, once: Callable[[Database], Awaitable[Any]]) -> Any:
    """Try again what PostgreSQL asks to try again; audit refusals; translate what the server says."""
    database = current()
    for attempt in range(RETRIES):
        try:
            return await once(database)
        except PermissionDenied as refusal:
            await _audit_refusal(database, actor, case, refusal)
            raise
        except NotFound:
            # In a record it may be there and somebody else's: whoever looks around there leaves a trace.
            if case.permissions & CHART:
                await record_refusal(actor, case.name, NotFound.code, database=database)
            raise
        except DBAPIError as failure:
            if _sqlstate(failure) in TRY_AGAIN and attempt + 1 < RETRIES:
                await asyncio.sleep(0.02 * (attempt + 1))
                continue
            await _translate(database, actor, case, failure)
        except (PoolTimeout, OSError) as failure:
            raise Unavailable from failure
    raise Unavailable


async def _attempt(
    database: Database,
    actor: Actor,
    case: UseCase,
    request: Any,
    key: str | None,
    *,
    seen: frozenset[UUID] | None = None,
) -> Reading:
    entry = AuditEntry(action=case.audit, request=case.name, address=actor.address)
    async with database.engine.begin() as connection:
        work = UnitOfWork(connection, database, actor, entry)
        person = await work.enter(actor)
        _ensure_permitted(person, case)
        if case.fresh is not None:
            await ensure_proved(work, case.fresh)
        if case.reads:
            async with work.read_only():
                result = await case.handler(request, work)
        else:
            result = await _once(work, case, request, key)
        found = frozenset(entry.patient_ids)
        await _ensure_treated(work, case, found)
        if seen is not None:
            entry.patient_ids -= seen
        if seen is None or entry.patient_ids:
            await write_audit(connection, entry, database.vault)
    return Reading(result, found)


def _ensure_permitted(person: Person, case: UseCase) -> None:
    if not case.permissions & person.permissions:
        raise PermissionDenied(permission=min(case.permissions).value)


async def _ensure_treated(work: UnitOfWork, case: UseCase, patient_ids: AbstractSet[UUID]) -> None:
    """Refuse what was found in records of people whom this person does not treat, as if it were not there.

    Row-level security has hidden them already; this asks again without it, so that neither has to be trusted alone.
    """
    held = work.person.permissions
    if not patient_ids or not asks_for_care(case.permissions, held):
        return
    if not await care.treats(work, patient_ids, safety=safety_only(case.permissions, held)):
        raise NotFound


async def _once(work: UnitOfWork, case: UseCase, request: Any, key: str | None) -> Any:
    """Run a writing use case; with a key, only if this person has not used it before."""
    if key is not None:
        fresh = await work.fetch_value(
            "insert into clinic.idempotency (person_id, key, request) values (:person, :key, :request) "
            "on conflict do nothing returning true",
            person=work.person.id,
            key=key,
            request=case.name,
        )
        if not fresh:
            return await _repeat(work, case, key)
    result = await case.handler(request, work)
    if key is not None:
        await work.run(
            "update clinic.idempotency set result = cast(:result as jsonb) where person_id = :person and key = :key",
            result=case.result.dump_json(result).decode(),
            person=work.person.id,
            key=key,
        )
    await work.flush_events()
    return result


async def _repeat(work: UnitOfWork, case: UseCase, key: str) -> Any:
    row = await work.fetch_one(
        "select request, result from clinic.idempotency where person_id = :person and key = :key",
        person=work.person.id,
        key=key,
    )
    if row is None or row["request"] != case.name:
        raise Conflict
    return case.result.validate_json(json.dumps(row["result"]))


async def _audit_refusal(database: Database, actor: Actor, case: UseCase, refusal: PermissionDenied) -> None:
    """A refusal is audited in a transaction of its own, because that of the request was rolled back."""
    await record_refusal(actor, case.name, str(refusal.params.get("permission", "")), database=database)


async def record_refusal(actor: Actor, request: str, permission: str, *, database: Database | None = None) -> None:
    """Write a `deny` entry in the actor's name; also used by the gate in front of the door."""
    base = database or current()
    entry = AuditEntry(
        action=AuditAction.DENY, request=request, outcome="denied", reason=permission, address=actor.address
    )
    async with base.engine.begin() as connection:
        await UnitOfWork(connection, base, actor, entry).enter(actor)
        await write_audit(connection, entry, base.vault)


async def _translate(database: Database, actor: Actor, case: UseCase, failure: DBAPIError) -> None:
    """Turn what PostgreSQL said into a refusal that people understand, or let the bug through."""
    state = _sqlstate(failure)
    if state == INSUFFICIENT_PRIVILEGE:
        refusal = PermissionDenied(permission=min(case.permissions).value)
        await _audit_refusal(database, actor, case, refusal)
        raise refusal from failure
    if state == RECORD_MERGED:
        raise PatientIsMerged from failure
    if state in WAITED_TOO_LONG:
        raise Busy from failure
    lost = failure.connection_invalidated or (isinstance(failure, (OperationalError, InterfaceError)) and state is None)
    if lost or state in SHUTTING_DOWN | OUT_OF_ROOM:
        raise Unavailable from failure
    raise failure


def _sqlstate(failure: DBAPIError) -> str | None:
    return getattr(failure.orig, "sqlstate", None)


__all__ = [
    "REGISTRY",
    "Reading",
    "UseCase",
    "Viewer",
    "execute",
    "proceed",
    "read",
    "record_refusal",
    "reread",
    "use_case",
]
