"""What may be attached, by rules alone."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tht_app.domain.attachment import (
    LARGEST,
    MOST_BYTES,
    FileEmpty,
    FileTooLarge,
    FileType,
    FileTypeRefused,
    checked_name,
    checked_reason,
    checked_size,
    ensure_accepted,
    same_person,
    type_of,
)
from tht_app.domain.errors import ValidationFailed


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"\xff\xd8\xff\xe0" + bytes(128), FileType.JPEG),
        (b"\x89PNG\r\n\x1a\n" + bytes(128), FileType.PNG),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 " + bytes(128), FileType.WEBP),
        (b"%PDF-1.7\n" + bytes(128), FileType.PDF),
        (bytes(128) + b"DICM", FileType.DICOM),
        (b"MZ" + bytes(126) + b"DICM", FileType.DICOM),
        (b"RIFF\x00\x00\x00\x00WAVEfmt " + bytes(128), None),
        (b"<svg xmlns='http://www.w3.org/2000/svg'>" + bytes(128), None),
        (b"<!doctype html><script>" + bytes(128), None),
        (b"GIF89a" + bytes(128), None),
        (b"PK\x03\x04" + bytes(128), None),
        (b"  %PDF-1.7", None),
        (b"", None),
    ],
)
def test_a_file_is_what_its_first_bytes_say(head: bytes, expected: FileType | None):
    assert type_of(head) is expected


def test_a_file_is_refused_for_its_size_before_anything_else_is_done_with_it():
    with pytest.raises(FileEmpty):
        ensure_accepted(b"%PDF-1.7", 0)
    with pytest.raises(FileTypeRefused):
        ensure_accepted(b"hello", 5)
    with pytest.raises(FileTooLarge) as refusal:
        ensure_accepted(b"%PDF-1.7", MOST_BYTES[FileType.PDF] + 1)
    assert refusal.value.params == {"most": 25}
    with pytest.raises(FileTooLarge):
        checked_size(1_000_000_000)
    with pytest.raises(FileEmpty):
        checked_size(0)
    assert checked_size(LARGEST) == LARGEST


@pytest.mark.parametrize(
    "name",
    [
        "../../x<script>.pdf",
        "C:\\x.pdf",
        "foto\x00.jpg",
        "foto\u202egpj.exe",
        "",
        "   ",
        ".",
        "..",
        "a\nb.jpg",
        "x" * 121,
    ],
)
def test_a_name_that_leads_somewhere_or_hides_something_is_refused(name: str):
    with pytest.raises(ValidationFailed) as refusal:
        checked_name(name)
    assert list(refusal.value.fields) == ["name"]


@pytest.mark.parametrize("name", ["foto telinga.jpg", 'hasil <lab> & "x".pdf', "телефон.png", "👂.webp", "a..b.pdf"])
def test_any_other_name_stays_as_it_is(name: str):
    assert checked_name(f" {name} ") == name


@settings(max_examples=200, derandomize=True)
@given(st.text(max_size=200))
def test_whatever_name_comes_it_is_refused_or_harmless(name: str):
    try:
        shown = checked_name(name)
    except ValidationFailed:
        return
    assert shown == shown.strip()
    assert not set(shown) & set("/\\\x00\r\n\u202e\u200b")
    assert 0 < len(shown) <= 120


@pytest.mark.parametrize(
    ("ours", "theirs", "same"),
    [
        ("Siti Rahmawati", "RAHMAWATI^SITI", True),
        ("Siti Rahmawati", "SITI RAHMAWATI^^^NY", True),
        ("Siti Rahmawati Putri", "RAHMAWATI^SITI", True),
        ("Muhammad Ali", "ALI^MUHAMMAD=^", True),
        ("José Peña", "PENA^JOSE", True),
        ("Siti Rahmawati", "", True),
        ("Siti Rahmawati", "SANTOSO^BUDI", False),
        ("Siti Rahmawati", "RAHMAWATI^DEWI", False),
    ],
)
def test_a_dicom_name_is_compared_by_words(ours: str, theirs: str, same: bool):
    assert same_person(ours, theirs) is same


def test_a_reason_is_a_few_words():
    assert checked_reason("  milik \n pasien lain ") == "milik pasien lain"
    for reason in ("", "  ", "x" * 301):
        with pytest.raises(ValidationFailed):
            checked_reason(reason)
