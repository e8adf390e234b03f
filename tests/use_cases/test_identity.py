"""Accounts through the door."""

import asyncio
from uuid import UUID, uuid4

import pytest

from tests.conftest import Clinic
from tht_app.domain.errors import NotFound, PermissionDenied, SessionEnded, ValidationFailed
from tht_app.domain.identity import Role
from tht_app.domain.proof import ProofNeeded
from tht_app.use_cases.door import Actor, execute
from tht_app.use_cases.identity import (
    ChangeOwnPassword,
    ChooseLanguage,
    CreatePerson,
    FindPerson,
    LastOwner,
    ListPeople,
    SetActive,
    SetPassword,
    SetRoles,
    UsernameTaken,
)
from tht_app.use_cases.passwords import DUMMY, hash_password, outdated, password_matches

PASSWORD = "tujuh-Sepeda-biru-9"


async def made(actors, username: str, *roles: Role) -> UUID:
    return await execute(actors["pemilik"], CreatePerson(username, username.title(), frozenset(roles), PASSWORD))


async def test_a_new_account_can_sign_in_with_its_password_and_has_its_roles(clinic: Clinic, actors):
    person = await made(actors, "Sri.Baru", Role.NURSE, Role.CASHIER)
    found = await clinic.gate.credential_of("sri.baru")
    assert found is not None
    assert found[0] == person
    assert await password_matches(PASSWORD, found[1])
    live = await clinic.gate.look_up(await clinic.gate.open_session(person))
    assert live is not None
    assert live.roles == {Role.NURSE, Role.CASHIER}


@pytest.mark.parametrize("who", ["admin", "dokter", "perawat", "apoteker", "kasir", "auditor"])
async def test_only_the_owner_manages_accounts(clinic: Clinic, actors, who: str):
    person = clinic.person_id("kasir")
    for request in (
        ListPeople(),
        FindPerson("kasir"),
        CreatePerson(f"baru.{who}", "X", frozenset({Role.OWNER}), PASSWORD),
        SetRoles(person, frozenset({Role.OWNER})),
        SetActive(person, active=False),
        SetPassword(person, PASSWORD),
    ):
        with pytest.raises(PermissionDenied):
            await execute(actors[who], request)
    assert clinic.admin_fetch("select 1 from sec.person where username like 'baru.%%'") == []


async def test_bad_fields_are_all_named_and_nothing_is_made(clinic: Clinic, actors):
    with pytest.raises(ValidationFailed) as refusal:
        await execute(actors["pemilik"], CreatePerson("Nama Salah", " ", frozenset({Role.SERVICE}), "pendek", "fr"))
    assert set(refusal.value.fields) == {"username", "display_name", "password", "roles", "lang"}


async def test_a_user_name_exists_once_however_it_is_typed(actors):
    await made(actors, "kembar")
    with pytest.raises(UsernameTaken):
        await made(actors, "KEMBAR ")


async def test_the_same_form_sent_twice_makes_one_account(clinic: Clinic, actors):
    request = CreatePerson("sekali.saja", "Sekali", frozenset(), PASSWORD)
    key = uuid4().hex
    first = await execute(actors["pemilik"], request, key=key)
    assert await execute(actors["pemilik"], request, key=key) == first


async def test_a_disabled_account_loses_its_sessions_and_cannot_sign_in(clinic: Clinic, actors):
    person = await made(actors, "pergi", Role.ADMIN)
    token = await clinic.gate.open_session(person)
    await execute(actors["pemilik"], SetActive(person, active=False))
    assert await clinic.gate.look_up(token) is None
    assert await clinic.gate.credential_of("pergi") is None
    with pytest.raises(SessionEnded):
        await execute(Actor(token), ChooseLanguage("en"))
    with pytest.raises(LookupError):
        await clinic.gate.open_session(person)
    await execute(actors["pemilik"], SetActive(person, active=True))
    assert await clinic.gate.credential_of("pergi") is not None


async def test_the_last_owner_can_neither_be_disabled_nor_lose_the_role(clinic: Clinic, actors):
    owner = clinic.person_id("pemilik")
    with pytest.raises(LastOwner):
        await execute(actors["pemilik"], SetActive(owner, active=False))
    with pytest.raises(LastOwner):
        await execute(actors["pemilik"], SetRoles(owner, frozenset({Role.ADMIN})))


