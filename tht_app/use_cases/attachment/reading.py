"""Which files there are, and opening one."""

from dataclasses import dataclass
from uuid import UUID

from tht_app.database.queries import attachment as queries
from tht_app.database.queries.attachment import StoredFile
from tht_app.database.queries.encounter import visits
from tht_app.database.queries.registration import saw_records_of
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.attachment import Attachment, AttachmentStatus
from tht_app.domain.audit import AuditAction
from tht_app.domain.errors import NotFound
from tht_app.domain.identity import Permission
from tht_app.use_cases.door import use_case
from tht_app.use_cases.encounter.visits import allows

MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class AttachmentsOfVisit:
    """The files of a visit."""

    encounter_id: UUID


@dataclass(frozen=True, slots=True)
class AttachmentsOfPatient:
    """The files of a patient, of all visits."""

    patient_id: UUID


@dataclass(frozen=True, slots=True)
class OpenAttachment:
    """What is needed to hand out a file."""

    attachment_id: UUID


@dataclass(frozen=True, slots=True)
class VisitAttachments:
    """The files of a visit, and whether the person who asks may attach more."""

    files: tuple[Attachment, ...]
    may_attach: bool


@use_case(permission=Permission.RECORD_READ, audit=AuditAction.READ, reads=True)
async def attachments_of_visit(request: AttachmentsOfVisit, work: UnitOfWork) -> VisitAttachments:
    """Oldest first; raises NotFound."""
    visit = await visits.find(work, request.encounter_id)
    work.saw(visit.patient_id)
    return VisitAttachments(await queries.of_encounter(work, visit.id), allows(work, visit, nursing=True))


@use_case(permission=Permission.RECORD_READ, audit=AuditAction.READ, reads=True)
async def attachments_of_patient(request: AttachmentsOfPatient, work: UnitOfWork) -> tuple[Attachment, ...]:
    """Newest first, at most `MOST_SHOWN`."""
    await saw_records_of(work, request.patient_id)
    return await queries.of_patient(work, request.patient_id, MOST_SHOWN)


@use_case(permission=Permission.RECORD_READ, audit=AuditAction.READ, reads=True)
async def open_attachment(request: OpenAttachment, work: UnitOfWork) -> StoredFile:
    """Name, type and key of a file that is there, also of one that was marked as wrong; raises NotFound."""
    file = await queries.find(work, request.attachment_id)
    if file.status not in {AttachmentStatus.CURRENT, AttachmentStatus.ENTERED_IN_ERROR}:
        raise NotFound
    work.saw(file.patient_id)
    work.changed("attachment", file.id, patient_id=file.patient_id)
    return file
