"""The front desk's first screen: who comes today, who is here, who waits where."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import reflex as rx

from tht_app.domain.errors import ValidationFailed
from tht_app.domain.identity import Permission
from tht_app.domain.queue import PriorityReason, TicketId
from tht_app.domain.registration import PatientId
from tht_app.domain.scheduling import AppointmentId, PractitionerId, VisitTypeId
from tht_app.i18n import text_of
from tht_app.live import topics
from tht_app.live.view import LiveView
from tht_app.live.watching import Watching
from tht_app.settings import settings
from tht_app.state.acting import Acting, handler
from tht_app.state.queue.console import QueueState
from tht_app.state.queue.view_models import ArrivalView, PointView, arrival_views, point_view
from tht_app.state.scheduling.view_models import OptionView, doctor_options, read_id, type_options
from tht_app.use_cases.queue import CancelTicket, CheckIn, IssuedTicket, PointQueue, QueueOf, WalkIn, queue_audience
from tht_app.use_cases.scheduling import DaySchedule, ListPractitioners, ListVisitTypes


class WaitingState(Watching, Acting, rx.State):
    """Who waits, for each service point."""

    points: list[PointView] = []
    loaded: bool = False

    @handler(needs=Permission.QUEUE_READ)
    async def load(self) -> None:
        """Read all queues of today, and follow them."""
        who, today = self._person(), datetime.now(UTC).astimezone(settings().zone).date()
        await self._watch(
            LiveView(
                "queue.waiting",
                QueueOf(day=today),
                (topics.queue(today), topics.SCHEDULE),
                waiting_vars,
                queue_audience(who.permissions, who.person_id),
                self._lang(),
            )
        )


def waiting_vars(queues: tuple[PointQueue, ...], now: datetime, lang: str) -> dict[str, Any]:
    """What the first screen shows of the queues."""
    return {"points": [point_view(queue, settings().zone, now, lang) for queue in queues], "loaded": True}


class ArrivalsState(Acting, rx.State):
    """Today's appointments by time."""

    arrivals: list[ArrivalView] = []
    expected: int = 0
    loaded: bool = False

    @handler(needs=Permission.APPOINTMENT_READ)
    async def load(self) -> None:
        """Read today."""
        await self._show()

    @handler(needs=Permission.QUEUE_CHECK_IN)
    async def check_in(self, appointment_id: UUID) -> None:
        """The patient is here: a ticket, and the doctor's list knows."""
        ticket = await self._execute(CheckIn(AppointmentId(appointment_id)))
        await self._show_both()
        undo = ArrivalsState.take_back(str(ticket.ticket_id))
        await self._notify("queue.arrivals.done", undo=undo, document=_paper(ticket), ticket=ticket.label)

    @handler(needs=Permission.QUEUE_CHECK_IN)
    async def take_back(self, ticket_id: UUID) -> None:
        """Undo a check-in made by mistake."""
        await self._execute(CancelTicket(TicketId(ticket_id)))
        await self._show_both()
        await self._notify("queue.arrivals.taken_back", kind="info")

    async def _show(self) -> None:
        now, zone = datetime.now(UTC), settings().zone
        plan = await self._execute(DaySchedule(now.astimezone(zone).date()))
        self.arrivals = arrival_views(plan, zone, now, self._lang())
        self.expected = sum(arrival.status == "booked" for arrival in self.arrivals)
        self.loaded = True

    async def _show_both(self) -> None:
        await self._show()
        await (await self.get_state(WaitingState))._reread()
        console = await self.get_state(QueueState)
        if console.loaded:
            await console._show()


class WalkInState(Acting, rx.State):
    """A patient without an appointment."""

    is_open: bool = False
    doctors: list[OptionView] = []
    types: list[OptionView] = []
    kind: str = ""
    errors: dict[str, str] = {}
    key_epoch: int = 0

    @handler(needs=Permission.QUEUE_CHECK_IN)
    async def open_walk_in(self) -> None:
        """Open the sheet."""
        first = OptionView("", text_of("scheduling.booking.choose_doctor", self._lang()))
        self.doctors = [first, *doctor_options(await self._execute(ListPractitioners()))]
        self.types = type_options(await self._execute(ListVisitTypes()), self._lang())
        self.kind = self.types[0].value if self.types else ""
        self.errors, self.is_open = {}, True

    @handler(needs=Permission.QUEUE_CHECK_IN)
    async def close_walk_in(self) -> None:
        """Put the sheet away."""
        self.is_open = False

    @handler(needs=Permission.QUEUE_CHECK_IN)
    async def walk_in(self, form: dict[str, str]) -> None:
        """Give a ticket."""
        ticket = await self._execute(read_walk_in(form), form.get("_key") or None)
        self.key_epoch += 1
        self.is_open = False
        await (await self.get_state(WaitingState))._reread()
        console = await self.get_state(QueueState)
        if console.loaded:
            await console._show()
        undo = ArrivalsState.take_back(str(ticket.ticket_id))
        await self._notify("queue.arrivals.done", undo=undo, document=_paper(ticket), ticket=ticket.label)


def _paper(ticket: IssuedTicket) -> tuple[str, str]:
    """The ticket on paper, as a link of a notice."""
    return f"/files/tickets/{ticket.ticket_id}.pdf", "display.ticket.print_button"


def read_walk_in(form: dict[str, str]) -> WalkIn:
    """The walk-in form; raises `ValidationFailed` with the names of its fields (`walk_in_…`)."""
    ids = {name: read_id(form.get(f"walk_in_{name}")) for name in ("patient", "doctor", "type")}
    problems = {f"walk_in_{name}": "required" for name, found in ids.items() if found is None}
    reason = form.get("walk_in_priority", "")
    if reason and reason not in {known.value for known in PriorityReason}:
        problems["walk_in_priority"] = "choice"
    patient, doctor, kind = ids.values()
    if problems or patient is None or doctor is None or kind is None:
        raise ValidationFailed(problems)
    return WalkIn(
        PatientId(patient), PractitionerId(doctor), VisitTypeId(kind), PriorityReason(reason) if reason else None
    )
