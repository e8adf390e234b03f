"""Checking a password for somebody who has no session yet: throttled, audited, the same answer for every reason."""

from dataclasses import dataclass
from uuid import UUID

from tht_app.database.audit import AuditEntry
from tht_app.database.engine import current
from tht_app.database.gate import current_gate
from tht_app.domain.audit import AuditAction
from tht_app.domain.passwords import LONGEST
from tht_app.use_cases.passwords import hash_password, outdated, password_matches
from tht_app.web.identity.throttle import note_failure, subjects_of

LONGEST_USERNAME = 60


@dataclass(frozen=True, slots=True)
class Checked:
    """Who it is, if the password was right; else for how many seconds no further try counts."""

    person_id: UUID | None = None
    seconds_blocked: int = 0


async def check(
    username: str, password: str, address: str | None, request: str, *, device: str | None = None
) -> Checked:
    """Check a user name and password. Raises Unavailable.

    `request` is what the audit log calls it, `device` the cookie of a device that is known. Nothing that was typed is
    kept: people type passwords into the wrong field.
    """
    if len(username) > LONGEST_USERNAME or len(password) > LONGEST or not username or "\x00" in username + password:
        return Checked()
    gate = current_gate()
    subjects = await subjects_of(gate, username, address, device)
    blocked = await gate.seconds_blocked(*subjects)
    if blocked:
        return Checked(seconds_blocked=blocked)
    found = await gate.credential_of(username)
    if await password_matches(password, found[1] if found else None) and found is not None:
        await gate.note_success(subjects[0])
        if outdated(found[1]):
            await gate.rehash(found[0], found[1], await hash_password(password))
        return Checked(person_id=found[0])
    await note_failure(gate, subjects)
    await record(AuditAction.SIGN_IN_FAILED, request, found[0] if found else None, address, outcome="denied")
    return Checked()


async def record(
    action: AuditAction,
    request: str,
    person_id: UUID | None,
    address: str | None,
    *,
    outcome: str = "done",
    reason: str | None = None,
) -> None:
    """Write an audit entry about signing in, proving oneself or signing out; `reason` says by what."""
    entry = AuditEntry(
        action=action, request=request, person_id=person_id, address=address, outcome=outcome, reason=reason
    )
    await current_gate().record(entry, current().vault)
