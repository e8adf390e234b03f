"""The log as an auditor reads it: a page of it, one entry with what it changed, what can be asked for."""

from dataclasses import dataclass
from uuid import UUID

from tht_app.database.queries import audit as queries
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.audit.log import (
    NAMED_IN_A_ROW,
    NAMED_IN_AN_ENTRY,
    Entry,
    Filter,
    KnownPatient,
    Place,
    Somebody,
)
from tht_app.domain.errors import NotFound
from tht_app.domain.identity import Permission
from tht_app.use_cases.audit.reading import entries_of, known_patients
from tht_app.use_cases.door import use_case

PAGE = 50


@dataclass(frozen=True, slots=True)
class ListEntries:
    """A page of the log behind a place, newest first."""

    wanted: Filter
    after: Place | None = None


@dataclass(frozen=True, slots=True)
class EntryPage:
    """A page, and the place from which to go on; `cut` when nothing more was found up to there but more lies behind."""

    entries: tuple[Entry, ...]
    after: Place | None
    cut: bool
    patient: KnownPatient | None
    """The patient that was asked for."""


@dataclass(frozen=True, slots=True)
class ReadEntry:
    """One entry with old and new values."""

    entry_id: UUID


@dataclass(frozen=True, slots=True)
class EntryChoices:
    """Who can stand in the log."""


@use_case(permission=Permission.AUDIT_READ, audit=AuditAction.READ, reads=True)
async def list_entries(request: ListEntries, work: UnitOfWork) -> EntryPage:
    """At most fifty entries; each names three of its patients and says how many there are."""
    wanted = request.wanted
    rows, end = await queries.page(work, wanted, after=request.after, most=PAGE + 1, named=NAMED_IN_A_ROW)
    entries = await entries_of(work, rows[:PAGE], about=wanted.patient_id)
    full = len(rows) > PAGE
    after = Place(rows[PAGE - 1]["at"], rows[PAGE - 1]["id"]) if full else end
    patient = None
    if wanted.patient_id is not None:
        patient = (await known_patients(work, [wanted.patient_id])).get(wanted.patient_id)
    return EntryPage(entries, after, end is not None, patient)


@use_case(permission=Permission.AUDIT_READ, audit=AuditAction.READ, reads=True)
async def read_entry(request: ReadEntry, work: UnitOfWork) -> Entry:
    """The entry, its values opened under the audit key; raises `NotFound`."""
    row = await queries.entry(work, request.entry_id, NAMED_IN_AN_ENTRY)
    if row is None:
        raise NotFound
    return (await entries_of(work, [row]))[0]


@use_case(permission=Permission.AUDIT_READ, audit=AuditAction.READ, reads=True)
async def entry_choices(_request: EntryChoices, work: UnitOfWork) -> tuple[Somebody, ...]:
    """People first, then the clinic's programs."""
    rows = await queries.people(work)
    return tuple(Somebody(row["id"], row["display_name"], tuple(row["roles"]), row["is_service"]) for row in rows)
