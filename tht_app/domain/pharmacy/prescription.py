"""The life of a prescription, from draft to handed over; statuses are FHIR R4 codes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NewType
from uuid import UUID

from tht_app.domain.errors import RuleViolation, ValidationFailed

PrescriptionId = NewType("PrescriptionId", UUID)

VERIFY_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Digits and letters that nobody confuses on paper."""
VERIFY_LENGTH = 16


class PrescriptionStatus(StrEnum):
    """FHIR MedicationRequest.status."""

    DRAFT = "draft"
    ACTIVE = "active"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    ENTERED_IN_ERROR = "entered-in-error"


class DispenseStatus(StrEnum):
    """FHIR MedicationDispense.status: being gathered, ready for pick-up, handed over, given back to the pile."""

    PREPARATION = "preparation"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


ALLOWED: dict[PrescriptionStatus, frozenset[PrescriptionStatus]] = {
    PrescriptionStatus.DRAFT: frozenset({PrescriptionStatus.ACTIVE, PrescriptionStatus.CANCELLED}),
    PrescriptionStatus.ACTIVE: frozenset(
        {PrescriptionStatus.COMPLETED, PrescriptionStatus.CANCELLED, PrescriptionStatus.ENTERED_IN_ERROR}
    ),
    PrescriptionStatus.COMPLETED: frozenset({PrescriptionStatus.ENTERED_IN_ERROR}),
    PrescriptionStatus.CANCELLED: frozenset(),
    PrescriptionStatus.ENTERED_IN_ERROR: frozenset(),
}


class PrescriptionIsSigned(RuleViolation):
    """What was signed stays as it was signed; write a new prescription instead."""

    code = "pharmacy.prescription_is_signed"


class PrescriptionIsEmpty(RuleViolation):
    """There is nothing to sign."""

    code = "pharmacy.prescription_is_empty"


class PrescriptionNotOpen(RuleViolation):
    """Only a signed prescription that is neither handed over nor cancelled can be prepared and dispensed."""

    code = "pharmacy.prescription_not_open"


class NotYourPrescription(RuleViolation):
    """A doctor writes, signs and cancels own prescriptions only."""

    code = "pharmacy.not_your_prescription"


class AlreadyClaimed(RuleViolation):
    """Somebody else prepares this one; `by` says who."""

    code = "pharmacy.already_claimed"


class NotPreparing(RuleViolation):
    """Only what is being prepared can be called ready."""

    code = "pharmacy.not_preparing"


class NothingToDispense(RuleViolation):
    """Every quantity is zero."""

    code = "pharmacy.nothing_to_dispense"


@dataclass(frozen=True, slots=True)
class Outstanding:
    """A line and how many units of it are still to be handed over."""

    line_id: UUID
    product_id: UUID
    item: str
    prescribed: int
    dispensed: int

    @property
    def left(self) -> int:
        """Units still owed."""
        return self.prescribed - self.dispensed


def may_become(now: PrescriptionStatus, then: PrescriptionStatus) -> bool:
    """Whether a prescription may go from one status to the other."""
    return then in ALLOWED[now]


def prescription_number(year: int, sequence: int) -> str:
    """The number people read out: `R/2026/000123`, without gaps within a year."""
    return f"R/{year}/{sequence:06d}"


def ensure_draft(status: str) -> None:
    """Lines change only until the signature."""
    if status != PrescriptionStatus.DRAFT:
        raise PrescriptionIsSigned


def ensure_signable(status: str, lines: int) -> None:
    """A draft with at least one line can be signed."""
    ensure_draft(status)
    if lines == 0:
        raise PrescriptionIsEmpty


def ensure_own(author: UUID, person: UUID) -> None:
    """Only the doctor who wrote it changes, signs or cancels it."""
    if author != person:
        raise NotYourPrescription


def ensure_open(status: str) -> None:
    """The pharmacy works on signed prescriptions only."""
    if status != PrescriptionStatus.ACTIVE:
        raise PrescriptionNotOpen


def to_hand_over(lines: Sequence[Outstanding], chosen: Mapping[UUID, int] | None) -> list[Outstanding]:
    """The lines of one handing over, `prescribed` being the units of this time; without a choice all that is left.

    A choice may be less than what is left (the rest is owed), never more.
    """
    result: list[Outstanding] = []
    problems: dict[str, str] = {}
    for line in lines:
        now = line.left if chosen is None else chosen.get(line.line_id, 0)
        if not 0 <= now <= line.left:
            problems[f"quantity_{line.line_id}"] = "pharmacy.more_than_left"
        elif now:
            result.append(Outstanding(line.line_id, line.product_id, line.item, now, 0))
    if problems:
        raise ValidationFailed(problems)
    if not result:
        raise NothingToDispense
    return result
