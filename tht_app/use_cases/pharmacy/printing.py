"""What is printed, and what a scanned QR code is told."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.queries.pharmacy import dispensing, prescriptions
from tht_app.database.queries.registration import patient_record
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.documents.head import ClinicHead
from tht_app.documents.prescription import PrescriptionSheet, SheetLine, SheetPatient
from tht_app.domain.audit import AuditAction
from tht_app.domain.errors import NotFound
from tht_app.domain.identity import Permission
from tht_app.domain.pharmacy.prescription import PrescriptionNotOpen, PrescriptionStatus
from tht_app.domain.registration.identifiers import shown_record_number
from tht_app.settings import settings
from tht_app.use_cases.door import use_case
from tht_app.use_cases.encounter import safety_slice
from tht_app.use_cases.pharmacy.models import DocumentCheck
from tht_app.use_cases.pharmacy.reading import SAFETY, allergy_of
from tht_app.use_cases.pharmacy.wording import allergy_text
from tht_app.use_cases.settings import clinic_head

VALID = frozenset({PrescriptionStatus.ACTIVE.value, PrescriptionStatus.COMPLETED.value})


@dataclass(frozen=True, slots=True)
class PrintPrescription:
    """The prescription as a sheet of paper; a draft comes marked as one."""

    prescription_id: UUID


@dataclass(frozen=True, slots=True)
class PrintLabels:
    """The labels of a signed prescription."""

    prescription_id: UUID


@dataclass(frozen=True, slots=True)
class VerifyDocument:
    """Ask whether a printed code belongs to a document of this clinic."""

    code: str


@use_case(permission=Permission.PRESCRIPTION_PRINT, audit=AuditAction.PRINT, reads=True)
async def print_prescription(request: PrintPrescription, work: UnitOfWork) -> PrescriptionSheet:
    """Return what goes onto the paper; raises `NotFound`."""
    return await _sheet(work, await _found(work, request.prescription_id))


@use_case(permission=Permission.PRESCRIPTION_PRINT, audit=AuditAction.PRINT, reads=True)
async def print_labels(request: PrintLabels, work: UnitOfWork) -> PrescriptionSheet:
    """Return what goes onto the labels; raises `PrescriptionNotOpen` for a draft or a cancelled one."""
    row = await _found(work, request.prescription_id)
    if row["status"] not in VALID:
        raise PrescriptionNotOpen
    return await _sheet(work, row)


@use_case(permission=Permission.SIGNED_IN, audit=AuditAction.READ, reads=True)
async def verify_document(request: VerifyDocument, work: UnitOfWork) -> DocumentCheck:
    """Return number, day, doctor and validity, never a word about the patient; raises `NotFound`."""
    row = await prescriptions.verify(work, request.code.strip().upper()[:40])
    if row is None:
        raise NotFound
    return DocumentCheck(
        row["number"],
        row["signed_at"].astimezone(work.zone),
        row["doctor"],
        row["licence"] or "",
        row["status"] in VALID,
    )


async def _found(work: UnitOfWork, prescription_id: UUID) -> RowMapping:
    row = await prescriptions.find(work, prescription_id)
    if row is None:
        raise NotFound
    work.saw(row["patient_id"])
    return row


async def _patient(work: UnitOfWork, row: RowMapping) -> SheetPatient:
    """Weight and allergies as they stood at the signature; a draft shows them as they stand now."""
    record = await patient_record(work, row["patient_id"])
    if record is None:
        raise NotFound
    allergy, weight, weighed = allergy_of(row, work), row["weight_grams"], row["weighed_at"]
    if row["signed_at"] is None and SAFETY & work.person.permissions:
        safety = await safety_slice(work, row["patient_id"])
        allergy = allergy_text(safety.allergy, work.zone)
        weight = None if safety.weight_kg is None else round(safety.weight_kg * 1000)
        weighed = safety.weight_at
    return SheetPatient(
        name=row["patient_name"],
        record_number=shown_record_number(row["record_number"]),
        sex=row["sex"],
        born=row["birth_date"],
        address=record.details.address.line,
        weight_grams=weight,
        weighed_on=weighed.astimezone(work.zone).date() if weighed else None,
        allergy=allergy,
    )


async def _sheet(work: UnitOfWork, row: RowMapping) -> PrescriptionSheet:
    head = await clinic_head(work)
    expiry = await dispensing.expiry_by_line(work, row["id"])
    lines = tuple(
        SheetLine(
            item=line["item"],
            quantity=line["quantity"],
            unit=line["unit"],
            latin=line["signa_latin"],
            plain=line["signa_plain"],
            note=line["note"],
            external=line["external"],
            expires_on=expiry[line["id"]]["expires_on"] if line["id"] in expiry else None,
            product_code=line["product_code"],
        )
        for line in await prescriptions.lines(work, [row["id"]])
    )
    signed = row["signed_at"].astimezone(work.zone) if row["signed_at"] else None
    return PrescriptionSheet(
        clinic=ClinicHead(head.name, head.address, head.phone, head.licence),
        city=head.city,
        number=row["number"] or "",
        doctor=row["doctor"],
        licence=row["licence"],
        signed_at=signed,
        written_on=(signed or row["authored_at"].astimezone(work.zone)).date(),
        patient=await _patient(work, row),
        lines=lines,
        iter=row["iter"],
        cancelled=row["status"] in {PrescriptionStatus.CANCELLED.value, PrescriptionStatus.ENTERED_IN_ERROR.value},
        verify_url=f"{settings().origins[0]}/verify/{row['verify_code']}" if row["verify_code"] else "",
        printed_by=work.person.display_name,
        printed_at=work.now().astimezone(work.zone),
    )
