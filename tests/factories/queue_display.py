"""A clinic with displays: signs at two doors, a television, and people with names that must never be shown."""

from tests.conftest import Clinic
from tests.factories.queue import service_points
from tests.factories.scheduling import Practice
from tht_app.database.unit_of_work import Actor
from tht_app.domain.queue import ServicePointId
from tht_app.use_cases.door import execute
from tht_app.use_cases.queue import IssuedTicket, WalkIn
from tht_app.use_cases.queue.displays import CreateDisplay, Look, Pairing, SaveRoomSigns
from tht_app.use_cases.scheduling import SavePractitioner

FIRST_NAME = "Rahasiawati"
CANARY = f"{FIRST_NAME} Disembunyikan"
"""A patient who waits: no byte of this may reach a display or a ticket's page."""
DOCTOR = "dr. Kenanga Tersembunyi"
SECRETS = (FIRST_NAME, FIRST_NAME.upper(), DOCTOR, "Kenanga", "Poli")
"""What no display and no ticket's page may hold: people's names, and what a place is for."""


async def waiting_room(desk: Practice, **look: object) -> tuple[dict[str, ServicePointId], Pairing]:
    """Service points A, B and F; signs 1 and 2 at the doctors' doors; one television."""
    points = await service_points(desk)
    admin = desk.actors["admin"]
    await execute(admin, SavePractitioner(desk.dokter, DOCTOR, sip_number="SIP/0"))
    await execute(admin, SaveRoomSigns({desk.rooms[0]: "1", desk.rooms[1]: "2"}))
    return points, await execute(admin, CreateDisplay(Look("Lantai 1", **look)))  # type: ignore[arg-type]


async def walk_in(desk: Practice, actor: Actor, name: str = CANARY, doctor: str = "dokter") -> IssuedTicket:
    """Somebody without an appointment."""
    patient = await desk.patient(name)
    return await execute(actor, WalkIn(patient, getattr(desk, doctor), desk.visit_types["consultation"]))  # type: ignore[arg-type]


async def display_session(clinic: Clinic, pairing: Pairing) -> str:
    """The session token that a television gets for its address."""
    opened = await clinic.gate.open_display(pairing.token, "203.0.113.50", "television")
    assert opened is not None
    return opened[0]
