"""What the database refuses whoever asks: overlaps, naked writes, and 64 desks that want the same morning."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.errors import CheckViolation, ExclusionViolation, InsufficientPrivilege

from tests.conftest import ZONE, Actors, Clinic
from tests.factories.scheduling import EARLY, MONDAY, Practice, at, practice, when
from tht_app.database.engine import hold, open_database
from tht_app.domain.scheduling import AppointmentId, CancelReason, SlotTaken
from tht_app.use_cases.door import execute
from tht_app.use_cases.scheduling import BookAppointment, CancelAppointment, MoveAppointment, RestoreAppointment

CONNECTIONS = 64
OVERLAPS = """
select a.id, b.id as other from clinic.reservation a join clinic.reservation b
on a.resource_id = b.resource_id and a.id < b.id and a.during && b.during
where a.state in ('hold','booked','in_service') and b.state in ('hold','booked','in_service')
and not a.overbooked and not b.overbooked
"""
INCOMPLETE = """
select a.id from clinic.appointment a where (select count(distinct r.kind) from clinic.reservation r
where r.appointment_id = a.id and r.state in ('hold','booked','in_service')
and r.during = tstzrange(a.starts_at, a.ends_at, '[)')
and r.resource_id in (a.practitioner_id, a.room_id, a.patient_id))
<> case when a.status in ('booked', 'arrived') then 3 else 0 end
"""


@pytest.fixture(scope="module")
async def desk(clinic: Clinic, actors: Actors) -> Practice:
    """A clinic that can be booked."""
    return await practice(clinic, actors)


@pytest.fixture
async def crowd(clinic: Clinic) -> AsyncIterator[None]:
    """64 connections at once instead of the few that one process normally holds."""
    wide = await open_database(
        clinic.server.dsn(user="tht_app", dbname=clinic.name), clinic.master_key, ZONE, pool_size=CONNECTIONS
    )
    hold(wide)
    yield
    hold(clinic.database)
    await wide.close()


def deadlocks(clinic: Clinic) -> int:
    """How many the server had to break; the door tries again after one, so people would not see it."""
    return clinic.admin_fetch("select deadlocks from pg_stat_database where datname = current_database()")[0][
        "deadlocks"
    ]


async def outcome(desk: Practice, request: object, by: str = "admin") -> str:
    """`won`, `taken`, or the name of what should not have happened."""
    try:
        await execute(when(desk.actors[by], EARLY), request)
    except SlotTaken:
        return "taken"
    except Exception as failure:  # noqa: BLE001  the test counts whatever comes
        return type(failure).__name__
    return "won"


async def test_of_64_desks_that_want_one_slot_exactly_one_wins(clinic: Clinic, desk: Practice, crowd: None) -> None:
    patients = [await desk.patient() for _ in range(CONNECTIONS)]
    kind = desk.visit_types["consultation"]
    wanted = [BookAppointment(patient, desk.dokter, kind, at(9)) for patient in patients]  # type: ignore[arg-type]
    assert Counter(await asyncio.gather(*(outcome(desk, request) for request in wanted))) == {
        "won": 1,
        "taken": CONNECTIONS - 1,
    }


async def test_overlapping_bookings_of_64_desks_never_overlap_nor_deadlock(
    clinic: Clinic, desk: Practice, crowd: None
) -> None:
    chance = random.Random(20270301)
    day = MONDAY + timedelta(days=7)
    patients = [await desk.patient() for _ in range(24)]
    doctors, kind = (desk.dokter, desk.dokter2), desk.visit_types["consultation"]

    def wish() -> BookAppointment:
        start = at(8, day=day) + timedelta(minutes=5 * chance.randrange(0, 90))
        return BookAppointment(
            chance.choice(patients),  # type: ignore[arg-type]
            chance.choice(doctors),
            kind,
            start,
            minutes=chance.choice((10, 15, 30)),
            room_id=chance.choice(desk.rooms),
        )

    gate = asyncio.Semaphore(CONNECTIONS)

    async def one(request: BookAppointment) -> str:
        async with gate:
            return await outcome(desk, request)

    results = Counter(await asyncio.gather(*(one(wish()) for _ in range(640))))
    assert set(results) == {"won", "taken"}
    assert results["won"] > 10
    assert clinic.admin_fetch(OVERLAPS) == []
    assert clinic.admin_fetch(INCOMPLETE) == []


async def test_booking_moving_cancelling_and_restoring_at_once_never_overlap_nor_deadlock(
    clinic: Clinic, desk: Practice, crowd: None
) -> None:
    chance = random.Random(19)
    day = MONDAY + timedelta(days=14)
    starts = [at(8, day=day) + timedelta(minutes=15 * n) for n in range(12)]
    booked: list[AppointmentId] = [await desk.book(start) for start in starts[:8]]
    patients = [await desk.patient() for _ in range(8)]

    def wish() -> object:
        appointment, start = chance.choice(booked), chance.choice(starts)
        kind = chance.randrange(10)
        if kind < 5:
            return MoveAppointment(appointment, start=start, practitioner_id=chance.choice((desk.dokter, desk.dokter2)))
        if kind < 7:
            return CancelAppointment(appointment, CancelReason.OTHER)
        if kind < 9:
            return RestoreAppointment(appointment)
        return BookAppointment(
            chance.choice(patients),  # type: ignore[arg-type]
            desk.dokter,
            desk.visit_types["consultation"],
            start,
            room_id=chance.choice(desk.rooms),
        )

    gate = asyncio.Semaphore(CONNECTIONS)

    async def one(request: object) -> str:
        async with gate:
            return await outcome(desk, request)

    results = Counter(await asyncio.gather(*(one(wish()) for _ in range(400))))
    assert set(results) <= {"won", "taken", "TransitionRefused"}
    assert results["won"] > 20
    assert clinic.admin_fetch(OVERLAPS) == []
    assert clinic.admin_fetch(INCOMPLETE) == []
    assert deadlocks(clinic) == 0


async def reserve(clinic: Clinic, token: str | None, **values: object) -> None:
    row = {
        "id": uuid4(),
        "kind": "room",
        "state": "booked",
        "overbooked": False,
        "during": f"[{at(9).isoformat()},{at(10).isoformat()})",
        **values,
    }
    with clinic.as_app(token) as connection:
        connection.execute(
            "insert into clinic.reservation (id, appointment_id, kind, resource_id, during, state, overbooked, "
            "created_at) values (%(id)s, %(appointment_id)s, %(kind)s, %(resource_id)s, %(during)s, %(state)s, "
            "%(overbooked)s, now())",
            row,
        )


async def test_the_constraint_refuses_an_overlap_by_plain_sql(clinic: Clinic, desk: Practice) -> None:
    day = MONDAY + timedelta(days=21)
    appointment = await desk.book(at(9, day=day))
    token = clinic.tokens["admin"]
    span = f"[{at(9, 10, day).isoformat()},{at(9, 20, day).isoformat()})"
    taken = {"appointment_id": appointment, "resource_id": desk.rooms[0], "during": span}
    with pytest.raises(psycopg.Error):
        await reserve(clinic, token, **taken)
    other = await desk.book(at(11, day=day))
    with pytest.raises(ExclusionViolation):
        await reserve(clinic, token, **{**taken, "appointment_id": other})
    with pytest.raises(CheckViolation, match="only_practitioner_overbooked"):
        await reserve(clinic, token, **{**taken, "appointment_id": other, "overbooked": True})
    closed = span.replace(")", "]")
    with pytest.raises(CheckViolation, match="half_open"):
        await reserve(clinic, token, **{**taken, "appointment_id": other, "during": closed, "resource_id": uuid4()})


@pytest.mark.parametrize("who", [None, "perawat", "apoteker", "kasir", "auditor", "pemilik"])
async def test_who_may_not_book_cannot_by_sql_either(clinic: Clinic, desk: Practice, who: str | None) -> None:
    appointment = await desk.book(at(8, day=MONDAY + timedelta(days=22)) + timedelta(minutes=15 * hash_of(who)))
    token = clinic.tokens[who] if who else None
    with pytest.raises(InsufficientPrivilege):
        await reserve(clinic, token, appointment_id=appointment, resource_id=uuid4())
    with clinic.as_app(token) as connection:
        seen = connection.execute("select count(*) as n from clinic.appointment").fetchone()
    assert seen is not None
    assert (seen["n"] > 0) == (who == "perawat")


def hash_of(who: str | None) -> int:
    return [None, "perawat", "apoteker", "kasir", "auditor", "pemilik"].index(who)


async def test_a_reservation_can_be_given_back_but_never_bent(clinic: Clinic, desk: Practice) -> None:
    appointment: UUID = await desk.book(at(9, day=MONDAY + timedelta(days=23)))
    forbidden = (
        "update clinic.reservation set during = '[2030-01-01,2030-01-02)' where appointment_id = %s",
        "update clinic.reservation set overbooked = true where appointment_id = %s",
        "delete from clinic.reservation where appointment_id = %s",
        "update clinic.appointment set patient_id = gen_random_uuid() where id = %s",
        "delete from clinic.appointment where id = %s",
    )
    for statement in forbidden:
        with clinic.as_app(clinic.tokens["admin"]) as connection, pytest.raises(InsufficientPrivilege):
            connection.execute(statement, (appointment,))
