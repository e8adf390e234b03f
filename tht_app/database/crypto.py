"""Envelope encryption of single values: AES-256-GCM under one versioned data key a purpose.

The data keys lie wrapped in `sec.data_key`; the master key that unwraps them lies in a file outside the database, so a
stolen dump or disk image without that file shows nothing. What a sealed value belongs to (table, column, row, key
version) is authenticated with it: a value copied to another row, column or patient does not open.

Stored form: 1 byte format (1) | 2 bytes key version, big-endian | 12 bytes nonce | ciphertext with 16 bytes tag.
"""

import hmac
import secrets
from collections.abc import Mapping
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


def create_master_key(path: Path) -> bytes:
    """Write a new master key, readable by its owner only; refuses to replace one that is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    key = secrets.token_bytes(KEY_BYTES)
    path.touch(mode=0o600, exist_ok=False)
    path.write_bytes(key)
    return key


def new_data_key(master: bytes, purpose: Purpose, version: int) -> WrappedKey:
    """Make a random data key and wrap it under the master key."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    body = AESGCM(master).encrypt(nonce, secrets.token_bytes(KEY_BYTES), _wrap_label(purpose, version))
    return WrappedKey(purpose, version, nonce + body)


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


class Vault:
    """Seals and opens single values with the unwrapped data keys of one installation."""

    def __init__(self, keys: Mapping[Purpose, Mapping[int, bytes]]) -> None:
        """Take `{purpose: {version: 32 bytes}}`; the highest version seals, every version opens."""
        self._ciphers = {
            purpose: {version: AESGCM(key) for version, key in versions.items()} for purpose, versions in keys.items()
        }
        self._newest = {purpose: max(versions) for purpose, versions in keys.items()}
        self._index_key = keys[Purpose.INDEX][min(keys[Purpose.INDEX])]

    @classmethod
    def unlock(cls, master: bytes, wrapped: list[WrappedKey]) -> Self:
        """Unwrap every data key; raises `MasterKeyMissing` when the master key is not the right one."""
        keys: dict[Purpose, dict[int, bytes]] = {}
        for key in wrapped:
            keys.setdefault(key.purpose, {})[key.version] = _unwrap(master, key)
        absent = [purpose.value for purpose in Purpose if purpose not in keys]
        if absent:
            raise MasterKeyMissing(f"Kunci data belum lengkap ({', '.join(absent)}). Jalankan `tht migrate`.")
        return cls(keys)

    @overload
    def seal(self, purpose: Purpose, column: str, row_id: UUID, text: str) -> bytes: ...
    @overload
    def seal(self, purpose: Purpose, column: str, row_id: UUID, text: None) -> None: ...
    @overload
    def seal(self, purpose: Purpose, column: str, row_id: UUID, text: str | None) -> bytes | None: ...
    def seal(self, purpose: Purpose, column: str, row_id: UUID, text: str | None) -> bytes | None:
        """Encrypt text for exactly this `table.column` and row; nothing stays nothing."""
        if text is None:
            return None
        version = self._newest[purpose]
        nonce = secrets.token_bytes(NONCE_BYTES)
        body = self._ciphers[purpose][version].encrypt(nonce, text.encode(), _label(column, row_id, version))
        return FORMAT + version.to_bytes(2, "big") + nonce + body

    @overload
    def open(self, purpose: Purpose, column: str, row_id: UUID, sealed: bytes) -> str: ...
    @overload
    def open(self, purpose: Purpose, column: str, row_id: UUID, sealed: None) -> None: ...
    @overload
    def open(self, purpose: Purpose, column: str, row_id: UUID, sealed: bytes | None) -> str | None: ...
    def open(self, purpose: Purpose, column: str, row_id: UUID, sealed: bytes | None) -> str | None:
        """Decrypt what `seal` made for this place; raises `SealBroken` when it does not belong here."""
        if sealed is None:
            return None
        version = int.from_bytes(sealed[1:HEADER_BYTES], "big")
        cipher = self._ciphers[purpose].get(version)
        if sealed[:1] != FORMAT or cipher is None:
            raise SealBroken(column)
        nonce, body = sealed[HEADER_BYTES : HEADER_BYTES + NONCE_BYTES], sealed[HEADER_BYTES + NONCE_BYTES :]
        try:
            return cipher.decrypt(nonce, body, _label(column, row_id, version)).decode()
        except InvalidTag as broken:
            raise SealBroken(column) from broken

    def blind(self, column: str, normalised: str) -> bytes:
        """Keyed fingerprint (32 bytes) for exact look-up; says nothing to whoever lacks the index key."""
        return hmac.new(self._index_key, f"{column}|1|{normalised}".encode(), sha256).digest()


def _label(column: str, row_id: UUID, version: int) -> bytes:
    return f"{column}|{row_id}|{version}".encode()
