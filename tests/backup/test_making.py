"""A backup taken while people work is one moment and comes back row by row; a failure leaves the last good one."""

import asyncio
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.conftest import Actors, Clinic
from tests.factories.encounter import make_visit, write_section
from tests.factories.pharmacy import make_product, make_signed, tablets
from tests.factories.registration import a_patient, patient_form
from tht_app.cli.backup.proving import prove
from tht_app.database.backup.container import BackupRefused, opened
from tht_app.database.backup.create import Source, check, create_backup
from tht_app.database.backup.databases import Addresses, scratch_database
from tht_app.database.backup.restore import begin_again, restore_database, restore_files
from tht_app.database.backup.shelf import BACKUP, Shelf
from tht_app.database.backup.snapshot import TABLES
from tht_app.database.engine import hold
from tht_app.domain.backup import Kind
from tht_app.domain.errors import PermissionDenied
from tht_app.settings import Settings
from tht_app.use_cases.backup import NoteBackup
from tht_app.use_cases.door import execute
from tht_app.use_cases.identity import ListPeople

pytestmark = pytest.mark.integration

CANARY = "Kanarifah Sukmawijaya"
NIK = "3174995407850001"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
async def source(clinic: Clinic, actors: Actors, tmp_path_factory: pytest.TempPathFactory) -> Source:
    """A clinic with a patient, a note, a prescription and an attached file."""
    patient = await a_patient(actors["admin"], name=CANARY, nik=NIK)
    visit = await make_visit(actors, patient)
    await write_section(actors["dokter"], visit, "subjective", "Telinga kanan berdenging sejak seminggu.")
    await make_signed(actors, tablets(await make_product(actors["apoteker"])), visit=visit)
    folder = tmp_path_factory.mktemp("clinic")
    (folder / "files" / "ab").mkdir(parents=True)
    (folder / "files" / "ab" / "scan.bin").write_bytes(os.urandom(600_000))
    (folder / "files" / "leer").write_bytes(b"")
    server, name = clinic.server, clinic.name
    return Source(
        backup_url=server.dsn("tht_backup", name),
        all_seeing_url=server.dsn(dbname=name),
        files=folder / "files",
        anchors=folder / "anchors.log",
        master=clinic.master_key,
    )


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "backups")


def make(source: Source, shelf: Shelf, second: int = 0) -> Path:
    with shelf.held():
        return create_backup(source, shelf, Kind.DAILY, datetime(2026, 11, 25, 2, 0, second, tzinfo=UTC))


def addresses(clinic: Clinic) -> Addresses:
    server = clinic.server
    urls = (server.dsn(user, clinic.name) for user in ("tht_app", "tht_gate", "tht_backup"))
    return Addresses(server.dsn(), *urls)


def rows(url: str) -> dict[str, str]:
    """Every row of every table as one fingerprint a table."""
    with psycopg.connect(url) as connection:
        tables = connection.execute(TABLES, (["clinic", "sec", "audit"],)).fetchall()
        statement = sql.SQL(
            "select count(*) || ' ' || md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from {} t"
        )
        return {
            f"{schema}.{name}": connection.execute(statement.format(sql.Identifier(schema, name))).fetchone()[0]
            for schema, name in tables
        }


async def test_a_backup_comes_back_elsewhere_row_by_row_and_file_by_file(
    clinic: Clinic, source: Source, shelf: Shelf, tmp_path: Path
):
    before = rows(source.all_seeing_url)
    path = make(source, shelf)
    with opened(path, source.master) as reader:
        checked = check(reader)
    assert checked.manifest.counts["clinic.patient"] == 1
    with scratch_database(addresses(clinic), f"{clinic.name}_restored") as scratch:
        restored = restore_database(path, source.master, scratch.target)
        assert rows(scratch.admin_url) == before
        assert restored.opened >= 4
        settings = Settings(data_dir=tmp_path / "data")
        proof = await prove(settings, scratch, path, source.master)
        hold(clinic.database)  # the proof opens and closes another clinic in this process
        assert proof.records == 2
    files = tmp_path / "elsewhere"
    assert restore_files(path, source.master, files, tmp_path / "anchors.log") == 2
    for name in ("ab/scan.bin", "leer"):
        assert (files / name).read_bytes() == (source.files / name).read_bytes()


async def test_nobody_is_signed_in_any_more_after_a_restore(
    clinic: Clinic, source: Source, shelf: Shelf, tmp_path: Path
):
    path = make(source, shelf)
    live = "select count(*) from sec.session where revoked_at is null"
    with scratch_database(addresses(clinic), f"{clinic.name}_restored") as scratch:
        restore_database(path, source.master, scratch.target)
        with psycopg.connect(scratch.admin_url, autocommit=True) as connection:
            assert connection.execute(live).fetchone()[0] > 0
            assert begin_again(scratch.admin_url, source.master, tmp_path / "anchors.log") == 2
            assert connection.execute(live).fetchone()[0] == 0


