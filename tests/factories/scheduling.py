"""A small clinic that can be booked: doctors with hours, rooms, visit types."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from tests.conftest import ZONE, Actors, Clinic
from tests.factories.encounter import make_visit
from tht_app.database.unit_of_work import Actor
from tht_app.domain.scheduling import AppointmentId, PractitionerId, RoomId, VisitTypeId
from tht_app.use_cases.door import execute
from tht_app.use_cases.registration import RegisterPatient
from tht_app.use_cases.scheduling import (
    BookAppointment,
    HoursBlock,
    InstallVisitTypes,
    ListVisitTypes,
    SavePractitioner,
    SaveRoom,
    SetWorkingHours,
)

MONDAY = date(2027, 3, 1)
"""A Monday ahead of every test run; the doctors work Monday to Saturday from 08.00 to 16.00."""
EARLY = datetime(2027, 3, 1, 7, 0, tzinfo=ZONE)


def at(hour: int, minute: int = 0, day: date = MONDAY) -> datetime:
    """A time on the clinic's clock."""
    return datetime.combine(day, time(hour, minute), ZONE)


def when(actor: Actor, moment: datetime) -> Actor:
    """The same person at another moment."""
    return Actor(actor.token, actor.address, clock=lambda: moment.astimezone(UTC))


@dataclass
class Practice:
    """Two doctors with a room each, a spare room and all standard visit types."""

    actors: Actors
    dokter: PractitionerId
    dokter2: PractitionerId
    rooms: list[RoomId]
    visit_types: dict[str, VisitTypeId]
    born: int = field(default=0)

    async def patient(self, name: str = "Siti Rahmawati", of: str = "") -> UUID:
        """Somebody new; with `of`, a doctor has seen them."""
        self.born += 1
        form = {
            "name": name,
            "birth_date": (date(1985, 7, 14) + timedelta(days=self.born)).isoformat(),
            "sex": "female",
            "nik_missing": "not_brought",
        }
        patient = await execute(when(self.actors["admin"], EARLY), RegisterPatient(form))
        if of:
            await make_visit(self.actors, patient, of)
        return patient

    async def book(self, start: datetime, by: str = "admin", **more: object) -> AppointmentId:
        """A consultation with the first doctor, unless `more` says otherwise."""
        request = BookAppointment(
            **{
                "patient_id": more.pop("patient_id", None)
                or await self.patient(of=by if by.startswith("dokter") else ""),
                "practitioner_id": self.dokter,
                "visit_type_id": self.visit_types["consultation"],
                "start": start,
                **more,
            }  # type: ignore[arg-type]
        )
        return await execute(when(self.actors[by], EARLY), request)


async def practice(clinic: Clinic, actors: Actors) -> Practice:
    """Set the clinic up through its own use cases."""
    admin = when(actors["admin"], EARLY)
    await execute(admin, InstallVisitTypes())
    types = {kind.code: kind.id for kind in await execute(admin, ListVisitTypes())}
    rooms = [await execute(admin, SaveRoom(f"Ruang {number}", position=number)) for number in (1, 2, 3)]
    doctors: list[PractitionerId] = []
    for place, (username, name) in enumerate((("dokter", "dr. Sari"), ("dokter2", "dr. Bambang"))):
        doctor = PractitionerId(clinic.person_id(username))
        await execute(admin, SavePractitioner(doctor, name, sip_number=f"SIP/{place}", position=place))
        blocks = tuple(HoursBlock(weekday, time(8), time(16), rooms[place]) for weekday in range(1, 7))
        await execute(admin, SetWorkingHours(doctor, blocks, date(2026, 1, 1)))
        doctors.append(doctor)
    return Practice(actors, doctors[0], doctors[1], rooms, types)
