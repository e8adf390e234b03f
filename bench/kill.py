"""200 times kill -9 of the program and 200 times of the database, while eight people register patients.

    make bench NAME=kill
    python -m bench.kill --app 200 --database 200 --folder /var/tmp/kill [--resume] [--seed 7] [--mutant]

Whatever was acknowledged has to be there, once; nothing may be there by half; the audit log has to be whole. With
`--folder` a run that was broken off goes on with `--resume`. `--mutant` switches `synchronous_commit` off, and has to
lose something: a harness that never sees a loss proves nothing.

Goal: no acknowledged write lost, nothing twice, nothing by half, the chain whole.
"""

import argparse
import json
import sys
import time
from pathlib import Path

from bench._clinic import own_folder
from bench._kill import Run, State, fresh_state, kept

KILLS = 200
MUTANT = {"synchronous_commit": "off", "wal_writer_delay": "10s"}


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="bench.kill")
    parser.add_argument("--app", type=int, default=KILLS)
    parser.add_argument("--database", type=int, default=KILLS)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--folder", type=Path, default=None)
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--mutant", action="store_true")
    return parser.parse_args()


def run(folder: Path, chosen: argparse.Namespace) -> dict[str, object]:
    """Kill so often; goes on where an earlier run in this folder ended if that is asked for."""
    written = folder / "state.json"
    state = State.load(written) if chosen.resume and written.exists() else fresh_state(chosen.seed)
    print(f"seed {state.seed}, {state.app_kills + state.database_kills} kills done before", flush=True)
    started = time.perf_counter()
    with Run(folder, state, MUTANT if chosen.mutant else None) as killing:
        while state.app_kills < chosen.app or state.database_kills < chosen.database:
            if state.app_kills < chosen.app:
                killing.kill_program()
            if state.database_kills < chosen.database:
                killing.kill_database()
            killing.remember()
            done = state.app_kills + state.database_kills
            if done % 20 < 2:
                print(f"{done} kills, {len(state.acknowledged):,} acknowledged", flush=True)
        figures = killing.figures()
    return {"bench": "kill", **figures, "seconds": round(time.perf_counter() - started, 1)}


def main() -> None:
    """Print the figures; the exit status is not 0 when the promise is broken, or when the mutant keeps it."""
    chosen = arguments()
    if chosen.folder is not None:
        chosen.folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        figures = run(chosen.folder, chosen)
    else:
        with own_folder() as folder:
            figures = run(folder, chosen)
    print(json.dumps(figures))
    if kept(figures) == chosen.mutant:
        sys.exit(1)


if __name__ == "__main__":
    main()
