"""Sealing a file in frames: AES-256-GCM, each frame bound to its file, its place and whether it is the last.

A file is read and written piece by piece, so that a film of an endoscopy does not have to lie in memory; a frame that
is missing, doubled, moved, cut off or from another file does not open. Every file has a random key of its own.

Stored form of a frame: 12 bytes nonce | at most `FRAME` bytes ciphertext | 16 bytes tag. All but the last are full.
"""

import secrets
from collections.abc import Iterable, Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tht_app.domain.attachment import StorageUnreadable

FRAME = 768 * 1024
NONCE_BYTES = 12
SEALED_FRAME = NONCE_BYTES + FRAME + 16
KEY_BYTES = 32


def new_file_key() -> bytes:
    """A key for one file."""
    return secrets.token_bytes(KEY_BYTES)


def frame_count(size: int) -> int:
    """How many frames a file of `size` bytes has; an empty one has one."""
    return max(1, -(-size // FRAME))


def seal_frame(key: bytes, name: str, index: int, piece: bytes, *, last: bool) -> bytes:
    """One frame of the file `name`."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, piece, _label(name, index, last=last))


def open_frame(key: bytes, name: str, index: int, sealed: bytes, *, last: bool) -> bytes:
    """What `seal_frame` sealed for exactly this place; raises StorageUnreadable."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _label(name, index, last=last))
    except InvalidTag:
        raise StorageUnreadable from None


def sealed_frames(key: bytes, name: str, content: bytes) -> Iterator[bytes]:
    """All frames of a file."""
    count = frame_count(len(content))
    for index in range(count):
        piece = content[index * FRAME : (index + 1) * FRAME]
        yield seal_frame(key, name, index, piece, last=index == count - 1)


def opened_frames(key: bytes, name: str, size: int, sealed: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces of a file of `size` bytes from its frames; raises StorageUnreadable unless it is whole."""
    count, index = frame_count(size), -1
    for index, frame in enumerate(sealed):
        if index >= count:
            raise StorageUnreadable
        yield open_frame(key, name, index, frame, last=index == count - 1)
    if index != count - 1:
        raise StorageUnreadable


def _label(name: str, index: int, *, last: bool) -> bytes:
    return f"file|{name}|{index}|{'last' if last else 'more'}".encode()
