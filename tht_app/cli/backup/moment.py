"""`tht restore --to`: the clinic as it was at a moment, from a base backup and the write-ahead log."""

import asyncio
import json
import time
from datetime import UTC, datetime

import typer

from tht_app.cli.place import DATABASE, Place, clinic_place, key_file
from tht_app.cli.steps import StepFailed, Steps, say
from tht_app.database.backup.recovery import base_for, recover
from tht_app.database.backup.restore import begin_again, last_seal, say_restored
from tht_app.database.backup.shelf import Shelf
from tht_app.database.crypto import read_master_key
from tht_app.database.server import EmbeddedServer
from tht_app.settings import settings

SERVICE = "tht"


def restore_moment(to: str, confirm: str, *, as_json: bool) -> None:
    """Put the embedded database back to a moment; attached files stay as they are."""
    chosen, started = settings(), time.monotonic()
    if chosen.database_url and not chosen.embedded:
        raise StepFailed("A server of your own goes back with its own tools: see docs/runbooks/pemulihan.md.")
    moment = _moment(to)
    shelf, master = Shelf(chosen.backups), read_master_key(key_file(chosen), chosen.master_key)
    base = base_for(shelf, moment)
    say(f"{base.name} and the log since then, up to {moment.astimezone(chosen.zone).isoformat(' ', 'seconds')}.")
    say("Everything written after that moment will not be in the clinic any more. What is there now is kept aside.")
    if (confirm or typer.prompt("Type PULIHKAN to go back")).strip() != "PULIHKAN":
        raise StepFailed("Nothing was changed.")
    suffix, steps = datetime.now(UTC).strftime("%Y%m%d_%H%M%S"), Steps(total=2)
    server = EmbeddedServer(chosen.data_dir)
    with steps.step("Recover") as step:
        former = recover(server, shelf, moment, master, suffix)
        step.note("at that moment")
        try:
            epoch = begin_again(server.dsn(dbname=DATABASE), master, chosen.anchors)
            say_restored(chosen.anchors, last_seal(server.dsn("tht_backup", DATABASE)), master, epoch)
        finally:
            server.stop()
    with steps.step("Audit log") as step, clinic_place() as place:
        step.note(asyncio.run(go_on(place, f"{base.name} to {moment.isoformat()}", epoch)))
    seconds = round(time.monotonic() - started, 1)
    told = {"base": base.name, "moment": moment.isoformat(), "seconds": seconds, "aside": str(former or "")}
    if as_json:
        typer.echo(json.dumps(told | {"epoch": epoch}))
        return
    say(f"\nThe clinic is as it was, after {seconds} s. The former database is kept in {former}.")
    say("Make a base backup now, tht backup base: until then nothing later than this moment can be reached.")


def _moment(to: str) -> datetime:
    """What was typed, in the clinic's zone unless it names another."""
    try:
        typed = datetime.fromisoformat(to)
    except ValueError:
        raise StepFailed(f"{to} is no moment: write it as 2026-11-25 14:30:00.") from None
    moment = typed if typed.tzinfo else typed.replace(tzinfo=settings().zone)
    if moment > datetime.now(UTC):
        raise StepFailed(f"{to} has not been yet.")
    return moment


async def go_on(place: Place, name: str, epoch: int) -> str:
    """The first entry of the new epoch says what was done; then the log is sealed, anchored and verified."""
    from tht_app.database.anchors import read_anchors
    from tht_app.database.gate import current_gate
    from tht_app.database.opening import opened_clinic
    from tht_app.database.seal import seal_next, seals_after
    from tht_app.database.signing import AUDIT, signing_key
    from tht_app.database.verify import verify_log
    from tht_app.use_cases.backup import NoteRestore
    from tht_app.use_cases.door import Actor, execute

    key = signing_key(place.master_key, AUDIT)
    async with opened_clinic() as database:
        token = await current_gate().open_service(SERVICE)
        await execute(Actor(token), NoteRestore(name, epoch))
        while await seal_next(database, token, key):
            pass
        report = await verify_log(database, token, key.public, read_anchors(place.settings.anchors, key.public))
        number = (await seals_after(database, token))[-1].seal.number
        await current_gate().close_session(token)
    if not report.well:
        return f"is NOT whole at seal {report.findings[0].seal}: run tht audit verify"
    return f"goes on with seal {number} in epoch {epoch}"
