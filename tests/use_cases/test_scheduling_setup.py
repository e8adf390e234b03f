"""The order of lists, doctors to add, a doctor's weeks: who may, and what ids from a browser can do."""

from datetime import time
from uuid import uuid4

import pytest

from tests.conftest import Actors, Clinic
from tests.factories.queue import service_points
from tests.factories.scheduling import MONDAY, Practice, practice
from tht_app.domain.errors import PermissionDenied, ValidationFailed
from tht_app.domain.queue import PointKind
from tht_app.domain.scheduling import NotOwnCalendar, PractitionerId, RoomId
from tht_app.use_cases.door import execute
from tht_app.use_cases.queue import ListServicePoints, SaveServicePoint
from tht_app.use_cases.scheduling import (
    AddLeave,
    Arrange,
    ClosingsWithin,
    DoctorsToAdd,
    HoursBlock,
    Listed,
    ListPractitioners,
    ListRooms,
    SetWeek,
    SetWorkingHours,
    WeeksOf,
)


@pytest.fixture(scope="module")
async def desk(clinic: Clinic, actors: Actors) -> Practice:
    """A clinic with rooms, doctors and service points."""
    found = await practice(clinic, actors)
    await service_points(found)
    return found


async def names(desk: Practice) -> list[str]:
    return [room.name for room in await execute(desk.actors["admin"], ListRooms(inactive=True))]


class TestArrange:
    async def test_lists_follow_the_new_order(self, desk: Practice) -> None:
        first, second, third = desk.rooms
        await execute(desk.actors["admin"], Arrange(Listed.ROOM, (third, first, second)))
        assert await names(desk) == ["Ruang 3", "Ruang 1", "Ruang 2"]
        await execute(desk.actors["admin"], Arrange(Listed.ROOM, (first, second, third)))
        assert await names(desk) == ["Ruang 1", "Ruang 2", "Ruang 3"]
        await execute(desk.actors["admin"], Arrange(Listed.PRACTITIONER, (desk.dokter2, desk.dokter)))
        doctors = await execute(desk.actors["admin"], ListPractitioners())
        assert [doctor.id for doctor in doctors] == [desk.dokter2, desk.dokter]

    async def test_what_does_not_exist_changes_nothing(self, desk: Practice) -> None:
        before = await names(desk)
        await execute(desk.actors["admin"], Arrange(Listed.ROOM, (uuid4(), uuid4())))
        await execute(desk.actors["admin"], Arrange(Listed.ROOM, ()))
        assert await names(desk) == before

    @pytest.mark.parametrize("who", ["dokter", "perawat", "kasir", "pemilik"])
    async def test_is_for_the_front_desk(self, desk: Practice, who: str) -> None:
        with pytest.raises(PermissionDenied):
            await execute(desk.actors[who], Arrange(Listed.ROOM, tuple(desk.rooms)))


async def test_only_doctors_whom_the_calendar_does_not_know_can_be_added(clinic: Clinic, desk: Practice) -> None:
    assert await execute(desk.actors["admin"], DoctorsToAdd()) == ()
    clinic.admin_fetch(
        "insert into sec.person_role (person_id, role) select id, 'doctor' from sec.person "
        "where username in ('perawat', 'demo') returning 1"
    )
    found = await execute(desk.actors["admin"], DoctorsToAdd())
    assert [one.person_id for one in found] == [clinic.person_id("perawat")], "a program is no doctor"


