"""The gate's part about passkeys: the questions that were asked, the keys that may answer, the counters of devices."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from tht_app.database.gate_factors import FactorGate
from tht_app.database.ids import new_id


class Question(StrEnum):
    """What a passkey is asked for; an answer to one is none to another."""

    REGISTER = "register"
    SIGN_IN = "sign_in"
    PROVE = "prove"


@dataclass(frozen=True, slots=True)
class KnownPasskey:
    """A passkey of an active account that is not under suspicion."""

    id: UUID
    person_id: UUID
    public_key: bytes


class PasskeyGate(FactorGate):
    """Methods of the gate; see the module."""

    async def ask_passkey(self, challenge: bytes, what: Question, person_id: UUID | None, seconds: int) -> None:
        """Remember a question, for a person or (when somebody signs in) for whoever answers."""
        await self._value(
            "select sec.challenge_make(:challenge, :what, :person, :seconds)",
            challenge=challenge,
            what=what.value,
            person=person_id,
            seconds=seconds,
        )

    async def take_question(self, challenge: bytes, what: Question, person_id: UUID | None) -> bool:
        """Use up a question; False when it was never asked, asked of somebody else, answered, or too long ago."""
        taken = await self._value(
            "select sec.challenge_take(:challenge, :what, :person)",
            challenge=challenge,
            what=what.value,
            person=person_id,
        )
        return bool(taken)

    async def add_passkey(
        self, person_id: UUID, credential_id: bytes, public_key: bytes, sign_count: int, name: str
    ) -> bool:
        """Keep a new passkey; False when it is somebody's already."""
        added = await self._value(
            "select sec.passkey_add(:id, :person, :credential, :key, :counter, :name)",
            id=new_id(),
            person=person_id,
            credential=credential_id,
            key=public_key,
            counter=sign_count,
            name=name,
        )
        return bool(added)

    async def passkeys_of(self, person_id: UUID) -> list[bytes]:
        """The ids of a person's passkeys, oldest first."""
        rows = await self._rows("select p as id from sec.passkeys_of(:person) p", person=person_id)
        return [bytes(row["id"]) for row in rows]

    async def find_passkey(self, credential_id: bytes) -> KnownPasskey | None:
        """Whose passkey this is."""
        row = await self._row("select * from sec.passkey_find(:credential)", credential=credential_id)
        return KnownPasskey(row["id"], row["person_id"], bytes(row["public_key"])) if row else None

    async def passkey_used(self, passkey_id: UUID, counter: int) -> bool:
        """Note the device's counter; False when it has not gone on: somebody has a copy."""
        used = await self._value("select sec.passkey_used(:id, :counter)", id=passkey_id, counter=counter)
        return bool(used)

    async def suspect_passkey(self, passkey_id: UUID) -> None:
        """Let this passkey open nothing any more."""
        await self._value("select sec.passkey_suspect(:id)", id=passkey_id)
