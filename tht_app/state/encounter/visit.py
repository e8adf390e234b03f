"""The encounter screen itself: what it is about, which part is seen, starting the visit."""

from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID

import reflex as rx

from tht_app.domain.encounter.record import EncounterRecord
from tht_app.domain.errors import NotFound, Unavailable
from tht_app.domain.identity import Permission
from tht_app.settings import settings
from tht_app.state.acting import Acting, handler
from tht_app.state.banner import BannerView
from tht_app.state.encounter.fact_views import answers_of, history_views, usual_texts
from tht_app.state.encounter.view_models import (
    DiagnosisView,
    EncounterView,
    EntryView,
    ProcedureView,
    ReadingView,
    VisitView,
    addendum_views,
    allergy_views,
    banner_view,
    diagnosis_views,
    encounter_view,
    medicine_views,
    procedure_views,
    reading_views,
    visit_view,
)
from tht_app.state.ent.exam import ExamState
from tht_app.use_cases.encounter import FinishEncounter, ReadEncounter, StartEncounter

PANELS = ("summary", "note", "tools")
TOOLS = ("exam", "diagnosis", "vitals", "history", "last", "prescription", "files", "letters")


def as_id(text: str) -> UUID:
    """An id that came from a browser; what is none names nothing."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None


PER_VISIT: list[type[rx.State]] = [ExamState]
"""States that hold something about one visit only, such as a diagnosis that was picked and not yet added."""

StateClass = TypeVar("StateClass", bound=type[rx.State])


def per_visit(state: StateClass) -> StateClass:
    """Let a State start afresh whenever another visit is opened in the same tab."""
    PER_VISIT.append(state)
    return state


class EncounterState(Acting, rx.State):
    """One visit as the screen shows it."""

    phase: str = "loading"
    """`loading`, `ready`, `missing` or `unreachable`."""
    view: EncounterView = EncounterView()
    banner: BannerView = BannerView()
    allergies: list[EntryView] = []
    medicines: list[EntryView] = []
    history: list[EntryView] = []
    answers: dict[str, str] = {}
    readings: list[ReadingView] = []
    usual: dict[str, str] = {}
    diagnoses: list[DiagnosisView] = []
    procedures: list[ProcedureView] = []
    earlier: list[VisitView] = []
    addenda: list[EntryView] = []
    panel: str = "note"
    tool: str = "exam"

    @handler(needs=Permission.RECORD_READ)
    async def load(self) -> None:
        """Show the visit that the address names."""
        wanted = self.router.url.path.rstrip("/").rpartition("/")[2]
        if wanted != self.view.id:
            await self._start_afresh()
        try:
            await self._reload(as_id(wanted))
        except NotFound:
            await self._start_afresh()
            self.phase = "missing"
            return
        except Unavailable:
            self.phase = self.phase if self.phase == "ready" else "unreachable"
            raise
        exam = await self.get_state(ExamState)
        await exam._show(self.view.id, may_write=self.view.may_write)

    @handler(needs=Permission.RECORD_READ)
    async def show_panel(self, panel: str) -> None:
        """Choose what a narrow screen shows."""
        self.panel = panel if panel in PANELS else "note"

    @handler(needs=Permission.RECORD_READ)
    async def show_tool(self, tool: str) -> None:
        """Choose what stands beside the note."""
        self.tool = tool if tool in TOOLS else "exam"

    @handler(needs=Permission.RECORD_WRITE)
    async def start(self) -> None:
        """Begin with the patient."""
        await self._execute(StartEncounter(as_id(self.view.id)))
        await self._reload()

    @handler(needs=Permission.RECORD_WRITE)
    async def finish(self) -> None:
        """The patient leaves; the note stays open until it is signed."""
        await self._execute(FinishEncounter(as_id(self.view.id)))
        await self._reload()
        await self._notify("encounter.visit.finished", name=self.view.patient_name)

    async def _start_afresh(self) -> None:
        """Nothing of one patient is left when another is opened."""
        self.reset()
        for state in PER_VISIT:
            (await self.get_state(state)).reset()

    async def _reload(self, encounter_id: UUID | None = None) -> None:
        """Read the visit again."""
        record: EncounterRecord = await self._execute(ReadEncounter(encounter_id or as_id(self.view.id)))
        zone, lang, now = settings().zone, self._lang(), datetime.now(UTC)
        self.view = encounter_view(record, zone, lang)
        self.banner = banner_view(record.patient, record.allergy, zone, lang, now=now)
        self.allergies = allergy_views(record.allergy, zone, lang)
        self.medicines = medicine_views(record.medicines, zone, lang)
        self.history = history_views(record.history, zone, lang)
        self.answers = answers_of(record.history)
        self.readings = reading_views(record.readings, zone, record.patient.birth_date)
        self.usual = usual_texts(record.patient.birth_date, now.astimezone(zone).date())
        self.diagnoses = diagnosis_views(record.diagnoses)
        self.procedures = procedure_views(record.procedures)
        self.earlier = [visit_view(line, zone, lang, now=now) for line in record.earlier]
        self.addenda = addendum_views(record.addenda, zone, lang)
        self.phase = "ready"
