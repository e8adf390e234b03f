"""What was done in a visit."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.crypto import Purpose
from tht_app.database.queries.encounter.by_visit import by_visit
from tht_app.database.tables.encounter import ProcedureRow
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.encounter.diagnosis import Laterality
from tht_app.domain.encounter.record import CodeHit, Procedure
from tht_app.domain.encounter.visit import Visit

NOTE = "procedure.note"


async def of_encounter(work: UnitOfWork, encounter_id: UUID) -> tuple[Procedure, ...]:
    """The procedures of a visit in the order in which they were noted, without mistakes."""
    return (await of_encounters(work, [encounter_id]))[encounter_id]


async def of_encounters(work: UnitOfWork, encounters: Sequence[UUID]) -> dict[UUID, tuple[Procedure, ...]]:
    """The same for many visits at once."""
    rows = await work.fetch(
        "select x.encounter_id, x.id, x.icd9cm_code, x.title, x.laterality, x.note_sealed, "
        "coalesce(pr.display_name, s.display_name) as recorded_by from procedure x "
        "join sec.person s on s.id = x.recorded_by left join practitioner pr on pr.person_id = x.recorded_by "
        "where x.encounter_id = any(:encounters) and x.status = 'completed' order by x.recorded_at, x.id",
        encounters=list(encounters),
    )
    return by_visit(encounters, rows, lambda row: _procedure(work, row))


def _procedure(work: UnitOfWork, row: RowMapping) -> Procedure:
    return Procedure(
        row["id"],
        row["icd9cm_code"],
        row["title"],
        Laterality(row["laterality"]),
        work.vault.open(Purpose.CLINICAL, NOTE, row["id"], bytes(row["note_sealed"])),
        row["recorded_by"],
    )


async def add(work: UnitOfWork, visit: Visit, hit: CodeHit, laterality: Laterality, note: str) -> UUID | None:
    """Insert a procedure and return its id; nothing if the same code and side already stands there."""
    twice = await work.fetch_value(
        "select 1 from procedure where encounter_id = :encounter and icd9cm_code = :code "
        "and laterality = :side and status = 'completed'",
        encounter=visit.id,
        code=hit.code,
        side=laterality.value,
    )
    if twice:
        return None
    row_id = work.new_id()
    await work.add(
        ProcedureRow(
            id=row_id,
            encounter_id=visit.id,
            patient_id=visit.patient_id,
            icd9cm_code=hit.code,
            title=hit.title_id or hit.title_en,
            laterality=laterality.value,
            note_sealed=work.vault.seal(Purpose.CLINICAL, NOTE, row_id, note),
            status="completed",
            recorded_by=work.person.id,
            recorded_at=work.now(),
        )
    )
    return row_id


async def encounter_of(work: UnitOfWork, procedure_id: UUID, status: str) -> UUID | None:
    """The visit of a procedure in this status."""
    return await work.fetch_value(
        "select encounter_id from procedure where id = :id and status = :status", id=procedure_id, status=status
    )


async def remove(work: UnitOfWork, procedure_id: UUID) -> None:
    """Mark a procedure as entered in error."""
    await work.run(
        "update procedure set status = 'entered-in-error', changed_by = :by, changed_at = :at where id = :id",
        id=procedure_id,
        by=work.person.id,
        at=work.now(),
    )


async def restore(work: UnitOfWork, procedure_id: UUID) -> bool:
    """Take a removal back, unless the same code and side was noted again in the meantime."""
    return bool(
        await work.run(
            "update procedure x set status = 'completed', changed_by = :by, changed_at = :at "
            "where x.id = :id and x.status = 'entered-in-error' and not exists ("
            "select 1 from procedure o where o.encounter_id = x.encounter_id and o.icd9cm_code = x.icd9cm_code "
            "and o.laterality = x.laterality and o.status = 'completed')",
            id=procedure_id,
            by=work.person.id,
            at=work.now(),
        )
    )
