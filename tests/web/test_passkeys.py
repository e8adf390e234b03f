"""Passkeys over real HTTP: every way in which an answer may not hold."""

import asyncio
import json
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.factories.passkey import Device
from tests.web.browser import Browser
from tests.web.conftest import PASSWORD, RunningServer

pytestmark = pytest.mark.integration
ALARMS = "select person_id from audit.event where action = 'passkey_alarm'"


@pytest.fixture(autouse=True)
def _clean(server: RunningServer) -> Iterator[None]:
    """Each test begins without passkeys, and with nobody slowed down."""
    yield
    for table in ("passkey", "challenge", "sign_in_attempt", "proof", "first_step"):
        server.clinic.admin_fetch(f"delete from sec.{table}")


def new_device(server: RunningServer) -> Device:
    return Device(f"http://localhost:{urlsplit(server.origin).port}")


async def registered(server: RunningServer, username: str, address: str) -> tuple[Device, Browser]:
    """A device with a passkey of this person, and the browser in which they are signed in."""
    browser, device = await server.proved(username, address=address), new_device(server)
    options = (await browser.http.post("/account/passkey/options", json={})).json()
    answer = await browser.http.post("/account/passkey", json={"passkey": device.make(options)})
    assert answer.status_code == 204, answer.text
    return device, browser


