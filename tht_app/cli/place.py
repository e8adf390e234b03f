"""Where the clinic of a command is: its folder, key and database addresses, from the settings.

Every command that touches the database runs inside `clinic_place()`. It starts the embedded server (or uses the one
of a running clinic), and puts the addresses where `opened_clinic()` reads them.
"""

import os
import secrets
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from tht_app.database.backup.wal import write_recipient
from tht_app.database.crypto import create_master_key, read_master_key
from tht_app.database.keyring import next_file, settle, wrapping_key
from tht_app.database.migrate import Passwords, migrate
from tht_app.database.server import EmbeddedServer, ServerProblem, borrowed_server
from tht_app.settings import Settings, settings

DATABASE = "clinic"
DEMO_DIR = "data/demo"


@dataclass(frozen=True, slots=True)
class Place:
    """A clinic whose server answers."""

    settings: Settings
    admin_url: str
    """Who may migrate; empty on a foreign server without `THT_DATABASE_ADMIN_URL`."""
    server: EmbeddedServer | None
    """The embedded server, `None` on a foreign one."""
    backup_url: str = ""
    """The login `tht_backup`; empty on a foreign server without `THT_DATABASE_BACKUP_URL`."""

    @property
    def master_key(self) -> bytes:
        """The 32 bytes; raises `MasterKeyMissing`."""
        return read_master_key(self.settings.master_key_file, self.settings.master_key)

    def migrate(self) -> str:
        """Bring the schema to the newest revision, which is returned; "" when no administrator is configured."""
        if not self.admin_url:
            return ""
        passwords = Passwords() if self.server else passwords_of(self.settings)
        return migrate(self.admin_url, self.master_key, passwords)


def choose_demo() -> None:
    """Make this process a demo clinic: its own folder, never an address of a real one."""
    os.environ |= {"THT_DEMO": "true", "THT_HOST": "127.0.0.1", "THT_PUBLIC_ORIGIN": ""}
    os.environ.setdefault("THT_DATA_DIR", DEMO_DIR)
    # An empty variable wins over a line of `.env`: the demo must not find the way to a real clinic's database.
    for name in ("DATABASE_URL", "DATABASE_GATE_URL", "DATABASE_ADMIN_URL", "DATABASE_BACKUP_URL"):
        os.environ[f"THT_{name}"] = os.environ[f"THT_{name}_FILE"] = ""
    settings.cache_clear()


def key_file(chosen: Settings) -> Path:
    """Where the master key lies: as configured, else beside the data folder, never in it."""
    data_dir = chosen.data_dir.expanduser().resolve()
    return chosen.master_key_file or data_dir.with_name(f"{data_dir.name}.master.key")


def settle_master_key(chosen: Settings) -> None:
    """Finish a change of the master key that was interrupted after its commit, as far as files go."""
    path = chosen.master_key_file
    if path is not None and not chosen.master_key and next_file(path).is_file():
        settle(path, wrapping_key(chosen.database_url))


@contextmanager
def clinic_place(*, exclusive: bool = False) -> Generator[Place, None, None]:
    """The configured clinic with its server answering; `exclusive` refuses a clinic that is already open.

    Raises `ServerProblem` with a sentence for the operator.
    """
    chosen = settings()
    os.environ["THT_DATA_DIR"] = str(chosen.data_dir.expanduser().resolve())
    os.environ["THT_MASTER_KEY_FILE"] = str(key_file(chosen))
    if chosen.database_url and not chosen.embedded:
        if not chosen.database_gate_url:
            raise ServerProblem("THT_DATABASE_GATE_URL is missing: with THT_DATABASE_URL it names the login tht_gate.")
        settings.cache_clear()
        settle_master_key(settings())
        yield Place(settings(), chosen.database_admin_url, None, chosen.database_backup_url)
        return
    data_dir = Path(os.environ["THT_DATA_DIR"])
    archive = _archive(chosen)
    with EmbeddedServer(data_dir, archive=archive) if exclusive else borrowed_server(data_dir, archive) as server:
        fresh = _ensure_database(server)
        if fresh and not chosen.master_key and not key_file(chosen).exists():
            create_master_key(key_file(chosen))
        before = {name: os.environ.get(name) for name in ("THT_EMBEDDED", "THT_DATABASE_URL", "THT_DATABASE_GATE_URL")}
        os.environ["THT_EMBEDDED"] = "true"
        os.environ["THT_DATABASE_URL"] = server.dsn("tht_app", DATABASE)
        os.environ["THT_DATABASE_GATE_URL"] = server.dsn("tht_gate", DATABASE)
        settings.cache_clear()
        try:
            settle_master_key(settings())
            yield Place(settings(), server.dsn(dbname=DATABASE), server, server.dsn("tht_backup", DATABASE))
        finally:
            for name, value in before.items():
                os.environ.pop(name) if value is None else os.environ.update({name: value})
            settings.cache_clear()


