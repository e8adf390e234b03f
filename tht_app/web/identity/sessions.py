"""Live sessions as the web sees them: looked up through the gate, believed for two seconds at most."""

import asyncio
import re
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from tht_app.database.gate import current_gate
from tht_app.domain.identity import permissions_of
from tht_app.state.session import SignedIn
from tht_app.use_cases.door import Actor, record_refusal

Value = TypeVar("Value")

FRESH_SECONDS = 2.0
TOUCH_SECONDS = 20.0
MOST_KNOWN = 20_000
TOKEN = re.compile(r"^[0-9a-f]{64}$")
BROWSER_KINDS = frozenset({"person", "display"})
"""Sessions that may come in a cookie; a service's token is worth nothing in a browser."""


class SessionBook:
    """What the web remembers of sessions between two look-ups."""

    def __init__(self, fresh_seconds: float = FRESH_SECONDS, clock: Callable[[], float] = time.monotonic) -> None:
        """Believe a positive answer for `fresh_seconds`; `clock` counts seconds."""
        self._fresh, self._clock = fresh_seconds, clock
        self._live: OrderedDict[str, tuple[SignedIn, float]] = OrderedDict()
        self._asking: dict[str, asyncio.Task[SignedIn | None]] = {}
        self._touched: dict[str, float] = {}
        self._ids: OrderedDict[str, str] = OrderedDict()

    async def of(self, token: str, address: str | None) -> SignedIn | None:
        """The live session of a token; nothing for a dead, forged or programme's one. Raises Unavailable."""
        if not TOKEN.match(token):
            return None
        known = self._live.get(token)
        if known is None or self._clock() - known[1] > self._fresh:
            found = await self._ask_once(token)
        else:
            found = known[0]
        if found is None or found.actor.address == address:
            return found
        return replace(found, actor=replace(found.actor, address=address))

    async def _ask_once(self, token: str) -> SignedIn | None:
        """Many events of one session at the same moment ask the database once."""
        task = self._asking.get(token)
        if task is None:
            task = self._asking[token] = asyncio.ensure_future(self._ask(token))
            task.add_done_callback(lambda _: self._asking.pop(token, None))
        return await asyncio.shield(task)

    async def _ask(self, token: str) -> SignedIn | None:
        asked_at = self._clock()
        live = await current_gate().look_up(token)
        if live is None or live.kind not in BROWSER_KINDS:
            self._live.pop(token, None)
            return None
        found = SignedIn(
            Actor(token),
            live.session_id,
            live.kind,
            live.person_id,
            live.username,
            live.display_name,
            live.lang,
            live.roles,
            permissions_of(live.roles),
            live.awake_until,
        )
        _keep(self._live, token, (found, asked_at))
        _keep(self._ids, token, str(live.session_id))
        return found

    def id_of(self, token: str) -> str | None:
        """The session id of a token that was alive when it was last asked about."""
        return self._ids.get(token)

    async def touched(self, token: str) -> None:
        """Somebody used key or pointer; the database hears of it at most every 20 seconds."""
        now = self._clock()
        if now - self._touched.get(token, -TOUCH_SECONDS) < TOUCH_SECONDS:
            return
        if len(self._touched) > MOST_KNOWN:
            self._touched.clear()
        self._touched[token] = now
        await current_gate().touch(token)

    async def refused(self, who: SignedIn, name: str, reason: str) -> None:
        """Write one audit entry about a refusal in front of the door."""
        await record_refusal(who.actor, name[:200], reason)

    def forget(self, token: str) -> None:
        """The session changed or ended: ask again at the next use."""
        self._live.pop(token, None)
        self._touched.pop(token, None)


def _keep(book: OrderedDict[str, Value], key: str, value: Value) -> None:
    book[key] = value
    book.move_to_end(key)
    while len(book) > MOST_KNOWN:
        book.popitem(last=False)


BOOK = SessionBook()
"""The one book of this process."""
