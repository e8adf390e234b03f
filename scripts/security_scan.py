"""`make security-scan`: every scan by name, all of them every time, and loudly which ones could not be run.

Two need the network: known holes of the Python and of the JavaScript packages. Where their data cannot be reached they
are NOT RUN, and the exit status is 1 unless `THT_OFFLINE=1` says that this is known.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROGRAMS = Path(sys.executable).parent
COPYLEFT = re.compile(r"\bAGPL|\bGPL|SSPL|Commons Clause|proprietary", re.IGNORECASE)
LINKED = re.compile(r"LGPL|Lesser", re.IGNORECASE)
"""May be used by programs of any licence as long as it is not changed."""


class NotRun(Exception):
    """The scan could not be done; the text says why."""


def _run(*command: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PATH": f"{PROGRAMS}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}
    return subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True, env=environment)


def program(*command: str) -> Callable[[], str]:
    """A scan by a program: what it prints is what it found, when its exit status is not 0."""

    def scan() -> str:
        done = _run(*command)
        return "" if done.returncode == 0 else (done.stdout + done.stderr).strip() or "failed without a word"

    return scan


def python_holes() -> str:
    """Known holes of the pinned Python packages, from the advisory database of PyPI."""
    options = ("--require-hashes", "--disable-pip", "--format", "json", "--progress-spinner", "off")
    done = _run(str(PROGRAMS / "pip-audit"), *options, "-r", "requirements.lock")
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        reason = (done.stderr.strip().splitlines() or ["no answer"])[-1]
        raise NotRun(f"the advisory data could not be read ({reason[:160]})") from None
    return "\n".join(
        f"{one['name']} {one['version']}: {hole['id']}, mended in {', '.join(hole['fix_versions']) or 'no version yet'}"
        for one in packages
        for hole in one.get("vulns", [])
    )


def script_holes() -> str:
    """Known holes of the JavaScript packages inside the screens, from the registry that npm knows."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("package.json", "package-lock.json"):
            shutil.copy2(ROOT / "reflex.lock" / name, folder)
        done = _run(str(PROGRAMS / "npm"), "audit", "--json", "--omit=dev", folder=Path(folder))
    try:
        found = json.loads(done.stdout)["vulnerabilities"]
    except (ValueError, KeyError):
        said = [line for line in done.stderr.splitlines() if line.startswith("npm error")]
        reason = (said or ["npm error without a word"])[0]
        raise NotRun(f"the registry gave no advisory data ({reason[:160]})") from None
    return "\n".join(f"{name}: {about['severity']}" for name, about in found.items())


def licences() -> str:
    """Licences that would ask something of whoever passes the program on."""
    rows = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8").splitlines()
    return "\n".join(row for row in rows if row.startswith("|") and COPYLEFT.search(LINKED.sub("", row)))


PYTHON = sys.executable
SCANS: dict[str, Callable[[], str]] = {
    "static scan (ruff S)": program(str(PROGRAMS / "ruff"), "check", "--select", "S", "--ignore", "S105,S603", "."),
    "house rules (one door, no evaluated answers, no SQL elsewhere)": program(
        PYTHON, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/architecture"
    ),
    "secrets in the tree (detect-secrets)": program(PYTHON, "scripts/scan_secrets.py"),
    "bill of materials is that of the locks": program(PYTHON, "scripts/sbom.py", "--check"),
    "licences": licences,
    "known holes of the Python packages (pip-audit)": python_holes,
    "known holes of the JavaScript packages (npm audit)": script_holes,
}


def main() -> None:
    """Run every scan; the exit status is 1 when one found something or could not be run."""
    failed, missing = list[str](), list[str]()
    for name, scan in SCANS.items():
        try:
            found = scan()
        except NotRun as reason:
            missing.append(name)
            print(f"NOT RUN  {name}: {reason}", flush=True)
            continue
        print(f"{'FOUND   ' if found else 'clean   '} {name}", flush=True)
        if found:
            failed.append(name)
            print("\n".join(f"         {line}" for line in found.splitlines()), flush=True)
    if missing:
        print(f"*** {len(missing)} of {len(SCANS)} scans were NOT RUN: {', '.join(missing)} ***")
    excused = os.environ.get("THT_OFFLINE") == "1"
    raise SystemExit(1 if failed or (missing and not excused) else 0)


if __name__ == "__main__":
    main()
