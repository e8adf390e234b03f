"""Writing a prescription: lines of a draft, the signature, taking it back."""

import secrets
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.crypto import Purpose
from tht_app.database.queries.pharmacy import catalogue, prescriptions
from tht_app.database.tables.pharmacy import MedicationRequestLineRow
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.documents.signa import plain_signa
from tht_app.domain.audit import AuditAction
from tht_app.domain.encounter.visit import EncounterClosed, EncounterStatus
from tht_app.domain.errors import Conflict, NotFound, Problem, ValidationFailed
from tht_app.domain.identity import Permission, Role
from tht_app.domain.pharmacy.prescription import (
    VERIFY_ALPHABET,
    VERIFY_LENGTH,
    PrescriptionNotOpen,
    PrescriptionStatus,
    ensure_draft,
    ensure_own,
    ensure_signable,
    may_become,
    prescription_number,
)
from tht_app.domain.pharmacy.product import CONTROLLED, ensure_iter_allowed, pack_of
from tht_app.domain.pharmacy.signa import (
    Dosage,
    DoseUnit,
    Route,
    Side,
    Timing,
    check_dosage,
    dose_figure,
    label_is_blue,
    latin,
    parse_amount,
    quantity_of,
)
from tht_app.domain.proof import Sensitive
from tht_app.use_cases.door import use_case
from tht_app.use_cases.encounter import safety_slice
from tht_app.use_cases.pharmacy.catalogue import item_of
from tht_app.use_cases.pharmacy.wording import allergy_text
from tht_app.use_cases.proof import ensure_proved

MOST_LINES = 20
MOST_UNITS = 1000


@dataclass(frozen=True, slots=True)
class LineDraft:
    """One R/ as it is written: the dose as text (`1`, `½`, `2,5`), codes of `domain.pharmacy.signa` for the rest.

    Quantity 0 lets it be calculated from dose, days and the content of a pack.
    """

    product_id: UUID
    amount: str
    unit: str
    times_per_day: int
    route: str
    quantity: int = 0
    side: str = ""
    timing: str = ""
    as_needed: bool = False
    days: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class SaveDraft:
    """Replace the lines of a visit's draft, making the draft if there is none."""

    encounter_id: UUID
    lines: tuple[LineDraft, ...]
    iter: int = 0


@dataclass(frozen=True, slots=True)
class AddLine:
    """Add one line to a visit's draft, making the draft if there is none."""

    encounter_id: UUID
    line: LineDraft


@dataclass(frozen=True, slots=True)
class RemoveLine:
    """Take a line off a draft, or put it back with `removed=False`."""

    line_id: UUID
    removed: bool = True


@dataclass(frozen=True, slots=True)
class SignPrescription:
    """Sign a draft: from here on it is a prescription with a number and never changes."""

    prescription_id: UUID


@dataclass(frozen=True, slots=True)
class CancelPrescription:
    """Take back a draft, or a signed prescription that was not handed over, with the reason."""

    prescription_id: UUID
    reason: str


def ensure_author(row: RowMapping, work: UnitOfWork) -> None:
    """The doctor of the visit, or a program of the clinic itself that demonstrates or imports."""
    if Role.SERVICE not in work.person.roles:
        ensure_own(row["practitioner_id"], work.person.id)


async def _draft_of(work: UnitOfWork, encounter_id: UUID) -> tuple[UUID, UUID, bool]:
    """The locked draft of a visit, its patient, and whether it is new."""
    visit = await prescriptions.encounter(work, encounter_id)
    if visit is None:
        raise NotFound
    ensure_author(visit, work)
    if visit["status"] == EncounterStatus.CANCELLED:
        raise EncounterClosed
    draft, new = await prescriptions.open_draft(work, visit)
    if draft is None:
        raise Conflict
    return draft, visit["patient_id"], new


