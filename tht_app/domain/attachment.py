"""Files that belong to a visit: what may be attached, what each is, and who may take it away again.

A file is what its first bytes say it is; its name and what the browser calls it are never asked.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from tht_app.domain.encounter.diagnosis import Laterality
from tht_app.domain.encounter.visit import EncounterSigned, Visit
from tht_app.domain.errors import Conflict, NotFound, Problem, RuleViolation, Unavailable, ValidationFailed

LONGEST_NAME = 120
LONGEST_REASON = 300
MEGABYTE = 1_000_000
MOST_PIXELS = 40_000_000
"""A larger picture takes more memory to unpack than a clinic's machine has to spare for one file."""
MOST_PAGES = 300
HEAD_BYTES = 132
"""How many first bytes tell the type of a file: DICOM says so after a preamble of 128."""


class AttachmentKind(StrEnum):
    """What somebody looks for when they look for a file."""

    PHOTO = "photo"
    ENDOSCOPY = "endoscopy"
    RADIOLOGY = "radiology"
    RESULT = "result"
    LETTER = "letter"
    OTHER = "other"


class Site(StrEnum):
    """Which part of the body a file shows."""

    NONE = "none"
    EAR = "ear"
    NOSE = "nose"
    THROAT = "throat"
    LARYNX = "larynx"
    NECK = "neck"
    FACE = "face"


class AttachmentStatus(StrEnum):
    """The life of a file: on its way, there, taken back before the signature, or wrong after all."""

    UPLOADING = "uploading"
    CURRENT = "current"
    REMOVED = "removed"
    ENTERED_IN_ERROR = "entered-in-error"


