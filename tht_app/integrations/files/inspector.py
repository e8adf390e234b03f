"""Looks into a file that came from outside without letting it near the clinic: see `inspector_child.py`."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tht_app.domain.attachment import (
    HEAD_BYTES,
    MOST_PAGES,
    MOST_PIXELS,
    FileActive,
    FileDamaged,
    FileFacts,
    FileLocked,
    FileType,
    PictureTooLarge,
    ensure_accepted,
    same_person,
)
from tht_app.domain.errors import RuleViolation

CHILD = Path(__file__).with_name("inspector_child.py")
PATIENCE_SECONDS = 30
PREAMBLE = 128
REFUSALS: Mapping[str, type[RuleViolation]] = {
    "active": FileActive,
    "locked": FileLocked,
    "too_many_pixels": PictureTooLarge,
    "damaged": FileDamaged,
}


@dataclass(frozen=True, slots=True)
class Inspected:
    """What is stored of a file, its thumbnail (empty where there is none), and what was found."""

    facts: FileFacts
    content: bytes
    thumbnail: bytes


def inspect(data: bytes, patient_name: str) -> Inspected:
    """Check a file, clean it and draw its thumbnail; blocks for as long as it takes (at most 30 s).

    Raises FileEmpty, FileTooLarge, FileTypeRefused, FileDamaged, FileActive, FileLocked, PictureTooLarge.
    """
    kind = ensure_accepted(data[:HEAD_BYTES], len(data))
    said, (content, thumbnail) = _ask(data, "check", kind.value, str(MOST_PIXELS), str(MOST_PAGES))
    if kind is FileType.DICOM:
        # A program may hide in the preamble, which no reader of DICOM needs.
        content = bytes(PREAMBLE) + data[PREAMBLE:]
    elif kind is FileType.PDF:
        content = data
    facts = FileFacts(
        type=kind,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        thumbnail=bool(thumbnail),
        width=said.get("width", 0),
        height=said.get("height", 0),
        pages=said.get("pages", 0),
        study=_study(said),
        mismatch=not same_person(patient_name, said.get("patient", "")),
    )
    return Inspected(facts, content, thumbnail)


def page_picture(pdf: bytes, number: int) -> bytes:
    """One page of a stored PDF, counted from 1, as WebP; raises FileDamaged."""
    return _ask(pdf, "page", FileType.PDF.value, str(number))[1][0]


def _study(said: Mapping[str, Any]) -> str:
    """Device, day and words of the examination on one line, without what nobody sees."""
    day = said.get("day", "")
    parts = (
        said.get("modality", ""),
        f"{day[6:8]}-{day[4:6]}-{day[:4]}" if len(day) == 8 and day.isdigit() else "",
        said.get("study", "") or said.get("series", "") or said.get("body", ""),
    )
    return " · ".join("".join(sign for sign in part if sign.isprintable()).strip() for part in parts if part)


def _ask(data: bytes, *arguments: str) -> tuple[dict[str, Any], list[bytes]]:
    """Run the child; whatever ends it early, the file is at fault and the clinic goes on."""
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(CHILD), *arguments],
            input=data,
            capture_output=True,
            check=True,
            timeout=PATIENCE_SECONDS,
            env={},
            cwd="/",
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        raise FileDamaged from None
    line, _, rest = done.stdout.partition(b"\n")
    said: dict[str, Any] = json.loads(line)
    if refused := said.get("refused"):
        raise REFUSALS.get(refused, FileDamaged)
    parts: list[bytes] = []
    for length in said["parts"]:
        parts.append(rest[:length])
        rest = rest[length:]
    return said, parts
