"""Envelope encryption of single values: AES-256-GCM under one versioned data key a purpose.

The data keys lie wrapped in `sec.data_key`; the master key that unwraps them lies in a file outside the database, so a
stolen dump or disk image without that file shows nothing. What a sealed value belongs to (table, column, row, key
version) is authenticated with it: a value copied to another row, column or patient does not open.

Stored form: 1 byte format (1) | 2 bytes key version, big-endian | 12 bytes nonce | ciphertext with 16 bytes tag.
"""

import hmac
import os
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Self, overload
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

FORMAT = b"\x01"
KEY_BYTES = 32
NONCE_BYTES = 12
HEADER_BYTES = 3


class Purpose(StrEnum):
    """What a data key may be used for; one key never serves two purposes."""

    IDENTITY = "identity"
    CLINICAL = "clinical"
    FILE = "file"
    SECRET = "secret"
    AUDIT = "audit"
    INDEX = "index"


class SealBroken(Exception):
    """A sealed value does not open: damaged, moved from its row, or sealed under another key."""


class MasterKeyMissing(Exception):
    """There is no usable master key; the message tells what to do."""


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A data key as it lies in the database."""

    purpose: Purpose
    version: int
    wrapped: bytes


def read_master_key(path: Path | None, hexadecimal: str = "") -> bytes:
    """Return the 32 bytes of the master key from its file or from 64 hexadecimal digits.

    Raises `MasterKeyMissing` with a sentence for the operator.
    """
    if hexadecimal:
        key = bytes.fromhex(hexadecimal)
    elif path is not None and path.is_file():
        key = path.read_bytes()
    else:
        raise MasterKeyMissing(
            f"Kunci utama tidak ditemukan di {path}. Jalankan `tht init` atau pulihkan berkas kuncinya."
        )
    if len(key) != KEY_BYTES:
        raise MasterKeyMissing(
            f"Kunci utama harus {KEY_BYTES} byte, bukan {len(key)}. Pulihkan berkas kunci yang benar."
        )
    return key


def fingerprint(key: bytes) -> str:
    """A short name of a key, to be compared by eye with what stands on paper or in a backup."""
    digest = sha256(b"tht|fingerprint|" + key).hexdigest()
    return "-".join(digest[start : start + 4] for start in (0, 4, 8))


def create_master_key(path: Path, key: bytes | None = None) -> bytes:
    """Write a new master key (or this one), readable by its owner only; refuses to replace one that is there.

    When this returns, the key survives a power cut.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    key = key or secrets.token_bytes(KEY_BYTES)
    path.touch(mode=0o600, exist_ok=False)
    with path.open("wb") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    return key


def new_data_key(master: bytes, purpose: Purpose, version: int) -> WrappedKey:
    """Make a random data key and wrap it under the master key."""
    return _wrap(master, purpose, version, secrets.token_bytes(KEY_BYTES))


def _wrap(master: bytes, purpose: Purpose, version: int, key: bytes) -> WrappedKey:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return WrappedKey(purpose, version, nonce + AESGCM(master).encrypt(nonce, key, _wrap_label(purpose, version)))


def _wrap_label(purpose: Purpose, version: int) -> bytes:
    return f"data_key|{purpose.value}|{version}".encode()


def _unwrap(master: bytes, key: WrappedKey) -> bytes:
    nonce, body = key.wrapped[:NONCE_BYTES], key.wrapped[NONCE_BYTES:]
    try:
        return AESGCM(master).decrypt(nonce, body, _wrap_label(key.purpose, key.version))
    except InvalidTag as broken:
        raise MasterKeyMissing(
            "Kunci utama ini bukan milik basis data ini. Pulihkan berkas kunci yang benar."
        ) from broken


def rewrapped(key: WrappedKey, old: bytes, new: bytes) -> WrappedKey:
    """The same data key under another master key; raises `MasterKeyMissing` when `old` does not open it."""
    return _wrap(new, key.purpose, key.version, _unwrap(old, key))


@dataclass(frozen=True, slots=True)
class _Ring:
    """Every data key of one moment; exchanged as a whole, so that nobody sees half a rotation."""

    ciphers: Mapping[Purpose, Mapping[int, AESGCM]]
    newest: Mapping[Purpose, int]
    first_index: bytes
    index: bytes


def _ring(keys: Mapping[Purpose, Mapping[int, bytes]]) -> _Ring:
    index = keys[Purpose.INDEX]
    return _Ring(
        {purpose: {version: AESGCM(key) for version, key in versions.items()} for purpose, versions in keys.items()},
        {purpose: max(versions) for purpose, versions in keys.items()},
        index[min(index)],
        index[max(index)],
    )


def unlocked(master: bytes, wrapped: Iterable[WrappedKey]) -> dict[Purpose, dict[int, bytes]]:
    """Every data key; raises `MasterKeyMissing` when the master key does not fit or a purpose has none."""
    keys: dict[Purpose, dict[int, bytes]] = {}
    for key in wrapped:
        keys.setdefault(key.purpose, {})[key.version] = _unwrap(master, key)
    absent = [purpose.value for purpose in Purpose if purpose not in keys]
    if absent:
        raise MasterKeyMissing(f"Kunci data belum lengkap ({', '.join(absent)}). Jalankan `tht migrate`.")
    return keys


