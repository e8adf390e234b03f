"""The shared document of a note as it is stored: one sealed row a step, never changed.

A step is removed only when the visit is closed and a snapshot stands for it.

A row becomes visible when its transaction commits, which need not be in the order of `seq`. So nobody reads "everything
after the last one" and believes it complete, except under the exclusive lock of the encounter, when no writer is on its
way.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.crypto import Purpose
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.encounter.note import Section
from tht_app.domain.encounter.record import SharedUpdate
from tht_app.domain.encounter.visit import Visit

BODY = "note_update.body"
SEED, EDIT, SNAPSHOT = "seed", "edit", "snapshot"
DRAFT_KEY, DRAFT_SCOPE = "note_draft.key", "note_draft.scope"
SCOPE_DIGITS = 32
LENGTH = 4

# The newest snapshot stands for everything up to `covers`; it was made under the exclusive lock, so that is complete.
STEPS = """
with base as (
    select id, covers from note_update where encounter_id = :encounter and kind = 'snapshot'
    order by covers desc limit 1)
select u.id, u.seq, u.body_sealed from note_update u
where u.encounter_id = :encounter
  and (u.id = (select id from base)
       or (u.kind <> 'snapshot' and u.seq > greatest(:after, coalesce((select covers from base), 0))))
order by u.kind = 'snapshot' desc, u.seq
"""
FROM_ELSEWHERE = """
select id, seq, body_sealed from note_update
where encounter_id = :encounter and kind <> 'snapshot' and seq > :after and origin <> :origin order by seq
"""

NEWEST = """
select id, seq, covers, body_sealed from note_update where encounter_id = :encounter and kind = 'snapshot'
order by covers desc limit 1
"""
COVERED = f"from note_update u, ({NEWEST}) b where u.encounter_id = :encounter and u.seq <= b.covers and u.id <> b.id"
COMPACTABLE = """
select s.encounter_id from note_update s join encounter e on e.id = s.encounter_id
where s.kind = 'snapshot' and (e.signed_at is not null or e.status = 'cancelled')
group by s.encounter_id
having exists (select 1 from note_update u where u.encounter_id = s.encounter_id and u.seq < max(s.covers)) limit :most
"""


async def steps(work: UnitOfWork, encounter_id: UUID) -> tuple[SharedUpdate, ...]:
    """What makes the document: the newest snapshot and all after it; nothing where nobody has opened it yet."""
    return _opened(work, await work.fetch(STEPS, encounter=encounter_id, after=0))


async def steps_from_elsewhere(
    work: UnitOfWork, encounter_id: UUID, after: int, origin: str
) -> tuple[SharedUpdate, ...]:
    """The steps with a higher number than this that did not come through the room `origin`."""
    return _opened(work, await work.fetch(FROM_ELSEWHERE, encounter=encounter_id, after=after, origin=origin))


async def newest_snapshot(work: UnitOfWork, encounter_id: UUID) -> SharedUpdate | None:
    """The one row that stands for most; nothing while there are few steps."""
    found = _opened(work, await work.fetch(NEWEST, encounter=encounter_id))
    return found[0] if found else None


async def covered(work: UnitOfWork, encounter_id: UUID) -> tuple[SharedUpdate, ...]:
    """The steps that the newest snapshot stands for."""
    return _opened(
        work, await work.fetch(f"select u.id, u.seq, u.body_sealed {COVERED} order by u.seq", encounter=encounter_id)
    )


async def remove_covered(work: UnitOfWork, encounter_id: UUID) -> int:
    """Remove them and return how many there were; a trigger asks of each whether it may go."""
    return await work.fetch_value("select sec.compact_note(:encounter)", encounter=encounter_id)


async def compactable(work: UnitOfWork, most: int) -> tuple[UUID, ...]:
    """Closed visits whose notes hold steps that a snapshot stands for."""
    return tuple(row["encounter_id"] for row in await work.fetch(COMPACTABLE, most=most))


def _opened(work: UnitOfWork, rows: Iterable[RowMapping]) -> tuple[SharedUpdate, ...]:
    return tuple(
        SharedUpdate(
            row["seq"], _unpacked(work.vault.open_bytes(Purpose.CLINICAL, BODY, row["id"], bytes(row["body_sealed"])))
        )
        for row in rows
    )


def packed(updates: Sequence[bytes]) -> bytes:
    """What came together lies together, each update behind its length: nothing is merged that need not be."""
    return b"".join(len(update).to_bytes(LENGTH, "big") + update for update in updates)


def _unpacked(body: bytes) -> tuple[bytes, ...]:
    updates: list[bytes] = []
    place = 0
    while place < len(body):
        end = place + LENGTH + int.from_bytes(body[place : place + LENGTH], "big")
        updates.append(body[place + LENGTH : end])
        place = end
    return tuple(updates)


async def add(
    work: UnitOfWork,
    visit: Visit,
    updates: Sequence[bytes],
    *,
    sections: Iterable[Section] = (),
    kind: str = EDIT,
    covers: int | None = None,
    origin: str = "",
) -> int:
    """Append a step in the name of this person and return its number; `origin` is the room that has it already."""
    row_id = work.new_id()
    return await work.fetch_value(
        "insert into note_update "
        "(id, encounter_id, patient_id, kind, covers, sections, body_sealed, author_id, at, origin) "
        "values (:id, :encounter, :patient, :kind, :covers, :sections, :body, :author, :at, :origin) returning seq",
        id=row_id,
        encounter=visit.id,
        patient=visit.patient_id,
        kind=kind,
        covers=covers,
        sections=sorted(section.value for section in sections),
        body=work.vault.seal_bytes(Purpose.CLINICAL, BODY, row_id, packed(updates)),
        author=work.person.id,
        at=work.now(),
        origin=origin,
    )


async def ground(work: UnitOfWork, encounter_id: UUID) -> str:
    """What a decision to let this person write here stands on: who they are, whose visit it is, and how far it is."""
    return await work.fetch_value(
        "select ground from note_ground(current_setting('app.session'), :encounter)", encounter=encounter_id
    )


async def last_author(work: UnitOfWork, encounter_id: UUID, section: Section) -> UUID | None:
    """Who changed this section last; nobody where it still is as the document began."""
    return await work.fetch_value(
        "select author_id from note_update where encounter_id = :encounter and kind = 'edit' "
        "and :section = any (sections) order by seq desc limit 1",
        encounter=encounter_id,
        section=section.value,
    )


def draft_secrets(work: UnitOfWork, encounter_id: UUID) -> tuple[bytes, str]:
    """Key and name under which a device keeps what this person has not delivered of this note yet.

    Made from this person and note alone, so the same person gets the same key again after signing in (also when the
    clinic's keys were exchanged meanwhile), and it is stored nowhere.
    """
    whose = f"{work.person.id}|{encounter_id}"
    scope = work.vault.derive(DRAFT_SCOPE, whose).hex()[:SCOPE_DIGITS]
    return work.vault.derive(DRAFT_KEY, whose), scope
