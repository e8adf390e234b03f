"""`tht doctor`: settings without secrets, and a sentence for what is not as it should be."""

import json
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.terminal import tht
from tht_app.cli.doctor import judged, masked, shown
from tht_app.database.examination import DatabaseFacts
from tht_app.settings import Settings

WELL = DatabaseFacts("18.6", 180006, True, True, True, True, "TLSv1.3", False, "0017", "0017", 0.01)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A place with a new clinic in it."""
    with tempfile.TemporaryDirectory(prefix="tht-doctor-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        assert tht("migrate", THT_DATA_DIR=f"{name}/data").returncode == 0
        yield Path(name)


@pytest.mark.integration
def test_a_clinic_that_is_well_is_told_so(folder: Path):
    done = tht("doctor", "--json", THT_DATA_DIR=str(folder / "data"))
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    states = {check["name"]: check["state"] for check in told["checks"]}
    assert "fail" not in states.values()
    for name in ("safety", "master key", "data folder", "database", "durability", "schema", "sign-in", "mail"):
        assert states[name] == "ok", told
    key = (folder / "data.master.key").read_bytes()
    assert key.hex() not in done.stdout
    assert told["settings"]["THT_TIME_ZONE"] == "Asia/Jakarta"


@pytest.mark.integration
def test_what_is_wrong_is_named_and_ends_with_a_status(folder: Path):
    key = folder / "data.master.key"
    key.chmod(0o644)
    try:
        done = tht("doctor", THT_DATA_DIR=str(folder / "data"), THT_HOST="0.0.0.0", THT_SMTP_PASSWORD="rahasia-besar")
    finally:
        key.chmod(0o600)
    assert done.returncode == 1
    assert "FAIL safety: THT_MASTER_KEY_FILE" in done.stdout
    assert "FAIL safety: The clinic would speak plain HTTP on 0.0.0.0" in done.stdout
    assert "rahasia-besar" not in done.stdout
    assert "Traceback" not in done.stderr


def test_looking_makes_nothing(tmp_path: Path):
    done = tht("doctor", THT_DATA_DIR=str(tmp_path / "none"))
    assert "there is no clinic" in done.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.integration
def test_a_clinic_refuses_to_start_unsafely_with_the_same_words(folder: Path):
    done = tht("run", THT_DATA_DIR=str(folder / "data"), THT_HOST="0.0.0.0", REFLEX_STATE_MANAGER_MODE="disk")
    assert done.returncode == 1
    assert "plain HTTP on 0.0.0.0" in done.stderr
    assert "REFLEX_STATE_MANAGER_MODE" in done.stderr
    assert "Traceback" not in done.stderr


def test_secrets_are_hidden_and_the_rest_is_shown():
    chosen = Settings(
        database_url="postgresql://tht_app:s3cr3t@db.example/clinic?sslmode=verify-full",
        smtp_password="rahasia",
        master_key="ab" * 32,
    )
    told = " ".join(shown(chosen).values())
    assert "db.example" in told
    assert "verify-full" in told
    for secret in ("s3cr3t", "rahasia", "abab"):
        assert secret not in told
    assert masked("no address = at = all '") == "(not readable)"


@pytest.mark.parametrize(
    ("change", "state", "words"),
    [
        ({"number": 170004, "version": "17.4"}, "fail", "17.4"),
        ({"encrypted": False}, "warn", "sslmode=verify-full"),
        ({"durable": False}, "fail", "synchronous_commit"),
        ({"checksums": False}, "warn", "pg_checksums"),
        ({"powerful": True}, "fail", "tht_app may do more"),
        ({"revision": "0003"}, "fail", "tht migrate"),
        ({"clock_apart": -7.0}, "warn", "-7.0 s"),
    ],
)
def test_each_answer_of_the_server_that_is_not_well_is_said(change: dict[str, object], state: str, words: str):
    assert all(check.state == "ok" for check in judged(WELL, local=False))
    (odd,) = [check for check in judged(replace(WELL, **change), local=False) if check.state != "ok"]
    assert (odd.state, words in odd.said) == (state, True)
