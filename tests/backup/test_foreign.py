"""A server that is not ours: backed up and restored by an administrator who is no superuser."""

import secrets
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from tests.conftest import FAST
from tht_app.database.backup.create import Source, create_backup
from tht_app.database.backup.restore import Target, begin_again, restore_database
from tht_app.database.backup.shelf import Shelf
from tht_app.database.migrate import Passwords, migrate
from tht_app.database.server import EmbeddedServer
from tht_app.domain.backup import Kind

pytestmark = pytest.mark.integration
MASTER = secrets.token_bytes(32)


@pytest.fixture(scope="module")
def foreign() -> Iterator[EmbeddedServer]:
    """A server of its own with two databases, one of them empty."""
    folder = Path(tempfile.mkdtemp(prefix="tht-foreign-"))
    folder.chmod(0o755)
    with EmbeddedServer(folder, options=FAST) as server:
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            connection.execute("create role clinic_admin login createrole nosuperuser")
            for name in ("clinic_db", "restored_db"):
                connection.execute(f"create database {name}")
                connection.execute(f"grant create, connect on database {name} to clinic_admin")
        yield server
    shutil.rmtree(folder, ignore_errors=True)


def test_a_backup_is_made_and_restored_without_a_superuser(foreign: EmbeddedServer, tmp_path: Path):
    def admin(database: str) -> str:
        return foreign.dsn("clinic_admin", database)

    migrate(admin("clinic_db"), MASTER, Passwords(app="a", gate="b", backup="c"))
    backup_url = foreign.dsn("tht_backup", "clinic_db")
    source, shelf = Source(backup_url, "", tmp_path / "files", tmp_path / "anchors.log", MASTER), Shelf(tmp_path / "b")
    with shelf.held():
        path = create_backup(source, shelf, Kind.DAILY, datetime(2026, 11, 25, tzinfo=UTC))
    target = Target(admin("restored_db"), foreign.dsn("tht_backup", "restored_db"), Passwords())
    restored = restore_database(path, MASTER, target)
    assert restored.manifest.counts["sec.role_permission"] > 0
    assert begin_again(target.admin_url, MASTER, tmp_path / "anchors.log") == 2
    with psycopg.connect(foreign.dsn(dbname="restored_db")) as connection:
        owners = connection.execute(
            "select distinct r.rolname from pg_class c join pg_roles r on r.oid = c.relowner "
            "join pg_namespace n on n.oid = c.relnamespace where n.nspname in ('clinic', 'sec', 'audit')"
        ).fetchall()
        forced = connection.execute(
            "select relrowsecurity and relforcerowsecurity from pg_class where oid = 'clinic.patient'::regclass"
        ).fetchone()
    assert owners == [("tht_owner",)]
    assert forced == (True,)
