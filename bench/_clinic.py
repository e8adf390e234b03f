"""What the benches share: a clinic of their own on a durable PostgreSQL, doctors who can be booked, percentiles."""

import asyncio
import secrets
import shutil
import statistics
import tempfile
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg
from faker import Faker

from tests.conftest import Clinic
from tests.factories.registration import a_patient
from tht_app.database.engine import hold, open_database
from tht_app.database.gate import hold_gate, make_gate
from tht_app.database.migrate import migrate
from tht_app.database.server import EmbeddedServer
from tht_app.domain.identity import Role
from tht_app.domain.registration import PatientId
from tht_app.domain.scheduling import DeviceId, DeviceKind, PractitionerId, RoomId, VisitTypeId
from tht_app.use_cases.door import Actor, execute
from tht_app.use_cases.identity import CreatePerson
from tht_app.use_cases.scheduling import (
    HoursBlock,
    InstallVisitTypes,
    ListVisitTypes,
    SaveDevice,
    SavePractitioner,
    SaveRoom,
    SetWorkingHours,
)

ZONE = ZoneInfo("Asia/Jakarta")
NAME = "bench"
DOCTORS = ("dr. Sari Kusuma", "dr. Bambang Hadi", "dr. Ratna Dewi", "dr. Agus Salim")
ROOMS = 5
DEVICES = (
    ("Endoskop 1", DeviceKind.ENDOSCOPE),
    ("Endoskop 2", DeviceKind.ENDOSCOPE),
    ("Audiometer", DeviceKind.AUDIOMETER),
)
OPENS, CLOSES = time(8), time(16)
SINCE = date(2026, 1, 1)


def percentile(values: Sequence[float], nth: int) -> float:
    """The nth percentile, to a tenth."""
    return round(statistics.quantiles(values, n=100, method="inclusive")[nth - 1], 1)


@contextmanager
def own_folder() -> Generator[Path, None, None]:
    """A folder that goes away afterwards; open to the account that PostgreSQL runs as."""
    folder = Path(tempfile.mkdtemp(prefix="tht-bench-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def open_clinic(folder: Path, *, pool_size: int = 12) -> AsyncGenerator[Clinic, None]:
    """An empty clinic with `admin`, held as the database of this process."""
    with EmbeddedServer(folder / "database") as server:
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            connection.execute(f"create database {NAME} template template0")
        key = secrets.token_bytes(32)
        migrate(server.dsn(dbname=NAME), key)
        conninfo = server.dsn(user="tht_app", dbname=NAME)
        database = await open_database(conninfo, key, ZONE, pool_size=pool_size)
        gate = make_gate(server.dsn(user="tht_gate", dbname=NAME))
        hold(database)
        hold_gate(gate)
        clinic = Clinic(server, NAME, key, database, gate)
        try:
            await execute(await clinic.actor("demo"), person("admin", "Rina Wulandari", Role.ADMIN))
            yield clinic
        finally:
            hold(None)
            hold_gate(None)
            await database.close()
            await gate.close()


def person(username: str, name: str, *roles: Role) -> CreatePerson:
    """A request for an account whose password nobody needs."""
    return CreatePerson(username, name, frozenset(roles), secrets.token_hex(12))


async def some_patients(actor: Actor, count: int) -> list[PatientId]:
    """So many people, the same for the same count."""
    names = Faker("id_ID")
    names.seed_instance(2026)
    patients: list[PatientId] = []
    while len(patients) < count:
        batch = min(8, count - len(patients))
        patients += await asyncio.gather(*(a_patient(actor, name=names.name()[:100]) for _ in range(batch)))
    return patients


@dataclass(frozen=True, slots=True)
class Practice:
    """Four doctors who work every day, five rooms, three devices, the standard visit types."""

    doctors: list[PractitionerId]
    rooms: list[RoomId]
    devices: list[DeviceId]
    visit_types: dict[str, VisitTypeId]


async def a_practice(clinic: Clinic, *, closes: time = CLOSES) -> Practice:
    """Set it up through the clinic's own use cases."""
    demo = await clinic.actor("demo")
    await execute(demo, InstallVisitTypes())
    types = {kind.code: kind.id for kind in await execute(demo, ListVisitTypes())}
    rooms = [await execute(demo, SaveRoom(f"Ruang {number}", position=number)) for number in range(1, ROOMS + 1)]
    devices = [await execute(demo, SaveDevice(name, kind)) for name, kind in DEVICES]
    doctors: list[PractitionerId] = []
    for place, name in enumerate(DOCTORS):
        await execute(demo, person(f"dokter{place}", name, Role.DOCTOR))
        doctor = PractitionerId(clinic.person_id(f"dokter{place}"))
        await execute(demo, SavePractitioner(doctor, name, sip_number=f"SIP/{place}", position=place))
        blocks = tuple(HoursBlock(weekday, OPENS, closes, rooms[place]) for weekday in range(1, 8))
        await execute(demo, SetWorkingHours(doctor, blocks, SINCE))
        doctors.append(doctor)
    return Practice(doctors, rooms, devices, types)
