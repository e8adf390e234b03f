"""From a changed row to the screens that show it: listen, collect, read once for each view, send once.

A burst is read at most once in 30 ms, however many rows it changes. When the connection to PostgreSQL is lost, screens
are told, and everything that is shown is read anew once it is back: what was missed meanwhile has no other way in.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from datetime import UTC, datetime
from typing import Any

from tht_app.database.keyring import hear
from tht_app.database.listen import LISTENING, notifications
from tht_app.domain.errors import DomainError, Unavailable
from tht_app.live.screens import SCREENS, Screens, Watch
from tht_app.live.topics import EVERYTHING, topic_of
from tht_app.live.view import LiveView
from tht_app.live.wire import Wire, put
from tht_app.settings import settings
from tht_app.state.feed import FeedState
from tht_app.state.feedback import incident
from tht_app.use_cases.door import Viewer, reread

log = logging.getLogger("tht.live")

BURST_SECONDS = 0.03
AWAY_SECONDS = 1.0
"""After so long a view that could not be read is tried again: the change that asked for it will not come twice."""
AT_ONCE = 4
"""So many views are read at the same time; the rest of the pool is for people who wait for an answer."""
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
HEARTBEAT_SECONDS = 25.0


class Feed:
    """One of a process: what PostgreSQL says, and who wants to hear it."""

    def __init__(self, screens: Screens = SCREENS) -> None:
        """Deaf until `run` is running."""
        self.listening = False
        self._screens = screens
        self._wire: Wire | None = None
        self._keeping: dict[LiveView, asyncio.Task[None]] = {}
        self._again: set[LiveView] = set()
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._ears: set[Callable[[str], None]] = set()
        self._told: set[asyncio.Task[None]] = set()

    async def run(self, app: Any) -> None:
        """Listen for as long as the process serves."""
        self._wire = Wire(app)
        pause = FIRST_PAUSE
        while True:
            try:
                async for payload in notifications(settings().database_url):
                    pause = FIRST_PAUSE
                    await hear(payload)
                    self._heard(payload)
            except Unavailable:
                log.warning("the feed of changes is away; trying again in %.1f s", pause)
            if self.listening:
                self.listening = False
                self._in_background(self._tell_cut_off(away=True))
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    def _heard(self, payload: str) -> None:
        if payload == LISTENING:
            self.listening = True
            self._in_background(self._tell_cut_off(away=False))
            self.touched(EVERYTHING)
            return
        topic = topic_of(payload, settings().zone)
        if topic is not None:
            self.touched(topic)

    def touched(self, topic: str) -> None:
        """Something under this topic has changed."""
        for ear in self._ears:
            ear(topic)
        for view in self._screens.views_of((topic,)):
            if view in self._keeping:
                self._again.add(view)
            else:
                self._keeping[view] = asyncio.create_task(self._keep(view), name=f"live:{view.name}")

    async def _keep(self, view: LiveView) -> None:
        """Bring a view up to date, and again as long as changes have come meanwhile."""
        try:
            while True:
                self._again.discard(view)
                rest = BURST_SECONDS
                try:
                    async with self._slots:
                        await self._refresh(view)
                except Unavailable:
                    self._again.add(view)
                    rest = AWAY_SECONDS
                await asyncio.sleep(rest)
                if view not in self._again:
                    return
        finally:
            # Here and not when the task is done: a change between the two would be left to a task that has ended.
            del self._keeping[view]

    async def _refresh(self, view: LiveView) -> None:
        watches: list[Watch] = []
        for watch in self._screens.watches_of(view):
            if watch.opened:
                watches.append(watch)
            else:
                watch.missed = True
        if not watches:
            return
        stamp = self._screens.stamp()
        try:
            reading = await reread(view.request, [Viewer(watch.actor, watch.seen) for watch in watches])
        except Unavailable:
            raise
        except DomainError:
            return  # nobody is left who may see it
        except Exception as error:  # noqa: BLE001  one bad view must not end the feed for all
            incident(error, f"live {view.name}")
            return
        shown = [watch for watch in watches if watch.actor.token in reading.admitted]
        grown = {seen: seen | reading.patient_ids for seen in {watch.seen for watch in shown}}
        for watch in shown:
            watch.seen = grown[watch.seen]
        await self._show(shown, view.make(reading.result, datetime.now(UTC), view.lang), stamp)

    async def _show(self, watches: list[Watch], values: Any, stamp: int) -> None:
        """Put the values into each State, then send them to all sockets at once."""
        wire, sockets = self._wire, list[str]()
        if wire is None or not watches:
            return
        for watch in watches:
            socket = wire.present(watch.tab)
            if socket is None:
                continue
            state: Any = await wire.state_of(watch.tab, watch.state)
            if state._live_stamp > stamp or self._screens.of(watch.tab, watch.state) is not watch:
                continue
            state._live_stamp = stamp
            put(state, values)
            sockets.append(socket)
        await wire.send(sockets, watches[0].state, values)

    async def _tell_cut_off(self, *, away: bool) -> None:
        """Every screen that moves says when it cannot."""
        if self._wire is None:
            return
        for tab in self._screens.tabs:
            put(await self._wire.state_of(tab, FeedState.get_full_name()), {"cut_off": away})
        sockets = [socket for tab in self._screens.tabs if (socket := self._wire.present(tab))]
        await self._wire.send(sockets, FeedState.get_full_name(), {"cut_off": away})

    def _in_background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._told.add(task)
        task.add_done_callback(self._told.discard)

    async def changes(self, *topics: str, heartbeat: float = HEARTBEAT_SECONDS) -> AsyncGenerator[bool, None]:
        """True at once and after each change under a topic (bursts as one), False when it was quiet for a heartbeat.

        For what is no Reflex screen: server-sent events. The consumer closes it.
        """
        wanted, came = {*topics, EVERYTHING}, asyncio.Event()

        def ear(topic: str) -> None:
            if topic in wanted:
                came.set()

        with self.hearing(ear):
            yield True
            while True:
                try:
                    await asyncio.wait_for(came.wait(), heartbeat)
                except TimeoutError:
                    yield False
                    continue
                came.clear()
                yield True
                await asyncio.sleep(BURST_SECONDS)

    @contextlib.contextmanager
    def hearing(self, ear: Callable[[str], None]) -> Generator[None, None, None]:
        """Let `ear` hear every topic at once, as long as the block runs; it must not wait for anything."""
        self._ears.add(ear)
        try:
            yield
        finally:
            self._ears.discard(ear)


FEED = Feed()
"""The one feed of this process."""

changes = FEED.changes


@contextlib.asynccontextmanager
async def feeding(app: Any) -> AsyncGenerator[Feed, None]:
    """The feed runs for as long as the block does."""
    task = asyncio.create_task(FEED.run(app), name="live")
    try:
        yield FEED
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
