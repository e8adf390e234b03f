"""What was measured and concluded in a visit: vital signs, diagnoses, and the code list."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.queries.encounter.by_visit import by_visit
from tht_app.database.tables.encounter import ConditionRow, ObservationRow
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.encounter.diagnosis import Certainty, Laterality
from tht_app.domain.encounter.record import CodeHit, Diagnosis, Reading
from tht_app.domain.encounter.visit import Visit
from tht_app.domain.encounter.vitals import BY_CODE, BY_FIELD, WEIGHT

READINGS = (
    "select o.id, o.code, o.value, o.unit, o.at, coalesce(pr.display_name, s.display_name) as recorded_by "
    "from observation o join sec.person s on s.id = o.recorded_by "
    "left join practitioner pr on pr.person_id = o.recorded_by "
)


def _reading(row: RowMapping) -> Reading:
    vital = BY_CODE.get(row["code"])
    field = vital.field if vital else row["code"]
    return Reading(row["id"], field, row["code"], row["value"], row["unit"], row["at"], row["recorded_by"])


async def readings(work: UnitOfWork, encounter_id: UUID) -> tuple[Reading, ...]:
    """The vital signs of an encounter, the newest of each kind, in no particular order."""
    return (await readings_of(work, [encounter_id]))[encounter_id]


async def readings_of(work: UnitOfWork, encounters: Sequence[UUID]) -> dict[UUID, tuple[Reading, ...]]:
    """The same for many visits at once."""
    rows = await work.fetch(
        READINGS.replace("select", "select distinct on (o.encounter_id, o.code) o.encounter_id,", 1)
        + "where o.encounter_id = any(:encounters) and o.status = 'final' "
        "order by o.encounter_id, o.code, o.at desc, o.id desc",
        encounters=list(encounters),
    )
    return by_visit(encounters, rows, _reading)


async def last_weight(
    work: UnitOfWork, patient_id: UUID, *, but: UUID | None = None, before: datetime | None = None
) -> Reading | None:
    """The newest weight of a patient, optionally outside of one encounter or before a moment."""
    row = await work.fetch_one(
        READINGS + "where o.patient_id = any(sec.records_of(:patient)) and o.code = :code and o.status = 'final' "
        "and (cast(:but as uuid) is null or o.encounter_id <> :but) "
        "and (cast(:before as timestamptz) is null or o.at < :before) order by o.at desc, o.id desc limit 1",
        patient=patient_id,
        code=WEIGHT.code,
        but=but,
        before=before,
    )
    return None if row is None else _reading(row)


async def replace_readings(work: UnitOfWork, visit: Visit, values: dict[str, Decimal]) -> list[UUID]:
    """Store figures by field; an earlier figure of the same kind in this encounter stays, marked as replaced."""
    codes = [BY_FIELD[field].code for field in values]
    await work.run(
        "update observation set status = 'entered-in-error' "
        "where encounter_id = :encounter and status = 'final' and code = any (:codes)",
        encounter=visit.id,
        codes=codes,
    )
    rows = [
        ObservationRow(
            id=work.new_id(),
            encounter_id=visit.id,
            patient_id=visit.patient_id,
            code=BY_FIELD[field].code,
            value=value,
            unit=BY_FIELD[field].unit,
            status="final",
            at=work.now(),
            recorded_by=work.person.id,
        )
        for field, value in values.items()
    ]
    await work.add(rows)
    return [row.id for row in rows]


async def diagnoses(work: UnitOfWork, encounter_id: UUID) -> tuple[Diagnosis, ...]:
    """The active diagnoses, the primary one first."""
    return (await diagnoses_of(work, [encounter_id]))[encounter_id]


async def diagnoses_of(work: UnitOfWork, encounters: Sequence[UUID]) -> dict[UUID, tuple[Diagnosis, ...]]:
    """The same for many visits at once."""
    rows = await work.fetch(
        "select c.encounter_id, c.id, c.icd10_code, c.title, c.laterality, c.is_primary, c.certainty, "
        "coalesce(pr.display_name, s.display_name) as recorded_by from condition c "
        "join sec.person s on s.id = c.recorded_by left join practitioner pr on pr.person_id = c.recorded_by "
        "where c.encounter_id = any(:encounters) and c.status = 'active' "
        "order by c.is_primary desc, c.recorded_at, c.id",
        encounters=list(encounters),
    )
    return by_visit(encounters, rows, _diagnosis)


def _diagnosis(row: RowMapping) -> Diagnosis:
    return Diagnosis(
        row["id"],
        row["icd10_code"],
        row["title"],
        Laterality(row["laterality"]),
        row["is_primary"],
        Certainty(row["certainty"]),
        row["recorded_by"],
    )


async def add_diagnosis(
    work: UnitOfWork,
    visit: Visit,
    hit: CodeHit,
    *,
    laterality: Laterality,
    is_primary: bool,
    certainty: Certainty,
) -> UUID | None:
    """Insert a diagnosis and return its id; nothing if the same code and side already stands there."""
    row = ConditionRow(
        id=work.new_id(),
        encounter_id=visit.id,
        patient_id=visit.patient_id,
        icd10_code=hit.code,
        title=hit.title_id or hit.title_en,
        laterality=laterality.value,
        is_primary=is_primary,
        certainty=certainty.value,
        status="active",
        recorded_by=work.person.id,
        recorded_at=work.now(),
    )
    twice = await work.fetch_value(
        "select 1 from condition where encounter_id = :encounter and icd10_code = :code "
        "and laterality = :side and status = 'active'",
        encounter=visit.id,
        code=hit.code,
        side=laterality.value,
    )
    if twice:
        return None
    await work.add(row)
    return row.id


async def no_primary(work: UnitOfWork, encounter_id: UUID) -> None:
    """Take the mark of the primary diagnosis away."""
    await work.run(
        "update condition set is_primary = false, changed_by = :by, changed_at = :at "
        "where encounter_id = :encounter and status = 'active' and is_primary",
        encounter=encounter_id,
        by=work.person.id,
        at=work.now(),
    )


async def make_primary(work: UnitOfWork, condition_id: UUID) -> None:
    """Mark one active diagnosis as the primary one."""
    await work.run(
        "update condition set is_primary = true, changed_by = :by, changed_at = :at "
        "where id = :id and status = 'active'",
        id=condition_id,
        by=work.person.id,
        at=work.now(),
    )


async def encounter_of_condition(work: UnitOfWork, condition_id: UUID, status: str = "active") -> UUID | None:
    """The encounter of a diagnosis that has this status (`active` or `entered-in-error`)."""
    return await work.fetch_value(
        "select encounter_id from condition where id = :id and status = :status", id=condition_id, status=status
    )


async def remove_diagnosis(work: UnitOfWork, condition_id: UUID) -> None:
    """Mark a diagnosis as entered in error; it stays in the table."""
    await work.run(
        "update condition set status = 'entered-in-error', is_primary = false, changed_by = :by, changed_at = :at "
        "where id = :id",
        id=condition_id,
        by=work.person.id,
        at=work.now(),
    )


async def restore_diagnosis(work: UnitOfWork, condition_id: UUID) -> bool:
    """Take a removal back, unless the same code and side was noted again in the meantime."""
    return bool(
        await work.run(
            "update condition c set status = 'active', changed_by = :by, changed_at = :at "
            "where c.id = :id and c.status = 'entered-in-error' and not exists ("
            "select 1 from condition o where o.encounter_id = c.encounter_id and o.icd10_code = c.icd10_code "
            "and o.laterality = c.laterality and o.status = 'active')",
            id=condition_id,
            by=work.person.id,
            at=work.now(),
        )
    )
