"""`tht migrate`: the database's schema, brought to what this version needs."""

import json
from typing import Annotated

import typer

from tht_app.cli.place import choose_demo, clinic_place
from tht_app.cli.steps import StepFailed


def migrate(
    demo: Annotated[bool, typer.Option("--demo", help="The demo clinic instead of the configured one.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Answer for programs.")] = False,
) -> None:
    """Make or upgrade roles, tables, policies and code lists; safe to repeat. Take a backup before an upgrade."""
    if demo:
        choose_demo()
    with clinic_place() as place:
        if not place.admin_url:
            raise StepFailed(
                "Nobody is named who may change the schema: set THT_DATABASE_ADMIN_URL to a role with CREATEROLE"
                " and CREATE on the database."
            )
        revision = place.migrate()
    typer.echo(json.dumps({"revision": revision}) if as_json else f"The schema is at revision {revision}.")
