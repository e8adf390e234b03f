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
        folder.mkdir(mode=0o755, exist_ok=True)
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
    """A folder that any account can walk into."""
    path = Path(str(tmp_path_factory.mktemp("clinic")))
    for parent in (path, path.parent):
        parent.chmod(0o755)
    yield path
    for pointer in path.rglob("location"):
        shutil.rmtree(pointer.read_text().strip(), ignore_errors=True)
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="module")
def demo(folder: Path) -> Iterator[Clinic]:
    """The demo clinic, open: the tests below go on with it in their order, so that few starts show much."""
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


def tht(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """One command that is expected to end."""
    return subprocess.run(
        [sys.executable, "-m", "tht_app.cli", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )


def test_a_start_names_every_step_and_says_address_accounts_and_password(demo: Clinic):
    for step in ("Screens", "Database", "Schema", "Demo clinic", "Server"):
        assert re.search(rf"\[\d/5\] {step}: .*\(\d+\.\d s\)", demo.said), step
    assert f"http://127.0.0.1:{demo.port}" in demo.said
    assert "DATA DEMO" in demo.said
    assert "admin dokter dokter2 perawat apoteker kasir auditor pemilik" in demo.said
    assert "demo-THT-2026" in demo.said


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


def test_a_port_in_use_is_named_with_the_remedy(demo: Clinic):
    done = tht("run", "--demo", "--port", str(demo.port), THT_DATA_DIR=str(demo.folder / "data"))
    assert done.returncode == 1
    assert f"Port {demo.port}" in done.stderr
    assert "PORT=" in done.stderr


def test_a_command_works_beside_the_open_clinic(demo: Clinic):
    done = tht("migrate", "--demo", "--json", THT_DATA_DIR=str(demo.folder / "data"))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["revision"]
    assert demo.ask("/ready")[0] == 200


def test_a_killed_database_is_back_by_itself_while_the_app_goes_on(demo: Clinic):
    database = demo.database
    assert database
    os.kill(database, signal.SIGKILL)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if demo.database not in {None, database} and demo.ask("/ready")[0] == 200:
            break
        time.sleep(0.2)
    assert demo.ask("/ready")[0] == 200
    assert demo.process.poll() is None


def test_a_stop_takes_everything_along_even_while_a_browser_keeps_its_connection(demo: Clinic):
    database = demo.database
    assert database
    with socket.create_connection(("127.0.0.1", demo.port)) as kept:
        kept.sendall(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        kept.recv(100)
        started = time.monotonic()
        assert demo.end(signal.SIGTERM) == 0
        assert time.monotonic() - started < 15
    assert gone(database)
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", demo.port)) != 0


def test_a_killed_app_leaves_a_database_that_the_next_start_takes_over_and_opens_quickly(demo: Clinic):
    killed = Clinic(demo.folder, "--demo", "--small")
    seconds = killed.until_open()
    assert "Screens: unchanged" in killed.said
    assert "Demo clinic: there already" in killed.said
    busy = os.getloadavg()[0] > (os.cpu_count() or 1)
    assert seconds < (60 if busy else 15), "on a machine that does nothing else, 15 s are promised"
    database = killed.database
    assert database
    killed.end(signal.SIGKILL)
    assert alive(database)
    again = Clinic(demo.folder, "--demo", "--small")
    try:
        again.until_open()
        assert "taken over" in again.said
        assert again.database == database
    finally:
        assert again.end(signal.SIGINT) == 0
    assert gone(database)


def test_a_real_clinic_refuses_the_database_of_a_demo(demo: Clinic):
    real = tht("run", "--port", str(demo.port), THT_DATA_DIR=str(demo.folder / "data"))
    assert real.returncode == 1
    assert "demo clinic with known passwords" in real.stderr
    assert demo.database is None


def test_a_real_clinic_offers_setup_and_keeps_its_key_and_its_name(folder: Path):
    real = Clinic(folder / "real")
    key = folder / "real" / "data.master.key"
    try:
        real.until_open()
        assert re.search(r"/setup within a day and enter the code (\w{4}-){3}\w{4}", real.said)
        assert "demo-THT-2026" not in real.said
        assert key.stat().st_mode & 0o077 == 0
        assert len(key.read_bytes()) == 32
    finally:
        assert real.end(signal.SIGHUP) == 0
    data = str(folder / "real" / "data")
    with EmbeddedServer(Path(data)) as server, psycopg.connect(server.dsn(dbname=DATABASE)) as connection:
        connection.execute(
            "with owner as (insert into sec.person (id, username, display_name)"
            " values (gen_random_uuid(), 'pemilik', 'Hendra') returning id)"
            " insert into sec.person_role (person_id, role) select id, 'owner' from owner"
        )
    demo = tht("run", "--demo", "--port", str(real.port), THT_DATA_DIR=data)
    assert (demo.returncode, "real clinic" in demo.stderr) == (1, True)
    key.rename(key.with_suffix(".lost"))
    keyless = tht("run", "--port", str(real.port), THT_DATA_DIR=data)
    assert keyless.returncode == 1
    assert not key.exists(), "a new key would lock the data for ever"


def test_a_clinic_opens_on_a_server_of_its_own_whose_administrator_is_no_superuser(folder: Path):
    with EmbeddedServer(folder / "foreign") as server:
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            connection.execute("create role keeper login createrole")
            connection.execute("create database klinik owner keeper template template0")
        addresses = {
            "THT_DATABASE_URL": server.dsn("tht_app", "klinik"),
            "THT_DATABASE_GATE_URL": server.dsn("tht_gate", "klinik"),
            "THT_DATABASE_ADMIN_URL": server.dsn("keeper", "klinik"),
            "THT_DATA_DIR": str(folder / "files"),
        }
        keyless = tht("migrate", **addresses)
        assert (keyless.returncode, "tht init" in keyless.stderr) == (1, True)
        assert tht("init", **addresses).returncode == 0
        clinic = Clinic(folder / "files", **addresses)
        clinic.until_open()
        assert clinic.ask("/ready")[0] == 200
        assert clinic.end() == 0
        assert server.pid
    gone_away = tht("migrate", **addresses)
    assert gone_away.returncode == 1
    assert "does not answer" in gone_away.stderr
    assert "Traceback" not in gone_away.stderr


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
