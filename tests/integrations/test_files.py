"""Files on the disk: sealed, whole or not there, resumable; and what looks into those that come from outside."""

import errno
import io
import os
import resource
import secrets
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.factories import files
from tht_app.domain.attachment import (
    FileActive,
    FileDamaged,
    FileEmpty,
    FileLocked,
    FileType,
    FileTypeRefused,
    PictureTooLarge,
    StorageFull,
    StorageUnreadable,
    WrongOffset,
)
from tht_app.domain.errors import RuleViolation
from tht_app.integrations.files.frames import FRAME, new_file_key, opened_frames, seal_frame, sealed_frames
from tht_app.integrations.files.inspector import inspect, page_picture
from tht_app.integrations.files.parts import Parts
from tht_app.integrations.files.store import DiskStore

NAME = f"{'ab' * 16}.content"
OTHER = f"{'cd' * 16}.content"


def whole(key: bytes, name: str, size: int, frames) -> bytes:
    return b"".join(opened_frames(key, name, size, frames))


@pytest.mark.parametrize("size", [0, 1, FRAME - 1, FRAME, FRAME + 1, 2 * FRAME + 5])
def test_frames_give_back_what_was_sealed(size: int):
    key, content = new_file_key(), secrets.token_bytes(size)
    frames = list(sealed_frames(key, NAME, content))
    assert whole(key, NAME, size, frames) == content
    assert content[:64] not in b"".join(frames) or size < 16


def test_a_file_that_was_tampered_with_does_not_open():
    key, content = new_file_key(), secrets.token_bytes(2 * FRAME + 5)
    first, second, third = sealed_frames(key, NAME, content)
    flipped = bytes([second[100] ^ 1])
    attacks = {
        "cut off": (key, NAME, [first, second]),
        "swapped": (key, NAME, [second, first, third]),
        "doubled": (key, NAME, [first, second, second, third]),
        "of another file": (key, OTHER, [first, second, third]),
        "under another key": (new_file_key(), NAME, [first, second, third]),
        "changed": (key, NAME, [first, second[:100] + flipped + second[101:], third]),
        "cut off and made to look whole": (key, NAME, [first, seal_frame(key, NAME, 1, b"", last=False)]),
    }
    for what, (used, name, frames) in attacks.items():
        with pytest.raises(StorageUnreadable):
            whole(used, name, len(content), frames)
        assert what


def test_a_stored_file_is_whole_closed_to_others_and_replaced_in_one_step(tmp_path: Path):
    store, key = DiskStore(tmp_path / "stored"), new_file_key()
    store.put(NAME, sealed_frames(key, NAME, b"lama"))
    store.put(NAME, sealed_frames(key, NAME, b"baru sekali"))
    assert whole(key, NAME, 11, store.frames(NAME)) == b"baru sekali"
    (path,) = [found for found in tmp_path.rglob("*") if found.is_file()]
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0
    assert list(store.older_than(-1)) == [NAME]
    store.remove(NAME)
    store.remove(NAME)
    with pytest.raises(StorageUnreadable):
        list(store.frames(NAME))


def test_a_name_of_somebody_elses_choice_leads_nowhere(tmp_path: Path):
    for name in ("../../etc/passwd", "x/y.content", f"{'ab' * 16}.content/../x", "", "ABAB"):
        with pytest.raises(StorageUnreadable):
            DiskStore(tmp_path).put(name, [b"x"])


def test_a_store_that_fails_halfway_keeps_the_old_file_and_leaves_nothing_behind(tmp_path: Path):
    store, key = DiskStore(tmp_path), new_file_key()
    store.put(NAME, sealed_frames(key, NAME, b"lama"))

    def breaking():
        yield b"x" * 1000
        raise OSError(errno.ENOSPC, "no space left")

    with pytest.raises(StorageFull):
        store.put(NAME, breaking())
    assert whole(key, NAME, 4, store.frames(NAME)) == b"lama"
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [NAME]


def test_what_a_crash_left_beside_its_place_is_swept(tmp_path: Path):
    store = DiskStore(tmp_path)
    store.put(NAME, [b"x"])
    left = tmp_path / NAME.partition(".")[0][-2:] / ".unfinished-0011"
    left.write_bytes(b"half")
    assert list(store.older_than(3600)) == []
    assert left.exists()
    assert list(store.older_than(-1)) == [NAME]
    assert not left.exists()


