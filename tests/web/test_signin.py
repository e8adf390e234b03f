"""Signing in, staying in, being thrown out: over real HTTP and real sockets."""

import asyncio
import re

import pytest

from tests.web.browser import SocketRefused
from tests.web.conftest import PASSWORD, RunningServer

pytestmark = pytest.mark.integration


async def test_a_page_without_a_session_leads_to_the_sign_in_page_and_back(server: RunningServer, browser):
    page = await browser.page("/patients?q=a%20b")
    assert page["status"] == 303
    assert page["location"].startswith("/signin?next=/patients")
    shown = await browser.http.get(page["location"])
    hidden = re.search(r'name="next" value="([^"]*)"', shown.text)
    assert shown.status_code == 200
    assert hidden is not None
    assert hidden[1].startswith("/patients?q=a")
    answer = await browser.sign_in("admin", PASSWORD, next="/patients")
    assert (answer.status_code, answer.headers["location"]) == (303, "/patients")


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil",
        "javascript:alert(1)",
        "/signin",
        "/a\r\nSet-Cookie: x=1",
    ],
)
async def test_after_signing_in_only_a_local_path_is_followed(browser, wanted: str):
    answer = await browser.sign_in("admin", PASSWORD, next=wanted)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/"


async def test_the_session_cookie_cannot_be_read_by_scripts_and_stays_on_this_site(browser):
    answer = await browser.sign_in("admin", PASSWORD)
    cookie = next(line for line in answer.headers.get_list("set-cookie") if line.startswith("sid="))
    assert "HttpOnly" in cookie
    assert re.search("SameSite=lax", cookie, re.IGNORECASE)
    assert re.match(r"sid=[0-9a-f]{64};", cookie)


async def test_the_database_keeps_only_a_hash_of_the_token(server: RunningServer, browser):
    await browser.sign_in("admin", PASSWORD)
    rows = server.clinic.admin_fetch("select encode(token_hash, 'hex') as hash from sec.session")
    assert browser.session not in {row["hash"] for row in rows}


async def test_a_token_from_before_signing_in_is_worthless_afterwards(server: RunningServer, browser):
    await browser.sign_in("admin", PASSWORD)
    former = browser.session
    await browser.sign_in("dokter", PASSWORD)
    assert browser.session != former
    thief = server.browser()
    thief.http.cookies.set("sid", former)
    assert (await thief.http.get("/session")).status_code == 401
    await thief.close()


async def test_a_token_planted_before_signing_in_is_replaced(server: RunningServer, browser):
    planted = "ab" * 32
    browser.http.cookies.set("sid", planted, domain="127.0.0.1")
    await browser.sign_in("admin", PASSWORD)
    thief = server.browser()
    thief.http.cookies.set("sid", planted)
    assert (await thief.http.get("/session")).status_code == 401
    await thief.close()


async def test_unknown_user_and_wrong_password_look_the_same(server: RunningServer):
    known = server.browser(address="198.51.100.1")
    unknown = server.browser(address="198.51.100.2")
    first = await known.sign_in("auditor", "salah-sekali-ini")
    second = await unknown.sign_in("tidak.ada", "salah-sekali-ini")
    assert first.status_code == second.status_code == 401
    assert first.text.replace("auditor", "X") == second.text.replace("tidak.ada", "X")
    await known.close()
    await unknown.close()


async def test_after_five_wrong_passwords_even_the_right_one_has_to_wait(server: RunningServer):
    guesser = server.browser(address="198.51.100.3")
    for _ in range(5):
        assert (await guesser.sign_in("kasir", "bukan-ini-juga")).status_code == 401
    blocked = await guesser.sign_in("kasir", PASSWORD)
    assert blocked.status_code == 429
    assert 0 < int(blocked.headers["retry-after"]) <= 31
    unknown = server.browser(address="198.51.100.4")
    for _ in range(5):
        assert (await unknown.sign_in("hantu", "bukan-ini-juga")).status_code == 401
    assert (await unknown.sign_in("hantu", "bukan-ini-juga")).status_code == 429
    await guesser.close()
    await unknown.close()


async def test_a_stranger_who_guesses_does_not_lock_out_the_doctor_at_her_own_desk(server: RunningServer):
    desk = await server.signed_in("dokter", address="198.51.100.20")
    stranger = server.browser(address="198.51.100.66")
    for _ in range(8):
        await stranger.sign_in("dokter", "tebakan-ke-sekian")
    assert (await stranger.sign_in("dokter", PASSWORD)).status_code == 429
    again = server.browser(address="198.51.100.20")
    assert (await again.sign_in("dokter", PASSWORD)).status_code == 303
    for one in (desk, stranger, again):
        await one.close()


