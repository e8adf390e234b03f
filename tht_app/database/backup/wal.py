"""The write-ahead log's archive: how the server fills it, and how a segment comes out of it again."""

import shlex
import sys
import zlib
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tht_app.database.backup import wal_push
from tht_app.database.backup.container import Damaged
from tht_app.database.backup.wal_push import HEAD, MAGIC, SUFFIX, shared_key

TIMEOUT_SECONDS = 60
"""A segment is archived at the latest after this: what a lost machine can lose."""
RECIPIENT = "recipient.pub"
MARGIN = timedelta(hours=1)


def recipient_key(master: bytes) -> X25519PrivateKey:
    """The pair for which segments are sealed, the same each time for the same master key."""
    seed = HKDF(SHA256(), 32, salt=None, info=b"tht|backup|wal|1").derive(master)
    return X25519PrivateKey.from_private_bytes(seed)


def write_recipient(folder: Path, master: bytes) -> None:
    """Lay the public half into the archive; it is no secret."""
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / RECIPIENT
    path.write_bytes(recipient_key(master).public_key().public_bytes_raw())
    path.chmod(0o644)


def push_command(folder: Path, path: str = "%p", name: str = "%f") -> str:
    """The shell line for `archive_command`; a percent sign in a path is doubled for PostgreSQL."""
    fixed = [sys.executable, wal_push.__file__, str(folder / RECIPIENT), str(folder)]
    return " ".join([*(shlex.quote(word).replace("%", "%%") for word in fixed), f'"{path}"', f'"{name}"'])


def options(folder: Path) -> dict[str, str]:
    """What the server has to be started with."""
    return {
        "archive_mode": "on",
        "archive_timeout": str(TIMEOUT_SECONDS),
        "archive_command": push_command(folder),
    }


def spool_options(spool: Path) -> dict[str, str]:
    """The same where the server's account can reach neither this Python nor the archive: copied, then sealed by us."""
    place = shlex.quote(str(spool)).replace("%", "%%")
    copy = f'test ! -e {place}/"%f" && cp "%p" {place}/".%f" && sync {place}/".%f" && mv {place}/".%f" {place}/"%f"'
    return {"archive_mode": "on", "archive_timeout": str(TIMEOUT_SECONDS), "archive_command": copy}


def seal_spool(spool: Path, folder: Path) -> int:
    """Seal what waits in the spool; returns how many. Raises `OSError` when the archive cannot be written."""
    if not spool.is_dir() or not (folder / RECIPIENT).exists():
        return 0
    public, count = (folder / RECIPIENT).read_bytes(), 0
    for path in sorted(spool.iterdir()):
        if not path.name.startswith("."):
            if refused := wal_push.push(public, folder, path, path.name):
                raise OSError(refused)
            path.unlink()
            count += 1
    return count


def open_segment(path: Path, master: bytes) -> bytes:
    """The segment in this file; raises `Damaged`."""
    data, name = path.read_bytes(), path.name.removesuffix(SUFFIX)
    start = len(MAGIC)
    pair, ephemeral = recipient_key(master), data[start : start + 32]
    if not data.startswith(MAGIC) or len(data) < HEAD:
        raise Damaged(f"segment {name}")
    try:
        secret = pair.exchange(X25519PublicKey.from_public_bytes(ephemeral))
        key = shared_key(secret, ephemeral, pair.public_key().public_bytes_raw())
        packed = AESGCM(key).decrypt(data[HEAD - 12 : HEAD], data[HEAD:], data[:HEAD] + name.encode())
        content = zlib.decompress(packed)
    except (InvalidTag, ValueError, zlib.error) as broken:
        raise Damaged(f"segment {name}") from broken
    if sha256(content).digest() != data[start + 32 : start + 64]:
        raise Damaged(f"segment {name}")
    return content


def segments(folder: Path, since: datetime) -> list[Path]:
    """Segments that were archived since a moment, with an hour to spare, in the order of their names."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.glob(f"*{SUFFIX}") if _archived_at(path) >= since - MARGIN)


def remove_before(folder: Path, moment: datetime) -> int:
    """Remove segments that no kept base backup needs; returns how many."""
    old = [path for path in folder.glob(f"*{SUFFIX}") if _archived_at(path) < moment - MARGIN]
    for path in old:
        path.unlink()
    return len(old)


def newest(folder: Path) -> datetime | None:
    """When the last segment was archived."""
    return max((_archived_at(path) for path in folder.glob(f"*{SUFFIX}")), default=None)


def _archived_at(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)
