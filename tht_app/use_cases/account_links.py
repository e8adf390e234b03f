"""Links by which somebody chooses a password: the owner invites or helps, or a person has forgotten theirs.

With mail the link goes to the person's own mailbox and nobody else sees it. Without, whoever manages accounts sees it
once and hands it over.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from tht_app.database.queries import account_links as queries
from tht_app.database.queries import identity as identity_queries
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.errors import NotFound, ValidationFailed
from tht_app.domain.identity import Permission
from tht_app.domain.interop import AccountKind
from tht_app.domain.passwords import mailbox_problem
from tht_app.domain.proof import Sensitive
from tht_app.settings import settings
from tht_app.use_cases.door import use_case

LIFETIME = {AccountKind.INVITE: timedelta(days=3), AccountKind.RESET: timedelta(hours=24)}
FORGOTTEN = timedelta(hours=1)
EVENT_OF = {AccountKind.INVITE: "AccountInvited", AccountKind.RESET: "PasswordLinkMade"}


@dataclass(frozen=True, slots=True)
class GivePasswordLink:
    """Let a person choose a password by a link; the former link is void."""

    person_id: UUID
    kind: AccountKind = AccountKind.RESET


@dataclass(frozen=True, slots=True)
class GivenLink:
    """It was mailed; or here is its code, shown this once."""

    mailed: bool
    code: str = ""


@dataclass(frozen=True, slots=True)
class SaveMailbox:
    """Where a person's links are sent; an empty address forgets it."""

    person_id: UUID
    address: str


@dataclass(frozen=True, slots=True)
class ReadMailbox:
    """Where a person's links are sent."""

    person_id: UUID


@dataclass(frozen=True, slots=True)
class AskForPasswordLink:
    """Somebody at the sign-in page says that they forgot their password."""

    username: str


@use_case(permission=Permission.IDENTITY_MANAGE, audit=AuditAction.PASSWORD_LINK, fresh=Sensitive.ACCOUNTS)
async def give_password_link(request: GivePasswordLink, work: UnitOfWork) -> GivenLink:
    """Mail it where mail is on and an address is known, else give it out; raises NotFound, ProofNeeded."""
    person = await identity_queries.person_by_id(work, request.person_id)
    if person is None or not person["active"]:
        raise NotFound
    expires_at = work.now() + LIFETIME[request.kind]
    link_id = await queries.make_link(work, request.person_id, request.kind.value, expires_at)
    mailed = settings().mail_on and bool(await queries.mailbox(work, request.person_id))
    work.changed("person", request.person_id, new={"password_link": request.kind.value, "mailed": mailed})
    if mailed:
        work.publish(EVENT_OF[request.kind], link_id)
        return GivenLink(mailed=True)
    return GivenLink(mailed=False, code=queries.code_of(work, link_id))


@use_case(permission=Permission.IDENTITY_MANAGE, audit=AuditAction.UPDATE, fresh=Sensitive.ACCOUNTS)
async def save_mailbox(request: SaveMailbox, work: UnitOfWork) -> None:
    """Remember it; raises NotFound, ValidationFailed, ProofNeeded."""
    address = request.address.strip()
    if problem := mailbox_problem(address):
        raise ValidationFailed({"email": problem})
    if await identity_queries.person_by_id(work, request.person_id) is None:
        raise NotFound
    await queries.set_mailbox(work, request.person_id, address)
    work.changed("person", request.person_id, new={"mailbox": "known" if address else "none"})


@use_case(permission=Permission.IDENTITY_MANAGE, audit=AuditAction.READ, reads=True)
async def read_mailbox(request: ReadMailbox, work: UnitOfWork) -> str:
    """Return the address; empty when none is known."""
    return await queries.mailbox(work, request.person_id)


@use_case(permission=Permission.MESSAGE_DELIVER, audit=AuditAction.PASSWORD_LINK)
async def ask_for_password_link(request: AskForPasswordLink, work: UnitOfWork) -> None:
    """Mail a link if there is such an account with an address; says nothing about whether there is."""
    person = await identity_queries.person_by_username(work, request.username)
    if person is None or not person["active"] or not settings().mail_on:
        return
    if not await queries.mailbox(work, person["id"]):
        return
    link_id = await queries.make_link(work, person["id"], AccountKind.RESET.value, work.now() + FORGOTTEN)
    work.publish(EVENT_OF[AccountKind.RESET], link_id)
    work.changed("person", person["id"], new={"password_link": "asked"})
