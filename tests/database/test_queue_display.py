"""A display's and a ticket's session by plain SQL: numbers and places, nothing else, whatever is asked for."""

import json
from datetime import date

import pytest
from psycopg import sql
from psycopg.errors import InsufficientPrivilege

from tests.conftest import Actors, Clinic
from tests.factories.queue_display import CANARY, FIRST_NAME, display_session, waiting_room, walk_in
from tests.factories.scheduling import Practice, practice
from tht_app.domain.identity import Role
from tht_app.domain.queue import ServicePointId
from tht_app.use_cases.door import execute
from tht_app.use_cases.queue import CallNext, IssuedTicket
from tht_app.use_cases.queue.displays import Pairing
from tht_app.use_cases.queue.tickets import PrintTicket

OPEN_TO_ALL = {"sec.data_key", "sec.alembic_version"}


class Room:
    """What the tests of this module share."""

    def __init__(self, desk: Practice, points: dict[str, ServicePointId], pairing: Pairing) -> None:
        self.desk, self.points, self.pairing = desk, points, pairing
        self.called: IssuedTicket
        self.waiting: IssuedTicket
        self.code = ""


@pytest.fixture(scope="module")
async def room(clinic: Clinic, actors: Actors) -> Room:
    """One patient is called, one waits, both with names that must not get out."""
    desk = await practice(clinic, actors)
    made = Room(desk, *await waiting_room(desk))
    made.called = await walk_in(desk, actors["admin"])
    made.waiting = await walk_in(desk, actors["admin"])
    await execute(actors["admin"], CallNext(made.points["dokter"]))
    sheet = await execute(actors["admin"], PrintTicket(made.waiting.ticket_id))
    made.code = sheet.url.rsplit("/", 1)[1]
    return made


@pytest.fixture(scope="module")
async def narrow(clinic: Clinic, room: Room) -> dict[str, str]:
    """Session tokens of a display and of a ticket's page."""
    ticket = await clinic.gate.open_service("ticket", kind="ticket")
    return {"display": await display_session(clinic, room.pairing), "ticket": ticket}


def today(clinic: Clinic) -> date:
    return clinic.admin_fetch("select max(day) as day from clinic.queue_ticket")[0]["day"]


def readable(clinic: Clinic) -> list[str]:
    rows = clinic.admin_fetch(
        "select distinct format('%%I.%%I', table_schema, table_name) as name "
        "from information_schema.column_privileges where grantee = 'tht_app' and privilege_type = 'SELECT'"
    )
    return sorted({row["name"] for row in rows} - OPEN_TO_ALL)


@pytest.mark.parametrize("kind", ["display", "ticket"])
def test_a_narrow_session_reads_no_table_at_all(clinic: Clinic, narrow: dict[str, str], kind: str) -> None:
    tables = readable(clinic)
    assert {"clinic.patient", "clinic.queue_ticket", "clinic.queue_event", "sec.person"} <= set(tables)
    with clinic.as_app(narrow[kind]) as connection:
        for table in tables:
            rows = connection.execute(sql.SQL("select 1 from {} limit 1").format(sql.SQL(table))).fetchall()  # type: ignore[arg-type]
            assert rows == [], table


@pytest.mark.parametrize("kind", ["display", "ticket"])
def test_a_narrow_session_changes_nothing(clinic: Clinic, narrow: dict[str, str], kind: str) -> None:
    for statement in (
        "update clinic.queue_ticket set status = 'done'",
        "update clinic.display_device set name = 'x'",
        "delete from clinic.room_sign",
        "update sec.person set display_name = 'x'",
    ):
        with clinic.as_app(narrow[kind]) as connection:
            assert connection.execute(statement).rowcount == 0
    for statement in (
        "select sec.display_close(id) from (select gen_random_uuid() as id) d",
        "insert into clinic.counter (name, value) values ('x', 1)",
    ):
        with clinic.as_app(narrow[kind]) as connection, pytest.raises(InsufficientPrivilege):
            connection.execute(statement)  # type: ignore[arg-type]


def test_a_board_has_numbers_places_times_and_not_one_column_more(
    clinic: Clinic, narrow: dict[str, str], room: Room
) -> None:
    with clinic.as_app(narrow["display"]) as connection:
        rows = connection.execute("select * from sec.display_board(%s, '{}')", (today(clinic),)).fetchall()
    assert {tuple(row) for row in rows} == {
        ("called", "label", "letter", "kind", "sign", "at", "calls", "serving", "longer")
    }
    assert [(row["called"], row["label"], row["sign"]) for row in rows] == [
        (True, room.called.label, "1"),
        (False, room.waiting.label, "1"),
    ]
    assert FIRST_NAME not in json.dumps(rows, default=str)
    assert str(room.called.ticket_id) not in json.dumps(rows, default=str)


