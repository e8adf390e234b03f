"""The first screen of doctor and nurse: who comes next, today, what is not signed."""

from datetime import UTC, datetime

import reflex as rx
from reflex.event import EventSpec

from tht_app.domain.identity import Permission
from tht_app.settings import settings
from tht_app.state.acting import Acting, handler
from tht_app.state.encounter.view_models import VisitView, next_view, refreshed_text, visit_view
from tht_app.use_cases.encounter import ReadDoctorDay, ReadNurseDay


class DoctorDayState(Acting, rx.State):
    """My next patient, my day, my unsigned notes."""

    loaded: bool = False
    has_next: bool = False
    next: VisitView = VisitView("", "", "", "", "", "", "", "", "", "", "", False)
    day: list[VisitView] = []
    unsigned: list[VisitView] = []
    refreshed: str = ""

    @handler(needs=Permission.RECORD_WRITE)
    async def load(self) -> None:
        """Read my day."""
        day = await self._execute(ReadDoctorDay())
        zone, lang, now = settings().zone, self._lang(), datetime.now(UTC)
        coming = next_view(day, zone, lang, now=now)
        self.has_next = coming is not None
        if coming is not None:
            self.next = coming
        self.day = [visit_view(line, zone, lang, now=now) for line in day.day]
        self.unsigned = [visit_view(line, zone, lang, now=now) for line in day.unsigned]
        self.refreshed = refreshed_text(now, zone)
        self.loaded = True

    @handler(needs=Permission.RECORD_READ)
    async def open_visit(self, encounter_id: str) -> EventSpec:
        """Go to a visit."""
        return rx.redirect(f"/encounters/{encounter_id}")  # type: ignore[return-value]


class NurseDayState(Acting, rx.State):
    """Today's visits of all doctors."""

    loaded: bool = False
    day: list[VisitView] = []
    refreshed: str = ""

    @handler(needs=Permission.RECORD_WRITE_NURSING)
    async def load(self) -> None:
        """Read the day."""
        lines = await self._execute(ReadNurseDay())
        zone, lang, now = settings().zone, self._lang(), datetime.now(UTC)
        self.day = [visit_view(line, zone, lang, now=now) for line in lines]
        self.refreshed = refreshed_text(now, zone)
        self.loaded = True
