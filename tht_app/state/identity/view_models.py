"""What the list of accounts shows: flat values only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tht_app.domain.identity import NOT_FOR_PEOPLE, Role
from tht_app.i18n import text_of
from tht_app.use_cases.identity import PersonView

ROLES_OF_PEOPLE = tuple(role for role in Role if role not in NOT_FOR_PEOPLE)
ROLE_FIELD = "role_"


@dataclass(frozen=True)
class PersonRow:
    """One account as a line of the table."""

    id: str
    username: str
    name: str
    roles: str
    role_codes: list[str]
    active: bool
    second_factor: bool = False


def person_row(person: PersonView, lang: str) -> PersonRow:
    """An account in the reader's language."""
    codes = [role.value for role in ROLES_OF_PEOPLE if role in person.roles]
    return PersonRow(
        str(person.id),
        person.username,
        person.display_name,
        ", ".join(text_of(f"common.role.{code}", lang) for code in codes) or "–",
        codes,
        person.active,
        person.second_factor,
    )


def person_rows(people: Iterable[PersonView], lang: str) -> list[PersonRow]:
    """All accounts in the reader's language."""
    return [person_row(person, lang) for person in people]


def ticked_roles(form: Mapping[str, str]) -> frozenset[Role]:
    """The roles whose boxes are ticked in a form."""
    return frozenset(role for role in ROLES_OF_PEOPLE if form.get(f"{ROLE_FIELD}{role.value}"))
