"""What stands around Reflex: our own routes, the gate in front of its events, the edge in front of everything."""

import asyncio
import contextlib
import logging
import pkgutil
from collections.abc import AsyncIterator, Callable
from importlib import import_module
from typing import Any

import reflex as rx
from reflex.utils.prerequisites import get_web_dir
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

import tht_app.web
from tht_app.database.crypto import MasterKeyMissing
from tht_app.database.opening import opened_clinic
from tht_app.domain.errors import DomainError, NotFound
from tht_app.live.feed import feeding
from tht_app.live.note_rooms import keeping_notes
from tht_app.live.screens import SCREENS
from tht_app.logs import quiet_logs
from tht_app.safety import UnsafeSetup, ensure_safe
from tht_app.settings import settings
from tht_app.state.gate import Gate, silence_reflex
from tht_app.state.tokens import install
from tht_app.web.acting import bug, lang_of, problem
from tht_app.web.edge import Edge
from tht_app.web.identity.routes import identity_routes
from tht_app.web.identity.sessions import BOOK
from tht_app.web.note_socket import ROOMS
from tht_app.web.policy import ContentPolicy
from tht_app.web.sockets import end_session_sockets, watch_sessions

log = logging.getLogger("tht.app")


def create_api() -> Starlette:
    """Our plain HTTP routes, of every module here with a `routes()`; Reflex mounts itself behind them."""
    routes: list[BaseRoute] = identity_routes()
    for found in pkgutil.iter_modules(tht_app.web.__path__, "tht_app.web."):
        if found.name != __name__ and callable(getattr(module := import_module(found.name), "routes", None)):
            routes.extend(module.routes())
    handlers: dict[Any, Any] = {DomainError: _refused, Exception: _bug}
    return Starlette(routes=routes, exception_handlers=handlers)


async def _refused(request: Request, error: Exception) -> Response:
    return problem(error if isinstance(error, DomainError) else NotFound(), lang_of(request))


async def _bug(request: Request, error: Exception) -> Response:
    if isinstance(error, HTTPException):
        return Response(status_code=error.status_code)
    return bug(error, request.url.path.split("/")[1] or "home", lang_of(request))


def edge() -> Callable[[ASGIApp], ASGIApp]:
    """What goes last into `api_transformer` of `rx.App`: the outermost layer."""

    def around(app: ASGIApp) -> ASGIApp:
        policy = ContentPolicy.of_build(get_web_dir() / "build" / "client", settings().origins)
        return Edge(app, policy)

    return around


def guard(app: rx.App) -> Gate:
    """Put the gate first, bind tab tokens to sessions, open the clinic with the server, watch over sessions.

    Call it once, after every page and State is imported: raises GateIncomplete when a handler names no permission.
    """
    silence_reflex()
    gate = Gate(BOOK, close=end_session_sockets, left=SCREENS.leave)
    gate.assert_complete()
    app.add_middleware(gate, index=0)
    install(app, BOOK.id_of, SCREENS.leave)
    app.register_lifespan_task(serving_clinic, screens=app)
    return gate


@contextlib.asynccontextmanager
async def serving_clinic(screens: rx.App) -> AsyncIterator[None]:
    """The pools are open, sessions are watched and screens move for as long as the server serves."""
    quiet_logs()  # now, not at import: what a failed build of the screens says must be readable
    async with _opened(), feeding(screens), keeping_notes(ROOMS):
        watcher = asyncio.create_task(watch_sessions(), name="watch_sessions")
        try:
            yield
        finally:
            watcher.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watcher


@contextlib.asynccontextmanager
async def _opened() -> AsyncIterator[None]:
    """The clinic, unless that would be unsafe; why not stands in the log, because the server hides what it was told."""
    try:
        ensure_safe()
        async with opened_clinic():
            yield
    except (UnsafeSetup, MasterKeyMissing) as refusal:
        log.error("the clinic is not opened: %s", refusal)  # noqa: TRY400  a sentence for the operator, no bug
        raise
