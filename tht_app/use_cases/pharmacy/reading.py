"""Looking at prescriptions: one, those of a visit, a list, what a patient takes now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.crypto import Purpose
from tht_app.database.queries import care
from tht_app.database.queries.pharmacy import dispensing, prescriptions
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.errors import NotFound
from tht_app.domain.identity import Permission
from tht_app.domain.pharmacy.prescription import PrescriptionStatus
from tht_app.domain.registration.identifiers import shown_record_number
from tht_app.i18n import date_text
from tht_app.use_cases.door import use_case
from tht_app.use_cases.encounter import safety_slice
from tht_app.use_cases.pharmacy.models import (
    PrescribedMedicine,
    PrescriptionDetail,
    PrescriptionLine,
    PrescriptionPage,
    PrescriptionSummary,
)
from tht_app.use_cases.pharmacy.wording import allergy_text

PAGE = 50
LONGEST_SPAN = timedelta(days=400)
SAFETY = frozenset({Permission.RECORD_READ, Permission.RECORD_READ_SAFETY})
STOCK = frozenset({Permission.INVENTORY_READ, Permission.PRESCRIPTION_DISPENSE})
LINE_FIELDS = (
    "id", "product_id", "item", "dose_amount", "dose_unit", "times_per_day", "route", "side", "timing", "as_needed",
    "days", "quantity", "unit", "signa_latin", "signa_plain", "note", "external", "drug_class", "price_rupiah",
    "dispensed",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class GetPrescription:
    """One prescription with its lines, the shelf behind each, and what dispensing safely needs to know."""

    prescription_id: UUID


@dataclass(frozen=True, slots=True)
class EncounterPrescriptions:
    """All prescriptions of a visit, the draft first."""

    encounter_id: UUID


@dataclass(frozen=True, slots=True)
class ListPrescriptions:
    """Signed prescriptions from one clinic day to another, both included; `own` for the doctor's own."""

    first: date | None = None
    last: date | None = None
    status: str = ""
    own: bool = False
    page: int = 1


@dataclass(frozen=True, slots=True)
class ListPatientActiveMedicines:
    """What signed prescriptions give a patient now."""

    patient_id: UUID


def allergy_of(row: RowMapping, work: UnitOfWork) -> str:
    """The allergy sentence kept with the signature; empty for a draft."""
    sealed: bytes | None = row["allergy_sealed"]
    return work.vault.open(Purpose.CLINICAL, "medication_request.allergy", row["id"], sealed) or ""


async def details(work: UnitOfWork, rows: Sequence[RowMapping]) -> list[PrescriptionDetail]:
    """Prescriptions with lines and shelf. Allergies and weight are those of now for whom may read the record.

    Everybody else sees no allergy text on a screen; it stands on the paper, as it was known at the signature.
    """
    lines = await prescriptions.lines(work, [row["id"] for row in rows])
    may_see_stock = bool(STOCK & work.person.permissions)
    shelf: Sequence[RowMapping] = (
        await dispensing.stock_for(work, list({line["product_id"] for line in lines})) if may_see_stock else ()
    )
    result: list[PrescriptionDetail] = []
    for row in rows:
        work.saw(row["patient_id"])
        own = tuple(_line(line, shelf) for line in lines if line["request_id"] == row["id"])
        result.append(await _detail(work, row, own))
    return result


def _line(line: RowMapping, shelf: Sequence[RowMapping]) -> PrescriptionLine:
    lots = [lot for lot in shelf if lot["product_id"] == line["product_id"]]
    missing, said = line["quantity"] - line["dispensed"], list[str]()
    for lot in lots:
        part = min(missing, lot["quantity"])
        if part > 0:
            until = f" ({date_text(lot['expires_on'])})" if lot["expires_on"] else ""
            said.append(f"{lot['lot_number']}{until} × {part}")
            missing -= part
    return PrescriptionLine(
        **{name: line[name] for name in LINE_FIELDS}, stock=sum(lot["quantity"] for lot in lots), lots=", ".join(said)
    )


