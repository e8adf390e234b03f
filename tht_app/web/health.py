"""`/health` says that the process lives, `/ready` that people can work; both without signing in, neither with data."""

from importlib.metadata import PackageNotFoundError, version

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from tht_app.database.readiness import readiness
from tht_app.settings import settings

NEVER_KEPT = {"Cache-Control": "no-store"}


def routes() -> list[BaseRoute]:
    """Both probes."""
    return [Route("/health", health, methods=["GET"]), Route("/ready", ready, methods=["GET"])]


async def health(_request: Request) -> Response:
    """200 as long as the event loop turns."""
    return JSONResponse({"status": "ok", "version": _version()}, headers=NEVER_KEPT)


async def ready(_request: Request) -> Response:
    """200 when database, schema and disk allow work, else 503 with the check that does not."""
    state = await readiness(settings().data_dir)
    body = {
        "status": "ok" if state.ready else "unavailable",
        "checks": {"database": state.database, "migrations": state.migrations, "disk": state.disk},
    }
    return JSONResponse(body, 200 if state.ready else 503, headers=NEVER_KEPT)


def _version() -> str:
    try:
        return version("tht-klinik")
    except PackageNotFoundError:
        return "unknown"
