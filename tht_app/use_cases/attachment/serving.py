"""The way of a file out of the house: the door says who may, the store gives the bytes."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from tht_app.database.queries.attachment import StoredFile
from tht_app.domain.attachment import FileType, StorageUnreadable
from tht_app.domain.errors import NotFound
from tht_app.integrations.files.frames import opened_frames
from tht_app.integrations.files.inspector import page_picture
from tht_app.integrations.files.store import Store
from tht_app.use_cases.attachment.places import LOOKING, content_name, store, thumbnail_name
from tht_app.use_cases.attachment.reading import OpenAttachment
from tht_app.use_cases.door import Actor, execute, read


@dataclass(frozen=True, slots=True)
class ShownFile:
    """A file on its way to a browser, piece by piece; the first piece was opened, so that it is known to be there."""

    name: str
    type: FileType
    size: int
    pieces: Iterator[bytes]


async def whole_file(actor: Actor, attachment_id: UUID) -> ShownFile:
    """The file as it is stored, audited as read; raises NotFound, StorageUnreadable."""
    file: StoredFile = await execute(actor, OpenAttachment(attachment_id))
    pieces = _pieces(store(), file)
    first = await asyncio.to_thread(next, pieces, b"")
    return ShownFile(file.name, _type(file), file.size, _again(first, pieces))


async def thumbnail_of(actor: Actor, attachment_id: UUID, seen: frozenset[UUID]) -> tuple[bytes, frozenset[UUID]]:
    """The small picture, and whom it shows; an entry is written unless the patient is among `seen`."""
    reading = await read(actor, OpenAttachment(attachment_id), seen=seen)
    file: StoredFile = reading.result
    if not file.thumbnail:
        raise NotFound
    return await asyncio.to_thread(_thumbnail, store(), file), reading.patient_ids


async def page_of(actor: Actor, attachment_id: UUID, number: int) -> bytes:
    """One page of a PDF as picture (WebP), counted from 1; raises NotFound, StorageUnreadable."""
    file: StoredFile = await execute(actor, OpenAttachment(attachment_id))
    if file.type is not FileType.PDF or not 1 <= number <= file.pages:
        raise NotFound
    async with LOOKING:
        return await asyncio.to_thread(_page, store(), file, number)


def _type(file: StoredFile) -> FileType:
    if file.type is None:
        raise NotFound
    return file.type


def _pieces(kept: Store, file: StoredFile) -> Iterator[bytes]:
    name = content_name(file.id)
    return opened_frames(file.key, name, file.size, kept.frames(name))


def _thumbnail(kept: Store, file: StoredFile) -> bytes:
    name = thumbnail_name(file.id)
    frames = list(kept.frames(name))
    if len(frames) != 1:
        raise StorageUnreadable
    return b"".join(opened_frames(file.key, name, 1, frames))


def _page(kept: Store, file: StoredFile, number: int) -> bytes:
    return page_picture(b"".join(_pieces(kept, file)), number)


def _again(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest
