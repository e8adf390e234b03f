"""Screens of several people over real sockets: what one does, the others see, and the audit log says so."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import UUID

import psycopg
import pytest

from tests.conftest import Actors, Clinic
from tests.factories.queue import service_points
from tests.factories.registration import a_patient
from tests.factories.scheduling import Practice, practice
from tests.web.browser import STATE, Browser, Tab
from tests.web.conftest import RunningServer
from tht_app.use_cases.door import execute
from tht_app.use_cases.queue import CancelTicket, IssuedTicket, WalkIn

pytestmark = pytest.mark.integration

WAITING = f"{STATE}.tht_app___state___queue___arrivals____waiting_state"
FEED = f"{STATE}.tht_app___state___feed____feed_state"
POINTS = "points_rx_state_"
Opened = Callable[..., Awaitable[tuple[Browser, Tab]]]


@pytest.fixture(scope="module")
async def desk(clinic: Clinic, actors: Actors) -> Practice:
    found = await practice(clinic, actors)
    await service_points(found)
    return found


@pytest.fixture
async def opened(server: RunningServer, desk: Practice, clinic: Clinic) -> AsyncIterator[Opened]:
    browsers: list[Browser] = []

    async def open_as(who: str) -> tuple[Browser, Tab]:
        browser = await server.signed_in(who)
        browsers.append(browser)
        return browser, await browser.tab().open("/")

    yield open_as
    for browser in browsers:
        await browser.close()
    # The first screen names six who wait: each test begins with an empty row.
    for row in clinic.admin_fetch("select id from clinic.queue_ticket where status = 'waiting'"):
        await execute(desk.actors["admin"], CancelTicket(row["id"]))


async def walk_in(desk: Practice, patient: UUID) -> IssuedTicket:
    request = WalkIn(patient, desk.dokter, desk.visit_types["consultation"])  # type: ignore[arg-type]
    return await execute(desk.actors["admin"], request)


async def a_new_patient(desk: Practice, name: str) -> UUID:
    return await a_patient(desk.actors["admin"], name=name)


def points_of(tab: Tab) -> Any:
    """What the tab shows of the queues, as the last update left it."""
    shown = [update["delta"][WAITING] for update in tab.updates if WAITING in (update.get("delta") or {})]
    return next((values[POINTS] for values in reversed(shown) if POINTS in values), None)


async def until(seen: Callable[[], bool], seconds: float = 5.0) -> None:
    for _ in range(int(seconds / 0.02)):
        if seen():
            return
        await asyncio.sleep(0.02)
    assert seen(), "it did not come in time"


def entries(clinic: Clinic, who: str, patient: UUID) -> list[dict[str, Any]]:
    return clinic.admin_fetch(
        "select e.* from audit.event e join sec.person p on p.id = e.person_id "
        "where p.username = %s and %s = any (e.patient_ids) and e.request like 'queue.%%' order by e.at",
        who,
        patient,
    )


async def test_what_one_desk_does_is_on_every_screen(desk: Practice, opened: Opened):
    (_, first), (_, second) = await opened("admin"), await opened("perawat")
    patient = await a_new_patient(desk, "Kartini Bergerak")
    ticket = await walk_in(desk, patient)
    for tab in (first, second):
        await until(lambda tab=tab: ticket.label in json.dumps(points_of(tab)))


async def test_each_viewer_has_an_entry_for_the_new_patient_and_refreshes_add_nothing(
    clinic: Clinic, desk: Practice, opened: Opened
):
    await opened("admin")
    _, nurse = await opened("perawat")
    patient = await a_new_patient(desk, "Cipto Terlihat")
    ticket = await walk_in(desk, patient)
    await until(lambda: ticket.label in json.dumps(points_of(nurse)))
    assert [(entry["action"], entry["reason"]) for entry in entries(clinic, "perawat", patient)] == [("read", "live")]
    other = await walk_in(desk, await a_new_patient(desk, "Dewi Kemudian"))
    await until(lambda: other.label in json.dumps(points_of(nurse)))
    assert len(entries(clinic, "perawat", patient)) == 1


async def test_who_signed_out_is_shown_nothing_more(desk: Practice, opened: Opened, server: RunningServer):
    _, stays = await opened("admin")
    browser, leaves = await opened("perawat")
    await browser.http.post("/signout", headers={"Origin": server.origin})
    before = len(leaves.updates)
    ticket = await walk_in(desk, await a_new_patient(desk, "Eko Rahasia"))
    await until(lambda: ticket.label in json.dumps(points_of(stays)))
    assert "Eko Rahasia" not in json.dumps(leaves.updates[before:])


async def test_a_tab_that_went_elsewhere_is_not_sent_the_queue(desk: Practice, opened: Opened):
    (_, stays), (_, moved) = await opened("admin"), await opened("perawat")
    name = f"{STATE}.reflex___state____on_load_internal_state.on_load_internal"
    await moved.fire(name, "/settings")
    before = len(moved.updates)
    ticket = await walk_in(desk, await a_new_patient(desk, "Fajar Jauh"))
    await until(lambda: ticket.label in json.dumps(points_of(stays)))
    assert WAITING not in json.dumps(moved.updates[before:])


async def test_a_deed_of_the_own_and_the_state_on_the_server_agree(desk: Practice, opened: Opened):
    """What was pushed is what the State holds: a reconnect of the tab shows the same."""
    browser, tab = await opened("admin")
    ticket = await walk_in(desk, await a_new_patient(desk, "Gita Tetap"))
    await until(lambda: ticket.label in json.dumps(points_of(tab)))
    await tab.close()
    again = await browser.tab(tab.token).open("/")
    await until(lambda: ticket.label in json.dumps(points_of(again)))


async def test_screens_say_when_the_feed_is_away_and_catch_up(clinic: Clinic, desk: Practice, opened: Opened):
    _, tab = await opened("admin")
    with psycopg.connect(clinic.server.dsn(dbname=clinic.name), autocommit=True) as connection:
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where application_name = 'tht_live' and datname = current_database()"
        )
    ticket = await walk_in(desk, await a_new_patient(desk, "Hasan Menyusul"))

    def told() -> list[Any]:
        return [u["delta"][FEED]["cut_off_rx_state_"] for u in tab.updates if FEED in (u.get("delta") or {})]

    await until(lambda: True in told() and told()[-1] is False)
    await until(lambda: ticket.label in json.dumps(points_of(tab)))


async def test_a_flood_of_changes_leaves_the_right_picture(clinic: Clinic, desk: Practice, opened: Opened):
    """Ten thousand notices in one go: read a few times, correct at the end, and people are answered meanwhile."""
    _, tab = await opened("admin")
    ticket = await walk_in(desk, await a_new_patient(desk, "Indah Terakhir"))
    await until(lambda: ticket.label in json.dumps(points_of(tab)))
    before = len(tab.updates)
    clinic.admin_fetch(
        "select pg_notify('clinic', 'queue ' || i || ' 1 ' || t.day) from generate_series(1, 10000) i, "
        "(select day from clinic.queue_ticket where id = %s) t",
        ticket.ticket_id,
    )
    last = await walk_in(desk, await a_new_patient(desk, "Joko Sesudahnya"))
    await until(lambda: last.label in json.dumps(points_of(tab)), 10)
    assert len(tab.updates) - before < 60
