"""Every word in both languages, and every key that the code names in the catalogue."""

import ast
import re

from tests.architecture.source import calls, dotted, sources
from tht_app.i18n.catalog import LOCALES, catalogue
from tht_app.i18n.check import catalogue_problems

KEY = re.compile(r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+){1,5}$")
CONTEXTS = {path.name.split(".")[0] for path in LOCALES.glob("*.po")}


def test_both_languages_have_every_text_and_differ_outside_the_list():
    assert catalogue_problems() == []


def test_every_key_that_a_screen_names_is_in_the_catalogue():
    texts = catalogue("id")
    # A key may stand for a family: the code adds the last word, which is one of an enumeration.
    known = {*texts, *(key.rsplit(".", 1)[0] for key in texts)}
    missing = []
    for source in sources("pages", "components", "state", "web"):
        for call in calls(source):
            if dotted(call.func).split(".")[-1] not in {"t", "text_of", "_notify"} or not call.args:
                continue
            key = call.args[0]
            if isinstance(key, ast.Constant) and key.value not in known and not source.excused(call):
                missing.append(f"{source.place(call)}: {key.value}")
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and not source.excused(node):
                named = KEY.match(node.value) and node.value.count(".") >= 2 and node.value.split(".")[0] in CONTEXTS
                if named and node.value not in known:
                    missing.append(f"{source.place(node)}: {node.value}")
    assert not sorted(set(missing))


def test_every_refusal_has_words():
    known = catalogue("id")
    missing = []
    for source in sources():
        for node in ast.walk(source.tree):
            if not isinstance(node, ast.ClassDef):
                continue
            for line in node.body:
                target = line.target if isinstance(line, ast.AnnAssign) else None
                if isinstance(line, ast.Assign) and len(line.targets) == 1:
                    target = line.targets[0]
                if isinstance(target, ast.Name) and target.id == "code" and isinstance(line.value, ast.Constant):
                    code = str(line.value.value)
                    if "." in code and code != "domain.error" and f"errors.{code}" not in known:
                        missing.append(f"{source.place(line)}: errors.{code}")
    assert not missing


def test_every_problem_of_a_field_has_words():
    known = catalogue("id")
    missing = []
    for source in sources("domain", "use_cases", "state"):
        for call in calls(source):
            name = dotted(call.func).split(".")[-1]
            codes = call.args[:1] if name == "Problem" else []
            if name == "ValidationFailed" and call.args and isinstance(call.args[0], ast.Dict):
                codes = [value for value in call.args[0].values if isinstance(value, ast.Constant)]
            missing += [
                f"{source.place(call)}: problems.{code.value}"
                for code in codes
                if isinstance(code, ast.Constant) and f"problems.{code.value}" not in known
            ]
    assert not missing
