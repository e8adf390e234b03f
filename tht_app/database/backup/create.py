"""Making a backup, and reading it back before anybody relies on it."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from tht_app.database.backup.container import BackupRefused, Damaged, Head, Manifest, Reader, Writer
from tht_app.database.backup.programs import feed, output_of, program
from tht_app.database.backup.shelf import Shelf
from tht_app.database.backup.snapshot import Snapshot, dump, snapshot
from tht_app.database.crypto import fingerprint
from tht_app.domain.backup import Kind, name_of

DUMP, ANCHORS, FILES = "database.dump", "anchors.log", "files/"
BASE = "base.tar"
PIECE = 1 << 18
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Source:
    """The clinic that is backed up."""

    backup_url: str
    """Address of the login `tht_backup`."""
    all_seeing_url: str
    """Address of a superuser, where the server is ours; else empty."""
    files: Path
    """The folder of attached files."""
    anchors: Path
    master: bytes


@dataclass(frozen=True, slots=True)
class Checked:
    """What a backup holds, after every byte of it was read and authenticated."""

    head: Head
    manifest: Manifest
    members: int
    bytes: int


def create_backup(
    source: Source, shelf: Shelf, kind: Kind, at: datetime, progress: Progress = lambda _said: None
) -> Path:
    """Make a backup and read it back; returns its path. The caller holds the shelf.

    Raises `BackupRefused`, and then nothing new lies on the shelf.
    """
    name = name_of(at, kind)
    if (shelf.folder / name).exists():
        raise BackupRefused(f"{name} is there already: try again in a second.")
    with shelf.placing(name) as file, snapshot(source.backup_url, source.all_seeing_url) as moment:
        writer = Writer(file, _head(source, kind, at, moment), moment.manifest, source.master)
        with writer.member(DUMP) as say:
            for piece in dump(moment, source.backup_url):
                say(piece)
        # Files behind the database: whatever the moment names is there, and at most some that it does not know yet.
        for path, label in _files(source):
            progress(label)
            try:
                content = path.open("rb")
            except FileNotFoundError:  # removed meanwhile, so the moment does not name it
                continue
            with content, writer.member(label) as say:
                while piece := content.read(PIECE):
                    say(piece)
        writer.close()
        progress("reading it back")
        file.seek(0)
        check(Reader(file, source.master))
    return shelf.folder / name


def create_base(source: Source, shelf: Shelf, at: datetime) -> Path:
    """Copy the embedded server's files while it works: what a restore to a moment begins with.

    The caller holds the shelf. Raises `BackupRefused`.
    """
    name = name_of(at, Kind.BASE)
    with shelf.placing(name) as file, snapshot(source.backup_url) as moment:
        writer = Writer(file, _head(source, Kind.BASE, at, moment), replace(moment.manifest, counts={}), source.master)
        command = [
            program("pg_basebackup", moment.server),
            f"--dbname={source.all_seeing_url}",
            "--pgdata=-",
            "--format=tar",
            "--compress=client-gzip:1",
            "--wal-method=fetch",
            "--checkpoint=fast",
            "--manifest-checksums=SHA256",
            "--no-password",
        ]
        with writer.member(BASE) as say:
            for piece in output_of(command):
                say(piece)
        writer.close()
        file.seek(0)
        check(Reader(file, source.master))
    return shelf.folder / name


def _head(source: Source, kind: Kind, at: datetime, moment: Snapshot) -> Head:
    return Head(
        kind=kind.value,
        created_at=at.isoformat(timespec="seconds"),
        program=program_version(),
        revision=moment.revision,
        server=moment.server,
        key=fingerprint(source.master),
    )


def check(reader: Reader) -> Checked:
    """Read everything: each byte is authenticated, the dump is parsed to its end. Raises `BackupRefused`."""
    members, size, found = 0, 0, False
    for name, content in reader.members():
        members += 1
        counted = _Counted(content)
        if name == DUMP:
            feed([program("pg_restore", reader.head.server), "--file=/dev/null"], counted)
            found = True
        for _ in counted:
            pass
        size += counted.size
    if not found and reader.head.kind != Kind.BASE.value:
        raise Damaged("there is no database in it")
    return Checked(reader.head, reader.manifest, members, size)


class _Counted:
    def __init__(self, content: Iterator[bytes]) -> None:
        self._content, self.size = content, 0

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._content:
            self.size += len(piece)
            yield piece


def _files(source: Source) -> Iterator[tuple[Path, str]]:
    if source.anchors.is_file():
        yield source.anchors, ANCHORS
    for folder, _, names in os.walk(source.files):
        for name in sorted(names):
            path = Path(folder) / name
            if path.is_file() and not path.is_symlink():
                yield path, FILES + path.relative_to(source.files).as_posix()


def program_version() -> str:
    """The version of this program."""
    try:
        return version("tht-klinik")
    except PackageNotFoundError:
        return "unknown"
