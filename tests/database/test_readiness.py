"""Readiness says what is missing, in words without data, and never keeps a probe waiting."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.conftest import Clinic
from tht_app.database import engine, readiness
from tht_app.database.engine import hold
from tht_app.database.migrate import ROOT, head_revision


@pytest.fixture
def nothing_open(clinic: Clinic) -> Iterator[None]:
    hold(None)
    yield
    hold(clinic.database)


async def test_a_served_clinic_is_ready(clinic: Clinic, tmp_path: Path):
    assert (await readiness.readiness(tmp_path)).ready


async def test_a_schema_older_than_the_program_is_pending(clinic: Clinic, tmp_path: Path):
    with psycopg.connect(clinic.server.dsn(dbname=clinic.name)) as connection:
        newest = connection.execute("select version_num from sec.alembic_version").fetchone()
        connection.execute("update sec.alembic_version set version_num = '0000'")
    try:
        state = await readiness.readiness(tmp_path)
        assert (state.database, state.migrations, state.ready) == ("ok", "pending", False)
    finally:
        with psycopg.connect(clinic.server.dsn(dbname=clinic.name)) as connection:
            connection.execute("update sec.alembic_version set version_num = %s", newest)


@pytest.mark.usefixtures("nothing_open")
async def test_a_process_without_a_database_is_not_ready(tmp_path: Path):
    state = await readiness.readiness(tmp_path)
    assert (state.database, state.migrations, state.ready) == ("unreachable", "unknown", False)


async def test_a_database_that_does_not_answer_is_unreachable_within_seconds(
    clinic: Clinic, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    nowhere = engine.make_engine("postgresql://tht_app@127.0.0.1:1/none", pool_size=1, application="test")
    monkeypatch.setattr(engine._Held, "database", engine.Database(nowhere, clinic.database.vault, clinic.database.zone))
    started = time.monotonic()
    assert (await readiness.readiness(tmp_path)).database == "unreachable"
    assert time.monotonic() - started < readiness.PATIENCE_SECONDS + 1


async def test_a_disk_that_is_almost_full_is_said_before_it_is_full(
    clinic: Clinic, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(readiness, "LEAST_FREE_BYTES", 10**18)
    state = await readiness.readiness(tmp_path)
    assert (state.disk, state.ready) == ("full", False)


def test_the_newest_revision_is_known_to_a_process_that_never_migrates():
    """A web process beside a server of the clinic's own is asked whether it is ready, and migrates nothing."""
    ask = "from tht_app.database.migrate import head_revision; print(head_revision())"
    command = [sys.executable, "-W", "error::DeprecationWarning:alembic", "-c", ask]
    said = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert (said.returncode, said.stdout.strip()) == (0, head_revision()), said.stderr[-500:]
