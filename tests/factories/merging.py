"""Two records of one person, and merging them as a desk does."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from tests.conftest import Clinic
from tht_app.database.unit_of_work import Actor
from tht_app.domain.registration import MergeId, PatientId
from tht_app.use_cases.door import execute
from tht_app.use_cases.registration import GetPatient, MergePatients

CHART = (
    "allergy_intolerance",
    "allergy_state",
    "condition",
    "consent",
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
    "observation",
    "patient_history",
    "procedure",
    "queue_ticket",
)
"""Tables whose rows a merge never touches."""


async def merge(
    actor: Actor, survivor: UUID, merged: UUID, taken: Sequence[str] = (), *, reason: str = "", confirmed: bool = False
) -> MergeId:
    """Merge two records as they are now."""
    one = await execute(actor, GetPatient(PatientId(survivor)))
    other = await execute(actor, GetPatient(PatientId(merged)))
    request = MergePatients(
        PatientId(survivor),
        one.version,
        PatientId(merged),
        other.version,
        tuple(taken),
        confirmed=confirmed,
        reason=reason,
    )
    return await execute(actor, request)


def rows_of(clinic: Clinic, *patients: UUID) -> dict[str, list[dict[str, Any]]]:
    """What is stored about these records, in every table that a merge must leave alone."""
    return {
        table: clinic.admin_fetch(
            f"select to_jsonb(t) as row from clinic.{table} t where patient_id = any(%s) order by 1", list(patients)
        )
        for table in CHART
    }


def appointments_of(clinic: Clinic, patient: UUID) -> list[UUID]:
    """The appointments of one record."""
    rows = clinic.admin_fetch("select id from clinic.appointment where patient_id = %s order by starts_at", patient)
    return [row["id"] for row in rows]


def times_of(clinic: Clinic, patient: UUID) -> list[str]:
    """When one record's own time is taken."""
    rows = clinic.admin_fetch(
        "select during::text as during from clinic.reservation where resource_id = %s "
        "and state in ('hold', 'booked', 'in_service') order by 1",
        patient,
    )
    return [row["during"] for row in rows]
