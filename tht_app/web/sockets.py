"""The open websockets of each session, so that a session that ends takes its sockets along."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

from tht_app.database.gate import current_gate
from tht_app.domain.errors import Unavailable
from tht_app.web.identity.sessions import BOOK, SessionBook

log = logging.getLogger("tht.sockets")

Close = Callable[[int], Awaitable[None]]
SIGNED_OUT = 4401
FORBIDDEN = 4403
TOO_MANY = 4429
TRY_LATER = 1013
SWEEP_SECONDS = 2.0
MOST_OF_A_SESSION = 40


class Sockets:
    """Which sockets are open, by session token."""

    def __init__(self) -> None:
        """None are open yet."""
        self._open: dict[str, set[Close]] = {}

    def add(self, token: str, close: Close) -> bool:
        """Remember a socket; False when this session has too many already."""
        ours = self._open.setdefault(token, set())
        if len(ours) >= MOST_OF_A_SESSION:
            return False
        ours.add(close)
        return True

    def remove(self, token: str, close: Close) -> None:
        """Forget a socket."""
        ours = self._open.get(token)
        if ours is not None:
            ours.discard(close)
            if not ours:
                del self._open[token]

    @property
    def tokens(self) -> list[str]:
        """Tokens that hold at least one socket."""
        return list(self._open)

    async def close_all(self, token: str, code: int = SIGNED_OUT) -> None:
        """Close every socket of a session."""
        for close in list(self._open.get(token, ())):
            with contextlib.suppress(RuntimeError, OSError, TimeoutError):
                await close(code)


SOCKETS = Sockets()
"""The open sockets of this process."""


async def end_session_sockets(token: str) -> None:
    """Nobody is behind this token any more: forget what was believed and close its sockets."""
    BOOK.forget(token)
    await SOCKETS.close_all(token)


async def sweep(sockets: Sockets = SOCKETS, book: SessionBook = BOOK) -> None:
    """Close the sockets of every session that has ended since the last look; one question for all."""
    tokens = sockets.tokens
    if not tokens:
        return
    for token in await current_gate().dead_among(tokens):
        book.forget(token)
        await sockets.close_all(token)


async def watch_sessions() -> None:
    """Sweep every two seconds for as long as the process serves."""
    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        try:
            await sweep()
        except Unavailable:
            log.warning("sessions could not be checked: the database is away")
