"""The gate in front of every event, through Reflex's own event processor and without a browser."""

import dataclasses
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
import reflex as rx
from reflex.istate.manager.memory import StateManagerMemory
from reflex.istate.manager.token import BaseStateToken
from reflex.utils.format import json_dumps
from reflex_base.event import Event
from reflex_base.event.processor import BaseStateEventProcessor
from reflex_base.registry import RegistrationContext

from tests.web import gate_states
from tests.web.gate_states import ProbeState
from tht_app.domain.errors import Unavailable
from tht_app.domain.identity import Permission, Role, permissions_of
from tht_app.state.acting import handler
from tht_app.state.bucket import Buckets
from tht_app.state.feedback import NoticeState
from tht_app.state.gate import HYDRATES, STORAGE, Gate, GateIncomplete, rules
from tht_app.state.person import PersonState
from tht_app.state.session import SignedIn
from tht_app.use_cases.door import Actor

PROBE = ProbeState.get_full_name()


def somebody(role: Role, token: str) -> SignedIn:
    return SignedIn(
        Actor(token),
        uuid4(),
        "person",
        uuid4(),
        role.value,
        role.value.title(),
        "id",
        frozenset({role}),
        permissions_of(frozenset({role})),
        datetime.now(UTC) + timedelta(minutes=15),
    )


class FakeSessions:
    """What the database would say of sessions, and what was asked of it."""

    def __init__(self) -> None:
        self.live = {
            "admin": somebody(Role.ADMIN, "admin"),
            "kasir": somebody(Role.CASHIER, "kasir"),
            "pemilik": somebody(Role.OWNER, "pemilik"),
        }
        self.refusals: list[tuple[str, str, str]] = []
        self.touches: list[str] = []
        self.away = False

    async def of(self, token: str, _address: str | None) -> SignedIn | None:
        if self.away:
            raise Unavailable
        return self.live.get(token)

    async def touched(self, token: str) -> None:
        self.touches.append(token)

    async def refused(self, who: SignedIn, name: str, reason: str) -> None:
        self.refusals.append((who.username, name, reason))


@dataclasses.dataclass
class Bench:
    processor: BaseStateEventProcessor
    manager: StateManagerMemory
    sessions: FakeSessions
    gate: Gate
    closed: list[str]

    async def fire(self, cookie: str, name: str, tab: str = "tab", **payload: Any) -> list[dict[str, Any]]:
        """One event as a browser with this session cookie would send it; returns the deltas."""
        router = {
            "pathname": "/",
            "asPath": "/",
            "token": tab,
            "sid": "socket",
            "ip": "10.0.0.9",
            "headers": {"cookie": f"sid={cookie}"},
        }
        event = Event(name=name, payload=payload, router_data=router)
        return [dict(delta) async for delta in self.processor.enqueue_stream_delta(tab, event)]

    async def state(self, cls: type[rx.State], tab: str = "tab") -> Any:
        root = await self.manager.get_state(BaseStateToken(ident=tab, cls=cls))
        return await root.get_state(cls)

    async def notices(self, tab: str = "tab") -> list[str]:
        return [notice.text_id for notice in (await self.state(NoticeState, tab)).notices]


@pytest.fixture(scope="module")
def app() -> rx.App:
    context = RegistrationContext.get()
    return context._app or rx.App()


@pytest.fixture
async def bench(app: rx.App) -> AsyncIterator[Bench]:
    sessions, closed = FakeSessions(), []

    async def close(token: str) -> None:
        closed.append(token)

    gate = Gate(sessions, close=close, buckets=Buckets(rate=1, burst=50))
    gate._rules = rules()
    before = list(app._middlewares)
    app._middlewares[:] = [gate, *(one for one in before if not isinstance(one, Gate))]
    manager = StateManagerMemory()
    processor = BaseStateEventProcessor(middleware=app).configure(state_manager=manager)
    try:
        async with processor:
            yield Bench(processor, manager, sessions, gate, closed)
    finally:
        app._middlewares[:] = before


async def test_a_handler_runs_for_whoever_holds_its_permission(bench: Bench):
    await bench.fire("admin", f"{PROBE}.count_up", by=2)
    assert (await bench.state(ProbeState)).n == 2
    assert bench.sessions.refusals == []


