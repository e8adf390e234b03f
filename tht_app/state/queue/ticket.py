"""One ticket beside the console: somewhere else, sooner, reached differently, or gone."""

from uuid import UUID

import reflex as rx

from tht_app.domain.errors import ValidationFailed
from tht_app.domain.identity import Permission
from tht_app.domain.queue import Need, PriorityReason, ServicePointId, TicketId
from tht_app.state.acting import Acting, handler
from tht_app.state.queue.console import CALL, QueueState
from tht_app.state.queue.view_models import TicketView
from tht_app.use_cases.queue import CancelTicket, MoveTicket, SetNeeds, SetPriority

NEED_FIELDS = {f"ticket_{need.value.replace('-', '_')}": need for need in Need}


class TicketState(Acting, rx.State):
    """The ticket whose sheet is open."""

    shown: TicketView = TicketView()
    is_open: bool = False
    errors: dict[str, str] = {}
    key_epoch: int = 0

    @handler(needs=CALL)
    async def open_ticket(self, ticket_id: UUID) -> None:
        """Open the sheet of a ticket that the console shows."""
        console = await self.get_state(QueueState)
        self.shown = console._ticket(ticket_id)
        self.errors, self.is_open = {}, bool(self.shown.id)

    @handler(needs=CALL)
    async def close_ticket(self) -> None:
        """Put the sheet away."""
        self.is_open = False

    @handler(needs=Permission.QUEUE_CHECK_IN)
    async def save(self, form: dict[str, str]) -> None:
        """Keep whether somebody goes first, and how they have to be reached."""
        ticket_id = TicketId(UUID(self.shown.id))
        reason = read_reason(form)
        needs = tuple(need for name, need in NEED_FIELDS.items() if form.get(name))
        if self.shown.status in {"waiting", "skipped"} and (reason or "") != self.shown.reason:
            await self._execute(SetPriority(ticket_id, reason))
        await self._execute(SetNeeds(ticket_id, needs))
        self.key_epoch += 1
        await self._done()
        await self._notify("queue.ticket.saved", ticket=self.shown.label)

    @handler(needs=CALL)
    async def move(self, point_id: UUID) -> None:
        """Let the patient wait somewhere else."""
        moved, label = self.shown.id, self.shown.label
        await self._execute(MoveTicket(TicketId(UUID(moved)), ServicePointId(point_id)))
        console = await self._done()
        point = next((each.label for each in console.shown.targets if each.value == str(point_id)), "")
        await self._notify("queue.ticket.moved", undo=QueueState.undo(moved), ticket=label, point=point)

    @handler(needs=Permission.QUEUE_CHECK_IN)
    async def leave(self) -> None:
        """The patient goes home without having been served."""
        await self._execute(CancelTicket(TicketId(UUID(self.shown.id))))
        await self._done()
        await self._notify("queue.ticket.left", kind="info", ticket=self.shown.label)

    async def _done(self) -> QueueState:
        self.is_open = False
        console = await self.get_state(QueueState)
        await console._reread()
        return console


def read_reason(form: dict[str, str]) -> PriorityReason | None:
    """Why somebody goes first; raises `ValidationFailed` for a reason that there is not."""
    reason = form.get("ticket_priority", "")
    if reason and reason not in {known.value for known in PriorityReason}:
        raise ValidationFailed({"ticket_priority": "choice"})
    return PriorityReason(reason) if reason else None
