"""The program before all programs: runs with nothing installed, and says in one sentence what stops it."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import bootstrap

ROOT = Path(__file__).resolve().parents[2]
SOURCE = (ROOT / "bootstrap.py").read_text(encoding="utf-8")


def test_it_needs_nothing_but_the_standard_library():
    imported = {
        (node.module or "") if isinstance(node, ast.ImportFrom) else alias.name
        for node in ast.walk(ast.parse(SOURCE))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert {name.split(".")[0] for name in imported} <= sys.stdlib_module_names


def test_a_python_that_is_too_old_can_read_it_and_say_so(monkeypatch: pytest.MonkeyPatch, capsys):
    ast.parse(SOURCE, feature_version=(3, 6))
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    monkeypatch.setattr(bootstrap.shutil, "which", lambda _name: None)
    with pytest.raises(SystemExit) as end:
        bootstrap.find_python()
    assert end.value.code == 1
    assert capsys.readouterr().out.startswith("Python 3.11 or newer is needed, this is 3.9")


def test_a_newer_python_beside_an_old_one_is_used(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    monkeypatch.setattr(bootstrap.shutil, "which", {"python3.12": "/opt/python3.12"}.get)
    assert bootstrap.find_python() == "/opt/python3.12"


def test_a_missing_venv_module_is_the_first_thing_said_with_the_package_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys
):
    failed = subprocess.CompletedProcess([], 1)
    monkeypatch.setattr(bootstrap.subprocess, "run", lambda *_arguments, **_options: failed)
    with pytest.raises(SystemExit) as end:
        bootstrap.ensure_venv_module()
    assert end.value.code == 1
    assert re.match(r"Python's venv module is missing: .*apt install python3\.\d+-venv", capsys.readouterr().out)


@pytest.mark.parametrize(
    ("printed", "cause"),
    [
        ("OSError: [Errno 28] No space left on device", "the disk is full: free"),
        ("Failed to establish a new connection: NewConnectionError", "connect to the network once"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES", "check the package index"),
        ("something nobody has seen", "something nobody has seen: read "),
    ],
)
def test_a_failed_step_says_cause_and_remedy(
    printed: str, cause: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
):
    monkeypatch.setattr(bootstrap, "WORK", str(tmp_path))
    step = bootstrap.Step("[1/1] Test")
    command = [sys.executable, "-c", f"print({printed!r}); raise SystemExit(3)"]
    with pytest.raises(bootstrap.Failed) as failure:
        bootstrap.follow(step, command, "test.log", lambda _line: None)
    assert cause in str(failure.value)
    assert str(tmp_path / "log" / "test.log") in str(failure.value)
    capsys.readouterr()


def test_make_lists_every_target_with_what_it_does():
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z0-9-]+):", text, flags=re.MULTILINE))
    explained = set(re.findall(r"^([a-z0-9-]+):.*## ", text, flags=re.MULTILINE))
    phony = set(re.search(r"\.PHONY: ((?:.*\\\n)*.*)", text)[1].replace("\\\n", " ").split())  # pyright: ignore[reportOptionalSubscript]
    assert targets == explained == phony


def test_locks_hold_hashes_and_no_address_of_an_index():
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "://" not in text
        for package in re.split(r"\n(?=[a-z0-9A-Z])", text)[1:]:
            assert "--hash=sha256:" in package, package.split("\n")[0]
    assert '"resolved"' not in (ROOT / "reflex.lock" / "package-lock.json").read_text(encoding="utf-8")
