"""From Python and nothing else to a place where the clinic's own programs run: `make run` and `make test` start here.

Standard library only, and readable by old Pythons so that they can say what is missing.

    bootstrap.py run [--real]     virtual environment, pinned packages, then `tht run`
    bootstrap.py setup [--dev]    the first two steps only
    bootstrap.py test             everything, a browser, `make check`, then all tests
"""

import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(ROOT, ".venv")
WORK = os.path.join(ROOT, ".tht")
PYTHON = os.path.join(VENV, "bin", "python")
NEEDED = (3, 11)
KNOWN = ("python3.14", "python3.13", "python3.12", "python3.11")
HEARTBEAT = 15.0
CAUSES = (
    (
        r"No space left",
        "the disk is full: free 2 GB and start again",
    ),
    (
        r"DO NOT MATCH THE HASHES",
        "a package differs from the pinned one: check the package index that pip is configured with",
    ),
    (
        r"name resolution|NewConnectionError|Connection refused|Network is unreachable|ConnectTimeout|Could not find",
        "the packages could not be fetched: connect to the network once and start again",
    ),
    (r"[Pp]ermission denied", "a file belongs to somebody else: remove the folder .venv and start again"),
)


class Failed(Exception):
    """A step cannot be done; the text is one sentence with cause and remedy."""


def say(text):
    print(text, flush=True)


def find_python():
    """This Python if it is new enough, else the newest suitable one on the path; ends with a sentence otherwise."""
    if sys.version_info[:2] >= NEEDED:
        return sys.executable
    for name in KNOWN:
        found = shutil.which(name)
        if found:
            return found
    say(
        "Python 3.11 or newer is needed, this is %d.%d: install python3.11 or newer, then start again."
        % sys.version_info[:2]
    )
    raise SystemExit(1)


def ensure_venv_module():
    """Debian ships Python without the means to make virtual environments; say so before anything else."""
    check = "import venv, ensurepip"
    if subprocess.run([sys.executable, "-c", check], capture_output=True, check=False).returncode != 0:
        package = "python%d.%d-venv" % sys.version_info[:2]
        say("Python's venv module is missing: install it with 'sudo apt install %s' and start again." % package)
        raise SystemExit(1)


class Step:
    """Announces a step, shows that it is alive, says how long it took."""

    def __init__(self, title):
        self.title = title
        self.started = time.monotonic()
        self.last = self.started
        self.terminal = sys.stdout.isatty()
        if not self.terminal:
            say("%s ..." % title)

    def beat(self, detail):
        """Show what is going on: on a terminal at once, in a log every quarter of a minute."""
        now = time.monotonic()
        line = "%s: %s (%d s)" % (self.title, detail, now - self.started)
        if self.terminal:
            sys.stdout.write("\r\033[K" + line[:118])
            sys.stdout.flush()
        elif now - self.last >= HEARTBEAT:
            self.last = now
            say(line)

    def end(self, detail):
        line = "%s: %s (%.1f s)" % (self.title, detail, time.monotonic() - self.started)
        say(("\r\033[K" if self.terminal else "") + line)


def follow(step, command, log_name, describe):
    """Run a program, keep its output in a log, show `describe(line)`; raises `Failed` with the likely cause."""
    os.makedirs(os.path.join(WORK, "log"), exist_ok=True)
    path = os.path.join(WORK, "log", log_name)
    process = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    detail = "working"
    try:
        with open(path, "w", encoding="utf-8") as log:
            for raw in process.stdout or ():
                line = raw.decode("utf-8", "replace")
                log.write(line)
                detail = describe(line) or detail
                step.beat(detail)
        status = process.wait()
    except BaseException:
        process.kill()
        process.wait()
        raise
    if status == 0:
        return
    with open(path, encoding="utf-8") as log:
        text = log.read()
    for pattern, cause in CAUSES:
        if re.search(pattern, text):
            raise Failed("%s (details in %s)." % (cause, path))
    last = [line for line in text.splitlines() if line.strip()][-1:] or ["no output"]
    raise Failed("%s: read %s." % (last[0].strip()[:200], path))


