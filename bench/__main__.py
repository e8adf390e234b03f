"""`make bench` runs every bench, `make bench NAME=x` one; the last line is the JSON of what ran."""

import json
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent


def names() -> list[str]:
    """Every bench of this folder."""
    return sorted(path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("_"))


def run(name: str) -> tuple[int, str]:
    """Run one bench, show what it prints; returns its exit status and its last line."""
    last = ""
    command = [sys.executable, "-m", f"bench.{name}"]
    with subprocess.Popen(command, cwd=FOLDER.parent, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            last = line.strip() or last
    return process.returncode, last


def main() -> None:
    """Run what was asked for; the exit status is not 0 when one of them failed."""
    chosen = sys.argv[1:] or names()
    unknown = [name for name in chosen if name not in names()]
    if unknown:
        raise SystemExit(f"There is no bench {unknown[0]!r}; there are: {', '.join(names())}.")
    figures: dict[str, object] = {}
    failed: list[str] = []
    for name in chosen:
        if len(chosen) > 1:
            print(f"== {name}", flush=True)
        status, last = run(name)
        if status != 0:
            failed.append(name)
        else:
            figures[name] = json.loads(last)
    if len(chosen) > 1:
        print(json.dumps(figures | ({"failed": failed} if failed else {})))
    raise SystemExit(1 if failed else 0)


if __name__ == "__main__":
    main()
