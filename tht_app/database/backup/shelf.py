"""The folder in which backups lie, and what is known about the last runs.

klinik-<moment>-<kind>.thtb     a backup, whole and read back
.<name>.partial                 one that is being written; after a crash the next run removes it
status.json                     when backup, copy elsewhere and rehearsal last worked, and why they last failed
wal/                            the write-ahead log, where it is kept
"""

import fcntl
import json
import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from tht_app.database.backup.container import BackupRefused
from tht_app.domain.backup import Run, Stored, parsed_name

BACKUP, COPY, REHEARSAL = "backup", "copy", "rehearsal"


@dataclass(frozen=True, slots=True)
class Told:
    """What is known about one kind of run, and figures of the last one."""

    run: Run = field(default_factory=Run)
    figures: dict[str, Any] = field(default_factory=dict[str, Any])


class Shelf:
    """One folder of backups."""

    def __init__(self, folder: Path) -> None:
        """Take the folder, which is made when something is put there."""
        self.folder = folder

    @property
    def wal(self) -> Path:
        """Where the write-ahead log is kept."""
        return self.folder / "wal"

    def stored(self) -> list[Stored]:
        """Every backup, the oldest first; other files are not ours."""
        if not self.folder.is_dir():
            return []
        found = (parsed_name(path.name) for path in self.folder.iterdir() if path.is_file())
        return sorted(one for one in found if one is not None)

    def path_of(self, one: Stored) -> Path:
        """Where a backup lies."""
        return self.folder / one.name

    @contextmanager
    def held(self) -> Generator[None, None, None]:
        """Work in the folder alone; what a run that was killed has left is removed. Raises `BackupRefused`."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = (self.folder / ".lock").open("a")
        except OSError as refusal:
            raise BackupRefused(f"The folder {self.folder} cannot be written ({refusal.strerror}).") from None
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise BackupRefused("Another backup or rehearsal is going on in this folder: wait for it.") from None
            for left in self.folder.glob(".*.partial"):
                left.unlink()
            yield

    @contextmanager
    def placing(self, name: str) -> Generator[IO[bytes], None, None]:
        """A file that appears under its name only when it is whole; the body must have forced it to the disk.

        Raises `BackupRefused` when the disk is full or refuses; what lay there before stays.
        """
        partial, target = self.folder / f".{name}.partial", self.folder / name
        try:
            with os.fdopen(os.open(partial, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:
                yield file
            partial.rename(target)
            self._force()
        except OSError as refusal:
            raise BackupRefused(
                f"The backup could not be written to {self.folder} ({refusal.strerror}): free some space there"
                " or name another folder with THT_BACKUP_DIR. Older backups are untouched."
            ) from refusal
        finally:
            partial.unlink(missing_ok=True)

    def wish(self) -> None:
        """Ask whoever keeps this folder to make a backup now."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (self.folder / ".asked").touch(mode=0o600)

    def take_wish(self) -> bool:
        """Whether somebody asked for one; asked once, done once."""
        try:
            (self.folder / ".asked").unlink()
        except OSError:
            return False
        return True

    def busy(self) -> bool:
        """Whether a backup or a rehearsal is going on, or one was asked for."""
        if (self.folder / ".asked").exists():
            return True
        try:
            with (self.folder / ".lock").open("a") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    def remove(self, one: Stored) -> None:
        """Remove a backup."""
        self.path_of(one).unlink(missing_ok=True)

    def told(self, what: str) -> Told:
        """What is known about a kind of run; nothing where the note cannot be read."""
        values = self._status().get(what, {})
        moments = {name: datetime.fromisoformat(values[name]) for name in ("good_at", "failed_at") if values.get(name)}
        return Told(Run(**moments, reason=str(values.get("reason", ""))), dict(values.get("figures", {})))

    def succeeded(self, what: str, at: datetime, **figures: Any) -> None:
        """Note that it worked."""
        self._note(what, replace(self.told(what), run=replace(self.told(what).run, good_at=at), figures=figures))

    def failed(self, what: str, at: datetime, reason: str) -> None:
        """Note that it did not, and why; where the folder cannot be written nothing is noted, so nothing looks well."""
        run = replace(self.told(what).run, failed_at=at, reason=reason)
        with suppress(OSError):
            self._note(what, replace(self.told(what), run=run))

    def _note(self, what: str, told: Told) -> None:
        values = {**asdict(told.run), "figures": told.figures}
        status = {**self._status(), what: values}
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = self.folder / ".status.json.new"
        fresh.write_text(json.dumps(status, default=lambda moment: moment.isoformat(), indent=1), encoding="utf-8")
        fresh.rename(self.folder / "status.json")

    def _status(self) -> dict[str, Any]:
        try:
            return dict(json.loads((self.folder / "status.json").read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return {}

    def _force(self) -> None:
        descriptor = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
