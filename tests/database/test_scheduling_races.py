"""64 desks at once: holds that run out, moves, series, cleanings, blocked rooms; and what raw SQL may not."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from psycopg import IntegrityError
from psycopg.errors import CheckViolation, ExclusionViolation, InsufficientPrivilege

from tests.conftest import ZONE, Actors, Clinic
from tests.factories.scheduling import EARLY, MONDAY, Practice, at, practice, when
from tht_app.database.engine import hold, open_database
from tht_app.domain.errors import RuleViolation
from tht_app.domain.scheduling import CancelReason, DeviceId, ResourceKind, SeriesRule, SeriesUnit
from tht_app.use_cases.door import execute
from tht_app.use_cases.scheduling import (
    AddToWaitlist,
    BlockTime,
    BookAppointment,
    BookSeries,
    CancelAppointment,
    CancelRestOfSeries,
    HoldSlot,
    MoveAppointment,
    PlanSeries,
    ReleaseHold,
    RestoreAppointment,
    SaveDevice,
    UnblockTime,
)

CONNECTIONS = 64
OVERLAPS = """
select a.id, b.id as other from clinic.reservation a join clinic.reservation b
on a.resource_id = b.resource_id and a.id < b.id and a.during && b.during
where a.state in ('hold', 'booked', 'in_service') and b.state in ('hold', 'booked', 'in_service')
and not a.overbooked and not b.overbooked
"""
STRAYS = """
select a.id, a.status from clinic.appointment a where (select count(*) from clinic.reservation r
where r.appointment_id = a.id and r.state in ('hold', 'booked', 'in_service') and not r.cleaning
and r.during = tstzrange(a.starts_at, a.ends_at, '[)')
and r.resource_id = any (a.device_ids || array[a.practitioner_id, a.room_id, a.patient_id]))
<> case when a.status = 'booked' then 3 + cardinality(a.device_ids) else 0 end
"""
UNCLEAN = """
select a.id from clinic.appointment a, unnest(a.device_ids) as d (id)
where a.status = 'booked' and not ('cleaning' = any (a.overrides)) and not exists (
    select 1 from clinic.reservation r where r.appointment_id = a.id and r.resource_id = d.id and r.cleaning
    and lower(r.during) = a.ends_at and upper(r.during) = a.ends_at + interval '20 minutes')
