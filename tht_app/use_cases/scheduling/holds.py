"""Keep a time while the form is open, so that nobody is told "taken" after a long talk on the telephone."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tht_app.database.queries import scheduling as queries
from tht_app.database.queries import settings as setting_queries
from tht_app.database.queries.scheduling import Owner
from tht_app.database.tables.scheduling import SlotHoldRow
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.registration import PatientId
from tht_app.domain.scheduling import (
    DeviceId,
    HoldId,
    Period,
    PractitionerId,
    RoomId,
    VisitTypeId,
    ensure_own_calendar,
)
from tht_app.use_cases.door import use_case
from tht_app.use_cases.scheduling.placing import (
    BOOK,
    Prepared,
    Wish,
    claims_of,
    device_groups,
    judge,
    plan_of,
    prepare,
    slot_of,
    take,
)

HOLD_MINUTES = 10
"""How long a hold lasts unless the setting `scheduling` says `hold_minutes`."""


@dataclass(frozen=True, slots=True)
class HoldSlot:
    """Keep a time for this form. `hold_id` is the hold that the form has: it is given back in the same breath.

    A hold overrides nothing: where a reason is needed, the form goes on without one.
    """

    practitioner_id: PractitionerId
    visit_type_id: VisitTypeId
    start: datetime
    minutes: int | None = None
    room_id: RoomId | None = None
    patient_id: PatientId | None = None
    device_ids: tuple[DeviceId, ...] = ()
    hold_id: HoldId | None = None


@dataclass(frozen=True, slots=True)
class ReleaseHold:
    """The form was closed without booking; unknown and ended holds are no mistake."""

    hold_id: HoldId


@dataclass(frozen=True, slots=True)
class Hold:
    """A time that is kept, with what was found for it."""

    id: HoldId
    slot: Period
    room_id: RoomId
    device_ids: tuple[DeviceId, ...]
    hold_until: datetime


@use_case(permission=BOOK, audit=AuditAction.CREATE)
async def hold_slot(request: HoldSlot, work: UnitOfWork) -> Hold:
    """Keep a time until the form is saved, closed, or too old; raises what a booking raises."""
    ensure_own_calendar(work.person.permissions, work.person.id, request.practitioner_id)
    plan = await plan_of(
        work,
        practitioner_id=request.practitioner_id,
        visit_type_id=request.visit_type_id,
        patient_id=request.patient_id,
    )
    slot = slot_of(request.start, plan.minutes if request.minutes is None else request.minutes)
    former = await queries.locked_hold(work, request.hold_id) if request.hold_id else None
    judged = await judge(work, request.practitioner_id, slot, request.room_id, overridden=False)
    groups = await device_groups(work, plan, request.device_ids, former["device_ids"] if former else ())
    wish = Wish(work.new_id(), request.practitioner_id, judged.room_id, request.patient_id, slot, groups)
    owned = (Owner.HOLD, former) if former else None
    prepared = await prepare(work, wish, former=owned, expired=judged.expired)
    if former is not None:
        await queries.end_hold(work, former["id"], work.now())
    until = work.now() + timedelta(minutes=await _hold_minutes(work))
    await queries.add_hold(work, _row(request, work, wish, prepared, until))
    await take(work, Owner.HOLD, prepared.claims, hold_until=until)
    work.changed("slot_hold", wish.owner_id, patient_id=request.patient_id, new={"starts_at": slot.start})
    return Hold(
        HoldId(wish.owner_id), slot, RoomId(judged.room_id), tuple(DeviceId(one) for one in prepared.device_ids), until
    )


def _row(request: HoldSlot, work: UnitOfWork, wish: Wish, prepared: Prepared, until: datetime) -> SlotHoldRow:
    return SlotHoldRow(
        id=wish.owner_id,
        practitioner_id=request.practitioner_id,
        room_id=wish.room_id,
        patient_id=request.patient_id,
        visit_type_id=request.visit_type_id,
        device_ids=prepared.device_ids,
        starts_at=wish.slot.start,
        ends_at=wish.slot.end,
        hold_until=until,
        created_by=work.person.id,
        created_at=work.now(),
    )


async def _hold_minutes(work: UnitOfWork) -> int:
    value = await setting_queries.read(work, "scheduling")
    return int((value or {}).get("hold_minutes", HOLD_MINUTES))


@use_case(permission=BOOK, audit=AuditAction.CANCEL)
async def release_hold(request: ReleaseHold, work: UnitOfWork) -> None:
    """Give a kept time back."""
    row = await queries.locked_hold(work, request.hold_id)
    if row is None:
        return
    await queries.exclude(work, claims_of(row))
    await queries.release(work, Owner.HOLD, row["id"])
    await queries.end_hold(work, row["id"], work.now())
    work.changed("slot_hold", row["id"], patient_id=row["patient_id"], old={"starts_at": row["starts_at"]})
