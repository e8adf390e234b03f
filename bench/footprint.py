"""What a browser loads before it can work, what the whole clinic needs in memory, and how long a start takes.

    make bench NAME=footprint

First load: JS and CSS that a page needs before it is usable, gzip, in kB (1 kB = 1,000 bytes), from the build's own
manifest; chunks loaded later on demand are counted apart. Memory: proportional set size of the server and of all
processes of PostgreSQL after start, with one person's page loaded. Cold start: from an empty data folder, demo of 200
patients included; warm: the second start. Screens are compiled before. Goals: 280 kB, 450 MiB, 15 s.
"""

import gzip
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from tht_app.cli.frontend import ensure_build
from tht_app.cli.steps import Steps
from tht_app.database.server_process import recorded_pid

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 600


def kilobytes(paths: set[Path]) -> float:
    """Sizes of these files as they travel, in kB."""
    return round(sum(len(gzip.compress(path.read_bytes(), 9)) for path in paths) / 1000, 1)


def manifest(client: Path) -> dict:
    """React Router's list of routes with the files that each needs at once."""
    text = next(client.glob("assets/manifest-*.js")).read_text(encoding="utf-8")
    return json.loads(text[text.index("{") : text.rindex("}") + 1])


def needed(entry: dict) -> set[str]:
    """Addresses of the modules and styles of one manifest entry."""
    return {entry["module"], *entry.get("imports", ()), *entry.get("css", ())}


def first_loads(client: Path) -> tuple[dict[str, float], float]:
    """Give kB before usable of every page, and kB of all chunks that no page needs at once."""
    listed = manifest(client)
    shared = needed(listed["entry"]) | needed(listed["routes"]["root"])
    shared.add("/" + next(client.glob("assets/manifest-*.js")).relative_to(client).as_posix())
    pages: dict[str, float] = {}
    at_once: set[Path] = set()
    for name, route in listed["routes"].items():
        files = {client / address.lstrip("/") for address in shared | needed(route)}
        files = {path for path in files if path.suffix in {".js", ".css"}}
        pages[name] = kilobytes(files)
        at_once |= files
    lazy = {path for path in client.glob("assets/*") if path.suffix in {".js", ".css"}} - at_once
    return pages, kilobytes(lazy)


def get(port: int, path: str) -> tuple[int, bytes]:
    """One plain request, decompressed."""
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
    answer = connection.getresponse()
    body = answer.read()
    if answer.getheader("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    return answer.status, body


def sign_in_page(port: int) -> float:
    """Give kB of JS and CSS of the sign-in page, inline ones included."""
    _, page = get(port, "/signin")
    text = page.decode()
    total = sum(
        len(gzip.compress(part.encode(), 9)) for part in re.findall(r"<(?:script|style)[^>]*>(.+?)</", text, re.DOTALL)
    )
    for address in re.findall(r'(?:src|href)="(/[^"]+\.(?:js|css)[^"]*)"', text):
        total += len(gzip.compress(get(port, address)[1], 9))
    return round(total / 1000, 1)


@dataclass
class Clinic:
    """A demo clinic that runs: its process, how long the start took, how long the stop."""

    process: subprocess.Popen[bytes]
    start_s: float = 0
    stop_s: float = 0


@contextmanager
def running(folder: Path, port: int) -> Generator[Clinic, None, None]:
    """The demo clinic of this folder, from the command until people can work, stopped as an operator does."""
    started = time.monotonic()
    command = [sys.executable, "-m", "tht_app.cli", "run", "--demo", "--small", "--port", str(port)]
    environment = {**os.environ, "THT_DATA_DIR": str(folder / "data")}
    clinic = Clinic(subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL))
    try:
        while not answers(port):
            if clinic.process.poll() is not None or time.monotonic() - started > START_SECONDS:
                raise SystemExit(f"The clinic did not open (status {clinic.process.returncode}).")
            time.sleep(0.1)
        clinic.start_s = round(time.monotonic() - started, 1)
        yield clinic
    finally:
        ended = time.monotonic()
        clinic.process.terminate()
        clinic.process.wait(60)
        clinic.stop_s = round(time.monotonic() - ended, 1)


def answers(port: int) -> bool:
    """Whether people can work."""
    try:
        return get(port, "/ready")[0] == 200
    except OSError:
        return False


def memory(process: subprocess.Popen[bytes], folder: Path) -> dict[str, float]:
    """MiB of the server process and of all processes of its PostgreSQL."""
    record = next(folder.rglob("postmaster.pid"), None)
    location = folder / "data" / "location"
    if record is None and location.exists():
        record = Path(location.read_text(encoding="utf-8").strip()) / "postgres" / "postmaster.pid"
    postmaster = recorded_pid(record.parent) if record else None
    own = share(process.pid)
    database = sum(share(pid) for pid in [postmaster, *children(postmaster)]) if postmaster else 0
    return {"app": round(own, 1), "database": round(database, 1), "all": round(own + database, 1)}


def children(parent: int) -> list[int]:
    """Processes whose parent this is."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent:
            found.append(int(status.parent.name))
    return found


def share(pid: int) -> float:
    """Proportional set size of one process in MiB: shared pages are divided among those who share them."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    return int(re.search(r"^Pss:\s+(\d+)", text, re.MULTILINE)[1]) / 1024  # pyright: ignore[reportOptionalSubscript]


def free_port() -> int:
    """A port that nothing uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def main() -> None:
    """Measure and print."""
    with Steps(total=1).step("Screens") as step:
        build = ensure_build(step)
    pages, lazy = first_loads(build / "build" / "client")
    largest = max(pages, key=pages.__getitem__)
    for name, size in sorted(pages.items(), key=lambda item: -item[1]):
        print(f"{size:8.1f} kB gz  {name}")
    with tempfile.TemporaryDirectory(prefix="tht-footprint-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        port = free_port()
        with running(folder, port) as cold:
            sign_in = sign_in_page(port)
        with running(folder, port) as warm:
            get(port, "/signin")
            time.sleep(2)
            used = memory(warm.process, folder)
        pointer = folder / "data" / "location"
        if pointer.exists():
            shutil.rmtree(pointer.read_text(encoding="utf-8").strip(), ignore_errors=True)
    figures = {
        "bench": "footprint",
        "signin_kb_gz": sign_in,
        "largest_page": largest,
        "largest_page_kb_gz": pages[largest],
        "lazy_kb_gz": lazy,
        "memory_mib": used["all"],
        "memory_app_mib": used["app"],
        "memory_database_mib": used["database"],
        "cold_start_s": cold.start_s,
        "warm_start_s": warm.start_s,
        "stop_s": warm.stop_s,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
