"""Taking a file back, marking it as wrong, and clearing away what belongs to nothing."""

import asyncio
from dataclasses import dataclass
from uuid import UUID

from tht_app.database.queries import attachment as queries
from tht_app.database.queries.encounter import visits
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.attachment import (
    AttachmentStatus,
    NotYourAttachment,
    checked_reason,
    ensure_may_remove,
)
from tht_app.domain.audit import AuditAction
from tht_app.domain.errors import NotFound
from tht_app.domain.identity import Permission
from tht_app.use_cases.attachment.places import content_name, parts, store, thumbnail_name
from tht_app.use_cases.attachment.uploading import WRITING
from tht_app.use_cases.door import Actor, execute, use_case

REST_SECONDS = 24 * 3600.0
"""What is younger may be on its way: an upload that goes on tomorrow, a file whose record commits in a moment."""
AT_A_TIME = 500


@dataclass(frozen=True, slots=True)
class RemoveAttachment:
    """Take back a file before the signature."""

    attachment_id: UUID


@dataclass(frozen=True, slots=True)
class MarkInError:
    """Say that a file is wrong, for example another patient's; it stays, marked."""

    attachment_id: UUID
    reason: str


@dataclass(frozen=True, slots=True)
class SweepFiles:
    """Which of these files were taken away, so that nobody can open what still lies in the store."""

    ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class SweepUploads:
    """Give up these uploads, to which nothing came any more."""

    ids: tuple[UUID, ...]


@use_case(permission=WRITING, audit=AuditAction.CANCEL)
async def remove_attachment(request: RemoveAttachment, work: UnitOfWork) -> bool:
    """Take it away for good; twice is no mistake. Raises NotYourAttachment, EncounterSigned, NotFound."""
    file = await queries.find(work, request.attachment_id)
    visit = await visits.for_writing(work, file.encounter_id)
    work.saw(file.patient_id)
    if file.status is AttachmentStatus.REMOVED:
        return False
    ensure_may_remove(visit, file.author_id, work.person.id)
    work.changed(
        "attachment",
        file.id,
        patient_id=file.patient_id,
        old={"name": file.name, "status": file.status.value},
        new={"status": AttachmentStatus.REMOVED.value},
    )
    return await queries.remove(work, file.id)


@use_case(permission=WRITING, audit=AuditAction.UPDATE)
async def mark_in_error(request: MarkInError, work: UnitOfWork) -> bool:
    """Mark it; raises ValidationFailed without a reason, NotYourAttachment, NotFound."""
    reason = checked_reason(request.reason)
    file = await queries.find(work, request.attachment_id)
    visit = await visits.for_writing(work, file.encounter_id)
    work.saw(file.patient_id)
    if not queries.may_correct(work, visit, file.author_id):
        raise NotYourAttachment
    if not await queries.mark_in_error(work, file.id, reason):
        raise NotFound
    new = {"status": AttachmentStatus.ENTERED_IN_ERROR.value, "reason": reason}
    work.changed("attachment", file.id, patient_id=file.patient_id, new=new)
    return True


@use_case(permission=Permission.ATTACHMENT_SWEEP, audit=AuditAction.READ, reads=True)
async def sweep_files(request: SweepFiles, work: UnitOfWork) -> frozenset[UUID]:
    """Those that do."""
    return await queries.removed(work, list(request.ids))


@use_case(permission=Permission.ATTACHMENT_SWEEP, audit=AuditAction.CANCEL)
async def sweep_uploads(request: SweepUploads, work: UnitOfWork) -> int:
    """How many there were."""
    abandoned = await queries.unfinished(work, list(request.ids))
    for upload_id in sorted(abandoned):
        file = await queries.find(work, upload_id)
        await queries.remove(work, upload_id)
        work.changed("attachment", upload_id, patient_id=file.patient_id, new={"status": "removed"})
    return len(abandoned)


async def clear_away(actor: Actor, *, rest: float = REST_SECONDS) -> int:
    """Throw away what has lain for `rest` seconds and was taken away or given up; returns how many files that were.

    A file that the record does not know is left alone: every file has a row before its first byte comes, so the
    database is an older one, restored, and may yet be replaced by the right one.
    """
    kept, incoming = store(), parts()
    stale = await asyncio.to_thread(lambda: list(incoming.untouched_for(rest)))
    for start in range(0, len(stale), AT_A_TIME):
        some = stale[start : start + AT_A_TIME]
        await execute(actor, SweepUploads(tuple(some)))
        for upload_id in some:
            await asyncio.to_thread(incoming.drop, upload_id)
    names = await asyncio.to_thread(lambda: list(kept.older_than(rest)))
    ids = sorted({UUID(name.partition(".")[0]) for name in names})
    gone = len(stale)
    for start in range(0, len(ids), AT_A_TIME):
        some = ids[start : start + AT_A_TIME]
        removed: frozenset[UUID] = await execute(actor, SweepFiles(tuple(some)))
        for file_id in sorted(removed):
            await forget_content(file_id)
            gone += 1
    return gone


async def forget_content(file_id: UUID) -> None:
    """Throw away the bytes of a file whose key is gone."""
    kept = store()
    for name in (content_name(file_id), thumbnail_name(file_id)):
        await asyncio.to_thread(kept.remove, name)
