"""Strict reading of what a browser sends to a handler.

Reflex coerces where it can and otherwise calls the handler with the raw value; here a value either has the annotated
type afterwards, or the event is refused.
"""

import inspect
import types
from collections.abc import Callable, Mapping
from datetime import date
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

LONGEST_TEXT = 100_000
MOST_ITEMS = 2_000


class BadPayload(ValueError):
    """The payload does not fit the handler; the message names the parameter, never the value."""


def parameters_of(function: Callable[..., Any]) -> dict[str, tuple[Any, bool]]:
    """Name -> (annotation, required) of a handler, without `self`. Raises TypeError for one without annotation."""
    hints = get_type_hints(function)
    wanted: dict[str, tuple[Any, bool]] = {}
    for parameter in list(inspect.signature(function).parameters.values())[1:]:
        if parameter.kind in {parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD} or parameter.name not in hints:
            raise TypeError(f"{function.__qualname__}: parameter {parameter.name} needs an annotation")
        _ensure_known(hints[parameter.name], function.__qualname__)
        wanted[parameter.name] = (hints[parameter.name], parameter.default is parameter.empty)
    return wanted


def read(payload: Mapping[str, Any], wanted: Mapping[str, tuple[Any, bool]]) -> dict[str, Any]:
    """The payload with every value in its annotated type. Raises BadPayload."""
    if unknown := payload.keys() - wanted.keys():
        raise BadPayload(f"{len(unknown)} unknown parameters")
    if missing := [name for name, (_, required) in wanted.items() if required and name not in payload]:
        raise BadPayload(f"missing {', '.join(missing)}")
    return {name: _converted(value, wanted[name][0], name) for name, value in payload.items()}


def _ensure_known(kind: Any, where: str) -> None:
    origin = get_origin(kind)
    if origin in {list, dict, Union, types.UnionType}:
        for inner in get_args(kind):
            _ensure_known(inner, where)
        return
    if kind in SIMPLE or kind is type(None) or (isinstance(kind, type) and issubclass(kind, Enum)):
        return
    raise TypeError(f"{where}: {kind} is no type that a browser can send")


def _converted(value: Any, kind: Any, name: str) -> Any:
    origin = get_origin(kind)
    if origin in {Union, types.UnionType}:
        return _optional(value, kind, name)
    if origin is list:
        if not isinstance(value, list) or len(value) > MOST_ITEMS:
            raise BadPayload(f"{name} is no list")
        return [_converted(item, get_args(kind)[0], name) for item in value]
    if origin is dict:
        return _mapping(value, kind, name)
    if isinstance(kind, type) and issubclass(kind, Enum):
        try:
            return kind(value)
        except ValueError:
            raise BadPayload(f"{name} is none of the choices") from None
    return SIMPLE[kind](value, name)


def _optional(value: Any, kind: Any, name: str) -> Any:
    inner = [part for part in get_args(kind) if part is not type(None)]
    if value is None and len(inner) < len(get_args(kind)):
        return None
    for part in inner:
        try:
            return _converted(value, part, name)
        except BadPayload:
            continue
    raise BadPayload(f"{name} has none of its types")


def _mapping(value: Any, kind: Any, name: str) -> dict[str, Any]:
    """A form: keys are text; where values are text, a ticked box and a number become text too."""
    if not isinstance(value, dict) or len(value) > MOST_ITEMS:
        raise BadPayload(f"{name} is no form")
    _, inner = get_args(kind)
    return {
        _text(key, name): _converted(_form_text(item) if inner is str else item, inner, name)
        for key, item in value.items()
    }


def _form_text(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else ""
    return str(value) if isinstance(value, int | float) else value


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_TEXT or "\x00" in value:
        raise BadPayload(f"{name} is no text")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise BadPayload(f"{name} holds half a character") from None
    return value


def _whole(value: Any, name: str) -> int:
    if isinstance(value, str) and len(value) < 20:
        try:
            value = int(value)
        except ValueError:
            raise BadPayload(f"{name} is no whole number") from None
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 2**63:
        raise BadPayload(f"{name} is no whole number")
    return value


def _number(value: Any, name: str) -> float:
    if isinstance(value, str) and len(value) < 40:
        try:
            value = float(value)
        except ValueError:
            raise BadPayload(f"{name} is no number") from None
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e15:
        raise BadPayload(f"{name} is no number")
    return float(value)


def _yes_no(value: Any, name: str) -> bool:
    if not isinstance(value, bool):
        raise BadPayload(f"{name} is neither yes nor no")
    return value


def _id(value: Any, name: str) -> UUID:
    if isinstance(value, UUID):  # from an event that our own code chained
        return value
    try:
        return UUID(_text(value, name))
    except ValueError:
        raise BadPayload(f"{name} is no id") from None


def _day(value: Any, name: str) -> date:
    try:
        return date.fromisoformat(_text(value, name))
    except ValueError:
        raise BadPayload(f"{name} is no date") from None


SIMPLE: dict[Any, Callable[[Any, str], Any]] = {
    str: _text,
    int: _whole,
    float: _number,
    bool: _yes_no,
    UUID: _id,
    date: _day,
}
