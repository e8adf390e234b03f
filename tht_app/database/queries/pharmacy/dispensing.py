"""The counter: who prepares what, what went out of which lot."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.tables.pharmacy import MedicationDispenseLineRow, MedicationDispenseRow
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.pharmacy.stock import Taken


async def board(work: UnitOfWork, since: datetime) -> Sequence[RowMapping]:
    """Open prescriptions with their state at the counter, longest waiting first.

    What nobody came for since then is off the board, unless it is being prepared; it stays open and can be looked up.
    """
    return await work.fetch(
        "select r.id, r.number, r.patient_id, r.signed_at, n.name as patient_name, n.record_number, n.birth_date, "
        "coalesce(d.display_name, s.display_name) as doctor, o.status as dispense_status, o.claimed_at, o.ready_at, "
        "c.display_name as claimed_by, "
        "(select count(*) from clinic.medication_request_line l where l.request_id = r.id and l.removed_at is null)"
        "::integer as lines, exists (select 1 from clinic.medication_dispense x where x.request_id = r.id "
        "and x.status = 'completed') as partly "
        "from clinic.medication_request r join clinic.patient n on n.id = r.patient_id "
        "join sec.person s on s.id = r.practitioner_id "
        "left join clinic.practitioner d on d.person_id = r.practitioner_id "
        "left join clinic.medication_dispense o on o.request_id = r.id and o.status in ('preparation', 'in-progress') "
        "left join sec.person c on c.id = o.claimed_by "
        "where r.status = 'active' and (r.signed_at >= :since or o.id is not null) "
        "order by r.signed_at, r.id limit 500",
        since=since,
    )


async def open_dispense(work: UnitOfWork, request_id: UUID) -> RowMapping | None:
    """The handing over that is being prepared; its prescription is locked by the caller."""
    return await work.fetch_one(
        "select d.id, d.status, d.claimed_by, p.display_name as claimed_by_name from clinic.medication_dispense d "
        "join sec.person p on p.id = d.claimed_by "
        "where d.request_id = :id and d.status in ('preparation', 'in-progress')",
        id=request_id,
    )


async def claim(work: UnitOfWork, request_id: UUID, patient_id: UUID) -> UUID:
    """Begin preparing in this person's name."""
    row = MedicationDispenseRow(
        id=work.new_id(),
        request_id=request_id,
        patient_id=patient_id,
        status="preparation",
        claimed_by=work.person.id,
        claimed_at=work.now(),
    )
    await work.add(row)
    return row.id


async def set_status(work: UnitOfWork, dispense_id: UUID, status: str) -> None:
    """Ready for pick-up, or given back to the pile."""
    await work.run(
        "update clinic.medication_dispense set status = :status, "
        "ready_at = case when :status = 'in-progress' then cast(:at as timestamptz) else ready_at end where id = :id",
        id=dispense_id,
        status=status,
        at=work.now(),
    )


async def hand_over(
    work: UnitOfWork, request_id: UUID, patient_id: UUID, opened: RowMapping | None, taken: Sequence[Taken]
) -> UUID:
    """Finish the prepared handing over, or one that nobody prepared; with the lots that went out."""
    dispense_id = opened["id"] if opened is not None else await claim(work, request_id, patient_id)
    await work.run(
        "update clinic.medication_dispense set status = 'completed', ready_at = coalesce(ready_at, :at), "
        "handed_over_by = :by, handed_over_at = :at where id = :id",
        id=dispense_id,
        at=work.now(),
        by=work.person.id,
    )
    await work.add(
        [
            MedicationDispenseLineRow(
                id=work.new_id(),
                dispense_id=dispense_id,
                line_id=part.line_id,
                patient_id=patient_id,
                lot_id=part.lot_id,
                quantity=part.quantity,
            )
            for part in taken
        ]
    )
    return dispense_id


async def stock_for(work: UnitOfWork, product_ids: Sequence[UUID]) -> Sequence[RowMapping]:
    """Lots of products, first expiring first: what a counter may take, without locking."""
    return await work.fetch(
        "select id, product_id, lot_number, expires_on, quantity from clinic.stock_lot "
        "where product_id = any(:ids) and quantity > 0 and (expires_on is null or expires_on >= :today) "
        "order by product_id, expires_on, id",
        ids=list(product_ids),
        today=work.today(),
    )


async def expiry_by_line(work: UnitOfWork, request_id: UUID) -> dict[UUID, RowMapping]:
    """The earliest expiry among the lots that went out for each line."""
    rows = await work.fetch(
        "select x.line_id, min(l.expires_on) as expires_on from clinic.medication_dispense_line x "
        "join clinic.medication_dispense d on d.id = x.dispense_id join clinic.stock_lot l on l.id = x.lot_id "
        "where d.request_id = :id group by x.line_id",
        id=request_id,
    )
    return {row["line_id"]: row for row in rows}
