"""The outermost layer: who may open a socket, what an answer tells a browser, what a request may carry."""

import asyncio
import json
import re
from uuid import UUID

import httpx
import pytest

from tests.conftest import Actors, Clinic
from tests.factories.encounter import make_patient, make_visit
from tests.web.browser import SocketRefused
from tests.web.conftest import RunningServer
from tests.web.matrix import FIRST_NAME
from tests.web.nonsense import AT_ONCE, INSIDE, NO_HTTP, SECONDS, Sent, answer, nonsense, plain
from tht_app.domain.proof import Sensitive
from tht_app.web.edge import is_odd, is_public
from tht_app.web.identity.signin import local_path
from tht_app.web.policy import ContentPolicy, script_hashes

pytestmark = pytest.mark.integration

SEARCH = "reflex___state____state.tht_app___state___registration___picker____search_box_state.search"


@pytest.mark.parametrize("origin", ["https://evil.example", "null", None, "http://127.0.0.1:1"])
async def test_a_socket_from_another_site_is_refused_even_with_a_live_cookie(server: RunningServer, origin: str | None):
    browser = await server.signed_in("admin")
    with pytest.raises(SocketRefused):
        await browser.tab().open(origin=origin)
    await browser.close()


async def test_whoever_copies_a_tab_token_gets_an_empty_tab_of_their_own(server: RunningServer, actors):
    from tests.factories.registration import a_patient

    await a_patient(actors["admin"], name=f"{FIRST_NAME} Sukmawijaya")
    victim = await server.signed_in("admin")
    tab = await victim.tab().open("/nowhere")
    await tab.fire(SEARCH, text=FIRST_NAME, question="1")
    assert FIRST_NAME in json.dumps(tab.updates)
    thief = await server.signed_in("kasir", address="198.51.100.31")
    beside = await thief.tab(tab.token).open("/nowhere")
    assert beside.token != tab.token
    assert FIRST_NAME not in json.dumps(beside.updates)
    copied = tab.token
    await tab.close()
    await asyncio.sleep(0.2)
    after = await thief.tab(copied).open("/nowhere")
    assert after.token != copied
    assert FIRST_NAME not in json.dumps(after.updates)
    assert after.value("person_state", "username") == "kasir"
    silent = await thief.tab(copied).open("/nowhere", boot=False)
    await silent.settle(0.5)
    assert FIRST_NAME not in json.dumps(silent.updates)
    await victim.close()
    await thief.close()


async def test_the_next_person_in_the_same_tab_sees_nothing_of_the_former(server: RunningServer):
    browser = await server.signed_in("admin")
    tab = await browser.tab().open("/nowhere")
    await tab.fire(SEARCH, text=FIRST_NAME, question="1")
    assert FIRST_NAME in json.dumps(tab.updates)
    await browser.http.post("/signout")
    await asyncio.wait_for(tab.closed.wait(), 3)
    from tests.web.conftest import PASSWORD

    await browser.sign_in("auditor", PASSWORD)
    following = await browser.tab(tab.token).open("/nowhere")
    assert FIRST_NAME not in json.dumps(following.updates)
    assert following.value("person_state", "username") == "auditor"
    await browser.close()


async def test_a_role_taken_away_works_at_the_next_click(server: RunningServer):
    browser = await server.signed_in("perawat", address="198.51.100.32")
    tab = await browser.tab().open("/nowhere")
    await tab.fire(SEARCH, text=FIRST_NAME, question="1")
    assert FIRST_NAME in json.dumps(tab.updates)
    taken = "delete from sec.person_role where person_id = %s and role = 'nurse'"
    person = server.clinic.person_id("perawat")
    server.clinic.admin_fetch(taken, person)
    try:
        await asyncio.sleep(2.1)
        answer = await tab.fire(SEARCH, text=FIRST_NAME, question="1")
        assert FIRST_NAME not in json.dumps(answer)
        assert tab.value("person_state", "permissions") == []
    finally:
        server.clinic.admin_fetch("insert into sec.person_role (person_id, role) values (%s, 'nurse')", person)
    await browser.close()


async def test_one_session_cannot_hold_a_thousand_sockets(server: RunningServer):
    browser = await server.signed_in("admin", address="198.51.100.33")
    for _ in range(40):
        await browser.tab().open(boot=False)
    with pytest.raises(SocketRefused):
        await browser.tab().open(boot=False)
    await browser.close()


