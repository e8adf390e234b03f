"""The bare Socket.IO server that our own fan-out is compared with: on the Node that also builds the screens."""

import json
import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SCRIPT = Path(__file__).with_suffix(".mjs")
PACKAGE = "socket.io@4.8.4"
BESIDE = Path(sys.executable).parent


class BareServer:
    """One process; sends what it is told to everybody in a room."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        """Wrap a process that listens."""
        self._process = process
        self.origin = f"http://127.0.0.1:{port}"

    def send(self, room: str, data: Any) -> None:
        """Send this as an event."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"room": room, "data": data}) + "\n")
        self._process.stdin.flush()


def _install(folder: Path) -> None:
    environment = {**os.environ, "PATH": f"{BESIDE}{os.pathsep}{os.environ['PATH']}"}
    options = ("--no-save", "--no-audit", "--no-fund", "--silent", "--prefix", str(folder))
    if subprocess.run([str(BESIDE / "npm"), "install", *options, PACKAGE], env=environment, check=False).returncode:
        raise SystemExit(f"{PACKAGE}, which this bench compares with, could not be installed.")


@contextmanager
def bare_server(folder: Path) -> Generator[BareServer, None, None]:
    """Install it into this folder, which npm makes, and run it."""
    _install(folder)
    command = [str(BESIDE / "node"), str(SCRIPT), str(folder / "package.json")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield BareServer(process, int(process.stdout.readline()))
        finally:
            process.kill()
