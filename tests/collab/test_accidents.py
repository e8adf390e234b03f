"""Never lose a word: a sample of the accidents that `bench/loss.py` makes by the hundred."""

from collections.abc import AsyncIterator

import pytest

from tests.collab.accidents import LIGHT, Accident, database_killed, half_an_hour_compressed, run, server_killed
from tests.collab.world import World, a_world

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]

SAMPLE = [(accident, 11) for accident in LIGHT if accident is not half_an_hour_compressed]


@pytest.fixture(scope="module")
async def world() -> AsyncIterator[World]:
    async with a_world() as world:
        yield world


def named(value: object) -> str | None:
    return getattr(value, "__name__", None)


@pytest.mark.parametrize(("accident", "seed"), [*SAMPLE, (database_killed, 14), (server_killed, 15)], ids=named)
async def test_no_acknowledged_word_is_lost_and_what_was_kept_comes_back(world: World, accident: Accident, seed: int):
    outcome = await run(world, accident, seed)
    assert outcome.acknowledged > 0
    assert outcome.sound, outcome
