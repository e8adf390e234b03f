"""Signing in with a second factor, and proving oneself again: over real HTTP and real sockets."""

import asyncio
import re
import time
from collections.abc import Iterator

import pytest
from pyotp.totp import TOTP

from tests.web.browser import Browser
from tests.web.conftest import PASSWORD, RunningServer
from tests.web.matrix import all_handlers

pytestmark = pytest.mark.integration


class Phone:
    """An authenticator app; each code is shown once, so that tests need not wait half a minute."""

    def __init__(self, secret: str) -> None:
        self.generator = TOTP(secret)

    def code(self, steps: int = 0) -> str:
        if (left := 30 - time.time() % 30) < 1.5:
            time.sleep(left)  # it has to belong to the same step when it arrives
        return self.generator.generate_otp(int(time.time()) // 30 + steps)


def secret_in(page: str) -> str:
    found = re.search(r'data-testid="identity-enrol-secret">([A-Z2-7 ]+)<', page)
    assert found is not None, page
    return found[1].replace(" ", "")


def codes_in(page: str) -> list[str]:
    return re.findall(r"<li>([a-z2-9]{5}-[a-z2-9]{5})</li>", page)


async def enrolled(server: RunningServer, username: str, address: str) -> tuple[Phone, list[str]]:
    """Let this person set up an app in the settings; the code of the step before is used up by it."""
    browser = await server.proved(username, address=address)
    phone = Phone(secret_in((await browser.http.get("/account/second-factor")).text))
    shown = await browser.http.post("/account/second-factor", data={"code": phone.code(-1)})
    codes = codes_in(shown.text)
    assert len(codes) == 10
    await browser.close()
    return phone, codes


@pytest.fixture(autouse=True)
def _clean(server: RunningServer) -> Iterator[None]:
    """Each test begins with nobody enrolled and nobody slowed down."""
    yield
    for table in ("totp", "recovery_code", "first_step", "sign_in_attempt", "proof"):
        server.clinic.admin_fetch(f"delete from sec.{table}")
    demand(server, {})


def demand(server: RunningServer, changes: dict[str, str]) -> None:
    roles = ("admin", "doctor", "nurse", "pharmacist", "cashier", "auditor", "owner")
    policy = dict.fromkeys(roles, "optional") | changes
    pairs = ", ".join(f"'{role}', '{what}'" for role, what in policy.items())
    server.clinic.admin_fetch(
        f"update clinic.setting set value = jsonb_build_object({pairs}) where key = 'second_factor'"
    )


async def half_signed_in(server: RunningServer, username: str, address: str) -> Browser:
    browser = server.browser(address=address)
    answer = await browser.sign_in(username, PASSWORD, next="/patients")
    assert answer.headers["location"].startswith("/signin/"), answer.headers["location"]
    return browser


async def test_who_has_an_app_signs_in_with_password_and_code(server: RunningServer):
    phone, _ = await enrolled(server, "perawat", "198.51.100.1")
    browser = await half_signed_in(server, "perawat", "198.51.100.1")
    assert browser.session is None
    assert (await browser.http.get("/session")).status_code == 401
    asked = await browser.http.get("/signin/code?next=/patients")
    assert 'autocomplete="one-time-code"' in asked.text
    answer = await browser.http.post("/signin/code", data={"code": phone.code(), "next": "/patients"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/patients")
    assert (await browser.http.get("/session")).json()["username"] == "perawat"
    assert "step" not in browser.http.cookies
    await browser.close()


async def test_a_code_counts_once_even_if_two_browsers_send_it_at_once(server: RunningServer):
    phone, _ = await enrolled(server, "kasir", "198.51.100.2")
    browsers = [await half_signed_in(server, "kasir", "198.51.100.2") for _ in range(4)]
    code = phone.code()
    answers = await asyncio.gather(*(one.http.post("/signin/code", data={"code": code}) for one in browsers))
    assert sorted(answer.status_code for answer in answers) == [303, 401, 401, 401]
    assert sum(one.session is not None for one in browsers) == 1
    for one in browsers:
        await one.close()


@pytest.mark.parametrize("steps", [-2, 2])
async def test_a_code_of_a_minute_ago_or_to_come_does_not_count(server: RunningServer, steps: int):
    phone, _ = await enrolled(server, "kasir", "198.51.100.3")
    browser = await half_signed_in(server, "kasir", "198.51.100.3")
    assert (await browser.http.post("/signin/code", data={"code": phone.code(steps)})).status_code == 401
    assert browser.session is None
    await browser.close()


async def test_a_recovery_code_opens_once_however_it_is_typed(server: RunningServer):
    _, codes = await enrolled(server, "kasir", "198.51.100.4")
    browser = await half_signed_in(server, "kasir", "198.51.100.4")
    typed = f" {codes[3].upper().replace('-', ' ')} "
    assert (await browser.http.post("/signin/code", data={"code": typed})).status_code == 303
    again = await half_signed_in(server, "kasir", "198.51.100.4")
    assert (await again.http.post("/signin/code", data={"code": codes[3]})).status_code == 401
    other = await half_signed_in(server, "kasir", "198.51.100.4")
    assert (await other.http.post("/signin/code", data={"code": codes[4]})).status_code == 303
    for one in (browser, again, other):
        await one.close()


async def test_guessing_codes_is_slowed_down_and_the_right_one_has_to_wait_too(server: RunningServer):
    phone, codes = await enrolled(server, "kasir", "198.51.100.5")
    browser = await half_signed_in(server, "kasir", "198.51.100.5")
    wrong = f"{(int(phone.code()) + 1) % 1_000_000:06d}"
    for _ in range(5):
        assert (await browser.http.post("/signin/code", data={"code": wrong})).status_code == 401
    for right in (phone.code(), codes[0]):
        blocked = await browser.http.post("/signin/code", data={"code": right})
        assert blocked.status_code == 429
        assert 0 < int(blocked.headers["retry-after"]) <= 31
    await browser.close()


async def test_the_first_half_alone_opens_nothing(server: RunningServer):
    await enrolled(server, "kasir", "198.51.100.6")
    browser = await half_signed_in(server, "kasir", "198.51.100.6")
    half = browser.http.cookies["step"]
    thief = server.browser(address="198.51.100.6")
    thief.http.cookies.set("sid", half)
    assert (await thief.http.get("/session")).status_code == 401
    for path in ("/account/second-factor", "/proof", "/export/patients.csv"):
        assert (await browser.http.get(path)).status_code == 401
    assert (await browser.http.get("/signin/enrol")).headers["location"].startswith("/signin/code")
    server.clinic.admin_fetch("update sec.first_step set expires_at = now() - interval '1 second'")
    late = await browser.http.get("/signin/code")
    assert (late.status_code, late.headers["location"].split("?")[0]) == (303, "/signin")
    for one in (browser, thief):
        await one.close()


async def test_one_first_half_becomes_one_session(server: RunningServer):
    phone, codes = await enrolled(server, "kasir", "198.51.100.7")
    browser = await half_signed_in(server, "kasir", "198.51.100.7")
    half = browser.http.cookies["step"]
    assert (await browser.http.post("/signin/code", data={"code": phone.code()})).status_code == 303
    thief = server.browser(address="198.51.100.7")
    thief.http.cookies.set("step", half)
    answer = await thief.http.post("/signin/code", data={"code": codes[0]})
    assert answer.headers["location"].startswith("/signin?")
    assert thief.session is None
    for one in (browser, thief):
        await one.close()


async def test_who_needs_a_factor_is_led_to_set_one_up_and_is_in_then(server: RunningServer):
    demand(server, {"doctor": "required"})
    browser = await half_signed_in(server, "dokter", "198.51.100.8")
    shown = await browser.http.get("/signin/enrol?next=/patients")
    secret = secret_in(shown.text)
    assert "data:image/svg+xml" in shown.text
    assert secret_in((await browser.http.get("/signin/enrol?next=/patients")).text) == secret
    wrong = await browser.http.post("/signin/enrol", data={"code": "000000", "next": "/patients"})
    assert wrong.status_code == 401
    assert browser.session is None
    done = await browser.http.post("/signin/enrol", data={"code": Phone(secret).code(-1), "next": "/patients"})
    assert len(codes_in(done.text)) == 10
    assert 'href="/patients"' in done.text
    assert (await browser.http.get("/session")).json()["username"] == "dokter"
    again = await half_signed_in(server, "dokter", "198.51.100.8")
    assert (await again.http.post("/signin/code", data={"code": Phone(secret).code()})).status_code == 303
    for one in (browser, again):
        await one.close()


async def test_where_the_owner_switched_it_off_nobody_is_asked(server: RunningServer):
    await enrolled(server, "kasir", "198.51.100.9")
    demand(server, {"cashier": "off"})
    browser = await server.signed_in("kasir", address="198.51.100.9")
    assert (await browser.http.get("/session")).status_code == 200
    await browser.close()


async def test_secrets_lie_sealed_and_nothing_typed_is_in_the_audit_log(server: RunningServer):
    phone, codes = await enrolled(server, "kasir", "198.51.100.11")
    browser = await half_signed_in(server, "kasir", "198.51.100.11")
    await browser.http.post("/signin/code", data={"code": "123456"})
    await browser.http.post("/signin/code", data={"code": codes[0]})
    rows = server.clinic.admin_fetch(
        "select action, reason, row_to_json(e)::text as row from audit.event e where address = '198.51.100.11' "
        "and action <> 'read' order by at, id"
    )
    assert [(row["action"], row["reason"]) for row in rows] == [
        ("sign_in", "password"),
        ("factor_added", "totp"),
        ("sign_in_failed", "code"),
        ("sign_in", "recovery"),
    ]
    stored = str(
        server.clinic.admin_fetch("select t::text from sec.totp t union all select c::text from sec.recovery_code c")
    )
    typed = [phone.generator.secret, "123456", *codes]
    assert not any(word in row["row"] for row in rows for word in typed)
    assert not any(word in stored or word.encode().hex() in stored for word in typed)
    await browser.close()


async def test_setting_up_an_app_needs_a_fresh_proof(server: RunningServer):
    browser = await server.signed_in("kasir", address="198.51.100.12")
    for path in ("/account/second-factor", "/account/recovery-codes"):
        assert (await browser.http.get(path)).status_code == 428
        assert (await browser.http.post(path, data={"code": "000000"})).status_code == 428
        led = await browser.page(path)
        assert led["status"] == 303
        assert led["location"].startswith("/proof?kind=own_access&next=")
    answer = await browser.http.post(
        "/proof", data={"kind": "own_access", "proof": PASSWORD, "next": "/account/second-factor"}
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/account/second-factor")
    assert (await browser.http.get("/account/second-factor")).status_code == 200
    await browser.close()


@pytest.mark.parametrize("wanted", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
async def test_after_a_proof_only_a_local_path_is_followed(server: RunningServer, wanted: str):
    browser = await server.signed_in("kasir", address="198.51.100.13")
    answer = await browser.http.post("/proof", data={"kind": "own_access", "proof": PASSWORD, "next": wanted})
    assert answer.headers["location"] == "/"
    await browser.close()


async def test_a_proof_is_password_or_code_and_is_bound_to_its_kind(server: RunningServer):
    phone, codes = await enrolled(server, "admin", "198.51.100.14")
    browser = await half_signed_in(server, "admin", "198.51.100.14")
    await browser.http.post("/signin/code", data={"code": phone.code()})

    async def confirm(kind: str, proof: str) -> int:
        return (await browser.http.post("/session/confirm", json={"kind": kind, "proof": proof})).status_code

    assert (await browser.http.get("/export/patients.csv")).status_code == 428
    assert await confirm("export", "bukan-kata-sandi-saya") == 401
    assert await confirm("export", phone.code()) == 401, "used up at sign-in"
    assert await confirm("nonsense", PASSWORD) == 422
    assert await confirm("accounts", PASSWORD) == 204
    assert (await browser.http.get("/export/patients.csv")).status_code == 428
    assert await confirm("export", codes[5]) == 204
    assert (await browser.http.get("/export/patients.csv")).status_code == 200
    thief = await half_signed_in(server, "admin", "198.51.100.14")
    await thief.http.post("/signin/code", data={"code": codes[6]})
    assert (await thief.http.get("/export/patients.csv")).status_code == 428
    for one in (browser, thief):
        await one.close()


async def test_guessing_a_proof_is_slowed_down(server: RunningServer):
    browser = await server.signed_in("kasir", address="198.51.100.15")
    for guess in ("tebakan-pertama-saya", "000000"):
        tries = [
            (await browser.http.post("/session/confirm", json={"kind": "export", "proof": guess})).status_code
            for _ in range(6)
        ]
        assert tries == [401] * 5 + [429], guess
    await browser.close()


async def test_a_proof_from_another_site_is_refused(server: RunningServer):
    browser = await server.signed_in("kasir", address="198.51.100.16")
    browser.http.headers["Origin"] = "https://evil.example"
    for path in ("/session/confirm", "/proof", "/account/second-factor", "/account/recovery-codes", "/signin/code"):
        assert (await browser.http.post(path, data={})).status_code == 403
    await browser.close()


async def test_an_event_that_needs_a_proof_asks_and_goes_on_with_what_was_typed(server: RunningServer):
    browser = await server.signed_in("pemilik", address="198.51.100.17")
    tab = await browser.tab().open("/settings")
    form = {
        "username": "orang.baru",
        "display_name": "Orang Baru",
        "password": PASSWORD,
        "role_nurse": "on",
        "_key": "k" * 16,
    }
    await tab.fire(all_handlers()["identity.people.people_state.create"], "/settings", form=form)
    assert tab.value("proof_state", "kind") == "accounts"
    await tab.fire(all_handlers()["proof.proof_state.go_on"], "/settings")
    assert tab.value("proof_state", "kind") == "accounts", "without the proof it asks again"
    found = "select 1 from sec.person where username = 'orang.baru'"
    assert server.clinic.admin_fetch(found) == []
    answer = await browser.http.post("/session/confirm", json={"kind": "accounts", "proof": PASSWORD})
    assert answer.status_code == 204
    await tab.fire(all_handlers()["proof.proof_state.go_on"], "/settings")
    async with asyncio.timeout(20):
        while not server.clinic.admin_fetch(found):
            await tab.settle(0.2)
    assert tab.value("proof_state", "kind") == ""
    assert PASSWORD not in str(tab.updates)
    await browser.close()


async def test_after_the_absolute_end_the_password_alone_does_not_unlock(server: RunningServer):
    await enrolled(server, "kasir", "198.51.100.18")
    phone_less = server.browser(address="198.51.100.18")
    token = await server.clinic.gate.open_session(server.clinic.person_id("kasir"))
    server.clinic.admin_fetch(
        "update sec.session set expires_at = now() - interval '1 minute' "
        "where token_hash = sha256(convert_to(%s, 'UTF8'))",
        token,
    )
    phone_less.http.cookies.set("sid", token, domain="127.0.0.1")
    assert (await phone_less.http.post("/session/unlock", json={"password": PASSWORD})).status_code == 410
    await phone_less.close()


async def test_ten_thousand_guesses_from_the_clinics_own_address_do_not_stop_the_doctors_own_device(
    server: RunningServer,
):
    desk = await server.signed_in("dokter", address="198.51.100.21")
    device = desk.http.cookies["device"]
    await desk.http.post("/signout")
    assert desk.http.cookies["device"] == device
    account = f"account:{server.clinic.database.vault.blind('throttle.username', 'dokter').hex()[:24]}"
    for subject in (account, f"{account}@198.51.100.21", "address:198.51.100.21"):
        server.clinic.admin_fetch(
            "insert into sec.sign_in_attempt (subject, failures, blocked_until) "
            "values (%s, 10000, now() + interval '15 minutes')",
            subject,
        )
    assert (await desk.sign_in("dokter", PASSWORD)).status_code == 303
    stranger = server.browser(address="198.51.100.21")
    stranger.http.cookies.set("device", "ab" * 32)
    assert (await stranger.sign_in("dokter", PASSWORD)).status_code == 429
    other = server.browser(address="198.51.100.21")
    other.http.cookies.set("device", device)
    assert (await other.sign_in("kasir", PASSWORD)).status_code == 429, "known for the doctor, not for others"
    for _ in range(5):
        await desk.sign_in("dokter", "bukan-kata-sandi-saya")
    assert (await desk.sign_in("dokter", PASSWORD)).status_code == 429, "a stolen device is slowed down like any other"
    for one in (desk, stranger, other):
        await one.close()


async def test_a_weaker_hash_is_replaced_at_the_next_sign_in(server: RunningServer):
    from passlib.hash import argon2

    person = server.clinic.person_id("auditor")
    weak = argon2.using(type="ID", memory_cost=8192, rounds=1, parallelism=1).hash(PASSWORD)
    server.clinic.admin_fetch("update sec.credential set password_hash = %s where person_id = %s", weak, person)
    browser = await server.signed_in("auditor", address="198.51.100.22")
    stored = server.clinic.admin_fetch("select password_hash from sec.credential where person_id = %s", person)
    assert stored[0]["password_hash"].startswith("$argon2id$v=19$m=65536,t=3,p=1$")
    again = await server.signed_in("auditor", address="198.51.100.22")
    for one in (browser, again):
        await one.close()


async def test_signing_out_elsewhere_ends_the_open_socket_there(server: RunningServer):
    here = await server.signed_in("kasir", address="198.51.100.23")
    there = await server.signed_in("kasir", address="198.51.100.24")
    elsewhere = await there.tab().open()
    tab = await here.tab().open("/settings")
    await tab.fire(all_handlers()["identity.access.access_state.end_others"], "/settings")
    await asyncio.wait_for(elsewhere.closed.wait(), 4.5)
    assert (await there.http.get("/session")).status_code == 401
    assert (await here.http.get("/session")).status_code == 200
    for one in (here, there):
        await one.close()
