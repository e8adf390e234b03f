"""Tickets by plain SQL: numbers stay unique, history stays as it was, and who sees nothing changes nothing."""

from datetime import timedelta

import pytest
from psycopg.errors import CheckViolation, InsufficientPrivilege, UniqueViolation

from tests.conftest import Actors, Clinic
from tests.factories.queue import service_points
from tests.factories.scheduling import Practice, at, practice, when
from tht_app.use_cases.door import execute
from tht_app.use_cases.queue import IssuedTicket, WalkIn


@pytest.fixture(scope="module")
async def desk(clinic: Clinic, actors: Actors) -> Practice:
    """A clinic with service points."""
    found = await practice(clinic, actors)
    await service_points(found)
    return found


@pytest.fixture(scope="module")
async def ticket(desk: Practice) -> IssuedTicket:
    """Somebody who waits."""
    request = WalkIn(await desk.patient(), desk.dokter, desk.visit_types["consultation"])  # type: ignore[arg-type]
    return await execute(when(desk.actors["admin"], at(9)), request)


def test_a_number_is_given_once(clinic: Clinic, ticket: IssuedTicket) -> None:
    copy = (
        "insert into clinic.queue_ticket (id, service_point_id, day, number, label, patient_id, status, visit_id, "
        "issued_at, queued_at, changed_at) select gen_random_uuid(), service_point_id, day, number, label, patient_id, "
        "'done', visit_id, issued_at, queued_at, changed_at from clinic.queue_ticket where id = %s"
    )
    with clinic.as_app(clinic.tokens["admin"]) as connection, pytest.raises(UniqueViolation):
        connection.execute(copy, (ticket.ticket_id,))


@pytest.mark.parametrize("who", [None, "auditor", "pemilik"])
def test_who_has_no_business_there_sees_no_ticket(clinic: Clinic, ticket: IssuedTicket, who: str | None) -> None:
    with clinic.as_app(clinic.tokens[who] if who else None) as connection:
        for table in ("queue_ticket", "queue_event", "queue_counter", "bpjs_task_time", "bpjs_task_standing"):
            rows = connection.execute(f"select 1 from clinic.{table}").fetchall()  # type: ignore[arg-type]
            assert rows == [], table
        changed = connection.execute("update clinic.queue_ticket set status = 'done'").rowcount
    assert changed == 0


def test_the_history_of_a_ticket_cannot_be_rewritten(clinic: Clinic, ticket: IssuedTicket) -> None:
    later = at(10) + timedelta(hours=1)
    for statement in ("update clinic.queue_event set at = %s", "delete from clinic.queue_event where at < %s"):
        with clinic.as_app(clinic.tokens["admin"]) as connection, pytest.raises(InsufficientPrivilege):
            connection.execute(statement, (later,))


def test_a_ticket_keeps_its_patient_and_number(clinic: Clinic, ticket: IssuedTicket) -> None:
    for column in (
        "patient_id = gen_random_uuid()",
        "number = 99",
        "label = 'X-1'",
        "encounter_id = null",
        "estimate_high = 1",
    ):
        with clinic.as_app(clinic.tokens["admin"]) as connection, pytest.raises(InsufficientPrivilege):
            connection.execute(f"update clinic.queue_ticket set {column}")  # type: ignore[arg-type]


def test_a_number_is_open_at_one_place_only(clinic: Clinic, ticket: IssuedTicket) -> None:
    copy = (
        "insert into clinic.queue_ticket (id, service_point_id, day, number, label, patient_id, visit_id, previous_id, "
        "issued_at, queued_at, changed_at) select gen_random_uuid(), (select id from clinic.service_point "
        "where kind = 'pharmacy'), day, number, label, patient_id, visit_id, id, issued_at, queued_at, changed_at "
        "from clinic.queue_ticket where id = %s"
    )
    with clinic.as_app(clinic.tokens["admin"]) as connection, pytest.raises(UniqueViolation):
        connection.execute(copy, (ticket.ticket_id,))


TASK = (
    "insert into clinic.bpjs_task_time (id, visit_id, ticket_id, task, at, recorded_at) "
    "select gen_random_uuid(), visit_id, id, %s, issued_at + make_interval(mins => %s), issued_at "
    "from clinic.queue_ticket where id = %s"
)


@pytest.mark.parametrize(("task", "minute"), [(3, 5), (2, 5), (4, 0), (4, -1)])
def test_task_times_rise_whatever_the_program_says(
    clinic: Clinic, ticket: IssuedTicket, task: int, minute: int
) -> None:
    """The arrival stands as task 3 at minute 0: the same or an earlier one, or no later moment, is refused."""
    with clinic.as_app(clinic.tokens["admin"]) as connection, pytest.raises(CheckViolation):
        connection.execute(TASK, (task, minute, ticket.ticket_id))


def test_a_task_time_is_taken_back_once_and_then_another_may_stand(clinic: Clinic, ticket: IssuedTicket) -> None:
    back = (
        "insert into clinic.bpjs_task_time (id, visit_id, ticket_id, task, at, recorded_at, takes_back) "
        "select gen_random_uuid(), visit_id, ticket_id, task, at, at, id from clinic.bpjs_task_time "
        "where ticket_id = %s and takes_back is null"
    )
    with clinic.as_app(clinic.tokens["admin"]) as connection:
        connection.execute(back, (ticket.ticket_id,))
        connection.execute(TASK, (3, 0, ticket.ticket_id))
        standing = connection.execute("select task from clinic.bpjs_task_standing").fetchall()
        assert [row["task"] for row in standing] == [3]
        with pytest.raises(CheckViolation):
            connection.execute(back, (ticket.ticket_id,))


def test_task_times_are_never_rewritten(clinic: Clinic, ticket: IssuedTicket) -> None:
    for statement in ("update clinic.bpjs_task_time set task = 4", "delete from clinic.bpjs_task_time"):
        with clinic.as_app(clinic.tokens["admin"]) as connection, pytest.raises(InsufficientPrivilege):
            connection.execute(statement)  # type: ignore[arg-type]


def test_who_only_looks_writes_no_task_time(clinic: Clinic, ticket: IssuedTicket) -> None:
    with clinic.as_app(clinic.tokens["auditor"]) as connection:
        assert connection.execute(TASK, (4, 5, ticket.ticket_id)).rowcount == 0
