"""The nearest free times for what a visit needs: a doctor, a room, devices, the patient."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from itertools import product
from uuid import UUID

from .closing import DoctorTimes
from .devices import DeviceState, Taking
from .hours import GRID, WeeklyHours
from .period import Period, without


@dataclass(frozen=True, slots=True, order=True)
class FreeSlot(Period):
    """A free time, and with whom, where and with which devices it is free."""

    practitioner_id: UUID | None = None
    room_id: UUID | None = None
    device_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to have a visit, and when all that it takes is free, in order and apart."""

    gaps: Sequence[Period]
    practitioner_id: UUID | None = None
    room_id: UUID | None = None
    device_ids: tuple[UUID, ...] = ()


def _starts_in(gap: Period, length: timedelta, near: datetime, count: int) -> list[datetime]:
    """Starts on the grid inside a gap: the one nearest to `near`, then one length apart to both sides."""
    late = timedelta(seconds=-gap.start.timestamp() % GRID.total_seconds())
    first, last = gap.start + late, gap.end - length
    if first > last:
        return []
    steps = (min(max(near, first), last) - first) // GRID
    anchor = first + steps * GRID
    found = (anchor + k * length for k in range(-count, count + 1))
    return [start for start in found if first <= start <= last]


def _around(gaps: Sequence[Period], length: timedelta, near: datetime, count: int) -> list[Period]:
    """The gaps in which the nearest starts lie: `count` that are long enough on either side."""
    middle = bisect_left(gaps, near, key=lambda gap: gap.end)
    sides = (range(middle - 1, -1, -1), range(middle, len(gaps)))
    found: list[Period] = []
    for side in sides:
        enough = 0
        for index in side:
            gap = gaps[index]
            if _starts_in(gap, length, near, 0):
                found.append(gap)
                enough += 1
            if enough > count:
                break
    return found


def nearest_slots(
    candidates: Iterable[Candidate], *, minutes: int, near: datetime, now: datetime, count: int = 3
) -> list[FreeSlot]:
    """The `count` free slots nearest to `near`, earliest first, none before `now`, none overlapping another.

    Where several candidates are free at the same time, the first of them is offered.
    """
    length = timedelta(minutes=minutes)
    # Each slot that is chosen can stand in the way of two others of another candidate, so look a little further.
    reach = 2 * count
    found: list[tuple[timedelta, datetime, int, Candidate]] = []
    for rank, candidate in enumerate(candidates):
        open_gaps = [Period(max(gap.start, now), gap.end) for gap in candidate.gaps if gap.end > now]
        for gap in _around(open_gaps, length, near, reach):
            found += [(abs(start - near), start, rank, candidate) for start in _starts_in(gap, length, near, reach)]
    slots: list[FreeSlot] = []
    for _, start, _, candidate in sorted(found, key=lambda one: one[:3]):
        slot = FreeSlot(
            start, start + length, candidate.practitioner_id, candidate.room_id, candidate.device_ids
        )  # fmt: skip
        if not any(slot.overlaps(other) for other in slots):
            slots.append(slot)
        if len(slots) == count:
            break
    return sorted(slots, key=lambda slot: slot.start)


def free_slots(
    works: Sequence[Period], taken: Sequence[Period], *, minutes: int, near: datetime, now: datetime, count: int = 3
) -> list[FreeSlot]:
    """The nearest free slots where there is one way only: `works` is open, `taken` is what anything needed has."""
    candidate = Candidate(without(works, taken))
    return nearest_slots([candidate], minutes=minutes, near=near, now=now, count=count)


@dataclass(frozen=True, slots=True)
class Search:
    """What a visit can be had with, and all that is known of it within a period."""

    within: Period
    doctors: Mapping[UUID, DoctorTimes]
    """In the order in which they are preferred."""
    taken: Mapping[UUID, Sequence[Taking]]
    """When doctors, rooms and the patient are taken."""
    rooms: tuple[UUID, ...] = ()
    """Any of these; none: where the doctor usually sits."""
    patient_id: UUID | None = None
    devices: tuple[tuple[DeviceState, ...], ...] = ()
    """One of each group, with what it is taken for, also after the period as far as it may have to be cleaned."""

    def candidates(self, zone: tzinfo) -> list[Candidate]:
        """Every way to have the visit."""
        return [
            Candidate(without(gaps, [busy for state in chosen for busy in _busy(state)]), doctor, room, ids)
            for doctor, room, gaps in self._places(zone)
            for chosen in product(*self.devices)
            if len(set(ids := tuple(state.id for state in chosen))) == len(chosen)
        ]

    def _places(self, zone: tzinfo) -> Iterator[tuple[UUID, UUID | None, list[Period]]]:
        """Each doctor in each room, and when both and the patient are free."""
        first, days = self.within.day(zone), len(self.within.days(zone))
        for doctor, times in self.doctors.items():
            busy = self.busy(doctor, self.patient_id)
            usual = _by_room(times.hours)
            if self.rooms:
                free = self._clipped(without(times.open(first, days, zone), busy))
                for room in sorted(self.rooms, key=lambda room: room not in usual):
                    yield doctor, room, without(free, self.busy(room))
                continue
            for room, hours in usual.items():
                gaps = without(times.open(first, days, zone, hours), [*busy, *self.busy(room)])
                yield doctor, room, self._clipped(gaps)

    def busy(self, *resource_ids: UUID | None) -> list[Period]:
        """When any of these is taken."""
        return [one.period for resource in resource_ids if resource for one in self.taken.get(resource, ())]

    def _clipped(self, gaps: Iterable[Period]) -> list[Period]:
        start, end = self.within.start, self.within.end
        return [Period(max(gap.start, start), min(gap.end, end)) for gap in gaps if gap.start < end and start < gap.end]


def _by_room(hours: Iterable[WeeklyHours]) -> dict[UUID | None, list[WeeklyHours]]:
    found: dict[UUID | None, list[WeeklyHours]] = {}
    for block in hours:
        found.setdefault(block.room_id, []).append(block)
    return found


def _busy(state: DeviceState) -> list[Period]:
    """A device must be clean before it is used again, so what follows begins so much earlier for this visit."""
    cleaning = timedelta(minutes=state.cleaning_minutes)
    return [Period(one.period.start - cleaning, one.period.end) for one in state.taken]