class Vault:
    """Seals and opens single values with the unwrapped data keys of one installation."""

    def __init__(self, keys: Mapping[Purpose, Mapping[int, bytes]]) -> None:
        """Take `{purpose: {version: 32 bytes}}`; the highest version seals, every version opens."""
        self._ring = _ring(keys)
        self.look_again: Callable[[Purpose, int], Mapping[Purpose, Mapping[int, bytes]] | None] = lambda _, __: None
        """Asked when a value names a version that is not here: another process may seal with it already."""

    @classmethod
    def closed(cls) -> Self:
        """A vault that opens nothing, for a program that reads no sealed value."""
        return cls({purpose: {1: secrets.token_bytes(KEY_BYTES)} for purpose in Purpose})

    @classmethod
    def unlock(cls, master: bytes, wrapped: Iterable[WrappedKey]) -> Self:
        """Unwrap every data key; raises `MasterKeyMissing` when the master key is not the right one."""
        return cls(unlocked(master, wrapped))

    def renew(self, keys: Mapping[Purpose, Mapping[int, bytes]]) -> None:
        """Take these keys instead; whoever is sealing at this moment finishes with the old ones."""
        self._ring = _ring(keys)

    def newest(self, purpose: Purpose) -> int:
        """The version that seals."""
        return self._ring.newest[purpose]

    @overload
    def seal(self, purpose: Purpose, column: str, row_id: UUID, text: str) -> bytes: ...
    @overload
    def seal(self, purpose: Purpose, column: str, row_id: UUID, text: None) -> None: ...
    @overload
    def seal(self, purpose: Purpose, column: str, row_id: UUID, text: str | None) -> bytes | None: ...
    def seal(self, purpose: Purpose, column: str, row_id: UUID, text: str | None) -> bytes | None:
        """Encrypt text for exactly this `table.column` and row; nothing stays nothing."""
        return None if text is None else self.seal_bytes(purpose, column, row_id, text.encode())

    def seal_bytes(self, purpose: Purpose, column: str, row_id: UUID, value: bytes) -> bytes:
        """Encrypt what is no text, for exactly this `table.column` and row."""
        ring = self._ring
        version = ring.newest[purpose]
        nonce = secrets.token_bytes(NONCE_BYTES)
        body = ring.ciphers[purpose][version].encrypt(nonce, value, _label(column, row_id, version))
        return FORMAT + version.to_bytes(2, "big") + nonce + body

    @overload
    def open(self, purpose: Purpose, column: str, row_id: UUID, sealed: bytes) -> str: ...
    @overload
    def open(self, purpose: Purpose, column: str, row_id: UUID, sealed: None) -> None: ...
    @overload
    def open(self, purpose: Purpose, column: str, row_id: UUID, sealed: bytes | None) -> str | None: ...
    def open(self, purpose: Purpose, column: str, row_id: UUID, sealed: bytes | None) -> str | None:
        """Decrypt what `seal` made for this place; raises `SealBroken` when it does not belong here."""
        return None if sealed is None else self.open_bytes(purpose, column, row_id, sealed).decode()

    def open_bytes(self, purpose: Purpose, column: str, row_id: UUID, sealed: bytes) -> bytes:
        """Decrypt what `seal_bytes` made for this place; raises `SealBroken` when it does not belong here."""
        version = version_of(sealed)
        cipher = self._ring.ciphers[purpose].get(version) or self._cipher_of_another_process(purpose, version)
        if sealed[:1] != FORMAT or cipher is None:
            raise SealBroken(column)
        nonce, body = sealed[HEADER_BYTES : HEADER_BYTES + NONCE_BYTES], sealed[HEADER_BYTES + NONCE_BYTES :]
        try:
            return cipher.decrypt(nonce, body, _label(column, row_id, version))
        except (InvalidTag, ValueError) as broken:
            raise SealBroken(column) from broken

    def _cipher_of_another_process(self, purpose: Purpose, version: int) -> AESGCM | None:
        keys = self.look_again(purpose, version)
        if keys is not None:
            self.renew(keys)
        return self._ring.ciphers[purpose].get(version)

    def reseal(self, purpose: Purpose, column: str, row_id: UUID, sealed: bytes) -> bytes:
        """The same content in the same place under the newest key; raises `SealBroken`."""
        return self.seal_bytes(purpose, column, row_id, self.open_bytes(purpose, column, row_id, sealed))

    def blind(self, column: str, normalised: str) -> bytes:
        """Keyed fingerprint (32 bytes) for exact look-up; says nothing to whoever lacks the index key."""
        return _fingerprint(self._ring.index, column, normalised)

    def derive(self, column: str, normalised: str) -> bytes:
        """The same with the first index key, whatever comes later: for codes that patients hold in their hands."""
        return _fingerprint(self._ring.first_index, column, normalised)


def version_of(sealed: bytes) -> int:
    """The version of the key that a value was sealed with."""
    return int.from_bytes(sealed[1:HEADER_BYTES], "big")


def _fingerprint(key: bytes, column: str, normalised: str) -> bytes:
    return hmac.new(key, f"{column}|1|{normalised}".encode(), sha256).digest()


def _label(column: str, row_id: UUID, version: int) -> bytes:
    return f"{column}|{row_id}|{version}".encode()
