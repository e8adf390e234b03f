"""`tht restore`: a backup becomes the clinic again; what was there is kept aside until somebody removes it."""

import asyncio
import json
import os
import shutil
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from tht_app.cli.backup.listing import chosen_backup
from tht_app.cli.backup.moment import go_on, restore_moment
from tht_app.cli.backup.proving import Proof, prove
from tht_app.cli.backup.rehearsing import addresses_of
from tht_app.cli.place import DATABASE, Place, choose_demo, clinic_place, key_file
from tht_app.cli.steps import StepFailed, Steps, say
from tht_app.database.backup.container import BackupRefused, Head, Manifest, opened
from tht_app.database.backup.create import check
from tht_app.database.backup.databases import FORMER, Addresses, exchange, is_empty, scratch_database
from tht_app.database.backup.restore import (
    begin_again,
    ensure_known,
    last_seal,
    restore_database,
    restore_files,
    say_restored,
    set_aside,
)
from tht_app.database.crypto import read_master_key
from tht_app.database.server import EmbeddedServer
from tht_app.settings import settings

SCRATCH = "clinic_restoring"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done, once the backup has been read from front to end."""

    path: Path
    master: bytes
    head: Head
    manifest: Manifest
    suffix: str
    """Ends the names of what is kept aside."""


def restore(  # noqa: PLR0917  typer names them all
    file: Annotated[Path | None, typer.Argument(help="The backup; the newest in the folder when not named.")] = None,
    key: Annotated[
        Path | None, typer.Option("--key-file", help="The master key, where this machine does not have it yet.")
    ] = None,
    to: Annotated[
        str,
        typer.Option("--to", help="A moment of the clinic's clock: '2026-11-25 14:30:00' (THT_BACKUP_WAL)."),
    ] = "",
    confirm: Annotated[str, typer.Option(help="The clinic's name, instead of typing it when asked.")] = "",
    demo: Annotated[bool, typer.Option("--demo", help="The demo clinic instead of the configured one.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Answer for programs.")] = False,
) -> None:
    """Put a backup back, into a new machine or over what is there; the clinic must be closed."""
    if demo:
        choose_demo()
    if to:
        restore_moment(to, confirm, as_json=as_json)
        return
    started = time.monotonic()
    plan = _plan(chosen_backup(file), key)
    _confirm(plan, confirm)
    _bring_key(plan, key)
    steps = Steps(total=3)
    with _closed_clinic() as (place, addresses):
        with steps.step("Restore") as step, scratch_database(addresses, SCRATCH, keep=True) as scratch:
            step.note(f"{sum(plan.manifest.counts.values())} rows")
            restored = restore_database(plan.path, plan.master, scratch.target)
            # First the epoch: what the proof writes into the log is of the new one already.
            epoch = begin_again(scratch.admin_url, plan.master, place.settings.anchors)
            proof = asyncio.run(prove(place.settings, scratch, plan.path, plan.master))
        with steps.step("Exchange") as step:
            aside = _exchange(plan, place, addresses, epoch)
            step.note("former data kept aside" if aside else "there was nothing before")
    with steps.step("Audit log") as step, clinic_place() as place:
        step.note(asyncio.run(go_on(place, plan.path.name, epoch)))
    told = _told(plan, proof, aside, epoch, restored.opened) | {"seconds": round(time.monotonic() - started, 1)}
    if as_json:
        typer.echo(json.dumps(told))
    else:
        _tell(told)


def _plan(path: Path, key: Path | None) -> Plan:
    """Read all of the backup before anything is touched; raises `BackupRefused`, `MasterKeyMissing`."""
    chosen = settings()
    here = key_file(chosen)
    master = read_master_key(key or here, "" if key else chosen.master_key)
    with opened(path, master) as reader:
        ensure_known(reader.head)
        if reader.head.kind == "base":
            raise BackupRefused("These are the files of a database: name a moment with --to, not the file.")
        checked = check(reader)
    suffix = datetime.now(UTC).strftime("%Y%m%d_%H%M%S")
    return Plan(path, master, checked.head, checked.manifest, suffix)


def _confirm(plan: Plan, confirm: str) -> None:
    name = plan.manifest.clinic or "Klinik THT"
    say(f"{plan.path.name}: {name}, {plan.head.created_at}, {sum(plan.manifest.counts.values())} rows, program"
        f" {plan.head.program}, schema {plan.head.revision}.")  # fmt: skip
    say("Everything written after that moment will not be in the clinic any more. What is there now is kept aside.")
    typed = confirm or typer.prompt("Type the clinic's name to put it back")
    if typed.strip() != name:
        raise StepFailed(f"The name typed is not {name}: nothing was changed.")


def _bring_key(plan: Plan, key: Path | None) -> None:
    """Put the key where this clinic expects it; another one that is there is kept aside, never overwritten."""
    here = key_file(settings())
    if key is None or (here.exists() and here.read_bytes() == plan.master):
        return
    if here.exists():
        here.rename(here.with_name(f"{here.name}.before_{plan.suffix}"))
    here.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(here, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(plan.master)


@contextmanager
def _closed_clinic() -> Generator[tuple[Place, Addresses], None, None]:
    """The server without anybody in it: ours, started for this, or an empty database of another server's."""
    chosen = settings()
    if chosen.database_url and not chosen.embedded:
        with clinic_place() as place:
            if not is_empty(place.admin_url):
                raise StepFailed(
                    "The database in THT_DATABASE_ADMIN_URL is not empty: make a new one, name it in the addresses, and"
                    " restore into that; the former one is then what is kept aside."
                )
            yield place, addresses_of(place)
        return
    with EmbeddedServer(chosen.data_dir) as server:
        urls = (server.dsn(), server.dsn("tht_app", SCRATCH), server.dsn("tht_gate", SCRATCH))
        place = Place(chosen, server.dsn(), server, server.dsn("tht_backup", SCRATCH))
        yield place, Addresses(*urls, place.backup_url)


def _exchange(plan: Plan, place: Place, addresses: Addresses, epoch: int) -> dict[str, str]:
    """Let the restored database be the clinic, and its files its files; returns where the former ones are."""
    aside: dict[str, str] = {}
    chosen = place.settings
    fresh = chosen.files.with_name("files.restoring")
    shutil.rmtree(fresh, ignore_errors=True)
    restore_files(plan.path, plan.master, fresh, chosen.anchors)
    last = last_seal(addresses.named(SCRATCH).backup_url)
    if exchange(addresses, SCRATCH, DATABASE, FORMER + plan.suffix):
        aside["database"] = FORMER + plan.suffix
    say_restored(chosen.anchors, last, plan.master, epoch)
    if former := set_aside(chosen.files, f"before_{plan.suffix}"):
        aside["files"] = str(former)
    if fresh.exists():
        fresh.rename(chosen.files)
    return aside


def _told(plan: Plan, proof: Proof, aside: dict[str, str], epoch: int, values: int) -> dict[str, Any]:
    rows = sum(plan.manifest.counts.values())
    facts = {"file": str(plan.path), "created_at": plan.head.created_at, "rows": rows, "opened": values}
    return facts | {"seals": proof.seals, "records": proof.records, "epoch": epoch, "aside": aside}


def _tell(told: dict[str, Any]) -> None:
    say(f"\n{told['rows']} rows of {told['created_at']} are back after {told['seconds']} s, every count compared.")
    for what, where in told["aside"].items():
        say(f"The former {what} is kept: {where}. Remove it when the clinic is sure: tht backup forget")
    say("Everybody has to sign in again. What was written on paper since then has to be entered anew.")
