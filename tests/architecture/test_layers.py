"""What a room may know, beyond what import-linter can say."""

import ast
import sys

import pytest

from tests.architecture.source import Source, dotted, sources

CLOCKS = {
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "datetime.datetime.now",
    "datetime.date.today", "time.time", "time.monotonic", "time.localtime", "time.gmtime",
}  # fmt: skip


def _imports(source: Source):
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node, node.module


def test_the_domain_imports_the_standard_library_only():
    foreign = [
        f"{source.place(node)} imports {name}"
        for source in sources("domain")
        for node, name in _imports(source)
        if not name.startswith("tht_app.domain") and name.split(".")[0] not in sys.stdlib_module_names
    ]
    assert not foreign


@pytest.mark.parametrize("folder", ["domain", "use_cases"])
def test_rules_are_told_the_time_and_never_look_at_a_clock(folder: str):
    looking = [
        f"{source.place(node)} calls {dotted(node.func)}()"
        for source in sources(folder)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and dotted(node.func) in CLOCKS and not source.excused(node)
    ]
    assert not looking


def test_importing_the_package_boots_nothing():
    assert not sources("__init__.py")[0].tree.body, "tht_app/__init__.py has to stay empty"


def test_nothing_catches_every_exception():
    broad = []
    for source in sources():
        for node in ast.walk(source.tree):
            if isinstance(node, ast.ExceptHandler) and not source.excused(node):
                kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
                caught = {"" if kind is None else dotted(kind) for kind in kinds}
                reraised = any(isinstance(inner, ast.Raise) and inner.exc is None for inner in ast.walk(node))
                if caught & {"", "Exception", "BaseException"} and not reraised:
                    broad.append(source.place(node))
    assert not broad
