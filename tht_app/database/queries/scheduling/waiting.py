"""SQL of the waiting list."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.tables.scheduling import WaitlistEntryRow
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.scheduling import Period, WaitlistStatus

LOOKED_AT = 50
"""How many of those who have waited longest are asked whether a freed time suits them."""


async def add_entry(work: UnitOfWork, row: WaitlistEntryRow) -> None:
    """Put somebody on the waiting list."""
    await work.add(row)


async def take_turn(work: UnitOfWork) -> None:
    """Let freed times be offered one after the other, so that each finds who has not been offered another."""
    await work.run("select pg_advisory_xact_lock(hashtextextended('waitlist', 0))")


async def waiting_for(
    work: UnitOfWork, practitioner_id: UUID, slot: Period, *, keep: bool = False
) -> Sequence[RowMapping]:
    """Who waits for this doctor on that day and is free then, the longest waiting first.

    With `keep` they are kept until this transaction ends; whom a desk is just booking is passed over.
    """
    return await work.fetch(
        "select w.*, v.minutes from waitlist_entry w join visit_type v on v.id = w.visit_type_id "
        "where w.status = 'waiting' and (w.practitioner_id is null or w.practitioner_id = :practitioner_id) "
        "and :day between w.earliest and w.latest and not exists (select 1 from reservation r "
        "where r.resource_id = any(sec.records_of(w.patient_id)) and r.state in ('booked', 'in_service') "
        "and r.during && tstzrange(:starts_at, :ends_at, '[)')) "
        "order by w.created_at, w.id limit :count" + (" for update of w skip locked" if keep else ""),
        practitioner_id=practitioner_id,
        day=slot.day(work.zone),
        starts_at=slot.start,
        ends_at=slot.end,
        count=LOOKED_AT,
    )


async def locked_entry(work: UnitOfWork, entry_id: UUID) -> RowMapping | None:
    """An entry, held until this transaction ends; `standing_id` is the record in which its patient is booked."""
    return await work.fetch_one(
        "select w.*, p.id as standing_id from waitlist_entry w "
        "join standing_patient p on p.record_id = w.patient_id where w.id = :id for update of w",
        id=entry_id,
    )


async def set_entry(work: UnitOfWork, entry_id: UUID, status: WaitlistStatus, values: Mapping[str, Any]) -> None:
    """Let an entry take a step; `values` names columns of ours."""
    changes = "".join(f"{name} = :set_{name}, " for name in values)
    await work.run(
        f"update waitlist_entry set {changes} status = :status, changed_at = :now where id = :id",
        id=entry_id,
        status=status.value,
        now=work.now(),
        **{f"set_{name}": value for name, value in values.items()},
    )


async def entries(work: UnitOfWork, *, closed: bool) -> Sequence[RowMapping]:
    """The waiting list: who was offered a time first, then by how long they wait."""
    return await work.fetch(
        "select w.*, p.id as standing_id, p.name as patient_name, p.record_number, p.birth_date, p.sex, "
        "d.display_name as doctor_name, o.display_name as offered_doctor_name, r.name as offered_room_name, "
        "v.code as visit_type, v.name_id as visit_type_id_text, v.name_en as visit_type_en_text, v.minutes "
        "from waitlist_entry w join standing_patient p on p.record_id = w.patient_id "
        "join visit_type v on v.id = w.visit_type_id "
        "left join practitioner d on d.person_id = w.practitioner_id "
        "left join practitioner o on o.person_id = w.offered_practitioner_id "
        "left join room r on r.id = w.offered_room_id "
        "where w.status in ('waiting', 'offered') or :closed "
        "order by w.status <> 'offered', w.created_at, w.id",
        closed=closed,
    )
