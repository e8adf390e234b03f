"""Allergies, current medicines and history: what is known about a patient beyond one visit."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from tht_app.database.queries.encounter import facts, findings, visits
from tht_app.database.queries.registration import saw_records_of
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.encounter.allergies import (
    LONGEST_REACTION,
    LONGEST_SUBSTANCE,
    AllergiesOnRecord,
    AllergyCategory,
    AllergyLine,
    AllergyState,
    AllergyVerification,
    ReactionSeverity,
)
from tht_app.domain.encounter.history import (
    LONGEST_DETAIL,
    LONGEST_ENTRY,
    LONGEST_MEDICINE,
    QUESTIONS,
    EntryStatus,
    HistoryKind,
    checked_answer,
)
from tht_app.domain.encounter.note import checked_required, checked_text
from tht_app.domain.encounter.record import SafetySlice
from tht_app.domain.errors import NotFound, ValidationFailed
from tht_app.domain.identity import Permission
from tht_app.use_cases.door import use_case

CLINICAL = (Permission.RECORD_READ, Permission.RECORD_READ_SAFETY)
NURSING = (Permission.RECORD_WRITE, Permission.RECORD_WRITE_NURSING)

Choice = TypeVar("Choice", bound=StrEnum)


def chosen(kind: type[Choice], value: str, field: str) -> Choice:
    """A choice of a form; raises ValidationFailed for one that does not exist."""
    try:
        return kind(value)
    except ValueError:
        raise ValidationFailed({field: "unknown_choice"}) from None


async def allergy_line(work: UnitOfWork, patient_id: UUID) -> AllergyLine:
    """What the banner says about allergies, inside another use case of a clinical role."""
    return await facts.allergy_line(work, patient_id)


async def safety_slice(work: UnitOfWork, patient_id: UUID) -> SafetySlice:
    """Allergies, last weight and current medicines, inside another use case; names the patient for the audit."""
    await saw_records_of(work, patient_id)
    weight = await findings.last_weight(work, patient_id)
    return SafetySlice(
        await facts.allergy_line(work, patient_id),
        weight.value if weight else None,
        weight.at if weight else None,
        await facts.medicines(work, patient_id),
    )


@dataclass(frozen=True, slots=True)
class ReadAllergyLine:
    """The allergy slot of the banner."""

    patient_id: UUID


@dataclass(frozen=True, slots=True)
class ReadSafetySlice:
    """What dispensing safely needs."""

    patient_id: UUID


@dataclass(frozen=True, slots=True)
class RecordAllergy:
    """A new allergy. `category`, `severity`, `verification` are values of the domain's lists."""

    patient_id: UUID
    substance: str
    reaction: str = ""
    category: str = AllergyCategory.MEDICATION.value
    severity: str = ReactionSeverity.UNKNOWN.value
    verification: str = AllergyVerification.UNCONFIRMED.value
    code: str | None = None


@dataclass(frozen=True, slots=True)
class StateAllergies:
    """`none_known` or `unavailable` or `unasked`, said about all allergies of a patient."""

    patient_id: UUID
    state: str


@dataclass(frozen=True, slots=True)
class VerifyAllergy:
    """A different verification of one allergy, for example `entered-in-error` or `confirmed`."""

    allergy_id: UUID
    verification: str


@dataclass(frozen=True, slots=True)
class AddMedicine:
    """A medicine that the patient takes, in the patient's own words."""

    patient_id: UUID
    medicine: str
    dosage: str = ""
    code: str | None = None


@dataclass(frozen=True, slots=True)
class AddHistory:
    """An entry of the problem list or of the history."""

    patient_id: UUID
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class AnswerHistory:
    """Answers to `history.QUESTIONS`: by name the chosen value and what was said beside it; both empty: not asked."""

    patient_id: UUID
    answers: Mapping[str, tuple[str, str]] = field(repr=False)


@dataclass(frozen=True, slots=True)
class SetMedicineStatus:
    """End a medicine, or take the end back."""

    medicine_id: UUID
    status: str


@dataclass(frozen=True, slots=True)
class SetHistoryStatus:
    """End an entry, mark it as a mistake, or take that back."""

    entry_id: UUID
    status: str


@use_case(permission=CLINICAL, audit=AuditAction.READ, reads=True)
async def read_allergy_line(request: ReadAllergyLine, work: UnitOfWork) -> AllergyLine:
    """The allergy slot of the banner, for clinical roles and the pharmacist."""
    await saw_records_of(work, request.patient_id)
    return await facts.allergy_line(work, request.patient_id)


@use_case(permission=CLINICAL, audit=AuditAction.READ, reads=True)
async def read_safety_slice(request: ReadSafetySlice, work: UnitOfWork) -> SafetySlice:
    """Allergies, last weight, current medicines."""
    return await safety_slice(work, request.patient_id)


@use_case(permission=NURSING, audit=AuditAction.CREATE)
async def record_allergy(request: RecordAllergy, work: UnitOfWork) -> UUID:
    """Store an allergy; the patient's state becomes `present` in the same transaction."""
    substance = checked_required(request.substance, field="substance", longest=LONGEST_SUBSTANCE)
    reaction = checked_text(request.reaction, field="reaction", longest=LONGEST_REACTION).strip()
    category = chosen(AllergyCategory, request.category, "category")
    severity = chosen(ReactionSeverity, request.severity, "severity")
    verification = chosen(AllergyVerification, request.verification, "verification")
    await visits.patient_head(work, request.patient_id)
    await facts.set_allergy_state(work, request.patient_id, AllergyState.PRESENT)
    allergy_id = await facts.add_allergy(
        work,
        request.patient_id,
        substance=substance,
        reaction=reaction,
        code=request.code,
        category=category,
        severity=severity,
        verification=verification,
    )
    work.changed(
        "allergy_intolerance",
        allergy_id,
        patient_id=request.patient_id,
        new={"substance": substance, "reaction": reaction, "severity": severity.value},
    )
    work.publish("AllergyChanged", request.patient_id, {"allergy_id": str(allergy_id)})
    return allergy_id


