"""Opens everything a process needs to serve a clinic, and closes it again."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

from tht_app.database.crypto import MasterKeyMissing
from tht_app.database.engine import Database, holding, open_database
from tht_app.database.gate import hold_gate, make_gate
from tht_app.database.keyring import look_again, master_keys
from tht_app.settings import Settings, settings


@asynccontextmanager
async def opened_clinic(configuration: Settings | None = None) -> AsyncGenerator[Database, None]:
    """Hold the pools and the vault of the configured clinic.

    With the embedded server, `tht run` has put its addresses into `THT_DATABASE_URL` and `THT_DATABASE_GATE_URL`.
    Raises `MasterKeyMissing` when there is no key or it does not fit.
    """
    chosen = configuration or settings()
    database = await _unlocked(chosen)
    look_again(database.vault, chosen)
    gate = make_gate(chosen.database_gate_url)
    hold_gate(gate)
    try:
        async with holding(database):
            yield database
    finally:
        hold_gate(None)
        await gate.close()


async def _unlocked(chosen: Settings) -> Database:
    """The pool and the vault, with whichever master key fits while a new one takes the place of the old."""
    masters = master_keys(chosen)
    for master in masters[:-1]:
        with suppress(MasterKeyMissing):
            return await open_database(chosen.database_url, master, chosen.zone, pool_size=chosen.pool_size)
    return await open_database(chosen.database_url, masters[-1], chosen.zone, pool_size=chosen.pool_size)
