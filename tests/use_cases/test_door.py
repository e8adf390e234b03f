"""The door: permission, one transaction, audit, idempotency. Each rule here is one that must always hold."""

import asyncio
from dataclasses import dataclass

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError

from tests.conftest import Actors, Clinic
from tht_app.database.unit_of_work import Actor, UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.errors import Busy, Conflict, PermissionDenied, SessionEnded
from tht_app.domain.identity import ROLE_PERMISSIONS, Permission, Role
from tht_app.use_cases.door import REGISTRY, execute, use_case


@dataclass(frozen=True, slots=True)
class Look:
    """Read something."""


@dataclass(frozen=True, slots=True)
class WriteWhileReading:
    """Try to write in a reading use case."""


@dataclass(frozen=True, slots=True)
class DrawNumber:
    """Write something that can be counted."""


@dataclass(frozen=True, slots=True)
class WaitForOthers:
    """Need what somebody else does not let go."""


@dataclass(frozen=True, slots=True)
class DrawAndFail:
    """Write, publish, then fail."""


@use_case(permission=Permission.RECORD_READ, audit=AuditAction.READ, reads=True)
async def look(_request: Look, work: UnitOfWork) -> str:
    """Return the username."""
    return work.person.username


@use_case(permission=Permission.SIGNED_IN, audit=AuditAction.READ, reads=True)
async def write_while_reading(_request: WriteWhileReading, work: UnitOfWork) -> int:
    """Draw a number where writing is refused."""
    return await work.draw("test")


@use_case(permission=Permission.SIGNED_IN, audit=AuditAction.CREATE)
async def draw_number(_request: DrawNumber, work: UnitOfWork) -> int:
    """Draw a number."""
    work.publish("Drawn", work.new_id())
    work.changed("test", work.new_id(), new={"secret": "kata-rahasia"})
    return await work.draw("test")


@use_case(permission=Permission.SIGNED_IN, audit=AuditAction.CREATE)
async def wait_for_others(_request: WaitForOthers, work: UnitOfWork) -> None:
    """Draw a number, then wait for a lock, but not for long."""
    await work.draw("test")
    await work.run("set local lock_timeout = '50ms'")
    await work.run("select pg_advisory_xact_lock(4711)")


@use_case(permission=Permission.SIGNED_IN, audit=AuditAction.CREATE)
async def draw_and_fail(_request: DrawAndFail, work: UnitOfWork) -> int:
    """Draw a number, then raise."""
    await work.draw("test")
    work.publish("Drawn", work.new_id())
    raise Conflict


def _count(clinic: Clinic, table: str) -> int:
    return clinic.admin_fetch(f"select count(*) as n from {table}")[0]["n"]


class TestPermission:
    async def test_refuses_a_role_without_the_permission_and_says_so_in_the_audit_log(
        self, clinic: Clinic, actors: Actors
    ) -> None:
        before = _count(clinic, "audit.event")
        with pytest.raises(PermissionDenied):
            await execute(actors["kasir"], Look())
        rows = clinic.admin_fetch("select * from audit.event order by at desc limit 1")
        assert _count(clinic, "audit.event") == before + 1
        assert rows[0]["outcome"] == "denied"
        assert rows[0]["person_id"] == clinic.person_id("kasir")
        assert rows[0]["reason"] == "record.read"

    async def test_lets_the_role_in_and_audits_the_read(self, clinic: Clinic, actors: Actors) -> None:
        before = _count(clinic, "audit.event")
        assert await execute(actors["dokter"], Look()) == "dokter"
        assert _count(clinic, "audit.event") == before + 1

    async def test_a_forged_token_is_nobody(self, clinic: Clinic) -> None:
        before = _count(clinic, "audit.event")
        with pytest.raises(SessionEnded):
            await execute(Actor("0" * 64), Look())
        assert _count(clinic, "audit.event") == before

    async def test_a_revoked_session_ends_at_once(self, clinic: Clinic) -> None:
        token = await clinic.gate.open_session(clinic.person_id("dokter2"))
        await execute(Actor(token), Look())
        await clinic.gate.close_session(token)
        with pytest.raises(SessionEnded):
            await execute(Actor(token), Look())

    def test_a_use_case_without_a_permission_fails_at_registration(self) -> None:
        with pytest.raises(TypeError):
            use_case(permission=(), audit=AuditAction.READ)


class TestTransaction:
    async def test_a_reading_use_case_cannot_write(self, clinic: Clinic, actors: Actors) -> None:
        before = _count(clinic, "clinic.counter")
        with pytest.raises(Exception, match="read-only"):
            await execute(actors["admin"], WriteWhileReading())
        assert _count(clinic, "clinic.counter") == before

    async def test_a_failure_leaves_neither_data_nor_event_nor_entry(self, clinic: Clinic, actors: Actors) -> None:
        await execute(actors["admin"], DrawNumber())
        before = [_count(clinic, table) for table in ("clinic.outbox", "audit.event")]
        value = clinic.admin_fetch("select value from clinic.counter where name = 'test'")
        with pytest.raises(Conflict):
            await execute(actors["admin"], DrawAndFail())
        assert [_count(clinic, table) for table in ("clinic.outbox", "audit.event")] == before
        assert clinic.admin_fetch("select value from clinic.counter where name = 'test'") == value

    async def test_who_waits_too_long_is_told_to_try_again_and_nothing_is_kept(
        self, clinic: Clinic, actors: Actors
    ) -> None:
        await execute(actors["admin"], DrawNumber())
        value = clinic.admin_fetch("select value from clinic.counter where name = 'test'")
        with psycopg.connect(clinic.server.dsn(dbname=clinic.name)) as other:
            other.execute("select pg_advisory_lock(4711)")
            with pytest.raises(Busy):
                await execute(actors["admin"], WaitForOthers())
        assert clinic.admin_fetch("select value from clinic.counter where name = 'test'") == value

    async def test_no_entry_no_data(self, clinic: Clinic, actors: Actors) -> None:
        clinic.admin_fetch("revoke insert on audit.event from tht_app")
        answers: list[str] = []
        try:
            with pytest.raises(DBAPIError):
                answers.append(await execute(actors["dokter"], Look()))
        finally:
            clinic.admin_fetch("grant insert on audit.event to tht_app")
        assert answers == []


