"""Whose data were reached in a window, by whom: what has to be known within 3 x 24 hours (UU 27/2022, article 46)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tht_app.database.queries import audit as queries
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.audit.log import Access, KnownPatient, context_of, deed_of
from tht_app.domain.errors import NotFound, ValidationFailed
from tht_app.domain.identity import Permission
from tht_app.domain.registration.identifiers import parse_record_number
from tht_app.use_cases.audit.reading import known_patients, local, somebody
from tht_app.use_cases.door import use_case


@dataclass(frozen=True, slots=True)
class BreachReport:
    """Everybody's accesses from `since` to `until` (not included), or those by an account, or to a patient."""

    since: datetime
    until: datetime
    username: str = ""
    record_number: str = ""


@dataclass(frozen=True, slots=True)
class Exposure:
    """One patient, one person, one kind of access, however often."""

    patient: KnownPatient
    access: Access


@use_case(permission=Permission.AUDIT_READ, audit=AuditAction.EXPORT, reads=True)
async def breach_report(request: BreachReport, work: UnitOfWork) -> tuple[Exposure, ...]:
    """By record number, then by time; raises `NotFound` for an unknown account or patient."""
    if request.since >= request.until:
        raise ValidationFailed({"to": "audit.period"})
    person_id = await _person(work, request.username)
    patient_id = await _patient(work, request.record_number)
    rows = await queries.seen_within(work, request.since, request.until, person_id=person_id, patient_id=patient_id)
    patients = await known_patients(work, [row["patient_id"] for row in rows])
    found = [
        Exposure(
            patients[row["patient_id"]],
            Access(
                local(row["first"], work),
                local(row["last"], work),
                row["times"],
                somebody(row),
                deed_of(row["action"]),
                context_of(row["request"]),
                "",
            ),
        )
        for row in rows
        if row["patient_id"] in patients
    ]
    return tuple(sorted(_gathered(found), key=lambda one: (one.patient.record_number, one.access.first)))


def _gathered(exposures: list[Exposure]) -> list[Exposure]:
    """Kinds of the log that are one kind to people, as one."""
    found: dict[tuple[object, ...], Exposure] = {}
    for one in exposures:
        access = one.access
        key = (one.patient.id, access.who.id, access.deed, access.area)
        former = found.get(key)
        found[key] = one if former is None else Exposure(one.patient, former.access.joined(access))
    return list(found.values())


async def _person(work: UnitOfWork, username: str) -> UUID | None:
    if not username:
        return None
    found = await queries.person_named(work, username)
    if found is None:
        raise NotFound
    return found


async def _patient(work: UnitOfWork, record_number: str) -> UUID | None:
    if not record_number:
        return None
    number = parse_record_number(record_number)
    rows = await queries.find_patients(work, (), number, 1) if number is not None else ()
    if not rows:
        raise NotFound
    return rows[0]["id"]
