"""Lists of letters, printing one, and what a scanned code is told."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tht_app.database.queries import letter as queries
from tht_app.database.queries.encounter import visits
from tht_app.database.queries.registration import saw_records_of
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.documents.letter import LetterSheet
from tht_app.domain.audit import AuditAction
from tht_app.domain.errors import NotFound
from tht_app.domain.identity import Permission
from tht_app.domain.letter import Letter, LetterKind, LetterWithdrawn
from tht_app.settings import settings
from tht_app.use_cases.door import use_case
from tht_app.use_cases.letter.issuing import CONTENT
from tht_app.use_cases.settings import clinic_head

MOST_SHOWN = 100
LONGEST_CODE = 40


@dataclass(frozen=True, slots=True)
class LettersOfVisit:
    """The letters of a visit."""

    encounter_id: UUID


@dataclass(frozen=True, slots=True)
class LettersOfPatient:
    """The letters of a patient."""

    patient_id: UUID


@dataclass(frozen=True, slots=True)
class PrintLetter:
    """Print a letter; the first print is the letter itself, every further one bears that it is a copy."""

    letter_id: UUID


@dataclass(frozen=True, slots=True)
class VerifyLetter:
    """Ask whether a printed code belongs to a letter of this clinic."""

    code: str


@dataclass(frozen=True, slots=True)
class LetterCheck:
    """What the holder of a code is told: nothing of the patient. `issued_at` is in the clinic's zone."""

    kind: LetterKind
    number: str
    issued_at: datetime
    doctor: str
    clinic: str
    valid: bool


@use_case(permission=(Permission.LETTER_PRINT, Permission.LETTER_WRITE), audit=AuditAction.READ, reads=True)
async def letters_of_visit(request: LettersOfVisit, work: UnitOfWork) -> tuple[Letter, ...]:
    """Newest first; raises NotFound."""
    visit = await visits.find(work, request.encounter_id)
    work.saw(visit.patient_id)
    return await queries.of_encounter(work, visit.id)


@use_case(permission=Permission.LETTER_PRINT, audit=AuditAction.READ, reads=True)
async def letters_of_patient(request: LettersOfPatient, work: UnitOfWork) -> tuple[Letter, ...]:
    """Newest first, at most `MOST_SHOWN`."""
    await saw_records_of(work, request.patient_id)
    return await queries.of_patient(work, request.patient_id, MOST_SHOWN)


@use_case(permission=Permission.LETTER_PRINT, audit=AuditAction.PRINT)
async def print_letter(request: PrintLetter, work: UnitOfWork) -> LetterSheet:
    """What goes onto the paper; raises LetterWithdrawn, NotFound."""
    letter = await queries.find(work, request.letter_id)
    work.saw(letter.patient_id)
    if letter.withdrawn:
        raise LetterWithdrawn
    content = CONTENT.validate_json(await queries.content(work, letter.id))
    prints = await queries.count_print(work, letter.id)
    work.changed("letter", letter.id, patient_id=letter.patient_id, new={"number": letter.number, "print": prints})
    return LetterSheet(
        kind=letter.kind,
        number=letter.number,
        content=content,
        verify_url=f"{settings().origins[0]}/verify/{letter.verify_code}",
        copy=prints - 1,
        printed_by=work.person.display_name,
        printed_at=work.now().astimezone(work.zone),
    )


@use_case(permission=Permission.SIGNED_IN, audit=AuditAction.READ, reads=True)
async def verify_letter(request: VerifyLetter, work: UnitOfWork) -> LetterCheck:
    """Kind, number, day, doctor and clinic of a genuine letter; raises NotFound."""
    row = await queries.verify(work, request.code.strip().upper()[:LONGEST_CODE])
    if row is None:
        raise NotFound
    return LetterCheck(
        LetterKind(row["kind"]),
        row["number"],
        row["issued_at"].astimezone(work.zone),
        row["doctor"],
        (await clinic_head(work)).name,
        not row["withdrawn"],
    )
