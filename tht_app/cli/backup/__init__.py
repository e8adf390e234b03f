"""`tht backup`: everything of the clinic in one encrypted file, read back before anybody relies on it."""

import json
from pathlib import Path
from typing import Annotated

import typer

from tht_app.cli.backup.fetching import fetch
from tht_app.cli.backup.forgetting import forget
from tht_app.cli.backup.listing import list_backups, verify_backup
from tht_app.cli.backup.rehearsing import rehearse
from tht_app.cli.place import choose_demo, clinic_place

app = typer.Typer(help="Backups: make one now, list, verify, rehearse a restore.", invoke_without_command=True)
app.command("list")(list_backups)
app.command("verify")(verify_backup)
app.command("rehearse")(rehearse)
app.command("forget")(forget)
app.command("fetch")(fetch)


@app.command("base")
def base(as_json: Annotated[bool, typer.Option("--json", help="Answer for programs.")] = False) -> None:
    """Copy the embedded database's files: what a restore to any moment begins with (THT_BACKUP_WAL)."""
    from tht_app.cli.backup.making import back_up_files

    with clinic_place() as place:
        path = back_up_files(place)
    size = path.stat().st_size
    typer.echo(json.dumps({"file": str(path), "bytes": size}) if as_json else f"{path} ({size / 1e6:.1f} MB) was made.")


@app.callback()
def make(
    context: typer.Context,
    kind: Annotated[str, typer.Option(hidden=True)] = "manual",
    demo: Annotated[bool, typer.Option("--demo", help="The demo clinic instead of the configured one.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Answer for programs.")] = False,
) -> None:
    """Make a backup now: database, attached files and anchor file in one encrypted file, which is read back."""
    if context.invoked_subcommand:
        return
    from tht_app.cli.backup.making import back_up
    from tht_app.domain.backup import Kind

    if demo:
        choose_demo()
    with clinic_place() as place:
        path = back_up(place, Kind(kind))
    size = path.stat().st_size
    told = f"{path} ({size / 1e6:.1f} MB) was made and read back."
    typer.echo(json.dumps({"file": str(path), "bytes": size}) if as_json else told)
    if not as_json and path.is_relative_to(Path(place.settings.data_dir).resolve().parent):
        typer.echo(
            "It lies on the same disk as the data: copy it elsewhere too, and keep the master key apart from it."
        )