def dosage_of(line: LineDraft) -> Dosage:
    """The direction of a line; raises ValidationFailed that names every bad field."""
    problems: dict[str, str | Problem] = {}
    choices: tuple[tuple[str, type[StrEnum], str], ...] = (
        ("unit", DoseUnit, line.unit),
        ("route", Route, line.route),
        ("side", Side, line.side),
        ("timing", Timing, line.timing),
    )
    for name, kind, value in choices:
        if value not in set(kind):
            problems[name] = "pharmacy.unknown_choice"
    if not 0 <= line.quantity <= MOST_UNITS:
        problems["quantity"] = Problem("pharmacy.quantity_range", {"max": MOST_UNITS})
    if len(line.note) > 300:
        problems["note"] = Problem("too_long", {"max": 300})
    try:
        amount = parse_amount(line.amount)
    except ValidationFailed as bad:
        raise ValidationFailed({**problems, **bad.fields}) from bad
    if not {"unit", "route", "side", "timing"} & problems.keys():
        dosage = Dosage(
            amount,
            DoseUnit(line.unit),
            line.times_per_day,
            Route(line.route),
            Side(line.side),
            Timing(line.timing),
            line.as_needed,
            line.days,
        )
        problems.update(check_dosage(dosage))
        if not problems:
            return dosage
    raise ValidationFailed(problems)


def _content(product: RowMapping) -> Fraction | None:
    return None if product["pack_content"] is None else Fraction(product["pack_content"])


def quantity_for(line: LineDraft, dosage: Dosage, product: RowMapping) -> int:
    """Units of stock: as written, else calculated; raises ValidationFailed where that is not possible."""
    quantity = line.quantity or quantity_of(dosage, pack_of(product["dose_unit"], _content(product)))
    if quantity is None or quantity > MOST_UNITS:
        raise ValidationFailed({"quantity": Problem("pharmacy.quantity_range", {"max": MOST_UNITS})})
    return quantity


def _line_row(
    work: UnitOfWork, draft: UUID, patient: UUID, line: LineDraft, *, position: int, product: RowMapping
) -> MedicationRequestLineRow:
    dosage = dosage_of(line)
    quantity = quantity_for(line, dosage, product)
    return MedicationRequestLineRow(
        id=work.new_id(),
        request_id=draft,
        patient_id=patient,
        position=position,
        product_id=line.product_id,
        item=item_of(product),
        dose_amount=dose_figure(dosage.amount, dosage.unit),
        dose_unit=dosage.unit.value,
        times_per_day=dosage.times_per_day,
        route=dosage.route.value,
        side=dosage.side.value,
        timing=dosage.timing.value,
        as_needed=dosage.as_needed,
        days=dosage.days,
        quantity=quantity,
        unit=product["unit"],
        signa_latin=latin(dosage),
        signa_plain=plain_signa(dosage),
        note=line.note.strip(),
        external=product["external"] or label_is_blue(dosage.route),
    )


async def _rows(
    work: UnitOfWork, draft: UUID, patient: UUID, lines: tuple[LineDraft, ...]
) -> list[MedicationRequestLineRow]:
    products = await catalogue.products(work, [line.product_id for line in lines], work.today())
    start = await prescriptions.next_position(work, draft)
    rows: list[MedicationRequestLineRow] = []
    for number, line in enumerate(lines):
        product = products.get(line.product_id)
        if product is None or not product["active"]:
            raise NotFound
        rows.append(_line_row(work, draft, patient, line, position=start + number, product=product))
    return rows


@use_case(permission=Permission.PRESCRIPTION_WRITE, audit=AuditAction.UPDATE)
async def save_draft(request: SaveDraft, work: UnitOfWork) -> UUID:
    """Store the lines and return the draft's id; raises `ValidationFailed` for the first line with bad fields."""
    if len(request.lines) > MOST_LINES or not 0 <= request.iter <= 9:
        raise ValidationFailed({"lines": Problem("pharmacy.too_many_lines", {"max": MOST_LINES})})
    draft, patient, new = await _draft_of(work, request.encounter_id)
    if not new:
        await prescriptions.remove_lines(work, draft)
    rows = await _rows(work, draft, patient, request.lines)
    if rows:
        await prescriptions.add_lines(work, rows)
    if request.iter or not new:
        await prescriptions.set_iter(work, draft, request.iter)
    work.changed(
        "medication_request",
        draft,
        patient_id=patient,
        new={"lines": [_said(row) for row in rows], "iter": request.iter},
    )
    return draft


def _said(row: MedicationRequestLineRow) -> str:
    return f"{row.item} {row.quantity} {row.unit}: {row.signa_plain}"


