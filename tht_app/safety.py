"""What a real clinic refuses to start with, each as one sentence: the cause, and what to do about it.

A demo is excused: it holds invented people and listens on this machine only. Everything here is read from settings,
environment and files, so that it is known before anything is opened; `tht doctor` shows the same list.
"""

import os
import stat
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from psycopg.conninfo import conninfo_to_dict

from tht_app.settings import LOOPBACK, SECRET_FIELDS, Settings, settings
from tht_app.settings import environment as all_variables

try:
    import resource
except ImportError:  # a system without limits of processes
    resource = None

ANY: frozenset[str] = frozenset()
REFLEX_AS_SERVED: Mapping[str, frozenset[str]] = {
    "REFLEX_ENV_MODE": frozenset({"prod"}),
    "REFLEX_BACKEND_ONLY": frozenset({"true"}),
    "REFLEX_WEB_WORKDIR": ANY,
    "REFLEX_DIR": ANY,
    "REFLEX_UPLOADED_FILES_DIR": ANY,
    "REFLEX_LOGLEVEL": frozenset({"default", "info", "warning", "error", "critical"}),
    "REFLEX_TELEMETRY_ENABLED": frozenset({"false"}),
    "REFLEX_CHECK_LATEST_VERSION": frozenset({"false"}),
    "REFLEX_SOCKET_INTERVAL": ANY,
    "REFLEX_SOCKET_TIMEOUT": ANY,
    "__REFLEX_SKIP_COMPILE": frozenset({"true"}),
    "__REFLEX_MOUNT_FRONTEND_COMPILED_APP": frozenset({"true"}),
}
"""The variables of the framework with which a clinic is served, and the values that each may have."""
PYTHON_DEBUG = ("PYTHONDEVMODE", "PYTHONASYNCIODEBUG", "PYTHONINSPECT")
GUESSED = frozenset(
    {"", "...", "admin", "change-me", "changeme", "klinik", "passwd", "password", "postgres", "secret", "tht"}
)
ENCRYPTED = frozenset({"verify-full", "verify-ca"})
LEAST_DISTINCT = 12
"""So many different bytes at least are in 32 random ones; fewer, and somebody has typed the key."""


class UnsafeSetup(Exception):
    """The clinic is not started; the text is what has to be changed, one sentence a line."""


def ensure_safe(chosen: Settings | None = None) -> None:
    """Raise `UnsafeSetup` with every reason not to start; whatever happens, no core dump holds patients' data."""
    forbid_core_dumps()
    reasons = unsafe_reasons(chosen or settings(), all_variables())
    if reasons:
        raise UnsafeSetup("\n     ".join(reasons))


def unsafe_reasons(chosen: Settings, environment: Mapping[str, str]) -> list[str]:
    """Every reason, in the order in which a person would mend them; none for a demo."""
    if chosen.demo:
        return []
    return [
        *_keys(chosen, environment),
        *_network(chosen),
        *_databases(chosen),
        *_mail(chosen),
        *_copies(chosen),
        *_debugging(environment),
        *_framework(environment),
    ]


def forbid_core_dumps() -> None:
    """A process that crashes leaves no picture of its memory, nor does the database that it starts."""
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _keys(chosen: Settings, environment: Mapping[str, str]) -> Iterator[str]:
    named = {name: environment.get(f"THT_{name.upper()}_FILE", "") for name in SECRET_FIELDS}
    files = {f"THT_{name.upper()}_FILE": Path(path) for name, path in named.items() if path}
    if chosen.master_key_file is not None:
        files["THT_MASTER_KEY_FILE"] = chosen.master_key_file
    for name, path in files.items():
        if problem := file_problem(path):
            yield f"{name}: {path} {problem}."
    key = chosen.master_key_file.expanduser().resolve() if chosen.master_key_file else None
    if key is not None and chosen.data_dir.expanduser().resolve() in key.parents:
        yield (
            f"The master key {key} lies in the data folder, so whoever copies the folder has both:"
            " move it out and name it with THT_MASTER_KEY_FILE."
        )
    if _typed(chosen, key):
        yield "The master key is not random: make one with tht init, or with 32 bytes of /dev/urandom."


