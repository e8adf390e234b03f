"""The booking sheet: one form, a time that is kept while it is open, three others when the wanted one is refused."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import reflex as rx
from reflex.event import EventSpec

from tht_app.domain.errors import DomainError
from tht_app.domain.identity import Permission
from tht_app.domain.scheduling import (
    AppointmentId,
    CancelReason,
    HoldId,
    SeriesRefused,
    SeriesRule,
    SlotClosed,
    SlotTaken,
)
from tht_app.i18n import text_of
from tht_app.settings import settings
from tht_app.state.acting import Acting, handler
from tht_app.state.feedback import error_words
from tht_app.state.scheduling.calendar import EVERYBODY, CalendarState
from tht_app.state.scheduling.forms import needs_of, read_booking, wish_of
from tht_app.state.scheduling.series import SeriesDateView, read_instead, read_rule, series_dates, series_plan
from tht_app.state.scheduling.view_models import (
    OptionView,
    SlotView,
    doctor_options,
    read_id,
    room_options,
    slot_view,
    type_options,
)
from tht_app.state.scheduling.waiting import WaitlistState
from tht_app.use_cases.scheduling import (
    BookAppointment,
    BookSeries,
    CancelAppointment,
    CancelRestOfSeries,
    HoldSlot,
    ListDevices,
    ListPractitioners,
    ListRooms,
    ListVisitTypes,
    ReleaseHold,
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
    hold_until: str = ""
    """When the time that is kept for this form is free again; empty while none is kept."""
    hold_now: str = ""
    held: str = ""
    series: list[SeriesDateView] = []
    """The dates of a series of which some are not free; empty until one was refused."""
    _minutes: dict[str, int] = {}
    _hold: HoldId | None = None
    _kept_for: HoldSlot | None = None

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
        # A sheet that is open already does not tell by itself that it now shows another time.
        await self._keep(wish_of(self._shown_form(), settings().zone))

    @handler(needs=BOOK)
    async def close_booking(self) -> None:
        """Put the sheet away and give back the time that was kept for it."""
        await self._release()
        self.is_open = False

    @handler(needs=BOOK)
    async def consider(self, values: dict[str, str]) -> None:
        """Keep the time that the form now says, or tell at once that it cannot be had."""
        if self.is_open:
            await self._keep(wish_of(values, settings().zone))

    @handler(needs=BOOK)
    async def keep_again(self) -> None:
        """Keep the same time once more after it was kept for too long."""
        wish, self._kept_for = self._kept_for, None
        await self._keep(wish)

    @handler(needs=BOOK)
    async def book(self, form: dict[str, str]) -> EventSpec | None:
        """Book what the form says, or the offered time whose button was pressed; a series as a whole."""
        key = form.pop("_key", "") or None
        if form.pop("wait", ""):
            return WaitlistState.open_adding(form)  # type: ignore[return-value]
        request = replace(read_booking(form, settings().zone), hold_id=self._hold)
        rule = read_rule(form, request.start)
        self._forget()
        try:
            undo = await (self._book_one(request, key) if rule is None else self._book_series(request, rule, form, key))
        except (SlotTaken, SlotClosed) as refused:
            await self._refused(refused, request)
            return None
        if undo is None:
            return None
        self.key_epoch += 1
        self.is_open, self._hold, self._kept_for, self.hold_until = False, None, None, ""
        await (await self.get_state(CalendarState))._reread()
        await self._notify("scheduling.booking.done", undo=undo)
        return None

    @handler(needs=BOOK)
    async def take_back(self, appointment_id: UUID) -> None:
        """Undo a booking made a moment ago."""
        await self._execute(CancelAppointment(AppointmentId(appointment_id), CancelReason.DUPLICATE))
        await self._taken_back()

    @handler(needs=BOOK)
    async def take_series_back(self, appointment_id: UUID) -> None:
        """Undo a series made a moment ago."""
        await self._execute(CancelRestOfSeries(AppointmentId(appointment_id), CancelReason.DUPLICATE))
        await self._taken_back()

    async def _taken_back(self) -> None:
        await (await self.get_state(CalendarState))._reread()
        await self._notify("scheduling.booking.taken_back", kind="info")

    async def _book_one(self, request: BookAppointment, key: str | None) -> Any:
        booked = await self._execute(request, key)
        return BookingState.take_back(str(booked))

    async def _book_series(
        self, request: BookAppointment, rule: SeriesRule, form: dict[str, str], key: str | None
    ) -> Any:
        """All dates or none. Where some are not free, they are shown with what is free instead; None then."""
        await self._release()
        plan = series_plan(request, rule)
        try:
            made = await self._execute(BookSeries(plan, read_instead(form), request.note), key)
        except SeriesRefused as refused:
            self.series = series_dates(await self._execute(plan), settings().zone, self._lang())
            self.refusal = error_words(refused, self._lang())
            return None
        return BookingState.take_series_back(str(made.appointment_ids[0]))

    def _shown_form(self) -> dict[str, str]:
        """What an untouched form says."""
        names = ("doctor", "room", "minutes", "time")
        form = {f"booking_{name}": str(self.get_value(name)) for name in names}
        return {**form, "booking_type": self.kind, "booking_date": self.day}

    async def _keep(self, wish: HoldSlot | None) -> None:
        """Hold what is wished for in place of what was held; nothing new for the same wish."""
        if wish is None or wish == self._kept_for:
            return
        self.refusal, self.offers = "", []
        try:
            hold = await self._execute(replace(wish, hold_id=self._hold))
        except (SlotTaken, SlotClosed) as refused:
            await self._release()
            self._kept_for = wish
            await self._refused(refused, wish)
            return
        except DomainError:  # too long ago, too long: said beside its field when the form is sent
            await self._release()
            return
        devices = {device.id: device.name for device in await self._execute(ListDevices())}
        room = next((one.label for one in self.get_value("rooms") if one.value == str(hold.room_id)), "")
        self._hold, self._kept_for = hold.id, wish
        self.held = " · ".join([room, *(devices[one] for one in hold.device_ids if one in devices)])
        self.hold_until, self.hold_now = hold.hold_until.isoformat(), datetime.now(UTC).isoformat()

    async def _release(self) -> None:
        if self._hold is not None:
            await self._execute(ReleaseHold(self._hold))
        self._hold, self._kept_for, self.hold_until = None, None, ""

    async def _refused(self, refused: DomainError, wanted: BookAppointment | HoldSlot) -> None:
        """Say why, and offer the nearest free times for the same needs."""
        self.refusal = error_words(refused, self._lang())
        minutes = self._minutes.get(str(wanted.visit_type_id), USUAL_MINUTES)
        slots = await self._execute(needs_of(wanted, minutes, self._hold))
        self.offers = [slot_view(slot, settings().zone, self._lang()) for slot in slots]

    def _forget(self) -> None:
        self.refusal, self.offers, self.errors, self.series = "", [], {}, []


def _local(start: str) -> datetime | None:
    """A time of the clinic's wall clock, or with a zone, on the clinic's clock."""
    zone = settings().zone
    try:
        found = datetime.fromisoformat(start) if start else None
    except ValueError:
        return None
    return (found.astimezone(zone) if found.tzinfo else found.replace(tzinfo=zone)) if found else None
