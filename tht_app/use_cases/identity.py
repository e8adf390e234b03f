"""Accounts of the clinic: make, list, give roles, disable, change passwords and the own language."""

from dataclasses import dataclass, field, replace
from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.queries import identity as queries
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.errors import NotFound, Problem, RuleViolation, ValidationFailed
from tht_app.domain.identity import NOT_FOR_PEOPLE, Permission, PersonId, Role
from tht_app.domain.passwords import display_name_problem, ensure, username_problem
from tht_app.domain.proof import Sensitive
from tht_app.use_cases.door import use_case
from tht_app.use_cases.passwords import hash_password, new_password_problem, password_matches
from tht_app.use_cases.settings import clinic_head


class UsernameTaken(RuleViolation):
    """Somebody else has this user name."""

    code = "identity.username_taken"


class LastOwner(RuleViolation):
    """The clinic would be left without anybody who can manage accounts."""

    code = "identity.last_owner"


@dataclass(frozen=True, slots=True)
class PersonView:
    """An account as a list shows it."""

    id: UUID
    username: str
    display_name: str
    lang: str
    active: bool
    roles: tuple[Role, ...]
    second_factor: bool = False


@dataclass(frozen=True, slots=True)
class ListPeople:
    """All accounts of people."""


@dataclass(frozen=True, slots=True)
class FindPerson:
    """One account by its user name."""

    username: str


@dataclass(frozen=True, slots=True)
class CreatePerson:
    """A new account; `roles` may be empty, then the person sees a home that says whom to ask.

    Without a password nobody can sign in until the person has chosen one by a link.
    """

    username: str
    display_name: str
    roles: frozenset[Role]
    password: str | None = field(repr=False)
    lang: str = "id"


@dataclass(frozen=True, slots=True)
class SetRoles:
    """Let a person hold exactly these roles, from their next event on."""

    person_id: UUID
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class SetActive:
    """Let an account sign in, or stop it and end its sessions."""

    person_id: UUID
    active: bool


@dataclass(frozen=True, slots=True)
class SetPassword:
    """A new password given by the owner; ends the person's sessions."""

    person_id: UUID
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ChangeOwnPassword:
    """A new password chosen by its owner, who proves the present one."""

    present: str = field(repr=False)
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ChooseLanguage:
    """The own language: `id` or `en`."""

    lang: str


def _view(row: RowMapping) -> PersonView:
    return PersonView(
        row["id"],
        row["username"],
        row["display_name"],
        row["lang"],
        row["active"],
        tuple(Role(role) for role in row["roles"]),
    )


@use_case(permission=Permission.IDENTITY_MANAGE, audit=AuditAction.READ, reads=True)
async def list_people(request: ListPeople, work: UnitOfWork) -> list[PersonView]:
    """All accounts, the active ones first."""
    holders = await queries.factor_holders(work)
    return [replace(_view(row), second_factor=row["id"] in holders) for row in await queries.people(work)]


@use_case(permission=Permission.IDENTITY_MANAGE, audit=AuditAction.READ, reads=True)
async def find_person(request: FindPerson, work: UnitOfWork) -> PersonView:
    """One account; raises NotFound."""
    row = await queries.person_by_username(work, request.username.strip().lower())
    if row is None:
        raise NotFound
    return _view(row)


@use_case(permission=Permission.IDENTITY_MANAGE, audit=AuditAction.CREATE, fresh=Sensitive.ACCOUNTS)
async def create_person(request: CreatePerson, work: UnitOfWork) -> PersonId:
    """Make an account; raises ValidationFailed and UsernameTaken."""
    username, name, password = request.username.strip().lower(), request.display_name.strip(), request.password
    names = [name, *await _clinic(work)]
    ensure(
        username=username_problem(username),
        display_name=display_name_problem(name),
        password=None if password is None else new_password_problem(password, username, names),
        roles=_roles_problem(request.roles),
        lang=None if request.lang in {"id", "en"} else Problem("unknown_choice"),
    )
    person_id = work.new_id()
    if not await queries.add_person(work, person_id, username, name, request.lang):
        raise UsernameTaken(username=username)
    await queries.replace_roles(work, person_id, request.roles)
    if password is not None:
        await queries.set_credential(work, person_id, await hash_password(password))
    work.changed("person", person_id, new={"username": username, "roles": sorted(request.roles)})
    return PersonId(person_id)


