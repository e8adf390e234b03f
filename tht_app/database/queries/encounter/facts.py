"""What is known about a patient beyond one visit: allergies, current medicines, history."""

from uuid import UUID

from sqlalchemy import RowMapping

from tht_app.database.crypto import Purpose
from tht_app.database.tables.encounter import AllergyIntoleranceRow, MedicationStatementRow, PatientHistoryRow
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.encounter.allergies import (
    Allergy,
    AllergyCategory,
    AllergyLine,
    AllergyState,
    AllergyVerification,
    ReactionSeverity,
)
from tht_app.domain.encounter.history import EntryStatus, HistoryKind
from tht_app.domain.encounter.record import CurrentMedicine, HistoryEntry

SUBSTANCE = "allergy_intolerance.substance"
REACTION = "allergy_intolerance.reaction"
MEDICINE = "medication_statement.medicine"
DOSAGE = "medication_statement.dosage"
HISTORY = "patient_history.body"

ANSWER_LOCK = 9
"""Seed of the advisory locks of a patient's answers."""

RECORDED = "coalesce(pr.display_name, s.display_name) as recorded_by"
RECORDER = "join sec.person s on s.id = x.recorded_by left join practitioner pr on pr.person_id = x.recorded_by"


def _allergy(work: UnitOfWork, row: RowMapping) -> Allergy:
    return Allergy(
        row["id"],
        work.vault.open(Purpose.CLINICAL, SUBSTANCE, row["id"], bytes(row["substance_sealed"])),
        row["code"],
        AllergyCategory(row["category"]),
        work.vault.open(Purpose.CLINICAL, REACTION, row["id"], bytes(row["reaction_sealed"])),
        ReactionSeverity(row["severity"]),
        AllergyVerification(row["verification"]),
        row["recorded_by"],
        row["recorded_at"],
    )


async def allergy_line(work: UnitOfWork, patient_id: UUID) -> AllergyLine:
    """The allergy state of a patient with the active allergies, the most severe first."""
    state = await work.fetch_one(
        f"select x.state, x.recorded_at, {RECORDED} from allergy_state x {RECORDER} "
        "where x.patient_id = any(sec.records_of(:patient)) order by x.recorded_at desc limit 1",
        patient=patient_id,
    )
    if state is None:
        return AllergyLine(AllergyState.UNASKED)
    rows = await work.fetch(
        "select x.id, x.category, x.code, x.substance_sealed, x.reaction_sealed, x.severity, x.verification, "
        f"x.recorded_at, {RECORDED} from allergy_intolerance x {RECORDER} "
        "where x.patient_id = any(sec.records_of(:patient)) and x.verification in ('unconfirmed', 'confirmed') "
        "order by array_position(array['severe', 'moderate', 'unknown', 'mild'], x.severity), x.recorded_at",
        patient=patient_id,
    )
    # Of two records that were merged, one may say "none known" while the other holds an allergy.
    return AllergyLine(
        AllergyState.PRESENT if rows else AllergyState(state["state"]),
        tuple(_allergy(work, row) for row in rows),
        state["recorded_by"],
        state["recorded_at"],
    )


async def count_active_allergies(work: UnitOfWork, patient_id: UUID) -> int:
    """How many allergies stand in the record now."""
    return await work.fetch_value(
        "select count(*) from allergy_intolerance "
        "where patient_id = any(sec.records_of(:patient)) and verification in ('unconfirmed', 'confirmed')",
        patient=patient_id,
    )


async def set_allergy_state(work: UnitOfWork, patient_id: UUID, state: AllergyState) -> None:
    """Say what is known; whoever else changes this patient's allergies waits until this transaction ends."""
    await work.run(
        "insert into allergy_state (patient_id, state, recorded_by, recorded_at) values (:patient, :state, :by, :at) "
        "on conflict (patient_id) do update set state = excluded.state, recorded_by = excluded.recorded_by, "
        "recorded_at = excluded.recorded_at",
        patient=patient_id,
        state=state.value,
        by=work.person.id,
        at=work.now(),
    )


async def add_allergy(
    work: UnitOfWork,
    patient_id: UUID,
    *,
    substance: str,
    reaction: str,
    code: str | None,
    category: AllergyCategory,
    severity: ReactionSeverity,
    verification: AllergyVerification,
) -> UUID:
    """Insert an allergy and return its id."""
    row_id = work.new_id()
    await work.add(
        AllergyIntoleranceRow(
            id=row_id,
            patient_id=patient_id,
            category=category.value,
            code=code,
            substance_sealed=work.vault.seal(Purpose.CLINICAL, SUBSTANCE, row_id, substance),
            reaction_sealed=work.vault.seal(Purpose.CLINICAL, REACTION, row_id, reaction),
            severity=severity.value,
            verification=verification.value,
            recorded_by=work.person.id,
            recorded_at=work.now(),
        )
    )
    return row_id


