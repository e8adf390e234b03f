"""What somebody has to prove beyond a password: a second factor at sign-in, and a fresh proof before what weighs most.

A session says who somebody was when they signed in. Before a signature, a controlled drug or an export that is not
enough: the person proves themselves again, and that proof holds for five minutes and for this kind of deed only.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from tht_app.domain.errors import DomainError
from tht_app.domain.identity import NOT_FOR_PEOPLE, Role

FRESH_SECONDS = 5 * 60
"""How long a proof holds for its kind of deed."""


class Sensitive(StrEnum):
    """A kind of deed that asks for a fresh proof: words are `identity.proof.kind.<value>`."""

    SIGN = "sign"
    DISPENSE = "dispense"
    """Narcotics, psychotropics and precursors."""
    BREAK_GLASS = "break_glass"
    EXPORT = "export"
    BACKUP = "backup"
    """Everything the clinic knows in one file, if encrypted."""
    ACCOUNTS = "accounts"
    """Accounts, roles and passwords of others, and who needs a second factor."""
    OWN_ACCESS = "own_access"
    """The own second factor and recovery codes."""


class Method(StrEnum):
    """How somebody proved themselves: words are `identity.proof.method.<value>`."""

    PASSWORD = "password"
    TOTP = "totp"
    RECOVERY = "recovery"
    PASSKEY = "passkey"


class ProofNeeded(DomainError):
    """The session is right, yet this deed asks for a fresh proof of who sits there; `kind` is a `Sensitive`."""

    code = "identity.proof_needed"


class Demand(StrEnum):
    """Whether a role needs a second factor: words are `identity.policy.<value>`."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    """Whoever has set one up is asked for it."""
    OFF = "off"
    """Nobody is asked, not even who has one."""


PEOPLE = tuple(role for role in Role if role not in NOT_FOR_PEOPLE)
USUALLY_REQUIRED = frozenset({Role.OWNER, Role.DOCTOR, Role.AUDITOR})
"""They reach the most, or what cannot be taken back."""


def usual_policy(*, demo: bool) -> dict[Role, Demand]:
    """What holds until the owner decides; the accounts of a demo are known to everybody, so it asks nothing of them."""
    return {role: Demand.REQUIRED if role in USUALLY_REQUIRED and not demo else Demand.OPTIONAL for role in PEOPLE}


def policy_of(stored: Mapping[str, str] | None, *, demo: bool) -> dict[Role, Demand]:
    """The owner's decision over the usual policy; a role that it does not name keeps the usual."""
    policy = usual_policy(demo=demo)
    known = {role.value: role for role in PEOPLE}
    for name, demand in (stored or {}).items():
        if name in known and demand in set(Demand):
            policy[known[name]] = Demand(demand)
    return policy


def demand_of(roles: Iterable[Role], policy: Mapping[Role, Demand]) -> Demand:
    """What holds for somebody with these roles: the strictest of them; without a role it is a free choice."""
    demands = {policy.get(role, Demand.OPTIONAL) for role in roles}
    return next((each for each in Demand if each in demands), Demand.OPTIONAL)