async def test_without_the_permission_it_does_not_run_is_audited_and_explained(bench: Bench):
    await bench.fire("kasir", f"{PROBE}.count_up", by=2)
    assert (await bench.state(ProbeState)).n == 0
    assert [(who, name) for who, name, _ in bench.sessions.refusals] == [("cashier", f"{PROBE}.count_up")]
    assert "Peran Anda tidak mencakup" in (await bench.notices())[0]


async def test_any_one_of_several_permissions_is_enough(bench: Bench):
    await bench.fire("kasir", f"{PROBE}.either")
    await bench.fire("pemilik", f"{PROBE}.either", tab="other")
    assert (await bench.state(ProbeState)).n == 1
    assert (await bench.state(ProbeState, "other")).n == 0


@pytest.mark.parametrize("cookie", ["", "nobody", "admin; sid=nobody"])
async def test_a_dead_or_forged_session_gets_nothing_and_loses_its_sockets(bench: Bench, cookie: str):
    deltas = await bench.fire(cookie, f"{PROBE}.count_up", by=2)
    assert (await bench.state(ProbeState)).n == 0
    assert "n_rx_state_" not in json_dumps(deltas).replace('"n_rx_state_": 0', "").replace('"n_rx_state_":0', "")


async def test_a_hydrate_without_a_session_shows_nothing(bench: Bench):
    await bench.fire("admin", f"{PROBE}.remember", secret="Rahasia-Kanarif")
    for name in HYDRATES:
        assert "Rahasia-Kanarif" not in json_dumps(await bench.fire("nobody", name))
    assert bench.closed == ["nobody", "nobody"]


async def test_the_next_person_in_the_same_tab_sees_nothing_of_the_former(bench: Bench):
    await bench.fire("admin", f"{PROBE}.remember", secret="Rahasia-Kanarif")
    assert (await bench.state(ProbeState)).secret == "Rahasia-Kanarif"
    deltas = [delta for name in HYDRATES for delta in await bench.fire("kasir", name)]
    assert "Rahasia-Kanarif" not in json_dumps(deltas)
    assert (await bench.state(ProbeState)).secret == ""
    assert (await bench.state(PersonState)).username == "cashier"
    assert bench.sessions.refusals[0][2] == "state of another session"


async def test_a_replayed_tab_token_runs_nothing_on_the_other_persons_state(bench: Bench):
    await bench.fire("admin", f"{PROBE}.remember", secret="Rahasia-Kanarif")
    deltas = await bench.fire("pemilik", f"{PROBE}.either")
    assert "Rahasia-Kanarif" not in json_dumps(deltas)
    assert (await bench.state(ProbeState)).n == 0


@pytest.mark.parametrize("name", ["secret", "_hidden", "permissions", "_session_id"])
async def test_setters_are_refused_on_every_state(bench: Bench, name: str):
    for state in (ProbeState, PersonState):
        await bench.fire("admin", f"{state.get_full_name()}.setvar", var_name=name, value="x")
    assert (await bench.state(ProbeState)).secret == ""
    assert len(bench.sessions.refusals) == 2


async def test_a_public_method_without_a_mark_is_refused(bench: Bench):
    with gate_states.unmarked_registered():
        await bench.fire("admin", gate_states.UNMARKED)
    assert (await bench.state(ProbeState)).n == 0
    assert bench.sessions.refusals[-1][2] == "no such handler"


@pytest.mark.parametrize(
    "payload",
    [
        {"by": "two"},
        {"by": None},
        {"by": [1]},
        {"by": True},
        {"by": 10**30},
        {},
        {"by": 1, "extra": 1},
    ],
)
async def test_a_payload_of_another_type_is_refused_before_the_handler_runs(bench: Bench, payload: dict[str, Any]):
    await bench.fire("admin", f"{PROBE}.count_up", **payload)
    assert (await bench.state(ProbeState)).n == 0
    assert bench.sessions.refusals[-1][2].startswith("payload")


