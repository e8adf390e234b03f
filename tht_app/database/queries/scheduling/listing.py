"""SQL of what the calendar shows."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.scheduling import Period

ENTRY = (
    "select a.*, p.name as patient_name, p.record_number, p.birth_date, p.sex, p.payer, "
    "v.code as visit_type, v.name_id as visit_type_id_text, v.name_en as visit_type_en_text, v.tint, "
    "r.name as room_name, t.label as ticket_label, t.status as ticket_status, t.id as ticket_id, "
    "array(select e.name from device e where e.id = any(a.device_ids) "
    "order by array_position(a.device_ids, e.id)) as device_names, "
    "not exists (select 1 from appointment e where e.patient_id = a.patient_id and e.status = 'fulfilled' "
    "and e.starts_at < a.starts_at) as first_visit, "
    "exists (select 1 from appointment_link c where c.appointment_id = a.id and c.confirmed_version = a.version) "
    "as confirmed "
    "from appointment a left join patient p on p.id = a.patient_id join visit_type v on v.id = a.visit_type_id "
    "join room r on r.id = a.room_id join practitioner d on d.person_id = a.practitioner_id "
    "left join lateral (select q.id, q.label, q.status from queue_ticket q where q.appointment_id = a.id "
    "and q.status <> 'cancelled' order by q.issued_at desc limit 1) t on true "
)


async def day_entries(work: UnitOfWork, within: Period, practitioner_id: UUID | None) -> Sequence[RowMapping]:
    """The appointments that start within a period, with all that a list shows of them; by doctor and time."""
    return await work.fetch(
        ENTRY + "where a.starts_at >= :starts_at and a.starts_at < :ends_at and a.status <> 'entered-in-error' "
        "and (cast(:practitioner_id as uuid) is null or a.practitioner_id = :practitioner_id) "
        "order by d.position, d.display_name, a.starts_at, a.created_at",
        starts_at=within.start,
        ends_at=within.end,
        practitioner_id=practitioner_id,
    )


async def entry(work: UnitOfWork, appointment_id: UUID) -> RowMapping | None:
    """One appointment, as a list shows it."""
    return await work.fetch_one(ENTRY + "where a.id = :id", id=appointment_id)


async def cleanings(work: UnitOfWork, within: Period) -> Sequence[RowMapping]:
    """When devices are cleaned after a visit."""
    return await work.fetch(
        "select resource_id, lower(during) as starts_at, upper(during) as ends_at from reservation "
        "where cleaning and state in ('booked', 'in_service') and during && tstzrange(:starts_at, :ends_at, '[)') "
        "order by during, resource_id",
        starts_at=within.start,
        ends_at=within.end,
    )


async def holds(work: UnitOfWork, within: Period) -> Sequence[RowMapping]:
    """Times that somebody keeps at this moment while a form is open."""
    return await work.fetch(
        "select h.id, h.practitioner_id, h.room_id, h.patient_id, h.device_ids, h.starts_at, h.ends_at, h.hold_until, "
        "h.created_by, p.display_name as held_by from slot_hold h join sec.person p on p.id = h.created_by "
        "where h.ended_at is null and h.hold_until > :now and h.starts_at < :ends_at and h.ends_at > :starts_at "
        "order by h.starts_at, h.id",
        starts_at=within.start,
        ends_at=within.end,
        now=work.now(),
    )
