"""Finding one patient from anywhere: the box in the top line, and the picker of other screens."""

from datetime import UTC, datetime

import reflex as rx
from reflex.event import EventSpec

from tht_app.domain.identity import Permission
from tht_app.settings import settings
from tht_app.state.acting import Acting, handler
from tht_app.state.registration.view_models import PatientOption, clinic_today, option_view
from tht_app.use_cases.registration import SearchPatients

OPTIONS_SHOWN = 8


class SearchBoxState(Acting, rx.State):
    """Suggestions of the search box in the top line."""

    options: list[PatientOption] = []

    @handler(needs=Permission.PATIENT_SEARCH)
    async def search(self, text: str) -> None:
        """Suggest patients for what was typed."""
        self.options = await _options(self, text)

    @handler(needs=Permission.PATIENT_SEARCH)
    async def open_patient(self, patient_id: str) -> EventSpec:
        """Go to the patient's page."""
        self.options = []
        return rx.redirect(f"/patients/{patient_id}")  # type: ignore[return-value]


class PickerState(Acting, rx.State):
    """Suggestions of the patient picker on other screens."""

    options: list[PatientOption] = []

    @handler(needs=Permission.PATIENT_SEARCH)
    async def search(self, text: str) -> None:
        """Suggest patients for what was typed."""
        self.options = await _options(self, text)


async def _options(state: Acting, text: str) -> list[PatientOption]:
    result = await state._execute(SearchPatients(text))
    today, lang = clinic_today(settings().zone, datetime.now(UTC)), state._lang()
    return [option_view(hit, today, lang) for hit in result.hits[:OPTIONS_SHOWN]]
