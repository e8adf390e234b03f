"""The gate's part about second factors, fresh proofs and known devices.

Secrets come and go sealed; who calls opens them with the vault. Each answer that lets somebody in is decided by one
statement, so that a code or a link that arrives twice at the same moment counts once.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from tht_app.database.gate_pool import GatePool
from tht_app.domain.identity import Role
from tht_app.domain.proof import Method, Sensitive

FIRST_STEP_SECONDS = 5 * 60
"""How long somebody may look for their telephone between password and code."""


@dataclass(frozen=True, slots=True)
class Factors:
    """What an account has beside its password, and what its roles need; `policy` is what the owner decided."""

    person_id: UUID
    username: str
    roles: frozenset[Role]
    totp_sealed: bytes | None
    totp_confirmed: bool
    policy: Mapping[str, str] | None
    passkeys: int = 0


@dataclass(frozen=True, slots=True)
class PasswordLink:
    """Whose password a link sets."""

    person_id: UUID
    username: str
    display_name: str
    kind: str


class FactorGate(GatePool):
    """Methods of the gate; see the module."""

    async def factors_of(self, person_id: UUID) -> Factors | None:
        """What an active account of a person has; nothing for anybody else."""
        row = await self._row(
            "select f.*, sec.passkey_count(:person) as passkeys from sec.factors_of(:person) f",
            person=person_id,
        )
        if row is None:
            return None
        return Factors(
            person_id,
            row["username"],
            frozenset(Role(role) for role in row["roles"]),
            row["totp_sealed"],
            bool(row["totp_confirmed"]),
            row["policy"],
            row["passkeys"],
        )

    async def begin_totp(self, person_id: UUID, sealed: bytes) -> bool:
        """Keep a secret that still has to be confirmed; False when a confirmed one is there."""
        return bool(await self._value("select sec.totp_begin(:person, :sealed)", person=person_id, sealed=sealed))

    async def confirm_totp(self, person_id: UUID, step: int, recovery_hashes: Sequence[bytes]) -> bool:
        """Turn the begun secret into a factor, with its recovery codes; False when none was begun lately."""
        return bool(
            await self._value(
                "select sec.totp_confirm(:person, :step, :hashes)",
                person=person_id,
                step=step,
                hashes=list(recovery_hashes),
            )
        )

    async def accept_totp(self, person_id: UUID, step: int) -> bool:
        """Use up a step; False when it, or a later one, was used before."""
        return bool(await self._value("select sec.totp_accept(:person, :step)", person=person_id, step=step))

    async def replace_recovery(self, person_id: UUID, hashes: Sequence[bytes]) -> None:
        """Forget the recovery codes and keep these."""
        await self._value("select sec.recovery_replace(:person, :hashes)", person=person_id, hashes=list(hashes))

    async def use_recovery(self, person_id: UUID, code_hash: bytes) -> bool:
        """Use up a recovery code; False for a wrong or used one."""
        return bool(await self._value("select sec.recovery_use(:person, :hash)", person=person_id, hash=code_hash))

    async def open_first_step(self, person_id: UUID) -> str:
        """Remember that the password was right; returns the token of this half of a sign-in."""
        token = secrets.token_hex(32)
        await self._value(
            "select sec.first_step_open(:hash, :person, :seconds)",
            hash=sha256(token.encode()).digest(),
            person=person_id,
            seconds=FIRST_STEP_SECONDS,
        )
        return token

    async def first_step_of(self, token: str) -> UUID | None:
        """Whose first step this is, if it is not too long ago."""
        found = await self._value("select sec.first_step_of(:token)", token=token)
        return found if isinstance(found, UUID) else None

    async def take_first_step(self, token: str) -> UUID | None:
        """Use up the first step: one session comes of it."""
        found = await self._value("select sec.first_step_take(:token)", token=token)
        return found if isinstance(found, UUID) else None

    async def prove(self, token: str, deed: Sensitive, how: Method) -> bool:
        """Note that the person behind this session has just proved themselves for this kind of deed."""
        return bool(
            await self._value("select sec.prove(:token, :deed, :how)", token=token, deed=deed.value, how=how.value)
        )

    async def device_known(self, username: str, device: str) -> bool:
        """Whether this account signed in from the device with this cookie in the last half year."""
        return bool(await self._value("select sec.device_known(:name, :device)", name=username, device=device))

    async def remember_device(self, device: str, person_id: UUID) -> None:
        """Know this device from now on."""
        await self._value("select sec.device_remember(:device, :person)", device=device, person=person_id)

    async def trim_sessions(self, person_id: UUID, most: int) -> int:
        """End the sessions of a person that are too many, those first that were used longest ago."""
        return int(str(await self._value("select sec.sessions_trim(:person, :most)", person=person_id, most=most) or 0))

    async def password_link(self, code: str) -> PasswordLink | None:
        """Whose link this is, if it can be used; looking does not use it up."""
        row = await self._row("select * from sec.account_link_look(:code)", code=code)
        return PasswordLink(row["person_id"], row["username"], row["display_name"], row["kind"]) if row else None

    async def use_password_link(self, code: str, password_hash: str) -> bool:
        """Set the password, end every session of the person, and void their links; False when it was used meanwhile."""
        used = await self._value("select sec.account_link_use(:code, :hash)", code=code, hash=password_hash)
        return isinstance(used, UUID)
