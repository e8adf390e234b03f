"""What this program writes about itself: to standard error, for people or as JSON, never with a value of a person.

Messages of exceptions quote what they failed on, and libraries quote what people typed. So of an exception only its
kinds and places are written, and of the libraries that see payloads only who complains.
"""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

from tht_app.settings import settings

NOISY = ("reflex", "reflex_base", "socketio", "engineio")
"""Loggers whose warnings quote what people typed; only their errors are kept, without the values."""
QUOTING = ("asyncio", "_granian")
"""Loggers that put an exception with its message into the lines behind the first."""
PLACES = 8
LONGEST = 2_000
CONTROL = dict.fromkeys((*range(32), 127, *range(128, 160), 0x2028, 0x2029), " ")
"""One event is one line, whatever a stranger puts into it."""

Event = MutableMapping[str, Any]


def places_of(error: BaseException) -> str:
    """Where an exception came from, the innermost place first, without its message."""
    return " < ".join(
        f"{frame.filename.rsplit('/', 2)[-1]}:{frame.lineno}:{frame.name}"
        for frame in reversed(traceback.extract_tb(error.__traceback__)[-PLACES:])
    )


def _without_messages(_logger: object, _method: str, event: Event) -> Event:
    """Replace an exception by its kind, what caused it, and its places."""
    told = event.pop("exc_info", None)
    error = told[1] if isinstance(told, tuple) else told if isinstance(told, BaseException) else None
    if error is not None:
        kinds, cause = [type(error).__name__], error.__cause__ or error.__context__
        while cause is not None and len(kinds) < PLACES:
            kinds.append(type(cause).__name__)
            cause = cause.__cause__ or cause.__context__
        event["error"], event["places"] = " from ".join(kinds), places_of(error)
    event.pop("exc_text", None)
    event.pop("stack_info", None)
    return event


def _one_line(_logger: object, _method: str, event: Event) -> Event:
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = value[:LONGEST].translate(CONTROL)
    return event


def _as_text(_logger: object, _method: str, event: Event) -> str:
    words = [str(event.pop(name, "")) for name in ("timestamp", "level", "logger", "event")]
    return " ".join([*words, *(f"{name}={value}" for name, value in event.items())])


def _formatter(log_format: str) -> logging.Formatter:
    before = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_messages,
        _one_line,
    ]
    last = structlog.processors.JSONRenderer(ensure_ascii=False) if log_format == "json" else _as_text
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=before, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last]
    )


class _WithoutValues(logging.Filter):
    """Of what a noisy library says only who says it is kept."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Cut the message before the first thing that came from outside."""
        if record.levelno < logging.ERROR:
            return False
        record.msg, record.args = f"{record.name} {record.module}:{record.lineno} failed", ()
        record.exc_info = record.exc_text = None
        return True


class _FirstLine(logging.Filter):
    """What happened is the first line; whom it happened to may stand in the others."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep the first line."""
        record.msg, record.args = record.getMessage().split("\n", 1)[0], ()
        return True


class ClinicHandler(logging.StreamHandler[Any]):
    """The one handler of a process that serves."""


def quiet_logs(stream: TextIO | None = None) -> None:
    """From now on everything is written our way; call it when a server starts, not when a module is imported."""
    logging.raiseExceptions = False  # a handler that fails would print the message and where it came from
    handler = ClinicHandler(stream or sys.stderr)
    handler.setFormatter(_formatter(settings().log_format))
    root = logging.getLogger()
    root.handlers = [one for one in root.handlers if not isinstance(one, ClinicHandler)] + [handler]
    root.setLevel(logging.WARNING)
    for name in QUOTING:
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [], True
        _add_once(logger, _FirstLine())
    for name in list(logging.root.manager.loggerDict) + list(NOISY):
        if name.split(".")[0] in NOISY:
            _add_once(logging.getLogger(name), _WithoutValues())


def _add_once(logger: logging.Logger, wanted: logging.Filter) -> None:
    if not any(type(one) is type(wanted) for one in logger.filters):
        logger.addFilter(wanted)
