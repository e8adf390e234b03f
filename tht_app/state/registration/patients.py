"""The list of patients: one box, what it finds."""

from datetime import UTC, datetime

import reflex as rx
from reflex.event import EventSpec

from tht_app.domain.identity import Permission
from tht_app.domain.registration.records import SearchResult
from tht_app.settings import settings
from tht_app.state.acting import Acting, handler
from tht_app.state.care.view_models import StrangerView, stranger_view
from tht_app.state.registration.view_models import PatientRowView, clinic_today, row_view
from tht_app.use_cases.registration import SearchPatients

SHORTEST = 2


class PatientsState(Acting, rx.State):
    """What stands on `/patients`."""

    text: str = ""
    rows: list[PatientRowView] = []
    more: bool = False
    searched: bool = False
    stranger: StrangerView = StrangerView()
    """Somebody whom this doctor does not treat and who was found exactly."""
    _wanted: str = ""
    """What the box in the top line has found and hands on."""

    @handler(needs=Permission.PATIENT_SEARCH)
    async def load(self) -> None:
        """Begin with an empty list, nobody's data before somebody is looked for; or with what another box handed on."""
        self.text, self.rows, self.more, self.searched, self.stranger = "", [], False, False, StrangerView()
        wanted, self._wanted = self._wanted, ""
        if wanted:
            await self._look_for(wanted)

    @handler(needs=Permission.PATIENT_SEARCH)
    async def search(self, text: str) -> None:
        """Show who fits what was typed so far."""
        await self._look_for(text)

    @handler(needs=Permission.PATIENT_SEARCH)
    async def open_only(self, form: dict[str, str]) -> EventSpec | None:
        """Enter in the box: go to the patient if just one fits."""
        result = await self._look_for(form.get("patient_search", ""))
        if result is None or len(result.hits) != 1:
            return None
        return rx.redirect(f"/patients/{result.hits[0].banner.id}")  # type: ignore[return-value]

    @handler(needs=Permission.PATIENT_READ)
    async def open_patient(self, patient_id: str) -> EventSpec:
        """Go to a patient's page."""
        return rx.redirect(f"/patients/{patient_id}")  # type: ignore[return-value]

    async def _look_for(self, text: str) -> SearchResult | None:
        self.text = text
        if len(text.strip()) < SHORTEST:
            self.rows, self.more, self.searched, self.stranger = [], False, False, StrangerView()
            return None
        result: SearchResult = await self._execute(SearchPatients(text))
        zone, now, lang = settings().zone, datetime.now(UTC), self._lang()
        today = clinic_today(zone, now)
        self.rows = [row_view(hit, today, lang, words=result.words) for hit in result.hits]
        self.more, self.searched = result.more, True
        self.stranger = stranger_view(result.stranger, zone, now, lang)
        return result
