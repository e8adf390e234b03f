"""Seeding a real database: all of it through the door, twice the same, and on where it was stopped."""

import os
import secrets
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.rows import dict_row

from tests.conftest import ZONE, Clinic
from tht_app.cli.demo.accounts import ACCOUNTS, PASSWORD
from tht_app.cli.demo.plan import Size
from tht_app.cli.demo.seed import SERVICE, Report, seed
from tht_app.cli.demo.twins import TWINS
from tht_app.cli.steps import StepFailed
from tht_app.database.engine import current, hold, open_database
from tht_app.database.gate import make_gate
from tht_app.database.server import EmbeddedServer
from tht_app.use_cases.passwords import password_matches

TINY = Size(patients=110, past_days=1, future_days=1, busy=1)
NOW = datetime(2026, 7, 21, 3, 10, tzinfo=UTC)
"""A Tuesday, ten past ten in the clinic."""

DIGEST = {
    "patients": "select name, birth_date::text, sex, payer from clinic.patient order by 1, 2",
    "visits": "select p.name, e.visit_type, e.status, e.arrived_at::text, e.ended_at::text, e.signed_at::text, "
    "s.username from clinic.encounter e join clinic.patient p on p.id = e.patient_id "
    "left join sec.person s on s.id = e.signed_by order by 1, 4",
    "diagnoses": "select p.name, c.icd10_code, c.laterality, c.certainty, c.is_primary from clinic.condition c "
    "join clinic.patient p on p.id = c.patient_id order by 1, 2",
    "findings": "select p.name, f.part, f.side, f.site, f.finding from clinic.ent_finding f "
    "join clinic.patient p on p.id = f.patient_id order by 1, 2, 3, 4, 5",
    "vitals": "select p.name, o.code, o.value::text from clinic.observation o "
    "join clinic.patient p on p.id = o.patient_id order by 1, 2, 3",
    "prescriptions": "select p.name, r.status, l.item, l.quantity, l.signa_latin from clinic.medication_request r "
    "join clinic.patient p on p.id = r.patient_id join clinic.medication_request_line l on l.request_id = r.id "
    "order by 1, l.position",
    "shelf": "select m.code, l.lot_number, l.expires_on::text, l.quantity from clinic.stock_lot l "
    "join clinic.medicinal_product m on m.id = l.product_id order by 1, 2",
    "tickets": "select t.day::text, t.label, s.letter, t.status, p.name from clinic.queue_ticket t "
    "join clinic.patient p on p.id = t.patient_id join clinic.service_point s on s.id = t.service_point_id "
    "order by 1, 2, 3",
    "waiting": "select p.name, w.status, w.offered_starts_at::text from clinic.waitlist_entry w "
    "join clinic.patient p on p.id = w.patient_id order by 1, 2",
    "appointments": "select p.name, a.starts_at::text, a.status, a.outside_hours, a.overbooked "
    "from clinic.appointment a join clinic.patient p on p.id = a.patient_id order by 1, 2",
}


@dataclass
class Empty:
    """A migrated database without people, which can be looked at as the superuser."""

    server: EmbeddedServer
    name: str

    def rows(self, statement: str) -> list[dict[str, Any]]:
        with (
            psycopg.connect(self.server.dsn(dbname=self.name), autocommit=True) as connection,
            connection.cursor(row_factory=dict_row) as cursor,
        ):
            cursor.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def digest(self) -> dict[str, list[tuple[Any, ...]]]:
        return {name: [tuple(row.values()) for row in self.rows(statement)] for name, statement in DIGEST.items()}


@contextmanager
def empty_database(server: EmbeddedServer, template: str) -> Iterator[Empty]:
    name = f"demo_{os.getpid()}_{secrets.token_hex(4)}"
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute(sql.SQL("create database {} template {}").format(*map(sql.Identifier, (name, template))))
    found = Empty(server, name)
    found.rows("delete from sec.person_role r using sec.person p where p.id = r.person_id and not p.is_service")
    found.rows("delete from sec.person where not is_service")
    try:
        yield found
    finally:
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@asynccontextmanager
async def opened(place: Empty, master_key: bytes) -> AsyncIterator[str]:
    """The database held by this process, and a session of the service person; the former one is held again after."""
    server, name = place.server, place.name
    database = await open_database(server.dsn(user="tht_app", dbname=name), master_key, ZONE, pool_size=12)
    gate = make_gate(server.dsn(user="tht_gate", dbname=name))
    hold(database)
    try:
        yield await gate.open_service(SERVICE)
    finally:
        hold(None)
        await database.close()
        await gate.close()


async def fill(place: Empty, master_key: bytes, note=lambda _: None) -> Report:
    async with opened(place, master_key) as token:
        return await seed(token, current().zone, TINY, note, NOW)


@pytest.fixture(scope="module")
async def demo(postgres: EmbeddedServer, template: str, master_key: bytes) -> AsyncIterator[Empty]:
    with empty_database(postgres, template) as place:
        started = time.monotonic()
        report = await fill(place, master_key)
        print(f"{report} in {time.monotonic() - started:.1f} s")
        assert report.filled
        yield place


async def test_a_second_run_changes_nothing(demo: Empty, master_key: bytes):
    before = demo.digest()
    assert not (await fill(demo, master_key)).filled
    assert demo.digest() == before


