"""What the cards of one's own access show: flat values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tht_app.domain.devices import browser_and_system
from tht_app.domain.errors import ValidationFailed
from tht_app.domain.identity import Role
from tht_app.domain.proof import PEOPLE, Demand
from tht_app.i18n import date_text, moment_text, text_of
from tht_app.settings import settings
from tht_app.use_cases.access import Access, OpenSession, OwnPasskey

DEMAND_FIELD = "demand_"


@dataclass(frozen=True)
class SessionRow:
    """One open session as a line."""

    id: str
    device: str
    address: str
    last: str
    present: bool
    awake: bool


@dataclass(frozen=True)
class PasskeyRow:
    """One own passkey as a line."""

    id: str
    device: str
    made: str
    used: str
    suspect: bool


@dataclass(frozen=True)
class AccessView:
    """The own second factors and sessions."""

    totp: bool = False
    since: str = ""
    recovery_left: int = 0
    sessions: list[SessionRow] = field(default_factory=list)
    passkeys: list[PasskeyRow] = field(default_factory=list)


def access_view(access: Access, lang: str) -> AccessView:
    """In the reader's language, times of the clinic."""
    since = access.totp_since
    return AccessView(
        since is not None,
        date_text(since.astimezone(settings().zone).date(), lang) if since else "",
        access.recovery_left,
        [_session_row(each, lang) for each in access.sessions],
        [_passkey_row(each, lang) for each in access.passkeys],
    )


def _passkey_row(passkey: OwnPasskey, lang: str) -> PasskeyRow:
    zone = settings().zone
    used = passkey.used.astimezone(zone).date() if passkey.used else None
    return PasskeyRow(
        str(passkey.id),
        passkey.name,
        date_text(passkey.made.astimezone(zone).date(), lang),
        date_text(used, lang) if used else text_of("identity.access.passkeys.never", lang),
        passkey.suspect,
    )


def _session_row(session: OpenSession, lang: str) -> SessionRow:
    last = session.last_active.astimezone(settings().zone)
    return SessionRow(
        str(session.id),
        device_words(session.user_agent, lang),
        session.address,
        moment_text(last, None, lang),
        session.present,
        session.awake,
    )


def device_words(user_agent: str, lang: str) -> str:
    """`Chrome di Windows`, as far as it is known."""
    browser, system = browser_and_system(user_agent)
    if browser and system:
        return text_of("identity.access.device", lang, browser=browser, system=system)
    return browser or system or text_of("identity.access.device.unknown", lang)


def policy_view(policy: Mapping[Role, Demand]) -> dict[str, str]:
    """Role code -> demand code."""
    return {role.value: demand.value for role, demand in policy.items()}


def demands_of(form: Mapping[str, str]) -> dict[Role, Demand]:
    """The chosen demand for each role; raises ValidationFailed for anything else."""
    sent = {role: form.get(f"{DEMAND_FIELD}{role.value}", "") for role in PEOPLE}
    if not set(sent.values()) <= set(Demand):
        raise ValidationFailed({"demands": "unknown_choice"})
    return {role: Demand(demand) for role, demand in sent.items()}
