"""Second factors as the web uses them: is one needed, is this code right, enrol one. Throttled, audited.

An entry in the audit log says that and by what somebody proved themselves, never what was typed.
"""

from dataclasses import dataclass
from uuid import UUID

from tht_app.database.crypto import Purpose
from tht_app.database.engine import current
from tht_app.database.gate import current_gate
from tht_app.database.gate_factors import Factors
from tht_app.database.unit_of_work import utc_now
from tht_app.domain.audit import AuditAction
from tht_app.domain.proof import Demand, Method, demand_of, policy_of
from tht_app.settings import settings
from tht_app.use_cases import one_time
from tht_app.web.identity.credentials import record

SECRET = "totp.secret"
RECOVERY = "recovery_code.code"


@dataclass(frozen=True, slots=True)
class Proved:
    """By what somebody proved themselves, if they did; else for how many seconds no further try counts."""

    method: Method | None = None
    seconds_blocked: int = 0


def demand(factors: Factors) -> Demand:
    """Whether this account needs a second factor."""
    return demand_of(factors.roles, policy_of(factors.policy, demo=settings().demo))


def asks_for_code(factors: Factors) -> bool:
    """Whether the password alone does not let this account in, and it has something more to show: app or passkey."""
    return has_factor(factors) and demand(factors) is not Demand.OFF


def has_factor(factors: Factors) -> bool:
    """Whether there is anything beside the password."""
    return factors.totp_confirmed or factors.passkeys > 0


def has_to_enrol(factors: Factors) -> bool:
    """Whether this account needs a second factor and has none yet."""
    return demand(factors) is Demand.REQUIRED and not has_factor(factors)


async def check_code(factors: Factors, code: str, address: str | None, request: str) -> Proved:
    """Check a code of the app or a recovery code; each is good for once. `request` is for the audit log."""
    gate, subject = current_gate(), f"second:{factors.person_id}"
    blocked = await gate.seconds_blocked(subject)
    if blocked:
        return Proved(seconds_blocked=blocked)
    method = await _method_of(factors, code)
    if method is None:
        await gate.note_failure(subject)
        await record(AuditAction.SIGN_IN_FAILED, request, factors.person_id, address, outcome="denied", reason="code")
        return Proved()
    await gate.note_success(subject)
    return Proved(method)


async def _method_of(factors: Factors, code: str) -> Method | None:
    gate = current_gate()
    if one_time.looks_like_code(code):
        step = one_time.step_of(_opened(factors), code, utc_now()) if factors.totp_confirmed else None
        return Method.TOTP if step is not None and await gate.accept_totp(factors.person_id, step) else None
    hashed = _hashed(factors.person_id, code)
    return Method.RECOVERY if await gate.use_recovery(factors.person_id, hashed) else None


def _opened(factors: Factors) -> str:
    if factors.totp_sealed is None:
        raise LookupError("there is no secret")
    return current().vault.open(Purpose.SECRET, SECRET, factors.person_id, factors.totp_sealed)


def _hashed(person_id: UUID, code: str) -> bytes:
    """Recovery codes lie as keyed fingerprints: without the key outside the database they cannot be tried out."""
    return current().vault.derive(RECOVERY, f"{person_id}|{one_time.plain(code)}")


async def secret_to_enrol(factors: Factors) -> str:
    """The secret that the QR code shows: the one begun before, so that a reload does not change it, or a new one."""
    begun = factors.totp_sealed is not None and not factors.totp_confirmed
    secret = _opened(factors) if begun else one_time.new_secret()
    sealed = current().vault.seal(Purpose.SECRET, SECRET, factors.person_id, secret)
    await current_gate().begin_totp(factors.person_id, sealed)
    return secret


async def enrol(factors: Factors, code: str, address: str | None) -> list[str] | None:
    """Confirm the begun secret with a code of the app; returns the recovery codes, nothing for a wrong code."""
    if factors.totp_sealed is None or factors.totp_confirmed:
        return None
    step = one_time.step_of(_opened(factors), code, utc_now())
    codes = one_time.new_recovery_codes()
    hashes = [_hashed(factors.person_id, each) for each in codes]
    if step is None or not await current_gate().confirm_totp(factors.person_id, step, hashes):
        return None
    await record(AuditAction.FACTOR_ADDED, "identity.enrol", factors.person_id, address, reason=Method.TOTP.value)
    return codes


async def new_recovery_codes(person_id: UUID, address: str | None) -> list[str]:
    """Ten new recovery codes; the former ones are void."""
    codes = one_time.new_recovery_codes()
    await current_gate().replace_recovery(person_id, [_hashed(person_id, each) for each in codes])
    await record(AuditAction.RECOVERY_CODES, "identity.recovery_codes", person_id, address)
    return codes
