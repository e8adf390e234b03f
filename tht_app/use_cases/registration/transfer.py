"""Bring patients in from a CSV file, with a dry run first, and hand them out as CSV."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

from tht_app.database.queries import registration as patients
from tht_app.database.queries import registration_transfer as queries
from tht_app.database.queries.registration_transfer import NewLine
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.errors import NotFound, Problem, ValidationFailed
from tht_app.domain.identity import Permission
from tht_app.domain.proof import FRESH_SECONDS, Sensitive
from tht_app.domain.registration import PatientImportId
from tht_app.domain.registration.identifiers import shown_record_number
from tht_app.domain.registration.names import plain_words
from tht_app.domain.registration.patient import PatientDetails, form_of, parse_patient
from tht_app.domain.registration.sheet import SheetLine, read_sheet, write_lines
from tht_app.use_cases.door import use_case
from tht_app.use_cases.proof import ensure_proved

CHUNK = 250
"""Lines that are judged or brought in at a time: a fraction of a second each."""
PROBLEMS_SHOWN = 200
EXPORT_PAGE = 500
FILE_NAME_MAX = 200
LONGEST_EXPORT = 3600
"""Seconds within which a file that was begun with a fresh proof has to be read."""


@dataclass(frozen=True, slots=True)
class PreviewImport:
    """Judge a file without registering anybody: the dry run."""

    file_name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class GetImport:
    """Read how an import stands."""

    import_id: PatientImportId


@dataclass(frozen=True, slots=True)
class RunImport:
    """Register the next `at_most` good lines; call again until nothing is `ready`. A break loses nothing."""

    import_id: PatientImportId
    at_most: int = CHUNK


@dataclass(frozen=True, slots=True)
class ExportPatients:
    """Read the next page of all patients after a record number."""

    after_record_number: int = 0


@dataclass(frozen=True, slots=True)
class LineProblem:
    """What is wrong in one line of the file, by field."""

    line: int
    problems: Mapping[str, Problem]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """How an import stands: numbers of lines, and the first two hundred that are not brought in."""

    id: PatientImportId
    file_name: str
    state: str
    total: int
    ready: int
    added: int
    bad: int
    duplicate: int
    problems: tuple[LineProblem, ...]


@dataclass(frozen=True, slots=True)
class ExportPage:
    """CSV text, the first page with a header, and where to go on; `last` is 0 when nothing is left."""

    text: str
    last: int


@use_case(permission=Permission.PATIENT_IMPORT, audit=AuditAction.IMPORT)
async def preview_import(request: PreviewImport, work: UnitOfWork) -> ImportReport:
    """Store and judge every line; nobody is registered. Raises what `read_sheet` raises for the file as a whole."""
    import_id = PatientImportId(work.new_id())
    lines = read_sheet(request.content)
    await queries.add_import(work, import_id, request.file_name[-FILE_NAME_MAX:])
    niks: dict[str, int] = {}
    while chunk := list(islice(lines, CHUNK)):
        await queries.add_lines(work, import_id, await _judge(work, chunk, niks))
    await queries.set_import(work, import_id, "previewed")
    return await _report(work, import_id)


async def _judge(work: UnitOfWork, chunk: list[SheetLine], niks: dict[str, int]) -> list[NewLine]:
    """Sort lines into ready, bad and duplicate; `niks` remembers in which line a NIK stood first."""
    good: dict[int, PatientDetails] = {}
    judged: list[NewLine] = []
    for line in chunk:
        problems = {"": Problem(line.problem)} if line.problem else {}
        try:
            if not problems:
                good[line.line] = parse_patient(line.form, work.today())
        except ValidationFailed as refusal:
            problems = refusal.fields
        if problems:
            judged.append(NewLine(line.line, "bad", {}, problems))
    twins = await _twins(work, good)
    for line in chunk:
        details = good.get(line.line)
        if details is not None:
            judged.append(_settled(line, details, niks, twins))
    return judged


def _settled(line: SheetLine, details: PatientDetails, niks: dict[str, int], twins: dict[int, UUID]) -> NewLine:
    twin, nik = twins.get(line.line), details.nik
    if twin is not None:
        return NewLine(line.line, "duplicate", {}, {"name": Problem("already_registered")}, twin)
    if nik and nik in niks:
        return NewLine(line.line, "duplicate", {}, {"nik": Problem("nik_twice", {"line": niks[nik]})})
    if nik:
        niks[nik] = line.line
    return NewLine(line.line, "ready", line.form, {})


async def _twins(work: UnitOfWork, good: Mapping[int, PatientDetails]) -> dict[int, UUID]:
    """Who is registered already, by NIK or by the same name and birth date."""
    by_nik = await queries.known_niks(work, [details.nik for details in good.values() if details.nik])
    people = {line: (" ".join(plain_words(details.name)), details.birth_date) for line, details in good.items()}
    by_name = await queries.known_names(work, list(people.values()))
    found: dict[int, UUID] = {}
    for line, details in good.items():
        twin = by_nik.get(details.nik or "") or by_name.get(people[line])
        if twin is not None:
            found[line] = twin
    work.saw(*found.values())
    return found


async def _report(work: UnitOfWork, import_id: PatientImportId) -> ImportReport:
    row = await queries.import_row(work, import_id)
    if row is None:
        raise NotFound
    counts = await queries.counts(work, import_id)
    problems = await queries.lines_with_problems(work, import_id, PROBLEMS_SHOWN)
    return ImportReport(
        import_id,
        row["file_name"],
        row["state"],
        row["total"],
        counts.get("ready", 0),
        counts.get("added", 0),
        counts.get("bad", 0),
        counts.get("duplicate", 0),
        tuple(LineProblem(line, told) for line, told in problems),
    )


@use_case(permission=Permission.PATIENT_IMPORT, audit=AuditAction.READ, reads=True)
async def get_import(request: GetImport, work: UnitOfWork) -> ImportReport:
    """How it stands now; `NotFound` when there is no such import."""
    return await _report(work, request.import_id)


@use_case(permission=Permission.PATIENT_IMPORT, audit=AuditAction.IMPORT)
async def run_import(request: RunImport, work: UnitOfWork) -> ImportReport:
    """Register some more lines and say how the import stands; `done` when none is left."""
    lines = await queries.waiting_lines(work, request.import_id, min(request.at_most, CHUNK))
    good: dict[UUID, PatientDetails] = {}
    line_of: dict[UUID, UUID] = {}
    for line in lines:
        try:
            details = parse_patient(line.form, work.today())
        except ValidationFailed as refusal:
            await queries.mark_refused(work, line.id, "bad", refusal.fields)
            continue
        patient_id = work.new_id()
        good[patient_id], line_of[patient_id] = details, line.id
    added = await patients.add_patients(work, good) if good else {}
    await queries.mark_added(work, {line_of[patient_id]: patient_id for patient_id in added})
    for patient_id in good.keys() - added.keys():
        problem = {"nik": Problem("already_registered")}
        await queries.mark_refused(work, line_of[patient_id], "duplicate", problem)
    work.saw(*added)
    work.changed("patient_import", request.import_id, new={"added": len(added)})
    left = (await queries.counts(work, request.import_id)).get("ready", 0)
    await queries.set_import(work, request.import_id, "running" if left else "done")
    return await _report(work, request.import_id)


@use_case(permission=Permission.PATIENT_EXPORT, audit=AuditAction.EXPORT, reads=True)
async def export_patients(request: ExportPatients, work: UnitOfWork) -> ExportPage:
    """Five hundred patients as CSV, in order of their record numbers.

    Raises ProofNeeded at the first page without a fresh proof; a long file may take longer to read than that holds.
    """
    seconds = LONGEST_EXPORT if request.after_record_number else FRESH_SECONDS
    await ensure_proved(work, Sensitive.EXPORT, seconds=seconds)
    page = await queries.patients_after(work, request.after_record_number, EXPORT_PAGE)
    work.saw(*(patient_id for patient_id, _, _ in page))
    rows = [{**form_of(details), "record_number": shown_record_number(number)} for _, number, details in page]
    text = write_lines(rows, with_header=request.after_record_number == 0)
    return ExportPage(text, page[-1][1] if len(page) == EXPORT_PAGE else 0)
