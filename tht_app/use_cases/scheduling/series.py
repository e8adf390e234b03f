"""Control visits that come again: planned together, booked together or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from tht_app.database.queries import scheduling as queries
from tht_app.database.queries.scheduling import BookingPlan, Claim, Owner
from tht_app.database.tables.scheduling import AppointmentRow, AppointmentSeriesRow
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.errors import ValidationFailed
from tht_app.domain.registration import PatientId
from tht_app.domain.scheduling import (
    AppointmentId,
    AppointmentStatus,
    CancelReason,
    DeviceChoice,
    DeviceId,
    DeviceState,
    FreeSlot,
    Period,
    PractitionerId,
    ResourceKind,
    RoomId,
    Search,
    SeriesId,
    SeriesRefused,
    SeriesRule,
    SlotRefused,
    VisitTypeId,
    choose_device,
    ensure_bookable,
    ensure_movable,
    ensure_own_calendar,
    nearest_slots,
    refusal,
    series_starts,
    usual_room,
)
from tht_app.use_cases.door import use_case
from tht_app.use_cases.scheduling.booking import call_off, locked
from tht_app.use_cases.scheduling.free import AFTER, Needs, search
from tht_app.use_cases.scheduling.placing import (
    BOOK,
    DeviceGroup,
    Wish,
    device_claims,
    device_groups,
    ensure_texts,
    people_and_room,
    plan_of,
    seal,
    slot_of,
)

OFFERED_WITHIN = timedelta(days=6)
"""How far from a date that is not free another is offered: nearer to it than to the next visit of a weekly series."""


@dataclass(frozen=True, slots=True)
class PlanSeries:
    """Look which dates of a series are free, before anything is booked."""

    patient_id: PatientId
    practitioner_id: PractitionerId
    visit_type_id: VisitTypeId
    rule: SeriesRule
    minutes: int | None = None
    room_id: RoomId | None = None
    device_ids: tuple[DeviceId, ...] = ()


@dataclass(frozen=True, slots=True)
class SeriesDate:
    """One visit of a series: free, or refused with an error code and the nearest free times."""

    slot: Period
    refusal: str | None
    offers: tuple[FreeSlot, ...]


@dataclass(frozen=True, slots=True)
class BookSeries:
    """Book all visits of a series, or none. `instead` gives some of them another start, or None to leave them out."""

    plan: PlanSeries
    instead: tuple[tuple[datetime, datetime | None], ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class BookedSeries:
    """The series and its appointments, by time."""

    series_id: SeriesId
    appointment_ids: tuple[AppointmentId, ...]


@dataclass(frozen=True, slots=True)
class CancelRestOfSeries:
    """Call off an appointment and all later ones of its series."""

    appointment_id: AppointmentId
    reason: CancelReason
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Visit:
    """A date that can be had: where, and with which devices."""

    slot: Period
    room_id: UUID
    choices: tuple[DeviceChoice, ...]


def _ensure_rule(rule: SeriesRule) -> None:
    problems: dict[str, str] = {}
    if not 1 <= rule.every <= 366:
        problems["every"] = "scheduling.series_every"
    if (rule.count is None) == (rule.until is None):
        problems["count"] = "scheduling.series_end"
    if rule.first.tzinfo is None:
        problems["first"] = "date_shape"
    if problems:
        raise ValidationFailed(problems)


async def _read(work: UnitOfWork, request: PlanSeries) -> tuple[BookingPlan, tuple[DeviceGroup, ...]]:
    ensure_own_calendar(work.person.permissions, work.person.id, request.practitioner_id)
    _ensure_rule(request.rule)
    plan = await plan_of(
        work,
        practitioner_id=request.practitioner_id,
        visit_type_id=request.visit_type_id,
        patient_id=request.patient_id,
    )
    if request.room_id is not None and not await queries.known_room(work, request.room_id):
        raise ValidationFailed({"room_id": "choice"})
    return plan, await device_groups(work, plan, request.device_ids)


async def _search(
    work: UnitOfWork, request: PlanSeries, groups: tuple[DeviceGroup, ...], slots: Sequence[Period]
) -> Search:
    rooms = (request.room_id,) if request.room_id else ()
    needs = Needs(request.practitioner_id, rooms, request.patient_id, groups)
    first, last = min(slots), max(slots)
    return await search(work, needs, Period(first.start - OFFERED_WITHIN, last.end + OFFERED_WITHIN))


def _visit(work: UnitOfWork, request: PlanSeries, found: Search, slot: Period, own: Sequence[Period]) -> _Visit:
    """Judge one date by what was read; raises why it cannot be had. `own` are the other visits of the series."""
    times = found.doctors[request.practitioner_id]
    ensure_bookable(slot, now=work.now(), zone=work.zone, times=times)
    room = request.room_id or usual_room(times.hours, slot, work.zone)
    if room is None:
        raise ValidationFailed({"room_id": "required"})
    wish = Wish(work.new_id(), request.practitioner_id, room, request.patient_id, slot)
    in_the_way = [
        (claim.kind, taking.blocked)
        for claim in people_and_room(wish)
        for taking in found.taken.get(claim.resource_id, ())
        if taking.period.overlaps(slot)
    ]
    if in_the_way:
        raise refusal((kind for kind, _ in in_the_way), blocked=(kind for kind, blocked in in_the_way if blocked))
    if any(slot.overlaps(other) for other in own):
        raise refusal({ResourceKind.PATIENT})
    choices: list[DeviceChoice] = []
    for group in found.devices:
        left = [state for state in group if all(state.id != choice.id for choice in choices)]
        choices.append(choose_device(left, slot))
    return _Visit(slot, room, tuple(choices))


def _judged(
    work: UnitOfWork, request: PlanSeries, found: Search, slots: Sequence[Period]
) -> list[_Visit | SlotRefused]:
    judged: list[_Visit | SlotRefused] = []
    for number, slot in enumerate(slots):
        try:
            judged.append(_visit(work, request, found, slot, slots[:number]))
        except SlotRefused as refused:
            judged.append(refused)
    return judged


def _offers(work: UnitOfWork, found: Search, slot: Period, others: Sequence[Period]) -> tuple[FreeSlot, ...]:
    near = Period(slot.start - OFFERED_WITHIN, slot.end + OFFERED_WITHIN)
    ways = Search(near, found.doctors, found.taken, found.rooms, found.patient_id, found.devices).candidates(work.zone)
    slots = nearest_slots(ways, minutes=slot.minutes, near=slot.start, now=work.now(), count=3 + len(others))
    apart = [one for one in slots if not any(one.overlaps(other) for other in others)]
    nearest = sorted(apart, key=lambda one: abs(one.start - slot.start))[:3]
    return tuple(sorted(nearest, key=lambda one: one.start))


@use_case(permission=BOOK, audit=AuditAction.READ, reads=True)
async def plan_series(request: PlanSeries, work: UnitOfWork) -> tuple[SeriesDate, ...]:
    """Every date of the series, with the nearest free times for those that are not free."""
    plan, groups = await _read(work, request)
    minutes = plan.minutes if request.minutes is None else request.minutes
    slots = [slot_of(start, minutes) for start in series_starts(request.rule, work.zone)]
    found = await _search(work, request, groups, slots)
    work.saw(request.patient_id)
    dates: list[SeriesDate] = []
    for slot, judged in zip(slots, _judged(work, request, found, slots), strict=True):
        if isinstance(judged, _Visit):
            dates.append(SeriesDate(slot, None, ()))
        else:
            others = [other for other in slots if other != slot]
            dates.append(SeriesDate(slot, judged.code, _offers(work, found, slot, others)))
    return tuple(dates)


def _starts(request: BookSeries, work: UnitOfWork) -> list[datetime]:
    """The dates of the rule, with those that were chosen instead."""
    instead = dict(request.instead)
    chosen = (instead.get(start, start) for start in series_starts(request.plan.rule, work.zone))
    return sorted(start for start in chosen if start is not None)


@use_case(permission=BOOK, audit=AuditAction.CREATE)
async def book_series(request: BookSeries, work: UnitOfWork) -> BookedSeries:
    """Book every visit in one transaction; raises `SeriesRefused` when a date is not free, and books none."""
    ensure_texts(note=request.note)
    plan, groups = await _read(work, request.plan)
    minutes = plan.minutes if request.plan.minutes is None else request.plan.minutes
    slots = [slot_of(start, minutes) for start in _starts(request, work)]
    if not slots:
        raise SeriesRefused(count=0, day="")
    found = await _search(work, request.plan, groups, slots)
    lockable = _lockable(work, request.plan, found, slots, groups)
    await queries.exclude(work, lockable)
    await queries.release_expired(work, lockable)
    found = await _search(work, request.plan, groups, slots)
    judged = _judged(work, request.plan, found, slots)
    refused = [slot for slot, one in zip(slots, judged, strict=True) if not isinstance(one, _Visit)]
    if refused:
        raise SeriesRefused(count=len(refused), day=refused[0].day(work.zone).isoformat())
    return await _write(work, request, [one for one in judged if isinstance(one, _Visit)])


def _lockable(
    work: UnitOfWork, request: PlanSeries, found: Search, slots: Sequence[Period], groups: tuple[DeviceGroup, ...]
) -> list[Claim]:
    """All that any of the visits may take, before it is known which device it will be."""
    claims: list[Claim] = []
    owner = work.new_id()
    hours = found.doctors[request.practitioner_id].hours
    for slot in slots:
        room = request.room_id or usual_room(hours, slot, work.zone)
        wish = Wish(owner, request.practitioner_id, room or owner, request.patient_id, slot)
        states: list[DeviceState] = [state for group in groups for state in group]
        reach = Period(slot.start, slot.end + AFTER)
        claims += people_and_room(wish)
        claims += [Claim(owner, ResourceKind.DEVICE, state.id, reach) for state in states]
    return claims


async def _write(work: UnitOfWork, request: BookSeries, visits: Sequence[_Visit]) -> BookedSeries:
    plan = request.plan
    series = AppointmentSeriesRow(
        id=work.new_id(),
        patient_id=plan.patient_id,
        practitioner_id=plan.practitioner_id,
        visit_type_id=plan.visit_type_id,
        every=plan.rule.every,
        unit=plan.rule.unit.value,
        created_by=work.person.id,
        created_at=work.now(),
    )
    rows = [_row(work, request, series.id, visit) for visit in visits]
    await queries.add_series(work, series, rows)
    claims: list[Claim] = []
    for row, visit in zip(rows, visits, strict=True):
        wish = Wish(row.id, plan.practitioner_id, visit.room_id, plan.patient_id, visit.slot)
        claims += [*people_and_room(wish), *device_claims(row.id, visit.slot, visit.choices)]
    missing = await queries.claim(work, Owner.APPOINTMENT, claims)
    if missing:
        # Nobody could come between under the locks; should a rule ever be missing above, the database has the word.
        raise refusal({claim.kind for claim in missing})
    for row in rows:
        told = {"starts_at": row.starts_at, "series_id": series.id, "practitioner_id": row.practitioner_id}
        work.changed("appointment", row.id, patient_id=plan.patient_id, new=told)
        work.publish("AppointmentBooked", row.id, {"patient_id": str(plan.patient_id), "series_id": str(series.id)})
    return BookedSeries(SeriesId(series.id), tuple(AppointmentId(row.id) for row in rows))


def _row(work: UnitOfWork, request: BookSeries, series_id: UUID, visit: _Visit) -> AppointmentRow:
    row_id, plan = work.new_id(), request.plan
    return AppointmentRow(
        id=row_id,
        patient_id=plan.patient_id,
        practitioner_id=plan.practitioner_id,
        room_id=visit.room_id,
        visit_type_id=plan.visit_type_id,
        starts_at=visit.slot.start,
        ends_at=visit.slot.end,
        status=AppointmentStatus.BOOKED.value,
        note_sealed=seal(work, "note", row_id, request.note),
        series_id=series_id,
        device_ids=[choice.id for choice in visit.choices],
        created_by=work.person.id,
        created_at=work.now(),
        changed_at=work.now(),
    )


@use_case(permission=BOOK, audit=AuditAction.CANCEL)
async def cancel_rest_of_series(request: CancelRestOfSeries, work: UnitOfWork) -> int:
    """Cancel this visit and the later ones that have not begun; returns how many."""
    ensure_texts(note=request.note)
    row = await locked(work, request.appointment_id)
    ensure_movable(AppointmentStatus(row["status"]))
    rows = await queries.locked_rest_of_series(work, row)
    for one in rows:
        ensure_own_calendar(work.person.permissions, work.person.id, one["practitioner_id"])
    await call_off(work, rows, request.reason, request.note)
    return len(rows)
