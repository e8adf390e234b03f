"""`tht backup fetch`: a copy comes back from the storage elsewhere; what a new machine does first."""

import json
import os
from typing import Annotated

import typer

from tht_app.cli.steps import StepFailed
from tht_app.database.backup.shelf import Shelf
from tht_app.domain.backup import parsed_name
from tht_app.integrations.storage import StorageProblem, storage_of
from tht_app.settings import settings


def fetch(
    name: Annotated[str, typer.Argument(help="Name of the copy; the newest when not named.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Answer for programs.")] = False,
) -> None:
    """Bring a backup from the storage in THT_BACKUP_S3_* into the folder of backups; needs no master key."""
    storage, shelf = storage_of(settings()), Shelf(settings().backups)
    if storage is None:
        raise StepFailed("No storage elsewhere is configured: set THT_BACKUP_S3_ENDPOINT and the rest of it.")
    try:
        there = sorted(one for one in (parsed_name(found) for found in storage.names()) if one is not None)
        wanted = name or (there[-1].name if there else "")
        if wanted not in {one.name for one in there}:
            raise StepFailed(f"There is no backup {wanted} in the storage elsewhere.".replace("  ", " "))
        with shelf.held(), shelf.placing(wanted) as file:
            for piece in storage.get(wanted):
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
    except StorageProblem as problem:
        raise StepFailed(f"The storage elsewhere cannot be used: {problem}.") from problem
    path = shelf.folder / wanted
    told = {"file": str(path), "bytes": path.stat().st_size}
    typer.echo(json.dumps(told) if as_json else f"{path} is here. Read it before you rely on it: tht backup verify")