def test_a_call_to_somebody_who_hears_badly_stays_longer_and_does_not_say_why(
    clinic: Clinic, narrow: dict[str, str], room: Room
) -> None:
    change = "update clinic.queue_ticket set needs = %s where id = %s"
    with clinic.as_app(narrow["display"]) as connection:
        for needs, longer in ((["visual"], True), (["sign-language"], True), (["wheelchair"], False), ([], False)):
            clinic.admin_fetch(change, needs, room.called.ticket_id)
            rows = connection.execute("select * from sec.display_board(%s, '{}')", (today(clinic),)).fetchall()
            connection.commit()
            assert [row["longer"] for row in rows if row["called"]] == [longer], needs
            assert not needs or needs[0] not in json.dumps(rows, default=str)


def test_a_board_of_one_point_shows_that_point(clinic: Clinic, narrow: dict[str, str], room: Room) -> None:
    with clinic.as_app(narrow["display"]) as connection:
        for point, count in (("dokter", 2), ("dokter2", 0)):
            statement = "select * from sec.display_board(%s, %s)"
            assert len(connection.execute(statement, (today(clinic), [room.points[point]])).fetchall()) == count


@pytest.mark.parametrize("who", ["nobody", "forged", "ticket", "dokter", "auditor"])
def test_a_board_is_for_displays_only(clinic: Clinic, narrow: dict[str, str], actors: Actors, who: str) -> None:
    token = {"nobody": None, "forged": "f" * 64, "ticket": narrow["ticket"]}.get(who) or (
        actors[who].token if who in actors else None
    )
    with clinic.as_app(token) as connection:
        assert connection.execute("select * from sec.display_board(%s, '{}')", (today(clinic),)).fetchall() == []
        assert connection.execute("select * from sec.display_self()").fetchall() == []


def test_a_ticket_page_has_its_own_number_and_nothing_of_the_patient(
    clinic: Clinic, narrow: dict[str, str], room: Room
) -> None:
    with clinic.as_app(narrow["ticket"]) as connection:
        (row,) = connection.execute("select * from sec.ticket_page(%s, %s)", (room.code, today(clinic))).fetchall()
    wanted = {"ticket", "label", "status", "letter", "kind", "sign", "called_at", "calls", "seen", "ahead", "clinic"}
    assert set(row) == wanted
    assert (row["label"], row["status"], row["ahead"]) == (room.waiting.label, "waiting", 0)
    assert FIRST_NAME not in json.dumps(row, default=str)


@pytest.mark.parametrize("who", ["nobody", "display", "admin"])
def test_a_ticket_page_is_for_its_session_only(
    clinic: Clinic, narrow: dict[str, str], actors: Actors, room: Room, who: str
) -> None:
    token = {"nobody": None, "display": narrow["display"], "admin": actors["admin"].token}[who]
    with clinic.as_app(token) as connection:
        for function in ("ticket_page", "ticket_seen"):
            statement = f"select * from sec.{function}(%s, %s) as f where f is not null"
            assert connection.execute(statement, (room.code, today(clinic))).fetchall() == []  # type: ignore[arg-type]


def test_the_ticket_behind_a_code_is_no_function_of_the_application(clinic: Clinic, narrow: dict[str, str]) -> None:
    with clinic.as_app(narrow["ticket"]) as connection, pytest.raises(InsufficientPrivilege):
        connection.execute("select * from sec.ticket_behind('x', current_date)")


def test_nobody_with_an_account_gets_a_narrow_role_or_reads_a_token(clinic: Clinic, actors: Actors) -> None:
    owner = actors["pemilik"].token
    for role in (Role.DISPLAY, Role.TICKET, Role.SERVICE, Role.VISITOR):
        with clinic.as_app(owner) as connection, pytest.raises(InsufficientPrivilege):
            connection.execute(
                "insert into sec.person_role (person_id, role) values (%s, %s)", (clinic.person_id("admin"), role.value)
            )
    with clinic.as_app(actors["admin"].token) as connection, pytest.raises(InsufficientPrivilege):
        connection.execute("select token_hash from clinic.display_device")


def test_of_a_token_only_the_hash_is_kept(clinic: Clinic, room: Room) -> None:
    rows = clinic.admin_fetch(
        "select d::text as kept from clinic.display_device d union all select a::text from audit.event a "
        "union all select i::text from clinic.idempotency i union all select s::text from sec.session s"
    )
    assert rows
    assert all(room.pairing.token not in row["kept"] for row in rows)


async def test_a_session_of_a_display_that_was_opened_otherwise_shows_nothing(clinic: Clinic, room: Room) -> None:
    token = await clinic.gate.open_service("display", kind="display")
    with clinic.as_app(token) as connection:
        assert connection.execute("select * from sec.display_self()").fetchall() == []


async def test_a_forged_address_opens_nothing(clinic: Clinic, room: Room) -> None:
    for token in ("", "0" * 64, room.pairing.token[:-1], room.pairing.token.upper() + "x"):
        assert await clinic.gate.open_display(token, None, "") is None


def test_the_name_was_there_to_be_found(clinic: Clinic, room: Room) -> None:
    assert clinic.admin_fetch("select 1 as one from clinic.patient where name = %s", CANARY.upper()) or (
        clinic.admin_fetch("select 1 as one from clinic.patient where name = %s", CANARY)
    )
