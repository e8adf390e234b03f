"""Accounts on the settings page: the owner's list, and everybody's own password."""

from uuid import UUID

import reflex as rx

from tht_app.domain.identity import Permission
from tht_app.domain.interop import AccountKind
from tht_app.domain.passwords import ensure, mailbox_problem
from tht_app.settings import settings
from tht_app.state.acting import SIGNED_IN, Acting, handler
from tht_app.state.identity.view_models import PersonRow, person_rows, ticked_roles
from tht_app.use_cases.access import DropFactorOf
from tht_app.use_cases.account_links import GivenLink, GivePasswordLink, ReadMailbox, SaveMailbox
from tht_app.use_cases.identity import (
    ChangeOwnPassword,
    CreatePerson,
    ListPeople,
    SetActive,
    SetPassword,
    SetRoles,
)

MANAGE = Permission.IDENTITY_MANAGE
NOBODY = PersonRow("", "", "", "", [], True)


class PeopleState(Acting, rx.State):
    """The list, and the account whose sheet is open beside it."""

    people: list[PersonRow] = []
    chosen: PersonRow = NOBODY
    creating: bool = False
    asking_disable: bool = False
    mailbox: str = ""
    link: str = ""
    """A link to hand over, shown this once."""
    errors: dict[str, str] = {}
    key_epoch: int = 0

    @handler(needs=SIGNED_IN)
    async def load(self) -> None:
        """Show the accounts to whoever manages them; others come to this page for their own password."""
        self._shut()
        if MANAGE in self._person().permissions:
            await self._reload()

    @handler(needs=MANAGE)
    async def open_new(self) -> None:
        """Open the sheet for a new account."""
        self._shut()
        self.creating = True

    @handler(needs=MANAGE)
    async def open_person(self, person_id: str) -> None:
        """Open the sheet of one account."""
        self._shut()
        self.chosen = next((row for row in self.people if row.id == person_id), NOBODY)
        if self.chosen.id:
            self.mailbox = await self._execute(ReadMailbox(UUID(self.chosen.id)))

    @handler(needs=MANAGE)
    async def close(self) -> None:
        """Close the sheet."""
        self._shut()

    @handler(needs=MANAGE)
    async def create(self, form: dict[str, str]) -> None:
        """Make an account; without a password the person chooses one by a link."""
        username, password = form.get("username", "").strip().lower(), form.get("password") or None
        request = CreatePerson(username, form.get("display_name", ""), ticked_roles(form), password)
        ensure(email=mailbox_problem(form.get("email", "").strip()))
        person_id = await self._execute(request, key=form.get("_key"))
        if form.get("email", "").strip():
            await self._execute(SaveMailbox(person_id, form["email"]))
        await self._saved()
        await self._notify("identity.settings.create.done", username=username)
        if password is None:
            await self._give_link(person_id, AccountKind.INVITE, form.get("display_name", ""))

    @handler(needs=MANAGE)
    async def save_mailbox(self, form: dict[str, str]) -> None:
        """Where links for the chosen person are sent."""
        name = self.chosen.name
        await self._execute(SaveMailbox(UUID(self.chosen.id), form.get("email", "")), key=form.get("_key"))
        await self._saved()
        await self._notify("identity.settings.person.mailbox.done", name=name)

    @handler(needs=MANAGE)
    async def give_link(self) -> None:
        """Let the chosen person choose a new password."""
        person_id, name = UUID(self.chosen.id), self.chosen.name
        await self._give_link(person_id, AccountKind.RESET, name)

    async def _give_link(self, person_id: UUID, kind: AccountKind, name: str) -> None:
        given: GivenLink = await self._execute(GivePasswordLink(person_id, kind))
        self._shut()
        if given.mailed:
            await self._notify("identity.settings.link.mailed", name=name)
        else:
            self.link = f"{settings().origins[0]}/password/{given.code}"

    @handler(needs=MANAGE)
    async def save_roles(self, form: dict[str, str]) -> None:
        """Let the chosen person hold exactly the ticked roles."""
        name = self.chosen.name
        await self._execute(SetRoles(UUID(self.chosen.id), ticked_roles(form)), key=form.get("_key"))
        await self._saved()
        await self._notify("identity.settings.person.roles.done", name=name)

    @handler(needs=MANAGE)
    async def give_password(self, form: dict[str, str]) -> None:
        """Replace the chosen person's password."""
        name = self.chosen.name
        await self._execute(SetPassword(UUID(self.chosen.id), form.get("password", "")), key=form.get("_key"))
        await self._saved()
        await self._notify("identity.settings.person.password.done", name=name)

    @handler(needs=MANAGE)
    async def ask_disable(self, open_: bool) -> None:
        """Ask before somebody is shut out."""
        self.asking_disable = open_ and bool(self.chosen.id)

    @handler(needs=MANAGE)
    async def set_active(self, active: bool) -> None:
        """Disable or enable the chosen account."""
        name = self.chosen.name
        await self._execute(SetActive(UUID(self.chosen.id), active))
        await self._saved()
        await self._notify(f"identity.settings.person.{'enable' if active else 'disable'}.done", name=name)

    @handler(needs=MANAGE)
    async def drop_factor(self) -> None:
        """Take away the chosen person's second factor, whose telephone is gone."""
        name = self.chosen.name
        await self._execute(DropFactorOf(UUID(self.chosen.id)))
        await self._saved()
        await self._notify("identity.settings.person.factor.dropped", name=name)

    async def _saved(self) -> None:
        self._shut()
        self.key_epoch += 1
        await self._reload()

    async def _reload(self) -> None:
        self.people = person_rows(await self._execute(ListPeople()), self._lang())

    def _shut(self) -> None:
        self.chosen, self.creating, self.asking_disable, self.errors = NOBODY, False, False, {}
        self.mailbox = self.link = ""


class MyPasswordState(Acting, rx.State):
    """Everybody's own password."""

    errors: dict[str, str] = {}
    key_epoch: int = 0

    @handler(needs=SIGNED_IN)
    async def change(self, form: dict[str, str]) -> None:
        """Change the own password; the present one has to be proved."""
        request = ChangeOwnPassword(form.get("present", ""), form.get("password", ""))
        await self._execute(request, key=form.get("_key"))
        self.key_epoch += 1
        await self._notify("identity.settings.mine.done")