async def test_a_run_that_is_stopped_goes_on_and_ends_the_same(
    demo: Empty, postgres: EmbeddedServer, template: str, master_key: bytes
):
    class StoppedError(Exception):
        pass

    def stop_at(what: str):
        def note(text: str) -> None:
            if text.endswith(what):
                raise StoppedError

        return note

    with empty_database(postgres, template) as place:
        for what in ("products", "of the former system", "visits"):
            with pytest.raises(StoppedError):
                await fill(place, master_key, stop_at(what))
        assert place.rows("select (value->>'filled')::boolean as filled from clinic.setting where key = 'demo'") == [
            {"filled": False}
        ]
        await fill(place, master_key)
        assert place.digest() == demo.digest()


async def test_a_clinic_with_accounts_is_left_alone(clinic: Clinic):
    token = await clinic.gate.open_service(SERVICE)
    with pytest.raises(StepFailed):
        await seed(token, ZONE, TINY, lambda _: None, NOW)
    assert clinic.admin_fetch("select 1 from clinic.patient") == []
    assert clinic.admin_fetch("select 1 from clinic.setting where key = 'demo'") == []


async def test_everybody_can_sign_in_with_the_known_password(demo: Empty):
    found = demo.rows(
        "select p.username, c.password_hash, array_agg(r.role) as roles from sec.person p "
        "join sec.credential c on c.person_id = p.id join sec.person_role r on r.person_id = p.id group by 1, 2"
    )
    assert {row["username"]: row["roles"] for row in found} == {one.username: [one.role] for one in ACCOUNTS}
    for row in found[:2]:
        assert await password_matches(PASSWORD, row["password_hash"])


def test_nothing_went_around_the_door(demo: Empty):
    [row] = demo.rows(
        "select count(*) filter (where p.username = 'demo') as by_demo, count(*) as entries "
        "from audit.event a left join sec.person p on p.id = a.person_id"
    )
    assert row["by_demo"] == row["entries"] > 300


def test_signed_records_are_signed_by_the_doctor_of_the_visit(demo: Empty):
    found = demo.rows(
        "select practitioner_id = signed_by as own, hash from clinic.encounter where signed_at is not null"
    )
    assert len(found) >= 12
    assert all(row["own"] and len(row["hash"]) == 32 for row in found)


def test_the_ledger_sums_up_to_the_shelf_and_nothing_is_below_zero(demo: Empty):
    found = demo.rows(
        "select l.quantity, coalesce(sum(m.delta), 0) as moved from clinic.stock_lot l "
        "left join clinic.stock_movement m on m.lot_id = l.id group by l.id"
    )
    assert all(row["quantity"] == row["moved"] >= 0 for row in found)


def test_some_goods_are_short_and_some_expire_soon(demo: Empty):
    low = demo.rows(
        "select p.code from clinic.medicinal_product p join clinic.stock_lot l on l.product_id = p.id "
        "group by p.id having sum(l.quantity) < p.reorder_level"
    )
    soon = demo.rows(f"select 1 from clinic.stock_lot where expires_on between '{NOW:%F}' and '{NOW:%F}'::date + 90")
    assert 5 <= len(low) <= 30
    assert 5 <= len(soon) <= 40


def test_today_has_a_queue_in_every_state(demo: Empty):
    found = {
        (row["letter"], row["status"])
        for row in demo.rows(
            "select s.letter, t.status from clinic.queue_ticket t "
            f"join clinic.service_point s on s.id = t.service_point_id where t.day = '{NOW:%F}'"
        )
    }
    assert {("A", "skipped"), ("B", "called"), ("R", "called"), ("R", "waiting")} <= found
    assert {("K", "done"), ("F", "waiting"), ("F", "done")} <= found, "people go on to the counters with their number"
    for letter in "ABCD":
        assert {(letter, "waiting"), (letter, "in-service"), (letter, "done")} <= found


def test_the_pharmacy_has_something_to_do(demo: Empty):
    found = {row["status"] for row in demo.rows("select distinct status from clinic.medication_dispense")}
    assert {"completed", "in-progress"} <= found
    assert demo.rows(
        "select 1 from clinic.medication_request r where status = 'active' "
        "and not exists (select from clinic.medication_dispense d where d.request_id = r.id)"
    )


def test_the_calendar_has_breaks_leave_holidays_a_blocked_room_a_series_and_people_who_wait(demo: Empty):
    [row] = demo.rows(
        "select (select count(distinct practitioner_id) from clinic.weekly_break) as breaks, "
        "(select count(*) from clinic.leave) as leave, (select count(*) from clinic.holiday) as holidays, "
        "(select count(*) from clinic.reservation where block_id is not null and state = 'booked') as blocked, "
        "(select count(*) from clinic.appointment where series_id is not null and status = 'booked') as controls"
    )
    assert row == {"breaks": 4, "leave": 1, "holidays": 51, "blocked": 1, "controls": 4}
    waiting = demo.rows("select status, count(*) as n from clinic.waitlist_entry group by 1")
    assert {one["status"]: one["n"] for one in waiting} == {"offered": 1, "waiting": 3}


def test_no_two_patients_bear_one_identity(demo: Empty):
    assert len(demo.rows("select distinct name, birth_date from clinic.patient")) == TINY.patients + TWINS


def test_some_people_were_registered_twice(demo: Empty):
    twice = "select phone_index from clinic.patient where phone_index is not null group by 1 having count(*) > 1"
    assert len(demo.rows(twice)) == TWINS - 1
