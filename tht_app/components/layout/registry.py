"""Which pages there are and who may see them."""

from dataclasses import dataclass
from typing import Any

from tht_app.domain.identity import NOT_FOR_PEOPLE, ROLE_PERMISSIONS, Permission, Role
from tht_app.state.marks import Needs
from tht_app.state.person import PersonState


@dataclass(frozen=True, slots=True)
class PageEntry:
    """One page: `needs` are permissions of which any one is enough; `title` is a catalogue key."""

    route: str
    title: str
    needs: tuple[Permission, ...]


PAGES: dict[str, PageEntry] = {}


class RouteTwice(ValueError):
    """Two pages claim one address."""


def enter(route: str, title: str, needs: Needs) -> PageEntry:
    """Put a page on the list. Raises RouteTwice."""
    if route in PAGES:
        raise RouteTwice(route)
    PAGES[route] = PageEntry(route, title, needs if isinstance(needs, tuple) else (needs,))
    return PAGES[route]


def known_permissions() -> Any:
    """Var: what the person may; empty until the server has said so."""
    return PersonState.permissions


def allowed(needs: tuple[Permission, ...]) -> Any:
    """Var: the person holds any of these. Courtesy for the eye; the gate and the door decide."""
    first, *others = (known_permissions().contains(permission.value) for permission in needs)
    for other in others:
        first |= other
    return first


def roles_with(needs: tuple[Permission, ...]) -> tuple[Role, ...]:
    """The roles of people that may see a page, in the order of the role list."""
    return tuple(role for role in Role if role not in NOT_FOR_PEOPLE and not ROLE_PERMISSIONS[role].isdisjoint(needs))
