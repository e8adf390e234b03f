"""Encounters and lists of them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.tables.encounter import EncounterRow
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.encounter.record import PatientHead, VisitLine
from tht_app.domain.encounter.visit import EncounterId, EncounterStatus, Visit
from tht_app.domain.errors import NotFound
from tht_app.domain.registration.identifiers import shown_record_number

LOCK_SPACE = 5
"""Seed of the advisory locks of encounters, the same as in the trigger that refuses changes after signing."""

VISIT_COLUMNS = "id, patient_id, practitioner_id, status, arrived_at, signed_at"

ITSELF = """
e.id, e.patient_id, coalesce(pr.display_name, s.display_name) as practitioner, e.visit_type,
coalesce(t.name_id, e.visit_type) as visit_type_id, coalesce(t.name_en, e.visit_type) as visit_type_en,
e.status, e.arrived_at, e.signed_at,
coalesce((select c.icd10_code || ' ' || c.title from condition c
          where c.encounter_id = e.id and c.status = 'active'
          order by c.is_primary desc, c.recorded_at limit 1), '') as diagnosis
"""
AROUND = """
join sec.person s on s.id = e.practitioner_id
left join practitioner pr on pr.person_id = e.practitioner_id
left join visit_type t on t.code = e.visit_type
"""
LINES = f"""
select {ITSELF}, p.name as patient_name, p.record_number, p.birth_date, p.sex
from encounter e join standing_patient p on p.record_id = e.patient_id {AROUND}
"""
LINES_OF_ONE = f"select {ITSELF} from encounter e {AROUND}"
"""Without the patient, who is known: behind row-level security each look at them costs."""
AS_IN_THE_ROW = (
    *("id", "patient_id", "practitioner", "visit_type", "visit_type_id", "visit_type_en", "arrived_at", "signed_at"),
    "diagnosis",
)


def visit_of(row: RowMapping) -> Visit:
    """The head of a visit from a row with `VISIT_COLUMNS`."""
    return Visit(
        EncounterId(row["id"]),
        row["patient_id"],
        row["practitioner_id"],
        EncounterStatus(row["status"]),
        row["arrived_at"],
        row["signed_at"],
    )


def _line(row: RowMapping, patient: PatientHead | None = None) -> VisitLine:
    head = patient or PatientHead(
        row["patient_id"], row["patient_name"], row["sex"], row["birth_date"], shown_record_number(row["record_number"])
    )
    return VisitLine(
        **{name: row[name] for name in AS_IN_THE_ROW},
        status=EncounterStatus(row["status"]),
        patient_name=head.name,
        record_number=head.record_number,
        birth_date=head.birth_date,
        sex=head.sex,
    )


async def find(work: UnitOfWork, encounter_id: UUID) -> Visit:
    """The encounter; raises `NotFound`."""
    row = await work.fetch_one(f"select {VISIT_COLUMNS} from encounter where id = :id", id=encounter_id)
    if row is None:
        raise NotFound
    return visit_of(row)


async def signed_before(work: UnitOfWork, visit: Visit) -> Visit | None:
    """The visit of the same patient that was signed last of those which began before this one."""
    row = await work.fetch_one(
        f"select {VISIT_COLUMNS} from encounter where patient_id = any(sec.records_of(:patient)) and id <> :id "
        "and signed_at is not null and arrived_at < :before order by arrived_at desc, id desc limit 1",
        patient=visit.patient_id,
        id=visit.id,
        before=visit.arrived_at,
    )
    return None if row is None else visit_of(row)


async def frozen_among(work: UnitOfWork, encounter_ids: Sequence[UUID]) -> tuple[UUID, ...]:
    """Those of them that are signed or cancelled."""
    rows = await work.fetch(
        "select id from encounter where id = any(cast(:ids as uuid[])) "
        "and (signed_at is not null or status = :cancelled)",
        ids=list(encounter_ids),
        cancelled=EncounterStatus.CANCELLED.value,
    )
    return tuple(row["id"] for row in rows)


async def for_writing(work: UnitOfWork, encounter_id: UUID) -> Visit:
    """The encounter, with a promise that nobody signs it before this transaction ends."""
    await _lock(work, "pg_advisory_xact_lock_shared", encounter_id)
    return await find(work, encounter_id)


async def for_signing(work: UnitOfWork, encounter_id: UUID) -> Visit:
    """The encounter, with a promise that nobody writes in it before this transaction ends."""
    await _lock(work, "pg_advisory_xact_lock", encounter_id)
    return await find(work, encounter_id)


async def _lock(work: UnitOfWork, function: str, encounter_id: UUID) -> None:
    await work.run(f"select {function}(hashtextextended(cast(:id as text), {LOCK_SPACE}))", id=str(encounter_id))


async def add(
    work: UnitOfWork,
    encounter_id: UUID,
    *,
    patient_id: UUID,
    practitioner_id: UUID,
    appointment_id: UUID | None,
    visit_type: str,
) -> None:
    """Insert an encounter that begins now, as arrived."""
    await work.add(
        EncounterRow(
            id=encounter_id,
            patient_id=patient_id,
            practitioner_id=practitioner_id,
            appointment_id=appointment_id,
            visit_type=visit_type,
            status=EncounterStatus.ARRIVED.value,
            arrived_at=work.now(),
        )
    )


async def set_status(work: UnitOfWork, visit: Visit, status: EncounterStatus) -> bool:
    """Move the encounter on if nobody else has in the meantime."""
    return bool(
        await work.run(
            "update encounter set status = :status, "
            "started_at = case when :status = 'in-progress' then coalesce(started_at, :now) "
            "when :status = 'arrived' then null else started_at end, "
            "ended_at = case when :status in ('finished', 'cancelled') then cast(:now as timestamptz) end "
            "where id = :id and status = :known and signed_at is null",
            id=visit.id,
            status=status.value,
            known=visit.status.value,
            now=work.now(),
        )
    )


async def sign(work: UnitOfWork, encounter_id: UUID, signed_by: UUID, digest: bytes, at: datetime) -> None:
    """Write the signature; the trigger keeps the row from ever changing again."""
    await work.run(
        "update encounter set status = 'finished', started_at = coalesce(started_at, arrived_at), "
        "ended_at = coalesce(ended_at, :now), signed_at = :now, signed_by = :by, hash = :hash where id = :id",
        id=encounter_id,
        now=at,
        by=signed_by,
        hash=digest,
    )


async def head(work: UnitOfWork, encounter_id: UUID) -> RowMapping:
    """Words around an encounter: practitioner, visit type in both languages, who signed, the hash and the code."""
    row = await work.fetch_one(
        "select coalesce(pr.display_name, s.display_name) as practitioner, "
        "coalesce(t.name_id, e.visit_type) as visit_type_id, coalesce(t.name_en, e.visit_type) as visit_type_en, "
        "e.hash, e.signed_at, g.code, coalesce(spr.display_name, signer.display_name) as signed_by "
        "from encounter e join sec.person s on s.id = e.practitioner_id "
        "left join practitioner pr on pr.person_id = e.practitioner_id "
        "left join visit_type t on t.code = e.visit_type "
        "left join sec.person signer on signer.id = e.signed_by "
        "left join practitioner spr on spr.person_id = e.signed_by "
        "left join record_signature g on g.subject = 'encounter' and g.subject_id = e.id where e.id = :id",
        id=encounter_id,
    )
    if row is None:
        raise NotFound
    return row


async def patient_head(work: UnitOfWork, patient_id: UUID) -> PatientHead:
    """Who the record is about, as the record that stands says it; raises `NotFound`."""
    row = await work.fetch_one(
        "select id, name, sex, birth_date, record_number from standing_patient where record_id = :id", id=patient_id
    )
    if row is None:
        raise NotFound
    return PatientHead(row["id"], row["name"], row["sex"], row["birth_date"], shown_record_number(row["record_number"]))


async def of_practitioner(
    work: UnitOfWork, practitioner_id: UUID, since: datetime, until: datetime
) -> tuple[VisitLine, ...]:
    """The encounters of one doctor that began in `[since, until)`, in the order of arrival, without cancelled ones."""
    rows = await work.fetch(
        LINES + "where e.practitioner_id = :practitioner and e.arrived_at >= :since and e.arrived_at < :until "
        "and e.status <> 'cancelled' order by e.arrived_at, e.id",
        practitioner=practitioner_id,
        since=since,
        until=until,
    )
    return tuple(_line(row) for row in rows)


async def arrived_between(work: UnitOfWork, since: datetime, until: datetime) -> tuple[VisitLine, ...]:
    """The encounters of all doctors that began in `[since, until)`, in the order of arrival, without cancelled ones."""
    rows = await work.fetch(
        LINES + "where e.arrived_at >= :since and e.arrived_at < :until and e.status <> 'cancelled' "
        "order by e.arrived_at, e.id",
        since=since,
        until=until,
    )
    return tuple(_line(row) for row in rows)


async def unsigned_of(work: UnitOfWork, practitioner_id: UUID, before: datetime, most: int) -> tuple[VisitLine, ...]:
    """Encounters of one doctor that began before a moment and are not signed, oldest first."""
    rows = await work.fetch(
        LINES + "where e.practitioner_id = :practitioner and e.arrived_at < :before and e.signed_at is null "
        "and e.status in ('in-progress', 'finished') order by e.arrived_at, e.id limit :most",
        practitioner=practitioner_id,
        before=before,
        most=most,
    )
    return tuple(_line(row) for row in rows)


async def of_patient(
    work: UnitOfWork, patient_id: UUID, patient: PatientHead, *, but: UUID | None, most: int
) -> tuple[VisitLine, ...]:
    """The encounters of one patient, newest first, without cancelled ones and without `but`."""
    rows = await work.fetch(
        LINES_OF_ONE + "where e.patient_id = any(sec.records_of(:patient)) and e.status <> 'cancelled' "
        "and (cast(:but as uuid) is null or e.id <> :but) order by e.arrived_at desc, e.id limit :most",
        patient=patient_id,
        but=but,
        most=most,
    )
    return tuple(_line(row, patient) for row in rows)
