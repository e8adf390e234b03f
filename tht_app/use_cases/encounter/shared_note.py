"""The note that several people write at once: who may come in, storing each step, writing down what the document says.

A step is stored under the shared lock of the encounter, in the name of its author. Whoever needs the whole of it (to
begin the document, to write down its words, to sign) takes the lock exclusively: then no step is on its way, whichever
process it came through, and what the table holds is everything.
"""

from dataclasses import dataclass, field
from uuid import UUID

from tht_app.database.queries.encounter import notes, shared, visits
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.encounter.note import NURSING_SECTIONS, Piece, Section, difference, sections_writable_by
from tht_app.domain.encounter.record import NotePass, NoteVersion, SharedNote, SharedUpdate
from tht_app.domain.encounter.visit import Visit
from tht_app.domain.errors import NotFound
from tht_app.domain.identity import Permission
from tht_app.use_cases.door import use_case

from .note_document import document_of, seed, words_of
from .visits import allows, may_write

STEPS_OF_A_SNAPSHOT = 200
"""So many steps are read one by one before one row stands for all of them."""


@dataclass(frozen=True, slots=True)
class JoinNote:
    """Come into the shared note of an encounter."""

    encounter_id: UUID


@dataclass(frozen=True, slots=True)
class OpenSharedNote:
    """The document of a note, begun now from its sections if nobody has opened it before."""

    encounter_id: UUID


@dataclass(frozen=True, slots=True)
class CatchUp:
    """The steps that came after this number and not through the room `origin`."""

    encounter_id: UUID
    after: int
    origin: str


@dataclass(frozen=True, slots=True)
class FrozenAmong:
    """Which of these open notes were signed or cancelled."""

    encounter_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class AppendUpdate:
    """What one person wrote at once, tried on a copy: it changed these sections and no other."""

    encounter_id: UUID
    updates: tuple[bytes, ...] = field(repr=False)
    sections: frozenset[Section]
    origin: str


@dataclass(frozen=True, slots=True)
class SettleNote:
    """Write down what the document says now."""

    encounter_id: UUID


@dataclass(frozen=True, slots=True)
class StillReads:
    """Nothing but the question whether somebody may still read records; re-read for all who have a note open."""


@dataclass(frozen=True, slots=True)
class ReadVersions:
    """The history of a note."""

    encounter_id: UUID


@dataclass(frozen=True, slots=True)
class CompareVersion:
    """What one version of a section changed."""

    encounter_id: UUID
    section: Section
    version: int


@use_case(permission=Permission.RECORD_READ, audit=AuditAction.READ, reads=True)
async def join_note(request: JoinNote, work: UnitOfWork) -> NotePass:
    """Which sections this person may write, and the key for what they keep offline; raises NotFound."""
    visit = await visits.find(work, request.encounter_id)
    work.saw(visit.patient_id)
    permissions = work.person.permissions
    writable = frozenset(
        section
        for section in sections_writable_by(permissions)
        if allows(work, visit, nursing=section in NURSING_SECTIONS)
    )
    key, scope = shared.draft_secrets(work, visit.id)
    return NotePass(
        patient_id=visit.patient_id,
        name=await notes.shown_name(work),
        nurse=Permission.RECORD_WRITE not in permissions,
        writable=writable,
        signed=visit.signed_at is not None,
        draft_key=key if sections_writable_by(permissions) else b"",
        draft_scope=scope,
    )


@use_case(permission=Permission.NOTE_KEEP, audit=AuditAction.READ)
async def open_shared_note(request: OpenSharedNote, work: UnitOfWork) -> SharedNote:
    """Everything that is stored; raises NotFound.

    A frozen note that nobody had opened gets a document for the eye alone, from the sections that were signed.
    """
    visit = await visits.for_signing(work, request.encounter_id)
    work.saw(visit.patient_id)
    steps = await shared.steps(work, visit.id)
    if not steps:
        present = await notes.present(work, visit.id)
        body = seed({section.section: section.text for section in present})
        seq = 0 if visit.is_frozen else await shared.add(work, visit, (body,), kind=shared.SEED)
        steps = (SharedUpdate(seq, (body,)),)
    return SharedNote(steps, visit.is_frozen)


