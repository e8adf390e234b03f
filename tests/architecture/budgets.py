"""Sizes beyond which one stops and thinks: a report, never a failure."""

import ast
from collections.abc import Iterator

from tests.architecture.source import Source, decorators, functions, sources, states

FILE, FUNCTION, COMPONENT, PAGE, STATE, HANDLERS = 400, 40, 50, 60, 200, 12


def _length(node: ast.AST) -> int:
    """Lines of code: the docstring says more the longer it is, and is not counted."""
    lines = (getattr(node, "end_lineno", 0) or 0) - getattr(node, "lineno", 0) + 1
    first = node.body[0] if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) else None
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


def _of_file(source: Source) -> Iterator[str]:
    page = source.name.startswith("tht_app/pages/")
    limit = PAGE if page else FILE
    if len(source.lines) > limit:
        yield f"{source.name}: {len(source.lines)} lines, {'a page' if page else 'a file'} has {limit}"
    limit = COMPONENT if source.name.startswith(("tht_app/components/", "tht_app/pages/")) else FUNCTION
    for function in functions(source):
        if (lines := _length(function)) > limit:
            yield f"{source.place(function)}: {function.name} has {lines} lines, the budget is {limit}"
    for state in states(source):
        handlers = [item for item in functions(source) if item in state.body and "handler" in decorators(item)]
        if (lines := _length(state)) > STATE:
            yield f"{source.place(state)}: {state.name} has {lines} lines, the budget is {STATE}"
        if len(handlers) > HANDLERS:
            yield f"{source.place(state)}: {state.name} has {len(handlers)} handlers, the budget is {HANDLERS}"


def over_budget() -> list[str]:
    """Everything in the package that is larger than planned."""
    return [finding for source in sources() for finding in _of_file(source)]


def report() -> str:
    """The list in words."""
    findings = over_budget()
    if not findings:
        return "budgets: everything is within size"
    return "\n".join([f"budgets: {len(findings)} over size, a reason to stop and think", *findings])
