"""Merging two records: what hangs on each, and the two functions of the database that link and part them."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import RowMapping
from sqlalchemy.exc import DBAPIError, IntegrityError

from tht_app.database.crypto import Purpose
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.registration import MergeId, PatientId
from tht_app.domain.registration.merging import Doubt, Merge, Part
from tht_app.domain.registration.patient import PatientDetails

REASON, UNDO_REASON, BEFORE = "patient_merge.reason", "patient_merge.undo_reason", "patient_merge.before"
_DETAILS = TypeAdapter(PatientDetails)


class Follow(StrEnum):
    """How what refers to a patient follows a merge."""

    LINK = "link"
    """Stays as it was written; the chart of a person is read through `sec.records_of`."""
    MOVE = "move"
    """Is given to the standing record, and back."""
    OWN = "own"
    """Is about the record itself, not about the person."""


FOLLOWS: dict[str, Follow] = {
    "allergy_intolerance.patient_id": Follow.LINK,
    "allergy_state.patient_id": Follow.LINK,
    "appointment.patient_id": Follow.MOVE,
    "appointment_series.patient_id": Follow.LINK,
    "attachment.patient_id": Follow.LINK,
    "condition.patient_id": Follow.LINK,
    "consent.patient_id": Follow.LINK,
    "emergency_access.patient_id": Follow.LINK,
    "encounter.patient_id": Follow.LINK,
    "ent_exam.patient_id": Follow.LINK,
    "ent_finding.patient_id": Follow.LINK,
    "letter.patient_id": Follow.LINK,
    "medication_dispense.patient_id": Follow.LINK,
    "medication_dispense_line.patient_id": Follow.LINK,
    "medication_request.patient_id": Follow.LINK,
    "medication_request_line.patient_id": Follow.LINK,
    "medication_statement.patient_id": Follow.LINK,
    "note_addendum.patient_id": Follow.LINK,
    "note_section_version.patient_id": Follow.LINK,
    "note_update.patient_id": Follow.LINK,
    "observation.patient_id": Follow.LINK,
    "patient.merged_into": Follow.OWN,
    "patient_history.patient_id": Follow.LINK,
    "patient_import_line.patient_id": Follow.OWN,
    "patient_merge.merged_id": Follow.OWN,
    "patient_merge.survivor_id": Follow.OWN,
    "patient_name.patient_id": Follow.OWN,
    "procedure.patient_id": Follow.LINK,
    "privacy_request.patient_id": Follow.LINK,
    "queue_ticket.patient_id": Follow.LINK,
    "record_signature.patient_id": Follow.LINK,
    "signature_evidence.patient_id": Follow.LINK,
    "slot_hold.patient_id": Follow.LINK,
    "waitlist_entry.patient_id": Follow.LINK,
}
"""Every column that names a patient. A test compares it with the catalogue: a new table has to say how it follows."""


class NumberTaken(Exception):
    """The NIK of the record belongs to another one that stands."""


class TimeTaken(Exception):
    """The patient's time of an appointment that has to move is held for somebody's open form."""


TIME_TAKEN = "TM002"
"""SQLSTATE of `sec.move_appointments`."""


@dataclass(frozen=True, slots=True)
class Holdings:
    """What hangs on one record; `in_progress` is a visit or a ticket of today that is not finished."""

    visits: int
    appointments: int
    prescriptions: int
    consents: int
    last_visit: datetime | None
    in_progress: bool


HOLDINGS = """
select
    (select count(*) from encounter where patient_id = :id and status <> 'cancelled') as visits,
    (select count(*) from appointment where patient_id = :id and status not in ('cancelled', 'entered-in-error'))
        as appointments,
    (select count(*) from medication_request where patient_id = :id and signed_at is not null) as prescriptions,
    (select count(*) from consent where patient_id = :id) as consents,
    (select max(arrived_at) from encounter where patient_id = :id and status <> 'cancelled') as last_visit,
    exists (select 1 from encounter where patient_id = :id and status in ('arrived', 'in-progress')
            and arrived_at >= :midnight)
        or exists (select 1 from queue_ticket where patient_id = :id and day = :today
                   and status in ('waiting', 'called', 'in-service', 'skipped')) as in_progress
