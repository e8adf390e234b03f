"""From rows of the log to entries as an auditor may see them."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.crypto import Purpose, SealBroken
from tht_app.database.queries import audit as queries
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit.log import Entry, KnownPatient, Outcome, Somebody, changes_of


def somebody(row: RowMapping) -> Somebody:
    """Who did it."""
    if row["person_id"] is None:
        return Somebody()
    return Somebody(row["person_id"], row["display_name"] or "", tuple(row["roles"]), bool(row["is_service"]))


async def known_patients(work: UnitOfWork, patient_ids: Sequence[UUID]) -> dict[UUID, KnownPatient]:
    """Number and name of patients; whoever is named here is named in the entry about this reading too."""
    found = await queries.patient_names(work, patient_ids)
    work.saw(*found)
    return {key: KnownPatient(key, row["record_number"], row["name"]) for key, row in found.items()}


async def entries_of(work: UnitOfWork, rows: Sequence[RowMapping], *, about: UUID | None = None) -> tuple[Entry, ...]:
    """Rows with the names of the patients that they name; with `about`, all are about this patient, named first."""
    asked = await queries.records_of(work, about) if about is not None else []
    named = {row["id"]: _named(row["named"], about, asked) for row in rows}
    patients = await known_patients(work, [patient for ids in named.values() for patient in ids])
    return tuple(_entry(row, tuple(patients[one] for one in named[row["id"]] if one in patients), work) for row in rows)


def _named(ids: Sequence[UUID], about: UUID | None, asked: Sequence[UUID]) -> list[UUID]:
    if about is None:
        return list(ids)
    return [about, *(one for one in ids if one not in asked)][: max(len(ids), 1)]


def _entry(row: RowMapping, patients: tuple[KnownPatient, ...], work: UnitOfWork) -> Entry:
    """One row as an entry, with its changes when the row brings them along."""
    details, broken = opened(row, work) if "details_sealed" in row else ([], False)
    return Entry(
        id=row["id"],
        at=local(row["at"], work),
        who=somebody(row),
        action=row["action"],
        request=row["request"],
        outcome=Outcome(row["outcome"]),
        reason=row["reason"] or "",
        address=row["address"] or "",
        patients=patients,
        patient_count=row["patient_count"],
        seal=row["seal"],
        object_type=row["object_type"] or "",
        changes=changes_of(details),
        unreadable=broken,
    )


def opened(row: RowMapping, work: UnitOfWork) -> tuple[list[dict[str, Any]], bool]:
    """Old and new values of an entry, and whether they could not be opened."""
    sealed: bytes | None = row["details_sealed"]
    try:
        text = work.vault.open(Purpose.AUDIT, "event.details", row["id"], sealed)
    except SealBroken:
        return [], True
    return (json.loads(text) if text else []), False


def local(moment: datetime, work: UnitOfWork) -> datetime:
    """A moment on the clinic's clock."""
    return moment.astimezone(work.zone)
