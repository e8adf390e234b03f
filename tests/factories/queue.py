"""Service points for the two doctors and the pharmacy."""

from tests.factories.scheduling import EARLY, Practice, when
from tht_app.domain.queue import PointKind, ServicePointId
from tht_app.use_cases.door import execute
from tht_app.use_cases.queue import SaveServicePoint


async def service_points(practice: Practice) -> dict[str, ServicePointId]:
    """`dokter`, `dokter2` and `pharmacy`: letters A, B and F."""
    admin = when(practice.actors["admin"], EARLY)
    doctors = (("dokter", "A", practice.dokter), ("dokter2", "B", practice.dokter2))
    points = {
        name: await execute(
            admin,
            SaveServicePoint(
                letter, f"Poli {letter}", f"Clinic {letter}", practitioner_id=doctor, room_id=practice.rooms[place]
            ),
        )
        for place, (name, letter, doctor) in enumerate(doctors)
    }
    pharmacy = SaveServicePoint("F", "Farmasi", "Pharmacy", PointKind.PHARMACY)
    return {**points, "pharmacy": await execute(admin, pharmacy)}
