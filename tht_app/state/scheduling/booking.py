"""The booking sheet: one form, three free times when the wanted one is refused."""

from datetime import datetime
from uuid import UUID

import reflex as rx

from tht_app.domain.identity import Permission
from tht_app.domain.scheduling import AppointmentId, CancelReason, SlotClosed, SlotTaken
from tht_app.i18n import text_of
from tht_app.settings import settings
from tht_app.state.acting import Acting, handler
from tht_app.state.feedback import error_words
from tht_app.state.scheduling.calendar import EVERYBODY, CalendarState
from tht_app.state.scheduling.forms import read_booking
from tht_app.state.scheduling.view_models import (
    OptionView,
    SlotView,
    doctor_options,
    read_id,
    room_options,
    slot_view,
    type_options,
)
from tht_app.use_cases.scheduling import (
    BookAppointment,
    CancelAppointment,
    FreeSlots,
    ListPractitioners,
    ListRooms,
    ListVisitTypes,
)

BOOK = (Permission.APPOINTMENT_WRITE, Permission.APPOINTMENT_WRITE_OWN)
USUAL_MINUTES = 15


class BookingState(Acting, rx.State):
    """A new appointment; what is typed stays in the browser until it is booked."""

    is_open: bool = False
    day: str = ""
    time: str = ""
    minutes: str = ""
    room: str = ""
    doctor: str = ""
    kind: str = ""
    doctors: list[OptionView] = []
    types: list[OptionView] = []
    rooms: list[OptionView] = []
    refusal: str = ""
    offers: list[SlotView] = []
    errors: dict[str, str] = {}
    key_epoch: int = 0
    _minutes: dict[str, int] = {}

    @handler(needs=BOOK)
    async def open_booking(self, doctor: str, room: str, start: str, minutes: str) -> None:
        """Open the sheet, for a free stretch of a doctor or a room, or with nothing chosen."""
        calendar = await self.get_state(CalendarState)
        lang, me = self._lang(), self._person()
        doctors = await self._execute(ListPractitioners())
        if Permission.APPOINTMENT_WRITE not in me.permissions:
            doctors = tuple(known for known in doctors if known.id == me.person_id)
        types = await self._execute(ListVisitTypes())
        self._minutes = {str(kind.id): kind.minutes for kind in types}
        self.doctors, self.types = doctor_options(doctors), type_options(types, lang)
        self.kind = self.types[0].value if self.types else ""
        usual = OptionView("", text_of("scheduling.booking.usual_room", lang))
        self.rooms = [usual, *room_options(await self._execute(ListRooms()))]
        self.room = room if read_id(room) else ""
        wanted = doctor or ("" if calendar.doctor == EVERYBODY else calendar.doctor)
        if len(self.doctors) > 1:
            self.doctors = [OptionView("", text_of("scheduling.booking.choose_doctor", lang)), *self.doctors]
        self.doctor = wanted or (self.doctors[0].value if self.doctors else "")
        local = _local(start)
        self.day = local.date().isoformat() if local else calendar.shown.day
        self.time = f"{local:%H.%M}" if local else ""
        self.minutes = minutes if minutes.isdigit() else ""
        self._forget()
        self.is_open = True

    @handler(needs=BOOK)
    async def close_booking(self) -> None:
        """Put the sheet away."""
        self.is_open = False

    @handler(needs=BOOK)
    async def book(self, form: dict[str, str]) -> None:
        """Book what the form says, or the offered time whose button was pressed."""
        key = form.pop("_key", "") or None
        request = read_booking(form, settings().zone)
        self._forget()
        try:
            booked = await self._execute(request, key)
        except (SlotTaken, SlotClosed) as refused:
            self.refusal = error_words(refused, self._lang())
            self.offers = await self._offers(request)
            return
        self.key_epoch += 1
        self.is_open = False
        await (await self.get_state(CalendarState))._reread()
        await self._notify("scheduling.booking.done", undo=BookingState.take_back(str(booked)))

    @handler(needs=BOOK)
    async def take_back(self, appointment_id: UUID) -> None:
        """Undo a booking made a moment ago."""
        await self._execute(CancelAppointment(AppointmentId(appointment_id), CancelReason.DUPLICATE))
        await (await self.get_state(CalendarState))._reread()
        await self._notify("scheduling.booking.taken_back", kind="info")

    def _forget(self) -> None:
        self.refusal, self.offers, self.errors = "", [], {}

    async def _offers(self, request: BookAppointment) -> list[SlotView]:
        """The nearest free times for the same needs."""
        minutes = request.minutes or self._minutes.get(str(request.visit_type_id), USUAL_MINUTES)
        slots = await self._execute(
            FreeSlots(request.practitioner_id, minutes, request.start, request.room_id, request.patient_id)
        )
        return [slot_view(slot, settings().zone, self._lang()) for slot in slots]


def _local(start: str) -> datetime | None:
    """A time of the clinic's wall clock, or with a zone, on the clinic's clock."""
    zone = settings().zone
    try:
        found = datetime.fromisoformat(start) if start else None
    except ValueError:
        return None
    return (found.astimezone(zone) if found.tzinfo else found.replace(tzinfo=zone)) if found else None
