"""Nothing reaches the database but through execute(); what stands outside is named here, with its reason."""

import ast
import re

from tests.architecture.source import calls, dotted, sources

OUTSIDE = {
    "tht_app/use_cases/door.py": "the door itself",
    "tht_app/database/engine.py": "pools, and reading the wrapped keys at start",
    "tht_app/database/gate.py": "sessions",
    "tht_app/database/gate_pool.py": "the same pool",
    "tht_app/database/migrate.py": "migrations",
    "tht_app/database/readiness.py": "readiness",
    "tht_app/database/backup/snapshot.py": "the backup role's view of one moment",
    "tht_app/database/backup/restore.py": "fills and checks a database that nobody uses yet",
    "tht_app/database/backup/recovery.py": "waits until the server has played its log",
    "tht_app/database/backup/databases.py": "makes, exchanges and drops whole databases",
    "tht_app/database/outbox.py": "lease of the outbox",
    "tht_app/database/examination.py": "what `tht doctor` asks the server about itself",
    "tht_app/database/keyring.py": "reads the wrapped keys again after a rotation",
    "tht_app/database/rotation.py": "rotation of data keys, by the administrator",
    "tht_app/database/seal.py": "sealing of the audit log",
    "tht_app/database/listen.py": "LISTEN",
    "tht_app/database/note_steps.py": "key presses between two that go through the door, on what the door decided",
    "tht_app/database/server.py": "asks whether the embedded server answers",
    "tht_app/cli/place.py": "makes the database of a new clinic, reads its demo mark, offers the setup code",
}
OPENING = re.compile(
    r"(^|\.)(commit|rollback|begin|begin_nested|begin_twophase)$"
    r"|^psycopg\.(connect|AsyncConnection\.connect)$|^(create_engine|create_async_engine|sessionmaker|Session)$"
)


def test_only_the_listed_files_open_connections_or_end_transactions():
    outside = [
        f"{source.place(call)} calls {dotted(call.func)}"
        for source in sources()
        if source.name not in OUTSIDE
        for call in calls(source)
        if OPENING.search(dotted(call.func)) and not source.excused(call)
    ]
    assert not outside


def test_sql_is_written_in_database_only():
    statement = re.compile(
        r"^\s*(select|insert\s+into|update|delete\s+from|with|truncate|create|alter|drop)\s", re.IGNORECASE
    )
    elsewhere = [
        f"{source.place(node)}: {str(node.value).strip()[:60]!r}"
        for source in sources()
        if not source.name.startswith("tht_app/database/") and source.name not in OUTSIDE
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and statement.match(node.value)
        and re.search(r"\b(from|into|set|select|table|values)\b", node.value, re.IGNORECASE)
        and not source.excused(node)
        and not _is_docstring(source.tree, node)
    ]
    assert not elsewhere


def test_reflex_reaches_no_database():
    banned = {"rx.session", "rx.asession", "rx.Model", "rx.ModelRegistry"}
    used = [
        f"{source.place(node)} uses {dotted(node)}"
        for source in sources()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute) and dotted(node) in banned
    ]
    assert not used


def _is_docstring(tree: ast.Module, constant: ast.Constant) -> bool:
    return any(isinstance(node, ast.Expr) and node.value is constant for node in ast.walk(tree))