async def asked(browser: Browser, address: str = "/signin/passkey/options", **body: str) -> dict:
    answer = await browser.http.post(address, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def enter(browser: Browser, passkey: str) -> int:
    return (await browser.http.post("/signin/passkey", json={"passkey": passkey})).status_code


async def test_a_passkey_signs_in_without_a_password(server: RunningServer):
    device, owner = await registered(server, "dokter", "198.51.100.1")
    browser = server.browser(address="198.51.100.1")
    options = await asked(browser)
    assert len(options["challenge"]) == 43, "32 random bytes"
    assert options["userVerification"] == "required"
    assert options["rpId"] == "localhost"
    assert await enter(browser, device.answer(options)) == 204
    assert (await browser.http.get("/session")).json()["username"] == "dokter"
    for one in (owner, browser):
        await one.close()


@pytest.mark.parametrize(
    "forged",
    [
        {"verified": False},
        {"origin": "https://evil.example"},
        {"origin": "http://localhost"},
        {"host": "evil.example"},
        {"host": "127.0.0.1"},
        {"credential_id": b"nobody's"},
    ],
)
async def test_an_answer_that_does_not_hold_opens_nothing(server: RunningServer, forged: dict):
    device, owner = await registered(server, "dokter", "198.51.100.2")
    browser = server.browser(address="198.51.100.2")
    assert await enter(browser, device.answer(await asked(browser), **forged)) == 401
    assert browser.session is None
    for one in (owner, browser):
        await one.close()


async def test_a_question_is_good_for_one_answer(server: RunningServer):
    device, owner = await registered(server, "dokter", "198.51.100.3")
    browsers = [server.browser(address="198.51.100.3") for _ in range(4)]
    options = await asked(browsers[0])
    answers = [device.answer(options) for _ in browsers]
    results = await asyncio.gather(*(enter(one, said) for one, said in zip(browsers, answers, strict=True)))
    assert sorted(results) == [204, 401, 401, 401]
    for one in (owner, *browsers):
        await one.close()


async def test_a_wrong_answer_uses_the_question_up(server: RunningServer):
    device, owner = await registered(server, "dokter", "198.51.100.4")
    browser = server.browser(address="198.51.100.4")
    options = await asked(browser)
    assert await enter(browser, device.answer(options, verified=False)) == 401
    assert await enter(browser, device.answer(options)) == 401
    for one in (owner, browser):
        await one.close()


async def test_an_old_or_invented_question_is_none(server: RunningServer):
    device, owner = await registered(server, "dokter", "198.51.100.5")
    browser = server.browser(address="198.51.100.5")
    options = await asked(browser)
    server.clinic.admin_fetch("update sec.challenge set expires_at = now() - interval '1 second'")
    assert await enter(browser, device.answer(options)) == 401
    assert await enter(browser, device.answer({"challenge": "A" * 43})) == 401
    for one in (owner, browser):
        await one.close()


async def test_a_copied_device_is_noticed_by_its_counter_and_opens_nothing_any_more(server: RunningServer):
    device, owner = await registered(server, "dokter", "198.51.100.6")
    browser = server.browser(address="198.51.100.6")
    assert await enter(browser, device.answer(await asked(browser), counter=7)) == 204
    assert server.clinic.admin_fetch(ALARMS) == []
    copy = server.browser(address="198.51.100.6")
    assert await enter(copy, device.answer(await asked(copy), counter=7)) == 401
    assert server.clinic.admin_fetch(ALARMS) == [{"person_id": server.clinic.person_id("dokter")}]
    assert await enter(copy, device.answer(await asked(copy), counter=99)) == 401, "nor does the real one"
    assert (await copy.sign_in("dokter", PASSWORD)).headers["location"].startswith("/signin/code"), "no way around"
    for one in (owner, browser, copy):
        await one.close()


async def test_a_device_without_a_counter_is_no_copy(server: RunningServer):
    device, owner = await registered(server, "dokter", "198.51.100.7")
    browser = server.browser(address="198.51.100.7")
    for _ in range(2):
        assert await enter(browser, device.answer(await asked(browser), counter=0)) == 204
    for one in (owner, browser):
        await one.close()


async def test_a_question_asked_of_one_person_is_not_answered_by_another(server: RunningServer):
    doctor, first = await registered(server, "dokter", "198.51.100.8")
    cashier, second = await registered(server, "kasir", "198.51.100.9")
    server.clinic.admin_fetch("delete from sec.proof")
    options = await asked(first, "/session/passkey/options")
    told = await first.http.post("/session/confirm", json={"kind": "accounts", "passkey": cashier.answer(options)})
    assert told.status_code == 401
    options = await asked(first, "/session/passkey/options")
    told = await second.http.post("/session/confirm", json={"kind": "accounts", "passkey": doctor.answer(options)})
    assert told.status_code == 401
    options = await asked(first, "/session/passkey/options")
    told = await second.http.post("/session/confirm", json={"kind": "accounts", "passkey": cashier.answer(options)})
    assert told.status_code == 401, "her own device answers, and a question that was never asked of her"
    for one in (first, second):
        await one.close()


async def test_an_answer_for_signing_in_is_no_proof_and_the_other_way_round(server: RunningServer):
    device, browser = await registered(server, "admin", "198.51.100.10")
    server.clinic.admin_fetch("delete from sec.proof")
    other = server.browser(address="198.51.100.10")
    said = device.answer(await asked(other))
    assert (await browser.http.post("/session/confirm", json={"kind": "export", "passkey": said})).status_code == 401
    assert await enter(other, device.answer(await asked(browser, "/session/passkey/options"))) == 401
    assert (await browser.http.get("/export/patients.csv")).status_code == 428
    said = device.answer(await asked(browser, "/session/passkey/options"))
    assert (await browser.http.post("/session/confirm", json={"kind": "export", "passkey": said})).status_code == 204
    assert (await browser.http.get("/export/patients.csv")).status_code == 200
    for one in (browser, other):
        await one.close()


async def test_who_has_a_passkey_does_not_get_in_by_password_alone(server: RunningServer):
    device, owner = await registered(server, "dokter", "198.51.100.11")
    browser = server.browser(address="198.51.100.11")
    answer = await browser.sign_in("dokter", PASSWORD)
    assert answer.headers["location"].startswith("/signin/code")
    shown = await browser.http.get("/signin/code")
    assert 'data-testid="identity-signin-passkey"' in shown.text
    assert 'name="code"' not in shown.text
    assert await enter(browser, device.answer(await asked(browser))) == 204
    assert "step" not in browser.http.cookies
    for one in (owner, browser):
        await one.close()


async def test_making_a_passkey_needs_a_fresh_proof_and_a_device_that_verified_the_person(server: RunningServer):
    browser = await server.signed_in("kasir", address="198.51.100.12")
    assert (await browser.http.post("/account/passkey/options", json={})).status_code == 428
    assert (await browser.http.post("/account/passkey", json={"passkey": "{}"})).status_code == 428
    server.clinic.prove(browser.session)
    for forged in ({"verified": False}, {"origin": "https://evil.example"}, {"host": "evil.example"}):
        options = await asked(browser, "/account/passkey/options")
        made = new_device(server).make(options, **forged)
        assert (await browser.http.post("/account/passkey", json={"passkey": made})).status_code == 400, forged
    options = await asked(browser, "/account/passkey/options")
    made = new_device(server).make(options)
    assert (await browser.http.post("/account/passkey", json={"passkey": made})).status_code == 204
    assert (await browser.http.post("/account/passkey", json={"passkey": made})).status_code == 400, "asked once"
    assert server.clinic.admin_fetch("select count(*) as n from sec.passkey")[0]["n"] == 1
    await browser.close()


async def test_a_passkey_of_one_person_cannot_be_taken_over(server: RunningServer):
    device, doctor = await registered(server, "dokter", "198.51.100.13")
    cashier = await server.proved("kasir", address="198.51.100.14")
    options = await asked(cashier, "/account/passkey/options")
    assert (await cashier.http.post("/account/passkey", json={"passkey": device.make(options)})).status_code == 400
    for one in (doctor, cashier):
        await one.close()


@pytest.mark.parametrize(
    "nonsense", ["", "x", "[]", "{}", '{"id": 5}', '{"response": []}', "[" * 5000, json.dumps({"id": "a" * 15_000})]
)
async def test_nonsense_is_refused_and_no_bug(server: RunningServer, nonsense: str):
    browser = await server.proved("kasir", address="198.51.100.15")
    assert await enter(browser, nonsense) == 401
    assert (await browser.http.post("/account/passkey", json={"passkey": nonsense})).status_code == 400
    told = await browser.http.post("/session/confirm", json={"kind": "export", "passkey": nonsense})
    assert told.status_code == 401
    await browser.close()


async def test_who_has_none_is_not_asked_for_one(server: RunningServer):
    browser = await server.signed_in("kasir", address="198.51.100.16")
    assert (await browser.http.post("/session/passkey/options", json={})).status_code == 204
    await browser.close()


async def test_the_key_in_the_database_cannot_sign_and_the_log_holds_no_answer(server: RunningServer):
    device, browser = await registered(server, "dokter", "198.51.100.17")
    rows = server.clinic.admin_fetch(
        "select action, reason, row_to_json(e)::text as row from audit.event e "
        "where address = '198.51.100.17' and action <> 'read' order by at, id"
    )
    assert [(row["action"], row["reason"]) for row in rows] == [("sign_in", "password"), ("factor_added", "passkey")]
    assert not any(device.credential_id.hex() in row["row"] for row in rows)
    await browser.close()
