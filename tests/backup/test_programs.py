"""Programs of PostgreSQL that are fed: one may stop listening early, and one that fails says why."""

import time
from collections.abc import Iterator

import pytest

from tht_app.database.backup.container import BackupRefused
from tht_app.database.backup.programs import PIECE, feed


def slowly() -> Iterator[bytes]:
    """Little enough to wait in our own buffer, and more when the program is long gone."""
    yield b"xxx"
    time.sleep(0.3)
    yield b"x" * PIECE


def test_a_program_that_has_heard_enough_is_no_failure():
    assert feed(["sh", "-c", "echo enough"], slowly(), stops_early=True) == b"enough\n"


def test_a_program_that_goes_away_early_is_one_where_it_had_to_take_all():
    with pytest.raises(BackupRefused, match="no room"):
        feed(["sh", "-c", "echo no room >&2; exit 3"], slowly())