class FileType(StrEnum):
    """The types that are taken, by their media type."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    PDF = "application/pdf"
    DICOM = "application/dicom"

    @property
    def is_image(self) -> bool:
        """Whether it is shown as it is."""
        return self.value.startswith("image/")


MOST_BYTES: Mapping[FileType, int] = {
    FileType.JPEG: 25 * MEGABYTE,
    FileType.PNG: 25 * MEGABYTE,
    FileType.WEBP: 25 * MEGABYTE,
    FileType.PDF: 25 * MEGABYTE,
    FileType.DICOM: 100 * MEGABYTE,
}
LARGEST = max(MOST_BYTES.values())


class FileEmpty(RuleViolation):
    """There is nothing in the file."""

    code = "attachment.empty"


class FileTooLarge(RuleViolation):
    """The file is larger than files of its type may be; `most` is in megabytes."""

    code = "attachment.too_large"


class FileTypeRefused(RuleViolation):
    """Its first bytes are those of no type that is taken."""

    code = "attachment.type_refused"


class FileDamaged(RuleViolation):
    """It begins like a file of its type and cannot be read to the end."""

    code = "attachment.damaged"


class FileActive(RuleViolation):
    """A PDF that would do something when it is opened: run a script, start a program, bring other files."""

    code = "attachment.active"


class FileLocked(RuleViolation):
    """A PDF with a password."""

    code = "attachment.locked"


class PictureTooLarge(RuleViolation):
    """Too many pixels, or too many pages."""

    code = "attachment.too_many_pixels"


class UploadGone(NotFound):
    """The upload was given up, or never began."""

    code = "attachment.upload_gone"


class WrongOffset(Conflict):
    """A piece does not begin where the pieces before it end; `received` says where that is."""

    code = "attachment.wrong_offset"


class StorageFull(Unavailable):
    """There is no room on the disk; what was sent so far stays."""

    code = "attachment.storage_full"


class StorageUnreadable(Unavailable):
    """What lies on the disk is missing or not what was stored."""

    code = "attachment.storage_unreadable"


class NotYourAttachment(RuleViolation):
    """Only who attached a file takes it back."""

    code = "attachment.not_yours"


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What was found in a file when it was received; `size` and `sha256` (hexadecimal) are of what is stored."""

    type: FileType
    size: int
    sha256: str
    thumbnail: bool
    width: int = 0
    height: int = 0
    pages: int = 0
    study: str = ""
    """What a DICOM file says of the examination, in its own words."""
    mismatch: bool = False
    """A DICOM file that names another patient."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """One file as lists show it."""

    id: UUID
    encounter_id: UUID
    patient_id: UUID
    status: AttachmentStatus
    kind: AttachmentKind
    side: Laterality
    site: Site
    name: str
    type: FileType
    size: int
    pages: int
    thumbnail: bool
    study: str
    mismatch: bool
    recorded_by: str
    recorded_at: datetime
    reason: str
    removable: bool
    """Whether the person who asks may take it back."""
    correctable: bool
    """Whether the person who asks may mark it as wrong."""


def type_of(head: bytes) -> FileType | None:
    """The type that the first `HEAD_BYTES` of a file tell; nothing for any other."""
    if head.startswith(b"\xff\xd8\xff"):
        return FileType.JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return FileType.PNG
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return FileType.WEBP
    if head.startswith(b"%PDF-"):
        return FileType.PDF
    if head[128:132] == b"DICM":
        return FileType.DICOM
    return None


def ensure_accepted(head: bytes, size: int) -> FileType:
    """The type of a file that may be taken, or the refusal that says why not."""
    if size <= 0:
        raise FileEmpty
    found = type_of(head)
    if found is None:
        raise FileTypeRefused
    if size > MOST_BYTES[found]:
        raise FileTooLarge(most=MOST_BYTES[found] // MEGABYTE)
    return found


def checked_size(size: int) -> int:
    """The announced size of a file, before any of it has come."""
    if size <= 0:
        raise FileEmpty
    if size > LARGEST:
        raise FileTooLarge(most=LARGEST // MEGABYTE)
    return size


def checked_name(name: str) -> str:
    """The name of a file as it may be shown: one line of visible characters, which says nothing about a place.

    Raises ValidationFailed for a name that no browser sends: with a path, with characters that nobody sees.
    """
    composed = unicodedata.normalize("NFC", name).strip()
    hidden = any(unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"} for sign in composed)
    if not composed:
        raise ValidationFailed({"name": "required"})
    if hidden or "/" in composed or "\\" in composed or composed in {".", ".."}:
        raise ValidationFailed({"name": "attachment.name"})
    if len(composed) > LONGEST_NAME:
        raise ValidationFailed({"name": Problem("too_long", {"max": LONGEST_NAME})})
    return composed


def checked_reason(reason: str) -> str:
    """Why a file is wrong: a few words, which everybody who opens the record reads."""
    words = " ".join(reason.split())
    if not words:
        raise ValidationFailed({"reason": "required"})
    if len(words) > LONGEST_REASON:
        raise ValidationFailed({"reason": Problem("too_long", {"max": LONGEST_REASON})})
    return words


def may_remove(visit: Visit, author_id: UUID, person_id: UUID) -> bool:
    """Before the signature its author takes a file back; afterwards it is part of what was signed."""
    return visit.signed_at is None and author_id == person_id


def ensure_may_remove(visit: Visit, author_id: UUID, person_id: UUID) -> None:
    """Refuse where `may_remove` says no."""
    if visit.signed_at is not None:
        raise EncounterSigned
    if author_id != person_id:
        raise NotYourAttachment


def same_person(patient_name: str, dicom_name: str) -> bool:
    """Whether the name in a DICOM file can be the patient's: one has all the words of the other, in any order.

    `dicom_name` has its parts separated by `^`. Devices cut long names and drop titles; a file without any name says
    nothing against the patient.
    """
    ours, theirs = _words(patient_name), _words(dicom_name.replace("^", " ").replace("=", " "))
    return not theirs or ours <= theirs or theirs <= ours


def _words(name: str) -> set[str]:
    plain = unicodedata.normalize("NFKD", name).casefold()
    letters = "".join(sign if sign.isalnum() else " " for sign in plain if not unicodedata.combining(sign))
    return set(letters.split())
