"""The counter: claiming a prescription, calling it ready, handing it over with the stock going down."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.queries.pharmacy import dispensing, prescriptions, stock
from tht_app.database.queries.pharmacy.stock import Change
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.errors import NotFound
from tht_app.domain.identity import Permission
from tht_app.domain.pharmacy.prescription import (
    AlreadyClaimed,
    DispenseStatus,
    NotPreparing,
    Outstanding,
    PrescriptionStatus,
    ensure_open,
    to_hand_over,
)
from tht_app.domain.pharmacy.product import CONTROLLED
from tht_app.domain.pharmacy.stock import MovementReason, Wanted, allocate
from tht_app.domain.proof import Sensitive
from tht_app.domain.registration.identifiers import shown_record_number
from tht_app.use_cases.door import use_case
from tht_app.use_cases.pharmacy.models import BoardCard
from tht_app.use_cases.proof import ensure_proved

COLUMNS = {"": "waiting", DispenseStatus.PREPARATION.value: "preparing", DispenseStatus.IN_PROGRESS.value: "ready"}
ON_BOARD = timedelta(days=7)
"""How long a prescription that nobody comes for stays on the board; it stays open for longer."""


@dataclass(frozen=True, slots=True)
class PharmacyBoard:
    """Open prescriptions of the last seven days, longest waiting first."""


@dataclass(frozen=True, slots=True)
class ClaimPrescription:
    """Begin preparing; others see by whom."""

    prescription_id: UUID


@dataclass(frozen=True, slots=True)
class ReleasePrescription:
    """Give a prescription back to the waiting column."""

    prescription_id: UUID


@dataclass(frozen=True, slots=True)
class MarkReady:
    """All is gathered and labelled; the patient can be called."""

    prescription_id: UUID


@dataclass(frozen=True, slots=True)
class Dispense:
    """Hand over. Without `quantities` (line id, units) all that is still owed; less is allowed, the rest stays owed."""

    prescription_id: UUID
    quantities: tuple[tuple[UUID, int], ...] | None = None


async def _open(work: UnitOfWork, prescription_id: UUID) -> RowMapping:
    row = await prescriptions.locked(work, prescription_id)
    if row is None:
        raise NotFound
    ensure_open(row["status"])
    work.saw(row["patient_id"])
    return row


def _ensure_not_somebody_elses(opened: RowMapping | None, work: UnitOfWork) -> None:
    if opened is not None and opened["status"] == DispenseStatus.PREPARATION and opened["claimed_by"] != work.person.id:
        raise AlreadyClaimed(by=opened["claimed_by_name"])


@use_case(permission=Permission.PRESCRIPTION_DISPENSE, audit=AuditAction.READ, reads=True)
async def pharmacy_board(_request: PharmacyBoard, work: UnitOfWork) -> list[BoardCard]:
    """Return the cards of the three columns."""
    rows = await dispensing.board(work, work.now() - ON_BOARD)
    work.saw(*(row["patient_id"] for row in rows))
    return [
        BoardCard(
            id=row["id"],
            number=row["number"],
            patient_name=row["patient_name"],
            record_number=shown_record_number(row["record_number"]),
            birth_date=row["birth_date"],
            doctor=row["doctor"],
            column=COLUMNS[row["dispense_status"] or ""],
            since=row["ready_at"] or row["claimed_at"] or row["signed_at"],
            signed_at=row["signed_at"],
            claimed_by=row["claimed_by"] or "",
            lines=row["lines"],
            partly=row["partly"],
        )
        for row in rows
    ]


@use_case(permission=Permission.PRESCRIPTION_DISPENSE, audit=AuditAction.UPDATE)
async def claim_prescription(request: ClaimPrescription, work: UnitOfWork) -> None:
    """Claim; claiming one's own again is no mistake, somebody else's is `AlreadyClaimed`."""
    row = await _open(work, request.prescription_id)
    opened = await dispensing.open_dispense(work, row["id"])
    if opened is not None:
        if opened["claimed_by"] != work.person.id:
            raise AlreadyClaimed(by=opened["claimed_by_name"])
        return
    dispense_id = await dispensing.claim(work, row["id"], row["patient_id"])
    work.changed("medication_dispense", dispense_id, new={"status": DispenseStatus.PREPARATION.value})


@use_case(permission=Permission.PRESCRIPTION_DISPENSE, audit=AuditAction.UPDATE)
async def release_prescription(request: ReleasePrescription, work: UnitOfWork) -> None:
    """Give back what somebody claimed, whoever it was: people go home."""
    row = await _open(work, request.prescription_id)
    opened = await dispensing.open_dispense(work, row["id"])
    if opened is None:
        return
    await dispensing.set_status(work, opened["id"], DispenseStatus.CANCELLED.value)
    work.changed("medication_dispense", opened["id"], new={"status": DispenseStatus.CANCELLED.value})


@use_case(permission=Permission.PRESCRIPTION_DISPENSE, audit=AuditAction.UPDATE)
async def mark_ready(request: MarkReady, work: UnitOfWork) -> None:
    """Call it ready; raises `NotPreparing` when nobody prepares it."""
    row = await _open(work, request.prescription_id)
    opened = await dispensing.open_dispense(work, row["id"])
    if opened is None:
        raise NotPreparing
    _ensure_not_somebody_elses(opened, work)
    if opened["status"] != DispenseStatus.IN_PROGRESS:
        await dispensing.set_status(work, opened["id"], DispenseStatus.IN_PROGRESS.value)
        work.changed("medication_dispense", opened["id"], new={"status": DispenseStatus.IN_PROGRESS.value})


@use_case(permission=Permission.PRESCRIPTION_DISPENSE, audit=AuditAction.DISPENSE)
async def dispense(request: Dispense, work: UnitOfWork) -> UUID:
    """Hand over and return the id of this handing over.

    The prescription is locked first, then all lots of its products in one order; so two counters neither hand over
    twice nor wait for each other in a ring. Raises `InsufficientStock`, `AlreadyClaimed`, `PrescriptionNotOpen`, and
    `ProofNeeded` when a controlled drug is among what is handed over.
    """
    row = await _open(work, request.prescription_id)
    opened = await dispensing.open_dispense(work, row["id"])
    _ensure_not_somebody_elses(opened, work)
    written = await prescriptions.lines(work, [row["id"]])
    classes = {line["id"]: line["drug_class"] for line in written}
    lines = [
        Outstanding(line["id"], line["product_id"], line["item"], line["quantity"], line["dispensed"])
        for line in written
    ]
    chosen = None if request.quantities is None else dict(request.quantities)
    now = to_hand_over(lines, chosen)
    if any(classes[line.line_id] in CONTROLLED for line in now):
        await ensure_proved(work, Sensitive.DISPENSE)
    lots = await stock.lock_lots(work, [line.product_id for line in now])
    wanted = [Wanted(line.line_id, line.product_id, line.item, line.left) for line in now]
    taken = allocate(wanted, lots, work.today())
    dispense_id = await dispensing.hand_over(work, row["id"], row["patient_id"], opened, taken)
    changes = [
        Change(part.lot_id, -part.quantity, f"dispense/{dispense_id}/{part.line_id}/{part.lot_id}") for part in taken
    ]
    await stock.move(work, changes, MovementReason.DISPENSE, reference=dispense_id)
    complete = sum(line.left for line in lines) == sum(line.left for line in now)
    if complete:
        await prescriptions.close(work, row["id"], PrescriptionStatus.COMPLETED.value)
    work.publish("MedicationDispensed", dispense_id, {"prescription_id": str(row["id"]), "complete": complete})
    work.changed(
        "medication_dispense",
        dispense_id,
        patient_id=row["patient_id"],
        new={"taken": [[part.line_id, part.lot_id, part.quantity] for part in taken], "complete": complete},
    )
    return dispense_id
