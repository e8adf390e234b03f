"""Steps of a closed note that a snapshot stands for are removed: 2,000 key presses are one row afterwards.

Until the visit is signed (or cancelled) every step stays. Then nobody writes any more, the signature covers the words,
and who changed which section when is told by its versions, which stay. The snapshot was committed long before, and what
it stands for is compared with it once more: a crash at any moment leaves all of it or a snapshot that says the same.
"""

import logging
from dataclasses import dataclass
from uuid import UUID

from tht_app.database.queries.encounter import shared, visits
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.identity import Permission
from tht_app.use_cases.door import Actor, execute, use_case

from .note_document import document_of, same

log = logging.getLogger("tht.notes")

MOST_AT_ONCE = 500


class SnapshotDiffers(Exception):
    """The steps of a note say something else than the snapshot that stands for them: a bug of ours, so they stay."""


@dataclass(frozen=True, slots=True)
class FindCompactable:
    """Closed notes that still hold steps a snapshot stands for."""


@dataclass(frozen=True, slots=True)
class CompactNote:
    """Remove what the newest snapshot of a closed note stands for."""

    encounter_id: UUID


@use_case(permission=Permission.NOTE_KEEP, audit=AuditAction.READ, reads=True)
async def find_compactable(request: FindCompactable, work: UnitOfWork) -> tuple[UUID, ...]:
    """Some of them; the rest comes next time."""
    return await shared.compactable(work, MOST_AT_ONCE)


@use_case(permission=Permission.NOTE_KEEP, audit=AuditAction.UPDATE)
async def compact_note(request: CompactNote, work: UnitOfWork) -> int:
    """Remove the steps and return how many; none while the note can change. Raises SnapshotDiffers, NotFound."""
    visit = await visits.for_signing(work, request.encounter_id)
    work.saw(visit.patient_id)
    snapshot, steps = await shared.newest_snapshot(work, visit.id), await shared.covered(work, visit.id)
    if snapshot is None or not steps or not visit.is_frozen:
        return 0
    whole = document_of(update for step in steps for update in step.updates)
    if not same(whole, document_of(snapshot.updates)):
        raise SnapshotDiffers
    removed = await shared.remove_covered(work, visit.id)
    work.changed("note_update", visit.id, patient_id=visit.patient_id, old={"steps": removed})
    return removed


async def compact_closed_notes(actor: Actor) -> int:
    """Compact what can be; returns how many steps went. One note that cannot be keeps no other from it."""
    removed = 0
    for encounter_id in await execute(actor, FindCompactable()):
        try:
            removed += await execute(actor, CompactNote(encounter_id))
        except SnapshotDiffers:
            log.exception("the snapshot of note %s does not say what its steps say; they were kept", encounter_id)
    return removed
