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


async def put_hold(work: UnitOfWork, row: SlotHoldRow) -> None:
    """Write a hold, or give the one with this id another time."""
    await work.run(
        "insert into slot_hold (id, practitioner_id, room_id, patient_id, visit_type_id, device_ids, starts_at, "
        "ends_at, hold_until, created_by, created_at) values (:id, :practitioner_id, :room_id, :patient_id, "
        ":visit_type_id, "
        ":device_ids, :starts_at, :ends_at, :hold_until, :created_by, :created_at) "
        "on conflict (id) do update set practitioner_id = excluded.practitioner_id, room_id = excluded.room_id, "
        "patient_id = excluded.patient_id, visit_type_id = excluded.visit_type_id, device_ids = excluded.device_ids, "
        "starts_at = excluded.starts_at, ends_at = excluded.ends_at, hold_until = excluded.hold_until",
        **row.model_dump(exclude={"ended_at"}),
    )


async def end_hold(work: UnitOfWork, hold_id: UUID, at: datetime) -> None:
    """Say that a hold is over: it became an appointment or was given back."""
    await work.run("update slot_hold set ended_at = :at where id = :id", id=hold_id, at=at)
