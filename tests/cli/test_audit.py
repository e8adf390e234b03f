"""`tht audit` as an operator runs it: over a clinic of its own, from outside of any running app."""

import json
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from uuid import UUID

import pytest
import typer

from tht_app.cli import verify
from tht_app.domain.encounter.record import Flaw
from tht_app.domain.encounter.statement import Fault

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A data folder with a new clinic in it."""
    with tempfile.TemporaryDirectory(prefix="tht-audit-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        assert tht(Path(folder), "migrate").returncode == 0
        yield Path(folder)


def tht(place: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("THT_")}
    return subprocess.run(
        [sys.executable, "-m", "tht_app.cli", *arguments],
        cwd=ROOT,
        env={**environment, "THT_DATA_DIR": str(place / "data")},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_log_is_anchored_verified_and_handed_out(place: Path):
    account = ("user", "create", "rina", "--name", "Rina", "--role", "admin")
    made = subprocess.run(
        [sys.executable, "-m", "tht_app.cli", *account],
        cwd=ROOT,
        env={**os.environ, "THT_DATA_DIR": str(place / "data")},
        input="tujuh-Sepeda-biru-9\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    anchored = json.loads(tht(place, "audit", "anchor", "--json").stdout)
    assert anchored["seal"] >= 1
    assert Path(anchored["file"]).parent == place  # beside the data, not in them
    verified = tht(place, "audit", "verify", "--json")
    report = json.loads(verified.stdout)
    assert (verified.returncode, report["well"], report["anchors"]) == (0, True, 1)
    assert report["entries"] >= 1
    assert json.loads(tht(place, "audit", "verify", "--resume", "--json").stdout)["entries"] == 0
    handed = json.loads(tht(place, "audit", "export", str(place / "log.zip"), "--json").stdout)
    assert handed["entries"] == report["entries"]
    with zipfile.ZipFile(place / "log.zip") as archive:
        assert set(archive.namelist()) == {
            "README.txt",
            "entries.jsonl",
            "handovers.jsonl",
            "public-key.txt",
            "seals.jsonl",
            "verify.py",
        }
        assert archive.read("public-key.txt").decode().strip() in tht(place, "audit", "key").stdout


def test_a_cut_off_end_ends_with_a_status_and_a_sentence(place: Path):
    anchors = place / "data.anchors.log"
    kept = anchors.read_text()
    line = json.loads(kept.splitlines()[-1])
    anchors.write_text(kept + json.dumps({**line, "number": 999}) + "\n")
    refused = tht(place, "audit", "verify")
    assert refused.returncode == 1
    assert "NOT what it was" in refused.stdout
    anchors.write_text(kept)


def test_a_breach_report_covers_a_window_and_refuses_who_is_unknown(place: Path):
    window = ("--from", "2020-01-01", "--to", "2099-12-31")
    told = tht(place, "audit", "breach-report", *window, "--person", "rina", "--format", "json")
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout)["accesses"] == []
    unknown = tht(place, "audit", "breach-report", *window, "--person", "tidak.ada")
    assert (unknown.returncode, unknown.stdout) == (2, "")
    backwards = tht(place, "audit", "breach-report", "--from", "2026-02-02", "--to", "2026-01-01")
    assert backwards.returncode == 2


def test_signed_notes_are_proved_from_the_terminal(place: Path):
    told = tht(place, "verify")
    assert (told.returncode, "0 signed notes" in told.stdout) == (0, True), told.stderr
    asked = json.loads(tht(place, "verify", "--json").stdout)
    assert (asked["notes"], asked["flaws"], asked["well"]) == (0, [], True)


def test_a_flaw_ends_with_a_status_and_a_sentence(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    flaw = Flaw("encounter", UUID(int=1), UUID(int=1), Fault.SIGNATURE_WRONG)

    async def prove(*, tell: bool) -> verify.Outcome:
        return verify.Outcome("key", 3, 1, [flaw])

    monkeypatch.setattr(verify, "_prove", prove)
    monkeypatch.setattr(verify, "clinic_place", nullcontext)
    with pytest.raises(typer.Exit) as ended:
        verify.verify()
    assert ended.value.exit_code == 1
    assert "not made with this clinic's key" in capsys.readouterr().out


def test_every_fault_has_a_sentence():
    assert set(verify.FAULTS) == {fault.value for fault in Fault}
