"""`tht run`: the clinic, from whatever state the machine is in to a page that answers, and back to nothing running.

One process serves everything: HTTP, websocket, worker and live feed share one event loop, and PostgreSQL is its
child. Several web processes need a session store that they share; `deploy/` holds that.
"""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import ExitStack
from importlib import import_module
from typing import Annotated

import typer

from tht_app.cli.backup.upgrading import upgrade
from tht_app.cli.frontend import ROOT, ensure_build, refresh_lock, serving_environment
from tht_app.cli.place import Place, choose_demo, clinic_place, demo_mark, key_file, setup_code
from tht_app.cli.steps import StepFailed, Steps, say
from tht_app.safety import ensure_safe
from tht_app.settings import settings

DEMO_ACCOUNTS = "admin dokter dokter2 perawat apoteker kasir auditor pemilik"
DEMO_PASSWORD = "demo-THT-2026"
GRACE_SECONDS = 8.0
IS_A_DEMO = "This database holds a demo clinic with known passwords: name another folder with THT_DATA_DIR."
IS_REAL = "This database holds a real clinic, not a demo: unset THT_DATA_DIR, or use make serve."


def run(
    demo: Annotated[bool, typer.Option("--demo", help="The demo clinic with invented people.")] = False,
    port: Annotated[int | None, typer.Option(help="Port instead of THT_PORT.")] = None,
    small: Annotated[bool, typer.Option("--small", help="A demo of 200 patients instead of 2,000.")] = False,
    done: Annotated[int, typer.Option(hidden=True)] = 0,
) -> None:
    """Serve the clinic until Ctrl-C or SIGTERM."""
    _end_on_signals()
    if port is not None:
        os.environ["THT_PORT"] = str(port)
    if demo:
        choose_demo()
    ensure_safe(settings().model_copy(update={"master_key_file": key_file(settings())}))
    steps = Steps(total=done + (5 if demo else 4), done=done)
    _ensure_port_free()
    with steps.step("Screens") as step:
        build = ensure_build(step)
    with ExitStack() as stack:
        with steps.step("Database") as step:
            place = stack.enter_context(clinic_place(exclusive=True))
            step.note("taken over" if place.server and place.server.adopted else "running")
        stack.callback(say, "Stopping.")
        _prepare(steps, place, demo=demo, small=small)
        with steps.step("Server") as step:
            os.environ |= serving_environment(build, place.settings.data_dir)
            server = _server(place)
            step.note("starting")
        asyncio.run(_serve(server, lambda: _announce(place, demo=demo)))


def build(
    lock: Annotated[bool, typer.Option("--lock", help="Pin the resolved JavaScript packages.")] = False,
) -> None:
    """Compile the screens without starting anything."""
    _end_on_signals()
    with Steps(total=1).step("Screens") as step:
        ensure_build(step)
    if lock:
        refresh_lock()


def _prepare(steps: Steps, place: Place, *, demo: bool, small: bool) -> None:
    for note in place.server.notes if place.server else ():
        say(f"      {note}")
    with steps.step("Schema") as step:
        filled = _refuse_the_wrong_clinic(place, demo=demo)
        revision, backup = upgrade(place)
        step.note(f"revision {revision}" if revision else "left to tht migrate")
    if backup:
        say(f"      Before the change a backup was made: {backup}")
    if demo:
        with steps.step("Demo clinic") as step:
            step.note("filled" if not filled and _seed(step.note, small=small) else "there already")


def _refuse_the_wrong_clinic(place: Place, *, demo: bool) -> bool:
    """Before anything is changed: a demo never opens a real clinic, nor the other way round. True for a filled demo."""
    mark = demo_mark(place)
    if mark.demo and not demo:
        raise StepFailed(IS_A_DEMO)
    if demo and mark.real:
        raise StepFailed(IS_REAL)
    return mark.filled


def _seed(progress: Callable[[str], None], *, small: bool) -> bool:
    from tht_app.cli.demo import ensure_demo

    return ensure_demo(progress, small=small)


def _server(place: Place):  # noqa: ANN202  granian's embedded server has no exported type
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server.embed import Server

    os.chdir(ROOT)  # Reflex looks for rxconfig.py in the current folder only
    sys.path.insert(0, str(ROOT))
    application = import_module("tht_app.tht_app").app
    return Server(
        target=application,
        factory=True,
        address=place.settings.host,
        port=place.settings.port,
        interface=Interfaces.ASGI,
        log_level=LogLevels.error,  # warnings are about the embedded form being new
        log_access=False,  # addresses in it would name patients
        backpressure=512,
    )


async def _serve(server, announce: Callable[[], None]) -> None:  # noqa: ANN001
    """Serve until a signal; browsers that hold a connection open get a moment, not a veto."""
    loop = asyncio.get_running_loop()
    asked = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(sign, asked.set)
    serving = asyncio.create_task(server.serve())
    greeting = asyncio.create_task(_when_listening(settings().port, announce))
    waiting = asyncio.create_task(asked.wait())
    done, _ = await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
    greeting.cancel()
    if serving in done:
        serving.result()
        raise StepFailed("The server ended by itself: the lines above say why.")
    server.stop()
    await asyncio.wait({serving}, timeout=GRACE_SECONDS)


async def _when_listening(port: int, announce: Callable[[], None]) -> None:
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.1)
            continue
        writer.close()
        announce()
        return


def _announce(place: Place, *, demo: bool) -> None:
    address = place.settings.public_origin or f"http://127.0.0.1:{place.settings.port}"
    say(f"\nTHT Klinik is open at {address}")
    if demo:
        say(f"DATA DEMO. Accounts: {DEMO_ACCOUNTS}")
        say(f"Password for all of them: {DEMO_PASSWORD}")
    elif code := setup_code(place):
        say(f"There is no owner yet: open {address}/setup within a day and enter the code {code}")
    say("Ctrl-C stops everything.\n")


def _ensure_port_free() -> None:
    chosen = settings()
    with socket.socket(socket.AF_INET6 if ":" in chosen.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((chosen.host, chosen.port))
        except OSError as refusal:
            raise StepFailed(
                f"Port {chosen.port} of {chosen.host} cannot be used ({refusal.strerror}):"
                " stop what uses it, or choose another with PORT=8001."
            ) from None


def _end_on_signals() -> None:
    """Until the server has its own handlers, a signal ends the process through its clean-up."""

    def end(number: int, _frame: object) -> None:
        raise SystemExit(128 + number)

    for sign in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, end)
