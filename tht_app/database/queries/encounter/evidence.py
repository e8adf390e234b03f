"""What a passkey answered to the hash of a record."""

from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.unit_of_work import UnitOfWork


async def of_encounter(work: UnitOfWork, encounter_id: UUID) -> RowMapping | None:
    """The evidence of an encounter's signature, if it was given with a passkey."""
    return await work.fetch_one("select * from clinic.signature_evidence where encounter_id = :id", id=encounter_id)
