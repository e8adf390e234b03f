"""Writing letters in a visit, and the letters of a patient."""

import reflex as rx

from tht_app.domain.errors import NotFound
from tht_app.domain.identity import Permission
from tht_app.domain.letter import LetterKind
from tht_app.settings import settings
from tht_app.state.acting import Acting, handler
from tht_app.state.encounter.visit import EncounterState, as_id, per_visit
from tht_app.state.letter.view_models import LetterView, beginnings, kind_of, letter_views
from tht_app.use_cases.letter import (
    IssueLetter,
    LettersOfPatient,
    LettersOfVisit,
    PrepareLetter,
    WithdrawLetter,
)


@per_visit
class VisitLettersState(Acting, rx.State):
    """The letters of the visit on the screen, and the one that is being written."""

    letters: list[LetterView] = []
    allowed: list[str] = []
    writing: str = ""
    """The kind of letter whose form is open; empty for none."""
    begins: dict[str, str] = {}
    patient_name: str = ""
    errors: dict[str, str] = {}
    key_epoch: int = 0
    withdrawing: str = ""
    withdrawing_number: str = ""

    @handler(needs=(Permission.LETTER_WRITE, Permission.RECORD_READ))
    async def load(self) -> None:
        """Show the letters of the visit that the address names, for who writes letters."""
        if Permission.LETTER_WRITE not in self._person().permissions:
            return
        try:
            await self._show(self.router.url.path.rstrip("/").rpartition("/")[2])
        except NotFound:
            self.reset()

    async def _show(self, visit_id: str) -> None:
        letters = await self._execute(LettersOfVisit(as_id(visit_id)))
        self.letters = letter_views(letters, settings().zone, self._lang())

    @handler(needs=Permission.LETTER_WRITE)
    async def write(self, kind: str) -> None:
        """Open the form of a letter, with what the record already says."""
        visit = await self.get_state(EncounterState)
        basis = await self._execute(PrepareLetter(as_id(visit.view.id)))
        self.allowed = [one.value for one in basis.allowed]
        self.begins = beginnings(basis, self._lang())
        self.patient_name = basis.patient_name
        self.errors = {}
        self.key_epoch += 1
        self.writing = kind_of(kind).value

    @handler(needs=Permission.LETTER_WRITE)
    async def leave(self) -> None:
        """Close the form, or leave a letter as it is."""
        self.writing, self.withdrawing, self.errors = "", "", {}

    @handler(needs=Permission.LETTER_WRITE)
    async def issue(self, form: dict[str, str]) -> None:
        """Hand the letter out."""
        visit = await self.get_state(EncounterState)
        values = {name: text for name, text in form.items() if not name.startswith("_")}
        request = IssueLetter(as_id(visit.view.id), LetterKind(self.writing), values, form.get("lang", "id"))
        letter_id = await self._execute(request, key=form.get("_key"))
        self.key_epoch += 1
        self.writing = ""
        await self._show(visit.view.id)
        number = next((one.number for one in self.letters if one.id == str(letter_id)), "")
        document = (f"/letters/{letter_id}.pdf", "letter.print.action")
        await self._notify("letter.issued", document=document, number=number)

    @handler(needs=Permission.LETTER_WRITE)
    async def ask_withdrawal(self, letter_id: str) -> None:
        """Ask why before a letter is withdrawn."""
        chosen = next((one for one in self.letters if one.id == letter_id and one.mine), None)
        if chosen is not None:
            self.withdrawing, self.withdrawing_number, self.errors = chosen.id, chosen.number, {}

    @handler(needs=Permission.LETTER_WRITE)
    async def withdraw(self, form: dict[str, str]) -> None:
        """Withdraw it."""
        await self._execute(WithdrawLetter(as_id(self.withdrawing), form.get("reason", "")), key=form.get("_key"))
        number, self.withdrawing = self.withdrawing_number, ""
        self.key_epoch += 1
        visit = await self.get_state(EncounterState)
        await self._show(visit.view.id)
        await self._notify("letter.withdraw.done", number=number)


class PatientLettersState(Acting, rx.State):
    """Every letter that was written for a patient."""

    letters: list[LetterView] = []

    @handler(needs=Permission.PATIENT_READ)
    async def load(self) -> None:
        """Show the letters of the patient that the address names, for who may print them."""
        self.letters = []
        if Permission.LETTER_PRINT not in self._person().permissions:
            return
        wanted = self.router.url.path.rstrip("/").rpartition("/")[2]
        try:
            letters = await self._execute(LettersOfPatient(as_id(wanted)))
        except NotFound:
            return
        self.letters = letter_views(letters, settings().zone, self._lang())
