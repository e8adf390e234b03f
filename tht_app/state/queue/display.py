"""What a television in the waiting room follows: how it looks, and the board."""

from datetime import UTC, datetime

import reflex as rx

from tht_app.domain.identity import Permission
from tht_app.live import topics
from tht_app.live.view import LiveView
from tht_app.live.watching import Watching
from tht_app.settings import settings
from tht_app.state.acting import Acting, handler
from tht_app.state.queue.display_views import CallView, ComingView, LookView, board_vars, look_vars
from tht_app.use_cases.queue.showing import BoardOf, ReadDisplay

DISPLAY = "display"
"""The topic of displays, signs and messages."""


class DisplayState(Watching, Acting, rx.State):
    """How this television looks, and the server's time."""

    look: LookView = LookView()
    now: str = ""

    @handler(needs=Permission.QUEUE_DISPLAY)
    async def load(self) -> None:
        """Follow what the setup screen says of this display."""
        audience = self._person().session_id
        await self._watch(LiveView("queue.display", ReadDisplay(), (DISPLAY,), look_vars, audience=audience))

    @handler(needs=Permission.QUEUE_DISPLAY)
    async def alive(self) -> None:
        """Tell the time; the session goes on, and the setup screen sees that the television is there."""
        self.now = datetime.now(UTC).isoformat()


class BoardState(Watching, Acting, rx.State):
    """The calls and who comes next: the same bytes for every television that shows the same points."""

    calls: list[CallView] = []
    coming: list[ComingView] = []
    ready: bool = False

    @handler(needs=Permission.QUEUE_DISPLAY)
    async def load(self) -> None:
        """Follow today's queue at the points of this display."""
        look = await self._execute(ReadDisplay())
        day = datetime.now(settings().zone).date()
        request = BoardOf(day, tuple(sorted(look.points)))
        moved_by = (topics.queue(day), topics.SCHEDULE, DISPLAY)
        await self._watch(LiveView("queue.board", request, moved_by, board_vars, lang=look.lang))
