"""A real PostgreSQL for every test: one server a process, one migrated template, one database a test module."""

import os
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
import pytest
from psycopg import sql
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from tht_app.database.engine import Database, hold, open_database
from tht_app.database.gate import Gate, make_gate
from tht_app.database.ids import new_id
from tht_app.database.migrate import migrate
from tht_app.database.server import EmbeddedServer
from tht_app.database.unit_of_work import Actor
from tht_app.domain.identity import Role
from tht_app.domain.proof import Sensitive

ZONE = ZoneInfo("Asia/Jakarta")
TEMPLATE = "tht_template"
PEOPLE: dict[str, tuple[str, Role]] = {
    "admin": ("Rina Wulandari", Role.ADMIN),
    "dokter": ("dr. Sari Kusuma, Sp.THT-KL", Role.DOCTOR),
    "dokter2": ("dr. Bambang Hadi, Sp.THT-KL", Role.DOCTOR),
    "perawat": ("Dewi Lestari", Role.NURSE),
    "apoteker": ("apt. Joko Santoso", Role.PHARMACIST),
    "kasir": ("Tono", Role.CASHIER),
    "auditor": ("Lina Marlina", Role.AUDITOR),
    "pemilik": ("Hendra Wijaya", Role.OWNER),
}
"""Username -> shown name and role: one person for each role, two doctors."""
LONGEST = ("web/test_permission_matrix.py", "cli/test_run.py", "collab/test_accidents.py", "web/test_queue_display.py")
"""Files that take longest: whoever shares the tests among processes hands them out first, so that none is left over."""
FAST = {"fsync": "off", "full_page_writes": "off"}
"""Only tests that kill the server need durable writes, and they start their own."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first; all else stays in its order."""
    items.sort(key=lambda item: not item.nodeid.partition("::")[0].endswith(LONGEST))


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedServer]:
    """The server of this test process."""
    folder = Path(tempfile.mkdtemp(prefix="tht-test-"))
    folder.chmod(0o755)
    server = EmbeddedServer(folder, options=FAST)
    server.start()
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def master_key() -> bytes:
    """A master key for this run."""
    return secrets.token_bytes(32)


def add_people(connection: psycopg.Connection[Any]) -> None:
    """One person for each role, without passwords."""
    for username, (name, role) in PEOPLE.items():
        person = new_id()
        connection.execute(
            "insert into sec.person (id, username, display_name) values (%s, %s, %s)", (person, username, name)
        )
        connection.execute("insert into sec.person_role (person_id, role) values (%s, %s)", (person, role.value))
    # Tests that are not about it sign in with the password alone.
    connection.execute(
        "insert into clinic.setting (key, value) values ('second_factor', %s)",
        (Jsonb({role.value: "optional" for role in Role}),),
    )


@pytest.fixture(scope="session")
def template(postgres: EmbeddedServer, master_key: bytes) -> str:
    """A migrated database with one person for each role, from which the others are copied."""
    _create(postgres, TEMPLATE, "template0")
    migrate(postgres.dsn(dbname=TEMPLATE), master_key)
    with psycopg.connect(postgres.dsn(dbname=TEMPLATE)) as connection:
        add_people(connection)
    return TEMPLATE


def _create(postgres: EmbeddedServer, name: str, template: str) -> None:
    with psycopg.connect(postgres.dsn(), autocommit=True) as connection:
        connection.execute(
            sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(template))
        )


@dataclass
class Clinic:
    """A database of its own for one test module, open as the application sees it."""

    server: EmbeddedServer
    name: str
    master_key: bytes
    database: Database
    gate: Gate
    tokens: dict[str, str] = field(default_factory=dict)

    def admin_fetch(self, statement: str, *parameters: Any) -> list[dict[str, Any]]:
        """Rows as the superuser sees them: for looking at effects, never for making data."""
        with psycopg.connect(self.server.dsn(dbname=self.name), row_factory=dict_row, autocommit=True) as connection:
            cursor = connection.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []

    def as_app(self, token: str | None = None, user: str = "tht_app") -> psycopg.Connection[dict[str, Any]]:
        """A raw connection as the application's login role, with this session token set: for attacks by SQL."""
        connection = psycopg.connect(self.server.dsn(user=user, dbname=self.name), row_factory=dict_row)
        if token is not None:
            connection.execute("select set_config('app.session', %s, false)", (token,))
            connection.commit()
        return connection

    def person_id(self, username: str) -> UUID:
        """The id of one of the people."""
        return self.admin_fetch("select id from sec.person where username = %s", username)[0]["id"]

    def prove(self, token: str, *deeds: Sensitive, ago: str = "-1 day") -> None:
        """Let a session have proved itself for these deeds (all, if none is named), by default for a day ahead."""
        for deed in deeds or Sensitive:
            self.admin_fetch(
                "insert into sec.proof (session_id, kind, method, at) select id, %s, 'password', now() - %s::interval "
                "from sec.session where token_hash = sha256(convert_to(%s, 'UTF8')) "
                "on conflict (session_id, kind) do update set at = excluded.at",
                deed.value,
                ago,
                token,
            )

    async def actor(self, username: str) -> Actor:
        """An actor with a live session of this person or service, who has just proved themselves; opened once."""
        if username not in self.tokens:
            if username in PEOPLE:
                self.tokens[username] = await self.gate.open_session(self.person_id(username), address="127.0.0.1")
                self.prove(self.tokens[username])
            else:
                self.tokens[username] = await self.gate.open_service(username)
        return Actor(self.tokens[username], address="127.0.0.1")


@pytest.fixture(scope="module")
async def clinic(postgres: EmbeddedServer, template: str, master_key: bytes) -> AsyncIterator[Clinic]:
    """A fresh small clinic: migrated, one person a role, nothing else."""
    name = f"t_{os.getpid()}_{secrets.token_hex(4)}"
    _create(postgres, name, template)
    database = await open_database(postgres.dsn(user="tht_app", dbname=name), master_key, ZONE, pool_size=24)
    gate = make_gate(postgres.dsn(user="tht_gate", dbname=name))
    hold(database)
    try:
        yield Clinic(postgres, name, master_key, database, gate)
    finally:
        hold(None)
        await database.close()
        await gate.close()
        with psycopg.connect(postgres.dsn(), autocommit=True) as connection:
            connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


class Actors(dict[str, Actor]):
    """Actors by username: `actors["dokter"]`; also `worker`, `demo` and the other services."""


@pytest.fixture(scope="module")
async def actors(clinic: Clinic) -> Actors:
    """An actor with a live session for each role."""
    return Actors({name: await clinic.actor(name) for name in (*PEOPLE, "demo", "worker", "tht")})
