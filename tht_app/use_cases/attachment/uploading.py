"""Beginning an upload, knowing it again, and saying that it is whole."""

from dataclasses import dataclass
from uuid import UUID

from tht_app.database.queries import attachment as queries
from tht_app.database.queries.attachment import StoredFile
from tht_app.database.queries.encounter import visits
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.attachment import (
    AttachmentKind,
    AttachmentStatus,
    FileFacts,
    Site,
    UploadGone,
    checked_name,
    checked_size,
)
from tht_app.domain.audit import AuditAction
from tht_app.domain.encounter.diagnosis import Laterality
from tht_app.domain.errors import NotFound
from tht_app.domain.identity import Permission
from tht_app.integrations.files.frames import new_file_key
from tht_app.use_cases.door import use_case
from tht_app.use_cases.encounter.visits import may_write

WRITING = (Permission.RECORD_WRITE, Permission.RECORD_WRITE_NURSING)


@dataclass(frozen=True, slots=True)
class BeginUpload:
    """Announce a file for a visit: its name and size, what it is, and which side and part of the body it shows."""

    encounter_id: UUID
    name: str
    size: int
    kind: AttachmentKind = AttachmentKind.OTHER
    side: Laterality = Laterality.NONE
    site: Site = Site.NONE


@dataclass(frozen=True, slots=True)
class FindUpload:
    """The upload that a piece belongs to."""

    upload_id: UUID


@dataclass(frozen=True, slots=True)
class KeepUpload:
    """Make an upload a file of the record; asked by the program that looked into it."""

    upload_id: UUID
    facts: FileFacts


@dataclass(frozen=True, slots=True)
class DropUpload:
    """Give up an upload."""

    upload_id: UUID


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload, and whom its visit is about."""

    file: StoredFile
    patient_name: str


@use_case(permission=WRITING, audit=AuditAction.CREATE)
async def begin_upload(request: BeginUpload, work: UnitOfWork) -> UUID:
    """Return the id of the upload, which becomes that of the file.

    Raises FileEmpty, FileTooLarge, ValidationFailed for its name, NotYourEncounter, EncounterSigned, NotFound.
    """
    visit = await visits.for_writing(work, request.encounter_id)
    work.saw(visit.patient_id)
    may_write(work, visit, nursing=True)
    size = checked_size(request.size)
    upload_id = await queries.announce(
        work,
        visit,
        name=checked_name(request.name),
        size=size,
        kind=request.kind,
        side=request.side,
        site=request.site,
        key=new_file_key(),
    )
    work.changed("attachment", upload_id, patient_id=visit.patient_id, new={"status": "uploading", "size": size})
    return upload_id


@use_case(permission=WRITING, audit=AuditAction.READ, reads=True)
async def find_upload(request: FindUpload, work: UnitOfWork) -> Upload:
    """The person's own upload, whether on its way or there already; raises UploadGone."""
    file = await _own(work, request.upload_id)
    head = await visits.patient_head(work, file.patient_id)
    return Upload(file, head.name)


@use_case(permission=WRITING, audit=AuditAction.CREATE)
async def keep_upload(request: KeepUpload, work: UnitOfWork) -> UUID:
    """Attach the file; a repeat changes nothing. Raises EncounterSigned, NotYourEncounter, UploadGone."""
    file = await _own(work, request.upload_id)
    visit = await visits.for_writing(work, file.encounter_id)
    work.saw(visit.patient_id)
    if file.status is AttachmentStatus.UPLOADING:
        may_write(work, visit, nursing=True)
        if await queries.keep(work, file.id, request.facts):
            new = {"type": request.facts.type.value, "size": request.facts.size, "sha256": request.facts.sha256}
            work.changed("attachment", file.id, patient_id=visit.patient_id, new=new)
    return file.id


@use_case(permission=WRITING, audit=AuditAction.CANCEL)
async def drop_upload(request: DropUpload, work: UnitOfWork) -> bool:
    """Give up an upload; says no where it is not on its way any more. Raises UploadGone."""
    file = await _own(work, request.upload_id)
    work.saw(file.patient_id)
    if file.status is not AttachmentStatus.UPLOADING:
        return False
    work.changed("attachment", file.id, patient_id=file.patient_id, new={"status": "removed"})
    return await queries.remove(work, file.id)


async def _own(work: UnitOfWork, upload_id: UUID) -> StoredFile:
    try:
        file = await queries.find(work, upload_id)
    except NotFound:
        raise UploadGone from None
    if file.author_id != work.person.id or file.status is AttachmentStatus.REMOVED:
        raise UploadGone
    return file
