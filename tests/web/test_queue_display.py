"""A television and a phone in front of a running server: what reaches them, when, and what never does."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest

from tests.conftest import Actors, Clinic
from tests.factories.queue_display import FIRST_NAME, SECRETS, waiting_room, walk_in
from tests.factories.scheduling import Practice, practice
from tests.web.browser import STATE, Browser, SocketRefused, Tab
from tests.web.conftest import RunningServer
from tests.web.matrix import all_handlers, payload_for, table
from tests.web.test_permission_matrix import answer_to, picture, through
from tht_app.domain.queue import ServicePointId
from tht_app.use_cases.door import execute
from tht_app.use_cases.queue import CallNext, FinishTicket, IssuedTicket
from tht_app.use_cases.queue.displays import (
    ChangeDisplay,
    CreateDisplay,
    Look,
    Pairing,
    RenewDisplay,
    RevokeDisplay,
)
from tht_app.use_cases.queue.tickets import PrintTicket

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]

DISPLAY = f"{STATE}.tht_app___state___queue___display____display_state"
BOARD = f"{STATE}.tht_app___state___queue___display____board_state"
ALLOWED = {
    "queue.display.display_state.load",
    "queue.display.display_state.alive",
    "queue.display.board_state.load",
}
"""Typed by hand: all that a television may ask for, beside what Reflex itself needs."""
NEWS_SECONDS = 10.0
"""So long a call may take on a busy machine; `bench.fanout` says how long it does take."""


class Room:
    """What the tests of this module share."""

    def __init__(self, clinic: Clinic, desk: Practice, points: dict[str, ServicePointId], pairing: Pairing) -> None:
        self.clinic, self.desk, self.points, self.pairing = clinic, desk, points, pairing

    async def call(self) -> IssuedTicket:
        """Somebody with a secret name comes and is called at once; who was inside is done."""
        ticket = await walk_in(self.desk, self.desk.actors["admin"])
        called = None
        while called is None or called.ticket_id != ticket.ticket_id:
            called = await execute(self.desk.actors["admin"], CallNext(self.points["dokter"]))
        return ticket

    async def code(self, ticket: IssuedTicket) -> str:
        sheet = await execute(self.desk.actors["admin"], PrintTicket(ticket.ticket_id))
        return sheet.url.rsplit("/", 1)[1]


@pytest.fixture(scope="module")
async def room(clinic: Clinic, actors: Actors) -> Room:
    """Two doctors, signs at their doors, one television."""
    desk = await practice(clinic, actors)
    return Room(clinic, desk, *await waiting_room(desk))


@pytest.fixture
async def television(server: RunningServer, room: Room) -> AsyncIterator[Browser]:
    """A browser that opened the address of the display."""
    browser = server.browser(address="203.0.113.60")
    answer = await browser.http.get(f"/display/{room.pairing.token}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/display")
    yield browser
    await browser.close()


async def shown(browser: Browser) -> Tab:
    """The television shows its board."""
    tab = await browser.tab().open("/display")
    await tab.fire(f"{DISPLAY}.load", "/display")
    await tab.fire(f"{BOARD}.load", "/display")
    return tab


async def news_of(tab: Tab, label: str) -> None:
    """Wait until the board of this tab has a call."""
    async with asyncio.timeout(NEWS_SECONDS):
        while label not in {call["label"] for call in tab.value("board_state", "calls") or []}:
            await tab.news()


async def test_a_call_reaches_every_display_by_itself(server: RunningServer, room: Room) -> None:
    browsers = [server.browser(address=f"203.0.113.{70 + number}") for number in range(20)]
    for browser in browsers:
        assert (await browser.http.get(f"/display/{room.pairing.token}")).status_code == 303
    tabs = await asyncio.gather(*(shown(browser) for browser in browsers))
    ticket = await room.call()
    await asyncio.gather(*(news_of(tab, ticket.label) for tab in tabs))
    call = next(call for call in tabs[0].value("board_state", "calls") if call["label"] == ticket.label)
    assert call["place"] == "Ruang 1"
    assert call["clips"] == ["nomor-antrean", "a", *ticket.label[2:], "silakan-ke", "ruang", "1"]
    assert len({json.dumps(tab.value("board_state", "calls")) for tab in tabs}) == 1
    for browser in browsers:
        await browser.close()


async def test_no_byte_of_a_patient_reaches_a_television(television: Browser, room: Room) -> None:
    tab = await shown(television)
    ticket = await room.call()
    await news_of(tab, ticket.label)
    everything = json.dumps(tab.updates)
    assert ticket.label in everything
    for secret in (*SECRETS, str(ticket.ticket_id), str(ticket.patient_id)):
        assert secret not in everything


async def test_a_television_may_do_nothing_else(
    server: RunningServer, television: Browser, room: Room, clinic: Clinic
) -> None:
    ticket = await room.call()
    tab = await television.tab().open("/nowhere")
    before, came = picture(clinic), []
    denied = [name for name in all_handlers() if name not in ALLOWED and not name.startswith("reflex.")]
    assert all_handlers().keys() >= ALLOWED
    for name in denied:
        full = all_handlers()[name]
        news = await through(tab, full, payload_for(full, ticket.patient_id))
        came.extend(news)
    rows = clinic.admin_fetch(
        "select count(*) as count from audit.event e join sec.person p on p.id = e.person_id "
        "where e.action = 'deny' and p.username = 'display'"
    )
    assert rows[0]["count"] == len(denied)
    for cell in table():
        if cell.kind in {"route", "file"} and "nobody" not in cell.allowed and "/session/" not in cell.name:
            answer = await answer_to(television, cell.name, ticket.patient_id)
            # The clinic's lock knows a session, not a person: it tells a display its own name.
            away = answer.headers.get("location", "").startswith("/signin")
            assert answer.status_code == 403 or away or cell.name in {"GET /session", "POST /signout"}, cell.name
            assert FIRST_NAME not in answer.text
            if cell.name == "POST /signout":
                assert (await television.http.get("/display/again")).status_code == 303
    assert picture(clinic) == before
    assert FIRST_NAME not in json.dumps(came)


async def test_a_forged_address_gets_the_same_page_as_an_unknown_one_and_is_slowed_down(server: RunningServer) -> None:
    stranger = server.browser(address="203.0.113.120")
    first = await stranger.http.get(f"/display/{'ab' * 32}")
    for token in ("x", "f" * 64, "%27%20or%201=1", "A" * 200):
        answer = await stranger.http.get(f"/display/{token}")
        assert (answer.status_code, answer.text) == (404, first.text)
        assert "sid" not in answer.cookies
    for _ in range(40):
        answer = await stranger.http.get(f"/display/{uuid4().hex}")
    assert answer.status_code == 429
    await stranger.close()


async def test_one_television_opened_ten_times_goes_on_and_a_forged_address_changes_nothing(
    server: RunningServer, television: Browser, room: Room
) -> None:
    tabs = [await shown(television)]
    for _ in range(10):
        answer = await television.http.get(f"/display/{room.pairing.token}")
        assert (answer.status_code, answer.headers["location"]) == (303, "/display")
        tabs.append(await shown(television))
    stranger = server.browser(address="203.0.113.126")
    assert (await stranger.http.get(f"/display/{room.pairing.token[:-1]}0x")).status_code == 404
    with pytest.raises(SocketRefused):
        await stranger.tab().open("/display")
    ticket = await room.call()
    await asyncio.gather(*(news_of(tab, ticket.label) for tab in tabs))
    await stranger.close()


async def test_a_browser_of_staff_does_not_become_a_television(server: RunningServer, room: Room) -> None:
    browser = await server.signed_in("admin", address="203.0.113.121")
    session = browser.session
    answer = await browser.http.get(f"/display/{room.pairing.token}")
    assert answer.status_code == 409
    assert browser.session == session
    assert "set-cookie" not in answer.headers or "sid=" not in answer.headers["set-cookie"]
    await browser.close()


async def test_a_television_that_lost_its_session_comes_back_by_itself(
    server: RunningServer, television: Browser
) -> None:
    del television.http.cookies["sid"]
    assert (await television.page("/display"))["location"] == "/display/again"
    answer = await television.http.get("/display/again")
    assert (answer.status_code, answer.headers["location"]) == (303, "/display")
    await shown(television)
    stranger = server.browser(address="203.0.113.122")
    assert (await stranger.page("/display"))["location"] == "/display/again"
    assert (await stranger.http.get("/display/again")).status_code == 404
    await stranger.close()


async def test_the_token_of_the_device_goes_to_its_own_addresses_only(server: RunningServer, room: Room) -> None:
    browser = server.browser(address="203.0.113.123")
    answer = await browser.http.get(f"/display/{room.pairing.token}")
    (device,) = [line for line in answer.headers.get_list("set-cookie") if line.startswith("display_device=")]
    assert "HttpOnly" in device
    assert "Path=/display" in device
    assert "SameSite=lax" in device
    await browser.close()


@pytest.mark.parametrize("deed", ["revoke", "renew"])
async def test_a_display_that_is_given_up_goes_dark(server: RunningServer, room: Room, deed: str) -> None:
    admin = room.desk.actors["admin"]
    made = await execute(admin, CreateDisplay(Look("Sebentar")))
    browser = server.browser(address="203.0.113.124")
    await browser.http.get(f"/display/{made.token}")
    tab = await shown(browser)
    await execute(admin, RevokeDisplay(made.id) if deed == "revoke" else RenewDisplay(made.id))
    async with asyncio.timeout(5):
        await tab.closed.wait()
    assert (await browser.http.get("/display/again")).status_code == 404
    with pytest.raises(SocketRefused):
        await browser.tab().open("/display")
    await browser.close()


async def test_a_display_follows_its_setup(server: RunningServer, room: Room) -> None:
    admin = room.desk.actors["admin"]
    made = await execute(admin, CreateDisplay(Look("Farmasi", (room.points["pharmacy"],), "en", "light", voice=False)))
    browser = server.browser(address="203.0.113.125")
    await browser.http.get(f"/display/{made.token}")
    tab = await shown(browser)
    look = tab.value("display_state", "look")
    assert (look["lang"], look["theme"], look["voice"]) == ("en", "light", False)
    ticket = await room.call()
    await asyncio.sleep(0.5)
    assert tab.value("board_state", "calls") == []
    await execute(admin, ChangeDisplay(made.id, Look("Farmasi")))
    for _ in range(100):
        if tab.value("display_state", "look")["version"] != look["version"]:
            break
        await asyncio.sleep(0.02)
    await tab.fire(f"{BOARD}.load", "/display")
    await news_of(tab, ticket.label)
    await browser.close()


async def test_a_display_keeps_its_session_alive(television: Browser, clinic: Clinic) -> None:
    clinic.admin_fetch(
        "update sec.session set last_active_at = now() - interval '2 days', expires_at = now() + interval '1 hour' "
        "where kind = 'display'"
    )
    tab = await shown(television)
    await tab.fire(f"{DISPLAY}.alive", "/display")
    rows = clinic.admin_fetch("select max(expires_at) > now() + interval '29 days' as long from sec.session")
    assert rows[0]["long"]


# ---- the ticket on a phone -----------------------------------------------------------------------------------------


async def test_a_phone_sees_its_number_is_called_and_answers(server: RunningServer, room: Room, clinic: Clinic) -> None:
    admin = room.desk.actors["admin"]
    waiting = await walk_in(room.desk, admin)
    code = await room.code(waiting)
    phone = server.browser(address="203.0.113.130")
    page = await phone.http.get(f"/ticket/{code}")
    assert page.status_code == 200
    assert waiting.label in page.text
    assert "ticket-waiting" in page.text
    async with phone.http.stream("GET", f"/ticket/{code}/events") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        lines = stream.aiter_lines()
        marks: list[str] = []

        async def mark() -> str:
            async for line in lines:
                if line.startswith("data: "):
                    marks.append(line)
                    return line.removeprefix("data: ")
            raise AssertionError("the stream ended")

        assert (await asyncio.wait_for(mark(), NEWS_SECONDS)).startswith("quiet-")
        called = None
        while called is None or called.ticket_id != waiting.ticket_id:
            called = await execute(admin, CallNext(room.points["dokter"]))
        while not (await asyncio.wait_for(mark(), NEWS_SECONDS)).startswith("called-"):
            pass
    page = await phone.http.get(f"/ticket/{code}")
    assert "ticket-called" in page.text
    assert "Ruang 1" in page.text
    seen = "select seen_calls from clinic.ticket_link where code = %s"
    assert clinic.admin_fetch(seen, code)[0]["seen_calls"] == 0
    assert (await phone.http.post(f"/ticket/{code}/seen")).status_code == 303
    assert clinic.admin_fetch(seen, code)[0]["seen_calls"] == 1
    assert "ticket-seen" in (await phone.http.get(f"/ticket/{code}")).text
    await execute(admin, FinishTicket(waiting.ticket_id))
    assert "ticket-called" not in (await phone.http.get(f"/ticket/{code}")).text
    await phone.close()


async def test_no_byte_of_a_patient_reaches_a_phone(server: RunningServer, room: Room) -> None:
    ticket = await room.call()
    code = await room.code(ticket)
    phone = server.browser(address="203.0.113.131")
    came = [(await phone.http.get(f"/ticket/{code}{query}")).text for query in ("", "?lang=en")]
    async with phone.http.stream("GET", f"/ticket/{code}/events", timeout=1.5) as stream:
        with contextlib.suppress(httpx.ReadTimeout):
            async for line in stream.aiter_lines():
                came.append(line)  # noqa: PERF401  the stream ends with an error, what came before it counts
    everything = "\n".join(came)
    assert ticket.label in everything
    for secret in (*SECRETS, str(ticket.ticket_id), str(ticket.patient_id)):
        assert secret not in everything
    await phone.close()


async def test_codes_cannot_be_tried_out(server: RunningServer) -> None:
    stranger = server.browser(address="203.0.113.132")
    for code in ("x", "2" * 16, "A" * 16, "%27or1=1"):
        assert (await stranger.http.get(f"/ticket/{code}")).status_code == 404
        assert (await stranger.http.get(f"/ticket/{code}/events")).status_code == 404
        assert (await stranger.http.post(f"/ticket/{code}/seen")).status_code == 404
    for _ in range(30):
        answer = await stranger.http.get("/ticket/" + "3" * 16)
    assert answer.status_code == 429
    await stranger.close()


async def test_a_ticket_of_yesterday_has_no_page(server: RunningServer, room: Room, clinic: Clinic) -> None:
    code = await room.code(await room.call())
    clinic.admin_fetch("update clinic.ticket_link set day = day - 1 where code = %s", code)
    phone = server.browser(address="203.0.113.133")
    assert (await phone.http.get(f"/ticket/{code}")).status_code == 404
    await phone.close()


async def test_the_message_goes_to_the_patients_own_phone_and_is_audited(
    server: RunningServer, room: Room, clinic: Clinic
) -> None:
    ticket = await room.call()
    browser = await server.signed_in("admin", address="203.0.113.134")
    answer = await browser.http.get(f"/files/tickets/{ticket.ticket_id}/whatsapp")
    assert answer.status_code == 409, "this patient has no telephone"
    clinic_row = clinic.admin_fetch(
        "select count(*) as count from audit.event where request = 'queue.tickets.TicketMessage' and action = 'export'"
    )
    assert clinic_row[0]["count"] == 0
    await browser.close()