"""


async def holdings(work: UnitOfWork, patient_id: UUID) -> Holdings:
    """Count what hangs on one record, without what was merged into it."""
    midnight = datetime.combine(work.today(), datetime.min.time(), work.zone)
    row = await work.fetch_one(HOLDINGS, id=patient_id, today=work.today(), midnight=midnight)
    assert row is not None  # noqa: S101  a select without a table always has one row
    return Holdings(**row)


async def release_forgotten_holds(work: UnitOfWork, one: UUID, other: UUID) -> None:
    """Give back the time of either record that a form held and let run out."""
    await work.run(
        "update reservation set state = 'released' "
        "where resource_id = any(:ids) and state = 'hold' and hold_until <= :now",
        ids=[one, other],
        now=work.now(),
    )


@contextmanager
def _refusals() -> Generator[None, None, None]:
    """What the functions of the database refuse, by name."""
    try:
        yield
    except IntegrityError as broken:
        raise NumberTaken from broken
    except DBAPIError as broken:
        if getattr(broken.orig, "sqlstate", None) == TIME_TAKEN:
            raise TimeTaken from broken
        raise


async def hold_both(work: UnitOfWork, one: UUID, other: UUID) -> Sequence[RowMapping]:
    """The two records, locked in one order; nobody begins anything in them until this transaction ends."""
    return await work.fetch(
        "select id, merged_into, record_number from patient where id = any(:ids) order by id for update",
        ids=[one, other],
    )


@dataclass(frozen=True, slots=True)
class Clash:
    """Two appointments at one time, one of each record."""

    at: datetime
    first: str
    second: str


async def clashes(work: UnitOfWork, one: UUID, other: UUID) -> list[Clash]:
    """Where both records have taken the patient's time."""
    rows = await work.fetch(
        "select greatest(lower(a.during), lower(b.during)) as at, p.display_name as first, q.display_name as second "
        "from reservation a join reservation b on b.resource_id = :other and a.during && b.during "
        "join appointment x on x.id = a.appointment_id join appointment y on y.id = b.appointment_id "
        "join practitioner p on p.person_id = x.practitioner_id join practitioner q on q.person_id = y.practitioner_id "
        "where a.resource_id = :one and a.state in ('hold', 'booked', 'in_service') "
        "and b.state in ('hold', 'booked', 'in_service') order by 1",
        one=one,
        other=other,
    )
    return [Clash(**row) for row in rows]


async def merge(
    work: UnitOfWork,
    survivor: UUID,
    merged: UUID,
    *,
    before: PatientDetails,
    taken: Sequence[Part],
    doubts: Sequence[Doubt],
    reason: str,
) -> tuple[MergeId, int]:
    """Link the records and move the appointments; gives the merge and how many moved. Raises TimeTaken."""
    merge_id = MergeId(work.new_id())
    values = {
        "id": merge_id,
        "survivor": survivor,
        "merged": merged,
        "now": work.now(),
        "doubts": [doubt.value for doubt in doubts],
        "taken": [part.value for part in taken],
        "before": work.vault.seal(Purpose.IDENTITY, BEFORE, merge_id, _DETAILS.dump_json(before).decode()),
        "reason": work.vault.seal(Purpose.IDENTITY, REASON, merge_id, reason or None),
    }
    with _refusals():
        moved = await work.fetch_value(
            "select sec.merge_patients(:id, :survivor, :merged, :now, cast(:doubts as text[]), "
            "cast(:taken as text[]), :before, :reason)",
            **values,
        )
    return merge_id, moved


async def part_again(work: UnitOfWork, merge_id: UUID, reason: str) -> int:
    """Let the merged record stand by itself again; gives how many appointments went back.

    `NumberTaken` when its NIK belongs to somebody else by now: the unique index has the last word. Raises TimeTaken.
    """
    with _refusals():
        return await work.fetch_value(
            "select sec.undo_merge(:id, :now, :reason)",
            id=merge_id,
            now=work.now(),
            reason=work.vault.seal(Purpose.IDENTITY, UNDO_REASON, merge_id, reason),
        )


@dataclass(frozen=True, slots=True)
class Made:
    """A merge as it was made, opened."""

    survivor_id: PatientId
    merged_id: PatientId
    before: PatientDetails
    taken: frozenset[Part]
    undone: bool


async def made(work: UnitOfWork, merge_id: UUID) -> Made | None:
    """One merge."""
    row = await work.fetch_one("select * from patient_merge where id = :id", id=merge_id)
    if row is None:
        return None
    sealed: bytes = row["before_sealed"]
    before = work.vault.open(Purpose.IDENTITY, BEFORE, merge_id, bytes(sealed))
    return Made(
        PatientId(row["survivor_id"]),
        PatientId(row["merged_id"]),
        _DETAILS.validate_json(before),
        frozenset(Part(part) for part in row["taken"]),
        row["undone_at"] is not None,
    )


MERGES = """
select m.id, cast(:id as uuid) as asked_id, m.survivor_id, s.record_number as survivor_number, s.name as survivor_name,
       m.merged_id, p.record_number as merged_number, p.name as merged_name, m.at, m.undone_at,
       w.display_name as by, coalesce(u.display_name, '') as undone_by,
       (select count(*) from encounter e where e.patient_id = m.survivor_id and e.arrived_at > m.at
        and e.status <> 'cancelled') as visits_since,
       (select count(*) from appointment a where a.patient_id = m.survivor_id and a.created_at > m.at
        and a.status not in ('cancelled', 'entered-in-error')) as appointments_since
from patient_merge m join patient p on p.id = m.merged_id join patient s on s.id = m.survivor_id
join sec.person w on w.id = m.by left join sec.person u on u.id = m.undone_by
where m.survivor_id = any(sec.records_of(:id)) or m.merged_id = any(sec.records_of(:id))
order by m.at desc, m.id desc
"""


async def merges_of(work: UnitOfWork, patient_id: UUID) -> tuple[Merge, ...]:
    """The merges a record took part in, newest first, also those that were taken back."""
    return tuple(_merge(row) for row in await work.fetch(MERGES, id=patient_id))


def _merge(row: RowMapping) -> Merge:
    values: dict[str, Any] = dict(row)
    return Merge(**values)
