"""`make run` as a person meets it: opens, says where, stops with everything, comes back after every kill."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import psycopg
import pytest

from tht_app.cli.frontend import fingerprint
from tht_app.cli.place import DATABASE
from tht_app.database.server import EmbeddedServer
from tht_app.database.server_process import alive, recorded_pid

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]


class Clinic:
    """One `tht run` in a folder of its own."""

    def __init__(self, folder: Path, *options: str, **environment: str) -> None:
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.log = folder / f"said-{self.port}.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tht_app.cli", "run", "--port", str(self.port), *options],
                cwd=ROOT,
                env={**os.environ, "THT_DATA_DIR": str(folder / "data"), **environment},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        return self.log.read_text(errors="replace")

    @property
    def database(self) -> int | None:
        """Process of the database."""
        data = self.folder / "data"
        pointer = data / "location"
        home = Path(pointer.read_text().strip()) if pointer.exists() else data
        pid = recorded_pid(home / "postgres")
        return pid if pid and alive(pid) else None

    def ask(self, path: str) -> tuple[int, dict]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())

    def until_open(self, seconds: float = 400) -> float:
        started = time.monotonic()
        while time.monotonic() - started < seconds:
            assert self.process.poll() is None, self.said
            if "Ctrl-C stops everything" in self.said:
                return time.monotonic() - started
            time.sleep(0.1)
        raise AssertionError(self.said)

    def end(self, sign: int = signal.SIGTERM) -> int:
        self.process.send_signal(sign)
        return self.process.wait(60)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder whose demo clinic is filled once for this module."""
    path = Path(str(tmp_path_factory.mktemp("clinic")))
    for parent in (path, path.parent):
        parent.chmod(0o755)
    clinic = Clinic(path, "--demo", "--small")
    clinic.until_open()
    assert clinic.end() == 0
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def demo(folder: Path) -> Iterator[Clinic]:
    clinic = Clinic(folder, "--demo", "--small")
    clinic.until_open()
    yield clinic
    if clinic.process.poll() is None:
        clinic.process.kill()
        clinic.process.wait()
    if clinic.database:
        os.kill(clinic.database, signal.SIGQUIT)


def gone(pid: int, seconds: float = 15) -> bool:
    deadline = time.monotonic() + seconds
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not alive(pid)


def test_a_start_names_every_step_and_says_address_accounts_and_password(demo: Clinic):
    for step in ("Screens", "Database", "Schema", "Demo clinic", "Server"):
        assert re.search(rf"\[\d/5\] {step}: .*\(\d+\.\d s\)", demo.said), step
    assert f"http://127.0.0.1:{demo.port}" in demo.said
    assert "DATA DEMO" in demo.said
    assert "admin dokter dokter2 perawat apoteker kasir auditor pemilik" in demo.said
    assert "demo-THT-2026" in demo.said


def test_a_second_start_builds_nothing_and_answers_within_fifteen_seconds(folder: Path):
    started = time.monotonic()
    clinic = Clinic(folder, "--demo", "--small")
    try:
        clinic.until_open()
        assert time.monotonic() - started < 15
        assert "Screens: unchanged" in clinic.said
        assert "Demo clinic: there already" in clinic.said
    finally:
        clinic.end()


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_stops_the_server_and_the_database(demo: Clinic, sign: int):
    database = demo.database
    assert database
    assert demo.end(sign) == 0
    assert gone(database)
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", demo.port)) != 0


