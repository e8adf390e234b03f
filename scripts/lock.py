"""Pin every dependency, of Python and of the compiled screens: `make lock`.

Neither file may hold the address of a package index: whoever installs uses the one that their pip and npm know.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
UV = Path(sys.executable).with_name("uv")
HEAD = "# Made by `make lock` from pyproject.toml, for Python 3.11 and newer: {}, each with its hashes. Do not edit.\n"


def compile_lock(name: str, what: str, *options: str) -> None:
    """Resolve pyproject.toml with these options into a lock file."""
    done = subprocess.run(
        [str(UV), "pip", "compile", "--quiet", "--generate-hashes", "--no-emit-index-url", "--no-annotate",
         "--no-header", "--universal", "--python-version", "3.11", "--upgrade", "pyproject.toml", *options],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    if "://" in done.stdout:
        raise SystemExit(f"{name} would hold an address: remove it from the resolver's configuration.")
    (ROOT / name).write_text(HEAD.format(what) + done.stdout, encoding="utf-8")


def main() -> None:
    """Resolve for development first, then for running with the same versions, then the JavaScript packages."""
    compile_lock("requirements-dev.lock", "everything for development", "--extra", "install", "--extra", "dev")
    compile_lock(
        "requirements.lock", "what the clinic needs to run", "--extra", "install", "-c", "requirements-dev.lock"
    )
    subprocess.run([sys.executable, "-m", "tht_app.cli", "build", "--lock"], cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
