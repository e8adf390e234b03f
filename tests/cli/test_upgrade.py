"""A clinic with data is backed up before its schema changes, an empty one and one that is current are not."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Clinic
from tht_app.cli.backup.upgrading import upgrade
from tht_app.cli.place import Place
from tht_app.database.backup.container import BackupRefused, read_head
from tht_app.database.backup.shelf import Shelf
from tht_app.database.engine import hold
from tht_app.database.migrate import head_revision
from tht_app.settings import settings

pytestmark = pytest.mark.integration


@pytest.fixture
def place(clinic: Clinic, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """The clinic as `tht` sees it."""
    server, name = clinic.server, clinic.name
    key = tmp_path / "master.key"
    key.write_bytes(clinic.master_key)
    key.chmod(0o600)
    for variable, value in {
        "THT_EMBEDDED": "true",
        "THT_DATA_DIR": str(tmp_path / "data"),
        "THT_MASTER_KEY_FILE": str(key),
        "THT_DATABASE_URL": server.dsn("tht_app", name),
        "THT_DATABASE_GATE_URL": server.dsn("tht_gate", name),
    }.items():
        monkeypatch.setenv(variable, value)
    settings.cache_clear()
    yield Place(settings(), server.dsn(dbname=name), server, server.dsn("tht_backup", name))
    settings.cache_clear()
    hold(clinic.database)


def pretend_older(clinic: Clinic) -> str:
    """As if the newest migration, which may be repeated, had not been there yet."""
    older = f"{int(head_revision()) - 1:04d}"
    clinic.admin_fetch("update sec.alembic_version set version_num = %s", older)
    return older


def test_a_current_schema_needs_no_backup(place: Place):
    assert upgrade(place) == (head_revision(), None)
    assert Shelf(place.settings.backups).stored() == []


def test_a_backup_of_the_older_schema_is_made_before_it_changes(place: Place, clinic: Clinic, monkeypatch):
    older = pretend_older(clinic)
    monkeypatch.setattr("tht_app.cli.place.migrate", lambda *_: _arrive(clinic))
    revision, path = upgrade(place)
    assert revision == head_revision()
    assert path is not None
    with path.open("rb") as file:
        head, _ = read_head(file)
    assert (head.kind, head.revision) == ("upgrade", older)
    entry = clinic.admin_fetch("select request from audit.event order by at desc limit 1")[0]
    assert entry["request"] == "backup.NoteBackup"


def test_where_no_backup_can_be_made_nothing_is_changed(place: Place, clinic: Clinic):
    older = pretend_older(clinic)
    place.settings.backups.parent.mkdir(parents=True, exist_ok=True)
    place.settings.backups.write_text("a file where the folder should be")
    with pytest.raises(BackupRefused):
        upgrade(place)
    assert clinic.admin_fetch("select version_num from sec.alembic_version") == [{"version_num": older}]
    _arrive(clinic)


def _arrive(clinic: Clinic) -> str:
    clinic.admin_fetch("update sec.alembic_version set version_num = %s", head_revision())
    return head_revision()
