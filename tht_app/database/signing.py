"""The clinic's signature under its own records: Ed25519 (RFC 8032), one key a purpose, derived from the master key.

Deriving keeps the private key out of the database and out of every backup of it: whoever holds a dump can check
signatures but not make one. The public key is no secret and goes with every anchor and export.
"""

from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tht_app.database.crypto import Vault

AUDIT = "audit"
"""Seals and anchors of the audit log."""
RECORD = "signing.record"
"""Signed notes and addenda."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key with its public half and the id by which a verifier finds it."""

    private: Ed25519PrivateKey
    public: bytes
    key_id: str

    def sign(self, message: bytes) -> bytes:
        """The signature (64 bytes) under a message."""
        return self.private.sign(message)


def key_id_of(public: bytes) -> str:
    """A short name of a public key (32 bytes): the first 72 bits of its SHA-256."""
    return urlsafe_b64encode(sha256(public).digest()[:9]).decode()


def signing_key(master: bytes, purpose: str) -> SigningKey:
    """The clinic's key for a purpose, the same each time for the same master key (HKDF-SHA256, RFC 5869)."""
    return _of_seed(HKDF(SHA256(), 32, salt=None, info=f"tht|signing|{purpose}|1".encode()).derive(master))


def record_key(vault: Vault) -> SigningKey:
    """The key under signed records.

    It hangs on the vault's first index key, so that it outlives every exchange of keys: a record stays for 25 years.
    """
    return _of_seed(vault.derive(RECORD, "ed25519"))


def _of_seed(seed: bytes) -> SigningKey:
    private = Ed25519PrivateKey.from_private_bytes(seed)
    public = private.public_key().public_bytes_raw()
    return SigningKey(private, public, key_id_of(public))


def signed_by(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the signature under the message was made with the private half of this key."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
