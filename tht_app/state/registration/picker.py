"""Finding one patient from anywhere: the box in the top line, and the picker of other screens."""

from datetime import UTC, datetime

import reflex as rx
from reflex.event import EventSpec

from tht_app.domain.identity import Permission
from tht_app.domain.registration.identifiers import shown_record_number
from tht_app.domain.registration.records import SearchResult
from tht_app.settings import settings
from tht_app.state.acting import Acting, handler
from tht_app.state.registration.patients import PatientsState
from tht_app.state.registration.view_models import PatientOption, clinic_today, option_view, stranger_option
from tht_app.use_cases.registration import SearchPatients

OPTIONS_SHOWN = 8


class SearchBoxState(Acting, rx.State):
    """Suggestions of the search box in the top line."""

    options: list[PatientOption] = []
    answers: str = ""
    _stranger: tuple[str, str] = ("", "")
    """Id and record number of the stranger among them."""

    @handler(needs=Permission.PATIENT_SEARCH)
    async def search(self, text: str, question: str) -> None:
        """Suggest patients for what was typed; a stranger too, who is opened from the list of patients."""
        result = await self._execute(SearchPatients(text))
        self.options, self.answers = _options(self, result), question
        self._stranger = ("", "")
        if result.stranger is not None:
            option = stranger_option(result.stranger, clinic_today(settings().zone, datetime.now(UTC)), self._lang())
            self.options.append(option)
            self._stranger = (option.value, shown_record_number(result.stranger.record_number))

    @handler(needs=Permission.PATIENT_SEARCH)
    async def open_patient(self, patient_id: str) -> EventSpec:
        """Go to the patient's page."""
        self.options = []
        known, number = self._stranger
        if patient_id == known:
            return await self._to_the_list(number)
        return rx.redirect(f"/patients/{patient_id}")  # type: ignore[return-value]

    async def _to_the_list(self, number: str) -> EventSpec:
        """To the list with the stranger on it; the number goes there by the server, not in an address."""
        patients = await self.get_state(PatientsState)
        patients._wanted = number
        if self.router.url.path.rstrip("/") == "/patients":
            return PatientsState.load
        return rx.redirect("/patients")  # type: ignore[return-value]


class PickerState(Acting, rx.State):
    """Suggestions of the patient picker on other screens."""

    options: list[PatientOption] = []
    answers: str = ""

    @handler(needs=Permission.PATIENT_SEARCH)
    async def search(self, text: str, question: str) -> None:
        """Suggest patients for what was typed."""
        self.options, self.answers = _options(self, await self._execute(SearchPatients(text))), question


def _options(state: Acting, result: SearchResult) -> list[PatientOption]:
    today, lang = clinic_today(settings().zone, datetime.now(UTC)), state._lang()
    return [option_view(hit, today, lang) for hit in result.hits[:OPTIONS_SHOWN]]
