"""Which process serves a cluster, read from PostgreSQL's own record of it (`postmaster.pid`)."""

import os
from contextlib import suppress
from pathlib import Path


def _recorded(cluster: Path, line: int) -> str | None:
    """A line of postmaster.pid: 0 the process, 4 the socket's folder."""
    try:
        lines = (cluster / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return None
    return lines[line].strip() if len(lines) > line else None


def recorded_pid(cluster: Path) -> int | None:
    text = _recorded(cluster, 0)
    return int(text) if text and text.isdigit() else None


def recorded_socket_dir(cluster: Path) -> Path | None:
    text = _recorded(cluster, 4)
    return Path(text) if text else None


def alive(pid: int) -> bool:
    """Whether the process runs; a zombie that nobody has waited for does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return state.rpartition(")")[2].split()[0] not in {"Z", "X"}


def is_postgres(pid: int) -> bool:
    """Whether a number read from a file still belongs to a database server and not to a later process."""
    with suppress(OSError):
        return b"postgres" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0]
    return False


def forget_dead_server(cluster: Path, run_dir: Path) -> None:
    """Let PostgreSQL see that the recorded server is gone when its number lives on as a zombie or another process.

    PostgreSQL asks only whether the number exists. A killed server stays a zombie where nobody reaps it, as under a
    container's first process. Our own number as its parent's is one that it takes for stale, and then it still
    checks, as it must, that no old process holds the shared memory. The socket's lock is asked the same question and
    guards nothing here, because the socket's folder belongs to this cluster alone.
    """
    record = cluster / "postmaster.pid"
    pid = recorded_pid(cluster)
    if pid is None or (alive(pid) and is_postgres(pid)):
        return
    for stale in run_dir.glob(".s.PGSQL.*"):
        stale.unlink()
    with suppress(ChildProcessError, ProcessLookupError):
        os.waitpid(pid, os.WNOHANG)
    lines = record.read_text(encoding="utf-8").splitlines()
    with record.open("r+", encoding="utf-8") as file:
        file.write("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
        file.truncate()
