"""`tht audit`: prove that the log of who saw and changed what is what it was, and hand it out so that others can."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tht_app.cli.breach import breach_report
from tht_app.cli.place import choose_demo, clinic_place
from tht_app.settings import settings

if TYPE_CHECKING:
    from tht_app.database.engine import Database
    from tht_app.database.signing import SigningKey
    from tht_app.database.verify import Report

SERVICE = "tht"
FAULTS = {
    "entries-differ": "entries under seal {seal} were changed, removed, added or moved",
    "seal-broken": "seal {seal} does not follow from the one before",
    "signature-wrong": "seal or anchor {seal} was not signed with this clinic's key",
    "seal-missing": "seal {seal} stands in the anchor file but not in the log: its end was cut off, or an older "
    "database was put back",
    "anchor-differs": "seal {seal} is another one than the anchor file says: history was written anew",
}

app = typer.Typer(help="The audit log: verify, export, anchor, key, breach report.", no_args_is_help=True)
app.command("breach-report")(breach_report)
Demo = Annotated[bool, typer.Option("--demo", help="The demo clinic instead of the configured one.")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer for programs.")]


@app.command("verify")
def verify(
    resume: Annotated[bool, typer.Option("--resume", help="Entries only after the last verification.")] = False,
    demo: Demo = False,
    as_json: AsJson = False,
) -> None:
    """Check every seal, anchor and entry; the exit status is 0 only when all is well."""

    async def act(database: "Database", token: str, key: "SigningKey") -> "Report":
        from tht_app.database.anchors import read_anchors
        from tht_app.database.verify import verify_log
        from tht_app.use_cases.audit.proof import keep_report
        from tht_app.use_cases.door import Actor

        after = await _verified(settings().anchors, database, token) if resume else 0
        anchors = read_anchors(settings().anchors, key.public)
        found = await verify_log(database, token, key.public, anchors, after=after, progress=_progress(as_json))
        await keep_report(Actor(token), found)
        return found

    report: Report = _run(act, demo=demo)
    if report.well:
        _remember(settings().anchors, report)
    if as_json:
        typer.echo(json.dumps(_as_values(report)))
    else:
        _tell(report)
    raise typer.Exit(0 if report.well else 1)


@app.command("export")
def export(
    target: Annotated[Path, typer.Argument(help="The archive to write, a .zip file.")],
    after: Annotated[int, typer.Option(help="Only seals after this one.")] = 0,
    demo: Demo = False,
    as_json: AsJson = False,
) -> None:
    """Write sealed entries with everything needed to verify them without this program or its database."""

    async def act(database: "Database", token: str, key: "SigningKey") -> int:
        from tht_app.database.archive import write_archive

        return await write_archive(database, token, key.public, target, after=after)

    entries = _run(act, demo=demo)
    said = {"file": str(target), "entries": entries}
    typer.echo(json.dumps(said) if as_json else f"{entries} entries are in {target}; verify.py in it proves them.")


@app.command("anchor")
def anchor(demo: Demo = False, as_json: AsJson = False) -> None:
    """Seal what is not sealed and write the last seal to the anchor file now."""

    async def act(database: "Database", token: str, key: "SigningKey") -> int:
        from tht_app.database.anchors import write_anchor
        from tht_app.database.seal import newest_seal, seal_next

        while await seal_next(database, token, key):
            pass
        newest = await newest_seal(database, token)
        if newest is not None:
            write_anchor(settings().anchors, newest, key)
        return newest.seal.number if newest else 0

    number = _run(act, demo=demo)
    said = {"seal": number, "file": str(settings().anchors)}
    typer.echo(json.dumps(said) if as_json else f"Seal {number} is anchored in {settings().anchors}.")


@app.command("key")
def key(demo: Demo = False, as_json: AsJson = False) -> None:
    """Show the public key with which others can check seals, anchors and exports."""

    async def act(_database: "Database", _token: str, key: "SigningKey") -> dict[str, str]:
        return {"key_id": key.key_id, "public": key.public.hex()}

    said = _run(act, demo=demo)
    typer.echo(json.dumps(said) if as_json else f"{said['key_id']}  {said['public']}")


def _run(act: Callable[["Database", str, "SigningKey"], Awaitable[Any]], *, demo: bool) -> Any:
    """Do it in the name of the `tht` command, in the configured clinic."""

    async def main(master: bytes) -> Any:
        from tht_app.database.gate import current_gate
        from tht_app.database.opening import opened_clinic
        from tht_app.database.signing import AUDIT, signing_key

        async with opened_clinic() as database:
            token = await current_gate().open_service(SERVICE)
            return await act(database, token, signing_key(master, AUDIT))

    if demo:
        choose_demo()
    with clinic_place() as place:
        return asyncio.run(main(place.master_key))


def _progress(as_json: bool) -> Callable[[int, int], None]:
    def tell(done: int, everything: int) -> None:
        if not as_json and done == everything:
            typer.echo(f"{done} of {everything} sealed entries checked.")

    return tell


def _as_values(report: "Report") -> dict[str, Any]:
    found = [{"fault": finding.fault.value, "seal": finding.seal} for finding in report.findings]
    restores = [{"epoch": one.begins, "seal": one.number} for one in report.restores]
    values = asdict(report) | {"findings": found, "well": report.well, "last_digest": report.last_digest.hex()}
    values["restores"] = restores
    return values | {"checked_at": report.checked_at.isoformat(timespec="seconds")}


def _tell(report: "Report") -> None:
    typer.echo(
        f"{report.seals} seals, {report.entries} entries checked, {report.unsealed} not sealed yet, "
        f"{report.anchors} anchors (last {report.last_anchor_at or 'never'})."
    )
    for one in report.restores:
        typer.echo(f"ROLLED BACK: a backup was put back; the log went on from seal {one.number} in epoch {one.begins}.")
    for finding in report.findings:
        typer.echo(f"FAULT: {FAULTS[finding.fault.value].format(seal=finding.seal)}.")
    if not report.anchors:
        typer.echo("There is no anchor file: a log whose end was cut off could not be noticed. Run: tht audit anchor")
    typer.echo("The log is whole." if report.well else "The log is NOT what it was.")


async def _verified(anchors: Path, database: "Database", token: str) -> int:
    """The seal up to which all was well the last time, as long as the log still has it."""
    from tht_app.database.seal import seals_after

    try:
        said = json.loads(anchors.with_suffix(".verified").read_text(encoding="utf-8"))
        number, digest = int(said["seal"]), str(said["digest"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0
    known = await seals_after(database, token, number - 1)
    return number if known and known[0].digest.hex() == digest else 0


def _remember(anchors: Path, report: "Report") -> None:
    said = {"seal": report.last_number, "digest": report.last_digest.hex(), "at": report.checked_at.isoformat()}
    anchors.with_suffix(".verified").write_text(json.dumps(said), encoding="utf-8")
