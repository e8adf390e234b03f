"""The `tht` command inside the test's own process: what a terminal would show, without loading everything each time."""

import os
from dataclasses import dataclass

import pytest
from typer.testing import CliRunner

from tht_app.cli.main import OPERATOR_ERRORS, app
from tht_app.settings import settings


@dataclass(frozen=True)
class Said:
    """How a command ended and what it said."""

    returncode: int
    stdout: str
    stderr: str


def tht(*arguments: str, typed: str = "", **environment: str) -> Said:
    """Run one command with nothing but these settings."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("THT_", "REFLEX_"))]:
            patch.delenv(name)
        for name, value in environment.items():
            patch.setenv(name, value)
        settings.cache_clear()
        kept = dict(os.environ)
        try:
            done = CliRunner().invoke(app, list(arguments), input=typed)
        finally:
            os.environ.clear()  # a command is a process of its own, and changes what it likes
            os.environ.update(kept)
            settings.cache_clear()
    refused = isinstance(done.exception, OPERATOR_ERRORS)
    if done.exception is not None and not refused and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Said(done.exit_code, done.stdout, f"{done.stderr}{done.exception if refused else ''}")