@use_case(permission=Permission.NOTE_KEEP, audit=AuditAction.READ, steps=True)
async def catch_up(request: CatchUp, work: UnitOfWork) -> SharedNote:
    """What others have stored; raises NotFound."""
    visit = await visits.find(work, request.encounter_id)
    work.saw(visit.patient_id)
    steps = await shared.steps_from_elsewhere(work, visit.id, request.after, request.origin)
    return SharedNote(steps, visit.is_frozen)


@use_case(permission=Permission.NOTE_KEEP, audit=AuditAction.READ, steps=True)
async def frozen_among(request: FrozenAmong, work: UnitOfWork) -> tuple[UUID, ...]:
    """Their ids, and nothing of anybody."""
    return await visits.frozen_among(work, request.encounter_ids)


@use_case(permission=(Permission.RECORD_WRITE, Permission.RECORD_WRITE_NURSING), audit=AuditAction.UPDATE, steps=True)
async def append_update(request: AppendUpdate, work: UnitOfWork) -> str:
    """Store the step and return what the decision to let this person write stood on.

    Raises PermissionDenied for a nurse in A and P, NotYourEncounter, EncounterSigned, EncounterClosed, NotFound.
    """
    visit = await visits.for_writing(work, request.encounter_id)
    work.saw(visit.patient_id)
    may_write(work, visit, nursing=request.sections <= NURSING_SECTIONS)
    work.changed("note_update", visit.id, patient_id=visit.patient_id, new={"sections": sorted(request.sections)})
    await shared.add(work, visit, request.updates, sections=request.sections, origin=request.origin)
    return await shared.ground(work, visit.id)


@use_case(permission=(Permission.NOTE_KEEP, Permission.RECORD_SIGN), audit=AuditAction.UPDATE)
async def settle_note(request: SettleNote, work: UnitOfWork) -> bool:
    """Bring the sections up to what the document says; says whether anything was new. Raises NotFound."""
    visit = await visits.for_signing(work, request.encounter_id)
    work.saw(visit.patient_id)
    return not visit.is_frozen and await settle(work, visit)


async def settle(work: UnitOfWork, visit: Visit) -> bool:
    """As part of another use case that holds the encounter exclusively and may write in it: write what is new."""
    steps = await shared.steps(work, visit.id)
    if not steps:
        return False
    document = document_of(update for step in steps for update in step.updates)
    written: dict[str, int] = {}
    present = {section.section: section for section in await notes.present(work, visit.id)}
    for section, text in words_of(document).items():
        if text != present[section].text:
            version = present[section].version + 1
            author = await shared.last_author(work, visit.id, section)
            await notes.append(work, visit, section, version, text, before=present[section].text, author=author)
            written[section.value] = version
    if len(steps) > STEPS_OF_A_SNAPSHOT and Permission.NOTE_KEEP in work.person.permissions:
        await shared.add(
            work, visit, (document.get_update(),), kind=shared.SNAPSHOT, covers=max(step.seq for step in steps)
        )
    if written:
        work.changed("note_section", visit.id, patient_id=visit.patient_id, new=written)
    return bool(written)


@use_case(permission=Permission.RECORD_READ, audit=AuditAction.READ, reads=True)
async def still_reads(request: StillReads, work: UnitOfWork) -> bool:
    """Yes: who may not is not admitted to the answer."""
    return True


@use_case(permission=Permission.RECORD_READ, audit=AuditAction.READ, reads=True)
async def read_versions(request: ReadVersions, work: UnitOfWork) -> tuple[NoteVersion, ...]:
    """Who wrote what when, newest first; raises NotFound."""
    visit = await visits.find(work, request.encounter_id)
    work.saw(visit.patient_id)
    return await notes.versions(work, visit.id)


@use_case(permission=Permission.RECORD_READ, audit=AuditAction.READ, reads=True)
async def compare_version(request: CompareVersion, work: UnitOfWork) -> tuple[Piece, ...]:
    """The words of a version beside those of the one before it; raises NotFound."""
    visit = await visits.find(work, request.encounter_id)
    work.saw(visit.patient_id)
    if request.version < 1:
        raise NotFound
    after = await notes.text_of(work, visit.id, request.section, request.version)
    return difference(await notes.text_of(work, visit.id, request.section, request.version - 1), after)
