"""A busy day for the benches: appointments of all doctors today, people who wait, changes that screens must show."""

from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from bench._clinic import OPENS, ZONE, Practice, a_practice, some_patients
from tests.conftest import Clinic
from tests.factories.scheduling import when
from tht_app.domain.queue import ServicePointId, TicketId
from tht_app.domain.registration import PatientId
from tht_app.domain.scheduling import AppointmentId
from tht_app.use_cases.door import Actor, execute
from tht_app.use_cases.queue import CallNext, SaveServicePoint, WalkIn
from tht_app.use_cases.queue.displays import CreateDisplay, Look
from tht_app.use_cases.scheduling import BookAppointment, MoveAppointment

Change = tuple[Callable[[], Awaitable[Any]], str]
"""Something to do, and what stands in the update of every screen that shows it."""
QUARTERS = 32
"""Quarters of an hour between opening and closing."""
LETTERS = "ABCD"
TELEVISIONS = 20


def at(minute: int) -> datetime:
    """So many minutes after opening, today."""
    return datetime.combine(datetime.now(ZONE).date(), OPENS, ZONE) + timedelta(minutes=minute)


@dataclass
class Point:
    """Where people wait for one doctor, in the order in which they will be called."""

    id: ServicePointId
    labels: deque[str] = field(default_factory=deque)
    with_doctor: TicketId | None = None


@dataclass
class Day:
    """Today in a clinic, and who changes it: early in the morning, so that nothing has passed yet."""

    practice: Practice
    desk: Actor
    points: list[Point] = field(default_factory=list)
    displays: list[str] = field(default_factory=list)
    """The tokens of the televisions."""
    traveller: AppointmentId | None = None
    """The appointment that is moved about; nothing else begins or ends at the ten minutes where it does."""

    async def book(self, patient: PatientId, doctor: int, minute: int) -> AppointmentId:
        """Five minutes with a doctor, in the doctor's room."""
        kind = self.practice.visit_types["consultation"]
        override = "Hari libur"  # needed only where today is one
        request = BookAppointment(
            patient, self.practice.doctors[doctor], kind, at(minute), minutes=5, override_reason=override
        )
        return await execute(self.desk, request)

    def move(self, number: int) -> Change:
        """Move the traveller to its next place."""
        assert self.traveller is not None
        start = at(15 * (number % QUARTERS) + 10)
        request = MoveAppointment(self.traveller, start, override_reason="Hari libur")
        return lambda: execute(self.desk, request), f"T{start:%H:%M}"

    def call(self, number: int) -> Change:
        """Call the next patient of one doctor after the other; whoever was inside is done."""
        point = self.points[number % len(self.points)]

        async def call() -> None:
            called = await execute(self.desk, CallNext(point.id, finish=point.with_doctor))
            point.with_doctor = called.ticket_id

        return call, f"{point.labels.popleft()}/1/"


async def a_busy_day(clinic: Clinic, *, appointments: int, waiting: int) -> Day:
    """So many appointments and people who wait, shared among the doctors."""
    practice = await a_practice(clinic)
    admin: UUID = clinic.person_id("admin")
    day = Day(practice, when(Actor(await clinic.gate.open_session(admin)), at(-60)))
    patients = await some_patients(await clinic.actor("demo"), max(appointments, waiting) + 1)
    for place, (doctor, room) in enumerate(zip(practice.doctors, practice.rooms, strict=False)):
        letter = LETTERS[place]
        name = f"Poli {letter}"
        point = SaveServicePoint(letter, name, name, practitioner_id=doctor, room_id=room)
        day.points.append(Point(await execute(day.desk, point)))
    for number in range(TELEVISIONS):
        pairing = await execute(day.desk, CreateDisplay(Look(f"TV {number}")))
        day.displays.append(pairing.token)
    doctors = len(practice.doctors)
    for number in range(appointments):
        await day.book(patients[number], number % doctors, 15 * (number // doctors))
    day.traveller = await day.book(patients[-1], 0, 10)
    kind = practice.visit_types["consultation"]
    for number in range(waiting):
        ticket = await execute(day.desk, WalkIn(patients[number], practice.doctors[number % doctors], kind))
        day.points[number % doctors].labels.append(ticket.label)
    return day
