"""`make test` and `make e2e`: screens built once, a browser at hand, the checks, then every test.

The last line has the form of pytest's summary over all runs, for programs that read it.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROGRAMS = Path(sys.executable).parent
PYTEST = [sys.executable, "-m", "pytest"]
BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
FEW = 8
"""More failures than this are no accident."""
SUMMARY = re.compile(r"(\d+) (passed|failed|errors?|skipped|deselected|xfailed|xpassed|warnings?)")


def find_browser() -> str:
    """Path of a Chromium, or "" when there is none."""
    named = os.environ.get("THT_CHROMIUM", "")
    if named:
        return named if Path(named).exists() else ""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), "")
    if not found:
        homes = sorted((Path.home() / ".cache" / "ms-playwright").glob("chromium-*/chrome-linux*/chrome"))
        found = str(homes[-1]) if homes else ""
    return found


def install_browser() -> str:
    """Install Chromium from the distribution where root or sudo is at hand; "" where that did not work."""
    privilege: list[str] = []
    if os.geteuid() != 0:
        sudo = shutil.which("sudo")
        if not sudo or subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode != 0:
            return ""
        privilege = [sudo, "-n"]
    if not shutil.which("apt-get"):
        return ""
    print("Installing Chromium from the distribution ...", flush=True)
    apt = [*privilege, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-o", "Dpkg::Use-Pty=0"]
    for command in ([*apt, "update"], [*apt, "install", "--yes", "--no-install-recommends", "chromium"]):
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL)
    return find_browser()


def run_pytest(counts: Counter[str], *arguments: str) -> int:
    """Run pytest, show what it prints, add its summary to the counts; returns its exit status."""
    last = ""
    with subprocess.Popen(
        [*PYTEST, *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True, errors="replace"
    ) as process:
        try:
            for line in process.stdout or ():
                print(line, end="", flush=True)
                last = line if re.search(r" in [\d.]+s", line) else last
        except BaseException:
            process.send_signal(signal.SIGINT)
            raise
    for number, kind in SUMMARY.findall(last):
        counts[kind.rstrip("s") if kind in {"errors", "warnings"} else kind] += int(number)
    return process.returncode


def run_steadily(counts: Counter[str], *arguments: str) -> int:
    """Run pytest; what few tests failed are tried once more, alone, so that a busy machine is no broken program.

    A test that fails twice has failed. One that passes alone is named, so that somebody mends it.
    """
    first = Counter[str]()
    status = run_pytest(first, *arguments)
    failed = first["failed"] + first["error"]
    if status == 1 and failed <= FEW:
        print(f"{failed} tests once more, alone: whoever passes now is unsteady and wants mending.", flush=True)
        again = Counter[str]()
        status = run_pytest(again, "--last-failed", "--last-failed-no-failures=none", "-v", *_alone(arguments))
        first["failed"], first["error"] = again["failed"], again["error"]
        first["passed"] += again["passed"]
    counts.update(first)
    return status


def _alone(arguments: tuple[str, ...]) -> list[str]:
    kept = list(arguments)
    kept[kept.index("-n") + 1] = "0"
    return kept


def list_browser_tests() -> int:
    """Name every test that needs a browser as NOT RUN; returns how many there are."""
    asked = [*PYTEST, "--collect-only", "-q", "-m", "e2e", "-p", "no:cacheprovider"]
    listed = subprocess.run(asked, cwd=ROOT, check=False, capture_output=True, text=True).stdout
    names = [line for line in listed.splitlines() if "::" in line]
    for name in names:
        print(f"NOT RUN {name}")
    return len(names)


def end(counts: Counter[str], started: float, status: int) -> None:
    """Print the summary over all runs and end."""
    order = ("failed", "passed", "skipped", "xfailed", "xpassed", "warning", "error", "not run")
    parts = [f"{counts[kind]} {kind}" for kind in order if counts[kind]]
    print(f"===== {', '.join(parts) or 'no tests ran'} in {time.monotonic() - started:.2f}s =====", flush=True)
    raise SystemExit(status)


def build_screens() -> None:
    """Compile the screens once, for all tests that serve them."""
    built = subprocess.run([sys.executable, "-m", "tht_app.cli", "build"], cwd=ROOT, check=False)
    if built.returncode != 0:
        raise SystemExit(built.returncode)


def main() -> None:
    """Everything, or with `--only-browser` the browser tests alone."""
    started = time.monotonic()
    only_browser = "--only-browser" in sys.argv[1:]
    os.environ["PATH"] = f"{PROGRAMS}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    browser = find_browser() or install_browser()
    build_screens()
    status, counts = 0, Counter[str]()
    if not only_browser:
        status |= subprocess.run([sys.executable, "scripts/check.py"], cwd=ROOT, check=False).returncode
        # Servers that start and sockets that wait leave the processor idle half of the time: three share two cores.
        fast = ["-m", "not e2e", "-n", "3", "--dist", "loadfile", "--ignore=tests/architecture"]
        status |= run_steadily(counts, *fast)
    if browser:
        os.environ["THT_CHROMIUM"] = browser
        status |= run_steadily(counts, "-m", "e2e", "-n", "2", "--dist", "loadfile")
    else:
        counts["not run"] = list_browser_tests()
        print("There is no Chromium: 'sudo apt install chromium', or THT_NO_BROWSER=1 to accept that.")
        status |= 0 if os.environ.get("THT_NO_BROWSER") == "1" else 1
    end(counts, started, min(status, 1))


if __name__ == "__main__":
    main()
