"""`tht doctor`: what this clinic is set up with, and what would go wrong before it does."""

import asyncio
import ctypes
import json
import shutil
import stat
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import psycopg
import typer
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy.exc import SQLAlchemyError

from tht_app.cli.place import choose_demo, clinic_place, key_file
from tht_app.cli.steps import StepFailed
from tht_app.database.crypto import MasterKeyMissing, fingerprint, read_master_key
from tht_app.database.server import ServerProblem
from tht_app.safety import file_problem, unsafe_reasons
from tht_app.settings import SECRET_FIELDS, Settings, environment, settings

if TYPE_CHECKING:
    from tht_app.database.examination import DatabaseFacts

State = Literal["ok", "warn", "fail"]
SIGNS: dict[State, str] = {"ok": "ok  ", "warn": "warn", "fail": "FAIL"}
GIGABYTE = 1_000_000_000
DISK_FULL, DISK_SMALL = 0.2, 2.0
"""Gigabytes."""
CLOCK_APART = 2.0
ANCHOR_OLD_HOURS = 26
BACKUP_OLD_HOURS, REHEARSAL_OLD_HOURS = 26, 8 * 24
UNSYNCHRONISED = 5
"""TIME_ERROR of adjtimex(2)."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    state: State
    said: str


def doctor(
    demo: Annotated[bool, typer.Option("--demo", help="The demo clinic instead of the configured one.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Answer for programs.")] = False,
) -> None:
    """Print the settings in effect (secrets hidden) and check what they need; the exit status is 1 on a FAIL."""
    if demo:
        choose_demo()
    checks = [*_setup(), *asyncio.run(_everything())]
    failed = [check for check in checks if check.state == "fail"]
    if as_json:
        typer.echo(json.dumps({"settings": shown(settings()), "checks": [asdict(check) for check in checks]}))
    else:
        for name, value in shown(settings()).items():
            typer.echo(f"     {name} = {value}")
        for check in checks:
            typer.echo(f"{SIGNS[check.state]} {check.name}: {check.said}")
    raise typer.Exit(1 if failed else 0)


def shown(chosen: Settings) -> dict[str, str]:
    """Every setting in effect by its variable, secrets hidden; of an address only the password is."""
    found: dict[str, str] = {}
    for name in sorted(type(chosen).model_fields):
        value = getattr(chosen, name)
        if name.endswith("_url") and value:
            value = masked(value)
        elif name in SECRET_FIELDS and value:
            value = "(hidden)"
        found[f"THT_{name.upper()}"] = str(value)
    return found


def masked(address: str) -> str:
    """A libpq address without its password."""
    try:
        parts = conninfo_to_dict(address)
    except psycopg.ProgrammingError:
        return "(not readable)"
    return " ".join(f"{name}={'(hidden)' if 'password' in name else value}" for name, value in sorted(parts.items()))


def _setup() -> Iterator[Check]:
    """What can be seen without opening anything."""
    chosen = settings()
    reasons = unsafe_reasons(chosen.model_copy(update={"master_key_file": key_file(chosen)}), environment())
    for reason in reasons:
        yield Check("safety", "fail", reason)
    if not reasons:
        yield Check("safety", "ok", "a demo" if chosen.demo else "nothing that a clinic must not start with")
    yield _master_key(chosen)
    yield from _data_folder(chosen.data_dir.expanduser().resolve())
    yield _system_clock()
    yield from _anchors(chosen.anchors)
    if not chosen.demo:
        yield from _backups(chosen)


def _master_key(chosen: Settings) -> Check:
    try:
        key = read_master_key(key_file(chosen), chosen.master_key)
    except (MasterKeyMissing, OSError) as refusal:
        return Check("master key", "fail", str(refusal))
    where = "THT_MASTER_KEY" if chosen.master_key else str(key_file(chosen))
    return Check("master key", "ok", f"{fingerprint(key)} from {where}; a copy belongs into a safe")


def _data_folder(folder: Path) -> Iterator[Check]:
    if not folder.is_dir():
        yield Check("data folder", "warn", f"{folder} is not there yet: the first start makes it")
        return
    mode = folder.stat().st_mode
    if mode & (stat.S_IROTH | stat.S_IWOTH | stat.S_IWGRP):
        yield Check("data folder", "fail", f"{folder} is open to other accounts ({stat.filemode(mode)}): chmod 700 it")
    else:
        yield Check("data folder", "ok", f"{folder} ({stat.filemode(mode)})")
    free = shutil.disk_usage(folder).free / GIGABYTE
    state: State = "fail" if free < DISK_FULL else "warn" if free < DISK_SMALL else "ok"
    yield Check("disk", state, f"{free:.1f} GB free" + ("" if state == "ok" else ": free some, or move the clinic"))


def _system_clock() -> Check:
    """Times of an audit log are worth what the clock is worth."""
    try:
        answer = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(1024))
    except (OSError, AttributeError):
        return Check("clock", "warn", "this system does not say whether its clock is set by a time server")
    if answer == UNSYNCHRONISED:
        return Check("clock", "warn", "not set by a time server: switch on systemd-timesyncd or chrony")
    return Check("clock", "ok", "set by a time server")


def _anchors(path: Path) -> Iterator[Check]:
    if not path.is_file():
        yield Check("anchors", "warn", f"{path} is not there yet: a running clinic writes it, or tht audit anchor")
        return
    hours = (time.time() - path.stat().st_mtime) / 3600
    if problem := file_problem(path):
        yield Check("anchors", "fail", f"{path} {problem}")
    elif hours > ANCHOR_OLD_HOURS:
        yield Check("anchors", "warn", f"the last one is {hours:.0f} hours old: run tht audit anchor")
    else:
        yield Check("anchors", "ok", f"{path}, {hours:.1f} hours old; keep a copy on another machine")


def _backups(chosen: Settings) -> Iterator[Check]:
    from tht_app.database.backup.shelf import BACKUP, REHEARSAL, Shelf

    shelf, now = Shelf(chosen.backups), datetime.now(UTC)
    for name, what, hours in (("backup", BACKUP, BACKUP_OLD_HOURS), ("rehearsal", REHEARSAL, REHEARSAL_OLD_HOURS)):
        good = shelf.told(what).run.good_at
        if good is None:
            yield Check(name, "warn", f"never in {shelf.folder}: run tht backup")
            continue
        age = (now - good).total_seconds() / 3600
        state: State = "warn" if age > hours else "ok"
        yield Check(name, state, f"{age:.0f} hours ago in {shelf.folder}")


async def _everything() -> list[Check]:
    return [check async for check in _inside()]


async def _inside() -> AsyncIterator[Check]:
    """What can be seen only with the database open; it is opened as the clinic would, and never made."""
    chosen = settings()
    if not chosen.database_url and not _is_there(chosen.data_dir.expanduser().resolve()):
        yield Check("database", "warn", f"there is no clinic in {chosen.data_dir} yet: tht run makes it")
    else:
        try:
            with clinic_place() as place:
                async for check in _database(local=place.server is not None):
                    yield check
        except (ServerProblem, StepFailed, MasterKeyMissing, psycopg.OperationalError, SQLAlchemyError) as problem:
            yield Check("database", "fail", str(problem).strip().splitlines()[0])
    yield await _mail(chosen)


def _is_there(folder: Path) -> bool:
    return (folder / "location").exists() or (folder / "postgres" / "PG_VERSION").exists()


async def _database(*, local: bool) -> AsyncIterator[Check]:
    from tht_app.database.engine import current
    from tht_app.database.examination import examine
    from tht_app.database.gate import current_gate
    from tht_app.database.opening import opened_clinic

    async with opened_clinic():
        facts = await examine(current())
        await current_gate().setup_needed()
        for check in judged(facts, local=local):
            yield check
        yield Check("sign-in", "ok", "tht_gate can be reached")


def judged(facts: "DatabaseFacts", *, local: bool) -> Iterator[Check]:
    """What the server's answers mean; `local` is the embedded server, which has a socket and no network."""
    own = "embedded" if local else "your own server"
    yield Check("database", "ok" if facts.number >= 180000 else "fail", f"PostgreSQL {facts.version}, {own}")
    if not facts.by_network:
        yield Check("way to the database", "ok", "a socket of this machine")
    elif facts.encrypted:
        yield Check("way to the database", "ok", f"{facts.protocol}")
    else:
        yield Check("way to the database", "warn", "not encrypted: add sslmode=verify-full to THT_DATABASE_URL")
    if facts.durable:
        yield Check("durability", "ok", "what was saved survives a power cut")
    else:
        yield Check(
            "durability", "fail", "fsync, full_page_writes and synchronous_commit have to be on, or saved work is lost"
        )
    if not facts.checksums:
        yield Check("checksums", "warn", "the server does not check its pages: see pg_checksums --enable")
    if facts.powerful:
        yield Check("role", "fail", "tht_app may do more than its work: alter role tht_app nosuperuser nobypassrls …")
    up = facts.revision == facts.newest
    yield Check("schema", "ok" if up else "fail", f"revision {facts.revision}" + ("" if up else ": run tht migrate"))
    if abs(facts.clock_apart) > CLOCK_APART:
        yield Check("clocks", "warn", f"the server's clock is {facts.clock_apart:+.1f} s from ours: set both alike")


async def _mail(chosen: Settings) -> Check:
    from tht_app.integrations.channel import NotDelivered
    from tht_app.worker.outbox import mail_channel

    mail = mail_channel(chosen)
    if mail is None:
        return Check("mail", "ok", "off")
    try:
        await mail.greet()
    except NotDelivered as failure:
        return Check("mail", "fail", f"{chosen.smtp_host}:{chosen.smtp_port} does not take our mail ({failure})")
    return Check("mail", "ok", f"{chosen.smtp_host}:{chosen.smtp_port} takes our mail ({chosen.smtp_security})")
