"""Runs the migrations on the connection that `tht migrate` hands over, as the role that owns the tables."""

import sys
from pathlib import Path

from alembic import context

sys.path.insert(0, str(Path(__file__).parent))  # so that a migration says `from ddl import protect`

from tht_app.database import tables

LOCK_TIMEOUT = "5s"
"""A migration that cannot get its lock gives up instead of queueing every clerk behind it."""


def run() -> None:
    """Upgrade inside one transaction: all of it or nothing."""
    connection = context.config.attributes.get("connection")
    if connection is None:
        raise SystemExit("Run `tht migrate`: it knows the server, the roles and the keys.")
    context.configure(
        connection=connection,
        target_metadata=tables.metadata,
        version_table_schema="sec",
        include_schemas=True,
        include_name=lambda name, type_, _parents: type_ != "schema" or name in {"clinic", "sec", "audit"},
        compare_type=True,
    )
    with context.begin_transaction():
        connection.exec_driver_sql(f"set local lock_timeout = '{LOCK_TIMEOUT}'")
        connection.exec_driver_sql("set local search_path = clinic, ext")
        context.run_migrations()


run()
