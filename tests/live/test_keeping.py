"""No change is left unread: not one that comes as a reading ends, not one that came while the database was away."""

import asyncio
from typing import Any

import pytest

from tht_app.domain.errors import Unavailable
from tht_app.live import feed as feeding
from tht_app.live.feed import Feed
from tht_app.live.screens import Screens
from tht_app.live.view import LiveView
from tht_app.use_cases.door import Actor, Reading

VIEW = LiveView("v", "request", ("topic",), lambda *_: {})


@pytest.fixture
def feed() -> Feed:
    screens = Screens()
    screens.watch("tab", "State", VIEW, Actor("token")).opened = True
    return Feed(screens)


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """One entry for each reading; an exception put in front is raised by it."""
    answers: list[Any] = []

    async def reread(*_: Any) -> Reading:
        await asyncio.sleep(0)
        answers.append("read")
        if isinstance(answers[0], Exception):
            raise answers.pop(0)
        return Reading(None, frozenset(), frozenset())

    monkeypatch.setattr(feeding, "reread", reread)
    monkeypatch.setattr(feeding, "BURST_SECONDS", 0)
    monkeypatch.setattr(feeding, "AWAY_SECONDS", 0)
    return answers


async def quiet(feed: Feed) -> None:
    for _ in range(50):
        await asyncio.sleep(0)
    assert feed._keeping == {}


async def test_a_change_that_comes_as_a_reading_ends_is_read(feed: Feed, readings: list[Any]):
    feed.touched("topic")
    task = feed._keeping[VIEW]
    while not task.done():  # noqa: ASYNC110  not a callback later: the moment itself is what is tried
        await asyncio.sleep(0)
    before = len(readings)
    feed.touched("topic")
    await quiet(feed)
    assert len(readings) == before + 1


async def test_changes_while_a_reading_goes_on_are_read_together(feed: Feed, readings: list[Any]):
    feed.touched("topic")
    await asyncio.sleep(0)
    for _ in range(100):
        feed.touched("topic")
    await quiet(feed)
    assert len(readings) == 2


async def test_what_could_not_be_read_is_read_when_the_database_is_back(feed: Feed, readings: list[Any]):
    readings.append(Unavailable())
    feed.touched("topic")
    await quiet(feed)
    assert readings == ["read", "read"]
