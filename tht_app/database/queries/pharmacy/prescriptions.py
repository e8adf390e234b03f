"""Prescriptions and their lines."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.tables.pharmacy import MedicationRequestLineRow, MedicationRequestRow
from tht_app.database.unit_of_work import UnitOfWork

HEAD = (
    "select r.id, r.encounter_id, r.patient_id, r.practitioner_id, r.status, r.number, r.authored_at, r.signed_at, "
    "r.verify_code, r.iter, r.weight_grams, r.weighed_at, r.allergy_sealed, r.closed_at, "
    "n.name as patient_name, n.record_number, n.birth_date, n.sex, "
    "coalesce(d.display_name, s.display_name) as doctor, coalesce(d.sip_number, '') as licence "
    "from clinic.medication_request r join clinic.patient n on n.id = r.patient_id "
    "join sec.person s on s.id = r.practitioner_id left join clinic.practitioner d on d.person_id = r.practitioner_id "
)
LINE = (
    "l.id, l.request_id, l.product_id, l.item, l.dose_amount, l.dose_unit, l.times_per_day, l.route, l.side, l.timing, "
    "l.as_needed, l.days, l.quantity, l.unit, l.signa_latin, l.signa_plain, l.note, l.external"
)


async def encounter(work: UnitOfWork, encounter_id: UUID) -> RowMapping | None:
    """What a prescription needs to know of its visit."""
    return await work.fetch_one(
        "select id, patient_id, practitioner_id, status from clinic.encounter where id = :id", id=encounter_id
    )


async def open_draft(work: UnitOfWork, visit: RowMapping) -> tuple[UUID | None, bool]:
    """The one draft of a visit, locked; made if there is none. Returns its id and whether it is new.

    No id when it was signed at this very moment.
    """
    row = MedicationRequestRow(
        id=work.new_id(),
        encounter_id=visit["id"],
        patient_id=visit["patient_id"],
        practitioner_id=visit["practitioner_id"],
        status="draft",
        authored_at=work.now(),
    )
    made = await work.fetch_value(
        "insert into clinic.medication_request (id, encounter_id, patient_id, practitioner_id, status, authored_at) "
        "values (:id, :encounter, :patient, :practitioner, 'draft', :at) "
        "on conflict (encounter_id, practitioner_id) where status = 'draft' do nothing returning id",
        id=row.id,
        encounter=row.encounter_id,
        patient=row.patient_id,
        practitioner=row.practitioner_id,
        at=row.authored_at,
    )
    if made is not None:
        return made, True
    found = await work.fetch_value(
        "select id from clinic.medication_request where encounter_id = :encounter "
        "and practitioner_id = :practitioner and status = 'draft' for update",
        encounter=row.encounter_id,
        practitioner=row.practitioner_id,
    )
    return found, False


async def locked(work: UnitOfWork, request_id: UUID) -> RowMapping | None:
    """A prescription, locked until this transaction ends."""
    return await work.fetch_one(
        "select id, encounter_id, patient_id, practitioner_id, status, number, iter, signed_at "
        "from clinic.medication_request where id = :id for update",
        id=request_id,
    )


async def locked_of_line(work: UnitOfWork, line_id: UUID) -> RowMapping | None:
    """The prescription of a line, locked, with the line's wording as `item`."""
    return await work.fetch_one(
        "select r.id, r.patient_id, r.practitioner_id, r.status, l.item from clinic.medication_request r "
        "join clinic.medication_request_line l on l.request_id = r.id where l.id = :id for update of r",
        id=line_id,
    )


async def next_position(work: UnitOfWork, request_id: UUID) -> int:
    """Where the next line of a locked draft goes; lines taken off keep their place."""
    return await work.fetch_value(
        "select count(*) from clinic.medication_request_line where request_id = :id", id=request_id
    )


async def add_lines(work: UnitOfWork, rows: Sequence[MedicationRequestLineRow]) -> None:
    """Insert lines in their order."""
    await work.add(list(rows))


async def remove_lines(work: UnitOfWork, request_id: UUID) -> int:
    """Take every line off a draft; the rows stay, marked."""
    return await work.run(
        "update clinic.medication_request_line set removed_at = :at where request_id = :id and removed_at is null",
        id=request_id,
        at=work.now(),
    )


async def mark_line(work: UnitOfWork, line_id: UUID, removed_at: datetime | None) -> None:
    """Take one line off a draft, or put it back."""
    await work.run(
        "update clinic.medication_request_line set removed_at = :at where id = :id", id=line_id, at=removed_at
    )