"""
"""Visits whose scope is not cleaned after them although nobody cut that for themselves."""


@pytest.fixture(scope="module")
async def desk(clinic: Clinic, actors: Actors) -> Practice:
    """A clinic that can be booked."""
    return await practice(clinic, actors)


@pytest.fixture(scope="module")
async def scopes(desk: Practice) -> list[DeviceId]:
    """Two endoscopes."""
    admin = when(desk.actors["admin"], EARLY)
    return [await execute(admin, SaveDevice(f"Endoskop {number}", "endoscope", position=number)) for number in (1, 2)]


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
    clinic.admin_fetch("select pg_stat_force_next_flush()")
    return clinic.admin_fetch("select deadlocks from pg_stat_database where datname = current_database()")[0][
        "deadlocks"
    ]


async def race(desk: Practice, wishes: list[object], done: Callable[[object, object], None]) -> Counter[str]:
    """Everything at once, 64 at a time; `done` is told what came of it. Only refusals of a rule are normal."""
    gate = asyncio.Semaphore(CONNECTIONS)

    async def one(wish: object) -> str:
        async with gate:
            try:
                result = await execute(when(desk.actors["admin"], EARLY), wish)
            except RuleViolation as refused:
                return f"refused {type(refused).__name__}"
            except Exception as failure:  # noqa: BLE001  the test counts whatever comes
                return f"BROKEN {type(failure).__name__} {failure}"[:300]
        done(wish, result)
        return "won"

    return Counter(await asyncio.gather(*(one(wish) for wish in wishes)))


def broken(results: Counter[str]) -> list[str]:
    return [what for what in results if what.startswith("BROKEN")]


async def test_of_64_forms_that_hold_one_time_exactly_one_keeps_it_and_books_it(
    clinic: Clinic, desk: Practice, crowd: None
) -> None:
    kind = desk.visit_types["consultation"]
    holds: list[object] = []
    results = await race(
        desk, [HoldSlot(desk.dokter, kind, at(9)) for _ in range(CONNECTIONS)], lambda _, made: holds.append(made)
    )
    assert results["won"] == 1
    assert broken(results) == []
    patients = [await desk.patient() for _ in range(16)]
    wishes = [BookAppointment(patient, desk.dokter, kind, at(9)) for patient in patients]  # type: ignore[arg-type]
    mine = BookAppointment(await desk.patient(), desk.dokter, kind, at(9), hold_id=holds[0].id)  # type: ignore[arg-type, attr-defined]
    won: list[object] = []
    assert broken(await race(desk, [*wishes, mine], lambda wish, _: won.append(wish))) == []
    assert won == [mine], "nobody came between the hold and its booking"


async def test_of_64_desks_that_compete_for_an_expired_hold_exactly_one_wins(
    clinic: Clinic, desk: Practice, crowd: None
) -> None:
    day = MONDAY + timedelta(days=1)
    kind = desk.visit_types["consultation"]
    before = when(desk.actors["admin"], EARLY - timedelta(minutes=11))
    starts = [at(8 + n, day=day) for n in range(4)]
    for start in starts:
        await execute(before, HoldSlot(desk.dokter, kind, start))
    patients = [await desk.patient() for _ in range(CONNECTIONS)]
    wishes = [
        BookAppointment(patient, desk.dokter, kind, starts[n % 4])  # type: ignore[arg-type]
        for n, patient in enumerate(patients)
    ]
    results = await race(desk, wishes, lambda *_: None)  # type: ignore[arg-type]
    assert broken(results) == []
    assert results["won"] == 4
    assert clinic.admin_fetch(OVERLAPS) == []
    assert deadlocks(clinic) == 0


async def test_64_endoscopies_share_two_scopes_and_none_is_used_unclean(
    clinic: Clinic, desk: Practice, scopes: list[DeviceId], crowd: None
) -> None:
    chance, day = random.Random(5), MONDAY + timedelta(days=2)
    patients = [await desk.patient() for _ in range(CONNECTIONS)]
    wishes = [
        BookAppointment(
            patient,  # type: ignore[arg-type]
            chance.choice((desk.dokter, desk.dokter2)),
            desk.visit_types["endoscopy"],
            at(8, day=day) + timedelta(minutes=10 * chance.randrange(40)),
            room_id=chance.choice(desk.rooms),
        )
        for patient in patients * 4
    ]
    results = await race(desk, wishes, lambda *_: None)  # type: ignore[arg-type]
    assert broken(results) == []
    assert results["won"] >= 8
    for statement in (OVERLAPS, STRAYS, UNCLEAN):
        assert clinic.admin_fetch(statement) == []
    assert deadlocks(clinic) == 0


class Wishes:
    """Everything that a desk can want of one morning, drawn at random."""

    def __init__(self, desk: Practice, scopes: list[DeviceId], patients: list[UUID]) -> None:
        self.desk, self.scopes, self.patients = desk, scopes, patients
        self.chance = random.Random(20270303)
        self.booked: list[UUID] = []
        self.holds: list[UUID] = []
        self.blocks: list[UUID] = []
        self.day = MONDAY + timedelta(days=3)

    def remember(self, wish: object, result: object) -> None:
        """Keep the ids of what was made, for the wishes to come."""
        if isinstance(wish, BookAppointment):
            self.booked.append(result)  # type: ignore[arg-type]
        elif isinstance(wish, BookSeries):
            self.booked.extend(result.appointment_ids)  # type: ignore[attr-defined]
        elif isinstance(wish, HoldSlot):
            self.holds.append(result.id)  # type: ignore[attr-defined]
        elif isinstance(wish, BlockTime):
            self.blocks.append(result.id)  # type: ignore[attr-defined]

    def start(self) -> object:
        return at(8, day=self.day + timedelta(days=self.chance.randrange(2))) + timedelta(
            minutes=5 * self.chance.randrange(48)
        )

    def draw(self) -> object:
        pick, desk = self.chance.choice, self.desk
        kind = pick(("consultation", "consultation", "endoscopy"))
        wish = self.chance.randrange(20)
        if wish < 4 or not self.booked:
            return self._booking(kind)
        if wish < 6:
            return self._booking(kind, override_reason="mendesak")
        if wish < 9:
            hold_id = pick([None, *self.holds])
            return HoldSlot(pick((desk.dokter, desk.dokter2)), desk.visit_types[kind], self.start(), hold_id=hold_id)  # type: ignore[arg-type]
        if wish < 10 and self.holds:
            return self._booking(kind, hold_id=pick(self.holds))
        if wish < 11 and self.holds:
            return ReleaseHold(pick(self.holds))  # type: ignore[arg-type]
        if wish < 14:
            return MoveAppointment(pick(self.booked), self.start(), practitioner_id=pick((desk.dokter, desk.dokter2)))  # type: ignore[arg-type]
        if wish < 16:
            return pick((CancelAppointment, CancelRestOfSeries))(pick(self.booked), CancelReason.OTHER)
        if wish < 17:
            return RestoreAppointment(pick(self.booked))  # type: ignore[arg-type]
        if wish < 18:
            rule = SeriesRule(self.start(), 1, SeriesUnit.DAY, count=2)  # type: ignore[arg-type]
            return BookSeries(
                PlanSeries(pick(self.patients), pick((desk.dokter, desk.dokter2)), desk.visit_types[kind], rule)
            )  # type: ignore[arg-type]
        return self._block()

    def _booking(self, kind: str, **more: object) -> BookAppointment:
        pick, desk = self.chance.choice, self.desk
        return BookAppointment(
            pick(self.patients),  # type: ignore[arg-type]
            pick((desk.dokter, desk.dokter2)),
            desk.visit_types[kind],
            self.start(),  # type: ignore[arg-type]
            room_id=pick(desk.rooms),
            **more,  # type: ignore[arg-type]
        )

    def _block(self) -> object:
        if self.blocks and self.chance.random() < 0.6:
            return UnblockTime(self.blocks.pop())  # type: ignore[arg-type]
        kind, resource = self.chance.choice(
            ((ResourceKind.ROOM, self.desk.rooms[2]), (ResourceKind.DEVICE, self.scopes[1]))
        )
        start = self.start()
        return BlockTime(kind, resource, start, start + timedelta(minutes=20), "servis")  # type: ignore[operator, arg-type]


async def test_everything_at_once_never_overlaps_nor_deadlocks(
    clinic: Clinic, desk: Practice, scopes: list[DeviceId], crowd: None
) -> None:
    patients = [await desk.patient() for _ in range(24)]
    wishes = Wishes(desk, scopes, patients)
    results: Counter[str] = Counter()
    for turn in range(8):
        # Between the rounds some holds run out: what was held before is old by now.
        old = when(desk.actors["admin"], EARLY - timedelta(minutes=30))
        for _ in range(4):
            try:
                wishes.holds.append(
                    (await execute(old, HoldSlot(desk.dokter, desk.visit_types["endoscopy"], wishes.start()))).id
                )  # type: ignore[arg-type]
            except RuleViolation:
                continue
        results += await race(desk, [wishes.draw() for _ in range(100)], wishes.remember)
        assert broken(results) == [], turn
        assert clinic.admin_fetch(OVERLAPS) == []
        assert clinic.admin_fetch(STRAYS) == []
    assert results["won"] > 80
    assert len(results) > 6, f"the race met too little: {results}"
    assert deadlocks(clinic) == 0


async def test_a_cancelled_time_is_offered_to_one_who_waits_however_many_cancel_at_once(
    clinic: Clinic, desk: Practice, crowd: None
) -> None:
    day = MONDAY + timedelta(days=8)
    booked = [await desk.book(at(8, day=day) + timedelta(minutes=15 * n)) for n in range(12)]
    for _ in range(6):
        request = AddToWaitlist(await desk.patient(), desk.visit_types["consultation"], day, day)  # type: ignore[arg-type]
        await execute(when(desk.actors["admin"], EARLY), request)
    results = await race(desk, [CancelAppointment(one, CancelReason.PATIENT) for one in booked], lambda *_: None)
    assert results == Counter({"won": 12})
    rows = clinic.admin_fetch(
        "select status, count(*) as n, count(distinct offered_starts_at) as slots from clinic.waitlist_entry group by 1"
    )
    assert {row["status"]: (row["n"], row["slots"]) for row in rows}["offered"] == (6, 6)


class TestRawSql:
    async def reserve(self, clinic: Clinic, token: str | None, **values: object) -> None:
        names = ", ".join(values)
        binds = ", ".join(f"%({name})s" for name in values)
        with clinic.as_app(token) as connection:
            connection.execute(
                f"insert into clinic.reservation (id, created_at, {names}) values (gen_random_uuid(), now(), {binds})",  # type: ignore[arg-type]
                values,
            )

    async def test_a_blocked_room_cannot_be_taken(self, clinic: Clinic, desk: Practice) -> None:
        day = MONDAY + timedelta(days=14)
        appointment = await desk.book(at(8, day=day))
        block = BlockTime(ResourceKind.ROOM, desk.rooms[2], at(10, day=day), at(11, day=day), "servis")
        await execute(when(desk.actors["admin"], EARLY), block)
        during = f"[{at(10, 30, day).isoformat()},{at(10, 40, day).isoformat()})"
        taken = {"appointment_id": appointment, "resource_id": desk.rooms[2], "during": during}
        with pytest.raises(ExclusionViolation):
            await self.reserve(clinic, clinic.tokens["admin"], kind="room", **taken)
        with pytest.raises(CheckViolation, match="only_practitioner_overbooked"):
            await self.reserve(clinic, clinic.tokens["admin"], kind="room", overbooked=True, **taken)

    async def test_a_reservation_has_one_owner_and_only_devices_are_cleaned(
        self, clinic: Clinic, desk: Practice
    ) -> None:
        appointment = await desk.book(at(9, day=MONDAY + timedelta(days=14)))
        row = {"resource_id": uuid4(), "during": "[2030-01-01,2030-01-02)"}
        with pytest.raises(IntegrityError):
            await self.reserve(clinic, clinic.tokens["admin"], kind="room", **row)
        with pytest.raises(CheckViolation, match="devices_are_cleaned"):
            await self.reserve(
                clinic, clinic.tokens["admin"], kind="room", cleaning=True, appointment_id=appointment, **row
            )

    @pytest.mark.parametrize("who", [None, "perawat", "apoteker", "kasir", "auditor", "pemilik"])
    async def test_who_may_not_plan_writes_no_rule(self, clinic: Clinic, desk: Practice, who: str | None) -> None:
        token = clinic.tokens[who] if who else None
        statements = (
            (
                "insert into clinic.holiday (id, day, name_id, name_en, kind) values (gen_random_uuid(), '2030-01-01', "
                "'x', 'x', 'clinic')"
            ),
            (
                "insert into clinic.blocked_time (id, room_id, starts_at, ends_at, reason, created_by, created_at) "
                f"values (gen_random_uuid(), '{desk.rooms[0]}', now(), now() + interval '1 hour', 'x', "
                f"'{desk.dokter}', now())"
            ),
            (
                "insert into clinic.leave (id, practitioner_id, starts_at, ends_at, kind, created_by, created_at) "
                f"values (gen_random_uuid(), '{desk.dokter}', now(), now() + interval '1 hour', 'sick', "
                f"'{desk.dokter}', now())"
            ),
        )
        for statement in statements:
            with clinic.as_app(token) as connection, pytest.raises(InsufficientPrivilege):
                connection.execute(statement)  # type: ignore[arg-type]

    @pytest.mark.parametrize("who", [None, "apoteker", "kasir", "auditor", "pemilik"])
    @pytest.mark.parametrize("table", ["leave", "blocked_time", "slot_hold", "waitlist_entry", "appointment_series"])
    async def test_what_names_people_is_not_for_everybody(
        self, clinic: Clinic, desk: Practice, who: str | None, table: str
    ) -> None:
        with clinic.as_app(clinic.tokens[who] if who else None) as connection:
            row = connection.execute(f"select count(*) as n from clinic.{table}").fetchone()  # type: ignore[arg-type]
        assert row is not None
        assert row["n"] == 0

    async def test_a_hold_and_a_wish_stay_what_they_were(self, clinic: Clinic, desk: Practice) -> None:
        forbidden = (
            "update clinic.slot_hold set hold_until = now()",
            "update clinic.waitlist_entry set patient_id = gen_random_uuid()",
            "update clinic.leave set ends_at = now()",
            "update clinic.blocked_time set starts_at = now()",
            "delete from clinic.waitlist_entry",
            "delete from clinic.slot_hold",
        )
        for statement in forbidden:
            with clinic.as_app(clinic.tokens["admin"]) as connection, pytest.raises(InsufficientPrivilege):
                connection.execute(statement)  # type: ignore[arg-type]
