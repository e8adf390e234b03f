"""The embedded PostgreSQL comes back from every accident, tells apart what is in its way, and leaves nothing behind."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psycopg
import pytest

from tht_app.database.server import AlreadyRunning, EmbeddedServer, ServerProblem, borrowed_server
from tht_app.database.server_process import alive, recorded_pid

ROOT = Path(__file__).resolve().parents[2]
OPEN_AND_WAIT = """
    import sys, time
    from pathlib import Path
    from tht_app.database.server import EmbeddedServer
    server = EmbeddedServer(Path(sys.argv[1]))
    server.start()
    print(server.pid, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory):
    """A folder that any account can walk into, and no server in it afterwards."""
    path = tmp_path_factory.mktemp("server")
    for parent in (path, *path.parents):
        if parent.stat().st_uid == os.geteuid() and parent.name.startswith(("pytest-", "server", "popen-")):
            parent.chmod(0o755)
    yield path
    elsewhere = [Path(pointer.read_text().strip()) for pointer in path.rglob("location")]
    for record in (record for place in (path, *elsewhere) for record in place.rglob("postmaster.pid")):
        pid = recorded_pid(record.parent)
        if pid and alive(pid):
            os.kill(pid, signal.SIGQUIT)
    for place in elsewhere:
        shutil.rmtree(place, ignore_errors=True)


def ask(server: EmbeddedServer, statement: str):
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchone() if cursor.description else None


