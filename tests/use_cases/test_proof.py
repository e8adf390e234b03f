"""Deeds that ask for a fresh proof: default deny, bound to session and kind of deed, five minutes."""

from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from tests.conftest import Clinic
from tht_app.database.backup.shelf import Shelf
from tht_app.database.unit_of_work import Actor
from tht_app.domain.errors import NotFound, PermissionDenied
from tht_app.domain.identity import Role
from tht_app.domain.proof import PEOPLE, Demand, Method, ProofNeeded, Sensitive
from tht_app.settings import Settings
from tht_app.use_cases.access import (
    DropFactorOf,
    DropOwnFactor,
    EndOwnSession,
    EnterOwnAccess,
    ReadFactorPolicy,
    ReadOwnAccess,
    SaveFactorPolicy,
)
from tht_app.use_cases.backup import AskForBackup
from tht_app.use_cases.door import REGISTRY, execute, reread
from tht_app.use_cases.identity import CreatePerson
from tht_app.use_cases.registration import ExportPatients

PASSWORD = "tujuh-Sepeda-biru-9"


async def session(clinic: Clinic, username: str) -> Actor:
    """A session that has proved nothing."""
    return Actor(await clinic.gate.open_session(clinic.person_id(username)))


def new_person() -> CreatePerson:
    return CreatePerson(f"u{uuid4().hex[:10]}", "Orang", frozenset({Role.NURSE}), PASSWORD)


async def test_without_a_proof_nothing_happens(clinic: Clinic):
    owner, desk = await session(clinic, "pemilik"), await session(clinic, "admin")
    request = new_person()
    with pytest.raises(ProofNeeded) as refusal:
        await execute(owner, request)
    assert refusal.value.params == {"kind": "accounts"}
    assert clinic.admin_fetch("select 1 from sec.person where username = %s", request.username) == []
    with pytest.raises(ProofNeeded):
        await execute(desk, ExportPatients())


async def test_a_proof_opens_its_own_kind_of_deed_in_its_own_session_only(clinic: Clinic):
    owner, other = await session(clinic, "pemilik"), await session(clinic, "pemilik")
    assert await clinic.gate.prove(owner.token, Sensitive.EXPORT, Method.PASSWORD)
    with pytest.raises(ProofNeeded):
        await execute(owner, new_person())
    assert await clinic.gate.prove(owner.token, Sensitive.ACCOUNTS, Method.TOTP)
    await execute(owner, new_person())
    with pytest.raises(ProofNeeded):
        await execute(other, new_person())


@pytest.mark.parametrize(("ago", "holds"), [("299 seconds", True), ("301 seconds", False), ("1 day", False)])
async def test_a_proof_holds_for_five_minutes(clinic: Clinic, ago: str, *, holds: bool):
    owner = await session(clinic, "pemilik")
    clinic.prove(owner.token, Sensitive.ACCOUNTS, ago=ago)
    if holds:
        await execute(owner, new_person())
    else:
        with pytest.raises(ProofNeeded):
            await execute(owner, new_person())


async def test_a_long_export_may_be_read_to_its_end_but_not_begun_late(clinic: Clinic):
    desk = await session(clinic, "admin")
    clinic.prove(desk.token, Sensitive.EXPORT, ago="30 minutes")
    with pytest.raises(ProofNeeded):
        await execute(desk, ExportPatients())
    await execute(desk, ExportPatients(1))


async def test_the_permission_is_asked_before_the_proof(clinic: Clinic):
    nurse = await session(clinic, "perawat")
    with pytest.raises(PermissionDenied):
        await execute(nurse, new_person())


async def test_programs_of_the_house_need_none_and_cannot_give_one(clinic: Clinic, actors):
    await execute(actors["tht"], new_person())
    assert not await clinic.gate.prove(actors["tht"].token, Sensitive.ACCOUNTS, Method.PASSWORD)
    assert not await clinic.gate.prove("00" * 32, Sensitive.ACCOUNTS, Method.PASSWORD)


async def test_the_applications_role_cannot_note_a_proof_nor_read_one(clinic: Clinic):
    owner = await session(clinic, "pemilik")
    for statement in (
        f"select sec.prove('{owner.token}', 'accounts', 'password')",
        "insert into sec.proof (session_id, kind, method) select gen_random_uuid(), 'accounts', 'password'",
        "select * from sec.proof",
        "select * from sec.totp",
        "select * from sec.recovery_code",
        "select * from sec.factors_of(sec.me())",
        "select sec.totp_accept(sec.me(), 99)",
        "select sec.recovery_replace(sec.me(), '{}')",
    ):
        with clinic.as_app(owner.token) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement)


async def test_a_screen_cannot_follow_what_asks_for_a_proof():
    with pytest.raises(TypeError):
        await reread(EnterOwnAccess(), [])


