"""The link of an offered time: taken or declined by who waits for it, and by nobody else."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from uuid import UUID

import httpx
import pytest

from tests.conftest import Actors, Clinic
from tests.factories.mail import SmtpServer, code_in, offered
from tests.factories.scheduling import EARLY, MONDAY, Practice, at, practice, when
from tests.web.conftest import RunningServer, free_port
from tht_app.database.gate import hold_gate
from tht_app.use_cases.door import execute
from tht_app.use_cases.scheduling import DeclineOffer

pytestmark = pytest.mark.integration
BORN = {"day": "14", "month": "7", "year": "1985"}
WRONG = {"day": "15", "month": "7", "year": "1985"}
_numbers = count()


@dataclass
class Offer:
    """An offer as the one who waits has it."""

    server: RunningServer
    code: str
    entry: UUID
    start: datetime
    http: httpx.AsyncClient

    async def get(self) -> httpx.Response:
        return await self.http.get(f"/a/{self.code}")

    async def press(self, action: str, **fields: str) -> httpx.Response:
        return await self.http.post(f"/a/{self.code}", data={"action": action, **fields})

    async def proof(self) -> str:
        page = (await self.press("open", **BORN)).text
        return page.split('name="proof" value="')[1].split('"')[0]

    def row(self) -> dict:
        return self.server.clinic.admin_fetch("select * from clinic.waitlist_entry where id = %s", self.entry)[0]


@pytest.fixture(scope="module")
async def desk(clinic: Clinic, actors: Actors) -> AsyncIterator[Practice]:
    hold_gate(clinic.gate)
    yield await practice(clinic, actors)
    hold_gate(None)


@pytest.fixture
async def smtp(server: RunningServer) -> AsyncIterator[SmtpServer]:
    smtp = SmtpServer(free_port())
    smtp.start()
    yield smtp
    smtp.stop()


@pytest.fixture
async def offer(server: RunningServer, desk: Practice, smtp: SmtpServer) -> AsyncIterator[Offer]:
    """A fresh offer whose mail has arrived; a browser at an address of its own."""
    number = next(_numbers)
    start = at(9, day=MONDAY + timedelta(days=7 + number + number // 6))
    entry, address = await offered(desk, start, birth_date="1985-07-14")
    await smtp.worker().work_off()
    headers = {"origin": server.origin, "x-forwarded-for": f"203.0.113.{100 + number}"}
    async with httpx.AsyncClient(base_url=server.origin, headers=headers, timeout=20) as http:
        yield Offer(server, code_in(smtp.box.to(address)[0]), entry, start, http)


async def test_opening_shows_the_time_alone_and_takes_nothing(offer: Offer):
    before = offer.row()
    for method in ("GET", "HEAD", "GET"):
        answer = await offer.http.request(method, f"/a/{offer.code}?action=take&day=14&month=7&year=1985")
        assert answer.status_code == 200
    shown = (await offer.get()).text
    assert "Maret 2027" in shown
    for told in ("dr. Sari", "Siti", "1985", "Konsultasi", "interop-link-take"):
        assert told not in shown
    assert offer.row() == before


async def test_with_the_birth_date_it_is_taken_once_and_confirmed(offer: Offer):
    shown = await offer.press("open", **BORN)
    assert ("dr. Sari" in shown.text, "Siti" in shown.text) == (True, False)
    assert shown.text.count("interop-link-take") == shown.text.count("interop-link-decline") == 1
    proof = await offer.proof()
    for _ in range(2):
        taken = await offer.press("take", proof=proof)
        assert (taken.status_code, "interop-link-done" in taken.text) == (200, True)
        assert "interop-link-take" not in taken.text
    entry = offer.row()
    assert entry["status"] == "booked"
    booked = offer.server.clinic.admin_fetch(
        "select starts_at, status, patient_id from clinic.appointment where id = %s", entry["appointment_id"]
    )
    assert booked == [{"starts_at": offer.start, "status": "booked", "patient_id": entry["patient_id"]}]
    told = offer.server.clinic.admin_fetch(
        "select channel from clinic.outbox where aggregate_id = %s and event = 'AppointmentBooked'",
        entry["appointment_id"],
    )
    assert told == [{"channel": "mail"}], "its confirmation follows"


async def test_who_declines_waits_on_and_the_time_goes_to_the_next(offer: Offer, desk: Practice):
    from tests.factories.registration import a_patient
    from tht_app.use_cases.scheduling import AddToWaitlist

    admin = when(desk.actors["admin"], EARLY)
    other = await a_patient(admin)
    day = offer.start.date()
    following = await execute(admin, AddToWaitlist(other, desk.visit_types["consultation"], day, day))
    proof = await offer.proof()
    declined = await offer.press("decline", proof=proof)
    assert "interop-link-done" in declined.text
    assert offer.row()["status"] == "waiting"
    statuses = offer.server.clinic.admin_fetch("select status from clinic.waitlist_entry where id = %s", following)
    assert statuses == [{"status": "offered"}]
    assert "interop-link-over" in (await offer.press("take", proof=proof)).text
    assert offer.row()["status"] == "waiting", "what was declined is not taken any more"


async def test_without_the_birth_date_nothing_happens_and_guessing_ends(offer: Offer):
    before = offer.row()
    for fields in ({}, {"proof": "99999999999.00"}, WRONG):
        answer = await offer.press("take", **fields)
        assert "dr. Sari" not in answer.text
    for _ in range(9):
        offer.server.clinic.admin_fetch("delete from sec.sign_in_attempt")
        await offer.press("take", **WRONG)
    offer.server.clinic.admin_fetch("delete from sec.sign_in_attempt")
    assert (await offer.press("take", **BORN)).status_code == 404, "after ten wrong dates the link is dead"
    assert offer.row() == before


async def test_who_was_slower_is_told_so_and_waits_on(offer: Offer, desk: Practice):
    proof = await offer.proof()
    await desk.book(offer.start)
    answer = await offer.press("take", proof=proof)
    assert (answer.status_code, "tidak tersedia" in answer.text) == (409, True)
    assert offer.row()["status"] == "offered"


async def test_what_the_desk_took_back_is_over(offer: Offer, desk: Practice):
    proof = await offer.proof()
    await execute(when(desk.actors["admin"], EARLY), DeclineOffer(offer.entry))  # type: ignore[arg-type]
    assert "interop-link-over" in (await offer.press("open", **BORN)).text
    await offer.press("take", proof=proof)
    assert offer.row()["status"] == "waiting"


async def test_another_site_cannot_press_the_buttons(offer: Offer):
    proof = await offer.proof()
    answer = await offer.http.post(
        f"/a/{offer.code}", data={"action": "take", "proof": proof}, headers={"origin": "https://evil.example"}
    )
    assert (answer.status_code, offer.row()["status"]) == (403, "offered")


async def test_the_session_of_a_link_sees_its_one_offer_and_no_table_of_people(
    offer: Offer, clinic: Clinic, desk: Practice
):
    token = await clinic.gate.open_service("link", kind="link")
    tables = ("waitlist_entry", "patient", "appointment", "message", "outbox")
    with clinic.as_app(token) as connection:
        assert connection.execute("select * from clinic.offer_link").fetchall() == []
        assert connection.execute("select * from sec.linked_offer()").fetchall() == []
        connection.execute("select set_config('app.link', %s, true)", (offer.code,))
        assert [row["entry_id"] for row in connection.execute("select * from clinic.offer_link")] == [offer.entry]
        for table in tables:
            assert connection.execute(f"select 1 from clinic.{table}").fetchall() == [], table
    admin = await clinic.actor("admin")
    with clinic.as_app(admin.token) as connection:
        connection.execute("select set_config('app.link', %s, true)", (offer.code,))
        assert connection.execute("select * from sec.linked_offer()").fetchall() == [], "no door for people"
