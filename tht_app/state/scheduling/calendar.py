"""The day list: which day, which doctor, what stands there."""

from datetime import UTC, date, datetime
from urllib.parse import urlencode

import reflex as rx
from reflex.event import EventSpec

from tht_app.domain.identity import Permission
from tht_app.domain.scheduling import PractitionerId
from tht_app.settings import settings
from tht_app.state.acting import Acting, handler
from tht_app.state.scheduling.view_models import (
    DayView,
    DoctorView,
    OptionView,
    day_view,
    doctor_options,
    doctor_view,
    read_day,
    read_id,
)
from tht_app.use_cases.scheduling import AppointmentEntry, DaySchedule, ListPractitioners

EVERYBODY = "all"


class CalendarState(Acting, rx.State):
    """One day of one doctor or of all; day and doctor stand in the address."""

    shown: DayView = DayView()
    doctor: str = EVERYBODY
    doctors: list[DoctorView] = []
    choices: list[OptionView] = []
    loaded: bool = False
    _entries: dict[str, AppointmentEntry] = {}

    @handler(needs=Permission.APPOINTMENT_READ)
    async def load(self) -> None:
        """Read the day that the address names."""
        known = await self._execute(ListPractitioners())
        self.choices = doctor_options(known)
        asked = self.router.url.query_parameters
        chosen = read_id(asked.get("doctor"))
        mine = self._person().person_id
        if chosen is None and "doctor" not in asked and any(doctor.id == mine for doctor in known):
            chosen = mine
        self.doctor = str(chosen) if chosen else EVERYBODY
        await self._show(read_day(asked.get("date"), self._today()))

    @handler(needs=Permission.APPOINTMENT_READ)
    async def choose_day(self, day: str) -> EventSpec:
        """Go to another day; today for what is no day."""
        return self._go(read_day(day, self._today()), self.doctor)

    @handler(needs=Permission.APPOINTMENT_READ)
    async def choose_doctor(self, doctor: str) -> EventSpec:
        """Show one doctor, or all."""
        return self._go(read_day(self.shown.day, self._today()), doctor if read_id(doctor) else EVERYBODY)

    def _go(self, day: date, doctor: str) -> EventSpec:
        return rx.redirect(f"/calendar?{urlencode({'date': day.isoformat(), 'doctor': doctor})}")  # type: ignore[return-value]

    def _today(self) -> date:
        return datetime.now(UTC).astimezone(settings().zone).date()

    async def _show(self, day: date) -> None:
        """Read one day and put it on the screen."""
        chosen = read_id(self.doctor)
        plan = await self._execute(DaySchedule(day, PractitionerId(chosen) if chosen else None))
        now, lang = datetime.now(UTC), self._lang()
        self._entries = {str(entry.id): entry for doctor in plan.doctors for entry in doctor.entries}
        self.doctors = [doctor_view(doctor, settings().zone, now, lang) for doctor in plan.doctors]
        self.shown = day_view(day, self._today(), lang)
        self.loaded = True

    async def _again(self) -> None:
        """Read the shown day again after a change."""
        await self._show(read_day(self.shown.day, self._today()))

    def _entry(self, appointment_id: str) -> AppointmentEntry | None:
        """An appointment of the shown day."""
        return self._entries.get(appointment_id)
