"""Doctor and nurse write one note while something goes wrong, hundreds of times, and no acknowledged word is lost.

    make bench NAME=loss
    python -m bench.loss --runs 500 --seed 7 --minutes 4 --resume
    python -m bench.loss --half-hour

Each run takes a fresh note, two Yjs clients with devices of their own (the editor's own line under Node), and one
accident at a random moment: a killed tab, a cut or flapping network, a sign-out, a second device, half an hour away
(the sessions' clock is moved on), a killed server, a killed database, a full disk, or a tab that is killed while it is
offline. The judge is what the devices wrote down as acknowledged and what they had kept. `--heavy` runs kill the server
or the database, some fill the disk (where the machine lets us mount a small one); the rest are spread over the light
ones. A call ends after `--minutes`; with `--resume` the next one goes on where it was (`--log` names the file).
`--half-hour` is one run with a real half hour without a network.

Goal: `acknowledged_lost` is 0.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.collab.accidents import HEAVY, LIGHT, Accident, Outcome, disk_full, half_an_hour, run
from tests.collab.world import a_world

RUNS, MINUTES, SEED = 500, 4.0, 7
EVERY_FULL_DISK = 25
DISK_MEGABYTES = 400


def plan(runs: int, heavy: int, seed: int) -> Iterator[tuple[Accident, int]]:
    """What happens in which run; the same for the same seed."""
    every = max(runs // heavy, 1) if heavy else 0
    for number in range(runs):
        kinds = HEAVY if every and number % every == every - 1 and number // every < heavy else LIGHT
        turn = number // every if kinds is HEAVY else number
        accident = disk_full if number % EVERY_FULL_DISK == EVERY_FULL_DISK // 2 else kinds[turn % len(kinds)]
        yield accident, seed * 1_000_000 + number


def done_before(log: Path, *, resume: bool) -> list[dict[str, Any]]:
    """The runs that an earlier call has finished; begins a new log unless that one is gone on with."""
    if not resume:
        log.unlink(missing_ok=True)
    return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


async def play(arguments: argparse.Namespace, log: Path) -> list[dict[str, Any]]:
    """Run what is left of the plan and append each outcome to the log."""
    outcomes = done_before(log, resume=arguments.resume)
    left = list(plan(arguments.runs, arguments.heavy, arguments.seed))[len(outcomes) :]
    print(f"seed {arguments.seed}, {len(outcomes)} of {arguments.runs} runs done before, log {log}", flush=True)
    if not left:
        return outcomes
    end = time.monotonic() + arguments.minutes * 60
    disk = DISK_MEGABYTES if os.geteuid() == 0 else 0
    async with a_world(disk_megabytes=disk) as world:
        with log.open("a", encoding="utf-8") as file:
            for planned, seed in left:
                if time.monotonic() > end:
                    break
                accident = LIGHT[seed % len(LIGHT)] if planned is disk_full and not disk else planned
                outcome = await run(world, accident, seed)
                outcomes.append(asdict(outcome))
                file.write(json.dumps(outcomes[-1]) + "\n")
                file.flush()
                _say(outcome, len(outcomes))
    return outcomes


def _say(outcome: Outcome, number: int) -> None:
    if not outcome.sound:
        print(f"run {number}: {outcome}", flush=True)
    elif number % 20 == 0:
        print(f"{number} runs", flush=True)


async def long_absence(seed: int) -> list[dict[str, Any]]:
    """One real half hour."""
    async with a_world() as world:
        return [asdict(await run(world, half_an_hour, seed))]


def main() -> None:
    """Play, sum up, fail when anything was lost."""
    parser = argparse.ArgumentParser(description="accidents while a note is written")
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--heavy", type=int, default=None, help="runs that kill the server or the database")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--minutes", type=float, default=MINUTES, help="end this call after so long")
    parser.add_argument("--half-hour", action="store_true", help="one run with a real half hour without a network")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--log", type=Path, default=Path(tempfile.gettempdir()) / "tht-loss.jsonl")
    arguments = parser.parse_args()
    if arguments.heavy is None:
        arguments.heavy = max(arguments.runs // 10, 1)
    start = time.monotonic()
    playing = long_absence(arguments.seed) if arguments.half_hour else play(arguments, arguments.log)
    outcomes = asyncio.run(playing)
    kinds = Counter(one["kind"] for one in outcomes)
    for kind, count in sorted(kinds.items()):
        print(f"{kind:22} {count:4} runs")
    lost = sum(len(one["lost"]) for one in outcomes)
    figures = {
        "runs": len(outcomes),
        "characters": sum(one["characters"] for one in outcomes),
        "acknowledged_words": sum(one["acknowledged"] for one in outcomes),
        "acknowledged_lost": lost,
        "kept_lost": sum(len(one["missing"]) for one in outcomes),
        "twice": sum(len(one["twice"]) for one in outcomes),
        "diverged": sum(one["diverged"] for one in outcomes),
        "seconds": round(time.monotonic() - start),
    }
    print(json.dumps(figures))
    if lost or any(one["missing"] or one["twice"] or one["diverged"] for one in outcomes):
        sys.exit(1)


if __name__ == "__main__":
    main()
