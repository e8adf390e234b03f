"""The dialog that shows what a template would add to the visit that is open."""

from datetime import UTC, datetime

import reflex as rx

from tht_app.domain.identity import Permission
from tht_app.settings import settings
from tht_app.state.acting import Acting, handler
from tht_app.state.encounter.visit import EncounterState, as_id, per_visit
from tht_app.state.ent.exam import ExamState
from tht_app.state.pharmacy.prescribing import PrescribingState
from tht_app.state.template.view_models import PlacingView, placing_view
from tht_app.use_cases.template import Placed, PlaceTemplate, PreviewPlacing, TakeBackPlaced


@per_visit
class PlacingState(Acting, rx.State):
    """What would be added; nothing until somebody says so."""

    view: PlacingView = PlacingView()
    errors: dict[str, str] = {}
    key_epoch: int = 0

    @handler(needs=Permission.RECORD_WRITE)
    async def look(self, template_id: str, side: str) -> None:
        """Show what the template would add."""
        visit = await self.get_state(EncounterState)
        found = await self._execute(PreviewPlacing(as_id(visit.view.id), as_id(template_id), side))
        today = datetime.now(UTC).astimezone(settings().zone).date()
        self.view = placing_view(found, settings().zone, self._lang(), today)

    @handler(needs=Permission.RECORD_WRITE)
    async def close(self) -> None:
        """Only the words."""
        self.view = PlacingView()

    @handler(needs=Permission.RECORD_WRITE)
    async def place(self, form: dict[str, str]) -> None:
        """Add what is ticked, with one way back for all of it."""
        visit = await self.get_state(EncounterState)
        chosen = frozenset(name for name, value in form.items() if value == "on")
        request = PlaceTemplate(
            as_id(visit.view.id), as_id(self.view.template_id), self.view.version, chosen, self.view.side
        )
        placed: Placed = await self._execute(request, key=form.get("_key"))
        title = self.view.title
        self.key_epoch += 1
        self.view = PlacingView()
        await self._show_all(visit)
        undo = PlacingState.take_back(
            visit.view.id, list(placed.findings), [str(one) for one in placed.diagnoses], [str(o) for o in placed.lines]
        )
        await self._notify("template.placing.done", undo=undo, title=title)

    @handler(needs=Permission.RECORD_WRITE)
    async def take_back(self, encounter_id: str, findings: list[str], diagnoses: list[str], lines: list[str]) -> None:
        """Take back all that one use of a template has added."""
        request = TakeBackPlaced(
            as_id(encounter_id),
            tuple(findings),
            tuple(as_id(one) for one in diagnoses),
            tuple(as_id(one) for one in lines),
        )
        await self._execute(request)
        visit = await self.get_state(EncounterState)
        if visit.view.id == encounter_id:
            await self._show_all(visit)
        await self._notify("template.placing.taken_back")

    async def _show_all(self, visit: EncounterState) -> None:
        """Read again what stands beside the note."""
        await visit._reload()
        exam = await self.get_state(ExamState)
        await exam._show(visit.view.id, may_write=visit.view.may_write)
        prescribing = await self.get_state(PrescribingState)
        if prescribing.encounter_id == visit.view.id:
            await prescribing._show()
