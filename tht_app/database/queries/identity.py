"""Accounts: who works here, in which roles, and whether they may sign in."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.identity import Role

PEOPLE = """
    select p.id, p.username, p.display_name, p.lang, p.active,
           coalesce(array_agg(r.role order by r.role) filter (where r.role is not null), '{}') as roles
    from sec.person p left join sec.person_role r on r.person_id = p.id
    where not p.is_service
"""


async def people(work: UnitOfWork) -> Sequence[RowMapping]:
    """All accounts of people, the active ones first."""
    return await work.fetch(f"{PEOPLE} group by p.id order by not p.active, p.username")


async def person_by_username(work: UnitOfWork, username: str) -> RowMapping | None:
    """One account by its user name."""
    return await work.fetch_one(f"{PEOPLE} and p.username = :username group by p.id", username=username)


async def person_by_id(work: UnitOfWork, person_id: UUID) -> RowMapping | None:
    """One account by its id."""
    return await work.fetch_one(f"{PEOPLE} and p.id = :id group by p.id", id=person_id)


async def add_person(work: UnitOfWork, person_id: UUID, username: str, display_name: str, lang: str) -> bool:
    """Make an account; False if the user name is taken."""
    return bool(
        await work.run(
            "insert into sec.person (id, username, display_name, lang) values (:id, :username, :name, :lang) "
            "on conflict (username) do nothing",
            id=person_id,
            username=username,
            name=display_name,
            lang=lang,
        )
    )


async def replace_roles(work: UnitOfWork, person_id: UUID, roles: Iterable[Role]) -> None:
    """Let the person hold exactly these roles."""
    names = sorted(role.value for role in roles)
    await work.run(
        "delete from sec.person_role where person_id = :id and role <> all (cast(:roles as text[]))",
        id=person_id,
        roles=names,
    )
    await work.run(
        "insert into sec.person_role (person_id, role) select :id, unnest(cast(:roles as text[])) "
        "on conflict do nothing",
        id=person_id,
        roles=names,
    )


async def set_active(work: UnitOfWork, person_id: UUID, *, active: bool) -> None:
    """Let the account sign in, or not."""
    await work.run("update sec.person set active = :active where id = :id", id=person_id, active=active)


async def set_language(work: UnitOfWork, lang: str) -> None:
    """Remember the own language."""
    await work.fetch_value("select sec.set_language(:lang)", lang=lang)


async def set_credential(work: UnitOfWork, person_id: UUID, password_hash: str) -> None:
    """Replace the password; PostgreSQL allows it for the own account or with `identity.manage`."""
    await work.fetch_value("select sec.set_credential(:id, :hash)", id=person_id, hash=password_hash)


async def own_credential(work: UnitOfWork) -> str | None:
    """The hash of the own password."""
    return await work.fetch_value("select sec.own_credential()")


async def end_sessions(work: UnitOfWork, person_id: UUID) -> int:
    """End every session of a person; returns how many there were."""
    return await work.fetch_value("select sec.sessions_close_of(:id)", id=person_id)


async def other_active_owners(work: UnitOfWork, person_id: UUID) -> int:
    """How many owners could still sign in without this person.

    Takes a lock until the transaction ends, so that two owners who disable each other cannot both succeed.
    """
    await work.run("select pg_advisory_xact_lock(hashtext('identity.owners'))")
    return await work.fetch_value(
        "select count(*) from sec.person p join sec.person_role r on r.person_id = p.id and r.role = 'owner' "
        "where p.active and not p.is_service and p.id <> :id",
        id=person_id,
    )


async def is_fresh(work: UnitOfWork, deed: str, seconds: int) -> bool:
    """Whether this session proved itself for this kind of deed within so many seconds."""
    return bool(await work.fetch_value("select sec.fresh(:deed, :seconds)", deed=deed, seconds=seconds))


async def my_access(work: UnitOfWork) -> RowMapping | None:
    """Whether the own account has a second factor, and how many recovery codes are left."""
    return await work.fetch_one("select * from sec.my_access()")


async def my_sessions(work: UnitOfWork) -> Sequence[RowMapping]:
    """Where the own account is signed in, the last used first."""
    return await work.fetch("select * from sec.my_sessions()")


async def close_my_session(work: UnitOfWork, session_id: UUID | None) -> int:
    """End one own session, or all but this one; returns how many ended."""
    return await work.fetch_value("select sec.my_session_close(:id)", id=session_id)


async def drop_factor(work: UnitOfWork, person_id: UUID) -> bool:
    """Take a second factor away; PostgreSQL allows it for the own account or with `identity.manage`."""
    return bool(await work.fetch_value("select sec.factor_drop(:id)", id=person_id))


async def factor_holders(work: UnitOfWork) -> frozenset[UUID]:
    """Who has a second factor; nobody to whoever does not manage accounts."""
    rows = await work.fetch("select h as id from sec.factor_holders() h")
    return frozenset(row["id"] for row in rows)


async def my_passkeys(work: UnitOfWork) -> Sequence[RowMapping]:
    """The own passkeys, the oldest first."""
    return await work.fetch("select * from sec.my_passkeys()")


async def drop_my_passkey(work: UnitOfWork, passkey_id: UUID) -> bool:
    """Remove an own passkey; False when it is none."""
    return bool(await work.fetch_value("select sec.my_passkey_drop(:id)", id=passkey_id))


async def take_my_question(work: UnitOfWork, challenge: bytes) -> bool:
    """Use up a question that was asked of the own passkeys."""
    return bool(await work.fetch_value("select sec.my_challenge_take(:challenge)", challenge=challenge))


async def my_passkey_used(work: UnitOfWork, passkey_id: UUID, counter: int) -> bool:
    """Note the counter of an own passkey's device; False when it has not gone on."""
    return bool(await work.fetch_value("select sec.my_passkey_used(:id, :counter)", id=passkey_id, counter=counter))
