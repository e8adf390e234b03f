"""From an empty or older database to the newest schema: roles, schemas, extensions, tables, data keys, code lists.

Runs as the administrator of the database, who needs CREATEROLE and CREATE on it and is never required to be a
superuser. Everything the clinic owns belongs to `tht_owner`, the definer functions to `tht_sec`; no role here has
BYPASSRLS. There is no downgrade: a backup is taken before every upgrade instead.
"""

import importlib
import io
from collections.abc import Callable, Iterable
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text

from tht_app.database.crypto import Purpose, Vault, WrappedKey, fingerprint, new_data_key
from tht_app.database.engine import DRIVER, connect_arguments

ROOT = Path(__file__).resolve().parents[2]
OLDEST_SERVER = 180000
ADVISORY_LOCK = 8_417_021
"""Any number, the same everywhere: two `tht migrate` at once wait for each other."""

GROUPS = ("tht_owner", "tht_sec")
LOGINS = ("tht_app", "tht_gate", "tht_auditor", "tht_backup")
EXTENSIONS = ("pg_trgm", "btree_gist", "unaccent")
SCHEMAS = ("clinic", "sec", "audit", "ext")
LOADERS: tuple[str, ...] = ("tht_app.database.icd10:load_icd10", "tht_app.database.icd9cm:load_icd9cm")
"""Code lists that come with the program, `module:function(connection)`; each runs as `tht_owner` after the schema is
up, so a table it fills needs `create policy … for all to tht_owner using (true) with check (true)`."""


class ServerTooOld(Exception):
    """The server is older than PostgreSQL 18."""


@dataclass(frozen=True, slots=True)
class Passwords:
    """Passwords of the login roles; None leaves a role without one (socket of the embedded server)."""

    app: str | None = None
    gate: str | None = None
    backup: str | None = None


def alembic_config() -> Config:
    """Configuration that does not depend on the current directory."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "alembic"))
    # Reading the revisions imports them, and they import `ddl`: also in a process that never migrates.
    config.set_main_option("prepend_sys_path", str(ROOT / "alembic"))
    config.set_main_option("path_separator", "os")
    return config


def head_revision() -> str:
    """The newest revision this program knows."""
    head = ScriptDirectory.from_config(alembic_config()).get_current_head()
    return head or ""


def migrate(admin: str, master_key: bytes, passwords: Passwords | None = None) -> str:
    """Bring the database (libpq URL or `key=value` of its administrator) to the newest schema; return its revision.

    Raises `ServerTooOld`, `MasterKeyMissing` (the key does not fit the data keys that are there) or what PostgreSQL
    says.
    """
    engine = create_engine(DRIVER, connect_args=connect_arguments(admin))
    try:
        with engine.connect() as connection:
            connection.execute(text("select pg_advisory_lock(:key)"), {"key": ADVISORY_LOCK})
            connection.commit()
            try:
                _ensure_server(connection)
                _prepare(connection, passwords or Passwords())
                _upgrade(connection)
                _ensure_data_keys(connection, master_key)
                _load_references(connection)
            finally:
                connection.rollback()
                connection.execute(text("select pg_advisory_unlock(:key)"), {"key": ADVISORY_LOCK})
                connection.commit()
    finally:
        engine.dispose()
    return head_revision()


def prepare_database(admin: str, passwords: Passwords | None = None) -> None:
    """Make roles, schemas and extensions and nothing in them: what a restored database needs before its tables."""
    engine = create_engine(DRIVER, connect_args=connect_arguments(admin))
    try:
        with engine.connect() as connection:
            _ensure_server(connection)
            _prepare(connection, passwords or Passwords())
    finally:
        engine.dispose()


def revision_of(admin: str) -> str:
    """The revision of a database; "" where there is no schema yet."""
    engine = create_engine(DRIVER, connect_args=connect_arguments(admin))
    try:
        with engine.connect() as connection:
            if connection.execute(text("select to_regclass('sec.alembic_version')")).scalar() is None:
                return ""
            connection.exec_driver_sql("set role tht_owner")
            return connection.execute(text("select version_num from sec.alembic_version")).scalar() or ""
    finally:
        engine.dispose()


def _ensure_server(connection: Connection) -> None:
    number = int(connection.execute(text("show server_version_num")).scalar_one())
    if number < OLDEST_SERVER:
        raise ServerTooOld(f"PostgreSQL 18 atau lebih baru diperlukan; peladen ini versi {number // 10000}.")


def _prepare(connection: Connection, passwords: Passwords) -> None:
    present = set(connection.execute(text("select rolname from pg_roles")).scalars())
    for role in (*GROUPS, *LOGINS):
        if role not in present:
            login = "login" if role in LOGINS else "nologin"
            connection.exec_driver_sql(f"create role {role} {login} noinherit")
    for role, password in (("tht_app", passwords.app), ("tht_gate", passwords.gate), ("tht_backup", passwords.backup)):
        if password:
            connection.exec_driver_sql(f"alter role {role} password {_literal(password)}")
    for role in GROUPS:
        connection.exec_driver_sql(f"grant {role} to current_user with inherit true, set true")
    connection.exec_driver_sql("grant tht_sec to tht_owner with inherit false, set true")
    for schema in SCHEMAS:
        connection.exec_driver_sql(f"create schema if not exists {schema} authorization tht_owner")
    connection.exec_driver_sql("set role tht_owner")
    connection.exec_driver_sql("grant usage, create on schema sec to tht_sec")
    connection.exec_driver_sql("reset role")
    _extensions(connection)
    connection.commit()


def _extensions(connection: Connection) -> None:
    """All three are trusted extensions: CREATE on the database is enough."""
    have = set(connection.execute(text("select extname from pg_extension")).scalars())
    for extension in EXTENSIONS:
        if extension not in have:
            connection.exec_driver_sql(f"create extension {extension} schema ext")


def _literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _upgrade(connection: Connection) -> None:
    connection.exec_driver_sql("set role tht_owner")
    config = alembic_config()
    config.attributes["connection"] = connection
    with redirect_stdout(io.StringIO()):
        command.upgrade(config, "head")
    connection.exec_driver_sql("grant select on sec.alembic_version to tht_app, tht_backup")
    connection.commit()
    connection.exec_driver_sql("reset role")


def _ensure_data_keys(connection: Connection, master_key: bytes) -> None:
    rows = connection.execute(text("select purpose, version, wrapped from sec.data_key"))
    keys = [WrappedKey(Purpose(row.purpose), row.version, bytes(row.wrapped)) for row in rows]
    have = {key.purpose for key in keys}
    for purpose in Purpose:
        if purpose in have:
            continue
        key = new_data_key(master_key, purpose, 1)
        connection.execute(
            text("insert into sec.data_key (purpose, version, wrapped) values (:purpose, :version, :wrapped)"),
            {"purpose": key.purpose.value, "version": key.version, "wrapped": key.wrapped},
        )
        keys.append(key)
    Vault.unlock(master_key, keys)
    connection.execute(
        text("update sec.data_key set master = :master where master is null"), {"master": fingerprint(master_key)}
    )
    connection.commit()


def _load_references(connection: Connection) -> None:
    for loader in _loaders():
        connection.exec_driver_sql("set role tht_owner")
        loader(connection)
        connection.commit()
        connection.exec_driver_sql("reset role")
        connection.commit()


def _loaders() -> Iterable[Callable[[Connection], None]]:
    for name in LOADERS:
        module, _, function = name.partition(":")
        yield getattr(importlib.import_module(module), function)
