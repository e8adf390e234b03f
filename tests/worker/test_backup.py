"""When the worker makes a backup, when it rests, and that a restart loses no day."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tht_app.database.backup.shelf import BACKUP, REHEARSAL
from tht_app.settings import Settings
from tht_app.worker.backup import AGAIN, Keeper

NIGHT = datetime(2026, 11, 24, 19, 0, tzinfo=UTC)
"""02.00 of the 25th in Jakarta."""


class Watched(Keeper):
    """A keeper whose clock and commands the test holds."""

    def __init__(self, folder: Path, now: datetime, *, well: bool = True, hour: int = 2) -> None:
        self.now, self.well = now, well
        self.commands: list[str] = []
        chosen = Settings(backup_dir=folder, backup_hour=hour, data_dir=folder / "data")
        super().__init__(chosen, clock=lambda: self.now)

    async def command(self, *arguments: str) -> bool:
        self.commands.append(" ".join(arguments))
        what = REHEARSAL if "rehearse" in arguments else BACKUP
        if self.well:
            self._shelf.succeeded(what, self.now)
        else:
            self._shelf.failed(what, self.now, "disk full")
        return self.well

    async def at(self, now: datetime) -> list[str]:
        """What it does then."""
        self.now, self.commands = now, []
        await self.look()
        return self.commands


@pytest.fixture
def keeper(tmp_path: Path) -> Watched:
    return Watched(tmp_path / "backups", NIGHT)


async def test_a_new_clinic_is_backed_up_at_once_and_then_at_its_hour_once_a_day(keeper: Watched):
    daily, rehearsal = ["backup --kind daily"], ["backup rehearse"]
    evening = NIGHT - timedelta(hours=7)
    assert await keeper.at(evening) == daily
    assert await keeper.at(evening + timedelta(minutes=1)) == rehearsal
    for minutes in (2, 60, 7 * 60 - 1):
        assert await keeper.at(evening + timedelta(minutes=minutes)) == []
    assert await keeper.at(NIGHT) == daily
    assert await keeper.at(NIGHT + timedelta(minutes=5)) == rehearsal
    assert await keeper.at(NIGHT + timedelta(hours=23, minutes=59)) == []
    assert await keeper.at(NIGHT + timedelta(days=1)) == daily


async def test_a_clinic_that_was_closed_at_its_hour_is_backed_up_when_it_opens(keeper: Watched, tmp_path: Path):
    await keeper.at(NIGHT)
    await keeper.at(NIGHT)
    morning = Watched(tmp_path / "backups", NIGHT + timedelta(days=3, hours=5))
    assert await morning.at(morning.now) == ["backup --kind daily"]


async def test_a_failure_is_tried_again_after_a_rest(keeper: Watched):
    keeper.well = False
    assert await keeper.at(NIGHT) == ["backup --kind daily"]
    assert await keeper.at(NIGHT + AGAIN - timedelta(seconds=1)) == []
    keeper.well = True
    assert await keeper.at(NIGHT + AGAIN) == ["backup --kind daily"]
    assert await keeper.at(NIGHT + AGAIN) == ["backup rehearse"]


async def test_who_asks_gets_a_backup_and_its_rehearsal_once(keeper: Watched):
    await keeper.at(NIGHT)
    await keeper.at(NIGHT)
    keeper._shelf.wish()
    assert keeper._shelf.busy()
    assert await keeper.at(NIGHT + timedelta(hours=9)) == ["backup", "backup rehearse"]
    assert not keeper._shelf.busy()
    assert await keeper.at(NIGHT + timedelta(hours=9)) == []


async def test_a_schedule_that_is_off_still_does_what_is_asked(tmp_path: Path):
    keeper = Watched(tmp_path / "backups", NIGHT, hour=-1)
    assert await keeper.at(NIGHT) == []
    keeper._shelf.wish()
    assert await keeper.at(NIGHT) == ["backup", "backup rehearse"]


async def test_a_command_that_fails_is_no_end_of_the_worker(tmp_path: Path):
    keeper = Keeper(Settings(backup_dir=tmp_path, data_dir=tmp_path / "data"))
    assert await keeper.command("backup", "verify", str(tmp_path / "nothing.thtb")) is False
