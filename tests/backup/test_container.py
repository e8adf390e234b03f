"""A backup that was touched in any way is refused, and says why: every bit position, every length, every order."""

import io
import random
import struct
from dataclasses import replace
from pathlib import Path

import pytest

from tht_app.database.backup import container
from tht_app.database.backup.container import (
    MAGIC,
    BackupRefused,
    Damaged,
    Head,
    Manifest,
    Reader,
    Writer,
    read_head,
)
from tht_app.database.crypto import fingerprint

MASTER = bytes(range(32))
HEAD = Head("daily", "2026-11-25T19:00:00+00:00", "0.1.0", "0018", 18, fingerprint(MASTER))
MANIFEST = Manifest("Klinik Sehat", "clinic", {"clinic.patient": 7}, 3, "ab")


class Kept(io.BytesIO):
    """A file in memory that can be forced to its disk."""

    def fileno(self) -> int:
        return self._file.fileno()

    def __init__(self, *given: bytes) -> None:
        super().__init__(*given)
        self._file = Path("/dev/null").open("rb")  # noqa: SIM115


@pytest.fixture(autouse=True)
def forced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container.os, "fsync", lambda _file: None)


def written(*members: tuple[str, bytes], head: Head = HEAD, master: bytes = MASTER) -> bytes:
    file = Kept()
    writer = Writer(file, head, MANIFEST, master)
    for name, content in members:
        with writer.member(name) as say:
            for start in range(0, len(content), 50):
                say(content[start : start + 50])
    writer.close()
    return file.getvalue()


def read(data: bytes, master: bytes = MASTER) -> dict[str, bytes]:
    return {name: b"".join(content) for name, content in Reader(io.BytesIO(data), master).members()}


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> bytes:
    """A backup of some twenty small chunks."""
    monkeypatch.setattr(container, "CHUNK", 64)
    return written(("a", random.Random(1).randbytes(700)), ("b", b""), ("c", b"x" * 65))


def chunks(data: bytes) -> tuple[bytes, list[bytes]]:
    """What stands before the chunks, and each chunk with its length."""
    file = io.BytesIO(data)
    read_head(file)
    file.read(container.WRAPPED)
    start, found = data[: file.tell()], []
    while head := file.read(4):
        found.append(head + file.read(struct.unpack(">I", head)[0] & ~container.LAST))
    return start, found


@pytest.mark.parametrize("size", [0, 1, container.CHUNK - 1, container.CHUNK, 3 * container.CHUNK + 5])
def test_what_was_written_is_read(size: int):
    content = random.Random(size).randbytes(size)
    assert read(written(("database.dump", content), ("leer", b""))) == {"database.dump": content, "leer": b""}


def test_the_head_is_readable_without_the_key_and_says_nothing_about_patients():
    data = written(("a", b"b"))
    assert read_head(io.BytesIO(data))[0] == HEAD
    assert b"Klinik Sehat" not in data
    assert b"patient" not in data


def test_a_flipped_bit_anywhere_is_refused(small: bytes):
    dice = random.Random(7)
    for place in range(len(small)):
        touched = bytearray(small)
        touched[place] ^= 1 << dice.randrange(8)
        with pytest.raises(BackupRefused):
            read(bytes(touched))


def test_a_file_cut_off_anywhere_is_refused(small: bytes):
    for length in range(len(small)):
        with pytest.raises(BackupRefused):
            read(small[:length])


def test_bytes_behind_the_end_are_refused(small: bytes):
    with pytest.raises(Damaged):
        read(small + b"\0")


def test_chunks_that_are_moved_repeated_or_left_out_are_refused(small: bytes):
    start, found = chunks(small)
    assert len(found) > 10
    assert read(start + b"".join(found))
    for place in range(len(found) - 1):
        swapped = [*found[:place], found[place + 1], found[place], *found[place + 2 :]]
        for order in (swapped, found[: place + 1] + found[place:], found[:place] + found[place + 1 :]):
            with pytest.raises(Damaged):
                read(start + b"".join(order))


def test_the_chunks_of_one_file_do_not_open_under_the_head_of_another(small: bytes):
    other = written(("a", b"a" * 700), head=replace(HEAD, revision="0019"))
    with pytest.raises(Damaged):
        read(chunks(other)[0] + b"".join(chunks(small)[1]))


def test_a_chunk_that_claims_to_be_the_last_is_no_end(small: bytes):
    start, found = chunks(small)
    length = struct.unpack(">I", found[3][:4])[0] | container.LAST
    with pytest.raises(Damaged):
        read(start + b"".join(found[:3]) + struct.pack(">I", length) + found[3][4:])


def test_another_key_is_named_as_the_reason():
    with pytest.raises(BackupRefused, match=f"opens with the master key {fingerprint(MASTER)}"):
        read(written(("a", b"b")), bytes(32))


def test_another_file_and_a_newer_format_are_named_as_the_reason():
    with pytest.raises(BackupRefused, match="not a backup"):
        read(b"PK\x03\x04 something else entirely")
    newer = written(("a", b"b"), head=replace(HEAD, format=2))
    assert newer.startswith(MAGIC)
    with pytest.raises(BackupRefused, match="newer program"):
        read(newer)
