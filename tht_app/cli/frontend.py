"""The compiled screens: built once for a state of the sources, found again at every later start.

A build is kept under a hash of everything that goes into it, so a second start needs neither Node nor the network.
It is made in a staging folder of its own: Reflex writes lock files and links back into the folder it runs in, and the
source tree must stay as it is.
"""

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

from tht_app.cli.steps import Step, StepFailed

ROOT = Path(__file__).resolve().parents[2]
WORK = Path(os.environ.get("THT_BUILD_DIR", ROOT / ".tht")).resolve()
BUILDS = WORK / "frontend"
STAGING = WORK / "staging"
LOG = WORK / "log" / "frontend.log"
KEPT_BUILDS = 3
UNSEEN = ("cli", "database", "documents", "integrations", "worker", "web")
"""Packages that no screen is compiled from."""

PHASES = (
    ("Initializing", "preparing"),
    ("Compiling", "compiling pages"),
    ("npm", "installing JavaScript packages"),
    ("Installing", "installing JavaScript packages"),
    ("Creating Production Build", "bundling"),
    ("vite", "bundling"),
    ("modules transformed", "bundling"),
    ("prerender", "rendering pages"),
    ("Compress", "compressing"),
)
CAUSES = (
    (
        r"SELF_SIGNED_CERT|UNABLE_TO_(GET|VERIFY)|CERT_UNTRUSTED|CERT_HAS_EXPIRED",
        "the package registry's certificate is not trusted: give npm the certificate authority with its setting cafile",
    ),
    (
        r"ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ECONNRESET|ENETUNREACH|network",
        "the JavaScript packages could not be fetched: connect to the network once and start again",
    ),
    (r"ENOSPC|No space left", "the disk is full: free 1 GB and start again"),
    (r"heap out of memory|Killed|ENOMEM", "there was not enough memory: close programs until 2 GB are free"),
    (r"EACCES|Permission denied", f"files in {WORK} belong to somebody else: remove that folder and start again"),
)


