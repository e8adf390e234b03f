"""`tht init`: the master key of a new clinic, outside the data folder."""

import json
from typing import Annotated

import typer

from tht_app.cli.place import key_file
from tht_app.cli.steps import StepFailed
from tht_app.database.crypto import create_master_key
from tht_app.settings import settings


def init(as_json: Annotated[bool, typer.Option("--json", help="Answer for programs.")] = False) -> None:
    """Make the master key. Keep a copy on paper or in a safe: without it the clinic's data cannot be read."""
    path = key_file(settings()).expanduser().resolve()
    if path.exists():
        raise StepFailed(f"There is a master key in {path} already, and replacing it would lock its data for ever.")
    create_master_key(path)
    if as_json:
        typer.echo(json.dumps({"master_key_file": str(path)}))
    else:
        typer.echo(f"The master key is in {path}. Copy it to a safe place outside this machine now.")
