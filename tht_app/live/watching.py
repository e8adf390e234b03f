"""How a State follows the clinic: `_watch` a view when the screen is loaded, `_reread` after a deed of its own.

class WaitingState(Watching, Acting, rx.State):
    points: list[PointView] = []

    @handler(needs=Permission.QUEUE_READ)
    async def load(self) -> None:
        await self._watch(LiveView("queue.waiting", QueueOf(), (topics.queue(today),), waiting_vars, lang=self._lang()))
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import reflex as rx

from tht_app.live.feed import FEED
from tht_app.live.screens import SCREENS, Watch
from tht_app.live.view import LiveView, seen_by
from tht_app.state.feed import FeedState
from tht_app.state.session import current
from tht_app.use_cases.door import read


class Watching(rx.State, mixin=True):
    """What a State that moves inherits. The vars that its view makes are set here and nowhere else."""

    _live_stamp: int = 0

    async def _watch(self, view: LiveView) -> None:
        """Read the view, show it, and keep showing it until the tab goes elsewhere. Raises DomainError."""
        who = current()
        view = replace(view, reader=seen_by(who.person_id, who.permissions))
        watch = SCREENS.watch(self.router.session.client_token, type(self).get_full_name(), view, who.actor)
        try:
            await self._read(watch)
        except BaseException:
            SCREENS.leave(watch.tab, watch.state)
            raise
        watch.opened = True
        if watch.missed:
            await self._read(watch)
        feed = await self.get_state(FeedState)
        if feed.cut_off is FEED.listening:
            feed.cut_off = not FEED.listening

    async def _reread(self) -> None:
        """Read again what the screen shows, because this person has just changed it; nothing when it shows nothing."""
        watch = SCREENS.of(self.router.session.client_token, type(self).get_full_name())
        if watch is not None:
            await self._read(watch)

    async def _read(self, watch: Watch) -> None:
        stamp = SCREENS.stamp()
        reading = await read(current().actor, watch.view.request, seen=watch.seen if watch.opened else None)
        watch.seen |= reading.patient_ids
        self._show_live(watch.view.make(reading.result, datetime.now(UTC), watch.view.lang), stamp)

    def _show_live(self, values: Mapping[str, Any], stamp: int) -> None:
        """Of two readings the one that began later is shown, whichever ends first."""
        if stamp < self._live_stamp:
            return
        self._live_stamp = stamp
        for name, value in values.items():
            setattr(self, name, value)
