"""Signing with a passkey: the question is the hash of the record itself, and the device's answer is kept as evidence.

Anybody who has the answer, the passkey's public key and the record can prove that this device, with its owner verified,
said yes to exactly this content. No clock, password or program of the clinic has to be believed for it.
"""

from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.queries import identity as identity_queries
from tht_app.database.tables.encounter import SignatureEvidenceRow
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.encounter.visit import Visit
from tht_app.domain.passkey import PasskeyRefused, RelyingParty, relying_party
from tht_app.settings import settings
from tht_app.use_cases.passkeys import read_assertion, verified_count


async def accept_passkey(work: UnitOfWork, visit: Visit, answer: str, digest: bytes) -> None:
    """Check that a passkey of the person signed exactly this hash, and keep the answer; raises PasskeyRefused."""
    assertion, party = read_assertion(answer), relying_party(settings().origins)
    own = await _own(work, assertion.credential_id)
    if party is None or own is None or not await identity_queries.take_my_question(work, digest):
        raise PasskeyRefused
    counter = verified_count(answer, digest, party, bytes(own["public_key"]))
    if not await identity_queries.my_passkey_used(work, own["id"], counter):
        raise PasskeyRefused
    await work.add(
        SignatureEvidenceRow(
            encounter_id=visit.id,
            patient_id=visit.patient_id,
            person_id=work.person.id,
            credential_id=assertion.credential_id,
            public_key=bytes(own["public_key"]),
            answer=answer,
            relying_party=party.id,
            origin=party.origin,
            at=work.now(),
        )
    )


def evidence_holds(row: RowMapping | None, signer_id: UUID, digest: bytes) -> bool:
    """Whether the answer that was kept is the signer's and proves this hash."""
    if row is None or row["person_id"] != signer_id:
        return False
    try:
        verified_count(
            row["answer"], digest, RelyingParty(row["relying_party"], row["origin"]), bytes(row["public_key"])
        )
    except PasskeyRefused:
        return False
    return True


async def _own(work: UnitOfWork, credential_id: bytes) -> RowMapping | None:
    """The person's passkey of this id, unless it is under suspicion."""
    return next(
        (
            row
            for row in await identity_queries.my_passkeys(work)
            if bytes(row["credential_id"]) == credential_id and not row["suspect"]
        ),
        None,
    )
