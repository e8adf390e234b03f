"""A clinic in each of Indonesia's zones: its hours, its midnight and its day are those of its own wall clock."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.conftest import Actors, Clinic
from tests.factories.scheduling import EARLY, MONDAY, Practice, practice, when
from tht_app.database.engine import current, hold
from tht_app.domain.scheduling import OutsideWorkingHours, PractitionerOnLeave, SlotAcrossMidnight, SlotInPast
from tht_app.use_cases.door import execute
from tht_app.use_cases.scheduling import AddLeave, DaySchedule, FreeSlots

pytestmark = pytest.mark.integration
ZONES = {"Asia/Jakarta": 7, "Asia/Makassar": 8, "Asia/Jayapura": 9}


@pytest.fixture(scope="module")
async def desk(clinic: Clinic, actors: Actors) -> Practice:
    return await practice(clinic, actors)


@pytest.fixture(params=ZONES)
def zone(request: pytest.FixtureRequest, desk: Practice) -> Iterator[ZoneInfo]:
    """The clinic as its settings put it into this zone."""
    before = current()
    hold(replace(before, zone=ZoneInfo(request.param)))
    yield ZoneInfo(request.param)
    hold(before)


def day_in(zone: ZoneInfo) -> date:
    """A working day of its own for each zone."""
    return MONDAY + timedelta(days=7 * ZONES[str(zone)])


async def booked_on(desk: Practice, day: date) -> set[object]:
    """What the list of a day shows."""
    plan = await execute(when(desk.actors["admin"], EARLY), DaySchedule(day))
    return {entry.id for doctor in plan.doctors for entry in doctor.entries}


async def test_hours_midnight_and_day_are_the_clinics(desk: Practice, zone: ZoneInfo) -> None:
    day = day_in(zone)

    def at(hour: int, minute: int = 0) -> datetime:
        return datetime.combine(day, time(hour, minute), zone)

    first = await desk.book(at(8))
    with pytest.raises(OutsideWorkingHours):
        await desk.book(at(7, 45))
    with pytest.raises(OutsideWorkingHours):
        await desk.book(at(15, 50))
    with pytest.raises(SlotAcrossMidnight):
        await desk.book(at(23, 50), override_reason="tolong", room_id=desk.rooms[0])
    night = await desk.book(at(0, 15), override_reason="gawat", room_id=desk.rooms[0])
    late = await desk.book(at(23, 45), override_reason="gawat", room_id=desk.rooms[0])
    assert await booked_on(desk, day) == {first, night, late}
    assert await booked_on(desk, day - timedelta(days=1)) == await booked_on(desk, day + timedelta(days=1)) == set()


async def test_leave_offers_and_the_past_follow_the_wall_clock(desk: Practice, zone: ZoneInfo) -> None:
    day = day_in(zone) + timedelta(days=1)
    admin = when(desk.actors["admin"], EARLY)
    eight = datetime.combine(day, time(8), zone)
    await execute(admin, AddLeave(desk.dokter, day, day))
    with pytest.raises(PractitionerOnLeave):
        await desk.book(eight)
    assert await desk.book(eight, practitioner_id=desk.dokter2)
    found = await execute(admin, FreeSlots(desk.dokter, 15, near=eight))
    assert {slot.start.astimezone(zone).date() for slot in found}.isdisjoint({day})
    assert all(time(8) <= slot.start.astimezone(zone).time() < time(16) for slot in found)
    today = EARLY.astimezone(zone)
    with pytest.raises(SlotInPast):
        await desk.book(today - timedelta(minutes=30), override_reason="tolong", room_id=desk.rooms[0])