async def test_the_address_is_what_our_own_proxy_says_not_what_the_browser_claims(server: RunningServer):
    guesser = server.browser(address="203.0.113.200, 198.51.100.9")
    for number in range(5):
        guesser.http.headers["X-Forwarded-For"] = f"10.0.0.{number}, 198.51.100.9"
        await guesser.sign_in("pemilik", "tebakan-ke-sekian")
    rows = server.clinic.admin_fetch(
        "select address from audit.event where action = 'sign_in_failed' and address like '10.0.0.%%'"
    )
    assert rows == []
    await guesser.close()


async def test_a_password_of_a_megabyte_costs_nothing(browser):
    answer = await browser.sign_in("admin", "x" * 19_000)
    assert answer.status_code == 401
    assert (await browser.sign_in("admin", "x" * 1_000_000)).status_code == 413


@pytest.mark.parametrize("origin", ["https://evil.example", "null", None])
async def test_a_form_from_another_site_is_refused(browser, origin: str | None):
    if origin is None:
        del browser.http.headers["Origin"]
    else:
        browser.http.headers["Origin"] = origin
    for path in ("/signin", "/signout", "/session/unlock", "/setup"):
        assert (await browser.http.post(path, data={})).status_code == 403


async def test_signing_out_ends_the_session_its_sockets_and_the_cache(server: RunningServer):
    browser = await server.signed_in("admin")
    tab = await browser.tab().open()
    token = browser.session
    answer = await browser.http.post("/signout")
    assert answer.status_code == 303
    assert answer.headers["clear-site-data"] == '"cache"'
    assert not browser.session
    await asyncio.wait_for(tab.closed.wait(), 3)
    thief = server.browser()
    thief.http.cookies.set("sid", token)
    assert (await thief.http.get("/session")).status_code == 401
    with pytest.raises(SocketRefused):
        await thief.tab().open()
    await browser.close()
    await thief.close()


async def test_a_disabled_person_is_out_within_two_seconds_on_an_open_socket(server: RunningServer):
    browser = await server.signed_in("dokter2", address="198.51.100.30")
    tab = await browser.tab().open()
    server.clinic.admin_fetch("update sec.person set active = false where username = 'dokter2'")
    try:
        await asyncio.wait_for(tab.closed.wait(), 4.5)
        assert (await browser.http.get("/session")).status_code == 401
    finally:
        server.clinic.admin_fetch("update sec.person set active = true where username = 'dokter2'")
    await browser.close()


async def test_a_slept_session_locks_and_the_same_person_goes_on_in_place(server: RunningServer):
    browser = await server.signed_in("perawat", address="198.51.100.40")
    tab = await browser.tab().open()
    before = (await browser.http.get("/session")).json()
    server.clinic.admin_fetch(
        "update sec.session set last_active_at = now() - interval '16 minutes' "
        "where token_hash = sha256(convert_to(%s, 'UTF8'))",
        browser.session,
    )
    await asyncio.wait_for(tab.closed.wait(), 5)
    locked = await browser.http.get("/session")
    assert (locked.status_code, locked.json()["locked"]) == (401, "perawat")
    old = browser.session
    assert (await browser.http.post("/session/unlock", json={"password": "bukan ini"})).status_code == 401
    assert (await browser.http.post("/session/unlock", json={"password": PASSWORD})).status_code == 204
    assert browser.session != old
    assert (await browser.http.get("/session")).json()["username"] == before["username"]
    again = await browser.tab(tab.token).open()
    assert again.token == tab.token
    await browser.close()


async def test_unlocking_needs_a_session_that_was_not_ended_on_purpose(server: RunningServer, browser):
    assert (await browser.http.post("/session/unlock", json={"password": PASSWORD})).status_code == 410
    signed_in = await server.signed_in("admin")
    token = signed_in.session
    await signed_in.http.post("/signout")
    browser.http.cookies.set("sid", token)
    assert (await browser.http.post("/session/unlock", json={"password": PASSWORD})).status_code == 410
    await signed_in.close()


async def test_sign_ins_refusals_and_sign_outs_are_in_the_audit_log_without_what_was_typed(server: RunningServer):
    browser = server.browser(address="198.51.100.50")
    await browser.sign_in("auditor", "kata-sandi-rahasia-saya")
    await browser.sign_in("auditor", PASSWORD)
    await browser.http.post("/signout")
    rows = server.clinic.admin_fetch(
        "select action, outcome, row_to_json(e)::text as row from audit.event e "
        "where address = '198.51.100.50' order by at, id"
    )
    assert [(row["action"], row["outcome"]) for row in rows] == [
        ("sign_in_failed", "denied"),
        ("sign_in", "done"),
        ("sign_out", "done"),
    ]
    assert not any("rahasia" in row["row"] for row in rows)
    await browser.close()
