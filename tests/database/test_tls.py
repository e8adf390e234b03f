"""TLS to PostgreSQL by setting: `sslmode=verify-full` reaches the right server, encrypted, and no other.

The embedded server has no network and no TLS, so a stand-in speaks both for it. What a real server with a certificate
of its own adds (its `pg_hba.conf`, SCRAM) is PostgreSQL's part and is not run here.
"""

from pathlib import Path

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from tests.conftest import ZONE, Actors, Clinic
from tests.factories.registration import a_patient
from tests.factories.tls import Authority, TlsStandIn, stand_in
from tht_app.database.engine import hold, open_database
from tht_app.database.gate import make_gate
from tht_app.database.listen import LISTENING, notifications
from tht_app.database.server import SOCKET_NAME
from tht_app.domain.errors import Unavailable
from tht_app.domain.registration import PatientId
from tht_app.use_cases.door import execute
from tht_app.use_cases.registration import GetPatient

pytestmark = pytest.mark.integration

NAME = "Zulaikha Terenkripsi"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The clinic's own certificate authority."""
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="module")
def socket_path(clinic: Clinic) -> Path:
    """Where the real server listens."""
    return clinic.server._run_dir / SOCKET_NAME


def address(clinic: Clinic, server: TlsStandIn, authority: Authority, *, user: str = "tht_app") -> str:
    place = f"localhost:{server.port}/{clinic.name}"
    return f"postgresql://{user}@{place}?sslmode=verify-full&sslrootcert={authority.file}&gssencmode=disable"


async def test_the_whole_way_to_the_database_is_encrypted(
    clinic: Clinic, actors: Actors, authority: Authority, socket_path: Path
):
    patient = await a_patient(actors["admin"], name=NAME)
    with stand_in(socket_path, authority.context_for("localhost")) as server:
        database = await open_database(address(clinic, server, authority), clinic.master_key, ZONE, pool_size=2)
        gate = make_gate(address(clinic, server, authority, user="tht_gate"))
        hold(database)
        try:
            assert await gate.look_up(actors["admin"].token) is not None
            assert (await execute(actors["admin"], GetPatient(PatientId(patient)))).details.name == NAME
            listening = notifications(address(clinic, server, authority))
            assert await anext(listening) == LISTENING
            await listening.aclose()
        finally:
            hold(clinic.database)
            await database.close()
            await gate.close()
        assert server.versions == {"TLSv1.3"}
        wire = b"".join(server.wire)
    assert len(wire) > 5000
    for word in (NAME.encode(), b"select", b"tht_app", actors["admin"].token.encode()):
        assert word not in wire, word


async def test_a_server_of_another_authority_is_refused(
    clinic: Clinic, authority: Authority, socket_path: Path, tmp_path: Path
):
    with stand_in(socket_path, Authority(tmp_path / "other", "Somebody else").context_for("localhost")) as server:
        with pytest.raises(OperationalError, match="certificate verify failed"):
            await open_database(address(clinic, server, authority), clinic.master_key, ZONE)
        assert server.versions <= {"TLSv1.3"}


async def test_a_server_of_another_name_is_refused(clinic: Clinic, authority: Authority, socket_path: Path):
    with stand_in(socket_path, authority.context_for("evil.example")) as server:
        with pytest.raises(OperationalError, match="does not match host name"):
            await open_database(address(clinic, server, authority), clinic.master_key, ZONE)
        with pytest.raises(Unavailable):
            await anext(notifications(address(clinic, server, authority)))


def test_nothing_is_ever_said_in_clear_instead(clinic: Clinic, authority: Authority, socket_path: Path):
    with stand_in(socket_path, None) as server:
        with pytest.raises(psycopg.OperationalError, match="does not support SSL"):
            psycopg.connect(address(clinic, server, authority))
        assert len(server.clear) == 1