async def test_two_owners_who_disable_each_other_leave_one(clinic: Clinic, actors):
    owner = clinic.person_id("pemilik")
    other = await made(actors, "pemilik.dua", Role.OWNER)
    second = Actor(await clinic.gate.open_session(other))
    clinic.prove(second.token)
    results = await asyncio.gather(
        execute(actors["pemilik"], SetActive(other, active=False)),
        execute(second, SetActive(owner, active=False)),
        return_exceptions=True,
    )
    # The slower one is refused by the rule, or no longer sees anything because its session has just been ended.
    refusals = LastOwner | SessionEnded | PermissionDenied | NotFound | ProofNeeded
    assert sum(isinstance(result, refusals) for result in results) == 1, results
    left = clinic.admin_fetch(
        "select count(*) as n from sec.person p join sec.person_role r on r.person_id = p.id "
        "where r.role = 'owner' and p.active and not p.is_service"
    )
    assert left[0]["n"] == 1
    clinic.admin_fetch("update sec.person set active = true where username = 'pemilik'")
    clinic.admin_fetch("update sec.person set active = false where username = 'pemilik.dua'")
    clinic.tokens.pop("pemilik", None)
    actors["pemilik"] = await clinic.actor("pemilik")


async def test_a_program_of_the_house_cannot_be_changed_by_an_owner(clinic: Clinic, actors):
    worker = clinic.admin_fetch("select id from sec.person where username = 'worker'")[0]["id"]
    for request in (SetActive(worker, active=False), SetRoles(worker, frozenset()), SetPassword(worker, PASSWORD)):
        with pytest.raises(NotFound):
            await execute(actors["pemilik"], request)


async def test_the_own_password_is_changed_only_by_whoever_knows_the_present_one(clinic: Clinic, actors):
    person = await made(actors, "ganti.sandi")
    mine, elsewhere = Actor(await clinic.gate.open_session(person)), await clinic.gate.open_session(person)
    with pytest.raises(PermissionDenied):
        await execute(mine, ChangeOwnPassword(PASSWORD, "sembilan-Layang-merah"))
    await execute(actors["pemilik"], SetRoles(person, frozenset({Role.CASHIER})))
    with pytest.raises(ValidationFailed):
        await execute(mine, ChangeOwnPassword("bukan ini", "sembilan-Layang-merah"))
    assert await clinic.gate.look_up(elsewhere)
    await execute(mine, ChangeOwnPassword(PASSWORD, "sembilan-Layang-merah"))
    assert await clinic.gate.look_up(mine.token)
    assert await clinic.gate.look_up(elsewhere) is None
    found = await clinic.gate.credential_of("ganti.sandi")
    assert found is not None
    assert await password_matches("sembilan-Layang-merah", found[1])
    assert not await password_matches(PASSWORD, found[1])


async def test_a_password_given_by_the_owner_ends_the_sessions_of_the_person(clinic: Clinic, actors):
    person = await made(actors, "lupa.sandi", Role.NURSE)
    token = await clinic.gate.open_session(person)
    await execute(actors["pemilik"], SetPassword(person, "sembilan-Layang-merah"))
    assert await clinic.gate.look_up(token) is None


async def test_the_audit_log_tells_who_changed_which_account_and_holds_no_password(clinic: Clinic, actors):
    person = await made(actors, "diaudit", Role.NURSE)
    await execute(actors["pemilik"], SetRoles(person, frozenset({Role.DOCTOR})))
    rows = clinic.admin_fetch(
        "select request, row_to_json(e)::text as row from audit.event e where object_id = %s", person
    )
    assert {row["request"] for row in rows} == {"identity.CreatePerson", "identity.SetRoles"}
    assert not any(PASSWORD in row["row"] for row in rows)


async def test_hashes_are_argon2id_with_the_agreed_cost():
    made_hash = await hash_password(PASSWORD)
    assert made_hash.startswith("$argon2id$v=19$m=65536,t=3,p=1$")
    assert DUMMY.startswith("$argon2id$v=19$m=65536,t=3,p=1$")
    assert not outdated(made_hash)
    assert not await password_matches(PASSWORD, None)
    with pytest.raises(ValueError, match="longer"):
        await hash_password("x" * 129)
