"""A patient with something in every table of the record."""

from dataclasses import dataclass
from uuid import UUID

from tests.conftest import Actors, Clinic
from tests.factories.encounter import give_password, make_complete_note, make_patient, make_visit
from tests.factories.pharmacy import make_product, make_signed, receive, tablets
from tht_app.domain.errors import NotFound
from tht_app.use_cases.door import execute
from tht_app.use_cases.encounter import (
    AddAddendum,
    AddHistory,
    AddMedicine,
    AddProcedure,
    OpenSharedNote,
    ReadPatientVisits,
    RecordAllergy,
    RecordVitals,
    SignEncounter,
)
from tht_app.use_cases.ent import TapFinding
from tht_app.use_cases.pharmacy import Dispense

RECORD = (
    "allergy_intolerance",
    "allergy_state",
    "condition",
    "encounter",
    "ent_exam",
    "ent_finding",
    "medication_dispense",
    "medication_dispense_line",
    "medication_request",
    "medication_request_line",
    "medication_statement",
    "note_addendum",
    "note_section_version",
    "note_update",
    "observation",
    "patient_history",
    "procedure",
)
"""Tables that hold a record."""
PASSWORD = "demo-THT-2026"
REASON = "Pasien tidak sadar di ruang tunggu, dokternya cuti."


@dataclass(frozen=True)
class Chart:
    """A patient with a signed and an open visit of one doctor."""

    patient_id: UUID
    signed: UUID
    open: UUID
    prescription: UUID
    allergy: UUID
    medicine: UUID
    history: UUID


async def make_chart(clinic: Clinic, actors: Actors, doctor: str, name: str = "Siti Rahmawati") -> Chart:
    """Something in every table of the record, all by one doctor."""
    patient = await make_patient(actors["admin"], name)
    await give_password(clinic, doctor, PASSWORD)
    product = await make_product(actors["apoteker"])
    await receive(actors["apoteker"], product, 60)
    who = actors[doctor]
    signed = await make_visit(actors, patient, doctor)
    await make_complete_note(who, signed)
    await execute(actors["worker"], OpenSharedNote(signed))
    await execute(who, RecordVitals(signed, {"weight_kg": "61", "pulse": "80"}))
    await execute(who, AddProcedure(signed, "96.52", "right", "serumen keras"))
    await execute(who, TapFinding(signed, "ear.right.ear_canal.cerumen"))
    allergy = await execute(who, RecordAllergy(patient, "penisilin", "ruam"))
    medicine = await execute(who, AddMedicine(patient, "amlodipin", "1 x 5 mg"))
    history = await execute(who, AddHistory(patient, "illness", "hipertensi"))
    handed_out = await make_signed(actors, tablets(product, 3), visit=signed, doctor=doctor)
    await execute(actors["apoteker"], Dispense(handed_out))
    await execute(who, SignEncounter(signed, PASSWORD))
    await execute(who, AddAddendum(signed, "Hasil kultur menyusul.", PASSWORD))
    again = await make_visit(actors, patient, doctor)
    waiting = await make_signed(actors, tablets(product, 3), visit=again, doctor=doctor)
    return Chart(patient, signed, again, waiting, allergy, medicine, history)


async def sees(actors: Actors, who: str, patient_id: UUID) -> bool:
    """Whether this person may open the record now."""
    try:
        await execute(actors[who], ReadPatientVisits(patient_id))
    except NotFound:
        return False
    return True
