"""Where passkeys can work: a browser offers them only on a secure page with a name, never on a bare address."""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from tht_app.domain.errors import DomainError


class PasskeyRefused(DomainError):
    """The passkey's answer does not hold: another page, another person, an old question, a copied device."""

    code = "identity.passkey_refused"


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """Whom a passkey is for: the host's name, and the one page address that may use it."""

    id: str
    origin: str


def relying_party(origins: Iterable[str]) -> RelyingParty | None:
    """The clinic's own, from the addresses under which people reach it; nothing where passkeys cannot work.

    WebAuthn needs https, but for `localhost`, and a name: an address like `192.168.1.10` is none.
    """
    for origin in origins:
        parts = urlsplit(origin)
        host = parts.hostname or ""
        if host and not _is_address(host) and (parts.scheme == "https" or host == "localhost"):
            return RelyingParty(host, origin)
    return None


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