class TestIdempotency:
    async def test_the_same_key_has_one_effect_and_one_answer(self, actors: Actors) -> None:
        first = await execute(actors["admin"], DrawNumber(), key="form-0001")
        again = await execute(actors["admin"], DrawNumber(), key="form-0001")
        assert first == again
        assert await execute(actors["admin"], DrawNumber()) == first + 1

    async def test_a_double_click_at_the_same_moment_has_one_effect(self, actors: Actors) -> None:
        answers = await asyncio.gather(*(execute(actors["admin"], DrawNumber(), key="form-0002") for _ in range(8)))
        assert len(set(answers)) == 1

    async def test_another_person_with_the_same_key_is_another_deed(self, actors: Actors) -> None:
        mine = await execute(actors["admin"], DrawNumber(), key="form-0003")
        assert await execute(actors["dokter"], DrawNumber(), key="form-0003") == mine + 1

    async def test_a_key_of_another_request_is_a_conflict(self, actors: Actors) -> None:
        await execute(actors["admin"], DrawNumber(), key="form-0004")
        with pytest.raises(Conflict):
            await execute(actors["admin"], DrawAndFail(), key="form-0004")


class TestAuditLog:
    async def test_values_are_not_readable_in_the_entry(self, clinic: Clinic, actors: Actors) -> None:
        await execute(actors["admin"], DrawNumber())
        sealed = clinic.admin_fetch("select details_sealed from audit.event where details_sealed is not null limit 1")
        assert b"kata-rahasia" not in bytes(sealed[0]["details_sealed"])

    @pytest.mark.parametrize("statement", ["update audit.event set reason = 'x'", "delete from audit.event"])
    async def test_nobody_changes_or_removes_an_entry(self, clinic: Clinic, actors: Actors, statement: str) -> None:
        await execute(actors["dokter"], Look())
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            clinic.admin_fetch(statement)
        with clinic.as_app(actors["auditor"].token) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement)

    async def test_nobody_writes_an_entry_in_another_name(self, clinic: Clinic, actors: Actors) -> None:
        with clinic.as_app(actors["dokter"].token) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(
                "insert into audit.event (id, person_id, action, request, outcome) "
                "values (gen_random_uuid(), %s, 'read', 'x', 'done')",
                (clinic.person_id("admin"),),
            )


class TestDatabaseRoles:
    async def test_the_application_cannot_read_sessions_or_passwords(self, clinic: Clinic, actors: Actors) -> None:
        for table in ("sec.session", "sec.credential", "sec.role_permission", "sec.sign_in_attempt"):
            with (
                clinic.as_app(actors["pemilik"].token) as connection,
                pytest.raises(psycopg.errors.InsufficientPrivilege),
            ):
                connection.execute(f"select * from {table}")

    async def test_the_application_cannot_open_a_session(self, clinic: Clinic, actors: Actors) -> None:
        with clinic.as_app(actors["pemilik"].token) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("select sec.service_person('demo')")

    def test_no_function_is_open_to_everybody(self, clinic: Clinic) -> None:
        rows = clinic.admin_fetch(
            "select p.oid::regprocedure::text as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace "
            "where n.nspname in ('sec', 'clinic', 'audit') and p.prosecdef "
            "and has_function_privilege('public', p.oid, 'execute')"
        )
        assert rows == []

    def test_every_definer_function_belongs_to_the_security_role(self, clinic: Clinic) -> None:
        rows = clinic.admin_fetch(
            "select p.oid::regprocedure::text as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace "
            "where n.nspname in ('sec', 'clinic', 'audit') and p.prosecdef "
            "and pg_get_userbyid(p.proowner) <> 'tht_sec'"
        )
        assert rows == []

    async def test_the_application_cannot_become_another_role(self, clinic: Clinic) -> None:
        for role in ("tht_owner", "tht_sec", "tht_gate", "tht_backup", "postgres"):
            with clinic.as_app() as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(f"set role {role}")

    def test_the_database_grants_what_the_domain_says(self, clinic: Clinic) -> None:
        rows = clinic.admin_fetch("select role, permission from sec.role_permission")
        expected = {(role.value, item.value) for role, items in ROLE_PERMISSIONS.items() for item in items}
        assert {(row["role"], row["permission"]) for row in rows} == expected

    def test_no_role_bypasses_row_level_security(self, clinic: Clinic) -> None:
        rows = clinic.admin_fetch(
            "select rolname from pg_roles where rolname like 'tht%%' and (rolbypassrls or rolsuper)"
        )
        assert rows == []

    def test_only_services_hold_the_service_role(self) -> None:
        assert ROLE_PERMISSIONS[Role.SERVICE] == frozenset(Permission)


def test_every_use_case_has_a_permission_and_an_audit_action() -> None:
    assert REGISTRY
    for case in REGISTRY.values():
        assert case.permissions, case.name
        assert case.audit in AuditAction