async def set_iter(work: UnitOfWork, request_id: UUID, times: int) -> None:
    """How often the prescription may be repeated."""
    await work.run("update clinic.medication_request set iter = :iter where id = :id", id=request_id, iter=times)


async def lines(work: UnitOfWork, request_ids: Sequence[UUID]) -> Sequence[RowMapping]:
    """The lines of prescriptions in writing order, with what was handed over of each and the product's class."""
    return await work.fetch(
        f"select {LINE}, p.drug_class, p.price_rupiah, p.code as product_code, "
        "coalesce((select sum(x.quantity) from clinic.medication_dispense_line x where x.line_id = l.id), 0)::integer "
        "as dispensed from clinic.medication_request_line l "
        "join clinic.medicinal_product p on p.id = l.product_id "
        "where l.request_id = any(:ids) and l.removed_at is null order by l.request_id, l.position",
        ids=list(request_ids),
    )


async def sign(work: UnitOfWork, request_id: UUID, **values: object) -> None:
    """Write number, signature and what was known of the patient at this moment."""
    await work.run(
        "update clinic.medication_request set status = 'active', number = :number, signed_at = :at, signed_by = :by, "
        "verify_code = :code, weight_grams = :weight, weighed_at = :weighed_at, allergy_sealed = :allergy "
        "where id = :id",
        id=request_id,
        **values,
    )


async def close(work: UnitOfWork, request_id: UUID, status: str, reason_sealed: bytes | None = None) -> None:
    """End a prescription: completed, cancelled or entered in error."""
    await work.run(
        "update clinic.medication_request set status = :status, closed_at = :at, cancel_reason_sealed = :reason "
        "where id = :id",
        id=request_id,
        status=status,
        at=work.now(),
        reason=reason_sealed,
    )


async def find(work: UnitOfWork, request_id: UUID) -> RowMapping | None:
    """One prescription with patient and doctor."""
    return await work.fetch_one(HEAD + "where r.id = :id", id=request_id)


async def of_encounter(work: UnitOfWork, encounter_id: UUID) -> Sequence[RowMapping]:
    """All prescriptions of a visit, the draft first."""
    return await work.fetch(
        HEAD + "where r.encounter_id = :id and not (r.status = 'cancelled' and r.signed_at is null) "
        "order by (r.signed_at is not null), r.signed_at desc",
        id=encounter_id,
    )


async def listing(
    work: UnitOfWork, *, since: datetime, until: datetime, status: str, doctor: UUID | None, limit: int, offset: int
) -> Sequence[RowMapping]:
    """Signed prescriptions of a span of time, newest first; `total` is the count without paging."""
    return await work.fetch(
        "select r.id, r.number, r.status, r.signed_at, r.patient_id, n.name as patient_name, n.record_number, "
        "coalesce(d.display_name, s.display_name) as doctor, count(*) over ()::integer as total, "
        "(select count(*) from clinic.medication_request_line l where l.request_id = r.id and l.removed_at is null)"
        "::integer as lines from clinic.medication_request r join clinic.patient n on n.id = r.patient_id "
        "join sec.person s on s.id = r.practitioner_id "
        "left join clinic.practitioner d on d.person_id = r.practitioner_id "
        "where r.signed_at >= :since and r.signed_at < :until and (:status = '' or r.status = :status) "
        "and (cast(:doctor as uuid) is null or r.practitioner_id = :doctor) "
        "order by r.signed_at desc, r.id desc limit :limit offset :offset",
        since=since,
        until=until,
        status=status,
        doctor=doctor,
        limit=limit,
        offset=offset,
    )


async def current_medicines(work: UnitOfWork, patient_id: UUID, now: datetime) -> Sequence[RowMapping]:
    """Signed lines whose days are not over; lines without days count for 30 days."""
    return await work.fetch(
        f"select {LINE}, r.number, r.signed_at, coalesce(d.display_name, s.display_name) as doctor "
        "from clinic.medication_request_line l join clinic.medication_request r on r.id = l.request_id "
        "join sec.person s on s.id = r.practitioner_id "
        "left join clinic.practitioner d on d.person_id = r.practitioner_id "
        "where l.patient_id = any(sec.records_of(:patient)) and l.removed_at is null "
        "and r.status in ('active', 'completed') "
        "and r.signed_at > :now - make_interval(days => case when l.days = 0 then 30 else l.days end) "
        "and r.signed_at <= :now order by r.signed_at desc, l.position",
        patient=patient_id,
        now=now,
    )


async def verify(work: UnitOfWork, code: str) -> RowMapping | None:
    """What the public may know of a prescription: number, time, doctor, status."""
    return await work.fetch_one("select * from sec.verify_prescription(:code)", code=code)