@use_case(permission=NURSING, audit=AuditAction.UPDATE)
async def state_allergies(request: StateAllergies, work: UnitOfWork) -> None:
    """Say that none are known, or that nobody can tell; raises AllergiesOnRecord while an active one stands there."""
    state = chosen(AllergyState, request.state, "state")
    if state is AllergyState.PRESENT:
        raise ValidationFailed({"state": "unknown_choice"})
    await visits.patient_head(work, request.patient_id)
    before = await facts.allergy_line(work, request.patient_id)
    await facts.set_allergy_state(work, request.patient_id, state)
    if await facts.count_active_allergies(work, request.patient_id):
        raise AllergiesOnRecord
    work.changed(
        "allergy_state",
        request.patient_id,
        patient_id=request.patient_id,
        old={"state": before.state.value},
        new={"state": state.value},
    )
    work.publish("AllergyChanged", request.patient_id)


@use_case(permission=NURSING, audit=AuditAction.UPDATE)
async def verify_allergy(request: VerifyAllergy, work: UnitOfWork) -> None:
    """Confirm, refute or strike out one allergy; without any left the state is 'not asked', never silently 'none'."""
    to = chosen(AllergyVerification, request.verification, "verification")
    found = await facts.set_verification(work, request.allergy_id, to)
    if found is None:
        raise NotFound
    patient_id, former = found
    await facts.set_allergy_state(work, patient_id, AllergyState.PRESENT)
    if not await facts.count_active_allergies(work, patient_id):
        await facts.set_allergy_state(work, patient_id, AllergyState.UNASKED)
    work.changed(
        "allergy_intolerance",
        request.allergy_id,
        patient_id=patient_id,
        old={"verification": former},
        new={"verification": to.value},
    )
    work.publish("AllergyChanged", patient_id, {"allergy_id": str(request.allergy_id)})


@use_case(permission=NURSING, audit=AuditAction.CREATE)
async def add_medicine(request: AddMedicine, work: UnitOfWork) -> UUID:
    """Note a medicine that the patient takes."""
    medicine = checked_required(request.medicine, field="medicine", longest=LONGEST_MEDICINE)
    dosage = checked_text(request.dosage, field="dosage", longest=LONGEST_MEDICINE).strip()
    await visits.patient_head(work, request.patient_id)
    row_id = await facts.add_medicine(work, request.patient_id, medicine, dosage, request.code)
    work.changed("medication_statement", row_id, patient_id=request.patient_id, new={"medicine": medicine})
    return row_id


@use_case(permission=NURSING, audit=AuditAction.CREATE)
async def add_history(request: AddHistory, work: UnitOfWork) -> UUID:
    """Note a problem or a fact of the history."""
    kind = chosen(HistoryKind, request.kind, "kind")
    text = checked_required(request.text, field="text", longest=LONGEST_ENTRY)
    await visits.patient_head(work, request.patient_id)
    row_id = await facts.add_history(work, request.patient_id, kind, text)
    work.changed("patient_history", row_id, patient_id=request.patient_id, new={"kind": kind.value, "text": text})
    return row_id


@use_case(permission=NURSING, audit=AuditAction.UPDATE)
async def answer_history(request: AnswerHistory, work: UnitOfWork) -> int:
    """Store the answers that are new or different and return how many; the former answer stays, as ended.

    An answer that is taken away ends the former one. Raises ValidationFailed for what is not offered.
    """
    await visits.patient_head(work, request.patient_id)
    await facts.hold_answers(work, request.patient_id)
    known = {
        entry.question: (entry.value, entry.text)
        for entry in await facts.history(work, request.patient_id)
        if entry.question
    }
    changed = 0
    for name, (value, said) in sorted(request.answers.items()):
        detail = checked_text(said, field=name, longest=LONGEST_DETAIL).strip()
        if (value, detail) == known.get(name, ("", "")):
            continue
        if value or detail:
            checked_answer(name, value, detail)
        await _answer(work, request.patient_id, name, value, detail)
        changed += 1
    return changed


async def _answer(work: UnitOfWork, patient_id: UUID, name: str, value: str, detail: str) -> None:
    await facts.end_answer(work, patient_id, name)
    if not value and not detail:
        work.changed("patient_history", patient_id, patient_id=patient_id, new={"question": name, "status": "ended"})
        return
    kind = QUESTIONS[name].kind
    row_id = await facts.add_history(work, patient_id, kind, detail, question=name, value=value)
    work.changed(
        "patient_history", row_id, patient_id=patient_id, new={"question": name, "value": value, "text": detail}
    )


@use_case(permission=NURSING, audit=AuditAction.UPDATE)
async def set_medicine_status(request: SetMedicineStatus, work: UnitOfWork) -> None:
    """End a current medicine or take the end back; raises NotFound."""
    await _set_status(work, "medication_statement", request.medicine_id, request.status)


@use_case(permission=NURSING, audit=AuditAction.UPDATE)
async def set_history_status(request: SetHistoryStatus, work: UnitOfWork) -> None:
    """End an entry of the history or take the end back; raises NotFound."""
    await _set_status(work, "patient_history", request.entry_id, request.status)


async def _set_status(work: UnitOfWork, table: str, row_id: UUID, status: str) -> None:
    to = chosen(EntryStatus, status, "status")
    patient_id = await facts.set_entry_status(work, table, row_id, to)
    if patient_id is None:
        raise NotFound
    work.changed(table, row_id, patient_id=patient_id, new={"status": to.value})
