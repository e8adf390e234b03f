"""Every cell of docs/permissions.csv, tried over a real socket or route.

Refused: no row changed, not a byte of a patient came back, one audit entry. Allowed: not refused, and where the table
of effects below names one, the effect is there.
"""

import asyncio
import json
import time
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.conftest import Clinic
from tests.factories.registration import a_patient
from tests.web.browser import Browser, SocketRefused, Tab
from tests.web.conftest import PASSWORD, RunningServer
from tests.web.matrix import (
    CANARY,
    FIRST_NAME,
    ROLES,
    ROOT,
    USERS,
    Cell,
    all_handlers,
    all_pages,
    all_routes,
    all_websockets,
    payload_for,
    table,
)
from tht_app.components.layout.registry import PAGES
from tht_app.domain.identity import ROLE_PERMISSIONS, Role

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]

CELLS = table()
EVENTS = [cell for cell in CELLS if cell.kind == "event"]
SECONDS_PER_EVENT = 0.06
"""Two events a cell, and a session may send forty a second."""
REFUSED = {401, 403, 410}
SIGNING_IN = {"POST /signin", "POST /signin/passkey"}
"""Open to everybody, and a wrong answer is a refusal."""
ENDING = {"POST /signout", "POST /session/unlock"}
TABLES = (
    "select schemaname, tablename from pg_tables "
    "where schemaname = 'clinic' or schemaname = 'sec' and tablename in ('person', 'person_role', 'credential')"
)


def named(kind: str) -> set[str]:
    """Names of the rows of one kind."""
    return {cell.name for cell in CELLS if cell.kind == kind}


def test_every_handler_stands_in_the_table_and_nothing_else_does():
    assert named("event") == set(all_handlers())


def test_every_page_stands_in_the_table_and_nothing_else_does():
    assert named("page") == all_pages()


def test_every_route_stands_in_the_table_and_nothing_else_does():
    assert named("route") | named("file") == all_routes()


def test_every_line_stands_in_the_table_and_nothing_else_does():
    assert named("websocket") == all_websockets()


@pytest.fixture(scope="module")
async def canary(clinic: Clinic, actors) -> UUID:
    """A patient that only some may see."""
    return await a_patient(actors["admin"], name=CANARY)


def picture(clinic: Clinic) -> dict[str, str]:
    """A digest of every table that holds something of the clinic."""
    parts = [
        f"select '{row['tablename']}' as name, count(*) || ' ' || "
        "coalesce(md5(string_agg(t::text, '|' order by t::text)), '') as digest "
        f"from {row['schemaname']}.{row['tablename']} t"
        for row in clinic.admin_fetch(TABLES)
    ]
    return {row["name"]: row["digest"] for row in clinic.admin_fetch(" union all ".join(parts))}


def denials(clinic: Clinic, username: str) -> list[str]:
    """What was refused to this person, oldest first; not what is nobody's, or somebody else's patient's."""
    rows = clinic.admin_fetch(
        "select e.request from audit.event e join sec.person p on p.id = e.person_id "
        "where e.action = 'deny' and e.outcome = 'denied' and e.reason is distinct from 'common.not_found' "
        "and p.username = %s order by e.at, e.id",
        username,
    )
    return [row["request"] for row in rows]


async def through(tab: Tab, full: str, payload: dict[str, Any]) -> list[dict[str, Any]]:
    """Fire an event, then a framework event whose answer is known; events of a tab are worked off in order."""
    start, before = time.monotonic(), len(tab.updates)
    await tab.send(full, "/", payload)
    await tab.send(f"{ROOT}.set_is_hydrated", "/", {"value": True})
    for _ in range(1500):
        news = tab.updates[before:]
        if any("is_hydrated_rx_state_" in (update.get("delta") or {}).get(ROOT, {}) for update in news):
            break
        await asyncio.sleep(0.02)
    else:
        raise AssertionError(f"no answer after {full}")
    await asyncio.sleep(max(0.0, SECONDS_PER_EVENT - (time.monotonic() - start)))
    return tab.updates[before:]


def mine(role: str, *, allowed: bool) -> list[tuple[Cell, str]]:
    handlers = all_handlers()
    return [(cell, handlers[cell.name]) for cell in EVENTS if (role in cell.allowed) == allowed]


async def refused_of(server: RunningServer, role: str, canary: UUID) -> tuple[list[str], list[str], list[Any]]:
    """Fire all that this role must not do: what should have been refused, what was, and what came back."""
    browser = await server.signed_in(USERS[role], address=f"198.51.100.{ROLES.index(role) + 100}")
    tab = await browser.tab().open("/nowhere")
    already = len(denials(server.clinic, USERS[role]))
    came: list[Any] = []
    handlers = [full for _, full in mine(role, allowed=False)]
    for full in handlers:
        came.extend(await through(tab, full, payload_for(full, canary)))
    await browser.close()
    return handlers, denials(server.clinic, USERS[role])[already:], came


