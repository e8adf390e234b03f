"""Twenty kills under load cost nothing that was acknowledged; `make bench NAME=kill` does it four hundred times."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench._kill import Run, fresh_state, kept
from bench.kill import MUTANT
from tht_app.database import server as server_module

pytestmark = [pytest.mark.integration, pytest.mark.slow]


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A place with a durable database, unlike the fast one of the other tests."""
    monkeypatch.setattr(server_module, "RESTART_PAUSE", server_module.RESTART_PAUSE)
    path = Path(tempfile.mkdtemp(prefix="tht-kill-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


def test_what_was_acknowledged_survives_twenty_kills_and_is_there_once(folder: Path):
    state = fresh_state()
    print(f"seed {state.seed}")
    with Run(folder, state) as run:
        for _ in range(10):
            run.kill_program()
            run.kill_database()
        figures = run.figures()
    assert figures["kills"] == 20
    assert figures["acknowledged"] >= 100
    assert kept(figures), figures


def test_the_harness_sees_a_database_that_acknowledges_too_early(folder: Path):
    with Run(folder, fresh_state(), MUTANT) as run:
        for _ in range(3):
            run.kill_database()
        figures = run.figures()
    assert figures["acknowledged_lost"] > 0, figures