async def set_verification(work: UnitOfWork, allergy_id: UUID, to: AllergyVerification) -> tuple[UUID, str] | None:
    """Change what is known about one allergy; returns its patient and the former verification, nothing if unknown."""
    row = await work.fetch_one(
        "update allergy_intolerance set verification = :to, changed_by = :by, changed_at = :at where id = :id "
        "returning patient_id, (select verification from allergy_intolerance b where b.id = :id) as former",
        id=allergy_id,
        to=to.value,
        by=work.person.id,
        at=work.now(),
    )
    return None if row is None else (row["patient_id"], row["former"])


async def medicines(work: UnitOfWork, patient_id: UUID) -> tuple[CurrentMedicine, ...]:
    """The medicines the patient takes now, in the order in which they were noted."""
    rows = await work.fetch(
        f"select x.id, x.code, x.medicine_sealed, x.dosage_sealed, x.recorded_at, {RECORDED} "
        f"from medication_statement x {RECORDER} "
        "where x.patient_id = any(sec.records_of(:patient)) and x.status = 'active' "
        "order by x.recorded_at, x.id",
        patient=patient_id,
    )
    return tuple(
        CurrentMedicine(
            row["id"],
            work.vault.open(Purpose.CLINICAL, MEDICINE, row["id"], bytes(row["medicine_sealed"])),
            row["code"],
            work.vault.open(Purpose.CLINICAL, DOSAGE, row["id"], bytes(row["dosage_sealed"])),
            row["recorded_by"],
            row["recorded_at"],
        )
        for row in rows
    )


async def add_medicine(work: UnitOfWork, patient_id: UUID, medicine: str, dosage: str, code: str | None) -> UUID:
    """Insert a current medicine and return its id."""
    row_id = work.new_id()
    await work.add(
        MedicationStatementRow(
            id=row_id,
            patient_id=patient_id,
            code=code,
            medicine_sealed=work.vault.seal(Purpose.CLINICAL, MEDICINE, row_id, medicine),
            dosage_sealed=work.vault.seal(Purpose.CLINICAL, DOSAGE, row_id, dosage),
            status=EntryStatus.ACTIVE.value,
            recorded_by=work.person.id,
            recorded_at=work.now(),
        )
    )
    return row_id


async def history(work: UnitOfWork, patient_id: UUID) -> tuple[HistoryEntry, ...]:
    """The active entries of the history, by kind, in the order in which they were noted."""
    rows = await work.fetch(
        f"select x.id, x.kind, x.body_sealed, x.status, x.recorded_at, x.question, x.value, {RECORDED} "
        f"from patient_history x {RECORDER} "
        "where x.patient_id = any(sec.records_of(:patient)) and x.status = 'active' "
        "order by array_position(array['problem', 'illness', 'surgery', 'family', 'social'], x.kind), "
        "x.recorded_at, x.id",
        patient=patient_id,
    )
    return tuple(
        HistoryEntry(
            row["id"],
            HistoryKind(row["kind"]),
            work.vault.open(Purpose.CLINICAL, HISTORY, row["id"], bytes(row["body_sealed"])),
            EntryStatus(row["status"]),
            row["recorded_by"],
            row["recorded_at"],
            row["question"] or "",
            row["value"] or "",
        )
        for row in rows
    )


async def hold_answers(work: UnitOfWork, patient_id: UUID) -> None:
    """Let whoever else answers for this patient wait until this transaction ends."""
    await work.run(
        "select pg_advisory_xact_lock(hashtextextended(:patient, :space))", patient=str(patient_id), space=ANSWER_LOCK
    )


async def end_answer(work: UnitOfWork, patient_id: UUID, question: str) -> None:
    """What was answered before counts no more, in all records of the person; it stays there, as ended."""
    await work.run(
        "update patient_history set status = 'ended', changed_by = :by, changed_at = :at "
        "where patient_id = any(sec.records_of(:patient)) and question = :question and status = 'active'",
        patient=patient_id,
        question=question,
        by=work.person.id,
        at=work.now(),
    )


async def add_history(
    work: UnitOfWork, patient_id: UUID, kind: HistoryKind, text: str, *, question: str = "", value: str = ""
) -> UUID:
    """Insert an entry of the history and return its id."""
    row_id = work.new_id()
    await work.add(
        PatientHistoryRow(
            id=row_id,
            patient_id=patient_id,
            kind=kind.value,
            body_sealed=work.vault.seal(Purpose.CLINICAL, HISTORY, row_id, text),
            question=question or None,
            value=value or None,
            status=EntryStatus.ACTIVE.value,
            recorded_by=work.person.id,
            recorded_at=work.now(),
        )
    )
    return row_id


async def set_entry_status(work: UnitOfWork, table: str, row_id: UUID, status: EntryStatus) -> UUID | None:
    """End a medicine or a history entry, or take the end back; returns the patient, nothing if unknown."""
    if table not in {"medication_statement", "patient_history"}:
        raise ValueError(table)
    return await work.fetch_value(
        f"update {table} set status = :status, changed_by = :by, changed_at = :at where id = :id returning patient_id",
        id=row_id,
        status=status.value,
        by=work.person.id,
        at=work.now(),
    )
