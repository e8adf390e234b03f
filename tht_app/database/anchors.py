"""The anchor file: outside the database and its backups, what the last seals of the audit log were.

One line of JSON for each anchor, appended and forced to disk, signed with the clinic's key. It is the only witness that
notices a log whose end was cut off, or a whole database put back to an older day: keep a copy of it somewhere else. A
restore by this program says so in a line of its own.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tht_app.database.seal import StoredSeal
from tht_app.database.signing import SigningKey, signed_by
from tht_app.domain.audit.chain import Anchor

LONGEST_LINE = 4096
"""Bytes; a line has about five hundred."""


@dataclass(frozen=True, slots=True)
class AnchorLine:
    """One line of the file; `genuine` when its signature fits."""

    anchor: Anchor
    at: str
    key_id: str
    genuine: bool
    by: bytes = b""
    """The public key with which the line says it was signed, where that signature fits; nothing where it does not."""


def _message(values: dict[str, object]) -> bytes:
    named = ["number", "digest", "total", "at", "key_id"]
    if "begins" in values:
        return json.dumps(["tht-audit-restore-1", values["begins"], *(values[name] for name in named)]).encode()
    return json.dumps(["tht-audit-anchor-1", *(values[name] for name in named)]).encode()


def write_anchor(path: Path, last: StoredSeal | None, key: SigningKey, *, begins: int = 0) -> None:
    """Append what the last seal is; after this returned, the line survives a power cut.

    `begins` is the epoch that a restore begins behind it; the restored log may have no seal yet.
    """
    values: dict[str, object] = {
        "number": last.seal.number if last else 0,
        "digest": last.digest.hex() if last else "",
        "total": last.seal.total if last else 0,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "key_id": key.key_id,
        **({"begins": begins} if begins else {}),
    }
    line = json.dumps({**values, "public": key.public.hex(), "signature": key.sign(_message(values)).hex()})
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(descriptor, f"{line}\n".encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_anchors(path: Path, public: bytes) -> list[AnchorLine]:
    """Every line of the file, the oldest first; a line that cannot be read is not genuine."""
    if not path.is_file():
        return []
    return [_read(line, public) for line in _lines(path)]


def newest_anchor(path: Path, public: bytes) -> AnchorLine | None:
    """The last line alone, however long the file is; nothing when there is none."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - LONGEST_LINE))
            lines = file.read().decode("utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return None
    written = [line for line in lines if line.strip()]
    return _read(written[-1], public) if written else None


def _lines(path: Path) -> Iterable[str]:
    return (line for line in path.read_text(encoding="utf-8").splitlines() if line.strip())


def _read(line: str, public: bytes) -> AnchorLine:
    try:
        values = json.loads(line)
        digest, begins = bytes.fromhex(values["digest"]), int(values.get("begins", 0))
        anchor = Anchor(int(values["number"]), digest, int(values["total"]), begins)
        named, signature, said = bytes.fromhex(values["public"]), bytes.fromhex(values["signature"]), _message(values)
        by = named if signed_by(named, signature, said) else b""
        return AnchorLine(anchor, str(values["at"]), str(values["key_id"]), signed_by(public, signature, said), by)
    except (ValueError, KeyError, TypeError):
        return AnchorLine(Anchor(0, b"", 0), "", "", genuine=False)
