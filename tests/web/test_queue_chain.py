"""The chain of service points as browsers drive it: over real sockets, each seen by the others."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from tests.conftest import Actors, Clinic
from tests.factories.queue import service_points
from tests.factories.scheduling import Practice, practice
from tests.web.browser import STATE, Tab
from tests.web.conftest import RunningServer
from tht_app.domain.queue import ServicePointId
from tht_app.use_cases.door import execute
from tht_app.use_cases.queue import CallNext, IssuedTicket, WalkIn

pytestmark = pytest.mark.integration

QUEUE = f"{STATE}.tht_app___state___queue___console____queue_state"
TICKET = f"{STATE}.tht_app___state___queue___ticket____ticket_state"
WALK_IN = f"{STATE}.tht_app___state___queue___arrivals____walk_in_state"
RULES = f"{STATE}.tht_app___state___queue___rules____queue_rules_state"
NOTICES = f"{STATE}.tht_app___state___feedback____notice_state"
Opened = Callable[..., Awaitable[Tab]]


@pytest.fixture(scope="module")
async def desk(clinic: Clinic, actors: Actors) -> Practice:
    """A clinic that can be booked."""
    return await practice(clinic, actors)


@pytest.fixture(scope="module")
async def points(desk: Practice) -> dict[str, ServicePointId]:
    """Where people wait."""
    return await service_points(desk)


@pytest.fixture
async def opened(server: RunningServer, points: dict[str, ServicePointId]) -> AsyncIterator[Opened]:
    """Open a page as somebody."""
    browsers = []

    async def open_as(who: str, path: str) -> Tab:
        browser = await server.signed_in(who)
        browsers.append(browser)
        return await browser.tab().open(path)

    yield open_as
    for browser in browsers:
        await browser.close()


@pytest.fixture
async def inside(desk: Practice, points: dict[str, ServicePointId]) -> IssuedTicket:
    """Somebody whom the first doctor has called."""
    request = WalkIn(await desk.patient(), desk.dokter, desk.visit_types["consultation"])  # type: ignore[arg-type]
    ticket: IssuedTicket = await execute(desk.actors["admin"], request)
    called = None
    while called is None or called.ticket_id != ticket.ticket_id:
        called = await execute(desk.actors["dokter"], CallNext(points["dokter"]))
    return ticket


def one(clinic: Clinic, statement: str, *parameters: object) -> Any:
    return next(iter(clinic.admin_fetch(statement, *parameters)[0].values()))


def said(tab: Tab) -> list[str]:
    return [notice["text_id"] for notice in tab.notices()]


def labels(tab: Tab) -> list[str]:
    return [ticket["label"] for ticket in tab.value("queue_state", "shown")["waiting"]]


async def until(condition: Callable[[], bool]) -> None:
    """Another tab is told within moments."""
    for _ in range(100):
        if condition():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("nothing came")


async def test_finishing_sends_on_the_pharmacy_sees_it_and_undo_takes_it_away(
    desk: Practice, points: dict[str, ServicePointId], opened: Opened, inside: IssuedTicket
) -> None:
    room, counter = await opened("dokter", "/queue?point=A"), await opened("apoteker", "/queue?point=F")
    assert "Siti" not in repr(room.value("queue_state", "tabs"))
    await room.fire(f"{QUEUE}.choose_next", "/queue?point=A", point_id=str(points["pharmacy"]))
    await room.fire(f"{QUEUE}.finish", "/queue?point=A", ticket_id=str(inside.ticket_id))
    assert said(room)[-1] == f"{inside.label} selesai, lanjut ke Loket F"
    await until(lambda: inside.label in labels(counter))
    step = room.value("queue_state", "shown")["recent"][0]
    assert step["undo"] == f"Panggil {inside.label} kembali dari Loket F"
    await room.fire(f"{QUEUE}.undo", "/queue?point=A", ticket_id=str(inside.ticket_id))
    await until(lambda: inside.label not in labels(counter))
    assert room.value("queue_state", "shown")["current"]["label"] == inside.label


async def test_a_forged_target_moves_nobody(
    clinic: Clinic, desk: Practice, points: dict[str, ServicePointId], opened: Opened, inside: IssuedTicket
) -> None:
    room = await opened("dokter", "/queue?point=A")
    for target in (str(inside.ticket_id), "'; drop table queue_ticket; --", str(points["dokter"])):
        form = {"point": str(points["dokter"]), "finish": str(inside.ticket_id), "send_to": target, "_key": target[:40]}
        before = one(clinic, "select count(*) from clinic.queue_ticket")
        await room.fire(f"{QUEUE}.call_next", "/queue?point=A", form=form)
        assert one(clinic, "select count(*) from clinic.queue_ticket") == before
    assert one(clinic, "select status from clinic.queue_ticket where id = %s", inside.ticket_id) in {"called", "done"}


async def test_the_sheet_keeps_priority_and_needs_moves_and_lets_go(
    clinic: Clinic, desk: Practice, points: dict[str, ServicePointId], opened: Opened
) -> None:
    request = WalkIn(await desk.patient(), desk.dokter2, desk.visit_types["consultation"])  # type: ignore[arg-type]
    ticket: IssuedTicket = await execute(desk.actors["admin"], request)
    path = "/queue?point=B"
    tab = await opened("perawat", path)
    await tab.fire(f"{TICKET}.open_ticket", path, ticket_id=str(ticket.ticket_id))
    assert tab.value("ticket_state", "shown")["label"] == ticket.label
    await tab.fire(f"{TICKET}.save", path, form={"ticket_priority": "nonsense"})
    assert set(tab.value("ticket_state", "errors")) == {"ticket_priority"}
    form = {"ticket_priority": "disabled", "ticket_visual": "on", "ticket_wheelchair": "on"}
    await tab.fire(f"{TICKET}.save", path, form=form)
    row = clinic.admin_fetch("select priority_reason, needs from clinic.queue_ticket where id = %s", ticket.ticket_id)[
        0
    ]
    assert (row["priority_reason"], row["needs"]) == ("disabled", ["visual", "wheelchair"])
    shown = next(each for each in tab.value("queue_state", "shown")["waiting"] if each["label"] == ticket.label)
    assert (shown["visual"], shown["sign"], shown["wheelchair"], shown["priority"]) == (True, False, True, "Difabel")
    await tab.fire(f"{TICKET}.open_ticket", path, ticket_id=str(ticket.ticket_id))
    await tab.fire(f"{TICKET}.move", path, point_id=str(points["dokter"]))
    assert ticket.label not in labels(tab)
    assert said(tab)[-1] == f"{ticket.label} dipindahkan ke Poli A"
    await tab.fire(f"{NOTICES}.undo", path, notice_id=tab.notices()[-1]["id"])
    assert ticket.label in labels(tab)
    back = next(each for each in tab.value("queue_state", "shown")["waiting"] if each["label"] == ticket.label)
    await tab.fire(f"{TICKET}.open_ticket", path, ticket_id=back["id"])
    await tab.fire(f"{TICKET}.leave", path)
    assert ticket.label not in labels(tab)


async def test_a_doctor_moves_but_neither_prefers_nor_sends_home(
    clinic: Clinic, desk: Practice, opened: Opened, inside: IssuedTicket
) -> None:
    path = "/queue?point=A"
    tab = await opened("dokter", path)
    await tab.fire(f"{TICKET}.open_ticket", path, ticket_id=str(inside.ticket_id))
    denials = one(clinic, "select count(*) from audit.event where action = 'deny'")
    await tab.fire(f"{TICKET}.save", path, form={"ticket_visual": "on"})
    await tab.fire(f"{TICKET}.leave", path)
    assert one(clinic, "select count(*) from audit.event where action = 'deny'") == denials + 2
    row = clinic.admin_fetch("select status, needs from clinic.queue_ticket where id = %s", inside.ticket_id)[0]
    assert (row["status"], row["needs"]) == ("called", [])


async def test_a_walk_in_without_a_doctor_waits_at_registration(
    clinic: Clinic, desk: Practice, points: dict[str, ServicePointId], opened: Opened
) -> None:
    tab = await opened("admin", "/queue?point=R")
    await tab.fire(f"{WALK_IN}.open_walk_in", "/queue?point=R")
    places = [option["value"] for option in tab.value("walk_in_state", "doctors")]
    assert set(places[:2]) == {str(desk.dokter), str(desk.dokter2)}
    assert places[2] == str(points["registration"])
    patient = await desk.patient()
    form = {"walk_in_patient": str(patient), "walk_in_doctor": places[2], "walk_in_type": "", "_key": "registration-1"}
    await tab.fire(f"{WALK_IN}.walk_in", "/queue?point=R", form=form)
    assert said(tab)[-1] == "Nomor antrean R-001"
    assert labels(tab) == ["R-001"]


async def test_the_owner_sets_after_how_many_a_skipped_patient_returns(clinic: Clinic, opened: Opened) -> None:
    tab = await opened("pemilik", "/settings")
    await tab.fire(f"{RULES}.load", "/settings")
    assert tab.value("queue_rules_state", "returns_after") == "2"
    for wrong in ("", "0", "21", "dua", "-3", "9" * 50):
        await tab.fire(f"{RULES}.save", "/settings", form={"returns_after": wrong, "_key": f"rules-{wrong[:9]}"})
        assert set(tab.value("queue_rules_state", "errors")) == {"returns_after"}, wrong
    await tab.fire(f"{RULES}.save", "/settings", form={"returns_after": "3", "_key": "rules-right"})
    assert one(clinic, "select value ->> 'returns_after' from clinic.setting where key = 'queue'") == "3"
