"""One event is one line, as text or as JSON, and no exception's message is in it."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from tht_app.logs import quiet_logs
from tht_app.settings import settings

SECRET = "Siti Rahmawati, 3174015407850001"


@pytest.fixture(params=["text", "json"])
def written(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator:
    """Logging as a server sets it up; gives a function that returns the lines so far."""
    kept = {}
    for name in (None, "asyncio", "_granian"):
        logger = logging.getLogger(name)
        kept[name] = (logger.handlers[:], logger.propagate, logger.filters[:], logger.level)
    monkeypatch.setenv("THT_LOG_FORMAT", request.param)
    settings.cache_clear()
    monkeypatch.setattr(logging, "raiseExceptions", True)
    stream = io.StringIO()
    quiet_logs(stream)
    yield lambda: stream.getvalue().splitlines()
    settings.cache_clear()
    for name, (handlers, propagate, filters, level) in kept.items():
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate, logger.filters = handlers, propagate, filters
        logger.setLevel(level)


def fail() -> None:
    try:
        raise KeyError(SECRET)
    except KeyError as cause:
        raise ValueError(SECRET) from cause


def test_an_exception_is_its_kinds_and_places(written):
    try:
        fail()
    except ValueError:
        logging.getLogger("tht.incident").exception("something broke")
    (line,) = written()
    assert SECRET not in line
    assert "something broke" in line
    assert "ValueError from KeyError" in line
    assert "test_log_lines.py" in line


def test_what_libraries_quote_behind_their_first_line_is_cut(written):
    logging.getLogger("asyncio").error("Task exception was never retrieved\nfuture: <Task exception=%r>", SECRET)
    logging.getLogger("_granian").error("Application callable raised an exception\n%s", SECRET)
    lines = written()
    assert len(lines) == 2
    assert SECRET not in "".join(lines)
    assert "never retrieved" in lines[0]


def test_a_library_that_sees_payloads_says_only_who_complains(written):
    logging.getLogger("reflex").error("Could not convert %s", SECRET)
    logging.getLogger("reflex").warning("Could not convert %s", SECRET)
    (line,) = written()
    assert SECRET not in line


def test_a_stranger_cannot_write_a_second_line(written):
    logging.getLogger("tht.gate").warning("refused %s", "x\r\n2026-11-25 error forged\x1b[31m\u2028more")
    (line,) = written()
    assert "forged" in line
    assert "\x1b" not in line
    assert "\u2028" not in line


def test_json_lines_are_json(written):
    logging.getLogger("tht.gate").warning('with "quotes" and %s', "ü")
    (line,) = written()
    if settings().log_format == "json":
        assert json.loads(line)["event"] == 'with "quotes" and ü'
