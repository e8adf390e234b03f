"""Choosing a password by a link, and asking for one, over real HTTP."""

import asyncio
from collections.abc import Iterator

import pytest

from tests.web.browser import Browser
from tests.web.conftest import PASSWORD, RunningServer, give_passwords, start_server, stop_server
from tht_app.domain.interop import AccountKind
from tht_app.domain.proof import ProofNeeded
from tht_app.use_cases.account_links import GivePasswordLink, SaveMailbox
from tht_app.use_cases.door import Actor, execute

pytestmark = pytest.mark.integration
NEW = "sembilan-Layang-merah"
WAITING = (
    "select event from clinic.outbox where event in ('PasswordLinkMade', 'AccountInvited') and delivered_at is null"
)


@pytest.fixture(scope="module")
def server(clinic, tmp_path_factory) -> Iterator[RunningServer]:
    """A server that would send mail; what waits stays in the outbox."""
    give_passwords(clinic)
    mail = {"THT_SMTP_HOST": "127.0.0.1", "THT_SMTP_FROM": "klinik@klinik.example", "THT_WORKER": "false"}
    running = start_server(clinic, tmp_path_factory.mktemp("server"), **mail)
    try:
        yield running
    finally:
        stop_server(running)


@pytest.fixture(autouse=True)
def _clean(server: RunningServer) -> Iterator[None]:
    yield
    for statement in (
        "delete from sec.sign_in_attempt",
        "delete from clinic.account_link",
        "delete from clinic.mailbox",
        "delete from clinic.outbox where event in ('PasswordLinkMade', 'AccountInvited')",
    ):
        server.clinic.admin_fetch(statement)


async def a_link(server: RunningServer, actors, username: str = "kasir") -> str:
    """The owner makes a link to hand over."""
    given = await execute(actors["pemilik"], GivePasswordLink(server.clinic.person_id(username)))
    assert not given.mailed
    return f"/password/{given.code}"


async def choose(browser: Browser, address: str, password: str = NEW, repeat: str | None = None):
    return await browser.http.post(
        address, data={"password": password, "repeat": password if repeat is None else repeat}
    )


async def test_a_link_sets_a_password_once_and_ends_every_session(server: RunningServer, actors):
    signed_in = await server.signed_in("kasir", address="198.51.100.1")
    tab = await signed_in.tab().open()
    address, browser = await a_link(server, actors), server.browser(address="198.51.100.2")
    for _ in range(3):
        assert 'name="repeat"' in (await browser.http.get(address)).text, "looking does nothing"
    assert (await choose(browser, address, "pendek")).status_code == 422
    assert (await choose(browser, address, NEW, "lain-sekali-ini")).status_code == 422
    assert (await choose(browser, address)).status_code == 200
    await asyncio.wait_for(tab.closed.wait(), 4.5)
    assert (await browser.http.get(address)).status_code == 404
    assert (await choose(browser, address, PASSWORD)).status_code == 404
    assert (await browser.sign_in("kasir", PASSWORD)).status_code == 401
    assert (await browser.sign_in("kasir", NEW)).status_code == 303
    back = await a_link(server, actors)
    assert (await choose(browser, back, PASSWORD)).status_code == 200
    for one in (signed_in, browser):
        await one.close()


async def test_of_two_browsers_with_the_same_link_one_sets_the_password(server: RunningServer, actors):
    address = await a_link(server, actors, "perawat")
    browsers = [server.browser(address=f"198.51.100.{10 + number}") for number in range(4)]
    answers = await asyncio.gather(*(choose(one, address, f"{NEW}-{number}") for number, one in enumerate(browsers)))
    assert sorted(answer.status_code for answer in answers) == [200, 404, 404, 404]
    assert (await choose(browsers[0], await a_link(server, actors, "perawat"), PASSWORD)).status_code == 200
    for one in browsers:
        await one.close()