async def _detail(work: UnitOfWork, row: RowMapping, lines: tuple[PrescriptionLine, ...]) -> PrescriptionDetail:
    state, allergy, weight, weighed = "", "", row["weight_grams"], row["weighed_at"]
    if SAFETY & work.person.permissions and await care.treats(work, [row["patient_id"]], safety=True):
        safety = await safety_slice(work, row["patient_id"])
        state = safety.allergy.state.value
        allergy = allergy_text(safety.allergy, work.zone, work.person.lang)
        weight = None if safety.weight_kg is None else round(safety.weight_kg * 1000)
        weighed = safety.weight_at
    opened = await dispensing.open_dispense(work, row["id"]) if row["status"] == PrescriptionStatus.ACTIVE else None
    return PrescriptionDetail(
        id=row["id"],
        encounter_id=row["encounter_id"],
        patient_id=row["patient_id"],
        patient_name=row["patient_name"],
        record_number=shown_record_number(row["record_number"]),
        birth_date=row["birth_date"],
        sex=row["sex"],
        doctor=row["doctor"],
        status=row["status"],
        number=row["number"] or "",
        authored_at=row["authored_at"],
        signed_at=row["signed_at"],
        iter=row["iter"],
        allergy_state=state,
        allergy=allergy,
        weight_grams=weight,
        weighed_on=weighed.astimezone(work.zone).date() if weighed else None,
        dispense_status=opened["status"] if opened else "",
        claimed_by=opened["claimed_by_name"] if opened else "",
        lines=lines,
    )


@use_case(permission=Permission.PRESCRIPTION_READ, audit=AuditAction.READ, reads=True)
async def get_prescription(request: GetPrescription, work: UnitOfWork) -> PrescriptionDetail:
    """Return the prescription; raises `NotFound`."""
    row = await prescriptions.find(work, request.prescription_id)
    if row is None:
        raise NotFound
    return (await details(work, [row]))[0]


@use_case(permission=Permission.PRESCRIPTION_READ, audit=AuditAction.READ, reads=True)
async def encounter_prescriptions(request: EncounterPrescriptions, work: UnitOfWork) -> list[PrescriptionDetail]:
    """Return the prescriptions of a visit; an empty list for a visit that is not there."""
    return await details(work, await prescriptions.of_encounter(work, request.encounter_id))


@use_case(permission=Permission.PRESCRIPTION_READ, audit=AuditAction.READ, reads=True)
async def list_prescriptions(request: ListPrescriptions, work: UnitOfWork) -> PrescriptionPage:
    """Return a page of 50, newest first; without days, those of the last week."""
    last = request.last or work.today()
    first = max(request.first or last - timedelta(days=6), last - LONGEST_SPAN)
    rows = await prescriptions.listing(
        work,
        since=datetime.combine(first, time(), work.zone),
        until=datetime.combine(last + timedelta(days=1), time(), work.zone),
        status=request.status if request.status in set(PrescriptionStatus) else "",
        doctor=work.person.id if request.own else None,
        limit=PAGE,
        offset=(max(1, min(request.page, 100_000)) - 1) * PAGE,
    )
    work.saw(*(row["patient_id"] for row in rows))
    names = ("id", "number", "status", "signed_at", "patient_id", "patient_name", "doctor", "lines")
    items = tuple(
        PrescriptionSummary(
            record_number=shown_record_number(row["record_number"]), **{name: row[name] for name in names}
        )
        for row in rows
    )
    return PrescriptionPage(items, rows[0]["total"] if rows else 0)


@use_case(permission=(Permission.RECORD_READ, Permission.RECORD_READ_SAFETY), audit=AuditAction.READ, reads=True)
async def list_patient_active_medicines(
    request: ListPatientActiveMedicines, work: UnitOfWork
) -> list[PrescribedMedicine]:
    """Return medicines whose days are not over, newest first; those without days count for 30 days."""
    work.saw(request.patient_id)
    return await active_medicines(work, request.patient_id)


async def active_medicines(work: UnitOfWork, patient_id: UUID) -> list[PrescribedMedicine]:
    """The same inside another use case."""
    rows = await prescriptions.current_medicines(work, patient_id, work.now())
    return [
        PrescribedMedicine(
            line_id=row["id"],
            item=row["item"],
            signa_plain=row["signa_plain"],
            number=row["number"],
            signed_at=row["signed_at"],
            until=(row["signed_at"].astimezone(work.zone) + timedelta(days=row["days"])).date()
            if row["days"]
            else None,
            doctor=row["doctor"],
        )
        for row in rows
    ]
