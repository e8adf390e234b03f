"""Visits for tests, made through the door like every other."""

from collections.abc import Mapping
from uuid import UUID

import psycopg

from tests.conftest import Clinic
from tht_app.database.audit import AuditEntry
from tht_app.database.engine import current
from tht_app.database.unit_of_work import Actor, UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.use_cases.door import execute
from tht_app.use_cases.encounter import AddDiagnosis, ReadNote, SaveSection, open_encounter
from tht_app.use_cases.passwords import hash_password
from tht_app.use_cases.registration.patients import RegisterPatient

PASSWORD = "demo-THT-2026"
_hashes: dict[str, str] = {}


async def make_patient(admin: Actor, name: str = "Siti Rahmawati") -> UUID:
    """An adult patient without a NIK."""
    form = {"name": name, "birth_date": "1985-07-14", "sex": "female", "nik_missing": "not_brought"}
    return await execute(admin, RegisterPatient(form))


async def make_visit(actors: Mapping[str, Actor], patient_id: UUID, doctor: str = "dokter") -> UUID:
    """A visit of this patient with this doctor, arrived: what checking in does, without counters and rooms."""
    entry = AuditEntry(action=AuditAction.CREATE, request="test.arrival")
    async with current().engine.begin() as connection:
        work = UnitOfWork(connection, current(), actors["admin"], entry)
        treating = await work.enter(actors[doctor])
        await work.enter(actors["admin"])
        encounter_id = work.new_id()
        await open_encounter(
            work,
            encounter_id=encounter_id,
            patient_id=patient_id,
            practitioner_id=treating.id,
            appointment_id=None,
            visit_type="consultation",
        )
        await work.flush_events()
    return encounter_id


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
