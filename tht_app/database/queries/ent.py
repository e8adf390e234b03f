"""The examination of ear, nose and throat."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.crypto import Purpose
from tht_app.database.queries.encounter.by_visit import by_visit
from tht_app.database.tables.ent import EntFindingRow
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.encounter.visit import Visit
from tht_app.domain.ent.findings import Finding, Part, Side, in_reading_order

TEXT = "ent_finding.text"


async def findings(work: UnitOfWork, encounter_id: UUID) -> tuple[Finding, ...]:
    """What stands in the examination of one encounter, in reading order."""
    return (await findings_of(work, [encounter_id]))[encounter_id]


async def findings_of(work: UnitOfWork, encounters: Sequence[UUID]) -> dict[UUID, tuple[Finding, ...]]:
    """The same for many visits at once."""
    rows = await work.fetch(
        "select encounter_id, id, part, side, site, finding, text_sealed from ent_finding "
        "where encounter_id = any(:encounters) and status = 'active'",
        encounters=list(encounters),
    )
    found = by_visit(encounters, rows, lambda row: _finding(work, row))
    return {each: in_reading_order(findings) for each, findings in found.items()}


def _finding(work: UnitOfWork, row: RowMapping) -> Finding:
    sealed = row["text_sealed"]
    text = "" if sealed is None else work.vault.open(Purpose.CLINICAL, TEXT, row["id"], bytes(sealed))
    return Finding(Part(row["part"]), Side(row["side"]), row["site"], row["finding"], text)


async def lock_exam(work: UnitOfWork, visit: Visit) -> UUID:
    """The examination of an encounter, made if it is not there; others who change it wait."""
    await work.run(
        "insert into ent_exam (id, encounter_id, patient_id, created_at, created_by) "
        "values (:id, :encounter, :patient, :at, :by) on conflict (encounter_id) do nothing",
        id=work.new_id(),
        encounter=visit.id,
        patient=visit.patient_id,
        at=work.now(),
        by=work.person.id,
    )
    return await work.fetch_value(
        "select id from ent_exam where encounter_id = :encounter for update", encounter=visit.id
    )


async def add(work: UnitOfWork, exam_id: UUID, visit: Visit, added: Sequence[Finding]) -> None:
    """Insert findings."""
    rows: list[EntFindingRow] = []
    for finding in added:
        row_id = work.new_id()
        rows.append(
            EntFindingRow(
                id=row_id,
                exam_id=exam_id,
                encounter_id=visit.id,
                patient_id=visit.patient_id,
                part=finding.part.value,
                side=finding.side.value,
                site=finding.site,
                finding=finding.finding,
                normal=finding.normal,
                text_sealed=work.vault.seal(Purpose.CLINICAL, TEXT, row_id, finding.text) if finding.text else None,
                status="active",
                recorded_by=work.person.id,
                recorded_at=work.now(),
            )
        )
    if rows:
        await work.add(rows)


async def remove(work: UnitOfWork, visit: Visit, removed: Sequence[Finding]) -> None:
    """Mark findings as not standing any more; they stay in the table."""
    for finding in removed:
        await work.run(
            "update ent_finding set status = 'entered-in-error', changed_by = :by, changed_at = :at "
            "where encounter_id = :encounter and part = :part and side = :side and site = :site "
            "and finding = :finding and status = 'active'",
            encounter=visit.id,
            part=finding.part.value,
            side=finding.side.value,
            site=finding.site,
            finding=finding.finding,
            by=work.person.id,
            at=work.now(),
        )
