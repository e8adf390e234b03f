"""The link in a message: what it opens, for whom, and everything that must not open it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from urllib.parse import quote
from uuid import UUID

import httpx
import psycopg
import pytest

from tests.conftest import ZONE, Actors, Clinic
from tests.factories.mail import SmtpServer, booked, code_in
from tests.factories.scheduling import EARLY, MONDAY, Practice, at, practice, when
from tests.web.conftest import RunningServer, free_port
from tht_app.database.gate import hold_gate
from tht_app.database.unit_of_work import Actor
from tht_app.domain.errors import PermissionDenied
from tht_app.live.topics import calendar, topic_of
from tht_app.use_cases.door import execute
from tht_app.use_cases.interop import LinkAction, UseLink
from tht_app.use_cases.scheduling import DaySchedule

pytestmark = pytest.mark.integration
BORN = {"day": "14", "month": "7", "year": "1985"}
WRONG = {"day": "15", "month": "7", "year": "1985"}
DOCTOR = "dr. Sari"
_minutes = count()
_addresses = count(1)


@dataclass
class Link:
    """A link as its holder has it."""

    server: RunningServer
    code: str
    appointment: UUID
    http: httpx.AsyncClient

    async def get(self) -> httpx.Response:
        return await self.http.get(f"/a/{self.code}")

    async def press(self, action: str, **fields: str) -> httpx.Response:
        return await self.http.post(f"/a/{self.code}", data={"action": action, **fields})

    async def proof(self) -> str:
        page = (await self.press("open", **BORN)).text
        return page.split('name="proof" value="')[1].split('"')[0]

    def row(self) -> dict:
        return self.server.clinic.admin_fetch("select * from clinic.appointment where id = %s", self.appointment)[0]


@pytest.fixture(scope="module")
async def desk(clinic: Clinic, actors: Actors) -> AsyncIterator[Practice]:
    hold_gate(clinic.gate)
    yield await practice(clinic, actors)
    hold_gate(None)


@pytest.fixture
async def link(server: RunningServer, desk: Practice) -> AsyncIterator[Link]:
    """A fresh appointment whose confirmation has arrived; a browser at an address of its own."""
    smtp = SmtpServer(free_port())
    smtp.start()
    number = next(_minutes)
    day = MONDAY + timedelta(days=number // 8)
    appointment, address = await booked(desk, at(8 + number % 8, day=day), birth_date="1985-07-14")
    await smtp.worker().work_off()
    smtp.stop()
    async with _visitor(server) as http:
        yield Link(server, code_in(smtp.box.to(address)[0]), appointment, http)


def _visitor(server: RunningServer) -> httpx.AsyncClient:
    headers = {"origin": server.origin, "x-forwarded-for": f"203.0.113.{next(_addresses)}"}
    return httpx.AsyncClient(base_url=server.origin, headers=headers, timeout=20)


async def test_opening_shows_the_time_alone_and_changes_nothing_however_often(link: Link):
    before = link.row()
    for _ in range(5):
        answer = await link.get()
        assert answer.status_code == 200
        assert "Maret 2027" in answer.text
        for told in (DOCTOR, "Siti", "1985", "Konsultasi"):
            assert told not in answer.text
        assert "<script" not in answer.text
        assert answer.headers["cache-control"] == "no-store"
    for method in ("HEAD", "GET"):
        for query in ("?action=cancel", f"?action=cancel&day=14&month=7&year=1985&start={quote('2027-03-02T10:00')}"):
            await link.http.request(method, f"/a/{link.code}{query}")
    assert link.row() == before


async def test_with_the_birth_date_the_appointment_is_shown_and_confirmed(link: Link, actors: Actors):
    shown = await link.press("open", **BORN)
    assert (shown.status_code, DOCTOR in shown.text, "Siti" in shown.text) == (200, True, False)
    assert BORN["year"] not in shown.text.split("<h1>")[1]
    proof = shown.text.split('name="proof" value="')[1].split('"')[0]
    with psycopg.connect(link.server.clinic.server.dsn(dbname=link.server.clinic.name), autocommit=True) as ear:
        ear.execute("listen clinic")
        assert "interop-link-done" in (await link.press("confirm", proof=proof)).text
        heard = {topic_of(note.payload, ZONE) for note in ear.notifies(timeout=1)}
    day = link.row()["starts_at"].astimezone(ZONE).date()
    assert calendar(day) in heard, "calendars follow"
    assert "interop-link-confirmed" in (await link.press("open", proof=proof)).text
    rows = link.server.clinic.admin_fetch(
        "select confirmed_version from clinic.appointment_link where appointment_id = %s", link.appointment
    )
    assert rows[0]["confirmed_version"] == 1
    plan = await execute(actors["admin"], DaySchedule(day))
    entries = {entry.id: entry.confirmed for doctor in plan.doctors for entry in doctor.entries}
    assert entries.pop(link.appointment) is True, "the desk sees it"
    assert not any(entries.values())
    entries = link.server.clinic.admin_fetch(
        "select p.username, e.address, e.patient_ids from audit.event e join sec.person p on p.id = e.person_id "
        "where e.request in ('interop.link.ProveLink', 'interop.link.UseLink') and %s = any (e.patient_ids)",
        link.row()["patient_id"],
    )
    assert sorted(entry["username"] for entry in entries) == ["link", *["link_desk"] * 3]
    assert entries[0]["address"].startswith("203.0.113.")


async def test_it_moves_to_a_time_that_was_offered_and_pressing_twice_moves_once(link: Link):
    page = (await link.press("open", **BORN)).text
    proof = page.split('name="proof" value="')[1].split('"')[0]
    start = page.split('name="start" value="')[1].split('"')[0]
    assert page.count("interop-link-move") == 3
    for _ in range(2):
        moved = await link.press("move", proof=proof, start=start)
        assert (moved.status_code, "interop-link-done" in moved.text) == (200, True)
    row = link.row()
    assert (row["version"], row["starts_at"].isoformat()[:10]) == (2, start[:10])
    events = link.server.clinic.admin_fetch(
        "select 1 from clinic.outbox where aggregate_id = %s and event = 'AppointmentMoved'", link.appointment
    )
    assert len(events) == 1, "the patient is told, the calendar entry follows"


async def test_it_cancels_once(link: Link):
    proof = await link.proof()
    for _ in range(2):
        answer = await link.press("cancel", proof=proof)
        assert (answer.status_code, "interop-link-over" in answer.text) == (200, True)
    row = link.row()
    assert (row["status"], row["cancel_reason"], row["version"]) == ("cancelled", "patient", 2)
    assert "interop-link-over" in (await link.press("confirm", proof=proof)).text


async def test_a_wrong_birth_date_shows_nothing_does_nothing_and_is_slowed_down(link: Link):
    before = link.row()
    answers = [await link.press("cancel", **WRONG) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [403] * 5 + [429]
    assert all(DOCTOR not in answer.text for answer in answers)
    assert link.row() == before
    link.server.clinic.admin_fetch("delete from sec.sign_in_attempt")
    for _ in range(5):
        await link.press("cancel", **WRONG)
        link.server.clinic.admin_fetch("delete from sec.sign_in_attempt")
    assert (await link.press("cancel", **BORN)).status_code == 404, "after ten wrong dates the link is dead"
    assert link.row() == before


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"proof": "99999999999.00"},
        {"proof": "x"},
        {"proof": "1.2.3"},
        {"day": "31", "month": "2", "year": "1985"},
        {"day": "x", "month": "", "year": "-1"},
    ],
)
async def test_without_birth_date_or_with_a_forged_proof_nothing_happens(link: Link, fields: dict[str, str]):
    before = link.row()
    answer = await link.press("cancel", **fields)
    assert (answer.status_code in {200, 403, 422}, DOCTOR in answer.text) == (True, False)
    assert link.row() == before


async def test_a_proof_is_good_for_its_own_link_and_its_own_time_only(
    link: Link, server: RunningServer, desk: Practice
):
    proof = await link.proof()
    until, _, mark = proof.partition(".")
    later = f"{int(until) + 60}.{mark}"
    before = link.row()
    assert DOCTOR not in (await link.press("cancel", proof=later)).text
    assert link.row() == before
    smtp = SmtpServer(free_port())
    smtp.start()
    other, address = await booked(desk, at(15, 45, day=MONDAY + timedelta(days=5)), birth_date="1985-07-14")
    await smtp.worker().work_off()
    smtp.stop()
    stolen = Link(server, code_in(smtp.box.to(address)[0]), other, link.http)
    assert DOCTOR not in (await stolen.press("cancel", proof=proof)).text
    assert stolen.row()["status"] == "booked"


@pytest.mark.parametrize("code", ["a" * 26, "a", "%00", "a%2F..%2Fb", "é" * 26, "a" * 400, "' or 1=1--"])
async def test_a_forged_code_opens_nothing(server: RunningServer, code: str):
    async with _visitor(server) as http:
        for answer in (await http.get(f"/a/{quote(code, safe='%')}"), await http.post(f"/a/{quote(code)}", data=BORN)):
            assert answer.status_code in {404, 303}, answer.status_code
            assert "Maret 2027" not in answer.text


async def test_who_tries_many_codes_has_to_wait(server: RunningServer):
    async with _visitor(server) as http:
        seen = [(await http.get(f"/a/{number:026d}")).status_code for number in range(32)]
    assert (seen[0], seen[-1]) == (404, 429)


async def test_near_the_appointment_only_confirming_is_left_and_afterwards_nothing(link: Link):
    clinic, mine = link.server.clinic, "where appointment_id = %s"
    proof = await link.proof()
    move = (
        "update clinic.appointment set starts_at = now() + %s::interval, ends_at = now() + %s::interval where id = %s"
    )
    clinic.admin_fetch(
        f"update clinic.appointment_link set expires_at = now() + interval '1 day' {mine}", link.appointment
    )
    clinic.admin_fetch(move, "2 hours", "2 hours 15 minutes", link.appointment)
    before = link.row()
    for action in ("cancel", "move"):
        answer = await link.press(action, proof=proof, start="2027-03-05T10:00:00+07:00")
        assert answer.status_code == 409
    assert link.row() == before
    assert "interop-link-late" in (await link.press("open", proof=proof)).text
    clinic.admin_fetch(move, "-1 minute", "14 minutes", link.appointment)
    assert (await link.get()).status_code == 404
    assert (await link.press("confirm", proof=proof)).status_code == 404
    clinic.admin_fetch(move, "90 days", "90 days 15 minutes", link.appointment)
    clinic.admin_fetch(
        f"update clinic.appointment_link set expires_at = now() - interval '1 second' {mine}", link.appointment
    )
    assert (await link.get()).status_code == 404, "expired"


async def test_it_moves_neither_into_the_past_nor_onto_others(link: Link, desk: Practice):
    proof = await link.proof()
    before = link.row()
    taken = at(11, 45, day=MONDAY + timedelta(days=5))
    await booked(desk, taken)
    for start in ("2020-01-06T10:00:00+07:00", taken.isoformat(), at(22).isoformat(), "2027-03-05T10:00", "x"):
        await link.press("move", proof=proof, start=start)
    assert link.row() == before


async def test_another_site_cannot_press_the_buttons(link: Link):
    proof = await link.proof()
    answer = await link.http.post(
        f"/a/{link.code}", data={"action": "cancel", "proof": proof}, headers={"origin": "https://evil.example"}
    )
    assert answer.status_code == 403
    assert link.row()["status"] == "booked"


async def test_the_session_of_a_link_sees_its_one_appointment_and_nothing_else(
    link: Link, clinic: Clinic, desk: Practice
):
    await booked(desk, at(12, 45, day=MONDAY + timedelta(days=5)))
    token = await clinic.gate.open_service("link", kind="link")
    tables = ("appointment", "patient", "appointment_link", "reservation", "consent", "message", "outbox", "encounter")
    with clinic.as_app(token) as connection:
        for table in tables:
            assert connection.execute(f"select 1 from clinic.{table}").fetchall() == [], table
        connection.execute("select set_config('app.link', %s, true)", (link.code,))
        seen = {table: connection.execute(f"select * from clinic.{table}").fetchall() for table in tables}
        assert [row["id"] for row in seen["appointment"]] == [link.appointment]
        assert [row["id"] for row in seen["patient"]] == [link.row()["patient_id"]]
        assert len(seen["appointment_link"]) == 1
        assert [seen[table] for table in ("reservation", "consent", "message", "outbox", "encounter")] == [[]] * 5
        cancel = "update clinic.appointment set status = 'cancelled', cancel_reason = 'other'"
        assert connection.execute(cancel).rowcount == 0, "it only looks"
        connection.rollback()
    for name, kind in (("link", "link"), ("link_desk", "service")):
        token = await clinic.gate.open_service(name, kind=kind)
        answer = await link.http.get("/session", headers={"cookie": f"sid={token}"})
        assert answer.status_code == 401, "worth nothing in a cookie"


async def test_neither_people_nor_the_visitor_change_by_a_link(link: Link, clinic: Clinic, actors: Actors):
    visitor = Actor(await clinic.gate.open_service("link", kind="link"))
    for actor in (visitor, *(actors[name] for name in ("admin", "dokter", "perawat", "kasir", "pemilik", "auditor"))):
        with pytest.raises(PermissionDenied):
            await execute(actor, UseLink(link.code, "1.x", LinkAction.CANCEL))
    assert link.row()["status"] == "booked"


async def test_a_leave_is_no_free_time_for_a_link_either(link: Link, desk: Practice):
    proof = await link.proof()
    day = MONDAY + timedelta(days=21)
    from tht_app.domain.scheduling import LeaveKind
    from tht_app.use_cases.scheduling import AddLeave

    await execute(
        when(desk.actors["admin"], EARLY),
        AddLeave(desk.dokter, at(0, day=day), at(0, day=day + timedelta(days=1)), LeaveKind.LEAVE),
    )
    before = link.row()
    page = (await link.press("open", proof=proof, near=day.isoformat())).text
    offered = [piece.split('"')[0] for piece in page.split('name="start" value="')[1:]]
    assert len(offered) == 3
    assert all(not start.startswith(day.isoformat()) for start in offered)
    answer = await link.press("move", proof=proof, start=at(10, day=day).isoformat())
    assert answer.status_code == 409
    assert link.row() == before
