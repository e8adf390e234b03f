"""`tht keys` as an operator runs it: list, a new master key, and the page for the safe and back."""

import json
import tempfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.cli import terminal
from tests.cli.terminal import Said
from tht_app.database.crypto import create_master_key, fingerprint


def tht(place: Path, *arguments: str, typed: str = "") -> Said:
    return terminal.tht(*arguments, typed=typed, THT_DATA_DIR=str(place / "data"))


@pytest.fixture
def place() -> Iterator[Path]:
    """Where a clinic may be."""
    with tempfile.TemporaryDirectory(prefix="tht-keys-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.mark.integration
def test_a_new_master_key_from_the_terminal(place: Path):
    assert tht(place, "migrate").returncode == 0
    path = place / "data.master.key"
    old = path.read_bytes()
    done = tht(place, "keys", "rotate-master", "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert (said["old"], said["new"]) == (fingerprint(old), fingerprint(path.read_bytes()))
    assert (place / f"data.master.key.old-{said['old']}").read_bytes() == old
    listed = json.loads(tht(place, "keys", "list", "--count", "--json").stdout)
    assert listed["master"] == said["new"]
    assert {key["master"] for key in listed["keys"]} == {said["new"]}
    verified = tht(place, "audit", "verify", "--json")
    assert (verified.returncode, json.loads(verified.stdout)["handovers"]) == (0, 1), verified.stdout


def test_the_key_comes_back_from_the_printed_page(place: Path):
    key = create_master_key(place / "data.master.key")
    pdf = place / "kit.pdf"
    assert tht(place, "keys", "kit", str(pdf), "--shares").returncode == 0
    assert pdf.stat().st_mode & 0o077 == 0
    pages = [page.extract_text() for page in PdfReader(BytesIO(pdf.read_bytes())).pages]
    lines = [line for page in pages[1:] for line in page.splitlines() if line.startswith("THT-KEY") or " /" in line]
    again = place / "again.key"
    done = tht(place, "keys", "assemble", str(again), typed="\n".join(lines))
    assert done.returncode == 0, done.stderr
    assert again.read_bytes() == key
    assert fingerprint(key) in done.stdout
    mistyped = tht(place, "keys", "assemble", str(place / "no.key"), typed="\n".join([lines[0], "1: 0000 /00"]))
    assert mistyped.returncode == 1
    assert "Line 1 of" in mistyped.stderr
    assert not (place / "no.key").exists()
