"""The queue console: one service point, one big button."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import reflex as rx
from reflex.event import EventSpec

from tht_app.domain.identity import Permission
from tht_app.domain.queue import QueueEmpty, ServicePointId, TicketId, TicketStatus
from tht_app.live import topics
from tht_app.live.view import LiveView
from tht_app.live.watching import Watching
from tht_app.settings import settings
from tht_app.state.acting import Acting, handler
from tht_app.state.queue.view_models import ConsoleView, PointTab, TicketView, choose, console_view, tabs_view
from tht_app.state.scheduling.view_models import read_id
from tht_app.use_cases.queue import (
    CallAgain,
    CallNext,
    FinishTicket,
    PointQueue,
    QueueOf,
    SkipTicket,
    StartTicket,
    UndoTicket,
    queue_audience,
)

CALL = (
    Permission.QUEUE_CALL,
    Permission.QUEUE_CALL_OWN_ROOM,
    Permission.QUEUE_CALL_PHARMACY,
    Permission.QUEUE_CALL_CASHIER,
)
HOME = "home"
"""The choice of sending nobody on."""


def clinic_day() -> date:
    """Today, on the clinic's calendar."""
    return datetime.now(UTC).astimezone(settings().zone).date()


class QueueState(Watching, Acting, rx.State):
    """The service point of the address, or the first that has people and is this person's to call."""

    tabs: list[PointTab] = []
    shown: ConsoleView = ConsoleView()
    loaded: bool = False
    send_to: str = ""
    """Where the patient of now goes next: a point, `home`, or empty for where people usually go."""
    key_epoch: int = 0

    @handler(needs=Permission.QUEUE_READ)
    async def load(self) -> None:
        """Show the queue that the address names, and follow it."""
        letter, day, who = self.router.url.query_parameters.get("point", "")[:2], clinic_day(), self._person()
        self.send_to = ""
        if not letter:
            chosen = choose(await self._execute(QueueOf(day=day)), letter)
            letter = chosen.point.letter if chosen else ""
        await self._watch(
            LiveView(
                f"queue.console.{letter}",
                QueueOf(day=day),
                (topics.queue(day), topics.SCHEDULE),
                ConsoleVars(letter),
                queue_audience(who.permissions, who.person_id),
                self._lang(),
            )
        )

    @handler(needs=Permission.QUEUE_READ)
    async def choose_point(self, letter: str) -> EventSpec:
        """Go to another service point."""
        return rx.redirect(f"/queue?{urlencode({'point': letter[:2]})}")  # type: ignore[return-value]

    @handler(needs=CALL)
    async def choose_next(self, point_id: str) -> None:
        """Say where the patient of now goes next."""
        self.send_to = point_id if point_id == HOME or read_id(point_id) else ""

    @handler(needs=CALL)
    async def call_next(self, form: dict[str, str]) -> None:
        """Finish whoever the screen shows as being served, and call whose turn it is."""
        point, finish, target = (read_id(form.get(name)) for name in ("point", "finish", "send_to"))
        if point is None:
            return
        request = CallNext(
            ServicePointId(point),
            finish=TicketId(finish) if finish else None,
            send_to=ServicePointId(target) if finish and target else None,
        )
        try:
            called = await self._execute(request, form.get("_key") or None)
        except QueueEmpty:
            called = None
        self.key_epoch += 1
        self.send_to = ""
        await self._reread()
        if called is None:
            await self._notify("queue.console.nobody", kind="info")

    @handler(needs=CALL)
    async def call_again(self, ticket_id: UUID) -> None:
        """Call once more, or out of turn."""
        again = self._ticket(ticket_id).status == TicketStatus.CALLED
        await self._execute(CallAgain(TicketId(ticket_id)))
        await self._reread()
        key = "queue.console.called_again" if again else "queue.console.called"
        undo = None if again else QueueState.undo(str(ticket_id))
        await self._notify(key, undo=undo, ticket=self._ticket(ticket_id).label)

    @handler(needs=CALL)
    async def start(self, ticket_id: UUID) -> None:
        """The patient came in."""
        await self._execute(StartTicket(TicketId(ticket_id)))
        await self._reread()

    @handler(needs=CALL)
    async def skip(self, ticket_id: UUID) -> None:
        """The patient did not come."""
        label = self._ticket(ticket_id).label
        await self._execute(SkipTicket(TicketId(ticket_id)))
        await self._reread()
        await self._notify("queue.console.skipped", undo=QueueState.undo(str(ticket_id)), ticket=label)

    @handler(needs=CALL)
    async def finish(self, ticket_id: UUID) -> None:
        """The patient is done here, and goes on to where the screen says."""
        label, target = self._ticket(ticket_id).label, read_id(self.send_to or self.shown.usual_next)
        await self._execute(FinishTicket(TicketId(ticket_id), ServicePointId(target) if target else None))
        self.send_to = ""
        await self._reread()
        point = next((each.label for each in self.shown.targets if each.value == str(target)), "")
        key = "queue.console.sent_on" if target else "queue.console.finished"
        where = {"point": point} if target else {}
        await self._notify(key, undo=QueueState.undo(str(ticket_id)), document=None, ticket=label, **where)

    @handler(needs=CALL)
    async def undo(self, ticket_id: UUID) -> None:
        """Take back the last step of a ticket."""
        status: TicketStatus = await self._execute(UndoTicket(TicketId(ticket_id)))
        await self._reread()
        await self._notify(f"queue.undone.{status.value.replace('-', '_')}", kind="info")

    def _ticket(self, ticket_id: UUID) -> TicketView:
        """A ticket that the screen shows."""
        tickets = (self.shown.current, *self.shown.others, *self.shown.waiting)
        return next((ticket for ticket in tickets if ticket.id == str(ticket_id)), TicketView())


@dataclass(frozen=True, slots=True)
class ConsoleVars:
    """What the console of one letter shows of the queues."""

    letter: str

    def __call__(self, queues: tuple[PointQueue, ...], now: datetime, lang: str) -> dict[str, Any]:
        """Return the State's vars; without such a point the first that this person may see."""
        chosen = choose(queues, self.letter)
        return {
            "tabs": tabs_view(queues, chosen.point.letter if chosen else "", lang),
            "shown": console_view(chosen, settings().zone, now, lang) if chosen else ConsoleView(),
            "loaded": True,
        }
