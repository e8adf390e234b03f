"""Letters: what was handed out, and what a verify code is told."""

import hashlib
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.crypto import Purpose
from tht_app.database.tables.letter import LetterRow
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.encounter.visit import Visit
from tht_app.domain.errors import NotFound
from tht_app.domain.letter import Letter, LetterKind

CONTENT = "letter.content"
REASON = "letter.reason"

LINES = """
select l.id, l.encounter_id, l.patient_id, l.kind, l.number, l.verify_code, l.issued_at, l.issued_by as author_id,
       l.prints, l.withdrawn_at, l.reason_sealed, coalesce(p.display_name, s.display_name) as issued_by
from letter l
join sec.person s on s.id = l.issued_by
left join practitioner p on p.person_id = l.issued_by
"""


async def issue(work: UnitOfWork, visit: Visit, kind: LetterKind, *, number: str, code: str, content: str) -> UUID:
    """Keep a letter as it is handed out and return its id."""
    row_id = work.new_id()
    await work.add(
        LetterRow(
            id=row_id,
            encounter_id=visit.id,
            patient_id=visit.patient_id,
            kind=kind.value,
            number=number,
            verify_code=code,
            content_sealed=work.vault.seal(Purpose.CLINICAL, CONTENT, row_id, content),
            sha256=hashlib.sha256(content.encode()).digest(),
            issued_by=work.person.id,
            issued_at=work.now(),
        )
    )
    return row_id


async def find(work: UnitOfWork, letter_id: UUID) -> Letter:
    """One letter; raises NotFound."""
    row = await work.fetch_one(f"{LINES} where l.id = :id", id=letter_id)
    if row is None:
        raise NotFound
    return _letter(work, row)


async def content(work: UnitOfWork, letter_id: UUID) -> str:
    """What it says, as it was sealed."""
    sealed = await work.fetch_value("select content_sealed from letter where id = :id", id=letter_id)
    return work.vault.open(Purpose.CLINICAL, CONTENT, letter_id, bytes(sealed))


async def count_print(work: UnitOfWork, letter_id: UUID) -> int:
    """Count one more print and return how many there are now."""
    return await work.fetch_value("update letter set prints = prints + 1 where id = :id returning prints", id=letter_id)


async def withdraw(work: UnitOfWork, letter_id: UUID, reason: str) -> bool:
    """Withdraw a letter once."""
    return bool(
        await work.run(
            "update letter set withdrawn_by = :by, withdrawn_at = :now, reason_sealed = :reason "
            "where id = :id and withdrawn_at is null",
            id=letter_id,
            by=work.person.id,
            now=work.now(),
            reason=work.vault.seal(Purpose.CLINICAL, REASON, letter_id, reason),
        )
    )


async def of_encounter(work: UnitOfWork, encounter_id: UUID) -> tuple[Letter, ...]:
    """The letters of a visit, newest first."""
    rows = await work.fetch(
        f"{LINES} where l.encounter_id = :encounter order by l.issued_at desc, l.id desc", encounter=encounter_id
    )
    return tuple(_letter(work, row) for row in rows)


async def of_patient(work: UnitOfWork, patient_id: UUID, most: int) -> tuple[Letter, ...]:
    """The letters of a patient, newest first."""
    rows = await work.fetch(
        f"{LINES} where l.patient_id = any(sec.records_of(:patient)) order by l.issued_at desc, l.id desc limit :most",
        patient=patient_id,
        most=most,
    )
    return tuple(_letter(work, row) for row in rows)


async def verify(work: UnitOfWork, code: str) -> RowMapping | None:
    """What the holder of a code is told: kind, number, day, doctor, whether it was withdrawn."""
    return await work.fetch_one("select * from sec.verify_letter(:code)", code=code)


def _letter(work: UnitOfWork, row: RowMapping) -> Letter:
    sealed = row["reason_sealed"]
    return Letter(
        row["id"],
        row["encounter_id"],
        row["patient_id"],
        LetterKind(row["kind"]),
        row["number"],
        row["verify_code"],
        row["issued_at"],
        row["issued_by"],
        row["prints"],
        row["withdrawn_at"] is not None,
        work.vault.open(Purpose.CLINICAL, REASON, row["id"], bytes(sealed)) if sealed else "",
        row["author_id"] == work.person.id,
    )


@dataclass(frozen=True, slots=True)
class Licence:
    """Who signs as doctor, under which licence (SIP); empty where none is known."""

    name: str
    number: str


async def licence_of(work: UnitOfWork, person_id: UUID) -> Licence:
    """Name and licence of a person as they stand on paper."""
    row = await work.fetch_one(
        "select coalesce(p.display_name, s.display_name) as name, coalesce(p.sip_number, '') as number "
        "from sec.person s left join practitioner p on p.person_id = s.id where s.id = :id",
        id=person_id,
    )
    if row is None:
        raise NotFound
    return Licence(row["name"], row["number"])