@use_case(permission=Permission.IDENTITY_MANAGE, audit=AuditAction.UPDATE, fresh=Sensitive.ACCOUNTS)
async def set_roles(request: SetRoles, work: UnitOfWork) -> None:
    """Replace the roles; raises LastOwner, NotFound, ValidationFailed."""
    ensure(roles=_roles_problem(request.roles))
    person = await _person(work, request.person_id)
    if Role.OWNER in person.roles and Role.OWNER not in request.roles:
        await _ensure_another_owner(work, request.person_id)
    await queries.replace_roles(work, request.person_id, request.roles)
    work.changed("person", request.person_id, old={"roles": sorted(person.roles)}, new={"roles": sorted(request.roles)})


@use_case(permission=Permission.IDENTITY_MANAGE, audit=AuditAction.UPDATE, fresh=Sensitive.ACCOUNTS)
async def set_active(request: SetActive, work: UnitOfWork) -> None:
    """Enable or disable an account; raises LastOwner, NotFound."""
    person = await _person(work, request.person_id)
    if not request.active:
        if Role.OWNER in person.roles and person.active:
            await _ensure_another_owner(work, request.person_id)
        await queries.end_sessions(work, request.person_id)
    await queries.set_active(work, request.person_id, active=request.active)
    work.changed("person", request.person_id, old={"active": person.active}, new={"active": request.active})


@use_case(permission=Permission.IDENTITY_MANAGE, audit=AuditAction.UPDATE, fresh=Sensitive.ACCOUNTS)
async def set_password(request: SetPassword, work: UnitOfWork) -> None:
    """Give a new password; raises NotFound, ValidationFailed."""
    person = await _person(work, request.person_id)
    names = [person.display_name, *await _clinic(work)]
    ensure(password=new_password_problem(request.password, person.username, names))
    await queries.set_credential(work, request.person_id, await hash_password(request.password))
    await queries.end_sessions(work, request.person_id)
    work.changed("person", request.person_id, new={"password": "replaced"})


@use_case(permission=Permission.SIGNED_IN, audit=AuditAction.UPDATE)
async def change_own_password(request: ChangeOwnPassword, work: UnitOfWork) -> None:
    """Change the own password and end every other session of this person; whoever knew the old one is out.

    Raises ValidationFailed when the present one is not right.
    """
    if not await password_matches(request.present, await queries.own_credential(work)):
        raise ValidationFailed({"present": "password_wrong"})
    names = [work.person.display_name, *await _clinic(work)]
    ensure(password=new_password_problem(request.password, work.person.username, names))
    await queries.set_credential(work, work.person.id, await hash_password(request.password))
    await queries.close_my_session(work, None)
    work.changed("person", work.person.id, new={"password": "replaced"})


@use_case(permission=Permission.SIGNED_IN, audit=AuditAction.UPDATE)
async def choose_language(request: ChooseLanguage, work: UnitOfWork) -> None:
    """Remember the own language; raises ValidationFailed for one that the clinic does not speak."""
    if request.lang not in {"id", "en"}:
        raise ValidationFailed({"lang": "unknown_choice"})
    await queries.set_language(work, request.lang)


def _roles_problem(roles: frozenset[Role]) -> Problem | None:
    return Problem("role_not_for_people") if roles & NOT_FOR_PEOPLE else None


async def _clinic(work: UnitOfWork) -> tuple[str, str]:
    """What a guesser would try first: the clinic's name and city."""
    head = await clinic_head(work)
    return head.name, head.city


async def _person(work: UnitOfWork, person_id: UUID) -> PersonView:
    row = await queries.person_by_id(work, person_id)
    if row is None:
        raise NotFound
    return _view(row)


async def _ensure_another_owner(work: UnitOfWork, person_id: UUID) -> None:
    if not await queries.other_active_owners(work, person_id):
        raise LastOwner
