"""What the screens need that set up calendar and queue: the order of each list, doctors to add, a doctor's weeks."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from tht_app.database.queries import scheduling as queries
from tht_app.database.queries import scheduling_setup as setup_queries
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.identity import Permission
from tht_app.domain.scheduling import PractitionerId
from tht_app.use_cases.door import use_case
from tht_app.use_cases.scheduling.master_data import Practitioner, Room, WorkingHours


class Listed(StrEnum):
    """A list whose order the clinic sets; the value is its table."""

    PRACTITIONER = "practitioner"
    ROOM = "room"
    DEVICE = "device"
    VISIT_TYPE = "visit_type"
    SERVICE_POINT = "service_point"


@dataclass(frozen=True, slots=True)
class Arrange:
    """Show a list in this order from now on; what is not named keeps its place."""

    listed: Listed
    ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class DoctorToAdd:
    """A person with the role of a doctor who is not in the calendar yet."""

    person_id: PractitionerId
    display_name: str


@dataclass(frozen=True, slots=True)
class DoctorsToAdd:
    """Everybody who could be made bookable."""


@dataclass(frozen=True, slots=True)
class DoctorWeeks:
    """Doctors, rooms and hours as one screen shows them together."""

    doctors: tuple[Practitioner, ...]
    rooms: tuple[Room, ...]
    hours: tuple[WorkingHours, ...]
    """Of the doctor that was asked for; of the first one when none was."""
    practitioner_id: PractitionerId | None


@dataclass(frozen=True, slots=True)
class WeeksOf:
    """The weeks of one doctor with what is needed to change them."""

    practitioner_id: PractitionerId | None = None


@use_case(permission=Permission.SCHEDULE_WRITE, audit=AuditAction.SETTINGS)
async def arrange(request: Arrange, work: UnitOfWork) -> None:
    """Keep the order of a list."""
    if not request.ids:
        return
    key = "person_id" if request.listed is Listed.PRACTITIONER else "id"
    await setup_queries.arrange(work, request.listed.value, key, request.ids)
    work.changed(request.listed.value, request.ids[0], new={"order": [str(row_id) for row_id in request.ids]})


@use_case(permission=Permission.SCHEDULE_WRITE, audit=AuditAction.READ, reads=True)
async def doctors_to_add(_request: DoctorsToAdd, work: UnitOfWork) -> tuple[DoctorToAdd, ...]:
    """Accounts of doctors that the calendar does not know."""
    rows = await setup_queries.doctors_not_listed(work)
    return tuple(DoctorToAdd(row["id"], row["display_name"]) for row in rows)


@use_case(permission=Permission.REFERENCE_READ, audit=AuditAction.READ, reads=True)
async def weeks_of(request: WeeksOf, work: UnitOfWork) -> DoctorWeeks:
    """One doctor's weeks, past and planned, beside all doctors and rooms to choose from."""
    doctors = tuple(Practitioner(**row) for row in await queries.practitioners(work))
    rooms = tuple(Room(**row) for row in await queries.rooms(work, inactive=True))
    known = {doctor.id for doctor in doctors}
    chosen = request.practitioner_id if request.practitioner_id in known else None
    if request.practitioner_id is None and doctors:
        chosen = doctors[0].id
    found = await queries.hours_of(work, chosen) if chosen else ()
    hours = tuple(WorkingHours(PractitionerId(doctor), block) for doctor, block in found)
    return DoctorWeeks(doctors, rooms, hours, chosen)
