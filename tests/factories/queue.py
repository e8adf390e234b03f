"""Service points for the two doctors and all counters, and days of a queue."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tests.factories.scheduling import EARLY, MONDAY, Practice, at, when
from tht_app.domain.queue import PointKind, PriorityReason, ServicePointId
from tht_app.use_cases.door import execute
from tht_app.use_cases.queue import (
    Called,
    CallNext,
    IssuedTicket,
    PointQueue,
    QueueOf,
    SaveServicePoint,
    TicketEntry,
    WalkIn,
)


async def service_points(practice: Practice) -> dict[str, ServicePointId]:
    """`dokter`, `dokter2`, `registration`, `audiology`, `cashier` and `pharmacy`: letters A, B, R, U, K and F."""
    admin = when(practice.actors["admin"], EARLY)
    doctors = (("dokter", "A", practice.dokter), ("dokter2", "B", practice.dokter2))
    points: dict[str, ServicePointId] = {
        name: await execute(
            admin,
            SaveServicePoint(
                letter, f"Poli {letter}", f"Clinic {letter}", practitioner_id=doctor, room_id=practice.rooms[place]
            ),
        )
        for place, (name, letter, doctor) in enumerate(doctors)
    }
    for kind, letter in (
        (PointKind.REGISTRATION, "R"),
        (PointKind.AUDIOLOGY, "U"),
        (PointKind.CASHIER, "K"),
        (PointKind.PHARMACY, "F"),
    ):
        counter = SaveServicePoint(letter, f"Loket {letter}", f"Counter {letter}", kind)
        points[kind.value] = await execute(admin, counter)
    return points


_days = iter(range(1, 400))


class Day:
    """A day of its own for each test, so that each begins with number one."""

    def __init__(self, desk: Practice, points: dict[str, ServicePointId]) -> None:
        self.desk, self.points = desk, points
        self.date = MONDAY + timedelta(weeks=next(_days))
        self.minute = 0

    def now(self) -> datetime:
        """One minute later at each look."""
        self.minute += 1
        return at(8, 0, self.date) + timedelta(minutes=self.minute)

    async def do(self, request: object, by: str = "admin", key: str | None = None) -> Any:
        """Carry out a request at the next minute."""
        return await execute(when(self.desk.actors[by], self.now()), request, key=key)

    async def walk_in(self, reason: PriorityReason | None = None, by: str = "admin") -> IssuedTicket:
        """Somebody new for the first doctor."""
        patient = await self.desk.patient()
        request = WalkIn(patient, self.desk.dokter, self.desk.visit_types["consultation"], reason)  # type: ignore[arg-type]
        return await self.do(request, by)

    async def register(self, by: str = "admin") -> IssuedTicket:
        """Somebody new at registration, without a doctor."""
        return await self.do(WalkIn(await self.desk.patient()), by)  # type: ignore[arg-type]

    async def call(
        self,
        finish: UUID | None = None,
        by: str = "dokter",
        point: str = "dokter",
        send_to: str | None = None,
    ) -> Called:
        """Press "next"."""
        target = self.points[send_to] if send_to else None
        return await self.do(CallNext(self.points[point], finish=finish, send_to=target), by)  # type: ignore[arg-type]

    async def queue(self, by: str = "admin", point: str = "dokter") -> PointQueue:
        """What the screen of a point shows."""
        found: tuple[PointQueue, ...] = await self.do(QueueOf(self.points[point]), by)
        return found[0]

    async def ticket(self, ticket_id: UUID, point: str = "dokter") -> TicketEntry:
        """One ticket of a point."""
        return next(ticket for ticket in (await self.queue(point=point)).tickets if ticket.id == ticket_id)