async def test_a_backup_taken_while_people_write_is_one_moment(
    clinic: Clinic, actors: Actors, source: Source, shelf: Shelf
):
    busy = True

    async def write() -> None:
        while busy:
            await a_patient(actors["admin"])
            await execute(actors["pemilik"], ListPeople())

    writers = [asyncio.create_task(write()) for _ in range(4)]
    await asyncio.sleep(0.3)
    path = await asyncio.to_thread(make, source, shelf)
    busy = False
    await asyncio.gather(*writers)
    with scratch_database(addresses(clinic), f"{clinic.name}_restored") as scratch:
        restored = restore_database(path, source.master, scratch.target)
        with psycopg.connect(scratch.admin_url) as connection:
            patients = connection.execute("select count(*) from clinic.patient").fetchone()[0]
            audited = connection.execute(
                "select count(*) from clinic.patient p where exists (select from audit.event e "
                "where p.id = any (e.patient_ids) and e.action = 'create')"
            ).fetchone()[0]
    now = clinic.admin_fetch("select count(*) from clinic.patient")[0]["count"]
    assert 1 <= patients < now
    assert audited == patients, "no patient without the entry of the same transaction"
    assert restored.manifest.counts["clinic.patient"] == patients


def test_nothing_that_names_a_person_can_be_read_in_the_file(source: Source, shelf: Shelf):
    data = make(source, shelf).read_bytes()
    form = patient_form()
    for word in (
        CANARY,
        CANARY.partition(" ")[0],
        NIK,
        form["phone"],
        form["street"],
        "berdenging",
        "amoksisilin",
        "dokter",
    ):
        assert word.encode() not in data
    assert source.master not in data


def test_a_table_that_the_backup_role_does_not_see_is_named_and_no_backup_is_made(
    clinic: Clinic, source: Source, shelf: Shelf
):
    clinic.admin_fetch("create table clinic.forgotten (id integer)")
    clinic.admin_fetch("insert into clinic.forgotten values (1)")
    clinic.admin_fetch("alter table clinic.forgotten enable row level security")
    clinic.admin_fetch("grant select on clinic.forgotten to tht_backup")
    try:
        with pytest.raises(BackupRefused, match=r"clinic\.forgotten"):
            make(source, shelf)
    finally:
        clinic.admin_fetch("drop table clinic.forgotten")
    assert shelf.stored() == []


@contextmanager
def disk_of(size: int) -> Iterator[None]:
    """No file may grow beyond this, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_is_said_and_the_last_good_backup_is_kept(source: Source, shelf: Shelf):
    good = make(source, shelf)
    whole = good.read_bytes()
    with disk_of(100_000), pytest.raises(BackupRefused, match="free some space"):
        make(source, shelf, second=1)
    assert [path.name for path in shelf.folder.glob("*.thtb")] == [good.name]
    assert list(shelf.folder.glob(".*.partial")) == []
    assert good.read_bytes() == whole


KILLED = """
import os, signal, sys
from pathlib import Path
from tht_app.database.backup.shelf import Shelf
shelf = Shelf(Path(sys.argv[1]))
with shelf.held(), shelf.placing("klinik-20261125T030000Z-daily.thtb") as file:
    file.write(b"half of it")
    file.flush()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_kill_in_the_middle_leaves_nothing_that_looks_like_a_backup(source: Source, shelf: Shelf):
    good = make(source, shelf)
    killed = subprocess.run([sys.executable, "-c", KILLED, str(shelf.folder)], cwd=ROOT, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert len(list(shelf.folder.glob(".*.partial"))) == 1
    assert [one.name for one in shelf.stored()] == [good.name]
    make(source, shelf, second=1)
    assert list(shelf.folder.glob(".*.partial")) == []


def test_two_at_once_do_not_mix(shelf: Shelf):
    with shelf.held(), pytest.raises(BackupRefused, match="going on"), Shelf(shelf.folder).held():
        pass


def test_what_went_wrong_is_remembered_beside_what_went_well(shelf: Shelf):
    good, bad = datetime(2026, 11, 24, 2, tzinfo=UTC), datetime(2026, 11, 25, 2, tzinfo=UTC)
    shelf.succeeded(BACKUP, good, file="x")
    shelf.failed(BACKUP, bad, "disk full")
    told = Shelf(shelf.folder).told(BACKUP)
    assert (told.run.good_at, told.run.failed_at, told.run.reason) == (good, bad, "disk full")
    assert told.figures == {"file": "x"}
    (shelf.folder / "status.json").write_text("{broken")
    assert shelf.told(BACKUP).run.good_at is None


async def test_a_backup_is_in_the_audit_log_and_only_its_owner_or_the_machine_notes_one(clinic: Clinic, actors: Actors):
    await execute(actors["tht"], NoteBackup("klinik-x.thtb", "daily"))
    entry = clinic.admin_fetch("select action, request from audit.event order by at desc limit 1")[0]
    assert entry == {"action": "export", "request": "backup.NoteBackup"}
    for who in ("admin", "dokter", "auditor"):
        with pytest.raises(PermissionDenied):
            await execute(actors[who], NoteBackup("klinik-x.thtb", "daily"))
