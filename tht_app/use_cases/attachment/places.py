"""Where this installation keeps its files, and how many of them it opens at a time."""

import asyncio
from uuid import UUID

from tht_app.integrations.files.parts import Parts
from tht_app.integrations.files.store import DiskStore, Store
from tht_app.settings import settings

LOOKING = asyncio.Semaphore(2)
"""A picture of forty megapixels takes half a gigabyte to unpack: the others wait, and no thread waits with them."""


def store() -> Store:
    """Finished files. Another kind of store is chosen here."""
    return DiskStore(settings().files / "stored")


def parts() -> Parts:
    """Uploads on their way."""
    return Parts(settings().files / "incoming")


def content_name(file_id: UUID) -> str:
    """The name of a file in the store."""
    return f"{file_id.hex}.content"


def thumbnail_name(file_id: UUID) -> str:
    """The name of its small picture."""
    return f"{file_id.hex}.thumbnail"
