"""The store of finished files, and the store on this machine's disk.

Whoever stores files elsewhere writes another class with these four methods: what comes here is sealed already, names
are ours and never a person's.
"""

import errno
import os
import re
import secrets
import time
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

from tht_app.domain.attachment import StorageFull, StorageUnreadable
from tht_app.integrations.files.frames import SEALED_FRAME

NAME = re.compile(r"[0-9a-f]{32}\.(content|thumbnail)")
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
UNFINISHED = ".unfinished-"
CLOSED_FILE, CLOSED_FOLDER = 0o600, 0o700


class Store(Protocol):
    """Where finished files lie, sealed, by names such as `<32 hexadecimal digits>.content`."""

    def put(self, name: str, frames: Iterable[bytes]) -> None:
        """Keep a file, whole or not at all, in place of an earlier one; it survives a power cut. Raises StorageFull."""
        ...

    def frames(self, name: str) -> Iterator[bytes]:
        """Its frames, in order; raises StorageUnreadable when there is no such file."""
        ...

    def remove(self, name: str) -> None:
        """Take it away; nothing when it is not there."""
        ...

    def older_than(self, seconds: float) -> Iterator[str]:
        """Names of what has lain here longer than that."""
        ...


@contextmanager
def room_for() -> Generator[None, None, None]:
    """Say in our own words that the disk has no room, or does not answer."""
    try:
        yield
    except OSError as failure:
        raise (StorageFull if failure.errno in NO_ROOM else StorageUnreadable) from failure


def sync_folder(folder: Path) -> None:
    """Make names in a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class DiskStore:
    """Files in a folder of this machine, closed to every other account."""

    def __init__(self, folder: Path) -> None:
        """Keep files below `folder`, which is made when the first one comes."""
        self._folder = folder

    def put(self, name: str, frames: Iterable[bytes]) -> None:
        """Write beside its place, flush to the disk, then move it there in one step."""
        place = self._place(name)
        with room_for():
            place.parent.mkdir(mode=CLOSED_FOLDER, parents=True, exist_ok=True)
            beside = place.with_name(f"{UNFINISHED}{secrets.token_hex(8)}")
            try:
                with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, CLOSED_FILE), "wb") as file:
                    file.writelines(frames)
                    file.flush()
                    os.fsync(file.fileno())
                beside.replace(place)
                sync_folder(place.parent)
            finally:
                with suppress(OSError):
                    beside.unlink(missing_ok=True)

    def frames(self, name: str) -> Iterator[bytes]:
        """Read it frame by frame."""
        with room_for(), self._place(name).open("rb") as file:
            while frame := file.read(SEALED_FRAME):
                yield frame

    def remove(self, name: str) -> None:
        """Unlink it."""
        with room_for():
            self._place(name).unlink(missing_ok=True)

    def older_than(self, seconds: float) -> Iterator[str]:
        """Look at every file; what a crash left beside its place is thrown away on the way."""
        limit = time.time() - seconds
        for path in sorted(self._folder.glob("*/*")):
            with suppress(FileNotFoundError):
                if path.stat().st_mtime > limit:
                    continue
                if path.name.startswith(UNFINISHED):
                    path.unlink()
                elif NAME.fullmatch(path.name):
                    yield path.name

    def _place(self, name: str) -> Path:
        """The last digits of an id are random, the first are its time: files spread evenly over 256 folders."""
        if not NAME.fullmatch(name):
            raise StorageUnreadable
        return self._folder / name.partition(".")[0][-2:] / name
