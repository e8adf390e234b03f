"""The first screen of doctor and nurse: who comes next, today, what is not signed."""

from datetime import datetime
from typing import Any

import reflex as rx
from reflex.event import EventSpec

from tht_app.domain.encounter.record import DoctorDay, VisitLine
from tht_app.domain.identity import Permission
from tht_app.live import topics
from tht_app.live.view import LiveView
from tht_app.live.watching import Watching
from tht_app.settings import settings
from tht_app.state.acting import Acting, handler
from tht_app.state.encounter.view_models import VisitView, next_view, refreshed_text, visit_view
from tht_app.use_cases.encounter import ReadDoctorDay, ReadNurseDay

NOBODY = VisitView("", "", "", "", "", "", "", "", "", "", "", False)


class DoctorDayState(Watching, Acting, rx.State):
    """My next patient, my day, my unsigned notes."""

    loaded: bool = False
    has_next: bool = False
    next: VisitView = NOBODY
    day: list[VisitView] = []
    unsigned: list[VisitView] = []
    refreshed: str = ""

    @handler(needs=Permission.RECORD_WRITE)
    async def load(self) -> None:
        """Read my day, and follow it."""
        me = self._person().person_id
        await self._watch(
            LiveView("encounter.doctor_day", ReadDoctorDay(), (topics.ENCOUNTERS,), doctor_day_vars, me, self._lang())
        )

    @handler(needs=Permission.RECORD_READ)
    async def open_visit(self, encounter_id: str) -> EventSpec:
        """Go to a visit."""
        return rx.redirect(f"/encounters/{encounter_id}")  # type: ignore[return-value]


class NurseDayState(Watching, Acting, rx.State):
    """Today's visits of all doctors."""

    loaded: bool = False
    day: list[VisitView] = []
    refreshed: str = ""

    @handler(needs=Permission.RECORD_WRITE_NURSING)
    async def load(self) -> None:
        """Read the day, and follow it."""
        await self._watch(
            LiveView("encounter.nurse_day", ReadNurseDay(), (topics.ENCOUNTERS,), nurse_day_vars, lang=self._lang())
        )


def doctor_day_vars(day: DoctorDay, now: datetime, lang: str) -> dict[str, Any]:
    """What the doctor's first screen shows."""
    zone = settings().zone
    coming = next_view(day, zone, lang, now=now)
    return {
        "has_next": coming is not None,
        "next": coming or NOBODY,
        "day": [visit_view(line, zone, lang, now=now) for line in day.day],
        "unsigned": [visit_view(line, zone, lang, now=now) for line in day.unsigned],
        "refreshed": refreshed_text(now, zone),
        "loaded": True,
    }


def nurse_day_vars(lines: tuple[VisitLine, ...], now: datetime, lang: str) -> dict[str, Any]:
    """What the nurse's first screen shows."""
    zone = settings().zone
    return {
        "day": [visit_view(line, zone, lang, now=now) for line in lines],
        "refreshed": refreshed_text(now, zone),
        "loaded": True,
    }
