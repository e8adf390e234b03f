"""Whom this clinic's passkeys are for."""

from tht_app.domain.errors import NotFound
from tht_app.domain.passkey import RelyingParty, relying_party
from tht_app.settings import settings


def own_party() -> RelyingParty:
    """The clinic's relying party; raises NotFound where passkeys cannot work."""
    party = relying_party(settings().origins)
    if party is None:
        raise NotFound
    return party


def passkey_host() -> str:
    """The host name under which passkeys work; empty where they cannot."""
    party = relying_party(settings().origins)
    return party.id if party else ""


def passkey_address() -> str:
    """The page address under which passkeys work; empty where they cannot."""
    party = relying_party(settings().origins)
    return party.origin if party else ""