@use_case(permission=Permission.PRESCRIPTION_WRITE, audit=AuditAction.UPDATE)
async def add_line(request: AddLine, work: UnitOfWork) -> UUID:
    """Add a line and return its id."""
    draft, patient, _new = await _draft_of(work, request.encounter_id)
    [row] = await _rows(work, draft, patient, (request.line,))
    if len(await prescriptions.lines(work, [draft])) >= MOST_LINES:
        raise ValidationFailed({"lines": Problem("pharmacy.too_many_lines", {"max": MOST_LINES})})
    await prescriptions.add_lines(work, [row])
    work.changed("medication_request_line", row.id, patient_id=patient, new={"line": _said(row)})
    return row.id


@use_case(permission=Permission.PRESCRIPTION_WRITE, audit=AuditAction.UPDATE)
async def remove_line(request: RemoveLine, work: UnitOfWork) -> None:
    """Mark the line; raises `PrescriptionIsSigned` once the prescription is signed."""
    found = await prescriptions.locked_of_line(work, request.line_id)
    if found is None:
        raise NotFound
    ensure_author(found, work)
    ensure_draft(found["status"])
    await prescriptions.mark_line(work, request.line_id, work.now() if request.removed else None)
    work.changed(
        "medication_request_line",
        request.line_id,
        patient_id=found["patient_id"],
        new={"item": found["item"], "removed": request.removed},
    )


@use_case(permission=Permission.PRESCRIPTION_SIGN, audit=AuditAction.SIGN)
async def sign_prescription(request: SignPrescription, work: UnitOfWork) -> str:
    """Sign and return the number; what is known of weight and allergies at this moment is kept with it.

    Raises `ProofNeeded` when a controlled drug is among its lines.
    """
    row = await prescriptions.locked(work, request.prescription_id)
    if row is None:
        raise NotFound
    ensure_author(row, work)
    lines = await prescriptions.lines(work, [row["id"]])
    ensure_signable(row["status"], len(lines))
    ensure_iter_allowed(row["iter"], [line["drug_class"] for line in lines])
    if any(line["drug_class"] in CONTROLLED for line in lines):
        await ensure_proved(work, Sensitive.SIGN)
    safety = await safety_slice(work, row["patient_id"])
    allergy = allergy_text(safety.allergy, work.zone)
    work.publish("PrescriptionSigned", row["id"], {"patient_id": str(row["patient_id"])})
    work.changed(
        "medication_request",
        row["id"],
        patient_id=row["patient_id"],
        old={"status": row["status"]},
        new={"status": PrescriptionStatus.ACTIVE.value},
    )
    year = work.today().year
    number = prescription_number(year, await work.draw(f"prescription.{year}"))
    await prescriptions.sign(
        work,
        row["id"],
        number=number,
        at=work.now(),
        by=row["practitioner_id"],
        code="".join(secrets.choice(VERIFY_ALPHABET) for _ in range(VERIFY_LENGTH)),
        weight=None if safety.weight_kg is None else round(safety.weight_kg * 1000),
        weighed_at=safety.weight_at,
        allergy=work.vault.seal(Purpose.CLINICAL, "medication_request.allergy", row["id"], allergy),
    )
    return number


@use_case(permission=Permission.PRESCRIPTION_SIGN, audit=AuditAction.CANCEL)
async def cancel_prescription(request: CancelPrescription, work: UnitOfWork) -> None:
    """Cancel; a number that was drawn stays drawn, and the verify page says that it is not valid."""
    reason = request.reason.strip()
    row = await prescriptions.locked(work, request.prescription_id)
    if row is None:
        raise NotFound
    ensure_author(row, work)
    if not may_become(PrescriptionStatus(row["status"]), PrescriptionStatus.CANCELLED):
        raise PrescriptionNotOpen
    if row["signed_at"] is not None and not reason:
        raise ValidationFailed({"reason": "required"})
    if len(reason) > 500:
        raise ValidationFailed({"reason": Problem("too_long", {"max": 500})})
    if any(line["dispensed"] for line in await prescriptions.lines(work, [row["id"]])):
        raise PrescriptionNotOpen
    sealed = work.vault.seal(Purpose.CLINICAL, "medication_request.cancel_reason", row["id"], reason or None)
    await prescriptions.close(work, row["id"], PrescriptionStatus.CANCELLED.value, sealed)
    work.publish("PrescriptionCancelled", row["id"], {"patient_id": str(row["patient_id"])})
    work.changed(
        "medication_request",
        row["id"],
        patient_id=row["patient_id"],
        old={"status": row["status"]},
        new={"status": PrescriptionStatus.CANCELLED.value},
    )