async def test_a_refused_event_changes_nothing_shows_nothing_and_is_audited_once(server: RunningServer, canary: UUID):
    before = picture(server.clinic)
    results = await asyncio.gather(*(refused_of(server, role, canary) for role in ROLES))
    assert picture(server.clinic) == before
    for role, (expected, audited, came) in zip(ROLES, results, strict=True):
        assert expected, role
        assert audited == expected, role
        assert FIRST_NAME not in json.dumps(came), role


async def allowed_of(server: RunningServer, role: str, canary: UUID) -> dict[str, list[str]]:
    """Fire all that this role may do; what was refused after all, by handler."""
    browser = await server.signed_in(USERS[role], address=f"198.51.100.{ROLES.index(role) + 120}")
    tab = await browser.tab().open("/nowhere")
    already = len(denials(server.clinic, USERS[role]))
    wrong: dict[str, list[str]] = {}
    for cell, full in mine(role, allowed=True):
        await through(tab, full, payload_for(full, canary))
        news = denials(server.clinic, USERS[role])[already:]
        already += len(news)
        if news:
            wrong[cell.name] = news
    await browser.close()
    return wrong


async def test_an_allowed_event_is_not_refused(server: RunningServer, canary: UUID):
    results = await asyncio.gather(*(allowed_of(server, role, canary) for role in ROLES))
    assert dict(zip(ROLES, results, strict=True)) == {role: {} for role in ROLES}


async def test_without_a_session_no_event_arrives_at_all(server: RunningServer, actors):
    stranger = server.browser()
    cookies = ("", f"sid={'00' * 32}", "sid=x", f"sid={actors['worker'].token}", f"__Host-sid={actors['admin'].token}")
    for cookie in cookies:
        with pytest.raises(SocketRefused):
            await stranger.tab().open(cookie=cookie)
    await stranger.close()


async def pages_of(server: RunningServer, role: str, canary: UUID) -> dict[str, str]:
    """Open every page in this role: what is wrong, by page."""
    browser = await server.signed_in(USERS[role], address=f"198.51.100.{ROLES.index(role) + 140}")
    permissions = ROLE_PERMISSIONS[Role(role)]
    wrong: dict[str, str] = {}
    for cell in (cell for cell in CELLS if cell.kind == "page"):
        path = (
            cell.name.replace("[patient_id]", str(canary))
            .replace("[encounter_id]", str(uuid4()))
            .replace("[id]", str(canary))
        )
        allowed = role in cell.allowed
        if permissions.isdisjoint(PAGES[cell.name].needs) == allowed:
            wrong[cell.name] = "the table and the page's own needs differ"
        already = len(denials(server.clinic, USERS[role]))
        tab = await browser.tab().open(path)
        await tab.settle(0.2)
        news = denials(server.clinic, USERS[role])[already:]
        if allowed and news:
            wrong[cell.name] = f"refused: {news}"
        if not allowed and not news:
            wrong[cell.name] = "loads nothing that is refused"
        if not allowed and FIRST_NAME in json.dumps(tab.updates):
            wrong[cell.name] = "shows a patient"
        await tab.close()
    await browser.close()
    return wrong


async def test_pages_load_for_those_they_are_for_only(server: RunningServer, canary: UUID):
    results = await asyncio.gather(*(pages_of(server, role, canary) for role in ROLES))
    assert dict(zip(ROLES, results, strict=True)) == {role: {} for role in ROLES}


def request_of(name: str, canary: UUID) -> tuple[str, str, dict[str, Any]]:
    """Method, address and body for a row of the table."""
    method, path = name.split(" ", 1)
    for part, value in (
        ("{patient_id:uuid}", canary),
        ("{consent_id:uuid}", uuid4()),
        ("{section}", "subjective"),
        ("{upload:uuid}", uuid4()),
        ("{file:uuid}", uuid4()),
        ("{letter:uuid}", uuid4()),
        ("{template}", uuid4()),
        ("{offset:int}", 0),
        ("{page:int}", 1),
    ):
        path = path.replace(part, str(value))
    path = (
        path.replace("{encounter}", str(uuid4()))
        .replace("{document}", f"{uuid4()}.pdf")
        .replace("{ticket}", str(uuid4()))
        .replace("{code}", "AAAABBBBCCCC")
        .replace("{version}", "1")
    )
    more: dict[str, Any] = {"headers": {"Idempotency-Key": uuid4().hex}}
    if path == "/session/unlock":
        more["json"] = {"password": PASSWORD}
    if path == "/uploads":
        more["json"] = {"encounter": str(uuid4()), "name": "foto.jpg", "size": 9, "kind": "photo", "side": "none",
                        "site": "ear"}  # fmt: skip
    if path == "/import/patients":
        more["files"] = {"file": ("pasien.csv", b"nama\nx\n")}
    return method, path, more


