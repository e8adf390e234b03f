"""`t` for components: one Var that holds both languages and chooses in the browser."""

import json
from collections.abc import Mapping
from typing import Any

import reflex as rx
from reflex.vars import FunctionStringVar, VarData

from tht_app.i18n.catalog import placeholders_of, template_of
from tht_app.script import script

SCRIPT = script("i18n.js")
LANGUAGE = "thtLang"


class WrongParameters(ValueError):
    """A text was given other parameters than its placeholders ask for."""


def _using(*names: str) -> VarData:
    """Import what an expression calls and subscribe the component around it to the language."""
    return VarData(
        imports={SCRIPT.importable_path: [rx.ImportVar(tag=name) for name in ("useLang", *names)]},
        hooks={f"const {LANGUAGE} = useLang();": None},
    )


def _literal(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def language_var() -> rx.Var[str]:
    """`id` or `en`, as the browser has it now."""
    return rx.Var(_js_expr=LANGUAGE, _var_data=_using()).to(str)


def words(key: str, params: Mapping[str, Any]) -> rx.Var[str]:
    """See `tht_app.i18n.t`. Raises UnknownKey and WrongParameters while compiling."""
    indonesian, english = template_of(key, "id"), template_of(key, "en")
    for text in (indonesian, english):
        if placeholders_of(text) != params.keys():
            raise WrongParameters(f"{key!r} wants {sorted(placeholders_of(text))}, got {sorted(params)}")
    chosen = f'({LANGUAGE} === "en" ? {_literal(english)} : {_literal(indonesian)})'
    if not params:
        return rx.Var(_js_expr=chosen, _var_data=_using()).to(str)
    fill = FunctionStringVar.create("fill", _var_data=_using("fill"))
    return fill.call(rx.Var(_js_expr=chosen, _var_data=_using()), rx.Var.create(dict(params))).to(str)


def template(key: str) -> rx.Var[str]:
    """A text whose `{places}` a script of ours fills. Raises UnknownKey while compiling."""
    return rx.cond(language_var() == "en", template_of(key, "en"), template_of(key, "id"))


def set_language(lang: str) -> rx.event.EventSpec:
    """Event that switches this browser at once, compiled into the page; nothing is evaluated."""
    switch = rx.Var(
        _js_expr=f'(() => setLang("{lang}"))',
        _var_data=VarData(imports={SCRIPT.importable_path: [rx.ImportVar(tag="setLang")]}),
    )
    return rx.call_function(switch)
