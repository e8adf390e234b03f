"""Files as lists show them: pure functions, no clock, no database."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any
from zoneinfo import ZoneInfo

from tht_app.domain.attachment import Attachment, AttachmentStatus, FileType
from tht_app.i18n import moment_text, text_of

KILOBYTE = 1000


@dataclass(frozen=True)
class FileView:
    """One file; `image`, `pdf` and `dicom` say what a look at it is."""

    id: str
    visit: str
    name: str
    kind: str
    kind_words: str
    side: str
    place: str
    facts: str
    source: str
    study: str
    shape: str
    pages: int
    thumbnail: bool
    mismatch: bool
    wrong: bool
    reason: str
    removable: bool
    correctable: bool


def size_text(size: int) -> str:
    """`340 kB`, `2,4 MB`."""
    if size < KILOBYTE * KILOBYTE:
        return f"{max(1, round(size / KILOBYTE))} kB"
    return f"{size / KILOBYTE / KILOBYTE:.1f} MB".replace(".", ",")


def file_view(file: Attachment, zone: ZoneInfo, lang: str) -> FileView:
    """What a list shows of a file, in words."""
    at = file.recorded_at.astimezone(zone)
    shape = "image" if file.type.is_image else "pdf" if file.type is FileType.PDF else "dicom"
    place = text_of(f"attachment.site.{file.site.value}", lang) if file.site.value != "none" else ""
    facts = [text_of(f"attachment.type.{shape}", lang), size_text(file.size)]
    if file.pages:
        facts.append(text_of("attachment.pages", lang, count=file.pages))
    return FileView(
        id=str(file.id),
        visit=str(file.encounter_id),
        name=file.name,
        kind=file.kind.value,
        kind_words=text_of(f"attachment.kind.{file.kind.value}", lang),
        side=file.side.value,
        place=place,
        facts=" · ".join(facts),
        source=f"{moment_text(at, None, lang)} · {file.recorded_by}",
        study=file.study,
        shape=shape,
        pages=file.pages,
        thumbnail=file.thumbnail,
        mismatch=file.mismatch,
        wrong=file.status is AttachmentStatus.ENTERED_IN_ERROR,
        reason=file.reason,
        removable=file.removable,
        correctable=file.correctable,
    )


def file_views(files: Iterable[Attachment], zone: ZoneInfo, lang: str) -> list[dict[str, Any]]:
    """All of them, as plain values for the gallery in the browser."""
    return [asdict(file_view(file, zone, lang)) for file in files]