async def test_a_backup_is_asked_for_with_a_proof_only(clinic: Clinic, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tht_app.use_cases.backup.settings", lambda: Settings(backup_dir=tmp_path))
    owner = await session(clinic, "pemilik")
    for other_kind in (Sensitive.EXPORT, Sensitive.ACCOUNTS):
        clinic.prove(owner.token, other_kind)
    with pytest.raises(ProofNeeded):
        await execute(owner, AskForBackup())
    assert not Shelf(tmp_path).busy()
    clinic.prove(owner.token, Sensitive.BACKUP)
    await execute(owner, AskForBackup())
    assert Shelf(tmp_path).busy()


def test_what_asks_for_a_proof_is_known():
    asked = {case.name: case.fresh for case in REGISTRY.values() if case.fresh is not None}
    assert (
        asked
        | {
            "identity.CreatePerson": Sensitive.ACCOUNTS,
            "identity.SetRoles": Sensitive.ACCOUNTS,
            "identity.SetActive": Sensitive.ACCOUNTS,
            "identity.SetPassword": Sensitive.ACCOUNTS,
            "access.DropFactorOf": Sensitive.ACCOUNTS,
            "access.SaveFactorPolicy": Sensitive.ACCOUNTS,
            "access.EnterOwnAccess": Sensitive.OWN_ACCESS,
            "access.DropOwnFactor": Sensitive.OWN_ACCESS,
            "backup.AskForBackup": Sensitive.BACKUP,
        }
        == asked
    )


async def test_the_owner_decides_who_needs_a_second_factor(clinic: Clinic, actors):
    policy = dict.fromkeys(PEOPLE, Demand.OPTIONAL)
    with pytest.raises(PermissionDenied):
        await execute(actors["admin"], SaveFactorPolicy(policy))
    await execute(actors["pemilik"], SaveFactorPolicy(policy | {Role.NURSE: Demand.REQUIRED}))
    assert (await execute(actors["pemilik"], ReadFactorPolicy()))[Role.NURSE] is Demand.REQUIRED
    await execute(actors["pemilik"], SaveFactorPolicy(policy))


async def test_own_sessions_are_listed_and_ended_and_those_of_others_are_not(clinic: Clinic):
    here, there = await session(clinic, "kasir"), await session(clinic, "kasir")
    stranger = await session(clinic, "apoteker")
    listed = (await execute(here, ReadOwnAccess())).sessions
    assert sum(each.present for each in listed) == 1
    strangers = (await execute(stranger, ReadOwnAccess())).sessions
    assert not {each.id for each in listed} & {each.id for each in strangers}
    mine = next(each for each in listed if each.present)
    for forbidden in (strangers[0].id, mine.id, uuid4()):
        with pytest.raises(NotFound):
            await execute(here, EndOwnSession(forbidden))
    assert await execute(here, EndOwnSession()) == len(listed) - 1
    assert await clinic.gate.look_up(there.token) is None
    assert await clinic.gate.look_up(here.token) is not None
    assert await clinic.gate.look_up(stranger.token) is not None


async def test_of_too_many_sessions_those_used_longest_ago_end(clinic: Clinic):
    tokens = [await clinic.gate.open_session(clinic.person_id("perawat")) for _ in range(4)]
    await clinic.gate.trim_sessions(clinic.person_id("perawat"), 2)
    alive = [await clinic.gate.look_up(token) is not None for token in tokens]
    assert alive == [False, False, True, True]


async def test_only_the_owner_drops_a_colleagues_factor(clinic: Clinic, actors):
    person = clinic.person_id("perawat")
    token = await clinic.gate.open_session(person)
    assert await clinic.gate.begin_totp(person, b"sealed")
    assert await clinic.gate.confirm_totp(person, 10, [b"a", b"b"])
    with pytest.raises(PermissionDenied):
        await execute(actors["admin"], DropFactorOf(person))
    with clinic.as_app(actors["admin"].token) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("select sec.factor_drop(%s)", (person,))
    await execute(actors["pemilik"], DropFactorOf(person))
    assert await clinic.gate.look_up(token) is None
    assert not await clinic.gate.use_recovery(person, b"a")
    with pytest.raises(NotFound):
        await execute(actors["pemilik"], DropFactorOf(person))


async def test_the_own_factor_is_dropped_with_a_proof_only(clinic: Clinic):
    person, mine = clinic.person_id("kasir"), await session(clinic, "kasir")
    await clinic.gate.begin_totp(person, b"sealed")
    await clinic.gate.confirm_totp(person, 10, [b"a"])
    with pytest.raises(ProofNeeded):
        await execute(mine, DropOwnFactor())
    await clinic.gate.prove(mine.token, Sensitive.OWN_ACCESS, Method.PASSWORD)
    await execute(mine, DropOwnFactor())
    assert (await execute(mine, ReadOwnAccess())).totp_since is None


async def test_a_confirmed_secret_is_never_replaced(clinic: Clinic):
    person = clinic.person_id("apoteker")
    assert await clinic.gate.begin_totp(person, b"first")
    assert await clinic.gate.begin_totp(person, b"second")
    assert await clinic.gate.confirm_totp(person, 7, [])
    assert not await clinic.gate.begin_totp(person, b"third")
    assert not await clinic.gate.confirm_totp(person, 8, [])
    factors = await clinic.gate.factors_of(person)
    assert factors is not None
    assert factors.totp_sealed == b"second"


async def test_each_step_and_each_recovery_code_counts_once(clinic: Clinic):
    person = clinic.person_id("auditor")
    await clinic.gate.begin_totp(person, b"sealed")
    await clinic.gate.confirm_totp(person, 100, [b"one", b"two"])
    taken = [await clinic.gate.accept_totp(person, step) for step in (100, 99, 101, 101, 100, 102)]
    assert taken == [False, False, True, False, False, True]
    assert [await clinic.gate.use_recovery(person, code) for code in (b"one", b"one", b"six", b"two")] == [
        True,
        False,
        False,
        True,
    ]


async def test_whoever_runs_the_server_gets_the_last_owner_back_in(clinic: Clinic, actors):
    person = clinic.person_id("dokter2")
    await clinic.gate.begin_totp(person, b"sealed")
    await clinic.gate.confirm_totp(person, 10, [])
    assert await clinic.gate.add_passkey(person, b"credential", b"key", 0, "Tablet")
    await execute(actors["tht"], DropFactorOf(person))
    factors = await clinic.gate.factors_of(person)
    assert factors is not None
    assert (factors.totp_confirmed, factors.passkeys) == (False, 0)