def fingerprint() -> str:
    """A hash of all that the compiled screens depend on."""
    digest = hashlib.sha256(json.dumps([version("reflex"), sys.version_info[:2]]).encode())
    for path in _sources():
        digest.update(f"{path.relative_to(ROOT)}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def ready_build() -> Path | None:
    """The build for these sources, or `None` when it has to be made."""
    build = BUILDS / fingerprint()
    return build if (build / "complete").exists() else None


def ensure_build(step: Step) -> Path:
    """Return the folder of the build, making it when the sources have changed; raises `StepFailed`."""
    if (found := ready_build()) is not None:
        step.note("unchanged")
        return found
    name = fingerprint()
    _stage()
    _export(step)
    unfinished = BUILDS / f"{name}.new"
    shutil.rmtree(unfinished, ignore_errors=True)
    shutil.copytree(STAGING / ".web" / "build" / "client", unfinished / "build" / "client")
    shutil.copytree(STAGING / ".web" / "backend", unfinished / "backend", dirs_exist_ok=True)
    with suppress(FileNotFoundError):
        shutil.copy2(STAGING / ".web" / "routes.json", unfinished)
    (unfinished / "complete").touch()
    final = BUILDS / name
    shutil.rmtree(final, ignore_errors=True)
    unfinished.rename(final)
    _forget_old_builds()
    step.note("built")
    return final


def serving_environment(build: Path, state_dir: Path) -> dict[str, str]:
    """Variables that make Reflex serve the build as it is: no compiling, no JavaScript run time, nothing sent home."""
    return {
        "REFLEX_ENV_MODE": "prod",
        "REFLEX_WEB_WORKDIR": str(build),
        "__REFLEX_SKIP_COMPILE": "true",
        "__REFLEX_MOUNT_FRONTEND_COMPILED_APP": "true",
        "REFLEX_BACKEND_ONLY": "true",
        "REFLEX_DIR": str(WORK / "reflex"),
        "REFLEX_UPLOADED_FILES_DIR": str(state_dir / "uploads"),
        "REFLEX_TELEMETRY_ENABLED": "false",
        "REFLEX_CHECK_LATEST_VERSION": "false",
    }


def refresh_lock() -> None:
    """Copy the lock files that the last build resolved into the source tree, without addresses of a registry."""
    target = ROOT / "reflex.lock"
    target.mkdir(exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        content = json.loads((STAGING / "reflex.lock" / name).read_text(encoding="utf-8"))
        for package in content.get("packages", {}).values():
            package.pop("resolved", None)
        (target / name).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def _sources() -> list[Path]:
    package = ROOT / "tht_app"
    skipped = {package / name for name in UNSEEN}
    chosen = [path for path in _files(package) if not skipped.intersection(path.parents)]
    assets = _files(ROOT / "assets")
    locks = [path for path in (ROOT / "reflex.lock").glob("*") if path.is_file()]
    return sorted([*chosen, *assets, *locks, ROOT / "rxconfig.py"])


def _files(folder: Path) -> list[Path]:
    """Files of the source: neither what Python leaves behind nor the links that Reflex makes for its compiler."""
    left = {"__pycache__", "external"}
    paths = (path for path in folder.rglob("*") if not left.intersection(path.relative_to(folder).parts))
    return [path for path in paths if path.is_file() and not path.is_symlink()]


def _stage() -> None:
    """A folder that looks like the project to Reflex; what npm installed for the last build is used again."""
    STAGING.mkdir(parents=True, exist_ok=True)
    LOG.parent.mkdir(parents=True, exist_ok=True)
    for name in ("tht_app", "rxconfig.py"):
        link = STAGING / name
        link.unlink(missing_ok=True)
        link.symlink_to(ROOT / name)
    for name in ("assets", "reflex.lock"):
        shutil.rmtree(STAGING / name, ignore_errors=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, STAGING / name)


def _export(step: Step) -> None:
    command = [sys.executable, "-m", "reflex", "export", "--frontend-only", "--no-zip", "--loglevel", "info"]
    with subprocess.Popen(
        command,
        cwd=STAGING,
        env=_build_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    ) as process:
        try:
            with LOG.open("w", encoding="utf-8") as log:
                for line in process.stdout or ():
                    log.write(line)
                    log.flush()
                    _follow(step, line)
            process.wait()
        except BaseException:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            raise
    if process.returncode != 0 or not (STAGING / ".web" / "build" / "client").is_dir():
        raise StepFailed(_why(LOG.read_text(encoding="utf-8", errors="replace")))


def _build_environment() -> dict[str, str]:
    programs = Path(sys.executable).parent
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("THT_", "REFLEX_", "__REFLEX"))},
        "PATH": f"{programs}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "REFLEX_USE_NPM": "1",
        "REFLEX_DIR": str(WORK / "reflex"),
        "REFLEX_TELEMETRY_ENABLED": "false",
        "REFLEX_CHECK_LATEST_VERSION": "false",
        "NPM_CONFIG_OMIT_LOCKFILE_REGISTRY_RESOLVED": "true",
        "NPM_CONFIG_AUDIT": "false",
        "NPM_CONFIG_FUND": "false",
        "NPM_CONFIG_UPDATE_NOTIFIER": "false",
    }
    # Reflex would otherwise measure two public registries and pick the faster one.
    environment.setdefault("NPM_CONFIG_REGISTRY", _registry(environment))
    return environment


def _registry(environment: dict[str, str]) -> str:
    npm = Path(sys.executable).parent / "npm"
    asked = subprocess.run(
        [str(npm), "config", "get", "registry"], check=False, capture_output=True, text=True, env=environment
    )
    if asked.returncode != 0:
        raise StepFailed("Node is missing from the virtual environment: remove the folder .venv and start again.")
    return asked.stdout.strip()


def _follow(step: Step, line: str) -> None:
    for sign, phase in PHASES:
        if sign in line:
            step.note(phase)


def _why(log: str) -> str:
    for pattern, cause in CAUSES:
        if re.search(pattern, log):
            return f"The screens could not be built: {cause} (details in {LOG})."
    last = next((line.strip() for line in reversed(log.splitlines()) if line.strip()), "no output")
    return f"The screens could not be built ({last[:200]}): read {LOG}."


def _forget_old_builds() -> None:
    builds = sorted((path for path in BUILDS.iterdir() if path.is_dir()), key=lambda path: path.stat().st_mtime)
    for old in builds[:-KEPT_BUILDS]:
        shutil.rmtree(old, ignore_errors=True)
