"""A freed time is offered to the one on the waiting list whom it suits and who has waited longest."""

from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.queries import scheduling as queries
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.scheduling import LATE_ENTRY, DayPart, Period, Waiting, WaitlistStatus, suits
from tht_app.use_cases.scheduling.placing import times_at


async def offer_freed(work: UnitOfWork, row: RowMapping) -> None:
    """Offer the time that an appointment has given back; `row` is the appointment as it was."""
    await offer(work, queries.appointment_period(row), row["practitioner_id"], row["room_id"])


async def offer(
    work: UnitOfWork, slot: Period, practitioner_id: UUID, room_id: UUID, *, passed: UUID | None = None
) -> None:
    """Mark the first whom a time suits as offered; nobody when it has passed, or doctor or room are not free.

    The time is not kept for them: who is faster has it, and the entry can be offered the next one. `passed` is the
    entry that did not want it.
    """
    if slot.start < work.now() - LATE_ENTRY:
        return
    if not await _suited(work, slot, practitioner_id, passed, keep=False):
        return
    await queries.take_turn(work)
    waiting = await _suited(work, slot, practitioner_id, passed, keep=True)
    if not waiting or not await _really_free(work, slot, practitioner_id, room_id):
        return
    row = waiting[0]
    offered = {
        "offered_practitioner_id": practitioner_id,
        "offered_room_id": room_id,
        "offered_starts_at": slot.start,
        "offered_ends_at": slot.end,
    }
    await queries.set_entry(work, row["id"], WaitlistStatus.OFFERED, offered)
    work.changed("waitlist_entry", row["id"], patient_id=row["patient_id"], new=offered)
    work.publish("WaitlistSlotFreed", row["id"], {"patient_id": str(row["patient_id"]), **offered})


async def _suited(
    work: UnitOfWork, slot: Period, practitioner_id: UUID, passed: UUID | None, *, keep: bool
) -> list[RowMapping]:
    """Whom the time suits, the longest waiting first."""
    return [
        row
        for row in await queries.waiting_for(work, practitioner_id, slot, keep=keep)
        if row["id"] != passed and suits(_waiting(row), slot, practitioner_id, work.zone)
    ]


def _waiting(row: RowMapping) -> Waiting:
    return Waiting(row["earliest"], row["latest"], row["minutes"], DayPart(row["day_part"]), row["practitioner_id"])


async def _really_free(work: UnitOfWork, slot: Period, practitioner_id: UUID, room_id: UUID) -> bool:
    """Not when the doctor was overbooked then, is on leave meanwhile, or the room is out of use."""
    taken = await queries.takings(work, [practitioner_id, room_id], slot)
    if any(taken.values()):
        return False
    times = await times_at(work, practitioner_id, slot)
    return not times.reasons(slot, work.zone)