async def test_a_form_arrives_as_text_and_nothing_else(bench: Bench):
    await bench.fire("admin", f"{PROBE}.keep_form", form={"a": "x", "b": True, "c": None, "d": 3})
    assert (await bench.state(ProbeState)).seen == {"a": "x", "b": "true", "c": "", "d": "3"}
    await bench.fire("admin", f"{PROBE}.keep_form", form={"a": {"$ne": ""}})
    assert bench.sessions.refusals[-1][2].startswith("payload")


async def test_browser_storage_that_no_state_declares_is_dropped(bench: Bench):
    await bench.fire("admin", f"{PROBE}.remember", secret="Rahasia-Kanarif")
    await bench.fire("admin", STORAGE, vars={f"{PROBE}.secret_rx_state_": "planted", "nonsense.x": "y"})
    assert (await bench.state(ProbeState)).secret == "Rahasia-Kanarif"


async def test_a_flood_is_stopped_and_other_sessions_are_not(bench: Bench):
    for _ in range(60):
        await bench.fire("admin", f"{PROBE}.count_up", by=1)
    assert (await bench.state(ProbeState)).n == 50
    await bench.fire("pemilik", f"{PROBE}.for_all", tab="other")
    assert (await bench.state(ProbeState, "other")).n == 1


async def test_only_what_a_person_does_counts_as_activity(bench: Bench):
    for name in HYDRATES:
        await bench.fire("admin", name)
    await bench.processor.enqueue("tab", Event(name=f"{PROBE}.for_all"))
    await bench.processor.join(5)
    assert bench.sessions.touches == []
    await bench.fire("admin", f"{PROBE}.for_all")
    assert bench.sessions.touches == ["admin"]


async def test_when_the_database_is_away_the_event_waits_for_another_day_and_says_so(bench: Bench):
    await bench.fire("admin", f"{PROBE}.remember", secret="Rahasia-Kanarif")
    bench.sessions.away = True
    await bench.fire("admin", f"{PROBE}.count_up", by=1)
    assert (await bench.state(ProbeState)).n == 0
    assert (await bench.state(ProbeState)).secret == "Rahasia-Kanarif"
    assert "belum terjangkau" in (await bench.notices())[-1]


async def test_a_refused_field_stands_beside_the_field_in_the_persons_language(bench: Bench):
    await bench.fire("admin", f"{PROBE}.bad_field", form={})
    assert (await bench.state(ProbeState)).errors == {"name": "Paling banyak 5 karakter."}
    await bench.fire("admin", f"{PROBE}.keep_form", form={"a": "x"})
    assert (await bench.state(ProbeState)).errors == {}


async def test_a_refusal_becomes_a_notice_and_a_bug_becomes_an_incident_number(bench: Bench, caplog):
    await bench.fire("admin", f"{PROBE}.conflict")
    await bench.fire("admin", f"{PROBE}.bug")
    told = await bench.notices()
    assert told[0].startswith("Orang lain baru saja mengubah")
    number = told[1].split("nomor ")[1].split(" ")[0]
    assert number in caplog.text
    assert "Siti Rahmawati" not in caplog.text


async def test_an_async_generator_is_explained_too_and_keeps_what_it_yielded(bench: Bench):
    deltas = await bench.fire("admin", f"{PROBE}.steps")
    seen = [delta[PROBE]["n_rx_state_"] for delta in deltas if "n_rx_state_" in delta.get(PROBE, {})]
    assert seen[-2:] == [1, 2]
    assert (await bench.notices())[-1].startswith("Orang lain baru saja mengubah")


def test_a_sync_handler_cannot_be_declared():
    with pytest.raises(TypeError, match="async"):
        handler(needs=Permission.SIGNED_IN)(lambda self: None)


def test_the_app_refuses_to_start_with_an_unmarked_handler():
    gate = Gate(SimpleNamespace())  # type: ignore[arg-type]
    with gate_states.unmarked_registered(), pytest.raises(GateIncomplete, match="no permission"):
        gate.assert_complete()


def test_the_bucket_fills_again():
    now = [0.0]
    buckets = Buckets(rate=2, burst=3, clock=lambda: now[0])
    assert [buckets.take("a") for _ in range(4)] == [True, True, True, False]
    now[0] += 1
    assert [buckets.take("a") for _ in range(3)] == [True, True, False]
    assert buckets.take("b")
