"""`tht backup forget`: what restores have kept aside is removed, once the clinic is sure."""

import json
import shutil
from typing import Annotated

import typer

from tht_app.cli.backup.rehearsing import addresses_of
from tht_app.cli.place import choose_demo, clinic_place
from tht_app.cli.steps import StepFailed
from tht_app.database.backup.databases import drop_database, former_databases


def forget(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    demo: Annotated[bool, typer.Option("--demo", help="The demo clinic instead of the configured one.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Answer for programs.")] = False,
) -> None:
    """Remove the former databases and files that restores have kept; backups are not touched."""
    if demo:
        choose_demo()
    with clinic_place() as place:
        addresses = addresses_of(place)
        databases = former_databases(addresses)
        folders = sorted(place.settings.files.parent.glob("files.before_*"))
        names = [*databases, *(str(folder) for folder in folders)]
        if not names:
            raise StepFailed("No restore has kept anything aside.")
        if not yes:
            typer.confirm(f"Remove for good: {', '.join(names)}?", abort=True)
        for database in databases:
            drop_database(addresses, database)
        for folder in folders:
            shutil.rmtree(folder)
    typer.echo(json.dumps({"removed": names}) if as_json else f"Removed: {', '.join(names)}.")
