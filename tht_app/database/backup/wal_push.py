"""Takes one segment of the write-ahead log into the archive: `wal_push.py RECIPIENT FOLDER PATH NAME`.

PostgreSQL runs it as its `archive_command` and keeps a segment until this has ended with 0. It stands alone, because it
starts once a minute, as the database's own account: it needs Python and `cryptography`, and no secret. The segment is
sealed for the public key in RECIPIENT; the private half is derived from the master key, which is not on this way.

Stored form: magic | ephemeral public key, 32 | SHA-256 of the segment, 32 | nonce, 12 | AES-256-GCM of the zlib stream.
"""

import os
import re
import secrets
import sys
import zlib
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAGIC = b"THT-WAL\x01"
NAME = re.compile(r"[0-9A-F]{24}(\.[0-9A-F]{8}\.backup|\.partial)?|[0-9A-F]{8}\.history")
HEAD = len(MAGIC) + 32 + 32 + 12
SUFFIX = ".wal"


def shared_key(secret: bytes, ephemeral: bytes, recipient: bytes) -> bytes:
    """The key of one segment from the agreed secret and both public keys."""
    return HKDF(SHA256(), 32, salt=ephemeral + recipient, info=b"tht|backup|wal|segment|1").derive(secret)


def sealed(recipient: bytes, name: str, content: bytes) -> bytes:
    """A segment as it is stored; its name is authenticated with it."""
    pair, nonce, digest = X25519PrivateKey.generate(), secrets.token_bytes(12), sha256(content).digest()
    ephemeral = pair.public_key().public_bytes_raw()
    key = shared_key(pair.exchange(X25519PublicKey.from_public_bytes(recipient)), ephemeral, recipient)
    head = MAGIC + ephemeral + digest + nonce
    return head + AESGCM(key).encrypt(nonce, zlib.compress(content, 1), head + name.encode())


def push(recipient: bytes, folder: Path, source: Path, name: str) -> str:
    """Store a segment; returns "" or why it was refused. What is there already is never overwritten."""
    if not NAME.fullmatch(name):
        return f"{name} is no segment"
    content, target = source.read_bytes(), folder / f"{name}{SUFFIX}"
    if target.exists():
        known = target.read_bytes()[:HEAD]
        same = known[len(MAGIC) + 32 : len(MAGIC) + 64] == sha256(content).digest()
        return "" if same else f"{target} is there already with other content"
    fresh = folder / f".{name}.{os.getpid()}.new"
    with fresh.open("wb") as file:
        file.write(sealed(recipient, name, content))
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(target)
    descriptor = os.open(folder, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)
    return ""


def main(recipient: str, folder: str, path: str, name: str) -> int:
    """Store one segment; 0 when it is safe."""
    refused = push(Path(recipient).read_bytes(), Path(folder), Path(path), name)
    if refused:
        sys.stderr.write(f"{refused}\n")
    return 1 if refused else 0


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:5]))
