"""`make check`: everything that can be seen without running a clinic; each part by name, all of them every time."""

import os
import secrets
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PROGRAMS = Path(sys.executable).parent
sys.path.insert(0, str(ROOT))


def program(*command: str) -> Callable[[], str]:
    """A check that runs a program; its output is the problem when it fails."""

    def check() -> str:
        environment = {**os.environ, "PATH": f"{PROGRAMS}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}
        done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True, env=environment)
        return "" if done.returncode == 0 else (done.stdout + done.stderr).strip() or "failed without a word"

    return check


def tables_equal_schema() -> str:
    """Build the schema from nothing as `tht migrate` does, then let Alembic compare it with the tables in Python.

    What only SQL knows is no difference: tables without a class (sessions, keys), indexes, constraints.
    """
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from sqlalchemy import create_engine
    from sqlalchemy.engine import make_url
    from sqlalchemy.types import NullType

    from tht_app.database import tables
    from tht_app.database.migrate import migrate
    from tht_app.database.server import EmbeddedServer

    sql_only = {"table", "index", "unique_constraint", "foreign_key_constraint"}

    def declared(thing: Any, _name: str, kind: str, reflected: bool, declared_as: object) -> bool:
        nameless = kind == "column" and isinstance(thing.type, NullType)
        return not (reflected and declared_as is None and (kind in sql_only or nameless))

    options = {
        "include_schemas": True,
        "include_object": declared,
        "include_name": lambda name, kind, _parents: kind != "schema" or name in {"clinic", "sec", "audit"},
        "compare_type": True,
    }
    with tempfile.TemporaryDirectory(prefix="tht-check-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        with EmbeddedServer(Path(folder), options={"fsync": "off"}) as server:
            migrate(server.dsn(), secrets.token_bytes(32))
            engine = create_engine(make_url(server.dsn()).set(drivername="postgresql+psycopg"))
            with engine.connect() as connection, warnings.catch_warnings():
                warnings.simplefilter("ignore")  # types that SQLAlchemy has no name for, in tables that have no class
                found = compare_metadata(MigrationContext.configure(connection, opts=options), tables.metadata)
            engine.dispose()
    return "\n".join(str(difference) for difference in found)


CHECKS: dict[str, Callable[[], str]] = {
    "lint (ruff)": program(str(PROGRAMS / "ruff"), "check", "."),
    "format (ruff)": program(str(PROGRAMS / "ruff"), "format", "--check", "."),
    "types (pyright)": program(str(PROGRAMS / "pyright"), "--pythonpath", sys.executable),
    "who may import whom (import-linter)": program(str(PROGRAMS / "lint-imports")),
    "house rules and catalogue": program(
        sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/architecture"
    ),
    "matrix as typed (authorisation)": program(sys.executable, "scripts/authorisation.py", "--check"),
    "schema equals tables (alembic check)": tables_equal_schema,
}


def main() -> None:
    """Run all checks, then the budgets as a report, and end with 1 when a check failed."""
    failed: list[str] = []
    for name, check in CHECKS.items():
        started = time.monotonic()
        problem = check()
        print(f"{'FAILED' if problem else 'ok    '} {name} ({time.monotonic() - started:.1f} s)", flush=True)
        if problem:
            failed.append(name)
            print("\n".join(f"       {line}" for line in problem.splitlines()), flush=True)
    from tests.architecture.budgets import report

    print(report())
    if failed:
        print(f"make check: {len(failed)} of {len(CHECKS)} failed: {', '.join(failed)}")
        raise SystemExit(1)
    print(f"make check: all {len(CHECKS)} are well")


if __name__ == "__main__":
    main()
