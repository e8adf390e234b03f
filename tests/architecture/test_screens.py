"""What a State and a component may do."""

import ast
import re

from tests.architecture.source import calls, decorators, dotted, functions, sources, states

EVALUATED = {"rx.toast", "rx.call_script", "rx.set_clipboard", "rx.console_log", "rx._x.toast"}
EVALUATED_FROM_STATE = {"rx.call_function"}
"""Compiled into a page they are plain code; returned by a handler they are evaluated."""
WORDS_IN = {"aria_label", "title", "alt", "placeholder", "label", "aria_description", "aria_placeholder"}
KEY = re.compile(r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$")
LETTERS = re.compile(r"[^\W\d_]{2,}")


def test_every_handler_is_async():
    waiting = [
        f"{source.place(function)} {state.name}.{function.name}"
        for source in sources("state")
        for state in states(source)
        for function in functions(source)
        if function in state.body
        and decorators(function) & {"handler", "rx.event"}
        and not isinstance(function, ast.AsyncFunctionDef)
        and not source.excused(function)
    ]
    assert not waiting


def test_every_public_method_of_a_state_is_a_handler_with_a_permission():
    plain = {"rx.var", "property", "classmethod", "staticmethod"}
    bare = [
        f"{source.place(function)} {state.name}.{function.name}"
        for source in sources("state")
        for state in states(source)
        for function in functions(source)
        if function in state.body
        and not function.name.startswith("_")
        and not decorators(function) & {"handler", "needs", *plain}
        and not source.excused(function)
    ]
    assert not bare, "Reflex makes an endpoint of each; give it @handler(needs=...) or a leading underscore"


def test_nothing_is_sent_to_the_browser_to_be_evaluated():
    used = [
        f"{source.place(node)} uses {dotted(node)}"
        for source in sources()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute)
        and (
            dotted(node) in EVALUATED
            or dotted(node).startswith("rx.toast.")
            or (source.name.startswith("tht_app/state/") and dotted(node) in EVALUATED_FROM_STATE)
        )
        and not source.excused(node)
    ]
    assert not used, "notices go through Acting._notify"


def test_words_on_screens_come_from_the_catalogue():
    literal: list[str] = []
    for source in sources("pages", "components"):
        for call in calls(source):
            name = dotted(call.func)
            children = call.args if name.startswith("rx.el.") and name not in {"rx.el.style", "rx.el.script"} else []
            named = [keyword.value for keyword in call.keywords if keyword.arg in WORDS_IN]
            literal += [
                f"{source.place(value)}: {value.value!r}"
                for value in (*children, *named)
                if isinstance(value, ast.Constant)
                and isinstance(value.value, str)
                and LETTERS.search(value.value)
                and not KEY.match(value.value)
                and not source.excused(value)
            ]
    assert not literal, 'say it with t("context.screen.element")'
