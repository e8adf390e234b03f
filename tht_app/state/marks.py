"""The mark that a handler carries: which permission it needs. The gate reads it and refuses what has none."""

from collections.abc import Callable
from typing import Any, TypeVar

from tht_app.domain.identity import Permission

Needs = Permission | tuple[Permission, ...]
SIGNED_IN = Permission.SIGNED_IN
NEEDS = "_tht_needs"

Function = TypeVar("Function", bound=Callable[..., Any])


def needs(permissions: Needs) -> Callable[[Function], Function]:
    """Mark a handler with a permission, or with several of which any one is enough."""
    wanted = frozenset({permissions} if isinstance(permissions, Permission) else permissions)
    if not wanted:
        raise ValueError("a handler needs at least one permission")

    def mark(function: Function) -> Function:
        setattr(function, NEEDS, wanted)
        return function

    return mark


def needs_of(function: Any) -> frozenset[Permission] | None:
    """The permissions of which one is enough; nothing if the handler was never marked."""
    return getattr(function, NEEDS, None)
