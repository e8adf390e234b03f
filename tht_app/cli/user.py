"""`tht user`: accounts from the terminal, through the same use cases as the settings page."""

import asyncio
import getpass
import json
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from tht_app.cli.place import choose_demo, clinic_place
from tht_app.cli.steps import StepFailed
from tht_app.domain.errors import DomainError, ValidationFailed
from tht_app.domain.identity import NOT_FOR_PEOPLE, Role

if TYPE_CHECKING:
    from tht_app.use_cases.door import Actor

SERVICE = "tht"
Result = TypeVar("Result")

app = typer.Typer(help="Accounts: create, roles, password, drop-factor, disable, enable, list.", no_args_is_help=True)

Username = Annotated[str, typer.Argument(help="User name, as typed when signing in.")]
Demo = Annotated[bool, typer.Option("--demo", help="The demo clinic instead of the configured one.")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer for programs.")]
Roles = Annotated[list[str], typer.Option("--role", help="A role; may be given several times.")]


@app.command("create")
def create(  # noqa: PLR0917  typer names them all
    username: Username,
    name: Annotated[str, typer.Option("--name", help="Full name with titles, as documents show it.")],
    role: Roles,
    lang: Annotated[str, typer.Option(help="Language: id or en.")] = "id",
    demo: Demo = False,
    as_json: AsJson = False,
) -> None:
    """Make an account; the password is asked for, or read from standard input when that is no terminal."""
    roles, password = _roles(role), _password()

    async def act(actor: "Actor") -> Any:
        from tht_app.use_cases.door import execute
        from tht_app.use_cases.identity import CreatePerson

        return await execute(actor, CreatePerson(username, name, roles, password, lang))

    person = _run(act, demo=demo)
    _say({"id": str(person), "username": username}, f"Account {username} was made.", as_json=as_json)


@app.command("roles")
def roles(username: Username, role: Roles, demo: Demo = False, as_json: AsJson = False) -> None:
    """Let a person hold exactly these roles, from their next click on."""
    wanted = _roles(role)

    async def act(actor: "Actor") -> None:
        from tht_app.use_cases.door import execute
        from tht_app.use_cases.identity import FindPerson, SetRoles

        person = await execute(actor, FindPerson(username))
        await execute(actor, SetRoles(person.id, wanted))

    _run(act, demo=demo)
    names = sorted(each.value for each in wanted)
    _say({"username": username, "roles": names}, f"{username} now is: {', '.join(names)}.", as_json=as_json)


@app.command("password")
def password(username: Username, demo: Demo = False, as_json: AsJson = False) -> None:
    """Replace a password and end the person's sessions."""
    fresh = _password()

    async def act(actor: "Actor") -> None:
        from tht_app.use_cases.door import execute
        from tht_app.use_cases.identity import FindPerson, SetPassword

        person = await execute(actor, FindPerson(username))
        await execute(actor, SetPassword(person.id, fresh))

    _run(act, demo=demo)
    _say({"username": username}, f"Password of {username} was replaced.", as_json=as_json)


@app.command("drop-factor")
def drop_factor(username: Username, demo: Demo = False, as_json: AsJson = False) -> None:
    """Take a lost telephone or passkey away from an account; a new one is set up at the next sign-in."""

    async def act(actor: "Actor") -> None:
        from tht_app.use_cases.access import DropFactorOf
        from tht_app.use_cases.door import execute
        from tht_app.use_cases.identity import FindPerson

        person = await execute(actor, FindPerson(username))
        await execute(actor, DropFactorOf(person.id))

    _run(act, demo=demo)
    _say(
        {"username": username}, f"{username} signs in with the password alone and its sessions ended.", as_json=as_json
    )


@app.command("disable")
def disable(username: Username, demo: Demo = False, as_json: AsJson = False) -> None:
    """Stop an account from signing in and end its sessions."""
    _set_active(username, active=False, demo=demo, as_json=as_json)


@app.command("enable")
def enable(username: Username, demo: Demo = False, as_json: AsJson = False) -> None:
    """Let a disabled account sign in again."""
    _set_active(username, active=True, demo=demo, as_json=as_json)


def _set_active(username: str, *, active: bool, demo: bool, as_json: bool) -> None:
    async def act(actor: "Actor") -> None:
        from tht_app.use_cases.door import execute
        from tht_app.use_cases.identity import FindPerson, SetActive

        person = await execute(actor, FindPerson(username))
        await execute(actor, SetActive(person.id, active))

    _run(act, demo=demo)
    state = "may sign in again" if active else "can no longer sign in"
    _say({"username": username, "active": active}, f"{username} {state}.", as_json=as_json)


@app.command("list")
def list_(demo: Demo = False, as_json: AsJson = False) -> None:
    """All accounts with their roles."""

    async def act(actor: "Actor") -> Any:
        from tht_app.use_cases.door import execute
        from tht_app.use_cases.identity import ListPeople

        return await execute(actor, ListPeople())

    people = _run(act, demo=demo)
    rows = [
        {
            "username": person.username,
            "name": person.display_name,
            "roles": [role.value for role in person.roles],
            "active": person.active,
        }
        for person in people
    ]
    lines = [
        f"{row['username']:<16}{'' if row['active'] else '(disabled) '}{row['name']}: {', '.join(row['roles']) or '-'}"
        for row in rows
    ]
    _say({"people": rows}, "\n".join(lines) or "There are no accounts yet.", as_json=as_json)


def _roles(names: list[str]) -> frozenset[Role]:
    known = {role.value for role in Role if role not in NOT_FOR_PEOPLE}
    if unknown := [name for name in names if name not in known]:
        raise StepFailed(f"There is no role {unknown[0]}: choose among {', '.join(sorted(known))}.")
    return frozenset(Role(name) for name in names)


def _password() -> str:
    """Never an argument: those are readable by everybody on the machine."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass.getpass("Password: ")
    if first != getpass.getpass("Again: "):
        raise StepFailed("The two passwords differ: try again.")
    return first


def _run(act: Callable[["Actor"], Awaitable[Result]], *, demo: bool) -> Result:
    if demo:
        choose_demo()
    with clinic_place():
        return asyncio.run(_acting(act))


async def _acting(act: Callable[["Actor"], Awaitable[Result]]) -> Result:
    from tht_app.database.gate import current_gate
    from tht_app.database.opening import opened_clinic
    from tht_app.use_cases.door import Actor

    async with opened_clinic():
        token = await current_gate().open_service(SERVICE)
        try:
            return await act(Actor(token))
        except DomainError as refusal:
            raise StepFailed(_words(refusal)) from None
        finally:
            await current_gate().close_session(token)


def _words(refusal: DomainError) -> str:
    from tht_app.i18n import text_of

    if isinstance(refusal, ValidationFailed):
        return " ".join(
            f"{field}: {text_of(f'problems.{problem.code}', 'en', **problem.params)}"
            for field, problem in refusal.fields.items()
        )
    return text_of(f"errors.{refusal.code}", "en", **refusal.params)


def _say(answer: dict[str, Any], words: str, *, as_json: bool) -> None:
    typer.echo(json.dumps(answer, ensure_ascii=False) if as_json else words)
