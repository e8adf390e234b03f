"""Write docs/authorisation.md: the hand-typed table of rights as people read it; `--check` only compares.

The table is docs/permissions.csv. Every cell of it is tried by tests/web/test_permission_matrix.py, which also compares
it with the handlers, pages, routes and lines that the program has; this page shows nothing that is not tried.
"""

import csv
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TABLE, PAGE = ROOT / "docs" / "permissions.csv", ROOT / "docs" / "authorisation.md"
WHO = ("admin", "doctor", "nurse", "pharmacist", "cashier", "auditor", "owner", "nobody")
KINDS = {"page": "Pages", "event": "Events", "route": "Routes", "file": "Files", "websocket": "Lines"}
HEAD = """# Who may do what: the matrix

Written by `python scripts/authorisation.py` from [permissions.csv](permissions.csv), which is typed by hand; `make
check` fails when this page and the table differ. `make test` tries every cell over a real socket or route
([test_permission_matrix.py](../tests/web/test_permission_matrix.py)): what is refused changes no row of any table,
gives back no byte of a patient and leaves one entry in the audit log; what is allowed is not refused. It also fails
when the program has a handler, page, route or line that the table does not name, or the other way round. Whose rows a
role then sees is another question: [security.md](security.md), "Who may see a record".

"""


def rows() -> list[dict[str, str]]:
    """The table."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _marks(row: dict[str, str]) -> tuple[str, ...]:
    return tuple("yes" if row[who] == "allow" else "–" for who in WHO)


def _line(name: str, marks: Iterable[str]) -> str:
    return f"| {name} | {' | '.join(marks)} |\n"


def _heading(first: str) -> str:
    return _line(first, WHO) + "|---" * (len(WHO) + 1) + "|\n"


def _counts(table: list[dict[str, str]]) -> str:
    text = _heading("allowed of all")
    for kind, title in KINDS.items():
        of_kind = [row for row in table if row["kind"] == kind]
        marks = (f"{sum(row[who] == 'allow' for row in of_kind)} of {len(of_kind)}" for who in WHO)
        text += _line(title.lower(), marks)
    cells = len(table) * len(WHO)
    return f"{len(table)} rows, {cells} cells.\n\n{text}\n"


def _events(table: list[dict[str, str]]) -> str:
    """By State: handlers that share their rights stand on one line."""
    states: dict[str, dict[tuple[str, ...], list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in table:
        state, _, handler = row["name"].rpartition(".")
        states[state][_marks(row)].append(handler)
    text = _heading("State and its handlers")
    for state in sorted(states):
        for marks, handlers in states[state].items():
            text += _line(f"`{state}` {', '.join(handlers)}", marks)
    return text


def _plain(table: list[dict[str, str]], title: str) -> str:
    return _heading(title) + "".join(_line(f"`{row['name']}`", _marks(row)) for row in table)


def written() -> str:
    """The page."""
    table = rows()
    text = HEAD + _counts(table)
    for kind, title in KINDS.items():
        of_kind = [row for row in table if row["kind"] == kind]
        text += f"## {title}\n\n{_events(of_kind) if kind == 'event' else _plain(of_kind, title.lower())}\n"
    return text.rstrip() + "\n"


def main() -> None:
    """Write the page, or say that it is not what the table says."""
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(written(), encoding="utf-8")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != written():
        raise SystemExit("docs/authorisation.md is not what docs/permissions.csv says: python scripts/authorisation.py")


if __name__ == "__main__":
    main()
