"""Clears away files that were taken back, and uploads that were given up."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

from tht_app.database.gate import current_gate
from tht_app.use_cases.attachment import clear_away
from tht_app.use_cases.door import Actor

log = logging.getLogger("tht.sweeper")

SERVICE = "worker"
FIRST_SECONDS = 120.0
EVERY_SECONDS = 6 * 3600.0


async def sweep() -> int:
    """Clear away once; returns how many files went."""
    return await clear_away(Actor(await current_gate().open_service(SERVICE)))


async def _run() -> None:
    await asyncio.sleep(FIRST_SECONDS)
    while True:
        try:
            gone = await sweep()
        except Exception as failure:  # noqa: BLE001  what is not cleared away now is cleared away later
            log.warning("files could not be cleared away: %s", type(failure).__name__)
        else:
            if gone:
                log.info("%d files that were taken away or given up were cleared", gone)
        await asyncio.sleep(EVERY_SECONDS)


@contextlib.asynccontextmanager
async def sweeping() -> AsyncIterator[None]:
    """Files are cleared away for as long as the server serves."""
    task = asyncio.create_task(_run(), name="sweeper")
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
