"""`tht backup` and `tht restore` as an operator runs them: the machine is lost, and the clinic opens on another."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from tests.conftest import FAST
from tht_app.database.server import EmbeddedServer

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.integration, pytest.mark.slow]
NAME = "Klinik THT"


def tht(place: Path, *arguments: str, typed: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("THT_")}
    return subprocess.run(
        [sys.executable, "-m", "tht_app.cli", *arguments],
        cwd=ROOT,
        env={**environment, "THT_DATA_DIR": str(place / "data"), **settings},
        input=typed,
        capture_output=True,
        text=True,
        check=False,
    )


def said(done: subprocess.CompletedProcess[str]) -> dict:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def account(place: Path, username: str) -> None:
    done = tht(place, "user", "create", username, "--name", username, "--role", "admin", typed="tujuh-Sepeda-biru-9\n")
    assert done.returncode == 0, done.stderr


VISIT = """
with doctor as (select id from sec.person where username = 'rina'),
patient as (
    insert into clinic.patient (id, name, name_words, name_sounds, name_sort, birth_date, sex, nik_missing,
        created_at, created_by, updated_at, updated_by)
    select uuidv7(), 'Siti', array['siti'], array['S3'], 'siti', '1990-01-01', 'female', 'not_brought',
        now(), id, now(), id from doctor
    returning id)
insert into clinic.encounter (id, patient_id, practitioner_id, visit_type, status, arrived_at)
select uuidv7(), patient.id, doctor.id, 'consultation', 'arrived', now() from patient, doctor
"""
"""Enough of a record for a proof to read one."""


def epochs_since(place: Path, moment: datetime) -> set[int]:
    """The epochs under which the audit log of a clinic was written from a moment on."""
    with (
        EmbeddedServer(place / "data", options=FAST) as server,
        psycopg.connect(server.dsn(dbname="clinic")) as database,
    ):
        return {row[0] for row in database.execute("select distinct epoch from audit.event where at > %s", (moment,))}


def accounts(place: Path) -> list[str]:
    return [row["username"] for row in said(tht(place, "user", "list", "--json"))["people"]]


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A folder with a clinic in it, an account, an anchor, and a backup behind them; then one more account."""
    with tempfile.TemporaryDirectory(prefix="tht-backup-", ignore_cleanup_errors=True) as folder:
        here = Path(folder)
        here.chmod(0o755)
        assert tht(here, "migrate").returncode == 0
        with EmbeddedServer(here / "data", options=FAST) as server:  # so that not every command starts it anew
            account(here, "rina")
            with psycopg.connect(server.dsn(dbname="clinic")) as database:
                database.execute(VISIT)
            made = said(tht(here, "backup", "--json"))
            (here / "first").write_text(made["file"])
            account(here, "sesudah")
            assert tht(here, "audit", "anchor").returncode == 0
        yield here


def first(place: Path) -> str:
    return (place / "first").read_text()


def test_what_is_there_is_listed_without_a_key_and_verified_with_it(place: Path):
    listed = json.loads(tht(place, "backup", "list", "--json").stdout)
    assert [(row["file"], row["kind"]) for row in listed] == [(first(place), "manual")]
    assert said(tht(place, "backup", "verify", "--json"))["counts"]["sec.person"] >= 1
    (place / "other.key").write_bytes(bytes(32))
    refused = tht(place, "backup", "verify", "--key-file", str(place / "other.key"))
    assert refused.returncode == 1
    assert "opens with the master key" in refused.stderr


def test_a_rehearsal_proves_the_newest_and_notes_it(place: Path):
    with EmbeddedServer(place / "data", options=FAST):
        rehearse(place)


def rehearse(place: Path) -> None:
    figures = said(tht(place, "backup", "rehearse", "--json"))
    assert figures["rows"] > 0
    status = json.loads((place / "data.backups" / "status.json").read_text())
    assert status["rehearsal"]["good_at"]
    damaged = place / "data.backups" / "klinik-20990101T000000Z-manual.thtb"
    shutil.copy(first(place), damaged)
    with damaged.open("r+b") as file:
        file.seek(5000)
        file.write(b"\0\1\2\3")
    failed = tht(place, "backup", "rehearse")
    damaged.unlink()
    assert failed.returncode == 1
    assert "FAILED" in failed.stderr
    assert "damaged" in json.loads((place / "data.backups" / "status.json").read_text())["rehearsal"]["reason"]


def test_a_lost_machine_opens_elsewhere_with_its_key_and_its_log_goes_on(place: Path, tmp_path: Path):
    tmp_path.chmod(0o755)
    without = tht(tmp_path, "restore", first(place), "--confirm", NAME)
    assert without.returncode == 1
    assert not (tmp_path / "data.master.key").exists(), "no key is invented beside a backup that it does not open"
    key, began = str(place / "data.master.key"), datetime.now(UTC)
    told = said(tht(tmp_path, "restore", first(place), "--key-file", key, "--confirm", NAME, "--json"))
    assert (told["epoch"], told["aside"]) == (2, {})
    assert accounts(tmp_path) == ["rina"]
    verified = tht(tmp_path, "audit", "verify", "--json")
    report = json.loads(verified.stdout)
    assert (verified.returncode, report["well"], len(report["restores"])) == (0, True, 1)
    assert epochs_since(tmp_path, began) == {2}, "also what the proof of the restore read"


def test_a_restore_over_a_clinic_asks_keeps_what_was_and_says_rolled_back(place: Path):
    refused = tht(place, "restore", first(place), typed="Klinik Lain\n")
    assert refused.returncode == 1
    assert "nothing was changed" in refused.stderr
    told = said(tht(place, "restore", first(place), "--confirm", NAME, "--json"))
    assert told["aside"]["database"].startswith("clinic_before_")
    assert accounts(place) == ["rina"]
    verified = tht(place, "audit", "verify")
    assert verified.returncode == 0, verified.stdout
    assert "ROLLED BACK" in verified.stdout
    assert told["aside"]["database"] in tht(place, "backup", "forget", "--yes").stdout


def test_a_backup_of_a_newer_program_is_refused_before_anything_is_touched(place: Path, tmp_path: Path):
    from tht_app.database.backup.container import Reader, Writer
    from tht_app.database.backup.create import DUMP

    newer, master = tmp_path / "newer.thtb", (place / "data.master.key").read_bytes()
    with Path(first(place)).open("rb") as old, newer.open("wb") as file:
        reader = Reader(old, master)
        head = type(reader.head)(**{**_fields(reader.head), "revision": "9999", "program": "7.0"})
        writer = Writer(file, head, reader.manifest, master)
        with writer.member(DUMP) as say:
            say(b"unread")
        writer.close()
    refused = tht(place, "restore", str(newer), "--confirm", NAME)
    assert refused.returncode == 1
    assert "newer program (7.0, schema 9999)" in refused.stderr


def _fields(head: object) -> dict:
    from dataclasses import asdict

    return asdict(head)