def test_a_stop_is_not_held_up_by_a_browser_that_keeps_its_connection(demo: Clinic):
    with socket.create_connection(("127.0.0.1", demo.port)) as kept:
        kept.sendall(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        kept.recv(100)
        started = time.monotonic()
        assert demo.end() == 0
        assert time.monotonic() - started < 12


def test_a_killed_app_leaves_a_database_that_the_next_start_takes_over(demo: Clinic):
    database = demo.database
    assert database
    demo.end(signal.SIGKILL)
    assert alive(database)
    again = Clinic(demo.folder, "--demo", "--small")
    try:
        again.until_open()
        assert "taken over" in again.said
        assert again.database == database
    finally:
        again.end()
    assert gone(database)


def test_a_killed_database_is_back_by_itself_while_the_app_goes_on(demo: Clinic):
    database = demo.database
    assert database
    os.kill(database, signal.SIGKILL)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        status, _ = demo.ask("/ready")
        if status == 200 and demo.database not in {None, database}:
            break
        time.sleep(0.2)
    assert demo.ask("/ready")[0] == 200
    assert demo.process.poll() is None


def test_probes_answer_json_without_signing_in(demo: Clinic):
    assert demo.ask("/health")[1]["status"] == "ok"
    status, answer = demo.ask("/ready")
    assert (status, answer["checks"]) == (200, {"database": "ok", "migrations": "ok", "disk": "ok"})


def test_a_second_start_beside_a_running_one_ends_with_one_sentence(demo: Clinic):
    second = Clinic(demo.folder, "--demo", "--small")
    assert second.process.wait(60) == 1
    assert str(demo.process.pid) in second.said.splitlines()[-1]
    assert "Traceback" not in second.said
    assert demo.ask("/ready")[0] == 200


def test_a_port_in_use_is_named_with_the_remedy(folder: Path):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "tht_app.cli", "run", "--demo", "--port", str(port)],
            cwd=ROOT,
            env={**os.environ, "THT_DATA_DIR": str(folder / "data")},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert f"Port {port}" in done.stderr
    assert "PORT=" in done.stderr


def test_a_real_clinic_refuses_the_database_of_a_demo(folder: Path):
    real = Clinic(folder)
    assert real.process.wait(120) == 1
    assert "demo clinic with known passwords" in real.said
    assert real.database is None


def test_a_real_clinic_offers_setup_once_and_a_demo_refuses_it(tmp_path_factory: pytest.TempPathFactory):
    folder = Path(str(tmp_path_factory.mktemp("real")))
    folder.chmod(0o755)
    real = Clinic(folder)
    try:
        real.until_open()
        assert re.search(r"/setup within a day and enter the code (\w{4}-){3}\w{4}", real.said)
        assert "demo-THT-2026" not in real.said
        key = folder / "data.master.key"
        assert key.stat().st_mode & 0o077 == 0
        assert len(key.read_bytes()) == 32
    finally:
        real.end()
    with EmbeddedServer(folder / "data") as server, psycopg.connect(server.dsn(dbname=DATABASE)) as connection:
        connection.execute(
            "insert into sec.person (id, username, display_name) values (gen_random_uuid(), 'pemilik', 'Hendra')"
        )
    demo = Clinic(folder, "--demo")
    assert demo.process.wait(120) == 1
    assert "real clinic" in demo.said


def test_a_lost_master_key_is_never_replaced_by_a_new_one(tmp_path_factory: pytest.TempPathFactory):
    folder = Path(str(tmp_path_factory.mktemp("keyless")))
    folder.chmod(0o755)
    first = Clinic(folder)
    first.until_open()
    first.end()
    key = folder / "data.master.key"
    kept = key.read_bytes()
    key.unlink()
    second = Clinic(folder)
    assert second.process.wait(120) == 1
    assert not key.exists()
    key.write_bytes(kept)
    third = Clinic(folder)
    third.until_open()
    assert third.end() == 0


def test_screens_are_built_anew_only_when_something_they_are_made_of_changes(monkeypatch: pytest.MonkeyPatch):
    from tht_app.cli import frontend

    before = fingerprint()
    assert fingerprint() == before
    sources = frontend._sources()
    names = {path.relative_to(ROOT).as_posix() for path in sources}
    assert {"rxconfig.py", "tht_app/tht_app.py"} <= names
    assert any(name.startswith("tht_app/i18n/locales/") for name in names)
    assert not any(name.startswith(("tht_app/database/", "tht_app/cli/")) for name in names)
    monkeypatch.setattr(frontend, "_sources", lambda: sources[1:])
    assert fingerprint() != before
