"""SQL of times that are kept while a form is open."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.tables.scheduling import SlotHoldRow
from tht_app.database.unit_of_work import UnitOfWork


async def locked_hold(work: UnitOfWork, hold_id: UUID) -> RowMapping | None:
    """A hold of this person that was not ended, held until this transaction ends; it may have run out."""
    return await work.fetch_one(
        "select * from slot_hold where id = :id and created_by = :me and ended_at is null for update",
        id=hold_id,
        me=work.person.id,
    )


async def add_hold(work: UnitOfWork, row: SlotHoldRow) -> None:
    """Write a hold; its reservations follow."""
    await work.add(row)


async def end_hold(work: UnitOfWork, hold_id: UUID, at: datetime) -> None:
    """Say that a hold is over: it became an appointment or was given back."""
    await work.run("update slot_hold set ended_at = :at where id = :id", id=hold_id, at=at)
