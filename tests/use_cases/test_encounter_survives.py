"""What was acknowledged is there after `kill -9` of the database."""

import asyncio
import os
import secrets
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psycopg
import pytest

from tests.conftest import ZONE
from tests.factories.encounter import make_patient, make_visit
from tht_app.database.engine import hold, open_database
from tht_app.database.gate import make_gate
from tht_app.database.ids import new_id
from tht_app.database.migrate import migrate
from tht_app.database.server import EmbeddedServer
from tht_app.database.unit_of_work import Actor
from tht_app.domain.errors import Unavailable
from tht_app.use_cases.door import execute
from tht_app.use_cases.encounter import ReadNote, SaveSection

pytestmark = [pytest.mark.integration, pytest.mark.slow]

PEOPLE = {"admin": "admin", "dokter": "doctor"}


@pytest.fixture
def durable() -> Iterator[EmbeddedServer]:
    """A server with its real settings, unlike the fast one of the other tests."""
    folder = Path(tempfile.mkdtemp(prefix="tht-survive-"))
    folder.chmod(0o755)
    server = EmbeddedServer(folder)
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
async def people(durable: EmbeddedServer) -> AsyncIterator[dict[str, Actor]]:
    """A migrated clinic with a desk and a doctor."""
    key = secrets.token_bytes(32)
    migrate(durable.dsn(), key)
    ids = {username: new_id() for username in PEOPLE}
    with psycopg.connect(durable.dsn()) as connection:
        for username, role in PEOPLE.items():
            values = (ids[username], username, username)
            connection.execute("insert into sec.person (id, username, display_name) values (%s, %s, %s)", values)
            connection.execute("insert into sec.person_role (person_id, role) values (%s, %s)", (ids[username], role))
    database = await open_database(durable.dsn(user="tht_app"), key, ZONE, pool_size=4)
    gate = make_gate(durable.dsn(user="tht_gate"))
    hold(database)
    try:
        yield {username: Actor(await gate.open_session(ids[username], address="127.0.0.1")) for username in PEOPLE}
    finally:
        hold(None)
        await database.close()
        await gate.close()


async def patiently(actor: Actor, request):
    """As the note field does: try again until the server is back."""
    for _ in range(120):
        try:
            return await execute(actor, request)
        except Unavailable:
            await asyncio.sleep(0.25)
    raise AssertionError("the database did not come back")


async def test_an_acknowledged_text_survives_kill_9(durable: EmbeddedServer, people: dict[str, Actor]):
    with psycopg.connect(durable.dsn()) as connection:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            assert connection.execute(f"show {name}").fetchone() == ("on",)
    visit = await make_visit(people, await make_patient(people["admin"]))
    for version in range(3):
        await patiently(people["dokter"], SaveSection(visit, "plan", f"teks {version}", version))
        os.kill(durable.pid, signal.SIGKILL)
        note = await patiently(people["dokter"], ReadNote(visit))
        plan = next(section for section in note.sections if section.section == "plan")
        assert (plan.text, plan.version) == (f"teks {version}", version + 1)
