"""Files of visits: their rows, names, keys and findings."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.crypto import Purpose
from tht_app.database.queries.encounter.by_visit import by_visit
from tht_app.database.tables.attachment import AttachmentRow
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.attachment import (
    Attachment,
    AttachmentKind,
    AttachmentStatus,
    FileFacts,
    FileType,
    Site,
    may_remove,
)
from tht_app.domain.encounter.diagnosis import Laterality
from tht_app.domain.encounter.record import SignedFile
from tht_app.domain.encounter.visit import EncounterId, EncounterStatus, Visit
from tht_app.domain.errors import NotFound

NAME = "attachment.name"
KEY = "attachment.key"
STUDY = "attachment.study"
REASON = "attachment.reason"

LINES = """
select a.id, a.encounter_id, a.patient_id, a.status, a.kind, a.side, a.site, a.name_sealed, a.media_type, a.size,
       a.pages, a.thumbnail, a.study_sealed, a.mismatch, a.recorded_by as author_id, a.recorded_at, a.reason_sealed,
       coalesce(pr.display_name, s.display_name) as recorded_by,
       e.practitioner_id, e.status as visit_status, e.arrived_at, e.signed_at
from attachment a
join encounter e on e.id = a.encounter_id
join sec.person s on s.id = a.recorded_by
left join practitioner pr on pr.person_id = a.recorded_by
"""
SHOWN = "a.status in ('current', 'entered-in-error')"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """What is needed to open a file: where it belongs, what it is, and its key."""

    id: UUID
    encounter_id: UUID
    patient_id: UUID
    status: AttachmentStatus
    name: str
    announced_size: int
    author_id: UUID
    type: FileType | None = None
    size: int = 0
    pages: int = 0
    thumbnail: bool = False
    key: bytes = field(default=b"", repr=False)


async def announce(
    work: UnitOfWork,
    visit: Visit,
    *,
    name: str,
    size: int,
    kind: AttachmentKind,
    side: Laterality,
    site: Site,
    key: bytes,
) -> UUID:
    """Insert a file that is on its way and return its id."""
    row_id = work.new_id()
    await work.add(
        AttachmentRow(
            id=row_id,
            encounter_id=visit.id,
            patient_id=visit.patient_id,
            status=AttachmentStatus.UPLOADING.value,
            kind=kind.value,
            side=side.value,
            site=site.value,
            name_sealed=work.vault.seal(Purpose.CLINICAL, NAME, row_id, name),
            announced_size=size,
            key_sealed=work.vault.seal(Purpose.FILE, KEY, row_id, key.hex()),
            recorded_by=work.person.id,
            recorded_at=work.now(),
        )
    )
    return row_id


async def keep(work: UnitOfWork, file_id: UUID, facts: FileFacts) -> bool:
    """Say that a file has arrived, with what was found in it; False when somebody said so before."""
    return bool(
        await work.run(
            "update attachment set status = 'current', media_type = :type, size = :size, sha256 = :sha256, "
            "thumbnail = :thumbnail, width = :width, height = :height, pages = :pages, study_sealed = :study, "
            "mismatch = :mismatch where id = :id and status = 'uploading'",
            id=file_id,
            type=facts.type.value,
            size=facts.size,
            sha256=bytes.fromhex(facts.sha256),
            thumbnail=facts.thumbnail,
            width=facts.width,
            height=facts.height,
            pages=facts.pages,
            study=work.vault.seal(Purpose.CLINICAL, STUDY, file_id, facts.study or None),
            mismatch=facts.mismatch,
        )
    )


async def find(work: UnitOfWork, file_id: UUID) -> StoredFile:
    """A file that is there or on its way; raises NotFound."""
    row = await work.fetch_one(
        "select id, encounter_id, patient_id, status, name_sealed, announced_size, media_type, size, pages, "
        "thumbnail, key_sealed, recorded_by from attachment where id = :id",
        id=file_id,
    )
    if row is None:
        raise NotFound
    sealed = row["key_sealed"]
    return StoredFile(
        row["id"],
        row["encounter_id"],
        row["patient_id"],
        AttachmentStatus(row["status"]),
        work.vault.open(Purpose.CLINICAL, NAME, row["id"], bytes(row["name_sealed"])),
        row["announced_size"],
        row["recorded_by"],
        FileType(row["media_type"]) if row["media_type"] else None,
        row["size"] or 0,
        row["pages"],
        row["thumbnail"],
        bytes.fromhex(work.vault.open(Purpose.FILE, KEY, row["id"], bytes(sealed))) if sealed else b"",
    )


async def remove(work: UnitOfWork, file_id: UUID) -> bool:
    """Take a file away: its row tells that there was one, its key is gone and with it all that lies in the store."""
    return bool(
        await work.run(
            "update attachment set status = 'removed', key_sealed = null, closed_by = :by, closed_at = :now "
            "where id = :id and status in ('uploading', 'current')",
            id=file_id,
            by=work.person.id,
            now=work.now(),
        )
    )


async def mark_in_error(work: UnitOfWork, file_id: UUID, reason: str) -> bool:
    """Mark a file as wrong, with the reason; it stays readable as what it is."""
    return bool(
        await work.run(
            "update attachment set status = 'entered-in-error', closed_by = :by, closed_at = :now, "
            "reason_sealed = :reason where id = :id and status = 'current'",
            id=file_id,
            by=work.person.id,
            now=work.now(),
            reason=work.vault.seal(Purpose.CLINICAL, REASON, file_id, reason),
        )
    )


async def of_encounter(work: UnitOfWork, encounter_id: UUID) -> tuple[Attachment, ...]:
    """The files of a visit, oldest first, with those that were marked as wrong."""
    rows = await work.fetch(
        f"{LINES} where a.encounter_id = :encounter and {SHOWN} order by a.recorded_at, a.id", encounter=encounter_id
    )
    return tuple(_line(work, row) for row in rows)


async def of_patient(work: UnitOfWork, patient_id: UUID, most: int) -> tuple[Attachment, ...]:
    """The files of a patient, newest first."""
    rows = await work.fetch(
        f"{LINES} where a.patient_id = any(sec.records_of(:patient)) and {SHOWN} "
        "order by a.recorded_at desc, a.id desc limit :most",
        patient=patient_id,
        most=most,
    )
    return tuple(_line(work, row) for row in rows)


async def signed_files(work: UnitOfWork, encounter_id: UUID) -> tuple[SignedFile, ...]:
    """What a signature says of the files of a visit, also of those that were marked as wrong later."""
    return (await signed_files_of(work, [encounter_id]))[encounter_id]


async def signed_files_of(work: UnitOfWork, encounters: Sequence[UUID]) -> dict[UUID, tuple[SignedFile, ...]]:
    """The same for many visits at once."""
    rows = await work.fetch(
        "select encounter_id, id, kind, side, site, media_type, size, sha256 from attachment a "
        f"where encounter_id = any(:encounters) and {SHOWN} order by id",
        encounters=list(encounters),
    )
    return by_visit(encounters, rows, _signed_file)


def _signed_file(row: RowMapping) -> SignedFile:
    return SignedFile(
        row["id"], row["kind"], row["side"], row["site"], row["media_type"], row["size"], bytes(row["sha256"]).hex()
    )


async def removed(work: UnitOfWork, ids: list[UUID]) -> frozenset[UUID]:
    """Which of these files were taken away."""
    rows = await work.fetch("select id from attachment where id = any (:ids) and status = 'removed'", ids=ids)
    return frozenset(row["id"] for row in rows)


async def unfinished(work: UnitOfWork, ids: list[UUID]) -> frozenset[UUID]:
    """Which of these are still on their way."""
    rows = await work.fetch("select id from attachment where id = any (:ids) and status = 'uploading'", ids=ids)
    return frozenset(row["id"] for row in rows)


def _line(work: UnitOfWork, row: RowMapping) -> Attachment:
    def opened(column: str, sealed: bytes | None) -> str:
        return work.vault.open(Purpose.CLINICAL, column, row["id"], bytes(sealed)) if sealed else ""

    visit = _visit(row)
    status = AttachmentStatus(row["status"])
    mine = may_remove(visit, row["author_id"], work.person.id)
    there = status is AttachmentStatus.CURRENT
    return Attachment(
        id=row["id"],
        encounter_id=row["encounter_id"],
        patient_id=row["patient_id"],
        status=status,
        kind=AttachmentKind(row["kind"]),
        side=Laterality(row["side"]),
        site=Site(row["site"]),
        name=opened(NAME, row["name_sealed"]),
        type=FileType(row["media_type"]),
        size=row["size"],
        pages=row["pages"],
        thumbnail=row["thumbnail"],
        study=opened(STUDY, row["study_sealed"]),
        mismatch=row["mismatch"],
        recorded_by=row["recorded_by"],
        recorded_at=row["recorded_at"],
        reason=opened(REASON, row["reason_sealed"]),
        removable=there and mine,
        correctable=there and not mine and may_correct(work, visit, row["author_id"]),
    )


def _visit(row: RowMapping) -> Visit:
    return Visit(
        EncounterId(row["encounter_id"]),
        row["patient_id"],
        row["practitioner_id"],
        EncounterStatus(row["visit_status"]),
        row["arrived_at"],
        row["signed_at"],
    )


def may_correct(work: UnitOfWork, visit: Visit, author_id: UUID) -> bool:
    """Its author and the treating doctor mark a file as wrong, at any time."""
    return work.person.id in {author_id, visit.practitioner_id}