async def test_every_answer_carries_the_security_headers(server: RunningServer, browser):
    for path in ("/signin", "/patients", "/health", "/plain.css", "/nothing/here"):
        headers = (await browser.http.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff", path
        assert headers["x-frame-options"] == "DENY", path
        assert headers["referrer-policy"] == "same-origin", path
        assert headers["cross-origin-opener-policy"] == "same-origin", path
        assert "unsafe-eval" not in headers["content-security-policy"], path
        assert "default-src 'none'" in headers["content-security-policy"], path
    assert (await browser.http.get("/signin")).headers["cache-control"] == "no-store"


async def test_the_sign_in_page_has_no_inline_script_or_style_and_works_without_its_files(browser):
    page = await browser.http.get("/signin")
    scripts = re.findall(r"<script[^>]*>", page.text)
    assert scripts == [f'<script type="module" src="/{name}.js">' for name in ("passkey_page", "plain_page")]
    assert re.search(r"<script[^>]*>[^<]", page.text) is None
    assert "style=" not in page.text
    assert "<style" not in page.text
    policy = page.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert "unsafe-inline" not in policy


async def test_the_sign_in_page_speaks_both_languages_and_remembers(browser):
    assert "Masuk dengan akun" in (await browser.http.get("/signin")).text
    english = await browser.http.get("/signin?lang=en&next=/patients")
    assert 'lang="en"' in english.text
    assert "Sign in with" in english.text
    assert 'value="/patients"' in english.text
    assert "Sign in with" in (await browser.http.get("/signin")).text


@pytest.mark.parametrize(
    "path", ["/_upload", "/_upload/x.pdf", "/_all_routes", "/_health", "/_event", "/_event/?EIO=4&transport=polling"]
)
async def test_what_reflex_would_serve_by_itself_is_closed(server: RunningServer, path: str):
    browser = await server.signed_in("admin", address="198.51.100.34")
    assert (await browser.http.get(path)).status_code == 404
    assert (await browser.http.post(path)).status_code == 404
    await browser.close()


async def test_other_methods_and_other_hosts_are_refused(server: RunningServer, browser):
    assert (await browser.http.request("TRACE", "/signin")).status_code == 405
    assert (await browser.http.get("/signin", headers={"Host": "evil.example"})).status_code == 421
    probe = await browser.http.get("/health", headers={"Host": "10.0.0.5:8000"})
    assert probe.status_code == 200


async def test_a_body_longer_than_it_says_is_cut_off(server: RunningServer):
    browser = await server.signed_in("admin", address="198.51.100.35")

    async def drip():
        for _ in range(40):
            yield b"x" * 100_000

    try:
        answer = await browser.http.post("/session/unlock", content=drip())
        assert answer.status_code >= 400
    except httpx.TransportError:
        pass
    assert (await browser.http.get("/session")).status_code == 200
    await browser.close()


@pytest.mark.parametrize("query", ["?next=https://evil.example", "?next=//evil.example", "?next=/%5cevil.example"])
async def test_who_is_signed_in_already_is_not_sent_elsewhere(server: RunningServer, query: str):
    browser = await server.signed_in("admin", address="198.51.100.36")
    answer = await browser.http.get(f"/signin{query}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    await browser.close()


async def test_setup_is_closed_once_there_is_an_owner(browser):
    assert (await browser.http.get("/setup")).headers["location"] == "/signin"
    answer = await browser.http.post("/setup", data={"code": "x", "username": "eve"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/signin")


async def test_a_wrong_code_says_so_and_nothing_else(browser):
    for code in ("AAAABBBBCCCC", "x'--", "A" * 200):
        answer = await browser.http.get(f"/verify/{code}")
        assert answer.status_code == 404
        assert "tidak cocok dengan dokumen" in answer.text


@pytest.mark.parametrize("path", ["//evil", "/a/../patients", "/patients\\x", "/x\x00", "/./signin"])
def test_paths_that_two_programs_could_read_differently_are_odd(path: str):
    assert is_odd(path)


@pytest.mark.parametrize(
    "path", ["/patients", "/patients.html", "/index.html", "/files/x.css", "/export/patients.csv", "/x.json"]
)
def test_what_is_not_named_public_needs_a_session(path: str):
    assert not is_public(path)


@pytest.mark.parametrize("path", ["/assets/index-1.js", "/fonts/a.woff2", "/mark.svg", "/signin", "/verify/ABC"])
def test_static_files_and_plain_pages_are_public(path: str):
    assert is_public(path)


def test_a_local_path_keeps_its_query():
    assert local_path("/patients?q=siti%20r") == "/patients?q=siti%20r"


def test_inline_scripts_are_allowed_by_their_hashes_only(tmp_path):
    (tmp_path / "index.html").write_text(
        '<script>let a = 1</script><script src="/x.js"></script><script type="module">b()</script>'
    )
    (tmp_path / "patients").mkdir()
    (tmp_path / "patients" / "index.html").write_text("<script>let p = 1</script>")
    policy = ContentPolicy.of_build(tmp_path, ["https://klinik.example"])
    home, patients = policy.of_page("/"), policy.of_page("/patients")
    assert home.count("'sha256-") == 2
    assert patients.count("'sha256-") == 1
    assert script_hashes("<script>let p = 1</script>")[0] in patients
    assert script_hashes("<script>let p = 1</script>")[0] not in home
    assert policy.of_page("/patients/123").count("'sha256-") == 3
    assert "wss://klinik.example" in home
    assert "unsafe-eval" not in home


@pytest.fixture(scope="module")
async def tokens(clinic: Clinic, actors: Actors) -> list[str]:
    """Sessions of those who reach most, each proved for everything, and of nobody."""
    found = [await clinic.gate.open_session(clinic.person_id(one)) for one in ("dokter", "admin", "auditor")]
    for token in found:
        clinic.prove(token, *Sensitive)
    return [*found, ""]


@pytest.fixture(scope="module")
async def visit(actors: Actors) -> UUID:
    return await make_visit(actors, await make_patient(actors["admin"], "Kanaruddin"))


async def test_no_route_breaks_whatever_is_sent_to_it(server: RunningServer, tokens: list[str], visit: UUID):
    """Nothing of the inside is shown either, and nothing is left behind."""
    gate, wrong, seen = asyncio.Semaphore(AT_ONCE), list[str](), set[int]()
    before = server.log.read_text().count("incident")

    async def one(sent: Sent) -> None:
        async with gate:
            came = await answer(server, sent)
        status = int(came[9:12]) if came.startswith(b"HTTP/1.1 ") else 0
        seen.add(status)
        if status >= 500 or INSIDE.search(came.partition(b"\r\n\r\n")[2]):
            wrong.append(f"{status} {sent.told}")

    await asyncio.gather(*(one(sent) for sent in nonsense(server, tokens, visit)))
    assert wrong == []
    assert {200, 400, 401, 403, 404, 405} <= seen, "some of it has to come through to the routes"
    log = server.log.read_text()
    assert log.count("incident") == before, log[-3000:]
    assert server.clinic.admin_fetch("select 1 from clinic.attachment") == []
    assert "HTTP/1.1 200" in (await answer(server, plain(server, "/health"))).decode()


@pytest.mark.parametrize("data", NO_HTTP.values(), ids=NO_HTTP)
async def test_what_is_no_http_is_refused_or_cut(server: RunningServer, data: bytes):
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    try:
        writer.write(data)
        writer.write_eof()
        came = await asyncio.wait_for(reader.read(), SECONDS)
    except OSError:
        came = b""
    finally:
        writer.close()
    assert not came or came.startswith(b"HTTP/1.")
    assert not came or 400 <= int(came[9:12]) < 500
    assert not INSIDE.search(came)
    assert "HTTP/1.1 200" in (await answer(server, plain(server, "/health"))).decode()


HYDRATED = "reflex___state____state.set_is_hydrated"
GARBAGE: tuple[object, ...] = (
    None,
    5,
    "{",
    "x" * 50_000,
    [],
    {},
    {"name": 5},
    {"name": None, "payload": None},
    {"name": "x" * 10_000, "payload": {}},
    {"name": HYDRATED, "payload": []},
    {"name": HYDRATED, "payload": {"value": [[[[[[]]]]]]}},
    {"name": SEARCH, "payload": {"text": {"a": "\x00"}, "question": None}, "router_data": "x"},
    {"name": SEARCH, "payload": {"text": "\ud800", "question": "1"}, "router_data": {"pathname": 5, "query": []}},
    {
        "name": f"{SEARCH}.__init__",
        "payload": {},
        "router_data": {"pathname": "/../..", "headers": {"cookie": "sid=x"}},
    },
)


async def test_nonsense_on_the_screens_line_ends_at_most_that_line(server: RunningServer, actors: Actors):
    browser = await server.signed_in("admin", address="203.0.113.91")
    before = server.log.read_text()
    tab = browser.tab()
    for garbage in GARBAGE:
        if not tab.sio.connected:
            tab = await browser.tab().open("/nowhere")
        await tab.sio.emit("event", garbage, namespace="/_event")
        await tab.sio.emit("link_token_to_sid", garbage, namespace="/_event")
    await tab.settle(0.5)
    last = await browser.tab().open("/nowhere")
    assert await last.fire(HYDRATED, "/nowhere", value=True)
    written = server.log.read_text()[len(before) :]
    assert "incident" not in written, written[-3000:]
    assert not INSIDE.search(written.encode()), written[-3000:]
    await browser.close()
