"""`/health` says that the process lives, `/ready` that people can work; both without signing in, neither with data."""

import asyncio
from importlib.metadata import PackageNotFoundError, version

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from tht_app.database.backup.shelf import BACKUP, REHEARSAL, Shelf
from tht_app.database.readiness import readiness
from tht_app.database.unit_of_work import utc_now
from tht_app.domain.backup import LATE, REHEARSAL_LATE
from tht_app.domain.backup import health as health_of
from tht_app.settings import settings

NEVER_KEPT = {"Cache-Control": "no-store"}


def routes() -> list[BaseRoute]:
    """Both probes."""
    return [Route("/health", health, methods=["GET"]), Route("/ready", ready, methods=["GET"])]


async def health(_request: Request) -> Response:
    """200 as long as the event loop turns."""
    return JSONResponse({"status": "ok", "version": _version()}, headers=NEVER_KEPT)


async def ready(_request: Request) -> Response:
    """200 when database, schema and disk allow work, else 503 with the check that does not.

    How the backups stand is told and decides nothing: a clinic without one still has to see patients.
    """
    state = await readiness(settings().data_dir)
    body = {
        "status": "ok" if state.ready else "unavailable",
        "checks": {"database": state.database, "migrations": state.migrations, "disk": state.disk},
        "backups": await asyncio.to_thread(_backups),
    }
    return JSONResponse(body, 200 if state.ready else 503, headers=NEVER_KEPT)


def _backups() -> dict[str, str]:
    shelf, now = Shelf(settings().backups), utc_now()
    ages = {BACKUP: LATE, REHEARSAL: REHEARSAL_LATE}
    return {what: health_of(shelf.told(what).run, now, late).value for what, late in ages.items()}


def _version() -> str:
    try:
        return version("tht-klinik")
    except PackageNotFoundError:
        return "unknown"