async def test_old_replaced_and_invented_links_open_nothing(server: RunningServer, actors):
    browser = server.browser(address="198.51.100.20")
    replaced = await a_link(server, actors)
    late = await a_link(server, actors)
    server.clinic.admin_fetch(
        "update clinic.account_link set expires_at = now() - interval '1 second' where used_at is null"
    )
    shown = [
        (await browser.http.get(address)).text
        for address in (replaced, late, f"/password/{'a' * 32}", "/password/..%2f", f"/password/{'a' * 500}")
    ]
    assert all('data-testid="identity-link-message"' in text or "not_found" in text for text in shown)
    assert not any('name="password"' in text for text in shown)
    await browser.close()


async def test_a_disabled_persons_link_opens_nothing(server: RunningServer, actors):
    address, browser = await a_link(server, actors), server.browser(address="198.51.100.21")
    server.clinic.admin_fetch("update sec.person set active = false where username = 'kasir'")
    try:
        assert (await choose(browser, address)).status_code == 404
    finally:
        server.clinic.admin_fetch("update sec.person set active = true where username = 'kasir'")
    await browser.close()


async def test_whoever_tries_many_links_has_to_wait(server: RunningServer, actors):
    browser = server.browser(address="198.51.100.22")
    codes = [(await browser.http.get(f"/password/{'b' * 30}{number:02d}")).status_code for number in range(31)]
    assert codes[0] == 404
    assert codes[-1] == 429
    await browser.close()


async def test_the_code_lies_nowhere_in_the_database(server: RunningServer, actors):
    code = (await a_link(server, actors)).rsplit("/", 1)[1]
    await execute(actors["pemilik"], SaveMailbox(server.clinic.person_id("kasir"), "kasir@klinik.example"))
    tables = ("account_link", "outbox", "mailbox")
    everything = str([server.clinic.admin_fetch(f"select t::text from clinic.{table} t") for table in tables])
    assert code not in everything
    assert code.encode().hex() not in everything
    assert "kasir@klinik" not in everything


async def test_making_a_link_needs_a_fresh_proof(server: RunningServer):
    owner = Actor(await server.clinic.gate.open_session(server.clinic.person_id("pemilik")))
    for request in (
        GivePasswordLink(server.clinic.person_id("kasir"), AccountKind.INVITE),
        SaveMailbox(server.clinic.person_id("kasir"), "orang@lain.example"),
    ):
        with pytest.raises(ProofNeeded):
            await execute(owner, request)


async def asked_for(browser: Browser, username: str) -> str:
    answer = await browser.http.post("/signin/forgot", data={"username": username})
    return f"{answer.status_code} {answer.text}"


async def mails(server: RunningServer, wanted: int) -> int:
    """How many links wait to be mailed, once as many as wanted are there or two seconds have passed."""
    for _ in range(20):
        if len(server.clinic.admin_fetch(WAITING)) >= wanted:
            break
        await asyncio.sleep(0.1)
    return len(server.clinic.admin_fetch(WAITING))


async def test_asking_for_a_link_tells_nobody_who_has_an_account(server: RunningServer, actors):
    await execute(actors["pemilik"], SaveMailbox(server.clinic.person_id("kasir"), "kasir@klinik.example"))
    browser = server.browser(address="198.51.100.30")
    answers = {
        await asked_for(browser, name) for name in ("kasir", "dokter", "tidak.ada", "worker", "", "x" * 500, "a\x00b")
    }
    assert len(answers) == 1
    assert await mails(server, 1) == 1, "only who has an address is written to"
    await browser.close()


async def test_one_account_is_not_flooded_with_mail(server: RunningServer, actors):
    await execute(actors["pemilik"], SaveMailbox(server.clinic.person_id("kasir"), "kasir@klinik.example"))
    browser = server.browser(address="198.51.100.32")
    for _ in range(8):
        await asked_for(browser, "kasir")
        await asyncio.sleep(0.1)
    assert await mails(server, 9) <= 3
    await browser.close()