def ask_patiently(server: EmbeddedServer, statement: str, seconds: float = 15):
    deadline = time.monotonic() + seconds
    while True:
        try:
            return ask(server, statement)
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def other_app(folder: Path, code: str = OPEN_AND_WAIT, *prefix: str) -> tuple[subprocess.Popen[str], int]:
    """Another process of the clinic with the server running, and the server's process number."""
    process = subprocess.Popen(
        [*prefix, sys.executable, "-c", textwrap.dedent(code), str(folder)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    return process, int(process.stdout.readline())


def gone(pid: int, seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not alive(pid)


def test_a_new_server_has_checksums_utf8_a_portable_order_and_no_network(folder: Path):
    with EmbeddedServer(folder) as server:
        assert ask(server, "show data_checksums") == ("on",)
        assert ask(server, "show server_encoding") == ("UTF8",)
        assert ask(server, "show listen_addresses") == ("",)
        assert ask(server, "show fsync") == ("on",)
        assert ask(server, "select datlocprovider::text, datlocale from pg_database where datname = 'template0'") == (
            "b",
            "C.UTF-8",
        )
        for private in (server.cluster, server.log_dir, folder / "run"):
            assert stat.S_IMODE(private.stat().st_mode) == 0o700


def test_the_log_holds_no_values_of_statements_that_failed(folder: Path):
    with EmbeddedServer(folder) as server:
        ask(server, "create table patient (nik text primary key)")
        ask(server, "insert into patient values ('3171234567890123')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            ask(server, "insert into patient values ('3171234567890123')")
        time.sleep(0.2)
        logs = "".join(path.read_text() for path in server.log_dir.iterdir())
    assert "duplicate key" in logs
    assert "3171234567890123" not in logs


def test_a_killed_database_comes_back_with_everything_that_was_committed(folder: Path):
    with EmbeddedServer(folder) as server:
        ask(server, "create table kept as select 42 as answer")
        before = server.pid
        assert before
        os.kill(before, signal.SIGKILL)
        assert ask_patiently(server, "select answer from kept") == (42,)
        assert server.pid not in {None, before}


def test_a_database_orphaned_by_a_killed_app_is_adopted_and_stopped_in_the_end(folder: Path):
    app, pid = other_app(folder)
    app.kill()
    app.wait()
    assert alive(pid)
    server = EmbeddedServer(folder)
    server.start()
    assert server.adopted
    assert server.pid == pid
    assert ask(server, "select 1") == (1,)
    server.stop()
    assert gone(pid)


def test_app_and_database_killed_together_start_again(folder: Path):
    app, pid = other_app(folder)
    app.kill()
    os.kill(pid, signal.SIGKILL)
    app.wait()
    with EmbeddedServer(folder) as server:
        assert not server.adopted
        assert ask(server, "select 1") == (1,)


def test_a_second_start_beside_a_running_one_says_which_process_holds_the_clinic(folder: Path):
    app, pid = other_app(folder)
    try:
        with pytest.raises(AlreadyRunning, match=str(app.pid)):
            EmbeddedServer(folder).start()
        assert alive(pid)
    finally:
        app.terminate()
        app.wait()


def test_a_command_borrows_the_running_server_and_leaves_it_alone(folder: Path):
    app, pid = other_app(folder)
    try:
        with borrowed_server(folder) as server:
            assert ask(server, "select 1") == (1,)
        assert alive(pid)
    finally:
        app.kill()
        app.wait()
    with borrowed_server(folder) as server:
        assert server.pid == pid
    assert gone(pid)


def test_a_stop_leaves_no_process_and_no_socket(folder: Path):
    server = EmbeddedServer(folder)
    server.start()
    pid = server.pid
    assert pid
    server.stop()
    assert not alive(pid)
    assert not list((folder / "run").iterdir())
    assert not (server.cluster / "postmaster.pid").exists()


@pytest.mark.parametrize("name", ["k" * 120, "satu,dua", "ruang 'periksa' 100%"])
def test_a_folder_whose_name_does_not_fit_a_socket_works_all_the_same(folder: Path, name: str):
    with EmbeddedServer(folder / name) as server:
        assert ask(server, "select 1") == (1,)


def test_a_record_of_a_zombie_does_not_keep_the_server_from_starting(folder: Path):
    with EmbeddedServer(folder) as server:
        cluster = server.cluster
        running = (cluster / "postmaster.pid").read_text()
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import os,time\npid=os.fork()\nif pid==0: os._exit(0)\nprint(pid,flush=True)\ntime.sleep(60)",
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout
    zombie = int(holder.stdout.readline())
    try:
        leave_record(cluster, running, zombie)
        with EmbeddedServer(folder) as server:
            assert ask(server, "select 1") == (1,)
    finally:
        holder.kill()
        holder.wait()


def test_a_record_whose_number_belongs_to_another_program_now_is_stale(folder: Path):
    with EmbeddedServer(folder) as server:
        cluster = server.cluster
        running = (cluster / "postmaster.pid").read_text()
    bystander = subprocess.Popen(["sleep", "60"])
    try:
        leave_record(cluster, running, bystander.pid)
        with EmbeddedServer(folder) as server:
            assert ask(server, "select 1") == (1,)
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def leave_record(cluster: Path, running: str, pid: int) -> None:
    """The record that a killed server leaves, naming this process."""
    record = cluster / "postmaster.pid"
    record.write_text("\n".join([str(pid), *running.splitlines()[1:]]) + "\n")
    os.chown(record, cluster.stat().st_uid, cluster.stat().st_gid)
    record.chmod(0o600)


def test_a_kill_in_the_middle_of_making_the_database_is_not_taken_for_a_database(folder: Path):
    (folder / "postgres.new").mkdir()
    (folder / "postgres.new" / "PG_VERSION").write_text("18\n")
    with EmbeddedServer(folder) as server:
        assert ask(server, "select 1") == (1,)


def test_data_of_another_version_are_refused_with_the_remedy(folder: Path):
    (folder / "postgres").mkdir()
    (folder / "postgres" / "PG_VERSION").write_text("15\n")
    if os.geteuid() == 0:
        os.chown(folder / "postgres", 65534, 65534)
    with pytest.raises(ServerProblem, match=r"15.*18.*backup"):
        EmbeddedServer(folder).start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to give up rights")
def test_root_s_database_runs_as_an_unprivileged_user_where_that_user_can_reach_it(folder: Path):
    hidden = folder / "hidden"
    hidden.mkdir(mode=0o700)
    with EmbeddedServer(hidden / "data") as server:
        assert server.pid
        assert Path(f"/proc/{server.pid}").stat().st_uid != 0
        assert server.cluster.stat().st_uid != 0
        assert not server.cluster.is_relative_to(hidden)
        assert str(server.cluster) in " ".join(server.notes)
        first = server.cluster
        ask(server, "create table kept as select 42 as answer")
    with EmbeddedServer(hidden / "data") as server:
        assert server.cluster == first
        assert ask(server, "select answer from kept") == (42,)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be denied to change its user")
def test_root_that_may_not_change_its_user_runs_the_database_in_a_namespace(folder: Path):
    denied = ("setpriv", "--bounding-set=-setuid,-setgid,-chown", "--inh-caps=-setuid,-setgid,-chown")
    works = subprocess.run([*denied, "unshare", "--user", "true"], check=False, capture_output=True)
    if works.returncode != 0:
        pytest.skip("this system allows no user namespaces")
    code = OPEN_AND_WAIT.replace(
        "print(server.pid", "print(server.pid, server.notes, file=sys.stderr);print(server.pid"
    )
    app, pid = other_app(folder, code, *denied)
    try:
        assert alive(pid)
        outside, inside = Path("/proc/self/ns/user").readlink(), Path(f"/proc/{pid}/ns/user").readlink()
        assert outside != inside
        assert (folder / "postgres").stat().st_uid == 0
    finally:
        app.kill()
        app.wait()
    with EmbeddedServer(folder) as server:
        assert server.adopted
    assert gone(pid)
