"""Who may have signed which part of the audit log, when the key that signs has changed.

The key is derived from the master key, so a new master key signs with a new one. At that moment both sign a statement:
up to this seal it was the old one, from here on it is the new one. A verifier starts at the present key, which only the
holder of the master key can name, and follows the statements back; one that the present key has not signed leads
nowhere. The statement names the last seal by its digest, so whoever got hold of an old key cannot write old history
anew.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tht_app.database.signing import SigningKey, signed_by


@dataclass(frozen=True, slots=True)
class Handover:
    """One change of the key: seals up to `number`, of this digest, are under the old one; `at` as in seals."""

    step: int
    number: int
    digest: bytes
    old_public: bytes
    new_public: bytes
    at: int
    old_signature: bytes = b""
    new_signature: bytes = b""

    def message(self) -> bytes:
        """What both keys sign."""
        values = [self.step, self.number, self.digest.hex(), self.old_public.hex(), self.new_public.hex(), self.at]
        return json.dumps(["tht-audit-handover-1", *values]).encode()

    def signed(self, old: SigningKey, new: SigningKey) -> "Handover":
        """The same with both signatures."""
        said = self.message()
        return Handover(
            self.step,
            self.number,
            self.digest,
            self.old_public,
            self.new_public,
            self.at,
            old.sign(said),
            new.sign(said),
        )

    @property
    def holds(self) -> bool:
        """Whether both keys have signed it."""
        said = self.message()
        return signed_by(self.new_public, self.new_signature, said) and signed_by(
            self.old_public, self.old_signature, said
        )


@dataclass(frozen=True, slots=True)
class Signers:
    """The present key, and before it the former ones with the last seal that each may have signed, newest first."""

    public: bytes
    former: tuple[Handover, ...] = ()

    def of_seal(self, number: int) -> bytes:
        """The one key under which this seal has to be."""
        public = self.public
        for handover in self.former:
            if number > handover.number:
                break
            public = handover.old_public
        return public

    def of_anchor(self, number: int) -> frozenset[bytes]:
        """The keys under which a line about this seal may be: a new key may speak of what was before it."""
        return frozenset({self.public, *(one.old_public for one in self.former if number <= one.number)})

    def pinned(self) -> dict[int, bytes]:
        """Seals whose digest a later key has confirmed."""
        return {one.number: one.digest for one in self.former if one.number}


def signers_of(public: bytes, handovers: Iterable[Handover]) -> Signers:
    """Follow the statements back from the present key; what it did not sign, directly or through others, is ignored."""
    former: list[Handover] = []
    present = public
    for handover in sorted(handovers, key=lambda one: one.step, reverse=True):
        rises = not former or handover.number <= former[-1].number
        if handover.new_public == present and rises and handover.holds:
            former.append(handover)
            present = handover.old_public
    return Signers(public, tuple(former))


def successor_of(handovers: Sequence[Handover]) -> bytes | None:
    """The key that signs since the last change, as far as the database says; None when it never changed."""
    return max(handovers, key=lambda one: one.step).new_public if handovers else None