class TestWeeks:
    async def test_belong_to_the_doctor_that_was_asked_for(self, desk: Practice) -> None:
        found = await execute(desk.actors["admin"], WeeksOf(desk.dokter))
        assert {entry.practitioner_id for entry in found.hours} == {desk.dokter}
        nobody = await execute(desk.actors["admin"], WeeksOf(PractitionerId(uuid4())))
        assert (nobody.practitioner_id, nobody.hours) == (None, ())

    @pytest.mark.parametrize(
        ("blocks", "field"),
        [
            ((HoursBlock(1, time(8), time(12)), HoursBlock(1, time(11), time(13))), "blocks"),
            ((HoursBlock(1, time(12), time(8)),), "blocks"),
            ((HoursBlock(8, time(8), time(12)),), "blocks"),
            ((HoursBlock(1, time(8), time(12), RoomId(uuid4())),), "room_id"),
        ],
    )
    async def test_that_cannot_be_are_refused_and_the_old_ones_stay(
        self, clinic: Clinic, desk: Practice, blocks: tuple[HoursBlock, ...], field: str
    ) -> None:
        count = "select count(*), min(valid_to) from clinic.working_hours where practitioner_id = %s"
        before = clinic.admin_fetch(count, desk.dokter)
        with pytest.raises(ValidationFailed) as refusal:
            await execute(desk.actors["admin"], SetWorkingHours(desk.dokter, blocks, MONDAY))
        assert set(refusal.value.fields) == {field}
        assert clinic.admin_fetch(count, desk.dokter) == before

    async def test_of_nobody_are_refused(self, desk: Practice) -> None:
        with pytest.raises(ValidationFailed) as refusal:
            await execute(desk.actors["admin"], SetWorkingHours(PractitionerId(uuid4()), (), MONDAY))
        assert set(refusal.value.fields) == {"practitioner_id"}


async def test_a_service_point_names_doctor_and_room_that_exist(desk: Practice) -> None:
    shown = await execute(desk.actors["admin"], ListServicePoints())
    assert {point.doctor_name for point in shown} == {"dr. Sari", "dr. Bambang", ""}
    request = SaveServicePoint("X", "Kasir", "Cashier", PointKind.CASHIER, room_id=RoomId(uuid4()))
    with pytest.raises(ValidationFailed) as refusal:
        await execute(desk.actors["admin"], request)
    assert set(refusal.value.fields) == {"room_id"}
    request = SaveServicePoint("X", "Poli", "Clinic", practitioner_id=PractitionerId(uuid4()))
    with pytest.raises(ValidationFailed) as refusal:
        await execute(desk.actors["admin"], request)
    assert set(refusal.value.fields) == {"practitioner_id"}


async def test_a_doctor_is_shown_the_own_absence_only(desk: Practice) -> None:
    for doctor in (desk.dokter, desk.dokter2):
        await execute(desk.actors["admin"], AddLeave(doctor, MONDAY, MONDAY))
    everyone = ClosingsWithin(MONDAY, MONDAY)
    assert len((await execute(desk.actors["admin"], everyone)).leave) == 2
    for asked in (everyone, ClosingsWithin(MONDAY, MONDAY, desk.dokter2)):
        mine = await execute(desk.actors["dokter"], asked)
        assert {one.practitioner_id for one in mine.leave} == {desk.dokter}
        assert ([one.id for one in mine.doctors], mine.rooms, mine.devices) == ([desk.dokter], (), ())


async def test_a_week_and_its_breaks_change_together_or_not_at_all(clinic: Clinic, desk: Practice) -> None:
    bad = (HoursBlock(1, time(10), time(11)), HoursBlock(1, time(10, 30), time(12)))
    hours = (HoursBlock(1, time(8), time(12)),)
    counts = (
        "select (select count(*) from clinic.working_hours where practitioner_id = %s) as hours, "
        "(select count(*) from clinic.weekly_break) as breaks"
    )
    before = clinic.admin_fetch(counts, desk.dokter)
    with pytest.raises(ValidationFailed):
        await execute(desk.actors["admin"], SetWeek(desk.dokter, hours, bad, MONDAY))
    assert clinic.admin_fetch(counts, desk.dokter) == before
    await execute(desk.actors["admin"], SetWeek(desk.dokter, hours, bad[:1], MONDAY))
    found = await execute(desk.actors["admin"], WeeksOf(desk.dokter))
    assert [entry.block.starts for entry in found.breaks] == [time(10)]
    with pytest.raises(NotOwnCalendar):
        await execute(desk.actors["dokter2"], SetWeek(desk.dokter, hours, (), MONDAY))
