"""The file that a backup is: encrypted, versioned, and telling what it is before one has the key.

    magic | length, outer head (JSON, readable) | wrapped file key | chunk | chunk | … | last chunk

A random key encrypts one file; it lies in the file, wrapped under a key that is derived from the clinic's master key.
Each chunk is AES-256-GCM; its number and whether it is the last are its nonce, and the whole head is authenticated with
it. A flipped bit, a chunk that is missing, moved or repeated, a cut end and a head from another file are all refused.

Inside lies a sequence of records: the manifest, then members, each with its length and SHA-256 at the end, then the end
mark. How many patients there are stands in the manifest, that is: for whoever has the key.
"""

import json
import os
import secrets
import struct
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tht_app.database.crypto import fingerprint

FORMAT = 1
MAGIC = b"THT-BACKUP\n"
CHUNK = 1 << 20
LONGEST_HEAD = 1 << 16
LAST = 1 << 31
WRAPPED = 12 + 32 + 16
TAG = 16
RECORD = struct.Struct(">cI")
LENGTH = struct.Struct(">I")
Say = Callable[[bytes], None]


class BackupRefused(Exception):
    """This file cannot be used, or no backup can be made; the text says why and what to do, in one sentence."""


class Damaged(BackupRefused):
    """The file is not what was written."""

    def __init__(self, where: str) -> None:
        """`where` it shows."""
        super().__init__(f"This backup is damaged ({where}): use another copy or an older one.")


