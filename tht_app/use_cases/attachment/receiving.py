"""The way of a file into the house: pieces to the disk, a look into it, the store, and only then the record.

Looking into a file takes longer than a transaction may stay open, so each step asks the door for itself.
"""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

from tht_app.domain.attachment import AttachmentStatus, StorageUnreadable, WrongOffset
from tht_app.domain.errors import RuleViolation
from tht_app.integrations.files.frames import sealed_frames
from tht_app.integrations.files.inspector import Inspected, inspect
from tht_app.use_cases.attachment.places import LOOKING, content_name, parts, store, thumbnail_name
from tht_app.use_cases.attachment.uploading import DropUpload, FindUpload, KeepUpload, Upload
from tht_app.use_cases.door import Actor, execute, read


async def received_bytes(actor: Actor, upload_id: UUID) -> tuple[int, bool]:
    """How many bytes of one's own upload are safe, and whether it is a file already. Raises UploadGone."""
    file = (await _find(actor, upload_id)).file
    if file.status is not AttachmentStatus.UPLOADING:
        return file.announced_size, True
    return await asyncio.to_thread(parts().received, file.id, file.announced_size), False


async def receive_piece(actor: Actor, upload_id: UUID, offset: int, body: Callable[[], Awaitable[bytes]]) -> int:
    """Keep a piece and return how many bytes are safe now; `body` is not read for who may not send it.

    Raises UploadGone, WrongOffset, StorageFull.
    """
    file = (await _find(actor, upload_id)).file
    if file.status is not AttachmentStatus.UPLOADING:
        raise WrongOffset(received=file.announced_size)
    return await asyncio.to_thread(parts().append, file.id, file.key, file.announced_size, offset, await body())


async def finish_upload(actor: Actor, upload_id: UUID) -> UUID:
    """Look into a whole upload and attach it; a repeat finds it attached.

    Raises WrongOffset while pieces are missing, what `inspect` refuses, StorageFull, EncounterSigned, UploadGone. A
    file that is refused for what it is, is thrown away.
    """
    upload = await _find(actor, upload_id)
    file = upload.file
    if file.status is not AttachmentStatus.UPLOADING:
        return file.id
    try:
        async with LOOKING:
            inspected = await asyncio.to_thread(_stored, upload)
    except RuleViolation:
        await execute(actor, DropUpload(file.id))
        await asyncio.to_thread(parts().drop, file.id)
        raise
    await execute(actor, KeepUpload(file.id, inspected.facts))
    await asyncio.to_thread(parts().drop, file.id)
    return file.id


async def _find(actor: Actor, upload_id: UUID) -> Upload:
    """A hundred pieces are one upload, which is in the audit log by its beginning and its end."""
    found = await read(actor, FindUpload(upload_id), seen=frozenset())
    upload: Upload = found.result
    return upload


def _stored(upload: Upload) -> Inspected:
    """Put the file together, look into it, and lay it into the store under its final name."""
    file, incoming, kept = upload.file, parts(), store()
    received = incoming.received(file.id, file.announced_size)
    if received != file.announced_size:
        raise WrongOffset(received=received)
    try:
        data = b"".join(incoming.pieces(file.id, file.key, file.announced_size))
    except StorageUnreadable:
        # The machine fell while it wrote, and the disk had promised more than it kept: once more from the beginning.
        incoming.drop(file.id)
        raise WrongOffset(received=0) from None
    inspected = inspect(data, upload.patient_name)
    names = (content_name(file.id), inspected.content), (thumbnail_name(file.id), inspected.thumbnail)
    for name, content in names:
        if content:
            kept.put(name, sealed_frames(file.key, name, content))
    return inspected
