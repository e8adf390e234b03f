"""Uploads on their way: one sealed file each, which grows by whole frames, so that a broken one goes on where it was.

What was acknowledged is on the disk. A crash in the middle of a frame leaves a torn end, which is cut off when the
next piece comes. Unfinished uploads always lie on the machine that receives them, wherever finished files lie.
"""

import fcntl
import os
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import UUID

from tht_app.domain.attachment import StorageFull, WrongOffset
from tht_app.integrations.files.frames import FRAME, SEALED_FRAME, frame_count, open_frame, seal_frame
from tht_app.integrations.files.store import CLOSED_FILE, CLOSED_FOLDER, room_for, sync_folder


class Parts:
    """The unfinished uploads of this machine."""

    def __init__(self, folder: Path) -> None:
        """Keep them in `folder`, which is made when the first one comes."""
        self._folder = folder

    def received(self, upload_id: UUID, size: int) -> int:
        """How many bytes of an upload of `size` are safe."""
        try:
            length = self._place(upload_id).stat().st_size
        except FileNotFoundError:
            return 0
        return _plain_bytes(length, size)

    def append(self, upload_id: UUID, key: bytes, size: int, offset: int, piece: bytes) -> int:
        """Keep the next piece and return how many bytes are safe now.

        Every piece but the last has `FRAME` bytes. Raises WrongOffset when it does not fit what is there, StorageFull.
        """
        with room_for(), self._locked(upload_id) as handle:
            safe = _plain_bytes(os.fstat(handle).st_size, size)
            whole = len(piece) == FRAME or offset + len(piece) == size
            if offset != safe or not piece or not whole or offset + len(piece) > size:
                raise WrongOffset(received=safe)
            index, start = offset // FRAME, offset // FRAME * SEALED_FRAME
            frame = seal_frame(key, _name(upload_id), index, piece, last=index == frame_count(size) - 1)
            try:
                os.ftruncate(handle, start)
                _write_all(handle, frame, start)
                os.fsync(handle)
            except OSError:
                os.ftruncate(handle, start)
                raise
            return offset + len(piece)

    def pieces(self, upload_id: UUID, key: bytes, size: int) -> Iterator[bytes]:
        """What came so far, piece by piece; raises StorageUnreadable."""
        last = frame_count(size) - 1
        with room_for(), self._place(upload_id).open("rb") as file:
            for index in range(last + 1):
                sealed = file.read(SEALED_FRAME)
                yield open_frame(key, _name(upload_id), index, sealed, last=index == last)

    def drop(self, upload_id: UUID) -> None:
        """Forget an upload."""
        with suppress(FileNotFoundError):
            self._place(upload_id).unlink()

    def untouched_for(self, seconds: float) -> Iterator[UUID]:
        """Uploads to which nothing came for that long."""
        limit = time.time() - seconds
        for path in sorted(self._folder.glob("*.part")):
            with suppress(FileNotFoundError, ValueError):
                if path.stat().st_mtime <= limit:
                    yield UUID(path.stem)

    def _place(self, upload_id: UUID) -> Path:
        return self._folder / f"{upload_id.hex}.part"

    @contextmanager
    def _locked(self, upload_id: UUID) -> Generator[int, None, None]:
        """Open it for one writer; two pieces of the same upload wait for each other."""
        self._folder.mkdir(mode=CLOSED_FOLDER, parents=True, exist_ok=True)
        place = self._place(upload_id)
        fresh = not place.exists()
        handle = os.open(place, os.O_RDWR | os.O_CREAT, CLOSED_FILE)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            if fresh:
                sync_folder(self._folder)
            yield handle
        finally:
            os.close(handle)


def _name(upload_id: UUID) -> str:
    return f"{upload_id.hex}.part"


def _plain_bytes(length: int, size: int) -> int:
    """Bytes of the file in its first `length` sealed ones; a torn frame at the end counts for nothing."""
    whole, rest = divmod(length, SEALED_FRAME)
    tail = size - whole * FRAME
    if rest and whole == frame_count(size) - 1 and rest == SEALED_FRAME - FRAME + tail:
        return size
    return min(whole * FRAME, size)


def _write_all(handle: int, data: bytes, offset: int) -> None:
    """`pwrite` may write less than it was given, the last time before the disk is full."""
    view, end = memoryview(data), offset
    while view:
        done = os.pwrite(handle, view, end)
        if done == 0:
            raise StorageFull
        view, end = view[done:], end + done