@dataclass(frozen=True, slots=True)
class Head:
    """What everybody can read who holds the file: nothing about patients."""

    kind: str
    created_at: str
    program: str
    revision: str
    server: int
    """Major version of PostgreSQL."""
    key: str
    """Fingerprint of the master key with which it opens; says nothing about the key."""
    format: int = FORMAT


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is inside, for comparing after a restore."""

    clinic: str
    database: str
    counts: Mapping[str, int] = field(default_factory=dict[str, int])
    """Rows by table."""
    seal: int = 0
    seal_digest: str = ""
    """Where the audit log stood."""
    data_keys: tuple[str, ...] = ()
    """Purpose, version and fingerprint of each wrapped data key: the keys themselves lie wrapped in the database."""


def _derived(master: bytes, use: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=f"tht|backup|{use}|1".encode()).derive(master)


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\x01" if last else b"\x00")


class Writer:
    """Writes one file from front to end in constant memory; `close` is what makes it whole."""

    def __init__(self, file: IO[bytes], head: Head, manifest: Manifest, master: bytes) -> None:
        """Write the head."""
        plain = json.dumps(asdict(head), sort_keys=True).encode()
        start = MAGIC + LENGTH.pack(len(plain)) + plain
        self._bound = sha256(start).digest()
        key, nonce = secrets.token_bytes(32), secrets.token_bytes(12)
        wrapped = nonce + AESGCM(_derived(master, "wrap")).encrypt(nonce, key, self._bound)
        self._file, self._cipher, self._number = file, AESGCM(key), 0
        self._waiting = bytearray()
        self.members = 0
        file.write(start + wrapped)
        self._record(b"H", json.dumps(asdict(manifest)).encode())

    @contextmanager
    def member(self, name: str) -> Generator[Say, None, None]:
        """A member of the backup: what is said to the function is its content, however much that is."""
        self._record(b"M", json.dumps({"name": name}).encode())
        digest, size = sha256(), 0

        def say(data: bytes) -> None:
            nonlocal size
            digest.update(data)
            size += len(data)
            self._record(b"D", data)

        yield say
        self._record(b"E", json.dumps({"size": size, "sha256": digest.hexdigest()}).encode())
        self.members += 1

    def close(self) -> None:
        """Write the end; without it the file is refused as cut off."""
        self._record(b"Z", json.dumps({"members": self.members}).encode())
        self._chunk(bytes(self._waiting), last=True)
        self._file.flush()
        os.fsync(self._file.fileno())

    def _record(self, kind: bytes, data: bytes) -> None:
        self._waiting += RECORD.pack(kind, len(data))
        self._waiting += data
        while len(self._waiting) > CHUNK:
            self._chunk(bytes(self._waiting[:CHUNK]), last=False)
            del self._waiting[:CHUNK]

    def _chunk(self, data: bytes, *, last: bool) -> None:
        sealed = self._cipher.encrypt(_nonce(self._number, last=last), data, self._bound)
        self._file.write(LENGTH.pack(len(sealed) | (LAST if last else 0)) + sealed)
        self._number += 1


def read_head(file: IO[bytes]) -> tuple[Head, bytes]:
    """The outer head and what binds the chunks to it; needs no key. Raises `BackupRefused`."""
    start = file.read(len(MAGIC) + LENGTH.size)
    if not start.startswith(MAGIC) or len(start) < len(MAGIC) + LENGTH.size:
        raise BackupRefused("This is not a backup of THT Klinik.")
    (length,) = LENGTH.unpack(start[len(MAGIC) :])
    plain = file.read(length) if length <= LONGEST_HEAD else b""
    try:
        values: dict[str, Any] = json.loads(plain)
        number = int(values["format"])
    except (ValueError, KeyError, TypeError) as broken:
        raise Damaged("its head") from broken
    if number > FORMAT:
        raise BackupRefused(f"This backup has format {number}, made by a newer program: upgrade this one first.")
    try:
        return Head(**values), sha256(start + plain).digest()
    except TypeError as broken:
        raise Damaged("its head") from broken


class Reader:
    """Reads one file from front to end and believes nothing of it that is not authenticated."""

    def __init__(self, file: IO[bytes], master: bytes) -> None:
        """Read head and manifest; raises `BackupRefused` for a wrong key, another file, a newer format."""
        self.head, self._bound = read_head(file)
        if self.head.key != (ours := fingerprint(master)):
            raise BackupRefused(
                f"This backup opens with the master key {self.head.key}, and the key here is {ours}:"
                " name the right key file with --key-file."
            )
        wrapped = file.read(WRAPPED)
        try:
            key = AESGCM(_derived(master, "wrap")).decrypt(wrapped[:12], wrapped[12:], self._bound)
        except (InvalidTag, ValueError) as broken:
            raise Damaged("its head") from broken
        self._file, self._cipher, self._number = file, AESGCM(key), 0
        self._buffer, self._ended = bytearray(), False
        kind, data = self._record()
        if kind != b"H":
            raise Damaged("its manifest")
        values = json.loads(data)
        self.manifest = Manifest(**values | {"data_keys": tuple(values["data_keys"])})

    def members(self) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Name and content of each member; what is not read of one is checked all the same."""
        count = 0
        while True:
            kind, data = self._record()
            if kind == b"Z":
                break
            if kind != b"M":
                raise Damaged("between two members")
            name = str(json.loads(data)["name"])
            content = self._content(name)
            yield name, content
            for _ in content:
                pass
            count += 1
        if json.loads(data)["members"] != count or self._buffer or not self._ended or self._file.read(1):
            raise Damaged("its end")

    def _content(self, name: str) -> Iterator[bytes]:
        digest, size = sha256(), 0
        while True:
            kind, data = self._record()
            if kind == b"E":
                break
            if kind != b"D":
                raise Damaged(f"in {name}")
            digest.update(data)
            size += len(data)
            yield data
        told = json.loads(data)
        if (told["size"], told["sha256"]) != (size, digest.hexdigest()):
            raise Damaged(f"in {name}")

    def _record(self) -> tuple[bytes, bytes]:
        kind, length = RECORD.unpack(self._take(RECORD.size))
        return kind, self._take(length)

    def _take(self, size: int) -> bytes:
        while len(self._buffer) < size:
            self._buffer += self._next_chunk()
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    def _next_chunk(self) -> bytes:
        head = self._file.read(LENGTH.size)
        if self._ended or len(head) < LENGTH.size:
            raise Damaged("it is cut off")
        (told,) = LENGTH.unpack(head)
        last, length = bool(told & LAST), told & ~LAST
        sealed = self._file.read(length) if TAG <= length <= CHUNK + TAG else b""
        if len(sealed) < length or not sealed:
            raise Damaged("it is cut off")
        try:
            plain = self._cipher.decrypt(_nonce(self._number, last=last), sealed, self._bound)
        except InvalidTag as broken:
            raise Damaged(f"at chunk {self._number}") from broken
        self._number += 1
        self._ended = last
        return plain


@contextmanager
def opened(path: Path, master: bytes) -> Generator[Reader, None, None]:
    """The backup in this file; raises `BackupRefused` when it cannot be used."""
    try:
        with path.open("rb") as file:
            yield Reader(file, master)
    except FileNotFoundError:
        raise BackupRefused(f"There is no backup {path}.") from None