@pytest.fixture
def full_disk():
    """From here on no file of this process may grow beyond one and a half frames."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (FRAME * 3 // 2, before[1]))
    yield lambda: resource.setrlimit(resource.RLIMIT_FSIZE, before)
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_keeps_what_was_acknowledged_and_the_upload_goes_on_when_there_is_room(tmp_path: Path, full_disk):
    parts, upload, key = Parts(tmp_path), uuid4(), new_file_key()
    content = secrets.token_bytes(2 * FRAME + 100)
    assert parts.append(upload, key, len(content), 0, content[:FRAME]) == FRAME
    with pytest.raises(StorageFull):
        parts.append(upload, key, len(content), FRAME, content[FRAME : 2 * FRAME])
    with pytest.raises(StorageFull):
        DiskStore(tmp_path / "stored").put(NAME, sealed_frames(key, NAME, content))
    assert [path.name for path in (tmp_path / "stored").rglob("*") if path.is_file()] == []
    assert parts.received(upload, len(content)) == FRAME
    full_disk()
    assert parts.append(upload, key, len(content), FRAME, content[FRAME : 2 * FRAME]) == 2 * FRAME
    assert parts.append(upload, key, len(content), 2 * FRAME, content[2 * FRAME :]) == len(content)
    assert b"".join(parts.pieces(upload, key, len(content))) == content


def test_a_torn_piece_is_cut_off_and_sent_again(tmp_path: Path):
    parts, upload, key = Parts(tmp_path), uuid4(), new_file_key()
    content = secrets.token_bytes(FRAME + 5000)
    parts.append(upload, key, len(content), 0, content[:FRAME])
    place = tmp_path / f"{upload.hex}.part"
    with place.open("ab") as file:
        file.write(os.urandom(20_000))
    assert parts.received(upload, len(content)) == FRAME
    parts.append(upload, key, len(content), FRAME, content[FRAME:])
    assert b"".join(parts.pieces(upload, key, len(content))) == content


@pytest.mark.parametrize(
    ("offset", "length"), [(FRAME, 10), (0, FRAME - 1), (5, FRAME), (0, 0), (2 * FRAME, 100), (0, 3 * FRAME)]
)
def test_a_piece_that_does_not_fit_is_refused_with_the_place_to_go_on(tmp_path: Path, offset: int, length: int):
    parts, upload, key = Parts(tmp_path), uuid4(), new_file_key()
    with pytest.raises(WrongOffset) as refusal:
        parts.append(upload, key, 2 * FRAME + 100, offset, bytes(length))
    assert refusal.value.params == {"received": 0}
    assert parts.received(upload, 2 * FRAME + 100) == 0


def test_place_camera_and_comments_are_gone_and_the_picture_stands_upright():
    photo = files.photo_with_place()
    assert files.CAMERA.encode() in photo
    found = inspect(photo, "Siti")
    for part in (found.content, found.thumbnail):
        assert files.CAMERA.encode() not in part
        picture = Image.open(io.BytesIO(part))
        assert dict(picture.getexif()) == {}
        assert picture.size == (200, 320)
    red, _, blue = Image.open(io.BytesIO(found.content)).convert("RGB").crop((100, 20, 101, 21)).tobytes()
    assert red > 150 > blue, "what was on the left lies on top after a quarter turn"
    assert (found.facts.width, found.facts.height) == (200, 320)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_pictures_of_each_type_are_packed_anew(form: str):
    hidden = picture = files.picture(form=form)
    hidden += b"<script>alert(1)</script>"
    found = inspect(hidden, "Siti")
    assert found.facts.type is FileType(f"image/{form.lower()}")
    assert b"<script>" not in found.content
    assert Image.open(io.BytesIO(found.content)).format == form
    assert Image.open(io.BytesIO(found.thumbnail)).format == "WEBP"
    assert picture != found.content or form != "JPEG"


def test_a_document_is_counted_and_its_pages_are_drawn():
    found = inspect(files.pdf(3), "Siti")
    assert (found.facts.type, found.facts.pages) == (FileType.PDF, 3)
    assert Image.open(io.BytesIO(found.thumbnail)).width <= 480
    assert Image.open(io.BytesIO(page_picture(found.content, 3))).width in {1600, 1601}
    with pytest.raises(FileDamaged):
        page_picture(found.content, 9)


def test_a_dicom_file_is_typed_drawn_and_compared_with_the_patient():
    ours = inspect(files.dicom(), "Siti Rahmawati")
    assert (ours.facts.type, ours.facts.mismatch) == (FileType.DICOM, False)
    assert ours.facts.study == "CT · 01-11-2026 · CT MASTOID"
    assert ours.content[:128] == bytes(128), "no program hides in the preamble"
    assert Image.open(io.BytesIO(ours.thumbnail)).size == (80, 64)
    assert inspect(files.dicom("SANTOSO^BUDI"), "Siti Rahmawati").facts.mismatch


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", FileEmpty),
        (b"<svg><script>alert(1)</script></svg>", FileTypeRefused),
        (b"GIF89a/*" + bytes(200), FileTypeRefused),
        (b"\xff\xd8\xff<html><script>alert(1)</script>", FileDamaged),
        (files.picture()[:900], FileDamaged),
        (files.huge_png(), PictureTooLarge),
        (files.huge_png(7000, 5700), FileDamaged),
        (b"%PDF-1.7\n%%EOF", FileDamaged),
        (files.pdf()[:500], FileDamaged),
        (files.scripted_pdf(), FileActive),
        (files.scripted_pdf(linked=False), FileActive),
        (files.scripted_pdf("/Launch"), FileActive),
        (files.scripted_pdf("/SubmitForm"), FileActive),
        (files.carrying_pdf(), FileActive),
        (files.locked_pdf(), FileLocked),
        (bytes(128) + b"DICM" + os.urandom(64), FileDamaged),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else f"{len(value)} bytes",
)
def test_what_is_hostile_or_broken_is_refused_by_its_reason(content: bytes, refusal: type[RuleViolation]):
    with pytest.raises(refusal):
        inspect(content, "Siti")


GOOD = [files.picture(), files.picture(form="PNG"), files.pdf(1), files.dicom()]


@settings(max_examples=16, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(GOOD), st.lists(st.tuples(st.floats(0, 0.999), st.binary(min_size=1, max_size=40)), max_size=5))
def test_a_file_with_bytes_changed_anywhere_is_taken_or_refused_and_never_breaks_the_clinic(good, changes):
    damaged = bytearray(good)
    for where, bytes_there in changes:
        at = int(where * len(damaged))
        damaged[at : at + len(bytes_there)] = bytes_there
    try:
        found = inspect(bytes(damaged), "Siti")
    except RuleViolation:
        return
    assert found.facts.size == len(found.content) > 0
