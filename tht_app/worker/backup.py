"""Makes the daily backup at the clinic's hour, or as soon as the clinic opens after it, and rehearses its restore.

The work itself is done by the `tht` command in a process of its own: pg_dump, encryption and a whole restore must not
slow down the screens, and one that dies takes nobody with it.
"""

import asyncio
import contextlib
import logging
import os
import shutil
import sys
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tht_app.database.backup.shelf import BACKUP, REHEARSAL, Shelf
from tht_app.database.backup.wal import seal_spool
from tht_app.database.server_account import spool_of
from tht_app.database.unit_of_work import utc_now
from tht_app.domain.backup import Kind, Run, last_due
from tht_app.settings import Settings, settings

log = logging.getLogger("tht.backup")

ROOT = Path(__file__).resolve().parents[2]
LOOK_SECONDS = 5.0
AGAIN = timedelta(minutes=30)
"""After a failure."""
BASE_AGE = timedelta(days=7)
STOP_SECONDS = 5.0


class Keeper:
    """Looks now and then whether a backup is due or was asked for."""

    def __init__(self, chosen: Settings, *, clock: Callable[[], datetime] = utc_now) -> None:
        """Keep the backups of this clinic."""
        self._chosen, self._clock = chosen, clock
        self._shelf = Shelf(chosen.backups)
        self._based = datetime.min.replace(tzinfo=UTC)

    async def run(self) -> None:
        """Work until cancelled; how each run ended stands in the folder."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            await self.look()

    async def look(self) -> None:
        """Do what is due now."""
        if self._chosen.backup_wal:
            await asyncio.to_thread(self._seal_log)
        asked = await asyncio.to_thread(self._shelf.take_wish)
        if asked and await self.command("backup"):
            await self.command("backup", "rehearse")
        elif self.is_due(await asyncio.to_thread(self._run_of, BACKUP)):
            await self.command("backup", "--kind", "daily")
        elif self.must_rehearse():
            await self.command("backup", "rehearse")
        elif self.needs_base():
            await self.command("backup", "base")

    def _seal_log(self) -> None:
        """Take in what the server has put aside; what cannot be sealed now waits there."""
        try:
            seal_spool(spool_of(self._chosen.data_dir), self._shelf.wal)
        except OSError as refusal:
            log.warning("the write-ahead log could not be kept: %s", refusal)

    def is_due(self, run: Run) -> bool:
        """Whether the daily backup has not been made since its hour; a failed one is tried again after a while."""
        if self._chosen.backup_hour < 0 or self._rests(run):
            return False
        return run.good_at is None or run.good_at < last_due(self._clock(), self._chosen.backup_hour, self._chosen.zone)

    def must_rehearse(self) -> bool:
        """Whether the newest backup has not been restored yet."""
        made, tried = self._run_of(BACKUP), self._run_of(REHEARSAL)
        if self._chosen.backup_hour < 0 or made.good_at is None or self._rests(tried):
            return False
        return tried.good_at is None or tried.good_at < made.good_at

    def needs_base(self) -> bool:
        """Whether the kept log has no base backup of this week to begin with; looked at once in a while."""
        if not self._chosen.backup_wal or self._clock() - self._based < AGAIN:
            return False
        self._based = self._clock()
        newest = max((one.at for one in self._shelf.stored() if one.kind is Kind.BASE), default=None)
        return newest is None or self._clock() - newest > BASE_AGE

    def _rests(self, run: Run) -> bool:
        return run.failed_at is not None and run.failing and self._clock() - run.failed_at < AGAIN

    def _run_of(self, what: str) -> Run:
        return self._shelf.told(what).run

    async def command(self, *arguments: str) -> bool:
        """Run the `tht` command gently; True when it ended well. What it says goes to the log."""
        gently = [found, "-n", "10"] if (found := shutil.which("nice")) else []
        running = await asyncio.create_subprocess_exec(
            *[*gently, sys.executable, "-m", "tht_app.cli", *arguments],
            cwd=ROOT,
            env=dict(os.environ),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            _, said = await running.communicate()
        except asyncio.CancelledError:
            with contextlib.suppress(ProcessLookupError):
                running.terminate()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(running.wait(), STOP_SECONDS)
            raise
        if running.returncode:
            log.error("tht %s: %s", " ".join(arguments), said.decode(errors="replace").strip()[-300:])
        return running.returncode == 0


@contextlib.asynccontextmanager
async def keeping() -> AsyncIterator[None]:
    """Backups are made for as long as the server serves; a demo makes one only when somebody asks."""
    chosen = settings()
    if chosen.demo:
        chosen = chosen.model_copy(update={"backup_hour": -1})
    task = asyncio.create_task(Keeper(chosen).run(), name="backup")
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
