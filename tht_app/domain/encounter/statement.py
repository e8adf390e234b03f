"""The sentence that the clinic's key signs when a person has signed: who, how they proved it, what, when.

The hash alone says what was signed; whoever can write to the database could compute another one. The sentence carries
a signature (Ed25519, RFC 8032) that only the holder of the clinic's keys can make, in its own row beside the record.
The text is canonical JSON (RFC 8785), as in `signing.py`, so that any language computes the same bytes.
"""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

from tht_app.domain.encounter.signing import Json, canonical, digest

FORM = "tht-signature-1"
ADDENDUM_FORM = "tht-addendum-1"


class Subject(StrEnum):
    """What is signed."""

    ENCOUNTER = "encounter"
    ADDENDUM = "addendum"


class Proof(StrEnum):
    """How the person proved who they are at the moment of signing."""

    PASSWORD = "password"
    PASSKEY = "passkey"
    """Its answer to the record's hash is kept beside the record."""
    PROGRAM = "program"
    """A program of the clinic (the demo's seeder): known by its session, a person was not asked."""


class Fault(StrEnum):
    """What is wrong with a signed record."""

    CONTENT_DIFFERS = "content-differs"
    SIGNATURE_MISSING = "signature-missing"
    STATEMENT_DIFFERS = "statement-differs"
    SIGNATURE_WRONG = "signature-wrong"
    EVIDENCE_WRONG = "evidence-wrong"
    """It says that a passkey proved the signer, and no answer of the signer's passkey proves this content."""


@dataclass(frozen=True, slots=True)
class Statement:
    """Who signed what, how and when; `hash` is the SHA-256 (32 bytes) of what was signed."""

    subject: Subject
    subject_id: UUID
    encounter_id: UUID
    hash: bytes
    signer_id: UUID
    at: datetime
    proof: Proof = Proof.PASSWORD

    def text(self) -> str:
        """The canonical text that is signed."""
        facts: dict[str, Json] = {
            "form": FORM,
            "subject": self.subject.value,
            "id": str(self.subject_id),
            "encounter": str(self.encounter_id),
            "hash": self.hash.hex(),
            "signer": str(self.signer_id),
            "proof": self.proof.value,
            "at": self.at.astimezone(UTC).isoformat(timespec="microseconds"),
        }
        return canonical(facts).decode()


def says(text: str, statement: Statement) -> bool:
    """Whether the stored text is this statement, however the person proved it."""
    proof = proof_said(text)
    return proof is not None and replace(statement, proof=proof).text() == text


def proof_said(text: str) -> Proof | None:
    """How the person proved who they are, by what the stored text says; None when it says nothing that is known."""
    try:
        return Proof(json.loads(text)["proof"])
    except (ValueError, KeyError, TypeError):
        return None


def addendum_digest(encounter_id: UUID, number: int, text: str, author_id: UUID, at: datetime) -> bytes:
    """SHA-256 of what was added to a signed note, 32 bytes."""
    return digest(
        {
            "form": ADDENDUM_FORM,
            "encounter": str(encounter_id),
            "number": number,
            "text": text,
            "author": str(author_id),
            "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
        }
    )