def digest_of(*names):
    digest = hashlib.sha256(repr(sys.version_info[:3]).encode())
    for name in names:
        with open(os.path.join(ROOT, name), "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()


def venv_works():
    if not os.path.exists(PYTHON):
        return False
    asked = subprocess.run(
        [PYTHON, "-c", "import sys, pip; print(sys.version_info[:2])"], capture_output=True, check=False
    )
    if asked.returncode != 0 or asked.stdout.decode().strip() != repr(sys.version_info[:2]):
        return False
    # Programs in it name its folder in their first line, so a moved copy is of no use.
    with open(os.path.join(VENV, "bin", "activate"), encoding="utf-8") as file:
        return VENV in file.read()


def make_venv(number):
    """Step: the virtual environment in .venv."""
    step = Step("%s Virtual environment" % number)
    if venv_works():
        step.end("there already")
        return
    shutil.rmtree(VENV, ignore_errors=True)
    follow(step, [sys.executable, "-m", "venv", VENV], "venv.log", lambda _line: "making .venv")
    step.end("made in .venv")


def install(number, dev):
    """Step: the pinned packages, each checked by its hash, and the `tht` command."""
    step = Step("%s Python packages" % number)
    wanted = [("requirements-dev.lock", "dev")] if dev else [("requirements.lock", "run")]
    stamps = {name: os.path.join(VENV, "installed-%s" % name) for name in ("dev", "run")}
    lock, kind = wanted[0]
    digest = digest_of(lock, "pyproject.toml")
    for stamp, name in ((stamps[kind], lock), (stamps["dev"], "requirements-dev.lock")):
        if os.path.exists(stamp):
            with open(stamp, encoding="ascii") as file:
                if file.read() == digest_of(name, "pyproject.toml"):
                    step.end("unchanged")
                    return
    with open(os.path.join(ROOT, lock), encoding="utf-8") as file:
        total = sum(1 for line in file if re.match(r"^[A-Za-z0-9]", line))
    seen = set()

    def describe(line):
        found = re.match(r"\s*Collecting ([^ ]+)", line) or re.match(r"Requirement already satisfied: ([^ ]+)", line)
        if found:
            seen.add(found.group(1))
            return "%d of %d, %s" % (len(seen), total, found.group(1).split("==")[0])
        if line.startswith("Installing collected"):
            return "unpacking %d packages" % total
        return None

    pip = [PYTHON, "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--no-warn-script-location"]
    follow(step, [*pip, "--require-hashes", "--no-deps", "--prefer-binary", "-r", lock], "pip.log", describe)
    step.beat("the tht command")
    own = [*pip, "--no-deps", "--no-build-isolation", "--no-index", "-e", ROOT]
    follow(step, own, "pip-own.log", lambda _line: "the tht command")
    with open(stamps[kind], "w", encoding="ascii") as file:
        file.write(digest)
    step.end("%d installed" % total)


def setup(total, dev):
    make_venv("[1/%d]" % total)
    install("[2/%d]" % total, dev)


def replace_by(*command):
    """Become the program, so that a signal to `make` reaches it and nothing stands between."""
    sys.stdout.flush()
    os.execv(command[0], list(command))


def end_on_signals():
    def end(number, _frame):
        raise SystemExit(128 + number)

    for name in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, end)


def run(arguments):
    real = "--real" in arguments
    setup(6 if real else 7, dev=False)
    command = [PYTHON, "-m", "tht_app.cli", "run", "--done", "2"]
    port = os.environ.get("PORT")
    replace_by(*command, *([] if real else ["--demo"]), *(["--port", port] if port else []))


def test(arguments):
    setup(2, dev=True)
    replace_by(PYTHON, os.path.join(ROOT, "scripts", "run_tests.py"), *arguments)


def main(arguments):
    python = find_python()
    if python != sys.executable and sys.version_info[:2] < NEEDED:
        os.execv(python, [python, os.path.abspath(__file__), *arguments])
    os.chdir(ROOT)
    if not venv_works():
        ensure_venv_module()
    end_on_signals()
    command = arguments[0] if arguments else "run"
    try:
        if command == "run":
            run(arguments[1:])
        elif command == "test":
            test(arguments[1:])
        else:
            setup(2, dev="--dev" in arguments)
    except Failed as failure:
        say("\nThis did not work: %s" % failure)
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        say("\nStopped.")
        raise SystemExit(130) from None


if __name__ == "__main__":
    main(sys.argv[1:])
