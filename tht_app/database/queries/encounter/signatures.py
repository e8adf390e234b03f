"""Signatures under notes and addenda: written once, read to prove."""

from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.crypto import Purpose
from tht_app.database.queries.encounter.notes import ADDENDUM
from tht_app.database.signing import SigningKey
from tht_app.database.tables.encounter import RecordSignatureRow
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.encounter.statement import Statement, addendum_digest
from tht_app.domain.encounter.visit import Visit

SIGNED = """
select e.id, e.patient_id, e.practitioner_id, e.status, e.arrived_at, e.signed_at, e.signed_by, e.hash,
       s.statement, s.signature
from encounter e
left join record_signature s on s.subject = 'encounter' and s.subject_id = e.id
where e.signed_at is not null
"""

ADDED = """
select a.id, a.encounter_id, a.patient_id, a.number, a.body_sealed, a.author_id, a.at, s.statement, s.signature, s.hash
from note_addendum a
left join record_signature s on s.subject = 'addendum' and s.subject_id = a.id
where a.encounter_id = any(:encounters)
order by a.encounter_id, a.number
"""


async def add(work: UnitOfWork, visit: Visit, statement: Statement, key: SigningKey, code: str) -> None:
    """Sign the statement with the clinic's key and store both."""
    text = statement.text()
    await work.add(
        RecordSignatureRow(
            id=work.new_id(),
            subject=statement.subject.value,
            subject_id=statement.subject_id,
            encounter_id=visit.id,
            patient_id=visit.patient_id,
            signed_by=statement.signer_id,
            signed_at=statement.at,
            hash=statement.hash,
            statement=text,
            key_id=key.key_id,
            signature=key.sign(text.encode()),
            code=code,
        )
    )


async def of_encounter(work: UnitOfWork, encounter_id: UUID) -> RowMapping | None:
    """The signature under a note, its code included; None for one from before there were signatures."""
    return await work.fetch_one(
        "select statement, signature, code, signed_by from record_signature "
        "where subject = 'encounter' and subject_id = :id",
        id=encounter_id,
    )


async def by_code(work: UnitOfWork, code: str) -> RowMapping | None:
    """What the public may know of a signed note or addendum: nothing of the patient."""
    return await work.fetch_one("select * from sec.verify_signature(:code)", code=code)


async def signed_after(work: UnitOfWork, after: UUID | None, limit: int) -> list[RowMapping]:
    """The next signed encounters by id, each with its signature."""
    return list(
        await work.fetch(
            SIGNED + " and (cast(:after as uuid) is null or e.id > :after) order by e.id limit :limit",
            after=after,
            limit=limit,
        )
    )


async def how_many_signed(work: UnitOfWork) -> int:
    """How many encounters are signed."""
    return await work.fetch_value("select count(*) from encounter where signed_at is not null")


async def addenda_of(work: UnitOfWork, encounters: list[UUID]) -> list[tuple[RowMapping, bytes]]:
    """The addenda of these encounters with their signatures, and the hash of each as it stands now."""
    rows = await work.fetch(ADDED, encounters=encounters)
    return [(row, _digest(work, row)) for row in rows]


def _digest(work: UnitOfWork, row: RowMapping) -> bytes:
    text = work.vault.open(Purpose.CLINICAL, ADDENDUM, row["id"], bytes(row["body_sealed"]))
    return addendum_digest(row["encounter_id"], row["number"], text, row["author_id"], row["at"])
