"""The front desk's first screen: who comes today, who is here, who waits where."""

from datetime import datetime
from typing import Any
from uuid import UUID

import reflex as rx

from tht_app.domain.errors import ValidationFailed
from tht_app.domain.identity import Permission
from tht_app.domain.queue import PointKind, PriorityReason, ServicePointId, TicketId
from tht_app.domain.registration import PatientId
from tht_app.domain.scheduling import AppointmentId, PractitionerId, VisitTypeId
from tht_app.i18n import text_of
from tht_app.live import topics
from tht_app.live.view import LiveView
from tht_app.live.watching import Watching
from tht_app.settings import settings
from tht_app.state.acting import Acting, handler
from tht_app.state.queue.console import QueueState, clinic_day
from tht_app.state.queue.view_models import ArrivalView, PointView, arrival_views, point_name, point_view
from tht_app.state.scheduling.view_models import OptionView, read_id, type_options
from tht_app.use_cases.queue import (
    CancelTicket,
    CheckIn,
    EstimateWaits,
    IssuedTicket,
    ListServicePoints,
    Point,
    PointQueue,
    PointWaits,
    QueueOf,
    WalkIn,
    queue_audience,
)
from tht_app.use_cases.scheduling import DayPlan, DaySchedule, ListVisitTypes


class WaitingState(Watching, Acting, rx.State):
    """Who waits, for each service point."""

    points: list[PointView] = []
    loaded: bool = False

    @handler(needs=Permission.QUEUE_READ)
    async def load(self) -> None:
        """Read all queues of today, and follow them."""
        who, today = self._person(), clinic_day()
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


class ArrivalsState(Watching, Acting, rx.State):
    """Today's appointments by time."""

    arrivals: list[ArrivalView] = []
    expected: int = 0
    loaded: bool = False

    @handler(needs=Permission.APPOINTMENT_READ)
    async def load(self) -> None:
        """Read today, and follow it."""
        today = clinic_day()
        await self._watch(
            LiveView(
                "queue.arrivals",
                DaySchedule(today),
                (topics.calendar(today), topics.queue(today), topics.SCHEDULE),
                arrivals_vars,
                self._person().permissions,
                self._lang(),
            )
        )

    @handler(needs=Permission.QUEUE_CHECK_IN)
    async def check_in(self, appointment_id: UUID) -> None:
        """The patient is here: a ticket, and the doctor's list knows."""
        ticket = await self._execute(CheckIn(AppointmentId(appointment_id)))
        await self._reread_all()
        undo = ArrivalsState.take_back(str(ticket.ticket_id))
        await self._notify("queue.arrivals.done", undo=undo, document=_paper(ticket), ticket=ticket.label)

    @handler(needs=Permission.QUEUE_CHECK_IN)
    async def take_back(self, ticket_id: UUID) -> None:
        """Undo a check-in made by mistake."""
        await self._execute(CancelTicket(TicketId(ticket_id)))
        await self._reread_all()
        await self._notify("queue.arrivals.taken_back", kind="info")

    async def _reread_all(self) -> None:
        """What this tab shows of arrivals and queues; other tabs follow by themselves."""
        await self._reread()
        await (await self.get_state(WaitingState))._reread()
        await (await self.get_state(QueueState))._reread()


def arrivals_vars(plan: DayPlan, now: datetime, lang: str) -> dict[str, Any]:
    """What the first screen shows of the day."""
    arrivals = arrival_views(plan, settings().zone, now, lang)
    return {
        "arrivals": arrivals,
        "expected": sum(arrival.status == "booked" for arrival in arrivals),
        "loaded": True,
    }


class WalkInState(Acting, rx.State):
    """A patient without an appointment."""

    is_open: bool = False
    doctors: list[OptionView] = []
    types: list[OptionView] = []
    kind: str = ""
    place: str = ""
    """Where they go unless somebody chooses: the doctor with the fewest people."""
    errors: dict[str, str] = {}
    key_epoch: int = 0

    @handler(needs=Permission.QUEUE_CHECK_IN)
    async def open_walk_in(self) -> None:
        """Open the sheet."""
        waits: tuple[PointWaits, ...] = await self._execute(EstimateWaits())
        self.doctors = place_options(await self._execute(ListServicePoints()), waits, self._lang())
        self.types = type_options(await self._execute(ListVisitTypes()), self._lang())
        self.kind = self.types[0].value if self.types else ""
        self.place = self.doctors[0].value if self.doctors else ""
        self.errors, self.is_open = {}, True

    @handler(needs=Permission.QUEUE_CHECK_IN)
    async def close_walk_in(self) -> None:
        """Put the sheet away."""
        self.is_open = False

    @handler(needs=Permission.QUEUE_CHECK_IN)
    async def walk_in(self, form: dict[str, str]) -> None:
        """Give a ticket."""
        points = await self._execute(ListServicePoints())
        counters = frozenset(point.id for point in points if point.practitioner_id is None)
        ticket = await self._execute(read_walk_in(form, counters), form.get("_key") or None)
        self.key_epoch += 1
        self.is_open = False
        await (await self.get_state(ArrivalsState))._reread_all()
        undo = ArrivalsState.take_back(str(ticket.ticket_id))
        await self._notify("queue.arrivals.done", undo=undo, document=_paper(ticket), ticket=ticket.label)


def _paper(ticket: IssuedTicket) -> tuple[str, str]:
    """The ticket on paper, as a link of a notice."""
    return f"/files/tickets/{ticket.ticket_id}.pdf", "display.ticket.print_button"


def place_options(points: tuple[Point, ...], waits: tuple[PointWaits, ...], lang: str) -> list[OptionView]:
    """Where somebody without an appointment can go: doctors first, who has the fewest people before the others."""
    waiting = {each.service_point_id: len(each.turns) for each in waits}
    kinds = {PointKind.PRACTITIONER: 0, PointKind.REGISTRATION: 1}
    ordered = sorted(
        (point for point in points if point.active),
        key=lambda point: (kinds.get(point.kind, 2), waiting.get(point.id, 0), point.position),
    )
    return [
        OptionView(
            str(point.practitioner_id or point.id),
            text_of(
                "queue.walk_in.place",
                lang,
                place=point.doctor_name or point_name(point, lang),
                count=waiting.get(point.id, 0),
            ),
        )
        for point in ordered
    ]


def read_walk_in(form: dict[str, str], counters: frozenset[UUID] = frozenset()) -> WalkIn:
    """The walk-in form; raises `ValidationFailed` with the names of its fields (`walk_in_…`).

    `counters` are the points without a doctor: the same choice, but no visit type is needed there.
    """
    ids = {name: read_id(form.get(f"walk_in_{name}")) for name in ("patient", "doctor", "type")}
    if ids["doctor"] in counters:
        ids["type"] = ids["type"] or ids["doctor"]
    problems = {f"walk_in_{name}": "required" for name, found in ids.items() if found is None}
    reason = form.get("walk_in_priority", "")
    if reason and reason not in {known.value for known in PriorityReason}:
        problems["walk_in_priority"] = "choice"
    patient, doctor, kind = ids.values()
    if problems or patient is None or doctor is None or kind is None:
        raise ValidationFailed(problems)
    why = PriorityReason(reason) if reason else None
    if doctor in counters:
        return WalkIn(PatientId(patient), priority_reason=why, service_point_id=ServicePointId(doctor))
    return WalkIn(PatientId(patient), PractitionerId(doctor), VisitTypeId(kind), why)
