"""A server that is not ours: its administrator may make roles and schemas, and is no superuser."""

import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.conftest import FAST, ZONE
from tests.factories.registration import a_patient
from tht_app.database.crypto import MasterKeyMissing, Purpose, Vault, unlocked
from tht_app.database.engine import hold, open_database
from tht_app.database.gate import make_gate
from tht_app.database.master_rotation import rotate_index
from tht_app.database.migrate import Passwords, ServerTooOld, _ensure_server, head_revision, migrate
from tht_app.database.rotation import administrator, read_keys, rotate, seal_again, values_under
from tht_app.database.server import EmbeddedServer
from tht_app.database.unit_of_work import Actor
from tht_app.domain.registration import PatientId
from tht_app.use_cases.door import execute
from tht_app.use_cases.registration import GetPatient
from tht_app.use_cases.settings import UNNAMED, ClinicHead, GetClinicHead, SaveClinicHead

MASTER = secrets.token_bytes(32)


@pytest.fixture(scope="module")
def foreign() -> Iterator[EmbeddedServer]:
    """A server of its own, because roles belong to the whole server."""
    folder = Path(tempfile.mkdtemp(prefix="tht-foreign-"))
    folder.chmod(0o755)
    server = EmbeddedServer(folder, options=FAST)
    server.start()
    try:
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            connection.execute("create role clinic_admin login createrole nosuperuser")
            connection.execute("create database clinic_db")
            connection.execute("grant create, connect on database clinic_db to clinic_admin")
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


async def test_an_administrator_who_is_no_superuser_builds_everything(foreign: EmbeddedServer) -> None:
    admin = foreign.dsn(user="clinic_admin", dbname="clinic_db")
    assert migrate(admin, MASTER, Passwords(app="a'b", gate="c")) == head_revision()
    assert migrate(admin, MASTER) == head_revision(), "a second run changes nothing"
    database = await open_database(foreign.dsn(user="tht_app", dbname="clinic_db"), MASTER, ZONE, pool_size=2)
    gate = make_gate(foreign.dsn(user="tht_gate", dbname="clinic_db"))
    hold(database)
    try:
        actor = Actor(await gate.open_service("tht"))
        assert await execute(actor, GetClinicHead()) == UNNAMED
        await execute(actor, SaveClinicHead(ClinicHead(name="Klinik Sehat")))
        assert (await execute(actor, GetClinicHead())).name == "Klinik Sehat"
    finally:
        hold(None)
        await database.close()
        await gate.close()


async def test_such_an_administrator_changes_keys_too(foreign: EmbeddedServer) -> None:
    admin, app = foreign.dsn(user="clinic_admin", dbname="clinic_db"), foreign.dsn(user="tht_app", dbname="clinic_db")
    database = await open_database(app, MASTER, ZONE, pool_size=2)
    gate = make_gate(foreign.dsn(user="tht_gate", dbname="clinic_db"))
    hold(database)
    try:
        actor = Actor(await gate.open_service("tht"))
        patient = await a_patient(actor, name="Wahyu Ningsih")
        with administrator(admin) as connection:
            rotate(connection, MASTER, Purpose.IDENTITY)
            keys = read_keys(connection)
            assert seal_again(connection, Vault.unlock(MASTER, keys), Purpose.IDENTITY) == 1
            assert set(values_under(connection, Purpose.IDENTITY)) == {2}
        database.vault.renew(unlocked(MASTER, keys))
        assert (await execute(actor, GetPatient(PatientId(patient)))).details.address.street == "Jl. Melati No. 5"
    finally:
        hold(None)
        await database.close()
        await gate.close()
    with administrator(admin) as connection:
        assert rotate_index(connection, MASTER) == 2


def test_the_wrong_master_key_is_noticed_before_anything_is_served(foreign: EmbeddedServer) -> None:
    with pytest.raises(MasterKeyMissing):
        migrate(foreign.dsn(user="clinic_admin", dbname="clinic_db"), secrets.token_bytes(32))


def test_an_older_server_is_refused_with_a_sentence() -> None:
    class Old:
        def execute(self, _statement: object) -> "Old":
            return self

        def scalar_one(self) -> str:
            return "170004"

    with pytest.raises(ServerTooOld, match="PostgreSQL 18"):
        _ensure_server(Old())  # type: ignore[arg-type]
