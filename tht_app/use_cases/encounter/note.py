"""Reading the sections of a note, and a program that hands in a whole one.

People write in the shared document (`shared_note.py`); these sections are what it said when they were written down.
"""

from dataclasses import dataclass
from uuid import UUID

from tht_app.database.queries.encounter import notes, shared, visits
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.encounter.note import (
    NURSING_SECTIONS,
    NoteConflict,
    checked_text,
    section_named,
    sections_writable_by,
)
from tht_app.domain.encounter.record import Note, SavedSection
from tht_app.domain.identity import Permission
from tht_app.use_cases.door import use_case

from .note_document import document_of, rewrite, words_of
from .visits import allows, may_write


@dataclass(frozen=True, slots=True)
class ReadNote:
    """The note of an encounter as it is now."""

    encounter_id: UUID


@dataclass(frozen=True, slots=True)
class SaveSection:
    """The whole text of one section, made from version `base_version` (0: nobody had written yet)."""

    encounter_id: UUID
    section: str
    text: str
    base_version: int


@use_case(permission=Permission.RECORD_READ, audit=AuditAction.READ, reads=True)
async def read_note(request: ReadNote, work: UnitOfWork) -> Note:
    """All four sections and which of them this person may write; raises NotFound."""
    visit = await visits.find(work, request.encounter_id)
    work.saw(visit.patient_id)
    writable = frozenset(
        section
        for section in sections_writable_by(work.person.permissions)
        if allows(work, visit, nursing=section in NURSING_SECTIONS)
    )
    return Note(visit.id, await notes.present(work, visit.id), writable, visit.signed_at)


@use_case(permission=(Permission.RECORD_WRITE, Permission.RECORD_WRITE_NURSING), audit=AuditAction.UPDATE)
async def save_section(request: SaveSection, work: UnitOfWork) -> SavedSection:
    """Store the next version of a section, and let the shared document say it where there is one.

    Raises NoteConflict when somebody saved after `base_version`, EncounterSigned after signing, PermissionDenied for a
    nurse in A and P, ValidationFailed for a text that is too long.
    """
    section = section_named(request.section)
    text = checked_text(request.text)
    visit = await visits.for_signing(work, request.encounter_id)
    work.saw(visit.patient_id)
    may_write(work, visit, nursing=section in NURSING_SECTIONS)
    version = request.base_version + 1
    steps = await shared.steps(work, visit.id)
    document = document_of(update for step in steps for update in step.updates)
    present = await notes.version_of(work, visit.id, section)
    before = await notes.text_of(work, visit.id, section, present)
    newer = bool(steps) and words_of(document)[section] != before
    if newer or not await notes.append(work, visit, section, version, text, before=before):
        raise NoteConflict(version=present)
    if steps:
        await shared.add(work, visit, (rewrite(document, section, text),), sections=(section,))
    work.changed("note_section", visit.id, patient_id=visit.patient_id, new={section.value: version})
    return SavedSection(version, work.now().isoformat())
