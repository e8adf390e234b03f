"""`tht demo`: an invented clinic, filled through the same use cases as a real one."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from tht_app.cli.demo.seed import Report


def demo(
    small: Annotated[
        bool, typer.Option("--small", help="200 patients and 3 days instead of 2,000 and 3 weeks.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Answer for programs.")] = False,
) -> None:
    """Fill the demo clinic's database; a demo that is there already stays as it is."""
    from tht_app.cli.place import choose_demo, clinic_place
    from tht_app.cli.steps import Steps

    choose_demo()
    with clinic_place() as place:
        place.migrate()
        if as_json:
            report = fill(lambda _: None, small=small)
            typer.echo(json.dumps({**asdict(report), "seconds": dict(report.seconds)}))
            return
        with Steps(total=1).step("Demo clinic") as step:
            report = fill(step.note, small=small)
            step.note(_said(report))


def ensure_demo(progress: Callable[[str], None], *, small: bool) -> bool:
    """Fill the clinic of this process unless it is filled; True when something was written.

    The database's addresses and the key have to be in the settings (`clinic_place`). Raises `StepFailed` for a clinic
    that is no demo and has accounts.
    """
    return fill(progress, small=small).filled


def fill(progress: Callable[[str], None], *, small: bool) -> "Report":
    """The same, and what was done."""
    return asyncio.run(_fill(progress, small=small))


async def _fill(progress: Callable[[str], None], *, small: bool) -> "Report":
    from tht_app.cli.demo.plan import FULL, SMALL
    from tht_app.cli.demo.seed import SERVICE, seed
    from tht_app.database.gate import current_gate
    from tht_app.database.opening import opened_clinic

    async with opened_clinic() as database:
        token = await current_gate().open_service(SERVICE)
        return await seed(token, database.zone, SMALL if small else FULL, progress)


def _said(report: "Report") -> str:
    if not report.filled:
        return "there already"
    parts = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in report.seconds)
    return f"{report.patients} patients, {report.visits} visits ({parts})"
