"""Clears away files that were taken back, uploads that were given up, and steps of closed notes that are kept twice."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

from tht_app.database.gate import current_gate
from tht_app.use_cases.attachment import clear_away
from tht_app.use_cases.door import Actor
from tht_app.use_cases.encounter import compact_closed_notes

log = logging.getLogger("tht.sweeper")

SERVICE = "worker"
FIRST_SECONDS = 120.0
EVERY_SECONDS = 6 * 3600.0


async def sweep() -> tuple[int, int]:
    """Clear away once; returns how many files and how many steps of notes went."""
    worker = Actor(await current_gate().open_service(SERVICE))
    return await clear_away(worker), await compact_closed_notes(worker)


async def _run() -> None:
    await asyncio.sleep(FIRST_SECONDS)
    while True:
        try:
            files, steps = await sweep()
        except Exception as failure:  # noqa: BLE001  what is not cleared away now is cleared away later
            log.warning("not everything could be cleared away: %s", type(failure).__name__)
        else:
            if files or steps:
                log.info("cleared away: %d files, %d steps of closed notes", files, steps)
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
