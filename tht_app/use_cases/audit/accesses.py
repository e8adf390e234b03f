"""Who opened a patient's record: for the auditor's screen, and as a paper that the patient is given.

Whoever's data a clinic keeps may know who looked at them (UU 27/2022 on personal data, articles 5 and 7); the
paper says who, when, what kind of access and, where it was written down, why.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from tht_app.database.queries import audit as queries
from tht_app.database.queries import settings as clinic_settings
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.documents.access_report import AccessLine, AccessSheet
from tht_app.documents.head import ClinicHead
from tht_app.domain.audit import AuditAction
from tht_app.domain.audit.log import Access, KnownPatient, context_of, deed_of, gathered
from tht_app.domain.errors import NotFound, ValidationFailed
from tht_app.domain.identity import Permission
from tht_app.domain.registration.query import read_search
from tht_app.use_cases.audit.reading import known_patients, local, somebody
from tht_app.use_cases.audit.wording import access_words, who_words
from tht_app.use_cases.door import use_case

FOUND = 8
USUAL_DAYS = 365


@dataclass(frozen=True, slots=True)
class FindAuditedPatients:
    """Find a patient by record number or name, to ask the log about them."""

    text: str


@dataclass(frozen=True, slots=True)
class AuditedPatient:
    """Somebody as the auditor finds them: what tells two people of one name apart, nothing else."""

    id: UUID
    record_number: int
    name: str
    birth_date: date


@dataclass(frozen=True, slots=True)
class PatientAccesses:
    """Who opened this record from one day to another, both included; without days, in the last year."""

    patient_id: UUID
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class PrintPatientAccesses:
    """The same as a paper, in the language that the patient reads."""

    patient_id: UUID
    first: date | None = None
    last: date | None = None
    lang: str = "id"


@dataclass(frozen=True, slots=True)
class AccessReport:
    """Emergencies first, then the newest; `times` counts single entries of the log."""

    patient: KnownPatient
    first: date
    last: date
    accesses: tuple[Access, ...]
    times: int


@use_case(permission=Permission.AUDIT_READ, audit=AuditAction.SEARCH, reads=True)
async def find_audited_patients(request: FindAuditedPatients, work: UnitOfWork) -> tuple[AuditedPatient, ...]:
    """At most eight, by name; nothing for other numbers than the record number, which an auditor has no use for."""
    plan = read_search(request.text, work.today())
    if plan.record_number is None and not plan.words:
        return ()
    rows = await queries.find_patients(work, plan.words, plan.record_number, FOUND)
    work.saw(*(row["id"] for row in rows))
    return tuple(AuditedPatient(row["id"], row["record_number"], row["name"], row["birth_date"]) for row in rows)


@use_case(permission=Permission.AUDIT_READ, audit=AuditAction.READ, reads=True)
async def patient_accesses(request: PatientAccesses, work: UnitOfWork) -> AccessReport:
    """Every access by day, person and kind; raises `NotFound` for an unknown patient."""
    return await _report(work, request.patient_id, request.first, request.last)


@use_case(permission=Permission.AUDIT_READ, audit=AuditAction.PRINT, reads=True)
async def print_patient_accesses(request: PrintPatientAccesses, work: UnitOfWork) -> AccessSheet:
    """What goes onto the paper, in words; raises `NotFound`."""
    report = await _report(work, request.patient_id, request.first, request.last)
    lines = tuple(
        AccessLine(
            day=one.first.date(),
            first=one.first,
            last=one.last,
            times=one.times,
            who=who_words(one.who, request.lang),
            what=access_words(one, request.lang),
            why=one.reason,
            marked=one.deed.value == "emergency",
        )
        for one in report.accesses
    )
    return AccessSheet(
        head=ClinicHead.from_setting(await clinic_settings.read(work, "clinic")),
        patient=report.patient,
        first=report.first,
        last=report.last,
        lines=lines,
        printed_at=local(work.now(), work),
        printed_by=work.person.display_name,
        lang=request.lang,
    )


async def _report(work: UnitOfWork, patient_id: UUID, first: date | None, last: date | None) -> AccessReport:
    last = last or work.today()
    first = first or last - timedelta(days=USUAL_DAYS)
    if first > last:
        raise ValidationFailed({"to": "audit.period"})
    patient = (await known_patients(work, [patient_id])).get(patient_id)
    if patient is None:
        raise NotFound
    since, until = (datetime.combine(day, time(), work.zone) for day in (first, last + timedelta(days=1)))
    rows = await queries.accesses(work, patient_id, since, until)
    single = [
        Access(
            local(row["first"], work),
            local(row["last"], work),
            row["times"],
            somebody(row),
            deed_of(row["action"]),
            context_of(row["request"]),
            row["reason"] or "",
        )
        for row in rows
    ]
    return AccessReport(patient, first, last, gathered(single), sum(row["times"] for row in rows))
