"""Seals the audit log behind the people who work: what was written is under a signed seal about a second later.

Once an hour, and at the end, the last seal is written to the anchor file outside the database.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from tht_app.database.anchors import write_anchor
from tht_app.database.engine import current
from tht_app.database.gate import current_gate
from tht_app.database.keyring import master_keys
from tht_app.database.seal import SigningKeyReplaced, StoredSeal, newest_seal, seal_next
from tht_app.database.signing import AUDIT, SigningKey, signing_key
from tht_app.domain.errors import Unavailable
from tht_app.settings import settings

log = logging.getLogger("tht.sealer")

SERVICE = "worker"
EVERY_SECONDS = 1.0
PATIENCE_SECONDS = 5.0
ANCHOR_SECONDS = 3600.0


class Sealer:
    """One of a process; of several only one seals at a time."""

    def __init__(self, key: SigningKey, anchors: Path, *, renew: Callable[[], SigningKey] | None = None) -> None:
        """Seal with this key and anchor in this file; `renew` gives the key anew when it was replaced."""
        self._key, self._anchors, self._renew = key, anchors, renew or (lambda: key)
        self._token: str | None = None
        self._last: StoredSeal | None = None
        self._anchored_at = 0.0

    async def run(self) -> None:
        """Seal until cancelled, then anchor what is sealed."""
        try:
            while True:
                rest = await self._once()
                await asyncio.sleep(rest)
        finally:
            self.anchor()

    async def _once(self) -> float:
        """Seal what is there; returns how long to rest."""
        try:
            made = await self.seal()
        except SigningKeyReplaced:
            self._key = self._renew()
            return EVERY_SECONDS
        except Exception as failure:  # noqa: BLE001  an unsealed entry is not lost: it is sealed at the next try
            log.warning("the audit log could not be sealed: %s", type(failure).__name__)
            self._token = None
            return PATIENCE_SECONDS
        if time.monotonic() - self._anchored_at > ANCHOR_SECONDS:
            self.anchor()
        return 0.0 if made is not None else EVERY_SECONDS

    async def seal(self) -> StoredSeal | None:
        """Seal one batch; None when there was nothing to seal."""
        if self._token is None:
            self._token = await current_gate().open_service(SERVICE)
            self._last = await newest_seal(current(), self._token)
        made = await seal_next(current(), self._token, self._key)
        self._last = made or self._last
        return made

    def anchor(self) -> None:
        """Write the last seal to the anchor file; nothing when none is new."""
        if self._last is None:
            return
        write_anchor(self._anchors, self._last, self._key)
        self._anchored_at = time.monotonic()
        self._last = None


def present_key() -> SigningKey:
    """The key that signs now, from the newest master key that lies there."""
    return signing_key(master_keys(settings())[-1], AUDIT)


@contextlib.asynccontextmanager
async def sealing() -> AsyncIterator[None]:
    """The log is sealed for as long as the server serves."""
    task = asyncio.create_task(Sealer(present_key(), settings().anchors, renew=present_key).run(), name="sealer")
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError, Unavailable):
            await task
