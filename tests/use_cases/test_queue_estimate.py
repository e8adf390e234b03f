"""What the queue tells people about their wait, against a history in a real database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from statistics import median, quantiles
from zoneinfo import ZoneInfo

import pytest

from tests.conftest import Actors, Clinic
from tests.factories.queue import Day, service_points
from tests.factories.scheduling import Practice, at, practice, when
from tht_app.database.engine import hold
from tht_app.domain.queue import Certainty, ServicePointId
from tht_app.domain.queue.estimate import scale
from tht_app.use_cases.door import execute
from tht_app.use_cases.queue import CallNext, EstimateWaits, FinishTicket, IssuedTicket, PointWaits, WalkIn

LENGTHS = (6, 9, 12, 8, 15, 10, 7, 11, 14, 10, 9, 13, 10, 8)
DAYS = 4


@pytest.fixture(scope="module")
async def desk(clinic: Clinic, actors: Actors) -> Practice:
    """A clinic that can be booked."""
    return await practice(clinic, actors)


@pytest.fixture(scope="module")
async def points(desk: Practice) -> dict[str, ServicePointId]:
    """Where people wait."""
    return await service_points(desk)


async def walk_in(desk: Practice, moment: datetime) -> IssuedTicket:
    request = WalkIn(await desk.patient(), desk.dokter, desk.visit_types["consultation"])  # type: ignore[arg-type]
    return await execute(when(desk.actors["admin"], moment), request)


@pytest.fixture(scope="module")
async def past(desk: Practice, points: dict[str, ServicePointId]) -> Day:
    """Some days on which patients came every ten minutes, were called in turn and took what `LENGTHS` says."""
    day = Day(desk, points)
    for _ in range(DAYS):
        free = at(8, 0, day.date)
        tickets = []
        for number, length in enumerate(LENGTHS):
            arrived = at(8, 0, day.date) + timedelta(minutes=10 * number)
            tickets.append((await walk_in(desk, arrived), max(free, arrived), length))
            free = max(free, arrived) + timedelta(minutes=length)
            ticket, start, _ = tickets[-1]
            await execute(when(desk.actors["dokter"], start), CallNext(points["dokter"]))
            await execute(when(desk.actors["dokter"], free), FinishTicket(ticket.ticket_id))
        day.date += timedelta(days=1)
    return day


async def waits(day: Day, moment: datetime, by: str = "admin") -> PointWaits:
    found = await execute(when(day.desk.actors[by], moment), EstimateWaits(day.points["dokter"]))
    return found[0]


async def test_without_a_past_nothing_is_promised(desk: Practice, points: dict[str, ServicePointId]) -> None:
    day = Day(desk, points)
    day.date -= timedelta(weeks=50)
    ticket = await walk_in(desk, at(8, 0, day.date))
    said = (await waits(day, at(8, 1, day.date))).turns[ticket.ticket_id]
    assert (said.position, said.estimate.certainty) == (1, Certainty.UNKNOWN)


async def test_the_estimate_follows_the_clinics_own_times_and_is_made_anew_at_each_event(past: Day) -> None:
    first, second, third = [await walk_in(past.desk, at(9, minute, past.date)) for minute in range(3)]
    before = await waits(past, at(9, 5, past.date))
    assert [before.turns[each.ticket_id].position for each in (first, second, third)] == [1, 2, 3]
    usual = median(LENGTHS)
    expected = [before.turns[each.ticket_id].estimate.expected for each in (first, second, third)]
    assert expected == pytest.approx([0, usual, 2 * usual], abs=0.01)
    await execute(when(past.desk.actors["dokter"], at(9, 5, past.date)), CallNext(past.points["dokter"]))
    after = await waits(past, at(9, 9, past.date))
    assert first.ticket_id not in after.turns
    assert after.turns[second.ticket_id].estimate.expected == pytest.approx(usual - 4, abs=0.01)
    much_later = await waits(past, at(9, 45, past.date))
    assert much_later.turns[second.ticket_id].estimate.certainty is Certainty.BUSY


async def test_what_was_told_is_kept_with_the_ticket_and_measured(clinic: Clinic, past: Day) -> None:
    kept = clinic.admin_fetch(
        "select expected_minutes as expected, estimate_low as low, estimate_high as high, "
        "extract(epoch from first_called_at - issued_at)::float / 60 as wait from clinic.queue_ticket "
        "where estimate_high is not null and first_called_at is not null and day < %s order by issued_at",
        past.date,
    )
    assert 30 < len(kept) < len(LENGTHS) * DAYS, "the first were told nothing"
    measured = (await waits(past, at(8, 0, past.date))).accuracy
    assert measured is not None
    errors = [(row["wait"] - row["expected"]) / scale(row["expected"]) for row in kept]
    assert measured.count == len(kept)
    assert measured.within == pytest.approx(sum(row["wait"] <= row["high"] for row in kept) / len(kept))
    assert measured.mean_error == pytest.approx(sum(abs(row["wait"] - row["low"]) for row in kept) / len(kept))
    assert measured.spread.p50 == pytest.approx(median(errors), abs=1e-4)
    assert measured.spread.p80 == pytest.approx(quantiles(errors, n=5, method="inclusive")[3], abs=1e-4)


async def test_a_doctor_who_has_not_begun_is_waited_for_until_the_first_appointment(past: Day) -> None:
    tomorrow = past.date + timedelta(days=1)
    await past.desk.book(at(9, 30, tomorrow))
    ticket = await walk_in(past.desk, at(8, 50, tomorrow))
    past_date, past.date = past.date, tomorrow
    said = (await waits(past, at(8, 50, tomorrow))).turns[ticket.ticket_id]
    past.date = past_date
    assert said.estimate.expected == pytest.approx(40)


@pytest.mark.parametrize("zone", ["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"])
async def test_numbers_and_waits_change_at_the_clinics_own_midnight(
    clinic: Clinic, past: Day, zone: str, request: pytest.FixtureRequest
) -> None:
    """WIB, WITA and WIT: two minutes around midnight there lie on two days, whatever UTC's day is."""
    place = ZoneInfo(zone)
    hold(replace(clinic.database, zone=place))
    request.addfinalizer(lambda: hold(clinic.database))
    weeks = 60 + ["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"].index(zone)
    midnight = datetime.combine(past.date + timedelta(weeks=weeks), datetime.min.time(), place)
    last = await walk_in(past.desk, (midnight - timedelta(minutes=1)).astimezone(UTC))
    first = await walk_in(past.desk, (midnight + timedelta(minutes=1)).astimezone(UTC))
    assert (last.label, first.label) == ("A-001", "A-001")
    days = clinic.admin_fetch(
        "select day from clinic.queue_ticket where id in (%s, %s) order by day", last.ticket_id, first.ticket_id
    )
    assert [row["day"] for row in days] == [midnight.date() - timedelta(days=1), midnight.date()]
    late = await waits(past, midnight + timedelta(minutes=2))
    assert set(late.turns) == {first.ticket_id}, "who was forgotten yesterday does not wait today"
