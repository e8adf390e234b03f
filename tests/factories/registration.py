"""Patients for tests, registered through the door."""

from itertools import count
from uuid import uuid4

from tht_app.database.unit_of_work import Actor
from tht_app.domain.registration import PatientId
from tht_app.domain.registration.consent import ConsentPurpose
from tht_app.use_cases.door import execute
from tht_app.use_cases.registration import RegisterPatient

_serial = count(1)


def nik_for(birth_date: str = "1985-07-14", *, female: bool = True) -> str:
    """A NIK that fits the birth date and sex and that no other test has."""
    year, month, day = birth_date.split("-")
    number = next(_serial)
    return f"3174{number // 9999 + 1:02d}{int(day) + (40 if female else 0):02d}{month}{year[2:]}{number % 9999 + 1:04d}"


def patient_form(**fields: str) -> dict[str, str]:
    """A form that can be saved; what is given replaces or adds fields."""
    form = {
        "name": "Siti Rahmawati",
        "birth_date": "1985-07-14",
        "sex": "female",
        "nik": nik_for(),
        "phone": "0812-3456-7890",
        "street": "Jl. Melati No. 5",
        "village": "Menteng",
        "city": "Jakarta Pusat",
        "payer": "self",
    }
    return {**form, **fields}


async def a_patient(actor: Actor, *, consents: tuple[ConsentPurpose, ...] = (), **fields: str) -> PatientId:
    """Somebody registered by `actor`, with a NIK of their own unless one is given."""
    return await execute(actor, RegisterPatient(patient_form(**fields), consents), key=uuid4().hex)
