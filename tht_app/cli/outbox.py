"""`tht outbox`: deliver what waits in a process of its own, or say how it stands."""

import asyncio
import json
import signal
from typing import TYPE_CHECKING, Annotated

import typer

from tht_app.cli.place import choose_demo, clinic_place
from tht_app.cli.steps import StepFailed

if TYPE_CHECKING:
    from tht_app.use_cases.interop import MailStatus

app = typer.Typer(help="Messages that leave the clinic: deliver them, or see how they stand.", no_args_is_help=True)

Demo = Annotated[bool, typer.Option("--demo", help="The demo clinic instead of the configured one.")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer for programs.")]


@app.command("run")
def run(demo: Demo = False) -> None:
    """Deliver until Ctrl-C or SIGTERM; several may run at once, beside the server or on other machines."""
    if demo:
        choose_demo()
    with clinic_place():
        asyncio.run(_deliver())


@app.command("status")
def status(demo: Demo = False, as_json: AsJson = False) -> None:
    """How mail stands; the exit status is 0 only when nothing was given up."""
    if demo:
        choose_demo()
    with clinic_place():
        found = asyncio.run(_status())
    facts = {
        "on": found.on,
        "waiting": found.waiting,
        "dead": found.dead,
        "sent_7_days": found.sent,
        "last_sent": found.last_sent.isoformat() if found.last_sent else None,
    }
    words = (
        f"Mail is {'on' if found.on else 'off'}: {found.waiting} waiting, {found.dead} given up, "
        f"{found.sent} sent in seven days."
    )
    typer.echo(json.dumps(facts) if as_json else words)
    if found.dead:
        raise StepFailed(f"{found.dead} messages need somebody: see /integrations.")


async def _deliver() -> None:
    from tht_app.database.opening import opened_clinic
    from tht_app.settings import settings
    from tht_app.worker.outbox import Worker, channels_of

    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with opened_clinic():
        typer.echo("Delivering the outbox. Mail is " + ("on." if settings().mail_on else "off."))
        working = asyncio.create_task(Worker(channels_of(settings())).run())
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            working.result()
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


async def _status() -> "MailStatus":
    from tht_app.database.gate import current_gate
    from tht_app.database.opening import opened_clinic
    from tht_app.use_cases.door import Actor, execute
    from tht_app.use_cases.interop import Integrations

    async with opened_clinic():
        token = await current_gate().open_service("tht")
        try:
            return await execute(Actor(token), Integrations())
        finally:
            await current_gate().close_session(token)
