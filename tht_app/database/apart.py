"""Work over the whole audit log, done by a program of its own: the server's event loop answers people meanwhile.

`verify` and `archive` read millions of entries and hash or compress them. `run_apart` starts `python -m
tht_app.database.apart`, hands it its task over standard input (never as an argument, where others could read it) and
yields what it reports, one JSON object a line; the last one is its result.
"""

import asyncio
import json
import sys
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tht_app.database.anchors import read_anchors
from tht_app.database.archive import write_archive
from tht_app.database.crypto import Vault
from tht_app.database.engine import Database, make_engine
from tht_app.database.verify import Report as Found
from tht_app.database.verify import verify_log
from tht_app.domain.errors import Unavailable

EVERY = 10_000
"""Entries between two reports of progress."""
LONGEST_LINE = 1 << 22

Report = dict[str, Any]
Tell = Callable[[Report], None]


async def run_apart(database: Database, task: str, token: str, **more: str) -> AsyncGenerator[Report, None]:
    """Run `verify` (with `anchors`) or `archive` (with `target`) in the name of a session; yields its reports.

    The last report has `"result"`. Raises `Unavailable` when the program ends without one. Whoever stops listening
    stops the program.
    """
    said = {"task": task, "token": token, "conninfo": database.conninfo, "public": database.audit_public.hex(), **more}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        __name__,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=LONGEST_LINE,
    )
    if process.stdin is None or process.stdout is None:
        raise Unavailable
    try:
        process.stdin.write(json.dumps(said).encode())
        process.stdin.close()
        finished = False
        async for line in process.stdout:
            report: Report = json.loads(line)
            finished = "result" in report
            yield report
        if await process.wait() != 0 or not finished:
            raise Unavailable
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _verify(database: Database, task: Report, tell: Tell) -> Report:
    told = 0

    def progress(done: int, everything: int) -> None:
        nonlocal told
        if done - told >= EVERY or done == everything:
            told = done
            tell({"done": done, "everything": everything})

    public = database.audit_public
    report = await verify_log(
        database, task["token"], public, read_anchors(Path(task["anchors"]), public), progress=progress
    )
    return as_values(report)


def as_values(report: Found) -> Report:
    """What a verification found, as plain values; of many faults the first."""
    return {
        "entries": report.entries,
        "seals": report.seals,
        "unsealed": report.unsealed,
        "anchors": report.anchors,
        "last_seal": report.last_number,
        "faults": [[finding.fault.value, finding.seal] for finding in report.findings[:MOST_FAULTS]],
        "fault_count": len(report.findings),
        "restores": [[restore.begins, restore.number] for restore in report.restores],
    }


MOST_FAULTS = 200
"""Named one by one; a log with more is told apart by nobody."""


async def _archive(database: Database, task: Report, _tell: Tell) -> Report:
    return {"entries": await write_archive(database, task["token"], database.audit_public, Path(task["target"]))}


TASKS = {"verify": _verify, "archive": _archive}


async def _main(task: Report, tell: Tell) -> None:
    engine = make_engine(task["conninfo"], pool_size=2, application="tht_audit")
    database = Database(engine, Vault.closed(), ZoneInfo("UTC"), task["conninfo"], bytes.fromhex(task["public"]))
    try:
        tell({"result": await TASKS[task["task"]](database, task, tell)})
    finally:
        await database.close()


def main() -> None:
    """Read the task from standard input, report on standard output."""

    def tell(report: Report) -> None:
        sys.stdout.write(f"{json.dumps(report)}\n")
        sys.stdout.flush()

    asyncio.run(_main(json.loads(sys.stdin.read()), tell))


if __name__ == "__main__":
    main()