def _typed(chosen: Settings, path: Path | None) -> bool:
    try:
        key = bytes.fromhex(chosen.master_key) if chosen.master_key else path.read_bytes() if path else None
    except (OSError, ValueError):
        return False  # whoever opens the vault says what is wrong with it
    return key is not None and len(set(key)) < LEAST_DISTINCT


def file_problem(path: Path) -> str:
    """What is wrong with who may read or change a file with a secret, or "" (also when there is no such file)."""
    try:
        about = path.stat()
    except OSError:
        return ""
    if about.st_mode & (stat.S_IRWXO | stat.S_IWGRP):
        return f"can be read or changed by other accounts (mode {stat.filemode(about.st_mode)}): chmod 600 it"
    if about.st_uid not in {os.geteuid(), 0}:
        return "belongs to another account: give it to the account that the clinic runs as, or to root"
    return ""


def _network(chosen: Settings) -> Iterator[str]:
    https = chosen.secure_cookies
    if chosen.host not in LOOPBACK and not https:
        yield (
            f"The clinic would speak plain HTTP on {chosen.host}: put a proxy with TLS in front (deploy/ has samples),"
            " set THT_PUBLIC_ORIGIN to its https address, and leave THT_HOST on 127.0.0.1."
        )
    elif chosen.host not in LOOPBACK and not chosen.proxy_hops:
        yield (
            f"The clinic listens on {chosen.host} without a proxy being named: it does not speak TLS itself,"
            " so set THT_PROXY_HOPS to how many proxies stand in front."
        )
    elif chosen.public_origin and not https and urlsplit(chosen.public_origin).hostname not in LOOPBACK:
        yield (
            f"THT_PUBLIC_ORIGIN is {chosen.public_origin}, and passwords would travel in the clear:"
            " give the proxy a certificate and name its https address."
        )


def _databases(chosen: Settings) -> Iterator[str]:
    urls = {name: getattr(chosen, f"database{name}_url") for name in ("", "_gate", "_admin", "_backup")}
    parts = {f"THT_DATABASE{name.upper()}_URL": conninfo_to_dict(url) for name, url in urls.items() if url}
    for name, values in parts.items():
        host = unquote(str(values.get("host") or values.get("hostaddr") or "localhost"))
        far = not host.startswith(("/", "@")) and host not in LOOPBACK
        if far and values.get("sslmode") not in ENCRYPTED:
            yield (
                f"{name} reaches {host} without checking who answers: add sslmode=verify-full"
                " (and sslrootcert=… for a certificate authority of your own)."
            )
        password = values.get("password")
        if password is not None and str(password).lower() in GUESSED | {str(values.get("user", "")).lower()}:
            yield f"{name} has a password that is tried first: give that role a long random one."
    known = [str(values["password"]) for values in parts.values() if values.get("password")]
    if len(set(known)) < len(known):
        yield "Two database roles have the same password, and then they are one: give each its own."


def _mail(chosen: Settings) -> Iterator[str]:
    if chosen.smtp_host and chosen.smtp_security == "none" and chosen.smtp_host not in LOOPBACK:
        yield (
            f"Mail to {chosen.smtp_host} would travel in the clear: set THT_SMTP_SECURITY to starttls or tls;"
            " none is for a relay on this very machine."
        )


def _copies(chosen: Settings) -> Iterator[str]:
    endpoint = urlsplit(chosen.backup_s3_endpoint)
    if endpoint.scheme == "http" and endpoint.hostname not in LOOPBACK:
        yield (
            f"Copies of backups would go to {endpoint.hostname} by plain HTTP, the key of that storage in the open:"
            " give THT_BACKUP_S3_ENDPOINT its https address."
        )


def _debugging(environment: Mapping[str, str]) -> Iterator[str]:
    names = [name for name in PYTHON_DEBUG if environment.get(name)]
    if names or sys.flags.dev_mode:
        yield f"Python runs for debugging and would show values: unset {', '.join(names) or 'the option -X dev'}."


def _framework(environment: Mapping[str, str]) -> Iterator[str]:
    for name, value in sorted(environment.items()):
        if not name.startswith(("REFLEX_", "__REFLEX_")) or not value.strip():
            continue
        if name not in REFLEX_AS_SERVED:
            yield f"{name} would change how the screens are served and guarded: unset it."
        elif REFLEX_AS_SERVED[name] and value.lower() not in REFLEX_AS_SERVED[name]:
            yield f"{name} is {value}, and a clinic is not served that way: unset it."
