"""The log as a list: what the address asks for, page after page, and one entry in full."""

from datetime import UTC, datetime
from uuid import UUID

import reflex as rx
from reflex.event import EventSpec

from tht_app.domain.errors import ValidationFailed
from tht_app.domain.identity import Permission
from tht_app.i18n import exact_text
from tht_app.settings import settings
from tht_app.state.acting import Acting, handler
from tht_app.state.audit.filters import FilterView, filter_view, place_query, query_of, read_filter, read_place
from tht_app.state.audit.view_models import (
    ChoiceView,
    EntryDetail,
    EntryView,
    PatientOption,
    entry_detail,
    entry_view,
    option_view,
    patient_words,
    person_choices,
)
from tht_app.use_cases.audit import EntryChoices, EntryPage, FindAuditedPatients, ListEntries, ReadEntry

READ = Permission.AUDIT_READ
SCREEN = "/audit"


class EntriesState(Acting, rx.State):
    """A page of the log; everything it depends on stands in the address."""

    filter: FilterView = FilterView()
    patient: str = ""
    """Name and number of the patient that is asked for."""
    people: list[ChoiceView] = []
    rows: list[EntryView] = []
    loaded: bool = False
    behind: bool = False
    """This is not the first page."""
    newest_address: str = SCREEN
    next_address: str = ""
    searched_to: str = ""
    """Up to when was searched, if that was not to the end."""
    export_address: str = ""
    errors: dict[str, str] = {}

    @handler(needs=READ)
    async def load(self) -> None:
        """Read what the address asks for."""
        asked = self.router.url.query_parameters
        if not self.people:
            self.people = person_choices(await self._execute(EntryChoices()), self._lang())
        try:
            wanted = read_filter(asked, settings().zone)
        except ValidationFailed:
            wanted = read_filter({**asked, "from": asked.get("to", "")}, settings().zone)
        place = read_place(asked)
        page: EntryPage = await self._execute(ListEntries(wanted, place))
        self._show(page, filter_view(wanted), behind=place is not None)

    def _show(self, page: EntryPage, view: FilterView, *, behind: bool) -> None:
        lang = self._lang()
        self.filter = view
        self.patient = patient_words(page.patient) if page.patient else ""
        self.rows = [entry_view(entry, lang) for entry in page.entries]
        self.behind, self.loaded = behind, True
        self.newest_address = f"{SCREEN}?{query_of(view)}"
        self.next_address = f"{SCREEN}?{query_of(view, **place_query(page.after))}" if page.after else ""
        cut = page.after is not None and page.cut
        self.searched_to = exact_text(page.after.at.astimezone(settings().zone), lang) if cut and page.after else ""
        self.export_address = f"/files/audit/entries.csv?{query_of(view)}"

    @handler(needs=READ)
    async def apply(self, form: dict[str, str]) -> EventSpec:
        """Go to the address of what the form asks for."""
        wanted = read_filter(form, settings().zone, datetime.now(UTC))
        return rx.redirect(f"{SCREEN}?{query_of(filter_view(wanted))}")  # type: ignore[return-value]


class PatientFilterState(Acting, rx.State):
    """Suggestions for the patient that the log is asked about."""

    options: list[PatientOption] = []
    answers: str = ""

    @handler(needs=READ)
    async def search(self, text: str, question: str) -> None:
        """Suggest patients by record number or name."""
        found = await self._execute(FindAuditedPatients(text))
        self.options, self.answers = [option_view(patient, self._lang()) for patient in found], question

    @handler(needs=READ)
    async def open_report(self, patient_id: str) -> EventSpec:
        """Go to who opened this patient's record."""
        self.options = []
        return rx.redirect(f"{SCREEN}/patients/{patient_id}")  # type: ignore[return-value]


class EntryState(Acting, rx.State):
    """One entry beside the list."""

    detail: EntryDetail = EntryDetail()
    is_open: bool = False

    @handler(needs=READ)
    async def open_entry(self, entry_id: UUID) -> None:
        """Read it with its old and new values."""
        self.detail = entry_detail(await self._execute(ReadEntry(entry_id)), self._lang())
        self.is_open = True

    @handler(needs=READ)
    async def close(self) -> None:
        """Put it away, and forget what it held."""
        self.is_open, self.detail = False, EntryDetail()