async def answer_to(browser: Browser, name: str, canary: UUID):
    method, path, more = request_of(name, canary)
    return await browser.http.request(method, path, **more)


async def routes_of(server: RunningServer, role: str, canary: UUID, *, allowed: bool) -> dict[str, Any]:
    """Call every route that this role may, or must not, call: what is wrong, by route."""
    browser = await server.signed_in(USERS[role], address=f"198.51.100.{ROLES.index(role) + (160 if allowed else 170)}")
    routes = [cell for cell in CELLS if cell.kind in {"route", "file"} and cell.name != "POST /signout"]
    wrong: dict[str, Any] = {}
    for cell in sorted(routes, key=lambda cell: cell.name in ENDING):
        if "nobody" in cell.allowed or (role in cell.allowed) != allowed:
            continue
        already = len(denials(server.clinic, USERS[role]))
        answer = await answer_to(browser, cell.name, canary)
        refused, told = answer.status_code, len(denials(server.clinic, USERS[role])) - already
        if (allowed and refused in REFUSED) or (not allowed and (refused, told) != (403, 1)):
            wrong[cell.name] = (refused, told)
        if not allowed and FIRST_NAME in answer.text:
            wrong[cell.name] = "shows a patient"
    await browser.close()
    return wrong


async def test_a_refused_route_changes_nothing_shows_nothing_and_is_audited_once(server: RunningServer, canary: UUID):
    before = picture(server.clinic)
    results = await asyncio.gather(*(routes_of(server, role, canary, allowed=False) for role in ROLES))
    assert dict(zip(ROLES, results, strict=True)) == {role: {} for role in ROLES}
    assert picture(server.clinic) == before


async def test_an_allowed_route_is_not_refused(server: RunningServer, canary: UUID):
    results = await asyncio.gather(*(routes_of(server, role, canary, allowed=True) for role in ROLES))
    assert dict(zip(ROLES, results, strict=True)) == {role: {} for role in ROLES}


async def test_without_a_session_only_the_public_routes_answer(server: RunningServer, canary: UUID):
    stranger = server.browser(address="198.51.100.180")
    for cell in CELLS:
        if cell.kind in {"route", "file"}:
            answer = await answer_to(stranger, cell.name, canary)
            refused = answer.status_code in REFUSED
            assert refused != ("nobody" in cell.allowed) or cell.name in SIGNING_IN, cell.name
        if cell.kind == "page":
            shown = await stranger.page(cell.name.replace("[", "").replace("]", ""))
            door = "/display/again" if cell.name == "/display" else "/signin"  # a television never signs in
            assert (shown["status"], shown["location"].split("?")[0]) == (303, door), cell.name
    await stranger.close()


EFFECTS: dict[str, tuple[str, dict[str, Any], str]] = {
    "person.person_state.choose_language": (
        "cashier",
        {"lang": "en"},
        "select 1 from sec.person where username = 'kasir' and lang = 'en'",
    ),
    "identity.people.people_state.create": (
        "owner",
        {"form": {"username": "baru.sekali", "display_name": "Orang Baru", "password": PASSWORD, "role_nurse": "on"}},
        (
            "select 1 from sec.person p join sec.person_role r on r.person_id = p.id "
            "where p.username = 'baru.sekali' and r.role = 'nurse'"
        ),
    ),
    "identity.people.my_password_state.change": (
        "auditor",
        {"form": {"present": PASSWORD, "password": "sembilan-Layang-merah"}},
        (
            "select 1 from sec.credential c join sec.person p on p.id = c.person_id "
            "where p.username = 'auditor' and c.password_hash <> "
            "(select o.password_hash from sec.credential o join sec.person q on q.id = o.person_id "
            "where q.username = 'kasir')"
        ),
    ),
}


@pytest.mark.parametrize("name", EFFECTS)
async def test_what_is_allowed_also_happens(server: RunningServer, name: str):
    role, payload, proof = EFFECTS[name]
    server.clinic.admin_fetch("update sec.person set lang = 'id'")
    assert server.clinic.admin_fetch(proof) == []
    browser = await server.proved(USERS[role], address="198.51.100.190")
    tab = await browser.tab().open("/nowhere")
    await through(tab, all_handlers()[name], payload)
    assert server.clinic.admin_fetch(proof) != [], tab.notices()
    await browser.close()


async def test_a_search_by_the_front_desk_finds_the_patient(server: RunningServer, canary: UUID):
    browser = await server.signed_in("admin", address="198.51.100.191")
    tab = await browser.tab().open("/nowhere")
    came = await through(
        tab, all_handlers()["registration.picker.search_box_state.search"], {"text": FIRST_NAME, "question": "1"}
    )
    assert CANARY in json.dumps(came)
    await browser.close()
