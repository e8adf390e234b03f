"""`tht migrate`: the database's schema, brought to what this version needs."""

import json
from typing import Annotated

import typer

from tht_app.cli.place import choose_demo, clinic_place
from tht_app.cli.steps import StepFailed


def migrate(
    demo: Annotated[bool, typer.Option("--demo", help="The demo clinic instead of the configured one.")] = False,
    without_backup: Annotated[bool, typer.Option("--without-backup", help="Somebody else has made one.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Answer for programs.")] = False,
) -> None:
    """Make or upgrade roles, tables, policies and code lists; safe to repeat. A clinic with data is backed up first."""
    from tht_app.cli.backup.upgrading import upgrade

    if demo:
        choose_demo()
    with clinic_place() as place:
        if not place.admin_url:
            raise StepFailed(
                "Nobody is named who may change the schema: set THT_DATABASE_ADMIN_URL to a role with CREATEROLE"
                " and CREATE on the database."
            )
        revision, backup = upgrade(place, without_backup=without_backup)
    if as_json:
        typer.echo(json.dumps({"revision": revision, "backup": str(backup) if backup else None}))
        return
    if backup:
        typer.echo(f"Before the change a backup was made: {backup}")
    typer.echo(f"The schema is at revision {revision}.")
