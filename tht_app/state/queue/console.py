"""The queue console: one service point, one big button."""

from datetime import UTC, datetime
from urllib.parse import urlencode
from uuid import UUID

import reflex as rx
from reflex.event import EventSpec

from tht_app.domain.identity import Permission
from tht_app.domain.queue import QueueEmpty, ServicePointId, TicketId, TicketStatus
from tht_app.settings import settings
from tht_app.state.acting import Acting, handler
from tht_app.state.queue.view_models import ConsoleView, PointTab, choose, console_view, tabs_view
from tht_app.state.scheduling.view_models import read_id
from tht_app.use_cases.queue import (
    CallAgain,
    CallNext,
    FinishTicket,
    QueueOf,
    SkipTicket,
    StartTicket,
    UndoTicket,
)

CALL = (
    Permission.QUEUE_CALL,
    Permission.QUEUE_CALL_OWN_ROOM,
    Permission.QUEUE_CALL_PHARMACY,
    Permission.QUEUE_CALL_CASHIER,
)


class QueueState(Acting, rx.State):
    """The service point of the address, or the first that has people and is this person's to call."""

    letter: str = ""
    tabs: list[PointTab] = []
    shown: ConsoleView = ConsoleView()
    loaded: bool = False
    key_epoch: int = 0

    @handler(needs=Permission.QUEUE_READ)
    async def load(self) -> None:
        """Read the queue that the address names."""
        self.letter = self.router.url.query_parameters.get("point", "")
        await self._show()

    @handler(needs=Permission.QUEUE_READ)
    async def refresh(self) -> None:
        """Read the queue again."""
        await self._show()

    @handler(needs=Permission.QUEUE_READ)
    async def choose_point(self, letter: str) -> EventSpec:
        """Go to another service point."""
        return rx.redirect(f"/queue?{urlencode({'point': letter[:2]})}")  # type: ignore[return-value]

    @handler(needs=CALL)
    async def call_next(self, form: dict[str, str]) -> None:
        """Finish whoever the screen shows as being served, and call whose turn it is."""
        point, finish = read_id(form.get("point")), read_id(form.get("finish"))
        if point is None:
            return
        request = CallNext(ServicePointId(point), finish=TicketId(finish) if finish else None)
        try:
            called = await self._execute(request, form.get("_key") or None)
        except QueueEmpty:
            called = None
        self.key_epoch += 1
        await self._show()
        if called is None:
            await self._notify("queue.console.nobody", kind="info")

    @handler(needs=CALL)
    async def call_again(self, ticket_id: UUID) -> None:
        """Call once more."""
        await self._execute(CallAgain(TicketId(ticket_id)))
        await self._show()
        await self._notify("queue.console.called_again", ticket=self._label(ticket_id))

    @handler(needs=CALL)
    async def start(self, ticket_id: UUID) -> None:
        """The patient came in."""
        await self._execute(StartTicket(TicketId(ticket_id)))
        await self._show()

    @handler(needs=CALL)
    async def skip(self, ticket_id: UUID) -> None:
        """The patient did not come."""
        await self._execute(SkipTicket(TicketId(ticket_id)))
        await self._show()
        undo = QueueState.undo(str(ticket_id))
        await self._notify("queue.console.skipped", undo=undo, ticket=self._label(ticket_id))

    @handler(needs=CALL)
    async def finish(self, ticket_id: UUID) -> None:
        """The patient is done here."""
        label = self._label(ticket_id)
        await self._execute(FinishTicket(TicketId(ticket_id)))
        await self._show()
        await self._notify("queue.console.finished", undo=QueueState.undo(str(ticket_id)), ticket=label)

    @handler(needs=CALL)
    async def undo(self, ticket_id: UUID) -> None:
        """Take back the last step of a ticket."""
        status: TicketStatus = await self._execute(UndoTicket(TicketId(ticket_id)))
        await self._show()
        await self._notify(f"queue.undone.{status.value.replace('-', '_')}", kind="info")

    async def _show(self) -> None:
        queues = await self._execute(QueueOf())
        lang, now = self._lang(), datetime.now(UTC)
        chosen = choose(queues, self.letter)
        self.letter = chosen.point.letter if chosen else ""
        self.tabs = tabs_view(queues, self.letter, lang)
        self.shown = console_view(chosen, settings().zone, now, lang) if chosen else ConsoleView()
        self.loaded = True

    def _label(self, ticket_id: UUID) -> str:
        """The number of a ticket that the screen shows."""
        tickets = (self.shown.current, *self.shown.others, *self.shown.waiting)
        return next((ticket.label for ticket in tickets if ticket.id == str(ticket_id)), "")
