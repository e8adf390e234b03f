"""The project's own source, parsed once, for the rules that no linter knows.

A line may say `# house: <reason>` to stand outside a rule (the linter's `# noqa: BLE001  <reason>` counts as one); an
exception without a reason is none.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "tht_app"
ESCAPE = re.compile(r"#\s*(house:|noqa: BLE001)\s*\S+")


@dataclass(frozen=True)
class Source:
    """One module: its path from the root, its lines and its tree."""

    path: Path
    lines: tuple[str, ...]
    tree: ast.Module

    @property
    def name(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    def place(self, node: ast.AST) -> str:
        return f"{self.name}:{getattr(node, 'lineno', 1)}"

    def excused(self, node: ast.AST) -> bool:
        first = getattr(node, "lineno", 1)
        last = getattr(node, "end_lineno", first) or first
        return any(ESCAPE.search(line) for line in self.lines[first - 1 : last])


@cache
def read(path: Path) -> Source:
    text = path.read_text(encoding="utf-8")
    return Source(path, tuple(text.splitlines()), ast.parse(text, str(path)))


def sources(*folders: str) -> list[Source]:
    """All modules of the package, or of these folders or files in it."""
    roots = [PACKAGE / folder for folder in folders] or [PACKAGE]
    paths = [path for root in roots for path in ([root] if root.is_file() else sorted(root.rglob("*.py")))]
    return [read(path) for path in paths if path.exists()]


def dotted(node: ast.AST) -> str:
    """`rx.el.div` of an attribute chain, "" for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else f".{node.attr}"
    return ""


def calls(source: Source) -> Iterator[ast.Call]:
    return (node for node in ast.walk(source.tree) if isinstance(node, ast.Call))


def functions(source: Source) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(source.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def states(source: Source) -> Iterator[ast.ClassDef]:
    """Classes that are a Reflex State: named so, and derived from one."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ClassDef):
            bases = {dotted(base) for base in node.bases}
            if bases & {"rx.State", "State"} or any(base.endswith("State") for base in bases):
                yield node


def decorators(function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    return {dotted(item.func if isinstance(item, ast.Call) else item) for item in function.decorator_list}
