"""What the holder of a message's link may do with that one appointment or offer, once they say the birth date.

The code alone shows date and time, to a session for which row-level security holds that appointment and nothing else.
The birth date is asked once and answered with a proof that is good for a quarter of an hour, so that the date itself
does not travel in forms. With the proof, a second program of the house changes the appointment by the same rules as the
front desk: it has to see the whole calendar to know what is free. What is offered to somebody who waits is taken or
declined in the same way.
"""

import hmac
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.queries import interop as queries
from tht_app.database.queries import interop_offer as offers
from tht_app.database.queries import scheduling
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.errors import NotFound, RuleViolation
from tht_app.domain.identity import Permission
from tht_app.domain.interop import MOST_WRONG_DATES, ClinicName, LinkState, changeable_until
from tht_app.domain.registration import PatientId
from tht_app.domain.scheduling import (
    AppointmentId,
    AppointmentStatus,
    CancelReason,
    Period,
    PractitionerId,
    RoomId,
    VisitTypeId,
    WaitlistEntryId,
)
from tht_app.settings import settings
from tht_app.use_cases.door import use_case
from tht_app.use_cases.scheduling import BookFromWaitlist, CancelAppointment, DeclineOffer, FreeSlots, MoveAppointment
from tht_app.use_cases.scheduling.booking import cancel_appointment, move_appointment
from tht_app.use_cases.scheduling.free import find_free_slots
from tht_app.use_cases.scheduling.waiting import book_from_waitlist, decline_offer

PROOF_LASTS = timedelta(minutes=15)
OFFERED = 3


class LinkTooLate(RuleViolation):
    """Less than `hours` are left: the clinic has to be called."""

    code = "interop.link_too_late"


class LinkAction(StrEnum):
    """What a button of the page does."""

    OPEN = "open"
    CONFIRM = "confirm"
    MOVE = "move"
    CANCEL = "cancel"
    TAKE = "take"
    DECLINE = "decline"


@dataclass(frozen=True, slots=True)
class LookAtLink:
    """What the page shows before the birth date is known; changes nothing."""

    code: str


@dataclass(frozen=True, slots=True)
class ProveLink:
    """Say the patient's birth date."""

    code: str
    born: date


@dataclass(frozen=True, slots=True)
class UseLink:
    """Press a button of the page, with the proof that the birth date was known."""

    code: str
    proof: str
    action: LinkAction = LinkAction.OPEN
    start: datetime | None = None
    """Where to, for a move."""
    near: date | None = None
    """Around which day free times are looked for."""


@dataclass(frozen=True, slots=True)
class LinkView:
    """What the page shows; everything but time and clinic only when `state` says that the birth date was right."""

    state: LinkState
    slot: Period
    clinic: ClinicName
    hours: int
    doctor: str = ""
    visit_type: tuple[tuple[str, str], ...] = ()
    confirmed: bool = False
    cancelled: bool = False
    free: tuple[Period, ...] = ()
    proof: str = ""
    offer: bool = False
    """Whether this is a time that is offered, not one that is booked."""
    taken: bool = False
    """Whether the offered time has become the patient's."""


async def _row(work: UnitOfWork, code: str, *, to_change: bool = False) -> RowMapping:
    """The appointment behind a code, or the offer: that has an `entry_id`."""
    row = await queries.open_link(work, code, to_change=to_change) or await offers.open_offer(work, to_change=to_change)
    if row is None or row["failures"] >= MOST_WRONG_DATES:
        raise NotFound
    work.saw(row["patient_id"])
    return row


@use_case(permission=Permission.APPOINTMENT_LINK, audit=AuditAction.READ, reads=True)
async def look_at_link(request: LookAtLink, work: UnitOfWork) -> LinkView:
    """Date and time only; raises `NotFound` for a code that is unknown, over or used up."""
    row = await _row(work, request.code)
    return await _view(work, row, LinkState.LOCKED)


@use_case(permission=Permission.APPOINTMENT_LINK, audit=AuditAction.UPDATE)
async def prove_link(request: ProveLink, work: UnitOfWork) -> str:
    """The proof for `UseLink`; empty for a wrong birth date, which is counted. Raises like `look_at_link`."""
    row = await _row(work, request.code, to_change=True)
    if request.born != row["birth_date"]:
        await (offers if row["entry_id"] else queries).note_wrong_date(work, row["link_id"])
        return ""
    return _proof(work, row, int((work.now() + PROOF_LASTS).timestamp()))


@use_case(permission=Permission.APPOINTMENT_LINK_ACT, audit=AuditAction.UPDATE)
async def use_link(request: UseLink, work: UnitOfWork) -> LinkView:
    """Do what the button says; without a proof that holds, nothing but what `look_at_link` shows.

    Raises `NotFound` like `look_at_link`, `LinkTooLate` near the appointment, `SlotRefused` when somebody was faster.
    """
    row = await _row(work, request.code, to_change=True)
    if not _proved(work, row, request.proof):
        return await _view(work, row, LinkState.LOCKED)
    if row["entry_id"]:
        await _answer(work, row, request.action)
        return await _offer_view(work, await _row(work, request.code))
    await _act(work, row, request)
    return await _open_view(work, await _row(work, request.code), request.near)


