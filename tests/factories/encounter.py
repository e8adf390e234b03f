"""Visits for tests, made through the door like every other."""

from uuid import UUID

import psycopg

from tests.conftest import Clinic
from tht_app.database.unit_of_work import Actor
from tht_app.use_cases.door import execute
from tht_app.use_cases.encounter import AddDiagnosis, OpenVisit, ReadNote, SaveSection
from tht_app.use_cases.passwords import hash_password
from tht_app.use_cases.registration.patients import RegisterPatient

PASSWORD = "demo-THT-2026"
_hashes: dict[str, str] = {}


async def make_patient(admin: Actor, name: str = "Siti Rahmawati") -> UUID:
    """An adult patient without a NIK."""
    form = {"name": name, "birth_date": "1985-07-14", "sex": "female", "nik_missing": "not_brought"}
    return await execute(admin, RegisterPatient(form))


async def make_visit(doctor: Actor, patient_id: UUID) -> UUID:
    """A visit of this patient with this doctor, arrived."""
    return await execute(doctor, OpenVisit(patient_id, "consultation"))


async def give_password(clinic: Clinic, username: str, password: str = PASSWORD) -> None:
    """Let somebody know a password, as `tht user` does."""
    if password not in _hashes:
        _hashes[password] = await hash_password(password)
    with psycopg.connect(clinic.server.dsn(dbname=clinic.name)) as connection:
        connection.execute(
            "insert into sec.credential (person_id, password_hash) values (%s, %s) "
            "on conflict (person_id) do update set password_hash = excluded.password_hash",
            (clinic.person_id(username), _hashes[password]),
        )


async def write_section(actor: Actor, encounter_id: UUID, section: str, text: str) -> int:
    """Save a section on top of its present version and return the new version."""
    note = await execute(actor, ReadNote(encounter_id))
    base = next(s.version for s in note.sections if s.section == section)
    return (await execute(actor, SaveSection(encounter_id, section, text, base))).version


async def make_complete_note(doctor: Actor, encounter_id: UUID) -> None:
    """All four sections and a diagnosis: nothing is missing for signing."""
    for section, text in (
        ("subjective", "Telinga kanan berair sejak tiga hari."),
        ("objective", "AD: perforasi sentral, sekret mukopurulen."),
        ("assessment", "OMSK kanan tipe aman."),
        ("plan", "Tetes telinga, kontrol satu minggu."),
    ):
        await write_section(doctor, encounter_id, section, text)
    await execute(doctor, AddDiagnosis(encounter_id, "H66.1", "right", "confirmed"))
