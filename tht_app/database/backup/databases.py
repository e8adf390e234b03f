"""Databases beside the clinic's own: one to restore into, and what the clinic's was before."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from tht_app.database.backup.restore import Target
from tht_app.database.migrate import Passwords

FORMER = "clinic_before_"


@dataclass(frozen=True, slots=True)
class Addresses:
    """The logins to one server; `named` gives the same ones to another of its databases."""

    admin_url: str
    app_url: str
    gate_url: str
    backup_url: str
    passwords: Passwords = field(default_factory=Passwords)

    def named(self, database: str) -> "Addresses":
        """The same logins to this database."""
        urls = (self.admin_url, self.app_url, self.gate_url, self.backup_url)
        admin, app, gate, backup = (make_conninfo(url, dbname=database) for url in urls)
        return Addresses(admin, app, gate, backup, self.passwords)

    @property
    def target(self) -> Target:
        """What a restore needs."""
        return Target(self.admin_url, self.backup_url, self.passwords)


@contextmanager
def scratch_database(addresses: Addresses, name: str, *, keep: bool = False) -> Generator[Addresses, None, None]:
    """An empty database of this name, one that was left there before is removed; dropped behind unless kept.

    A database that is kept stays only when the body ends well.
    """
    drop_database(addresses, name)
    with psycopg.connect(addresses.admin_url, autocommit=True) as connection:
        connection.execute(sql.SQL("create database {} template template0").format(sql.Identifier(name)))
    try:
        yield addresses.named(name)
    except BaseException:
        drop_database(addresses, name)
        raise
    if not keep:
        drop_database(addresses, name)


def drop_database(addresses: Addresses, name: str) -> None:
    """Remove a database if it is there, whoever is connected to it."""
    with psycopg.connect(addresses.admin_url, autocommit=True) as connection:
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


def exchange(addresses: Addresses, restored: str, clinic: str, former: str) -> bool:
    """Give the restored database the clinic's name and the clinic's own, if there is one, the former's; both or none.

    Returns whether there was one. `addresses` lead to neither of the two.
    """
    rename = sql.SQL("alter database {} rename to {}")
    with psycopg.connect(addresses.admin_url) as connection:
        there = connection.execute("select from pg_database where datname = %s", (clinic,)).fetchone() is not None
        if there:
            connection.execute(rename.format(sql.Identifier(clinic), sql.Identifier(former)))
        connection.execute(rename.format(sql.Identifier(restored), sql.Identifier(clinic)))
    return there


def former_databases(addresses: Addresses) -> list[str]:
    """What restores have kept aside, the oldest first."""
    with psycopg.connect(addresses.admin_url) as connection:
        rows = connection.execute(
            "select datname from pg_database where starts_with(datname, %s) order by datname", (FORMER,)
        )
        return [row[0] for row in rows.fetchall()]


def is_empty(url: str) -> bool:
    """Whether a database holds no clinic."""
    with psycopg.connect(url) as connection:
        found = connection.execute("select to_regclass('sec.alembic_version') is null").fetchone()
        return bool(found and found[0])