def _proved(work: UnitOfWork, row: RowMapping, proof: str) -> bool:
    until, _, _ = proof.partition(".")
    if not until.isdecimal() or not until.isascii() or len(until) > 12 or int(until) < work.now().timestamp():
        return False
    return hmac.compare_digest(proof.encode(), _proof(work, row, int(until)).encode())


def _proof(work: UnitOfWork, row: RowMapping, until: int) -> str:
    link_id: UUID = row["link_id"]
    return f"{until}.{work.vault.blind('appointment_link.proof', f'{link_id}|{until}').hex()}"


async def _act(work: UnitOfWork, row: RowMapping, request: UseLink) -> None:
    booked = row["status"] == AppointmentStatus.BOOKED.value
    if request.action is LinkAction.OPEN or not booked:
        return  # pressed twice, or called off meanwhile: the page shows how it stands
    if request.action is LinkAction.CONFIRM:
        await queries.confirm(work, row["link_id"], row["version"])
        work.changed("appointment", row["id"], patient_id=row["patient_id"], new={"confirmed": True})
        return
    if not _changeable(work, row):
        raise LinkTooLate(hours=settings().link_hours)
    if request.action is LinkAction.CANCEL:
        await cancel_appointment(CancelAppointment(AppointmentId(row["id"]), CancelReason.PATIENT), work)
    elif request.start is not None and request.start != row["starts_at"]:
        # Only what the page could have offered: the soonest a change may still reach is also the soonest new time.
        if changeable_until(request.start, settings().link_hours) < work.now():
            raise LinkTooLate(hours=settings().link_hours)
        await move_appointment(MoveAppointment(AppointmentId(row["id"]), request.start), work)


async def _answer(work: UnitOfWork, row: RowMapping, action: LinkAction) -> None:
    """Take or decline an offer that still stands; nothing happens to any other."""
    if not row["stands"]:
        return
    entry_id = WaitlistEntryId(row["entry_id"])
    if action is LinkAction.TAKE:
        doctor, room = PractitionerId(row["practitioner_id"]), RoomId(row["room_id"])
        await book_from_waitlist(BookFromWaitlist(entry_id, row["starts_at"], doctor, room), work)
    elif action is LinkAction.DECLINE:
        await decline_offer(DeclineOffer(entry_id), work)


def _changeable(work: UnitOfWork, row: RowMapping) -> bool:
    return work.now() <= changeable_until(row["starts_at"], settings().link_hours)


async def _view(work: UnitOfWork, row: RowMapping, state: LinkState) -> LinkView:
    slot = scheduling.appointment_period(row)
    local = Period(slot.start.astimezone(work.zone), slot.end.astimezone(work.zone))
    clinic = await queries.clinic_name(work)
    return LinkView(state, local, clinic, settings().link_hours, offer=row["entry_id"] is not None)


async def _offer_view(work: UnitOfWork, row: RowMapping) -> LinkView:
    plain = await _view(work, row, LinkState.OPEN if row["stands"] else LinkState.OVER)
    return replace(
        plain,
        doctor=row["doctor"],
        visit_type=_visit_type(row),
        taken=row["taken"],
        proof=_proof(work, row, int((work.now() + PROOF_LASTS).timestamp())),
    )


def _visit_type(row: RowMapping) -> tuple[tuple[str, str], ...]:
    return (("id", row["visit_type_id_text"]), ("en", row["visit_type_en_text"]))


async def _open_view(work: UnitOfWork, row: RowMapping, near: date | None) -> LinkView:
    booked = row["status"] == AppointmentStatus.BOOKED.value
    state = LinkState.OVER if not booked else LinkState.OPEN if _changeable(work, row) else LinkState.LATE
    plain = await _view(work, row, state)
    return replace(
        plain,
        doctor=row["doctor"],
        visit_type=_visit_type(row),
        confirmed=row["confirmed_version"] == row["version"],
        cancelled=row["status"] == AppointmentStatus.CANCELLED.value,
        free=await _free(work, row, plain.slot, near) if state is LinkState.OPEN else (),
        proof=_proof(work, row, int((work.now() + PROOF_LASTS).timestamp())),
    )


async def _free(work: UnitOfWork, row: RowMapping, slot: Period, near: date | None) -> tuple[Period, ...]:
    """The nearest free times of the same doctor and room that a link may still move to."""
    wanted = slot.start if near is None else datetime.combine(near, slot.start.timetz())
    soonest = work.now() + timedelta(hours=settings().link_hours)
    request = FreeSlots(
        practitioner_id=PractitionerId(row["practitioner_id"]),
        minutes=slot.minutes,
        near=max(wanted, soonest),
        room_id=RoomId(row["room_id"]),
        patient_id=PatientId(row["patient_id"]),
        visit_type_id=VisitTypeId(row["visit_type_id"]),
        count=OFFERED * 3,
    )
    found = [free for free in await find_free_slots(request, work) if free.start >= soonest]
    nearest = sorted(found, key=lambda period: abs(period.start - wanted))[:OFFERED]
    return tuple(Period(one.start.astimezone(work.zone), one.end.astimezone(work.zone)) for one in sorted(nearest))
