"""A patient's record as one row of events: every kind in one statement, under the row-level security of each table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.crypto import Purpose
from tht_app.database.queries.attachment import NAME
from tht_app.database.queries.encounter.facts import SUBSTANCE
from tht_app.database.queries.encounter.procedures import NOTE
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.encounter.diagnosis import Laterality
from tht_app.domain.encounter.timeline import Moment, TimelineItem, TimelineKind

OF_PATIENT = "x.patient_id = any(sec.records_of(:patient))"
EVENTS: dict[TimelineKind, str] = {
    TimelineKind.VISIT: f"""
select 'visit', x.id, x.arrived_at, x.id, '', coalesce(t.name_id, x.visit_type), coalesce(t.name_en, x.visit_type),
       'none', case when x.signed_at is not null then 'signed' else x.status end, x.practitioner_id, null::bytea
from encounter x left join visit_type t on t.code = x.visit_type
where {OF_PATIENT} and x.status <> 'cancelled'
""",
    TimelineKind.DIAGNOSIS: f"""
select 'diagnosis', x.id, x.recorded_at, x.encounter_id, x.icd10_code, x.title, coalesce(i.title_en, x.title),
       x.laterality, x.certainty, x.recorded_by, null
from condition x left join icd10 i on i.code = x.icd10_code
where {OF_PATIENT} and x.status = 'active'
""",
    TimelineKind.PROCEDURE: f"""
select 'procedure', x.id, x.recorded_at, x.encounter_id, x.icd9cm_code, x.title, coalesce(i.title_en, x.title),
       x.laterality, x.status, x.recorded_by, x.note_sealed
from procedure x left join icd9cm i on i.code = x.icd9cm_code
where {OF_PATIENT} and x.status = 'completed'
""",
    TimelineKind.PRESCRIPTION: f"""
select 'prescription', x.id, x.signed_at, x.encounter_id, x.number, l.items, l.items, 'none', x.status, x.signed_by,
       null
from medication_request x cross join lateral (
    select string_agg(y.item, '; ' order by y.position) as items from medication_request_line y
    where y.request_id = x.id and y.removed_at is null) l
where {OF_PATIENT} and x.signed_at is not null
""",
    TimelineKind.LETTER: f"""
select 'letter', x.id, x.issued_at, x.encounter_id, x.kind, x.number, x.number, 'none',
       case when x.withdrawn_at is null then 'valid' else 'withdrawn' end, x.issued_by, null
from letter x where {OF_PATIENT}
""",
    TimelineKind.ATTACHMENT: f"""
select 'attachment', x.id, x.recorded_at, x.encounter_id, x.kind, '', '', x.side, x.status, x.recorded_by, x.name_sealed
from attachment x where {OF_PATIENT} and x.status = 'current'
""",
    TimelineKind.ALLERGY: f"""
select 'allergy', x.id, x.recorded_at, null::uuid, x.severity, '', '', 'none', x.verification, x.recorded_by,
       x.substance_sealed
from allergy_intolerance x where {OF_PATIENT} and x.verification <> 'entered-in-error'
""",
}
COLUMNS = "(kind, id, at, encounter_id, code, words_id, words_en, side, state, by_id, sealed)"
SEALED = {
    TimelineKind.PROCEDURE: NOTE,
    TimelineKind.ATTACHMENT: NAME,
    TimelineKind.ALLERGY: SUBSTANCE,
}


@dataclass(frozen=True, slots=True)
class Span:
    """From `since` (included) to `until` (not included); None is open."""

    since: datetime | None = None
    until: datetime | None = None


def _statement(kinds: Sequence[TimelineKind]) -> str:
    chosen = " union all ".join(EVENTS[kind] for kind in kinds)
    return (
        f"with event {COLUMNS} as ({chosen}) "
        "select v.*, coalesce(pr.display_name, s.display_name) as by from event v "
        "join sec.person s on s.id = v.by_id left join practitioner pr on pr.person_id = v.by_id "
        "where (cast(:since as timestamptz) is null or v.at >= :since) "
        "and (cast(:until as timestamptz) is null or v.at < :until) "
        "and (cast(:at as timestamptz) is null or (v.at, v.id) < (:at, cast(:id as uuid))) "
        "order by v.at desc, v.id desc limit :most"
    )


async def events(
    work: UnitOfWork, patient_id: UUID, kinds: Sequence[TimelineKind], span: Span, *, after: Moment | None, most: int
) -> tuple[TimelineItem, ...]:
    """The next events of these kinds, newest first; of all records of the person."""
    if not kinds:
        return ()
    rows = await work.fetch(
        _statement(kinds),
        patient=patient_id,
        since=span.since,
        until=span.until,
        at=after.at if after else None,
        id=after.id if after else None,
        most=most,
    )
    return tuple(_item(work, row) for row in rows)


def _item(work: UnitOfWork, row: RowMapping) -> TimelineItem:
    kind = TimelineKind(row["kind"])
    sealed = row["sealed"]
    note = "" if sealed is None else work.vault.open(Purpose.CLINICAL, SEALED[kind], row["id"], bytes(sealed))
    return TimelineItem(
        kind,
        row["id"],
        row["at"],
        row["encounter_id"],
        row["code"],
        row["words_id"] or "",
        row["words_en"] or "",
        note,
        Laterality(row["side"]),
        row["state"],
        row["by"],
    )


async def first_visit(work: UnitOfWork, patient_id: UUID) -> datetime | None:
    """When the record began, as far as this person may see it."""
    return await work.fetch_value(
        "select min(arrived_at) from encounter where patient_id = any(sec.records_of(:patient))", patient=patient_id
    )