def _archive(chosen: Settings) -> Path | None:
    """The folder into which the server keeps its write-ahead log, with the key for it; None where it does not."""
    key = key_file(chosen)
    if not chosen.backup_wal or not (chosen.master_key or key.exists()):
        return None
    folder = chosen.backups / "wal"
    write_recipient(folder, read_master_key(key, chosen.master_key))
    return folder


@dataclass(frozen=True, slots=True)
class Mark:
    """What kind of clinic a database holds; neither `demo` nor `real` for an empty one."""

    demo: bool = False
    filled: bool = False
    real: bool = False


def demo_mark(place: Place) -> Mark:
    """Ask the database, by the gate's login, whose right it is to read the mark; an empty database has no mark."""
    if place.server is None and not _login_exists(place.settings.database_gate_url):
        return Mark()
    with psycopg.connect(place.admin_url if place.server else place.settings.database_gate_url) as connection:
        found = connection.execute("select to_regclass('clinic.setting') is not null").fetchone()
        if not found or not found[0]:
            return Mark()
        mark = connection.execute("select value ->> 'filled' from clinic.setting where key = 'demo'").fetchone()
        if mark is not None:
            return Mark(demo=True, filled=mark[0] == "true")
        needed = connection.execute("select sec.setup_needed()").fetchone()
        return Mark(real=bool(needed and not needed[0]))


def _login_exists(url: str) -> bool:
    """Whether the gate can sign in; before the first migration there is no such role. Raises when nobody answers."""
    try:
        with psycopg.connect(url):
            return True
    except psycopg.OperationalError as refusal:
        if "does not exist" in str(refusal) or "authentication failed" in str(refusal):
            return False
        raise


def setup_code(place: Place) -> str:
    """A one-time code for `/setup`, valid for a day, or "" when the clinic has an owner."""
    code = "-".join(secrets.token_hex(2) for _ in range(4))
    with psycopg.connect(place.settings.database_gate_url) as connection:
        row = connection.execute("select sec.setup_offer(%s, %s)", (code, 24 * 3600)).fetchone()
    return code if row and row[0] else ""


def _ensure_database(server: EmbeddedServer) -> bool:
    """Make the clinic's database; True when it was not there."""
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        if connection.execute("select 1 from pg_database where datname = %s", (DATABASE,)).fetchone():
            return False
        connection.execute(sql.SQL("create database {} template template0").format(sql.Identifier(DATABASE)))
        return True


def passwords_of(chosen: Settings) -> Passwords:
    """Passwords that the login addresses hold; a migration gives them to the roles."""

    def password(url: str) -> str | None:
        value = conninfo_to_dict(url).get("password") if url else None
        return str(value) if value else None

    return Passwords(
        app=password(chosen.database_url),
        gate=password(chosen.database_gate_url),
        backup=password(chosen.database_backup_url),
    )


__all__ = ["Mark", "Place", "ServerProblem", "choose_demo", "clinic_place", "demo_mark", "key_file", "setup_code"]
