"""The log as files: what a filter finds as a table, and all of it as an archive that proves itself."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from tht_app.database.apart import run_apart
from tht_app.database.engine import current
from tht_app.database.queries import audit as queries
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.audit.log import NAMED_IN_AN_ENTRY, Entry, Filter, Place
from tht_app.domain.identity import Permission
from tht_app.domain.proof import FRESH_SECONDS, Sensitive
from tht_app.domain.registration.sheet import safe_cell
from tht_app.i18n import clock_text, text_of
from tht_app.use_cases.audit.reading import entries_of
from tht_app.use_cases.audit.wording import did, patient_words, who_words
from tht_app.use_cases.door import Actor, execute, use_case
from tht_app.use_cases.proof import ensure_proved

EXPORT_PAGE = 1000
LONGEST_EXPORT = 3600
"""Seconds within which a file that was begun with a fresh proof has to be read."""
COLUMNS = ("day", "time", "who", "did", "outcome", "patients", "patient_count", "reason", "address", "seal", "id")


@dataclass(frozen=True, slots=True)
class ExportEntries:
    """A thousand entries of a filter as CSV lines, behind a place; the head stands before the first."""

    wanted: Filter
    lang: str
    after: Place | None = None


@dataclass(frozen=True, slots=True)
class ExportPage:
    """Some lines, and the place to go on from; nothing at the end."""

    text: str
    after: Place | None


@dataclass(frozen=True, slots=True)
class HandOutLog:
    """Hand out the whole sealed log."""


@use_case(permission=Permission.AUDIT_READ, audit=AuditAction.EXPORT, reads=True)
async def export_entries(request: ExportEntries, work: UnitOfWork) -> ExportPage:
    """Lines in words; every patient that they name is named in the entry about this export.

    Raises ProofNeeded at the first page without a fresh proof.
    """
    await ensure_proved(work, Sensitive.EXPORT, seconds=LONGEST_EXPORT if request.after else FRESH_SECONDS)
    rows, end = await queries.page(work, request.wanted, after=request.after, most=EXPORT_PAGE, named=NAMED_IN_AN_ENTRY)
    entries = await entries_of(work, rows, about=request.wanted.patient_id)
    after = Place(rows[-1]["at"], rows[-1]["id"]) if len(rows) == EXPORT_PAGE else end
    return ExportPage(as_csv(entries, request.lang, with_head=request.after is None), after)


def as_csv(entries: tuple[Entry, ...], lang: str, *, with_head: bool) -> str:
    """Semicolons, and no cell that a spreadsheet takes for a formula."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    if with_head:
        writer.writerow([text_of(f"audit.csv.{name}", lang) for name in COLUMNS])
    writer.writerows([safe_cell(cell) for cell in _cells(entry, lang)] for entry in entries)
    return out.getvalue()


def _cells(entry: Entry, lang: str) -> list[str]:
    return [
        entry.at.date().isoformat(),
        clock_text(entry.at),
        who_words(entry.who, lang),
        did(entry, lang),
        text_of(f"audit.outcome.{entry.outcome.value}", lang),
        " | ".join(patient_words(patient) for patient in entry.patients),
        str(entry.patient_count),
        entry.reason,
        entry.address,
        str(entry.seal or ""),
        str(entry.id),
    ]


@use_case(permission=Permission.AUDIT_READ, audit=AuditAction.EXPORT, reads=True, fresh=Sensitive.EXPORT)
async def hand_out_log(_request: HandOutLog, _work: UnitOfWork) -> None:
    """Nothing but the permission and the entry; the file itself is written by a program of its own."""


async def write_log_archive(actor: Actor, target: Path) -> None:
    """Write the archive of every sealed entry; raises `PermissionDenied`, `ProofNeeded`, `Unavailable`."""
    await execute(actor, HandOutLog())
    async for _ in run_apart(current(), "archive", actor.token, target=str(target)):
        pass
