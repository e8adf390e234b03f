"""How much one sender may ask and send, and what every answer forbids the browser: the outermost layer alone."""

from collections.abc import Iterator
from types import SimpleNamespace

import httpx
import pytest
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse

from tht_app.settings import settings
from tht_app.web.edge import FORM_BODY, LARGE_BODY, SMALL_BODY, Edge, Limits
from tht_app.web.policy import ContentPolicy

ORIGIN = "https://klinik.example"


class Book:
    """Every token that begins with `live` is a session."""

    async def of(self, token: str, _address: str | None) -> SimpleNamespace | None:
        return SimpleNamespace() if token.startswith("live") else None


async def echo(scope, receive, send) -> None:
    """The application behind: says how long the body was."""
    body = await Request(scope, receive).body()
    await PlainTextResponse(str(len(body)))(scope, receive, send)


@pytest.fixture
def edge(monkeypatch: pytest.MonkeyPatch) -> Iterator[Edge]:
    """The layer of a clinic that is reached by https; time stands still, so that nothing depends on speed."""
    monkeypatch.setenv("THT_PUBLIC_ORIGIN", ORIGIN)
    settings.cache_clear()
    yield Edge(echo, ContentPolicy({}, [ORIGIN]), book=Book(), limits=Limits(clock=lambda: 0.0))
    settings.cache_clear()


def browser(edge: Edge, address: str = "198.51.100.1", session: str = "") -> httpx.AsyncClient:
    cookies = {"__Host-sid": session} if session else {}
    transport = httpx.ASGITransport(edge, client=(address, 1))
    return httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers={"Origin": ORIGIN}, cookies=cookies)


async def until_refused(client: httpx.AsyncClient, path: str, most: int) -> int:
    """How many requests were answered before the first 429."""
    for answered in range(most):
        answer = await client.get(path)
        if answer.status_code == 429:
            assert answer.headers["retry-after"] == "2"
            assert answer.json()["code"] == "identity.too_fast"
            return answered
        assert answer.status_code == 200, answer.text
    raise AssertionError(f"{most} requests for {path} were all answered")


async def test_a_flood_on_public_pages_is_slowed_and_others_are_not(edge: Edge):
    async with browser(edge) as flood, browser(edge, "198.51.100.2") as other:
        assert await until_refused(flood, "/verify/AAAA", 1001) == 1000
        assert (await other.get("/verify/AAAA")).status_code == 200
        assert (await flood.get("/assets/index.js")).status_code == 200
        assert (await flood.get("/health")).status_code == 200


async def test_a_session_that_asks_without_end_is_slowed_and_its_neighbour_at_the_same_address_is_not(edge: Edge):
    async with browser(edge, session="live-1") as flood, browser(edge, session="live-2") as neighbour:
        assert await until_refused(flood, "/export/patients.csv", 401) == 400
        assert (await neighbour.get("/export/patients.csv")).status_code == 200


async def test_forged_sessions_cost_their_address(edge: Edge):
    async with browser(edge, session="forged") as flood:
        statuses = [(await flood.get("/patients")).status_code for _ in range(2001)]
    assert set(statuses[:2000]) == {401}
    assert statuses[-1] == 429


@pytest.mark.parametrize(
    ("path", "limit"),
    [("/signin", FORM_BODY), ("/nothing/x", SMALL_BODY), ("/import/patients", LARGE_BODY), ("/files", LARGE_BODY)],
)
async def test_a_body_may_be_as_long_as_its_route_needs_and_not_one_byte_longer(edge: Edge, path: str, limit: int):
    async with browser(edge, session="live") as client:
        assert (await client.post(path, content=b"x" * limit)).text == str(limit)
        too_long = await client.post(path, content=b"x" * (limit + 1))
        assert (too_long.status_code, too_long.json()["code"]) == (413, "common.too_large")


async def test_a_body_that_hides_its_length_is_cut_where_it_passes_the_limit(edge: Edge):
    async def drip():
        for _ in range(SMALL_BODY // 100_000 + 2):
            yield b"x" * 100_000

    async with browser(edge, session="live") as client:
        with pytest.raises(ClientDisconnect):
            await client.put("/nothing/x", content=drip())


async def test_every_answer_forbids_the_browser_what_a_clinic_does_not_need(edge: Edge):
    async with browser(edge) as client:
        for path in ("/signin", "/patients", "/nothing", "/assets/index.js"):
            told = (await client.get(path)).headers
            assert told["strict-transport-security"] == "max-age=63072000; includeSubDomains", path
            assert told["cross-origin-opener-policy"] == "same-origin", path
            assert told["cross-origin-resource-policy"] == "same-origin", path
            assert told["x-content-type-options"] == "nosniff", path
            assert "geolocation=()" in told["permissions-policy"], path
            assert "camera=(self)" in told["permissions-policy"], path


async def test_by_plain_http_a_browser_is_not_told_to_insist_on_https(edge: Edge, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("THT_PUBLIC_ORIGIN", "")
    settings.cache_clear()
    plain = Edge(echo, ContentPolicy({}, settings().origins), book=Book())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(plain), base_url=settings().origins[0]) as client:
        assert "strict-transport-security" not in (await client.get("/signin")).headers
