"""The side sheet of one appointment: see, move, cancel, bring back, check in."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import reflex as rx

from tht_app.domain.errors import NotFound
from tht_app.domain.identity import Permission
from tht_app.domain.queue import TicketId
from tht_app.domain.scheduling import AppointmentId, PractitionerId, RoomId, SlotClosed, SlotTaken
from tht_app.settings import settings
from tht_app.state.acting import Acting, handler
from tht_app.state.feedback import error_words
from tht_app.state.scheduling.booking import BOOK
from tht_app.state.scheduling.calendar import CalendarState
from tht_app.state.scheduling.forms import read_cancel, read_move, read_start
from tht_app.state.scheduling.view_models import (
    AppointmentView,
    OptionView,
    SlotView,
    appointment_view,
    doctor_options,
    read_id,
    room_options,
    slot_view,
)
from tht_app.use_cases.queue import CancelTicket, CheckIn
from tht_app.use_cases.scheduling import (
    AppointmentEntry,
    CancelRestOfSeries,
    FreeSlots,
    GetAppointment,
    ListPractitioners,
    ListRooms,
    MarkNoShow,
    MoveAppointment,
    RestoreAppointment,
)


class AppointmentState(Acting, rx.State):
    """One appointment of the shown day; `mode` is look, move or cancel."""

    is_open: bool = False
    mode: str = "look"
    shown: AppointmentView = AppointmentView()
    doctors: list[OptionView] = []
    rooms: list[OptionView] = []
    refusal: str = ""
    offers: list[SlotView] = []
    errors: dict[str, str] = {}
    key_epoch: int = 0

    @handler(needs=Permission.APPOINTMENT_READ)
    async def open_appointment(self, appointment_id: str) -> None:
        """Show an appointment of the day beside it."""
        await self._look(appointment_id)
        self.mode, self.is_open = "look", True

    @handler(needs=BOOK)
    async def open_move(self, appointment_id: str) -> None:
        """Open an appointment with the form that moves it."""
        await self._look(appointment_id)
        await self._offer_places()
        self.mode, self.is_open = "move", True

    @handler(needs=Permission.APPOINTMENT_READ)
    async def close_appointment(self) -> None:
        """Put the sheet away."""
        self.is_open = False

    @handler(needs=BOOK)
    async def choose_mode(self, mode: str) -> None:
        """Look, move or cancel."""
        if mode == "move":
            await self._offer_places()
        self.mode = mode if mode in {"move", "cancel"} else "look"
        self._forget()

    @handler(needs=BOOK)
    async def move(self, form: dict[str, str]) -> None:
        """Move to what the form says, or to the offered time whose button was pressed."""
        key = form.pop("_key", "") or None
        former, calendar = await self._former()
        request = read_move(form, former.id, self.shown.version, settings().zone)
        self._forget()
        try:
            await self._execute(request, key)
        except (SlotTaken, SlotClosed) as refused:
            self.refusal = error_words(refused, self._lang())
            self.offers = await self._offers(request, former)
            return
        await self._done("scheduling.appointment.moved", calendar, undo=AppointmentState.move_back(*_place(former)))

    @handler(needs=BOOK)
    async def move_back(self, appointment_id: UUID, start: str, minutes: int, doctor: UUID, room: UUID) -> None:
        """Undo a move."""
        back = MoveAppointment(
            AppointmentId(appointment_id), read_start(start), minutes, PractitionerId(doctor), RoomId(room)
        )
        await self._execute(back)
        await self._done("scheduling.appointment.moved_back", await self.get_state(CalendarState))

    @handler(needs=BOOK)
    async def cancel(self, form: dict[str, str]) -> None:
        """Call the appointment off."""
        key = form.pop("_key", "") or None
        former, calendar = await self._former()
        request = read_cancel(form, former.id)
        if form.get("cancel_rest"):
            await self._execute(CancelRestOfSeries(former.id, request.reason, request.note), key)
            await self._done("scheduling.appointment.rest_cancelled", calendar)
            return
        await self._execute(request, key)
        await self._done("scheduling.appointment.cancelled", calendar, undo=AppointmentState.restore(str(former.id)))

    @handler(needs=BOOK)
    async def restore(self, appointment_id: UUID) -> None:
        """Bring a cancelled or missed appointment back."""
        await self._execute(RestoreAppointment(AppointmentId(appointment_id)))
        await self._done("scheduling.appointment.restored", await self.get_state(CalendarState))

    @handler(needs=BOOK)
    async def mark_missed(self, appointment_id: UUID) -> None:
        """The patient did not come."""
        await self._execute(MarkNoShow(AppointmentId(appointment_id)))
        undo = AppointmentState.restore(str(appointment_id))
        await self._done("scheduling.appointment.missed", await self.get_state(CalendarState), undo=undo)

    @handler(needs=Permission.QUEUE_CHECK_IN)
    async def check_in(self, appointment_id: UUID) -> None:
        """The patient is here."""
        ticket = await self._execute(CheckIn(AppointmentId(appointment_id)))
        undo = AppointmentState.undo_check_in(str(ticket.ticket_id))
        await self._done("queue.arrivals.done", await self.get_state(CalendarState), undo=undo, ticket=ticket.label)

    @handler(needs=Permission.QUEUE_CHECK_IN)
    async def undo_check_in(self, ticket_id: UUID) -> None:
        """Undo a check-in made by mistake."""
        await self._execute(CancelTicket(TicketId(ticket_id)))
        await self._done("queue.arrivals.taken_back", await self.get_state(CalendarState))

    async def _offer_places(self) -> None:
        self.doctors = doctor_options(await self._execute(ListPractitioners()))
        self.rooms = room_options(await self._execute(ListRooms()))

    async def _entry(self, appointment_id: str) -> AppointmentEntry:
        """An appointment as it is now; raises NotFound."""
        known = read_id(appointment_id)
        if known is None:
            raise NotFound
        return await self._execute(GetAppointment(AppointmentId(known)))

    async def _look(self, appointment_id: str) -> None:
        entry, calendar = await self._entry(appointment_id), await self.get_state(CalendarState)
        doctor = next((one.label for one in calendar.choices if one.value == str(entry.practitioner_id)), "")
        self.shown = appointment_view(entry, doctor, settings().zone, datetime.now(UTC), self._lang())
        self._forget()

    async def _former(self) -> tuple[AppointmentEntry, CalendarState]:
        """The appointment as it is before the change."""
        return await self._entry(self.shown.id), await self.get_state(CalendarState)

    async def _done(
        self,
        words: str,
        calendar: CalendarState,
        undo: Any = None,
        document: tuple[str, str] | None = None,
        **params: str,
    ) -> None:
        self.key_epoch += 1
        self.is_open = False
        await calendar._reread()
        await self._notify(words, undo=undo, document=document, **params)

    def _forget(self) -> None:
        self.refusal, self.offers, self.errors = "", [], {}

    async def _offers(self, request: MoveAppointment, former: AppointmentEntry) -> list[SlotView]:
        slots = await self._execute(
            FreeSlots(
                request.practitioner_id or former.practitioner_id,
                request.minutes or former.slot.minutes,
                request.start or former.slot.start,
                request.room_id,
            )
        )
        return [slot_view(slot, settings().zone, self._lang()) for slot in slots]


def _place(entry: AppointmentEntry) -> tuple[str, str, int, str, str]:
    """Where and when an appointment was, as an event carries it."""
    return (
        str(entry.id),
        entry.slot.start.isoformat(),
        entry.slot.minutes,
        str(entry.practitioner_id),
        str(entry.room_id),
    )
