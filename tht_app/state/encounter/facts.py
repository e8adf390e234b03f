"""Writing what is known about the patient: allergies, current medicines, history."""

import reflex as rx

from tht_app.domain.encounter.history import QUESTIONS
from tht_app.domain.identity import Permission
from tht_app.state.acting import Acting, handler
from tht_app.state.encounter.visit import EncounterState, as_id, per_visit
from tht_app.use_cases.encounter import (
    AddHistory,
    AddMedicine,
    AnswerHistory,
    RecordAllergy,
    SetHistoryStatus,
    SetMedicineStatus,
    StateAllergies,
    VerifyAllergy,
)

WRITERS = (Permission.RECORD_WRITE, Permission.RECORD_WRITE_NURSING)


async def _visit(state: rx.State) -> EncounterState:
    return await state.get_state(EncounterState)


@per_visit
class AllergiesState(Acting, rx.State):
    """The form of allergies."""

    errors: dict[str, str] = {}
    key_epoch: int = 0

    @handler(needs=WRITERS)
    async def record(self, form: dict[str, str]) -> None:
        """Store an allergy."""
        visit = await _visit(self)
        request = RecordAllergy(
            as_id(visit.view.patient_id),
            form.get("substance", ""),
            form.get("reaction", ""),
            form.get("category", "medication"),
            form.get("severity", "unknown"),
            form.get("verification", "unconfirmed"),
        )
        await self._execute(request, key=form.get("_key"))
        self.key_epoch += 1
        await visit._reload()
        await self._notify("encounter.allergies.saved", name=visit.view.patient_name)

    @handler(needs=WRITERS)
    async def say(self, state: str) -> None:
        """Say that none are known, or that nobody can tell."""
        visit = await _visit(self)
        await self._execute(StateAllergies(as_id(visit.view.patient_id), state))
        await visit._reload()

    @handler(needs=WRITERS)
    async def verify(self, allergy_id: str, verification: str) -> None:
        """Confirm, refute or strike out an allergy."""
        visit = await _visit(self)
        former = next((entry.tag for entry in visit.allergies if entry.id == allergy_id), "unconfirmed")
        await self._execute(VerifyAllergy(as_id(allergy_id), verification))
        await visit._reload()
        if verification == "entered-in-error":
            undo = AllergiesState.verify(allergy_id, former)
            await self._notify("encounter.allergies.struck", undo=undo)


@per_visit
class HistoryState(Acting, rx.State):
    """The forms of current medicines and of the history."""

    errors: dict[str, str] = {}
    medicine_epoch: int = 0
    history_epoch: int = 0
    answers_epoch: int = 0

    @handler(needs=WRITERS)
    async def add_medicine(self, form: dict[str, str]) -> None:
        """Note a medicine that the patient takes."""
        visit = await _visit(self)
        request = AddMedicine(as_id(visit.view.patient_id), form.get("medicine", ""), form.get("dosage", ""))
        await self._execute(request, key=form.get("_key"))
        self.medicine_epoch += 1
        await visit._reload()

    @handler(needs=WRITERS)
    async def add_history(self, form: dict[str, str]) -> None:
        """Note a problem or a fact of the history."""
        visit = await _visit(self)
        request = AddHistory(as_id(visit.view.patient_id), form.get("kind", ""), form.get("text", ""))
        await self._execute(request, key=form.get("_key"))
        self.history_epoch += 1
        await visit._reload()

    @handler(needs=WRITERS)
    async def answer(self, form: dict[str, str]) -> None:
        """Store what was answered about habits and family; only what is new or different is written."""
        visit = await _visit(self)
        answers = {name: (form.get(name, ""), form.get(f"{name}_text", "")) for name in QUESTIONS}
        await self._execute(AnswerHistory(as_id(visit.view.patient_id), answers), key=form.get("_key"))
        self.answers_epoch += 1
        await visit._reload()
        await self._notify("encounter.question.saved", name=visit.view.patient_name)

    @handler(needs=WRITERS)
    async def set_medicine(self, medicine_id: str, status: str) -> None:
        """End a medicine, or take the end back."""
        visit = await _visit(self)
        await self._execute(SetMedicineStatus(as_id(medicine_id), status))
        await visit._reload()
        if status != "active":
            await self._notify("encounter.medicines.ended", undo=HistoryState.set_medicine(medicine_id, "active"))

    @handler(needs=WRITERS)
    async def set_history(self, entry_id: str, status: str) -> None:
        """End an entry of the history, or take the end back."""
        visit = await _visit(self)
        await self._execute(SetHistoryStatus(as_id(entry_id), status))
        await visit._reload()
        if status != "active":
            await self._notify("encounter.history.ended", undo=HistoryState.set_history(entry_id, "active"))
