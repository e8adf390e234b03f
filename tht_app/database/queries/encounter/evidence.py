"""What a passkey answered to the hash of a record."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.unit_of_work import UnitOfWork


async def of_encounters(work: UnitOfWork, encounters: Sequence[UUID]) -> dict[UUID, RowMapping]:
    """The evidence of these encounters' signatures, for those that were given with a passkey."""
    rows = await work.fetch(
        "select * from clinic.signature_evidence where encounter_id = any(:encounters)", encounters=list(encounters)
    )
    return {row["encounter_id"]: row for row in rows}
