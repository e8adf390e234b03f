"""A drop in the calendar: the browser has already drawn it, here it is decided."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import reflex as rx

from tht_app.domain.errors import Conflict, DomainError
from tht_app.domain.scheduling import SlotRefused
from tht_app.i18n import text_of
from tht_app.settings import settings
from tht_app.state.acting import Acting, handler
from tht_app.state.feedback import error_words
from tht_app.state.scheduling.appointment import AppointmentState
from tht_app.state.scheduling.booking import BOOK
from tht_app.state.scheduling.calendar import CalendarState
from tht_app.state.scheduling.forms import read_place
from tht_app.state.scheduling.grid import EventView, read_wall, wall
from tht_app.state.scheduling.view_models import SlotView, slot_view
from tht_app.use_cases.scheduling import FreeSlots, MoveAppointment

STALE = timedelta(seconds=20)
"""A drop that was made longer ago waited for a lost connection; the person has seen it go back meanwhile."""


@dataclass(frozen=True)
class AnswerView:
    """What became of the drop `request`; `offers` start at the clinic's wall clock."""

    request: str = ""
    ok: bool = True
    text: str = ""
    offers: list[SlotView] = field(default_factory=list[SlotView])


class PlacingState(Acting, rx.State):
    """The answer to the last drop."""

    answer: AnswerView = AnswerView()

    @handler(needs=BOOK)
    async def place(self, form: dict[str, str]) -> None:
        """Move an appointment to where it was dropped, or say why not and what would be free instead."""
        key = form.get("request", "")
        asked = read_wall(form.get("asked", ""), settings().zone)
        if asked is None or abs(datetime.now(UTC) - asked) > STALE:
            self.answer = AnswerView(key, ok=False, text=text_of("scheduling.grid.stale", self._lang()))
            return
        calendar = await self.get_state(CalendarState)
        former = calendar._event(form.get("id", ""))
        request = read_place(form, settings().zone)
        try:
            await self._execute(request, key or None)
        except DomainError as refused:
            offers = await self._offers(request) if isinstance(refused, SlotRefused) else []
            self.answer = AnswerView(key, ok=False, text=error_words(refused, self._lang()), offers=offers)
            if isinstance(refused, Conflict):
                await calendar._reread()
            return
        await calendar._reread()
        self.answer = AnswerView(key)
        undo = AppointmentState.move_back(*_place_of(former)) if former else None
        await self._notify("scheduling.appointment.moved", undo=undo)

    async def _offers(self, request: MoveAppointment) -> list[SlotView]:
        """The three free times nearest to where it was dropped."""
        if request.practitioner_id is None or request.start is None:
            return []
        zone = settings().zone
        slots = await self._execute(
            FreeSlots(request.practitioner_id, request.minutes or 0, request.start, request.room_id)
        )
        return [SlotView(wall(slot.start, zone), slot_view(slot, zone, self._lang()).label) for slot in slots]


def _place_of(event: EventView) -> tuple[str, str, int, str, str]:
    """Where an appointment was, as the event that brings it back carries it."""
    zone = settings().zone
    start, end = (datetime.fromisoformat(text).replace(tzinfo=zone) for text in (event.start, event.end))
    return (event.id, start.isoformat(), int((end - start).total_seconds() // 60), event.doctor, event.room)
